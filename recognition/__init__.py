"""Recognising what a message means: how surely it needs a person, and of which family its trouble is."""
