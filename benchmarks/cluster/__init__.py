"""The cluster engine: what it costs, how it scales, how soon it takes over."""
