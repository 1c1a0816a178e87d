"""Story recognition: fingerprints, copies, placement, independent confirmation. Pure and deterministic given order."""
