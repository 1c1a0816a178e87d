"""What is measured: speed against peers, quality against labelled documents."""
