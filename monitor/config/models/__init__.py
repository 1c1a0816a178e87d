"""Pydantic models of the configuration files, and their JSON Schemas.

Validation of one value lives here; checks across files do not.
"""
