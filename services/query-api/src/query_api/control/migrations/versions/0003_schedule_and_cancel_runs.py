"""Schedule runs, and note that one is no longer wanted."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "schedules",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("cron", sa.String(length=120), nullable=False),
        sa.Column("next_run_at", _TIME, nullable=False),
        sa.Column("last_due_at", _TIME, nullable=True),
        sa.Column("last_outcome", sa.Text(), nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("created_by", sa.String(length=260), nullable=False),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"]),
        sa.PrimaryKeyConstraint("assessment_id"),
    )
    op.create_index("schedules_due", "schedules", ["next_run_at"])
    op.add_column("runs", sa.Column("cancel_requested_at", _TIME, nullable=True))


def downgrade() -> None:
    op.drop_column("runs", "cancel_requested_at")
    op.drop_table("schedules")
