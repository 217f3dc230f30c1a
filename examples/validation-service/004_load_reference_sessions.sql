-- revision: 004_load_reference_sessions
-- down_revision: 003_add_behavioral_test_results
-- dialect: postgresql
-- message: Load the reference sessions of the acceptance run

-- upgrade
INSERT INTO validation_sessions
    (id, status, source_technology, target_technology, request, response, processing_log, metadata,
     created_at, updated_at, completed_at, deleted_at, deleted_by)
VALUES
    ('11111111-0000-4000-8000-000000000001', 'completed', 'python-flask', 'java-spring',
     '{"scope": "full_system", "input": "source_code", "priority": 1}', '{"approved": true}',
     '["received", "parsed 214 files", "compared", "done"]', '{"user_id": "a.berg", "team": "billing"}',
     '2025-09-01 08:00:00+00', '2025-09-01 08:07:31+00', '2025-09-01 08:07:31+00', NULL, NULL),
    ('11111111-0000-4000-8000-000000000002', 'completed', 'python-flask', 'java-spring',
     '{"scope": "backend", "input": "source_code", "priority": 2}', '{"approved": false}',
     '["received", "parsed 96 files", "compared", "done"]', '{"user_id": "r.silva", "team": "orders"}',
     '2025-09-03 13:20:00+00', '2025-09-03 13:23:08+00', '2025-09-03 13:23:08+00', NULL, NULL),
    ('11111111-0000-4000-8000-000000000003', 'failed', 'mysql', 'postgresql',
     '{"scope": "data_layer", "input": "schema", "priority": 1}', NULL,
     '["received", "could not read view v_open_items"]', '{"user_id": "a.berg", "team": "billing"}',
     '2025-09-04 06:41:00+00', '2025-09-04 06:41:12+00', NULL, NULL, NULL),
    ('11111111-0000-4000-8000-000000000004', 'running', 'javascript-react', 'typescript-vue',
     '{"scope": "user_interface", "input": "screenshots", "priority": 3}', NULL,
     '["received"]', '{"user_id": "k.mori", "team": "portal"}',
     '2025-09-05 15:02:00+00', '2025-09-05 15:02:00+00', NULL, NULL, NULL),
    ('11111111-0000-4000-8000-000000000005', 'completed', 'mysql', 'postgresql',
     '{"scope": "data_layer", "input": "schema", "priority": 2}', '{"approved": true}',
     '["received", "compared 41 tables", "done"]', '{"user_id": "r.silva", "team": "orders"}',
     '2025-08-20 09:10:00+00', '2025-08-28 17:00:00+00', '2025-08-20 09:11:45+00',
     '2025-08-28 17:00:00+00', 'r.silva');

INSERT INTO validation_results
    (id, session_id, overall_status, fidelity_score, summary, created_at, deleted_at, deleted_by)
VALUES
    ('22222222-0000-4000-8000-000000000001', '11111111-0000-4000-8000-000000000001', 'approved', 0.9731,
     'All endpoints answer alike; two rounding differences.', '2025-09-01 08:07:30+00', NULL, NULL),
    ('22222222-0000-4000-8000-000000000002', '11111111-0000-4000-8000-000000000002', 'rejected', 0.7125,
     'Order totals differ and one endpoint is missing.', '2025-09-03 13:23:07+00', NULL, NULL),
    ('22222222-0000-4000-8000-000000000003', '11111111-0000-4000-8000-000000000005', 'approved', 0.9980,
     'Forty-one tables with the same columns and keys.', '2025-08-20 09:11:44+00',
     '2025-08-28 17:00:00+00', 'r.silva');

INSERT INTO validation_discrepancies
    (id, result_id, severity, kind, description, source_element, target_element, recommendation, created_at)
VALUES
    ('33333333-0000-4000-8000-000000000001', '22222222-0000-4000-8000-000000000001', 'warning', 'rounding',
     'VAT is rounded per line, not per invoice', '{"function": "total_vat"}', '{"method": "InvoiceTotals.vat"}',
     'Round the sum once', '2025-09-01 08:07:30+00'),
    ('33333333-0000-4000-8000-000000000002', '22222222-0000-4000-8000-000000000001', 'info', 'naming',
     'customer_no is called customerNumber', '{"field": "customer_no"}', '{"field": "customerNumber"}',
     NULL, '2025-09-01 08:07:30+00'),
    ('33333333-0000-4000-8000-000000000003', '22222222-0000-4000-8000-000000000002', 'critical', 'missing_endpoint',
     'DELETE /orders/{id} has no counterpart', '{"route": "DELETE /orders/{id}"}', NULL,
     'Add the endpoint', '2025-09-03 13:23:07+00'),
    ('33333333-0000-4000-8000-000000000004', '22222222-0000-4000-8000-000000000002', 'critical', 'wrong_total',
     'Discounts are applied after tax', '{"function": "order_total"}', '{"method": "OrderTotals.total"}',
     'Apply discounts first', '2025-09-03 13:23:07+00');

INSERT INTO behavioral_test_results
    (id, session_id, baseline_result_id, discrepancy_id, scenario, passed, expected, actual, duration_ms, executed_at)
VALUES
    ('44444444-0000-4000-8000-000000000001', '11111111-0000-4000-8000-000000000001', NULL,
     '33333333-0000-4000-8000-000000000001', 'Invoice with three lines at 7 %', false,
     '{"vat": "4.83"}', '{"vat": "4.84"}', 182.4, '2025-09-01 08:06:02+00'),
    ('44444444-0000-4000-8000-000000000002', '11111111-0000-4000-8000-000000000001', NULL, NULL,
     'Sign in with a wrong password', true, '{"status": 401}', '{"status": 401}', 61.0, '2025-09-01 08:06:10+00'),
    ('44444444-0000-4000-8000-000000000003', '11111111-0000-4000-8000-000000000002',
     '22222222-0000-4000-8000-000000000001', '33333333-0000-4000-8000-000000000003', 'Cancel an open order', false,
     '{"status": 204}', '{"status": 405}', 47.5, '2025-09-03 13:22:18+00'),
    ('44444444-0000-4000-8000-000000000004', '11111111-0000-4000-8000-000000000002',
     '22222222-0000-4000-8000-000000000001', '33333333-0000-4000-8000-000000000001', 'Order with a voucher', false,
     '{"total": "89.10"}', '{"total": "90.00"}', 93.7, '2025-09-03 13:22:40+00');

INSERT INTO validation_metrics
    (metric_date, source_technology, target_technology, total_sessions, successful_sessions, avg_fidelity, total_duration)
VALUES
    ('2025-09-01', 'python-flask', 'java-spring', 1, 1, 0.9731, 451000),
    ('2025-09-03', 'python-flask', 'java-spring', 1, 0, 0.7125, 188000),
    ('2025-09-04', 'mysql', 'postgresql', 1, 0, NULL, 12000);

-- downgrade
DELETE FROM validation_metrics WHERE metric_date BETWEEN '2025-09-01' AND '2025-09-04';
-- Tests first: those of one session hold the baseline result of another.
DELETE FROM behavioral_test_results WHERE id IN (
    '44444444-0000-4000-8000-000000000001', '44444444-0000-4000-8000-000000000002',
    '44444444-0000-4000-8000-000000000003', '44444444-0000-4000-8000-000000000004'
);
DELETE FROM validation_sessions WHERE id IN (
    '11111111-0000-4000-8000-000000000001', '11111111-0000-4000-8000-000000000002',
    '11111111-0000-4000-8000-000000000003', '11111111-0000-4000-8000-000000000004',
    '11111111-0000-4000-8000-000000000005'
);
