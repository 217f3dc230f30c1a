"""Task 3.5: accounts at OIDC providers

Revision ID: 20250817_2100_task_35_oidc_accounts_table
Revises: 20250817_2045_task_32_enterprise_sessions_table
Create Date: 2025-08-17 21:00:00

"""
import sqlalchemy as sa
from alembic import op

from migrations.columns import drop_enum, json_document, timestamps, uuid_key, uuid_type

revision = "20250817_2100_task_35_oidc_accounts_table"
down_revision = "20250817_2045_task_32_enterprise_sessions_table"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "oidc_accounts",
        uuid_key(),
        sa.Column("user_id", uuid_type(), nullable=False),
        sa.Column("provider", sa.Enum("google", "microsoft", name="oidc_provider"), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("email", sa.String(255), nullable=False),
        sa.Column("email_verified", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("claims", json_document()),
        sa.Column("last_login_at", sa.DateTime(timezone=True)),
        *timestamps(),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("provider", "subject", name=op.f("uq_oidc_accounts_provider_subject")),
        sa.UniqueConstraint("user_id", "provider", name=op.f("uq_oidc_accounts_user_id_provider")),
    )
    op.create_index(op.f("ix_oidc_accounts_email"), "oidc_accounts", ["email"])


def downgrade() -> None:
    op.drop_index(op.f("ix_oidc_accounts_email"), table_name="oidc_accounts")
    op.drop_table("oidc_accounts")
    drop_enum("oidc_provider")
