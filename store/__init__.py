"""The only writer: rows, the unit of work of a turn, and the checkpoint saver that commits with it.

Without this package "who may speak" would live in a process's memory and die with it.
"""
