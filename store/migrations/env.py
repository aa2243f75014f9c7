"""Alembic's entry: runs the migrations on the connection that `store.migrate` holds."""

from alembic import context
from sqlmodel import SQLModel

import store.rows  # noqa: F401  registers the tables

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=SQLModel.metadata, transactional_ddl=False)
context.run_migrations()
