"""The only writer: rows, the unit of work of a turn, and the checkpoint saver that commits with it."""
