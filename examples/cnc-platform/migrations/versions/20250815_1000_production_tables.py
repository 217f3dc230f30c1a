"""Machines, models, jobs, and when a machine is taken

Revision ID: 20250815_1000_production
Revises: 20250814_1400_audit_search
Create Date: 2025-08-15 10:00:00

"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migration_helpers import (
    create_enum_type,
    create_gin_index,
    create_partial_index,
    create_trigger,
    drop_enum_type,
    enum_type,
    execute_on_postgresql,
    is_postgresql,
    jsonb,
)

revision = "20250815_1000_production"
down_revision = "20250814_1400_audit_search"
branch_labels = None
depends_on = None

MACHINE_KINDS = ("mill_3_axis", "mill_5_axis", "lathe", "laser")
JOB_STATES = ("draft", "queued", "machining", "done", "failed")


def upgrade() -> None:
    execute_on_postgresql("CREATE EXTENSION IF NOT EXISTS btree_gist")
    create_enum_type("machine_kind", MACHINE_KINDS)
    create_enum_type("production_state", JOB_STATES)
    op.create_table(
        "machines",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("serial_number", sa.String(50), nullable=False),
        sa.Column("kind", enum_type("machine_kind", MACHINE_KINDS), nullable=False),
        sa.Column("axes", sa.SmallInteger(), server_default="3", nullable=False),
        sa.Column("capabilities", jsonb(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("decommissioned_at", sa.DateTime(timezone=True)),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint("axes BETWEEN 2 AND 9", name="axes"),
    )
    create_partial_index("machines", ["serial_number"], "decommissioned_at IS NULL", unique=True)
    create_gin_index("machines", "capabilities")
    create_trigger(
        "machines", "trg_machines_touch", when="BEFORE UPDATE", function="touch_updated_at"
    )

    op.create_table(
        "cad_models",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("checksum", sa.String(64), nullable=False),
        sa.Column("parameters", jsonb(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("checksum"),
    )
    op.create_table(
        "production_jobs",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("cad_model_id", sa.Integer(), nullable=False),
        sa.Column("machine_id", sa.Integer()),
        sa.Column("state", enum_type("production_state", JOB_STATES), server_default="draft", nullable=False),
        sa.Column("tenant", sa.String(50), server_default="default", nullable=False),
        sa.Column("machining_seconds", sa.Integer()),
        sa.Column("cost", sa.Numeric(12, 2)),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["cad_model_id"], ["cad_models.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["machine_id"], ["machines.id"], ondelete="SET NULL"),
        sa.CheckConstraint("machining_seconds IS NULL OR machining_seconds >= 0", name="machining_seconds"),
        sa.CheckConstraint("state <> 'machining' OR machine_id IS NOT NULL", name="machining_on_a_machine"),
    )
    create_partial_index(
        "production_jobs", ["created_at"], "state IN ('queued', 'machining')", name="ix_production_jobs_open"
    )
    create_partial_index("production_jobs", ["machine_id"], "state = 'machining'", unique=True)
    if is_postgresql():
        create_bookings()


def create_bookings() -> None:
    """Only PostgreSQL can refuse two bookings that overlap."""
    op.create_table(
        "machine_bookings",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("machine_id", sa.Integer(), nullable=False),
        sa.Column("during", postgresql.TSTZRANGE(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["machine_id"], ["machines.id"], ondelete="CASCADE"),
    )
    op.create_exclude_constraint(
        op.f("ex_machine_bookings_no_overlap"),
        "machine_bookings",
        ("machine_id", "="),
        ("during", "&&"),
        using="gist",
    )


def downgrade() -> None:
    if is_postgresql():
        op.drop_table("machine_bookings")
    op.drop_table("production_jobs")
    op.drop_table("cad_models")
    op.drop_table("machines")
    drop_enum_type("production_state")
    drop_enum_type("machine_kind")
    execute_on_postgresql("DROP EXTENSION IF EXISTS btree_gist")
