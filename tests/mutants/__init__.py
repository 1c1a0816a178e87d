"""Mutation testing: small changes to the modules that must not be wrong, each of which some test should notice."""
