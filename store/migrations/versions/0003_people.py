"""People: templates, verification and consents."""

import sqlalchemy as sa
from alembic import op

from store.columns import UtcDateTime

revision = "0003"
down_revision = "0002"

CLOCKS = ("idle", "packet", "claim", "resolve", "reopen", "consent")


def upgrade() -> None:
    op.execute("ALTER TABLE conversation RENAME COLUMN pending_exception TO pending_consent")
    # A request of before has no hash that binds it whole: it must be asked anew.
    op.execute("UPDATE conversation SET pending_consent = NULL")
    op.add_column("conversation", sa.Column("opened_by", sa.Text(), nullable=False, server_default=""))
    op.add_column("handover", sa.Column("verify_level", sa.Text(), nullable=False, server_default="none"))
    op.add_column("handover", sa.Column("verified_level", sa.Text(), nullable=False, server_default="none"))
    op.add_column("handover", sa.Column("code", sa.JSON(), nullable=True))
    op.add_column("handover", sa.Column("codes_sent", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("handover", sa.Column("regulated", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE handover SET verify_level = 'code' WHERE verify")
    op.execute("UPDATE handover SET verified_level = 'attested' WHERE verified")
    _known_clocks(CLOCKS)
    op.create_table(
        "template",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("author_role", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("approved_at", UtcDateTime(), nullable=True),
        sa.Column("retired_by", sa.Text(), nullable=True),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'approved', 'retired')", name="template_state"),
        sa.CheckConstraint("approved_by IS NULL OR approved_by <> author_id", name="template_four_eyes"),
        sa.CheckConstraint("state <> 'approved' OR approved_by IS NOT NULL", name="template_approver"),
        sa.PrimaryKeyConstraint("id", "language", "version"),
    )
    op.create_index(
        "template_one_approved",
        "template",
        ["id", "language"],
        unique=True,
        sqlite_where=sa.text("state = 'approved'"),
        postgresql_where=sa.text("state = 'approved'"),
    )


def downgrade() -> None:
    op.drop_table("template")
    op.execute("DELETE FROM timer WHERE clock = 'consent'")
    _known_clocks(CLOCKS[:-1])
    for column in ("regulated", "codes_sent", "code", "verified_level", "verify_level"):
        op.drop_column("handover", column)
    op.drop_column("conversation", "opened_by")
    op.execute("ALTER TABLE conversation RENAME COLUMN pending_consent TO pending_exception")


def _known_clocks(names: tuple[str, ...]) -> None:
    """The clocks that a timer may have. SQLite makes the table anew for that: its few rows are copied."""
    known = ", ".join(f"'{name}'" for name in names)
    with op.batch_alter_table("timer") as timer:
        timer.drop_constraint("timer_clock", type_="check")
        timer.create_check_constraint("timer_clock", f"clock IN ({known})")
