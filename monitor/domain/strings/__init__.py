"""Pure helpers for strings: graphemes, spans, invisible characters, redaction of secrets.

No subject of the product lives here.
"""
