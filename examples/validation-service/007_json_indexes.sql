-- revision: 007_json_indexes
-- down_revision: 006_daily_metrics
-- dialect: postgresql
-- message: Index the JSON fields that the search page filters by

-- upgrade
CREATE INDEX ix_validation_sessions_user_id ON validation_sessions ((metadata ->> 'user_id'));
CREATE INDEX ix_validation_sessions_scope_created_at
    ON validation_sessions ((request ->> 'scope'), created_at DESC) WHERE deleted_at IS NULL;
CREATE INDEX ix_validation_sessions_request ON validation_sessions USING gin (request jsonb_path_ops);

-- downgrade
DROP INDEX ix_validation_sessions_request;
DROP INDEX ix_validation_sessions_scope_created_at;
DROP INDEX ix_validation_sessions_user_id;
