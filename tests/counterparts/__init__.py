"""Other sides that nobody here wrote, or that hold what we send against their makers' descriptions."""
