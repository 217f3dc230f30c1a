//! The example whose chain is broken, as the command tells it.

use insta::assert_snapshot;

use crate::bench::{Answer, Bench};

const BROKEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/cnc-licensing-broken");

fn look(line: &str) -> Answer {
    Bench::empty().run(&format!("--project {BROKEN} {line}"))
}

/// One line for each thing that is said: code, message, place, and what to do.
fn said(answer: &Answer) -> String {
    let document = answer.json();
    let mut text = String::new();
    for said in document["diagnostics"].as_array().unwrap() {
        let label = &said["labels"][0];
        let file = label["file"].as_str().unwrap().rsplit('/').next().unwrap();
        let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        text += &format!(
            "{} {}\n  {}\n  {file}:{}\n",
            word(&said["severity"]),
            word(&said["code"]),
            word(&said["message"]),
            label["line"]
        );
        for help in said["help"].as_array().unwrap() {
            text += &format!("  - {}\n", word(help));
        }
    }
    text
}

#[test]
fn all_that_is_wrong_is_said_with_a_mend() {
    let answer = look("heads --format json");
    assert_eq!(answer.code, 2);
    assert_snapshot!(said(&answer), @r"
    warn operation/server-setting
      `ALTER SYSTEM SET wal_buffers` does nothing until the server is started again
      20250817_2030_task_31_enterprise_auth_fields.py:19
      - Take it out of the revision; set `wal_buffers` where the server is configured (`postgresql.conf`) and restart it.
    warn operation/server-setting
      `SET shared_buffers` is refused: a server reads `shared_buffers` only when it starts
      20250817_2245_task_311_audit_correlation_pii_fields.py:22
      - Take it out of the revision; set `shared_buffers` where the server is configured (`postgresql.conf`) and restart it.
    warn operation/server-setting
      `SET max_connections` is refused: a server reads `max_connections` only when it starts
      20250817_2245_task_311_audit_correlation_pii_fields.py:23
      - Take it out of the revision; set `max_connections` where the server is configured (`postgresql.conf`) and restart it.
    info alembic/file-name
      3 files have a `-` in the name, which `file_template` (%(rev)s_%(slug)s) does not write
      20250817-2045-task-32-enterprise-sessions-table.py:1
      - A module with such a name can be imported by no other
    warn graph/id-too-long
      the id `20250817-2045-task-32-enterprise-sessions-table` has 47 characters, and the version table has room for 32
      20250817-2045-task-32-enterprise-sessions-table.py:13
      - Shorten the id to 32 characters (`20250817_2045_task_32_enterprise`), here and in the down revision of what stands on it.
    warn graph/id-character
      the id `20250817-2045-task-32-enterprise-sessions-table` has a `-`, which has a meaning in targets
      20250817-2045-task-32-enterprise-sessions-table.py:13
      - Name it `20250817_2045_task_32_enterprise_sessions_table`, here and in the down revision of what stands on it.
    warn graph/id-too-long
      the id `20250817_2030_task_31_enterprise_auth_fields` has 44 characters, and the version table has room for 32
      20250817_2030_task_31_enterprise_auth_fields.py:11
      - Shorten the id to 32 characters (`20250817_2030_task_31_enterprise`), here and in the down revision of what stands on it.
    warn graph/id-too-long
      the id `20250817_2100_task_35_oidc_accounts_table` has 41 characters, and the version table has room for 32
      20250817_2100_task_35_oidc_accounts_table.py:13
      - Shorten the id to 32 characters (`20250817_2100_task_35_oidc`), here and in the down revision of what stands on it.
    error graph/missing-down-revision
      the down revision `20250817_2045_task_32_enterprise_sessions_table` of `20250817_2100_task_35_oidc_accounts_table` does not exist
      20250817_2100_task_35_oidc_accounts_table.py:14
      - Name `20250817-2045-task-32-enterprise-sessions-table`: that is its spelling now.
    warn graph/id-too-long
      the id `20250817_2245_task_311_audit_correlation_pii_fields` has 51 characters, and the version table has room for 32
      20250817_2245_task_311_audit_correlation_pii_fields.py:13
      - Shorten the id to 32 characters (`20250817_2245_task_311_audit`), here and in the down revision of what stands on it.
    error graph/missing-down-revision
      the down revision `20250817_2200_task_36_magic_links_table` of `20250817_2245_task_311_audit_correlation_pii_fields` does not exist
      20250817_2245_task_311_audit_correlation_pii_fields.py:14
      - Name `20250817_2100_task_35_oidc_accounts_table`, if that was meant.
      - Add the file of `20250817_2200_task_36_magic_links_table`; it may be on another branch.
    warn graph/id-too-long
      the id `20250818-1100-task-44-invoice-model-numbering-vat` has 49 characters, and the version table has room for 32
      20250818-1100-task-44-invoice-model-numbering-vat.py:21
      - Shorten the id to 32 characters (`20250818_1100_task_44_invoice`), here and in the down revision of what stands on it.
    warn graph/id-character
      the id `20250818-1100-task-44-invoice-model-numbering-vat` has a `-`, which has a meaning in targets
      20250818-1100-task-44-invoice-model-numbering-vat.py:21
      - Name it `20250818_1100_task_44_invoice_model_numbering_vat`, here and in the down revision of what stands on it.
    warn graph/id-too-long
      the id `20250818_0000_task_37_mfa_totp_tables` has 37 characters, and the version table has room for 32
      20250818_0000_task_37_mfa_totp_tables.py:13
      - Shorten the id to 32 characters (`20250818_0000_task_37_mfa_totp`), here and in the down revision of what stands on it.
    warn graph/id-too-long
      the id `20250818_1000_task_41_license_domain_model` has 42 characters, and the version table has room for 32
      20250818_1000_task_41_license_domain_model.py:20
      - Shorten the id to 32 characters (`20250818_1000_task_41_license`), here and in the down revision of what stands on it.
    warn graph/id-too-long
      the id `20250818_add_idempotency_records_table` has 38 characters, and the version table has room for 32
      20250818_add_idempotency_records_table.py:13
      - Shorten the id to 32 characters (`20250818_add_idempotency_records`), here and in the down revision of what stands on it.
    error graph/missing-down-revision
      the down revision `20250818_1100_task_44_invoice_model_numbering_vat` of `20250818_add_idempotency_records_table` does not exist
      20250818_add_idempotency_records_table.py:14
      - Name `20250818-1100-task-44-invoice-model-numbering-vat`: that is its spelling now.
    warn graph/id-too-long
      the id `20250819-1200-task-46-payment-provider` has 38 characters, and the version table has room for 32
      20250819-1200-task-46-payment-provider.py:23
      - Shorten the id to 32 characters (`20250819_1200_task_46_payment`), here and in the down revision of what stands on it.
    warn graph/id-character
      the id `20250819-1200-task-46-payment-provider` has a `-`, which has a meaning in targets
      20250819-1200-task-46-payment-provider.py:23
      - Name it `20250819_1200_task_46_payment_provider`, here and in the down revision of what stands on it.
    warn graph/id-too-long
      the id `20250819_0000_task_47_notification_service` has 42 characters, and the version table has room for 32
      20250819_0000_task_47_notification_service.py:20
      - Shorten the id to 32 characters (`20250819_0000_task_47`), here and in the down revision of what stands on it.
    warn graph/id-too-long
      the id `20250819_1230_task_48_license_notification_duplicate_prevention` has 63 characters, and the version table has room for 32
      20250819_1230_task_48_license_notification_duplicate_prevention.py:11
      - Shorten the id to 32 characters (`20250819_1230_task_48_license`), here and in the down revision of what stands on it.
    error graph/missing-down-revision
      the down revision `20250819_1200_task_46_payment_providers` of `20250819_1230_task_48_license_notification_duplicate_prevention` does not exist
      20250819_1230_task_48_license_notification_duplicate_prevention.py:12
      - Name `20250819-1200-task-46-payment-provider`, if that was meant.
      - Add the file of `20250819_1200_task_46_payment_providers`; it may be on another branch.
    warn graph/id-too-long
      the id `20250819_1245_task_49_job_cancellation_on_license_expiry` has 56 characters, and the version table has room for 32
      20250819_1245_task_49_job_cancellation_on_license_expiry.py:13
      - Shorten the id to 32 characters (`20250819_1245_task_49_job`), here and in the down revision of what stands on it.
    warn graph/id-too-long
      the id `20250819_task_411_concurrency_uniqueness_guards` has 47 characters, and the version table has room for 32
      20250819_task_411_concurrency_uniqueness_guards.py:11
      - Shorten the id to 32 characters (`20250819_task_411_concurrency`), here and in the down revision of what stands on it.
    ");
}

#[test]
fn what_stands_below_the_first_gap_runs() {
    let bench = Bench::empty();
    let run = |line: &str| bench.run(&format!("--project {BROKEN} --database sqlite:app.db {line}"));
    assert_eq!(run("upgrade heads").code, 0);
    let status = run("status --format json").json();
    assert_eq!(status["current"][0], "20250817-2045-task-32-enterprise-sessions-table");
    assert_eq!(status["pending"].as_array().map(Vec::len), Some(0), "{status}");
    let refused = run("upgrade 20250819_task_411_concurrency_uniqueness_guards");
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.err.contains("cannot run"), "{}", refused.err);
    assert!(refused.err.contains("20250819_1200_task_46_payment_providers"), "{}", refused.err);
}
