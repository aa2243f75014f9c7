"""Assistants behind one port: they draft, Handrail decides."""
