"""Initial schema with TimescaleDB

Revision ID: 001_initial_schema
Revises:
Create Date: 2025-10-01 09:00:00

"""
import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import Vector
from sqlalchemy.dialects import postgresql

revision = "001_initial_schema"
down_revision = None
branch_labels = None
depends_on = None

EXTENSIONS = ("timescaledb", "vector", "uuid-ossp")

#: As many numbers as the embedding model gives for a text.
DIMENSIONS = 1536

ROLES = ("admin", "analyst", "viewer", "service")
SCOPES = ("read", "write", "manage")


def uuid_key() -> sa.Column:
    return sa.Column(
        "id", postgresql.UUID(as_uuid=True), server_default=sa.text("uuid_generate_v4()"), primary_key=True
    )


def reference(name: str, target: str, *, ondelete: str, nullable: bool = False) -> sa.Column:
    return sa.Column(
        name, postgresql.UUID(as_uuid=True), sa.ForeignKey(target, ondelete=ondelete), nullable=nullable
    )


def created_at() -> sa.Column:
    return sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False)


def updated_at() -> sa.Column:
    return sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False)


def upgrade() -> None:
    for extension in EXTENSIONS:
        op.execute(f'CREATE EXTENSION IF NOT EXISTS "{extension}"')
    create_companies()
    create_financial_metrics()
    create_documents()
    create_reports()
    create_accounts()


