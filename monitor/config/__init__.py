"""YAML files to one frozen catalog, every error at once with its place."""
