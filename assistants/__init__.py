"""Assistants behind one port: they draft, Handrail decides.

Without this package Handrail would be bound to one vendor's bot.
"""
