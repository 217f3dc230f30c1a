"""How busy each machine is, day by day

Revision ID: 20250816_0800_utilisation
Revises: 20250815_1500_rls
Create Date: 2025-08-16 08:00:00

"""
import sqlalchemy as sa
from alembic import op

from migration_helpers import (
    create_materialized_view,
    drop_materialized_view,
    refresh_materialized_view,
)

revision = "20250816_0800_utilisation"
down_revision = "20250815_1500_rls"
branch_labels = None
depends_on = None

UTILISATION = """
SELECT machine_id, date_trunc('day', finished_at) AS day, count(*) AS jobs,
       coalesce(sum(machining_seconds), 0) AS seconds
FROM production_jobs
WHERE state = 'done' AND finished_at IS NOT NULL
GROUP BY machine_id, date_trunc('day', finished_at)
"""


def upgrade() -> None:
    op.create_index("ix_production_jobs_state_finished_at", "production_jobs", ["state", sa.text("finished_at DESC")])
    create_materialized_view("machine_utilisation", UTILISATION, unique_on=("machine_id", "day"))
    refresh_materialized_view("machine_utilisation")


def downgrade() -> None:
    drop_materialized_view("machine_utilisation")
    op.drop_index("ix_production_jobs_state_finished_at", table_name="production_jobs")
