"""What a transaction hands out: its connection, and a row of what it read.

The other rooms take these types from here, so that only `store` knows the library behind them.
"""

from sqlalchemy import Connection, RowMapping

__all__ = ["Connection", "RowMapping"]
