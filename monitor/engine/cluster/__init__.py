"""The cluster engine: the same steps, shared out over any number of processes by procrastinate on PostgreSQL."""
