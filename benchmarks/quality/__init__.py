"""How good the shipped decisions are, on documents that people have labelled."""
