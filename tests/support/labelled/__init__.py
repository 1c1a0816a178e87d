"""Labelled pages written for tests: walls and short articles in eight languages."""
