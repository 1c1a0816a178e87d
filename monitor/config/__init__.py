"""Turn YAML files into one frozen catalog, and report every error at its place."""
