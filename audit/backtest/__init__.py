"""What another policy would do with recorded rows: over files of any size, on any number of cores."""
