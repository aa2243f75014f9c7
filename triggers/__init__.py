"""Evidence: what in a message, or in the state of a conversation, calls for a person."""
