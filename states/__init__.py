"""The conversation as an explicit state machine: pure values and pure functions, no I/O."""
