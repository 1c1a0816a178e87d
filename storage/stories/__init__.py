"""Store stories and alerts.

Placing an article into a story belongs to storage.articles.place.
"""
