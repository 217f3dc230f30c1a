"""Users, jobs and the audit log

Revision ID: 20250817_1530_init_basic_tables
Revises:
Create Date: 2025-08-17 15:30:00

"""
import sqlalchemy as sa
from alembic import op

from migrations.columns import big_key, drop_enum, json_document, timestamps, uuid_key, uuid_type

revision = "20250817_1530_init_basic_tables"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "users",
        uuid_key(),
        sa.Column("email", sa.String(255), nullable=False),
        sa.Column("full_name", sa.String(255)),
        sa.Column(
            "role",
            sa.Enum("admin", "engineer", "operator", "viewer", name="user_role"),
            server_default="viewer",
            nullable=False,
        ),
        sa.Column("is_active", sa.Boolean(), server_default=sa.true(), nullable=False),
        *timestamps(),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_users_email"), "users", ["email"], unique=True)
    op.create_index(op.f("ix_users_role"), "users", ["role"])

    op.create_table(
        "jobs",
        uuid_key(),
        sa.Column("user_id", uuid_type(), nullable=False),
        sa.Column("kind", sa.String(50), nullable=False),
        sa.Column(
            "status",
            sa.Enum("queued", "running", "succeeded", "failed", name="job_status"),
            server_default="queued",
            nullable=False,
        ),
        sa.Column("parameters", json_document(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        *timestamps(),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.CheckConstraint("finished_at IS NULL OR started_at IS NOT NULL", name="finished_after_start"),
    )
    op.create_index("ix_jobs_user_id_status", "jobs", ["user_id", "status"])
    op.create_index("ix_jobs_created_at", "jobs", ["created_at"])

    op.create_table(
        "audit_logs",
        sa.Column("id", big_key(), autoincrement=True, nullable=False),
        sa.Column("event_type", sa.String(100), nullable=False),
        sa.Column("actor_user_id", uuid_type()),
        sa.Column("scope_type", sa.String(50), nullable=False),
        sa.Column("scope_id", uuid_type()),
        sa.Column("payload", json_document()),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["actor_user_id"], ["users.id"], ondelete="SET NULL"),
        comment="Every operation, never changed afterwards",
    )
    op.create_index("ix_audit_logs_scope", "audit_logs", ["scope_type", "scope_id"])
    op.create_index("ix_audit_logs_created_at", "audit_logs", ["created_at"])
    op.create_index("ix_audit_logs_payload", "audit_logs", ["payload"], postgresql_using="gin")


def downgrade() -> None:
    op.drop_table("audit_logs")
    op.drop_table("jobs")
    op.drop_table("users")
    drop_enum("job_status")
    drop_enum("user_role")
