"""What a person receives with a conversation: the packet, its deadlines, the promise made, the checklist.

Without this package a handover would be a transfer without context, and the customer would have to start again.
"""
