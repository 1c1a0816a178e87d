"""Show a self-contained news day on loopback: `wirewatch demo`."""
