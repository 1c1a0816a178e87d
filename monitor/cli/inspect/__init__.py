"""Commands that look back: why an article alerted or did not, and what another configuration would have done."""
