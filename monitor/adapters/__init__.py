"""One library, one home."""
