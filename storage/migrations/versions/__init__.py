"""The history of the schema, oldest first; each file is one step that either completes or leaves nothing behind."""
