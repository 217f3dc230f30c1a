"""Task 3.7: second factor by time-based codes

Revision ID: 20250818_0000_task_37_mfa_totp_tables
Revises: 20250817_2245_task_311_audit_correlation_pii_fields
Create Date: 2025-08-18 00:00:00

"""
import sqlalchemy as sa
from alembic import op

from migrations.columns import timestamps, uuid_key, uuid_type

revision = "20250818_0000_task_37_mfa_totp_tables"
down_revision = "20250817_2245_task_311_audit_correlation_pii_fields"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("users") as batch_op:
        batch_op.add_column(sa.Column("mfa_enabled", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("mfa_enabled_at", sa.DateTime(timezone=True)))
        batch_op.create_check_constraint("mfa_since", "NOT mfa_enabled OR mfa_enabled_at IS NOT NULL")

    op.create_table(
        "mfa_totp_devices",
        uuid_key(),
        sa.Column("user_id", uuid_type(), nullable=False),
        sa.Column("label", sa.String(100), server_default="authenticator", nullable=False),
        sa.Column("secret_encrypted", sa.LargeBinary(), nullable=False),
        sa.Column("digits", sa.SmallInteger(), server_default="6", nullable=False),
        sa.Column("period_seconds", sa.SmallInteger(), server_default="30", nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True)),
        sa.Column("last_step", sa.BigInteger(), comment="The step of the last code, so that none is taken twice"),
        *timestamps(),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("user_id", "label", name=op.f("uq_mfa_totp_devices_user_id_label")),
        sa.CheckConstraint("digits IN (6, 8)", name="digits"),
        sa.CheckConstraint("period_seconds BETWEEN 15 AND 120", name="period"),
    )
    op.create_table(
        "mfa_backup_codes",
        uuid_key(),
        sa.Column("user_id", uuid_type(), nullable=False),
        sa.Column("code_hash", sa.String(128), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("user_id", "code_hash", name=op.f("uq_mfa_backup_codes_user_id_code_hash")),
    )


def downgrade() -> None:
    op.drop_table("mfa_backup_codes")
    op.drop_table("mfa_totp_devices")
    with op.batch_alter_table("users") as batch_op:
        batch_op.drop_constraint(op.f("ck_users_mfa_since"), type_="check")
        batch_op.drop_column("mfa_enabled_at")
        batch_op.drop_column("mfa_enabled")
