"""Decide which alerts an article raises and where they are routed.

Messages and sending belong to monitor.domain.delivery.
"""
