-- revision: c30f6b8e1d97
-- down_revision: 5ae806d9f3b2
-- dialect: mysql
-- message: Load the records of the pilot sites

-- upgrade
INSERT INTO users (id, microsoft_user_id, email, name, role, profile_picture_url, organization, created_at, last_login) VALUES
    ('0d8f4c1e-5b7a-4e39-9c62-1f3a8b5d7e01', 'aad-7c41e9b2', 'maria.lindqvist@harborbuild.example', 'Maria Lindqvist', 'admin', 'https://img.harborbuild.example/people/mlindqvist.png', 'Harbor Build', '2025-03-03 07:58:12', '2025-04-11 06:30:44'),
    ('0d8f4c1e-5b7a-4e39-9c62-1f3a8b5d7e02', 'aad-19f0d5aa', 'tomas.okafor@harborbuild.example', 'Tomas Okafor', 'inspector', NULL, 'Harbor Build', '2025-03-03 08:12:40', '2025-04-10 14:02:09'),
    ('0d8f4c1e-5b7a-4e39-9c62-1f3a8b5d7e03', 'aad-e2b86734', 'jun.watanabe@northyard.example', 'Jun Watanabe', 'inspector', NULL, 'North Yard Logistics', '2025-03-17 09:45:00', '2025-04-09 05:51:37'),
    ('0d8f4c1e-5b7a-4e39-9c62-1f3a8b5d7e04', 'aad-5d3390cf', 'elena.costa@insurer.example', 'Elena Costa', 'viewer', NULL, 'Atlantic Mutual', '2025-03-20 12:00:00', NULL);

INSERT INTO reports (id, report_id, title, `text`, location, `timestamp`, user_id, `format`, metadata_json, created_at, updated_at) VALUES
    ('4a1b9e70-22c3-4d5f-8e10-6b7c8d9e0f01', 'HB-2025-0117', 'Scaffold inspection, pier 4', 'The east scaffold was climbed at 08:20. Two bays have no guardrail above the second lift, and one worker stood there without a harness. Work above the lift was stopped until the rails are back.', 'Pier 4, east face', '2025-04-02 08:20:00', '0d8f4c1e-5b7a-4e39-9c62-1f3a8b5d7e02', 'pdf', '{"weather": "rain", "camera": "C-12", "images": 18}', '2025-04-02 09:05:31', '2025-04-02 09:05:31'),
    ('4a1b9e70-22c3-4d5f-8e10-6b7c8d9e0f02', 'HB-2025-0121', 'Weekly walk, workshop hall', 'Aisles are marked and clear. An angle grinder was used with the guard removed; it was taken out of service. The eyewash station was blocked by pallets.', 'Workshop hall B', '2025-04-08 10:00:00', '0d8f4c1e-5b7a-4e39-9c62-1f3a8b5d7e02', 'pdf', '{"camera": "C-03", "images": 9}', '2025-04-08 11:14:02', '2025-04-08 11:14:02'),
    ('4a1b9e70-22c3-4d5f-8e10-6b7c8d9e0f03', 'NY-2025-0040', 'Loading dock, night shift', 'Forklift traffic and people on foot share the lane at doors 7 to 9. Three people wore no high-visibility vest between 02:00 and 03:00.', 'Dock 7-9', '2025-04-05 02:10:00', '0d8f4c1e-5b7a-4e39-9c62-1f3a8b5d7e03', 'docx', '{"shift": "night", "camera": "D-07", "images": 31}', '2025-04-05 06:40:18', '2025-04-05 06:40:18'),
    ('4a1b9e70-22c3-4d5f-8e10-6b7c8d9e0f04', 'HB-2025-0125', 'Trench at gate 2', 'The trench is 1.9 m deep and 14 m long. The box covers its first half only. No ladder within 7.5 m of the crew.', 'Gate 2', '2025-04-10 13:30:00', '0d8f4c1e-5b7a-4e39-9c62-1f3a8b5d7e01', 'pdf', NULL, '2025-04-10 14:01:55', '2025-04-10 14:01:55');

