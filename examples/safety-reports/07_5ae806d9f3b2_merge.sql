-- revision: 5ae806d9f3b2
-- down_revision: 8d25f9a3c170, 0c7d3e58b41a
-- dialect: mysql
-- message: Merge reporting and detection

-- upgrade

-- downgrade
