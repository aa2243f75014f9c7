"""What a person receives with a conversation: the packet, its deadlines, the promise made, the checklist."""
