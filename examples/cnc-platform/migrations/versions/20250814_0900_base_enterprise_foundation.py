"""Audit log, migration history, performance baseline and configuration

Revision ID: 20250814_0900_base
Revises:
Create Date: 2025-08-14 09:00:00

"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migration_helpers import (
    comment_on_column,
    comment_on_table,
    create_enum_type,
    drop_enum_type,
    enum_type,
    execute_on_postgresql,
    jsonb,
)

revision = "20250814_0900_base"
down_revision = None
branch_labels = ("foundation",)
depends_on = None

AUDIT_OPERATIONS = ("INSERT", "UPDATE", "DELETE", "TRUNCATE", "LOGIN", "EXPORT")
VALUE_TYPES = ("string", "integer", "boolean", "duration", "json")
ENVIRONMENTS = ("development", "staging", "production")

PARTITIONS = [("2025_08", "2025-08-01", "2025-09-01"), ("2025_09", "2025-09-01", "2025-10-01")]


def upgrade() -> None:
    create_enum_type("audit_operation", AUDIT_OPERATIONS)
    create_enum_type("config_value_type", VALUE_TYPES)
    create_audit_log()
    create_migration_history()
    create_performance_baseline()
    create_configuration()


def create_audit_log() -> None:
    op.create_table(
        "enterprise_audit_log",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("operation", enum_type("audit_operation", AUDIT_OPERATIONS), nullable=False),
        sa.Column("table_name", sa.String(63), nullable=False),
        sa.Column("row_id", sa.Text()),
        sa.Column("old_values", jsonb()),
        sa.Column("new_values", jsonb()),
        sa.Column("user_id", postgresql.UUID(as_uuid=True)),
        sa.Column("session_id", postgresql.UUID(as_uuid=True)),
        sa.Column("transaction_id", sa.BigInteger()),
        sa.Column("correlation_id", postgresql.UUID(as_uuid=True)),
        sa.PrimaryKeyConstraint("id", "occurred_at"),
        postgresql_partition_by="RANGE (occurred_at)",
    )
    for name, first, next_first in PARTITIONS:
        execute_on_postgresql(
            f"CREATE TABLE enterprise_audit_log_{name} PARTITION OF enterprise_audit_log "
            f"FOR VALUES FROM ('{first} 00:00:00+00') TO ('{next_first} 00:00:00+00')"
        )
    execute_on_postgresql("CREATE TABLE enterprise_audit_log_rest PARTITION OF enterprise_audit_log DEFAULT")
    op.create_index(None, "enterprise_audit_log", ["correlation_id"])
    op.create_index("ix_enterprise_audit_log_table_name_occurred_at", "enterprise_audit_log", ["table_name", "occurred_at"])
    comment_on_table("enterprise_audit_log", "Every operation on the platform, one partition for each month")
    comment_on_column("enterprise_audit_log", "transaction_id", "What txid_current() said")


def create_migration_history() -> None:
    op.create_table(
        "migration_history",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("revision", sa.String(32), nullable=False),
        sa.Column("direction", sa.String(10), server_default="upgrade", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("duration_ms", sa.Integer()),
        sa.Column("success", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("server_version", sa.String(50)),
        sa.Column("environment", sa.String(20), server_default="development", nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint("direction IN ('upgrade', 'downgrade')", name="direction"),
        sa.CheckConstraint("duration_ms IS NULL OR duration_ms >= 0", name="duration_ms"),
        sa.CheckConstraint("NOT success OR error IS NULL", name="no_error_after_success"),
    )
    op.create_index("ix_migration_history_revision_started_at", "migration_history", ["revision", "started_at"])


def create_performance_baseline() -> None:
    baseline = op.create_table(
        "performance_baseline",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("metric", sa.String(100), nullable=False),
        sa.Column("category", sa.String(50), nullable=False),
        sa.Column("value", sa.Numeric(18, 4), nullable=False),
        sa.Column("unit", sa.String(20), nullable=False),
        sa.Column("server_version", sa.String(50), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("metric", "server_version", name=op.f("uq_performance_baseline_metric_server_version")),
    )
    op.bulk_insert(
        baseline,
        [
            {"metric": "pool_size", "category": "connection_pool", "value": 20, "unit": "connections", "server_version": "17.6"},
            {"metric": "pool_overflow", "category": "connection_pool", "value": 10, "unit": "connections", "server_version": "17.6"},
            {"metric": "work_mem", "category": "memory", "value": 16, "unit": "MB", "server_version": "17.6"},
            {"metric": "statement_timeout", "category": "timeouts", "value": 1800, "unit": "seconds", "server_version": "17.6"},
            {"metric": "lock_timeout", "category": "timeouts", "value": 300, "unit": "seconds", "server_version": "17.6"},
        ],
    )


def create_configuration() -> None:
    configuration = op.create_table(
        "enterprise_configuration",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("environment", sa.String(20), nullable=False),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column(
            "value_type", enum_type("config_value_type", VALUE_TYPES), server_default="string", nullable=False
        ),
        sa.Column("is_sensitive", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("description", sa.Text()),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("environment", "key", name=op.f("uq_enterprise_configuration_environment_key")),
        sa.CheckConstraint(f"environment IN {ENVIRONMENTS}", name="environment"),
        sa.CheckConstraint("length(key) > 0", name="key_not_empty"),
    )
    op.bulk_insert(
        configuration,
        [
            {
                "environment": environment,
                "key": key,
                "value": value,
                "value_type": value_type,
                "is_sensitive": is_sensitive,
            }
            for environment in ENVIRONMENTS
            for key, value, value_type, is_sensitive in [
                ("audit.retention", "P365D", "duration", False),
                ("mfa.required", "true" if environment == "production" else "false", "boolean", False),
                ("storage.signing_key", "change-me", "string", True),
            ]
        ],
    )


def downgrade() -> None:
    op.drop_table("enterprise_configuration")
    op.drop_table("performance_baseline")
    op.drop_table("migration_history")
    op.drop_table("enterprise_audit_log")
    drop_enum_type("config_value_type")
    drop_enum_type("audit_operation")
