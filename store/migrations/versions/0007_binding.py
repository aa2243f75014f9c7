"""Each event names the hash of the checkpoint that was written with it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("event", sa.Column("checkpoint_hash", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("event", "checkpoint_hash")
