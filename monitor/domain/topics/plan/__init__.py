"""Queries made ready to be asked: what holds, where, how strongly, and what is missing."""
