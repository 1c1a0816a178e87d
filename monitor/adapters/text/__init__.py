"""Text helpers around libraries: charsets, HTML to text, language, outlets, limits.

Feed and page structure belong to adapters.feeds and adapters.pages.
"""
