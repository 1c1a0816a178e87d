"""The topic language: grammar, syntax tree, compiled engine, evidence."""
