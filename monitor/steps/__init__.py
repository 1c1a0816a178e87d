"""What is done to a due row: poll, extract, triage, deliver, housekeeping."""
