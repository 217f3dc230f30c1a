-- revision: 17b9d4ea05c6
-- down_revision: c30f6b8e1d97
-- dialect: mysql
-- message: Make room for long texts and say the unit of the inference time

-- upgrade
ALTER TABLE reports MODIFY COLUMN `text` MEDIUMTEXT NOT NULL;
ALTER TABLE users MODIFY COLUMN profile_picture_url VARCHAR(2048) NULL;
ALTER TABLE detection_history CHANGE COLUMN inference_time inference_time_ms DOUBLE NULL AFTER violation_count;

-- downgrade
ALTER TABLE detection_history CHANGE COLUMN inference_time_ms inference_time INT NULL AFTER violation_count;
-- What does not fit any more is forgotten, so that strict mode lets the columns shrink.
UPDATE users SET profile_picture_url = NULL WHERE CHAR_LENGTH(profile_picture_url) > 255;
ALTER TABLE users MODIFY COLUMN profile_picture_url VARCHAR(255) NULL;
UPDATE reports SET `text` = SUBSTR(`text`, 1, 16000) WHERE CHAR_LENGTH(`text`) > 16000;
ALTER TABLE reports MODIFY COLUMN `text` TEXT NOT NULL;
