"""The web application: pages, JSON API, feeds out, static files, health checks and metrics.

Routes ask monitor.app for what they show and never read the store themselves.
"""
