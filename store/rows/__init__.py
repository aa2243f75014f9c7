"""The tables. The conversation row is the truth; everything else hangs on its id. Importing this registers all of them.

Constraints are the last line of defence: a state the table of transitions does not know, two open handovers of one
conversation, or two outcomes of one cause cannot be written, whatever the code above does.
"""

from store.rows import conversation, log, looks, outside, people

__all__ = ["conversation", "log", "looks", "outside", "people"]
