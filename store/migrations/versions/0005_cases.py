"""Cases: how they end, who ticked which step, summaries that a model still owes, and files that customers send."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("handover", sa.Column("resolution", sa.Text(), nullable=True))
    op.add_column("handover", sa.Column("steps_by", sa.JSON(), nullable=True))
    op.add_column("handover", sa.Column("summary_due", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("message", sa.Column("attachments", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("message", "attachments")
    for column in ("summary_due", "steps_by", "resolution"):
        op.drop_column("handover", column)
