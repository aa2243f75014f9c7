"""Ticket systems that answer over HTTP on loopback as the real ones are documented to: for demonstrations and tests.

They were written from documents, not from the systems; docs/desks/ says what is the vendor's word and what is not.
"""
