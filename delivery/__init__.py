"""From a committed effect to a ticket, a card or a page, and back: what people do elsewhere becomes acts here.

Without this package a handover would stay in our own queue, whatever system the agents work in.
"""
