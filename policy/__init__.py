"""The policy is a file: its schema, loader, linter and ready packs.

Without this package a compliance officer would have to read code to know when a person takes over.
"""
