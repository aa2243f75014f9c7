"""Where handovers go: one port, one file per system."""
