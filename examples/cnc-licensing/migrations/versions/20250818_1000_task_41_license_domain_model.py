"""Task 4.1: licences and the states that they pass through

Revision ID: 20250818_1000_task_41
Revises: 20250818_0000_task_37
Create Date: 2025-08-18 10:00:00

"""
import sqlalchemy as sa
from alembic import op

from migrations.columns import (
    drop_enum,
    existing_enum,
    json_document,
    timestamps,
    uuid_key,
    uuid_type,
)

revision = "20250818_1000_task_41"
down_revision = "20250818_0000_task_37"
branch_labels = None
depends_on = None

STATES = ("trial", "active", "suspended", "expired", "canceled")

TRANSITIONS = [
    ("trial", "active"),
    ("trial", "expired"),
    ("trial", "canceled"),
    ("active", "suspended"),
    ("active", "expired"),
    ("active", "canceled"),
    ("suspended", "active"),
    ("suspended", "expired"),
    ("suspended", "canceled"),
    ("expired", "active"),
]


def upgrade() -> None:
    op.create_table(
        "licenses",
        uuid_key(),
        sa.Column("user_id", uuid_type(), nullable=False),
        sa.Column("type", sa.Enum("3m", "6m", "12m", name="license_type"), nullable=False),
        sa.Column("status", sa.Enum(*STATES, name="license_status"), server_default="trial", nullable=False),
        sa.Column("scope", json_document(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("canceled_at", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.Text()),
        *timestamps(),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="RESTRICT"),
        sa.CheckConstraint("ends_at > starts_at", name="ends_later"),
        sa.CheckConstraint("(status = 'canceled') = (canceled_at IS NOT NULL)", name="canceled_since"),
    )
    op.create_index("ix_licenses_user_id_status", "licenses", ["user_id", "status"])
    op.create_index("ix_licenses_status_ends_at", "licenses", ["status", "ends_at"])
    op.create_index("ix_licenses_scope", "licenses", ["scope"], postgresql_using="gin")

    op.create_table(
        "license_transitions",
        sa.Column("from_status", existing_enum(*STATES, name="license_status"), nullable=False),
        sa.Column("to_status", existing_enum(*STATES, name="license_status"), nullable=False),
        sa.PrimaryKeyConstraint("from_status", "to_status"),
        sa.CheckConstraint("from_status <> to_status", name="to_another"),
        comment="The transitions that are allowed",
    )
    rules = sa.table(
        "license_transitions",
        sa.column("from_status", existing_enum(*STATES, name="license_status")),
        sa.column("to_status", existing_enum(*STATES, name="license_status")),
    )
    op.bulk_insert(rules, [{"from_status": before, "to_status": after} for before, after in TRANSITIONS])

    op.create_table(
        "license_events",
        uuid_key(),
        sa.Column("license_id", uuid_type(), nullable=False),
        sa.Column("from_status", existing_enum(*STATES, name="license_status"), nullable=False),
        sa.Column("to_status", existing_enum(*STATES, name="license_status"), nullable=False),
        sa.Column("actor_user_id", uuid_type()),
        sa.Column("occurred_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["license_id"], ["licenses.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["actor_user_id"], ["users.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["from_status", "to_status"],
            ["license_transitions.from_status", "license_transitions.to_status"],
            name=op.f("fk_license_events_allowed"),
        ),
    )
    op.create_index("ix_license_events_license_id_occurred_at", "license_events", ["license_id", "occurred_at"])


def downgrade() -> None:
    op.drop_table("license_events")
    op.drop_table("license_transitions")
    op.drop_table("licenses")
    drop_enum("license_status")
    drop_enum("license_type")