INSERT INTO violations (id, violation_type, severity, description, osha_standard, confidence, `timestamp`, location, report_id, created_at) VALUES
    ('9c5d2f10-7e84-4b16-a3d0-2e4f6a8b0c01', 'missing_guardrail', 'critical', 'Two scaffold bays above 3 m without a guardrail', '29 CFR 1926.451(g)(1)', 0.9731, '2025-04-02 08:24:10', 'Pier 4, east face', '4a1b9e70-22c3-4d5f-8e10-6b7c8d9e0f01', '2025-04-02 09:05:31'),
    ('9c5d2f10-7e84-4b16-a3d0-2e4f6a8b0c02', 'no_harness', 'critical', 'Worker at the open edge without fall arrest', '29 CFR 1926.502(d)', 0.9412, '2025-04-02 08:25:02', 'Pier 4, east face', '4a1b9e70-22c3-4d5f-8e10-6b7c8d9e0f01', '2025-04-02 09:05:31'),
    ('9c5d2f10-7e84-4b16-a3d0-2e4f6a8b0c03', 'no_hard_hat', 'medium', 'Bare head below the hoist', '29 CFR 1926.100(a)', 0.8805, '2025-04-02 08:31:47', 'Pier 4, ground', '4a1b9e70-22c3-4d5f-8e10-6b7c8d9e0f01', '2025-04-02 09:05:31'),
    ('9c5d2f10-7e84-4b16-a3d0-2e4f6a8b0c04', 'guard_removed', 'high', 'Angle grinder used without its guard', '29 CFR 1910.243(c)(3)', 0.9120, '2025-04-08 10:12:30', 'Workshop hall B', '4a1b9e70-22c3-4d5f-8e10-6b7c8d9e0f02', '2025-04-08 11:14:02'),
    ('9c5d2f10-7e84-4b16-a3d0-2e4f6a8b0c05', 'blocked_eyewash', 'medium', 'Eyewash station behind two pallets', '29 CFR 1910.151(c)', 0.7644, '2025-04-08 10:20:05', 'Workshop hall B', '4a1b9e70-22c3-4d5f-8e10-6b7c8d9e0f02', '2025-04-08 11:14:02'),
    ('9c5d2f10-7e84-4b16-a3d0-2e4f6a8b0c06', 'no_vest', 'medium', 'Three people on foot in the forklift lane without a vest', '29 CFR 1926.651(d)', 0.8957, '2025-04-05 02:26:40', 'Dock 7-9', '4a1b9e70-22c3-4d5f-8e10-6b7c8d9e0f03', '2025-04-05 06:40:18'),
    ('9c5d2f10-7e84-4b16-a3d0-2e4f6a8b0c07', 'unprotected_trench', 'critical', 'Trench deeper than 1.5 m, half of it without a box', '29 CFR 1926.652(a)(1)', NULL, '2025-04-10 13:34:00', 'Gate 2', '4a1b9e70-22c3-4d5f-8e10-6b7c8d9e0f04', '2025-04-10 14:01:55'),
    ('9c5d2f10-7e84-4b16-a3d0-2e4f6a8b0c08', 'no_ladder', 'high', 'No ladder within 7.5 m of the crew in the trench', '29 CFR 1926.651(c)(2)', 0.6890, '2025-04-10 13:36:20', 'Gate 2', '4a1b9e70-22c3-4d5f-8e10-6b7c8d9e0f04', '2025-04-10 14:01:55');

INSERT INTO detection_history (id, image_path, detection_count, violation_count, inference_time, `timestamp`, user_id, created_at) VALUES
    ('e7a3c5b1-0f92-4d68-b4e7-8c1d3f5a7b01', 'uploads/2025/04/02/pier4-east-0824.jpg', 6, 2, 84, '2025-04-02 08:24:11', '0d8f4c1e-5b7a-4e39-9c62-1f3a8b5d7e02', '2025-04-02 08:24:11'),
    ('e7a3c5b1-0f92-4d68-b4e7-8c1d3f5a7b02', 'uploads/2025/04/02/pier4-ground-0831.jpg', 4, 1, 79, '2025-04-02 08:31:48', '0d8f4c1e-5b7a-4e39-9c62-1f3a8b5d7e02', '2025-04-02 08:31:48'),
    ('e7a3c5b1-0f92-4d68-b4e7-8c1d3f5a7b03', 'uploads/2025/04/08/hall-b-1012.jpg', 3, 2, 91, '2025-04-08 10:12:31', '0d8f4c1e-5b7a-4e39-9c62-1f3a8b5d7e02', '2025-04-08 10:12:31'),
    ('e7a3c5b1-0f92-4d68-b4e7-8c1d3f5a7b04', 'uploads/2025/04/05/dock-0226.jpg', 9, 3, 112, '2025-04-05 02:26:41', '0d8f4c1e-5b7a-4e39-9c62-1f3a8b5d7e03', '2025-04-05 02:26:41'),
    ('e7a3c5b1-0f92-4d68-b4e7-8c1d3f5a7b05', 'uploads/2025/04/05/dock-0251.jpg', 5, 0, 96, '2025-04-05 02:51:03', '0d8f4c1e-5b7a-4e39-9c62-1f3a8b5d7e03', '2025-04-05 02:51:03'),
    ('e7a3c5b1-0f92-4d68-b4e7-8c1d3f5a7b06', 'uploads/2025/04/10/gate2-1334.jpg', 7, 2, NULL, '2025-04-10 13:34:02', '0d8f4c1e-5b7a-4e39-9c62-1f3a8b5d7e01', '2025-04-10 13:34:02');

-- downgrade
-- Everything else of the pilot hangs on its users.
DELETE FROM users WHERE id IN (
    '0d8f4c1e-5b7a-4e39-9c62-1f3a8b5d7e01',
    '0d8f4c1e-5b7a-4e39-9c62-1f3a8b5d7e02',
    '0d8f4c1e-5b7a-4e39-9c62-1f3a8b5d7e03',
    '0d8f4c1e-5b7a-4e39-9c62-1f3a8b5d7e04'
);
