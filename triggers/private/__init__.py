"""Private data in folded text: one module a kind, one grammar for what is masked and what evidence calls by name."""
