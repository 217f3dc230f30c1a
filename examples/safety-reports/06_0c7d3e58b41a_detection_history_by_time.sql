-- revision: 0c7d3e58b41a
-- down_revision: e94b7c12a6f5
-- dialect: mysql
-- message: Index detections by time for the activity chart

-- upgrade
-- The table has this index already, as ix_detection_history_timestamp. Nobody saw it then.
CREATE INDEX idx_detection_history_timestamp ON detection_history (`timestamp`);

-- downgrade
DROP INDEX idx_detection_history_timestamp ON detection_history;
