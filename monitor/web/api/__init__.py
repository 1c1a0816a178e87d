"""The JSON API under `/api/v1/`, described at `/openapi.json`, and the feeds out.

Models name every field that people may rely on; a field is added, never renamed.
"""
