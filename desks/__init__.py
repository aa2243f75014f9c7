"""Where handovers go: one port, one file per system.

Without this package a handover would end in our own queue, whatever system the agents work in.
"""
