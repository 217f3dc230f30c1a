//! Settings that PostgreSQL reads when it starts, set by a revision: a session cannot.

use crate::diagnostic::Diagnostic;
use crate::source::{DialectKind, Span};
use crate::token::Scanner;

/// `context = 'postmaster'` in `pg_settings` of PostgreSQL 15, and the buffers that PostgreSQL 17 made settable
/// (its release notes, E.1.3.1.10); in order.
const AT_START: [&str; 62] = [
    "archive_mode",
    "autovacuum_freeze_max_age",
    "autovacuum_max_workers",
    "autovacuum_multixact_freeze_max_age",
    "bonjour",
    "bonjour_name",
    "cluster_name",
    "commit_timestamp_buffers",
    "config_file",
    "data_directory",
    "data_sync_retry",
    "dynamic_shared_memory_type",
    "event_source",
    "external_pid_file",
    "hba_file",
    "hot_standby",
    "huge_page_size",
    "huge_pages",
    "ident_file",
    "ignore_invalid_pages",
    "jit_provider",
    "listen_addresses",
    "logging_collector",
    "max_connections",
    "max_files_per_process",
    "max_locks_per_transaction",
    "max_logical_replication_workers",
    "max_pred_locks_per_transaction",
    "max_prepared_transactions",
    "max_replication_slots",
    "max_wal_senders",
    "max_worker_processes",
    "min_dynamic_shared_memory",
    "multixact_member_buffers",
    "multixact_offset_buffers",
    "notify_buffers",
    "old_snapshot_threshold",
    "port",
    "recovery_target",
    "recovery_target_action",
    "recovery_target_inclusive",
    "recovery_target_lsn",
    "recovery_target_name",
    "recovery_target_time",
    "recovery_target_timeline",
    "recovery_target_xid",
    "serializable_buffers",
    "shared_buffers",
    "shared_memory_type",
    "shared_preload_libraries",
    "subtransaction_buffers",
    "superuser_reserved_connections",
    "track_activity_query_size",
    "track_commit_timestamp",
    "transaction_buffers",
    "unix_socket_directories",
    "unix_socket_group",
    "unix_socket_permissions",
    "wal_buffers",
    "wal_decode_buffer_size",
    "wal_level",
    "wal_log_hints",
];

/// Says what is wrong with a statement for PostgreSQL that sets what only a start of the server can.
pub fn judge_setting(sql: &str, span: Span) -> Option<Diagnostic> {
    let (name, is_stored) = setting(sql)?;
    let said = if is_stored {
        let message = format!("`ALTER SYSTEM SET {name}` does nothing until the server is started again");
        Diagnostic::warning("operation/server-setting", message)
            .at(span, "refused inside of a transaction, and a downgrade does not undo it")
    } else {
        let message = format!("`SET {name}` is refused: a server reads `{name}` only when it starts");
        Diagnostic::warning("operation/server-setting", message).at(span, "this stops the revision")
    };
    let help = format!(
        "Take it out of the revision; set `{name}` where the server is configured (`postgresql.conf`) and restart it."
    );
    Some(said.help(help))
}

/// The setting, and whether it is stored for the next start (ALTER SYSTEM).
fn setting(sql: &str) -> Option<(&'static str, bool)> {
    // Most statements are something else: they cost two letters.
    let start = sql.trim_start().get(..2)?;
    if !start.eq_ignore_ascii_case("se") && !start.eq_ignore_ascii_case("al") {
        return None;
    }
    let tokens = Scanner::new(sql, DialectKind::Postgres).take(5);
    let tokens: Vec<String> = tokens.map(|token| token.text(sql).to_ascii_lowercase()).collect();
    let tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
    let (name, is_stored) = match tokens.as_slice() {
        ["set", "local" | "session", name, "=" | "to", ..] | ["set", name, "=" | "to", ..] => (*name, false),
        ["alter", "system", "set", name, "=" | "to"] => (*name, true),
        _ => return None,
    };
    AT_START.binary_search(&name).ok().map(|at| (AT_START[at], is_stored))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_a_start_can_set_is_known() {
        assert!(AT_START.is_sorted());
        for (sql, expected) in [
            ("SET shared_buffers = '2GB'", Some(("shared_buffers", false))),
            ("  set local Max_Connections TO 200", Some(("max_connections", false))),
            ("SET SESSION wal_level = logical", Some(("wal_level", false))),
            ("ALTER SYSTEM SET wal_buffers = '16MB'", Some(("wal_buffers", true))),
            ("ALTER SYSTEM SET work_mem = '16MB'", None),
            ("SET maintenance_work_mem = '256MB'", None),
            ("SET search_path = port", None),
            ("Set port", None),
            ("SE", None),
            ("é", None),
            ("", None),
        ] {
            assert_eq!(setting(sql), expected, "{sql}");
        }
    }
}
