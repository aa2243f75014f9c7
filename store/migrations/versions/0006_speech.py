"""Every word to a customer names the event and the effect by which it is said; machines' messages are marked."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("message", sa.Column("automatic", sa.Text(), nullable=True))
    op.add_column("message", sa.Column("event_seq", sa.Integer(), nullable=True))
    op.add_column("message", sa.Column("effect", sa.Text(), nullable=True))


def downgrade() -> None:
    where = " ON message" if op.get_bind().dialect.name == "postgresql" else ""
    op.execute(f"DROP TRIGGER IF EXISTS message_speech{where}")
    op.drop_column("message", "effect")
    op.drop_column("message", "event_seq")
    op.drop_column("message", "automatic")
