"""Read YAML with the position of every node.

Nothing here knows what a key means.
"""
