"""The command line, one file per group; each command imports what it needs when it runs."""
