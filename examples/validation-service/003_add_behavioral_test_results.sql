-- revision: 003_add_behavioral_test_results
-- down_revision: 002_add_soft_delete
-- dialect: postgresql
-- message: Record behavioral tests and the results they are measured against

-- upgrade
CREATE TABLE behavioral_test_results (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    session_id uuid NOT NULL,
    baseline_result_id uuid,
    discrepancy_id uuid,
    scenario varchar(200) NOT NULL,
    passed boolean NOT NULL DEFAULT false,
    expected jsonb,
    actual jsonb,
    duration_ms double precision,
    executed_at timestamptz NOT NULL DEFAULT now(),
    -- A test goes with its session.
    CONSTRAINT fk_behavioral_test_results_session_id FOREIGN KEY (session_id)
        REFERENCES validation_sessions (id) ON DELETE CASCADE,
    -- A result that others are measured against must not go.
    CONSTRAINT fk_behavioral_test_results_baseline_result_id FOREIGN KEY (baseline_result_id)
        REFERENCES validation_results (id) ON DELETE RESTRICT,
    -- The discrepancy that a test showed may be settled and go; the test stays.
    CONSTRAINT fk_behavioral_test_results_discrepancy_id FOREIGN KEY (discrepancy_id)
        REFERENCES validation_discrepancies (id) ON DELETE SET NULL
);
COMMENT ON TABLE behavioral_test_results IS 'Scenarios played on both systems';
COMMENT ON COLUMN behavioral_test_results.baseline_result_id IS 'The approved result this test is measured against';
CREATE INDEX ix_behavioral_test_results_session_id_passed ON behavioral_test_results (session_id, passed);
CREATE INDEX ix_behavioral_test_results_baseline_result_id ON behavioral_test_results (baseline_result_id);
CREATE INDEX ix_behavioral_test_results_discrepancy_id ON behavioral_test_results (discrepancy_id);
CREATE INDEX ix_behavioral_test_results_failed
    ON behavioral_test_results (executed_at DESC) WHERE NOT passed;

-- downgrade
DROP TABLE behavioral_test_results;
