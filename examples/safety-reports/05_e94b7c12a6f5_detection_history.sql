-- revision: e94b7c12a6f5
-- down_revision: 72147ce4c0a5
-- branch_labels: detection
-- dialect: mysql
-- message: Keep the history of image detections

-- upgrade
CREATE TABLE detection_history (
    id VARCHAR(36) NOT NULL,
    image_path VARCHAR(512) NOT NULL,
    detection_count INT NOT NULL DEFAULT 0,
    violation_count INT NOT NULL DEFAULT 0,
    inference_time INT NULL,
    `timestamp` TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    user_id VARCHAR(36) NOT NULL,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (id),
    KEY idx_detection_history_user_timestamp (user_id, `timestamp`),
    CONSTRAINT fk_detection_history_user_id_users FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE INDEX ix_detection_history_timestamp ON detection_history (`timestamp`);

-- downgrade
DROP TABLE detection_history;
