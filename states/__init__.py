"""The conversation as an explicit state machine: pure values and pure functions, no I/O.

Without this package the rules about who may speak would be spread over the graph, the API and the database.
"""
