"""`wirewatch demo`: a self-contained news day on loopback."""