def create_companies() -> None:
    op.create_table(
        "companies",
        uuid_key(),
        sa.Column("ticker", sa.String(10), nullable=False),
        sa.Column("cik", sa.String(10)),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("sector", sa.String(100)),
        sa.Column("subsector", sa.String(100)),
        sa.Column("category", sa.String(50)),
        sa.Column("employees", sa.Integer()),
        sa.Column("website", sa.String(255)),
        created_at(),
        updated_at(),
        sa.UniqueConstraint("ticker", name="uq_companies_ticker"),
        sa.UniqueConstraint("cik", name="uq_companies_cik"),
        sa.CheckConstraint("employees IS NULL OR employees >= 0", name="ck_companies_employees"),
    )
    op.create_index("ix_companies_category", "companies", ["category"])
    op.create_index("ix_companies_sector_subsector", "companies", ["sector", "subsector"])

    op.create_table(
        "sec_filings",
        uuid_key(),
        reference("company_id", "companies.id", ondelete="CASCADE"),
        sa.Column("filing_type", sa.String(20), nullable=False),
        sa.Column("filing_date", sa.Date(), nullable=False),
        sa.Column("accession_number", sa.String(25), nullable=False),
        sa.Column("filing_url", sa.Text()),
        sa.Column("raw_text", sa.Text()),
        sa.Column("parsed", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("processed_at", sa.DateTime(timezone=True)),
        created_at(),
        sa.UniqueConstraint("company_id", "accession_number", name="uq_sec_filings_company_id_accession_number"),
    )
    op.create_index("ix_sec_filings_filing_date", "sec_filings", ["filing_date"])
    op.create_index("ix_sec_filings_filing_type_filing_date", "sec_filings", ["filing_type", "filing_date"])


def create_financial_metrics() -> None:
    op.create_table(
        "financial_metrics",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("metric_date", sa.DateTime(timezone=True), nullable=False),
        reference("company_id", "companies.id", ondelete="CASCADE"),
        sa.Column("metric_type", sa.String(50), nullable=False),
        sa.Column("period_type", sa.String(20), server_default="quarterly", nullable=False),
        sa.Column("value", sa.Numeric(20, 4), nullable=False),
        sa.Column("unit", sa.String(20), server_default="USD", nullable=False),
        sa.Column("source", sa.String(50)),
        sa.Column("confidence", sa.Numeric(4, 3)),
        created_at(),
        # A hypertable is cut by its time: every key must hold it.
        sa.PrimaryKeyConstraint("id", "metric_date", name="pk_financial_metrics"),
        sa.CheckConstraint("confidence IS NULL OR confidence BETWEEN 0 AND 1", name="ck_financial_metrics_confidence"),
    )
    op.execute(
        "SELECT create_hypertable('financial_metrics', 'metric_date', "
        "chunk_time_interval => INTERVAL '1 month', if_not_exists => TRUE)"
    )
    op.create_index("ix_financial_metrics_date_type", "financial_metrics", ["metric_date", "metric_type"])
    op.create_index(
        "ix_financial_metrics_company_type_date", "financial_metrics", ["company_id", "metric_type", "metric_date"]
    )
    op.execute(
        "ALTER TABLE financial_metrics SET (timescaledb.compress, "
        "timescaledb.compress_segmentby = 'company_id, metric_type', "
        "timescaledb.compress_orderby = 'metric_date DESC')"
    )
    op.execute("SELECT add_compression_policy('financial_metrics', INTERVAL '30 days')")
    op.execute("SELECT add_retention_policy('financial_metrics', INTERVAL '2 years')")
    # A continuous aggregate cannot be made in a transaction.
    with op.get_context().autocommit_block():
        op.execute(
            """
            CREATE MATERIALIZED VIEW daily_metrics_summary
            WITH (timescaledb.continuous) AS
            SELECT time_bucket(INTERVAL '1 day', metric_date) AS day, company_id, metric_type,
                   avg(value) AS average, min(value) AS lowest, max(value) AS highest, count(*) AS measured
            FROM financial_metrics
            GROUP BY day, company_id, metric_type
            WITH NO DATA
            """
        )
    op.execute(
        "SELECT add_continuous_aggregate_policy('daily_metrics_summary', start_offset => INTERVAL '3 days', "
        "end_offset => INTERVAL '1 hour', schedule_interval => INTERVAL '1 hour')"
    )


def create_documents() -> None:
    op.create_table(
        "documents",
        uuid_key(),
        reference("company_id", "companies.id", ondelete="CASCADE", nullable=True),
        sa.Column("document_type", sa.String(50), nullable=False),
        sa.Column("document_date", sa.Date()),
        sa.Column("title", sa.String(500), nullable=False),
        sa.Column("content", sa.Text()),
        sa.Column("embedding", Vector(DIMENSIONS)),
        sa.Column("extracted", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        created_at(),
        updated_at(),
    )
    op.create_index("ix_documents_document_type_document_date", "documents", ["document_type", "document_date"])
    op.create_index("ix_documents_company_id", "documents", ["company_id"])

    op.create_table(
        "document_chunks",
        uuid_key(),
        reference("document_id", "documents.id", ondelete="CASCADE"),
        sa.Column("chunk_index", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("tokens", sa.Integer()),
        sa.Column("embedding", Vector(DIMENSIONS)),
        created_at(),
        sa.UniqueConstraint("document_id", "chunk_index", name="uq_document_chunks_document_id_chunk_index"),
        sa.CheckConstraint("chunk_index >= 0", name="ck_document_chunks_chunk_index"),
    )
    op.execute(
        "CREATE INDEX ix_document_chunks_embedding ON document_chunks "
        "USING ivfflat (embedding vector_cosine_ops) WITH (lists = 100)"
    )


def create_reports() -> None:
    op.create_table(
        "analysis_reports",
        uuid_key(),
        reference("company_id", "companies.id", ondelete="CASCADE", nullable=True),
        sa.Column("report_type", sa.String(50), nullable=False),
        sa.Column("title", sa.String(500), nullable=False),
        sa.Column("findings", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("cache_key", sa.String(255)),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        created_at(),
        sa.UniqueConstraint("cache_key", name="uq_analysis_reports_cache_key"),
    )
    op.create_index("ix_analysis_reports_expires_at", "analysis_reports", ["expires_at"])
    op.create_index("ix_analysis_reports_report_type_created_at", "analysis_reports", ["report_type", "created_at"])

    op.create_table(
        "market_intelligence",
        uuid_key(),
        sa.Column("intel_type", sa.String(50), nullable=False),
        sa.Column("event_date", sa.DateTime(timezone=True), nullable=False),
        reference("primary_company_id", "companies.id", ondelete="CASCADE"),
        reference("related_company_id", "companies.id", ondelete="SET NULL", nullable=True),
        sa.Column("title", sa.String(500), nullable=False),
        sa.Column("details", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("tags", postgresql.ARRAY(sa.String(50)), server_default=sa.text("'{}'"), nullable=False),
        created_at(),
    )
    op.create_index("ix_market_intelligence_type_date", "market_intelligence", ["intel_type", "event_date"])
    op.create_index(
        "ix_market_intelligence_company_date", "market_intelligence", ["primary_company_id", "event_date"]
    )


def create_accounts() -> None:
    op.create_table(
        "users",
        uuid_key(),
        sa.Column("email", sa.String(255), nullable=False),
        sa.Column("username", sa.String(100), nullable=False),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("role", sa.Enum(*ROLES, name="user_role"), server_default="viewer", nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("rate_limit", sa.Integer(), server_default="1000", nullable=False),
        sa.Column("last_login_at", sa.DateTime(timezone=True)),
        created_at(),
        updated_at(),
        sa.UniqueConstraint("email", name="uq_users_email"),
        sa.UniqueConstraint("username", name="uq_users_username"),
        sa.CheckConstraint("rate_limit > 0", name="ck_users_rate_limit"),
    )
    permissions = op.create_table(
        "permissions",
        uuid_key(),
        sa.Column("resource", sa.String(50), nullable=False),
        sa.Column("scope", sa.Enum(*SCOPES, name="permission_scope"), nullable=False),
        sa.Column("description", sa.Text()),
        sa.UniqueConstraint("resource", "scope", name="uq_permissions_resource_scope"),
    )
    op.bulk_insert(
        permissions,
        [
            {"resource": resource, "scope": scope, "description": f"{scope.title()} {resource}"}
            for resource in ("companies", "filings", "reports")
            for scope in SCOPES
        ],
    )
    op.create_table(
        "api_keys",
        uuid_key(),
        reference("user_id", "users.id", ondelete="CASCADE"),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("key_hash", sa.String(64), nullable=False, comment="SHA-256"),
        sa.Column("scopes", postgresql.ARRAY(sa.String(20)), server_default=sa.text("'{read}'"), nullable=False),
        sa.Column("hourly_limit", sa.Integer(), server_default="1000", nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Column("last_used_at", sa.DateTime(timezone=True)),
        created_at(),
        sa.UniqueConstraint("key_hash", name="uq_api_keys_key_hash"),
        sa.CheckConstraint("hourly_limit > 0", name="ck_api_keys_hourly_limit"),
    )
    op.create_index("ix_api_keys_user_id", "api_keys", ["user_id"])
    op.create_table(
        "user_sessions",
        uuid_key(),
        reference("user_id", "users.id", ondelete="CASCADE"),
        sa.Column("token", sa.String(255), nullable=False),
        sa.Column("ip_address", postgresql.INET()),
        sa.Column("user_agent", sa.Text()),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        created_at(),
        sa.UniqueConstraint("token", name="uq_user_sessions_token"),
    )
    op.create_index("ix_user_sessions_user_id_expires_at", "user_sessions", ["user_id", "expires_at"])


def downgrade() -> None:
    op.drop_table("user_sessions")
    op.drop_table("api_keys")
    op.drop_table("permissions")
    op.drop_table("users")
    op.execute("DROP TYPE permission_scope")
    op.execute("DROP TYPE user_role")
    op.drop_table("market_intelligence")
    op.drop_table("analysis_reports")
    op.drop_table("document_chunks")
    op.drop_table("documents")
    op.execute("DROP MATERIALIZED VIEW daily_metrics_summary")
    op.drop_table("financial_metrics")
    op.drop_table("sec_filings")
    op.drop_table("companies")
    for extension in reversed(EXTENSIONS):
        op.execute(f'DROP EXTENSION IF EXISTS "{extension}"')
