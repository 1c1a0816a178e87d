"""The table of numbered cases and the tests that cover them."""
