-- revision: 2e6a90cf8b53
-- down_revision: 17b9d4ea05c6
-- dialect: mysql
-- message: Add the auditor role for insurers

-- upgrade
ALTER TABLE users MODIFY COLUMN role ENUM('viewer', 'inspector', 'auditor', 'admin') NOT NULL DEFAULT 'inspector';
UPDATE users SET role = 'auditor' WHERE organization = 'Atlantic Mutual' AND role = 'viewer';

-- downgrade
UPDATE users SET role = 'viewer' WHERE role = 'auditor';
ALTER TABLE users MODIFY COLUMN role ENUM('viewer', 'inspector', 'admin') NOT NULL DEFAULT 'inspector';
