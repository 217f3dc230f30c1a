"""Task 4.7: notices by mail and SMS, with a provider to fall back to

Revision ID: 20250819_0000_task_47_notification_service
Revises: 20250818_add_idempotency_records_table
Create Date: 2025-08-19 00:00:00

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

revision = "20250819_0000_task_47_notification_service"
down_revision = "20250818_add_idempotency_records_table"
branch_labels = None
depends_on = None

CHANNELS = ("email", "sms")
PROVIDERS = ("postmark", "ses", "twilio", "vonage")

TEXTS = {
    "license_reminder_d7": "Lisansınızın bitmesine 7 gün kaldı",
    "license_reminder_d3": "Lisansınızın bitmesine 3 gün kaldı",
    "license_reminder_d1": "Lisansınız yarın sona eriyor",
}


def upgrade() -> None:
    templates = op.create_table(
        "notification_templates",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("channel", sa.Enum(*CHANNELS, name="notification_channel"), nullable=False),
        sa.Column("language", sa.String(5), server_default="tr-TR", nullable=False),
        sa.Column("subject", sa.String(200)),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "name", "channel", "language", name=op.f("uq_notification_templates_name_channel_language")
        ),
        sa.CheckConstraint("channel <> 'email' OR subject IS NOT NULL", name="mail_has_a_subject"),
    )
    op.bulk_insert(
        templates,
        [
            {
                "name": name,
                "channel": channel,
                "language": "tr-TR",
                "subject": text if channel == "email" else None,
                "body": f"Merhaba {{{{ user_name }}}}, {text.lower()}.",
                "is_active": True,
            }
            for name, text in TEXTS.items()
            for channel in CHANNELS
        ],
    )
    op.create_table(
        "notifications",
        uuid_key(),
        sa.Column("user_id", uuid_type(), nullable=False),
        sa.Column("license_id", uuid_type()),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("channel", existing_enum(*CHANNELS, name="notification_channel"), nullable=False),
        sa.Column("recipient", sa.String(255), nullable=False),
        sa.Column("variables", json_document(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column(
            "status",
            sa.Enum("queued", "sent", "delivered", "failed", "bounced", name="notification_status"),
            server_default="queued",
            nullable=False,
        ),
        sa.Column("primary_provider", sa.Enum(*PROVIDERS, name="notification_provider"), nullable=False),
        sa.Column("fallback_provider", existing_enum(*PROVIDERS, name="notification_provider")),
        sa.Column("sent_by", existing_enum(*PROVIDERS, name="notification_provider")),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text()),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        *timestamps(),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["license_id"], ["licenses.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["template_id"], ["notification_templates.id"], ondelete="RESTRICT"),
        sa.CheckConstraint("fallback_provider IS NULL OR fallback_provider <> primary_provider", name="fallback"),
        sa.CheckConstraint("attempts BETWEEN 0 AND 10", name="attempts"),
    )
    op.create_index("ix_notifications_user_id", "notifications", ["user_id"])
    op.create_index("ix_notifications_license_id", "notifications", ["license_id"])
    op.create_index(
        "ix_notifications_to_send",
        "notifications",
        ["created_at"],
        postgresql_where=sa.text("status = 'queued'"),
        sqlite_where=sa.text("status = 'queued'"),
    )


def downgrade() -> None:
    op.drop_table("notifications")
    op.drop_table("notification_templates")
    for name in ("notification_provider", "notification_status", "notification_channel"):
        drop_enum(name)
