"""Keep the rows that coordinate several processes: leases, host limits, processes, active configuration."""
