-- revision: 006_daily_metrics
-- down_revision: 005_status_and_severity_types
-- dialect: postgresql
-- message: Say what the metrics hold: mean, lowest score, rate, milliseconds

-- upgrade
ALTER TABLE validation_metrics RENAME COLUMN avg_fidelity TO mean_fidelity_score;
ALTER TABLE validation_metrics RENAME COLUMN total_duration TO total_duration_ms;
-- A busy day has more milliseconds than an integer.
ALTER TABLE validation_metrics ALTER COLUMN total_duration_ms TYPE bigint;
ALTER TABLE validation_metrics ADD COLUMN lowest_fidelity_score numeric(5, 4);
ALTER TABLE validation_metrics ADD COLUMN success_percent numeric(5, 2)
    GENERATED ALWAYS AS (successful_sessions * 100.0 / NULLIF(total_sessions, 0)) STORED;
ALTER TABLE validation_metrics ADD CONSTRAINT ck_validation_metrics_sessions
    CHECK (successful_sessions BETWEEN 0 AND total_sessions);
CREATE INDEX ix_validation_metrics_technologies_metric_date
    ON validation_metrics (source_technology, target_technology, metric_date DESC);
UPDATE validation_metrics SET lowest_fidelity_score = mean_fidelity_score WHERE total_sessions = 1;
COMMENT ON COLUMN validation_metrics.success_percent IS 'NULL on a day without sessions';

-- downgrade
DROP INDEX ix_validation_metrics_technologies_metric_date;
ALTER TABLE validation_metrics DROP CONSTRAINT ck_validation_metrics_sessions;
ALTER TABLE validation_metrics DROP COLUMN success_percent;
ALTER TABLE validation_metrics DROP COLUMN lowest_fidelity_score;
ALTER TABLE validation_metrics ALTER COLUMN total_duration_ms TYPE integer;
ALTER TABLE validation_metrics RENAME COLUMN total_duration_ms TO total_duration;
ALTER TABLE validation_metrics RENAME COLUMN mean_fidelity_score TO avg_fidelity;
