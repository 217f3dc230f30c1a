-- revision: 008_live_sessions_view
-- down_revision: 007_json_indexes
-- dialect: postgresql
-- message: Show live sessions with their score in a view

-- upgrade
CREATE VIEW live_validation_sessions AS
SELECT s.id,
       s.status,
       s.source_technology,
       s.target_technology,
       s.metadata ->> 'user_id' AS requested_by,
       r.overall_status,
       r.fidelity_score,
       (SELECT count(*) FROM validation_discrepancies d WHERE d.result_id = r.id AND d.deleted_at IS NULL)
           AS open_discrepancies,
       s.created_at
FROM validation_sessions s
LEFT JOIN validation_results r ON r.session_id = s.id AND r.deleted_at IS NULL
WHERE s.deleted_at IS NULL;
COMMENT ON VIEW live_validation_sessions IS 'What the dashboard lists';

-- downgrade
DROP VIEW live_validation_sessions;
