"""Store feeds, entries and the results of polls."""
