"""Task 3.1: fields for signing in with a password

Revision ID: 20250817_2030_task_31_enterprise_auth_fields
Revises: 20250817_1530_init_basic_tables
Create Date: 2025-08-17 20:30:00

"""
import sqlalchemy as sa
from alembic import op

revision = "20250817_2030_task_31_enterprise_auth_fields"
down_revision = "20250817_1530_init_basic_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER SYSTEM SET wal_buffers = '16MB'")
    with op.batch_alter_table("users") as batch_op:
        batch_op.add_column(sa.Column("password_hash", sa.String(255)))
        batch_op.add_column(sa.Column("password_updated_at", sa.DateTime(timezone=True)))
        batch_op.add_column(sa.Column("email_verified_at", sa.DateTime(timezone=True)))
        batch_op.add_column(
            sa.Column("failed_login_attempts", sa.SmallInteger(), server_default="0", nullable=False)
        )
        batch_op.add_column(sa.Column("locked_until", sa.DateTime(timezone=True)))
        batch_op.add_column(sa.Column("last_login_at", sa.DateTime(timezone=True)))
        batch_op.add_column(sa.Column("locale", sa.String(5), server_default="tr", nullable=False))
        batch_op.create_check_constraint("failed_login_attempts", "failed_login_attempts >= 0")
        batch_op.create_check_constraint("locale", "locale IN ('tr', 'en')")
    op.create_index(
        "ix_users_locked_until",
        "users",
        ["locked_until"],
        postgresql_where=sa.text("locked_until IS NOT NULL"),
        sqlite_where=sa.text("locked_until IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_users_locked_until", table_name="users")
    with op.batch_alter_table("users") as batch_op:
        batch_op.drop_constraint(op.f("ck_users_locale"), type_="check")
        batch_op.drop_constraint(op.f("ck_users_failed_login_attempts"), type_="check")
        batch_op.drop_column("locale")
        batch_op.drop_column("last_login_at")
        batch_op.drop_column("locked_until")
        batch_op.drop_column("failed_login_attempts")
        batch_op.drop_column("email_verified_at")
        batch_op.drop_column("password_updated_at")
        batch_op.drop_column("password_hash")
