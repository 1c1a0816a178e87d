"""Hold all SQL: the schema, its migrations, and one file for each step's reads and writes."""
