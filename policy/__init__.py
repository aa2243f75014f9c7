"""The policy is a file: its schema, loader, linter and ready packs."""
