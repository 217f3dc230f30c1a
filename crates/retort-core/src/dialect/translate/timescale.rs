//! Calls of `TimescaleDB`'s functions, by which a table becomes a hypertable: what is left without them.

use crate::source::DialectKind;
use crate::token::{Scanner, TokenKind};

/// Names of functions of `TimescaleDB` 2 (its API reference), and what is not done where there are none.
const CALLS: [(&str, &str); 11] = [
    ("create_hypertable", "the table stays whole: chunks change how fast rows are found, not which"),
    (
        "create_distributed_hypertable",
        "the table stays whole: chunks change how fast rows are found, not which",
    ),
    ("add_dimension", "the table stays whole: chunks change how fast rows are found, not which"),
    ("set_chunk_time_interval", "the table stays whole: chunks change how fast rows are found, not which"),
    ("add_compression_policy", "nothing is compressed"),
    ("add_columnstore_policy", "nothing is compressed"),
    ("add_reorder_policy", "rows stay in the order they are in"),
    ("add_retention_policy", "old rows stay until they are deleted"),
    ("add_continuous_aggregate_policy", "nothing is refreshed by the clock"),
    ("remove_compression_policy", "there is no policy to remove"),
    ("remove_retention_policy", "there is no policy to remove"),
];

/// Why a query that calls one of them is not run.
pub(super) fn left_out(sql: &str) -> Option<String> {
    let words = Scanner::new(sql, DialectKind::Postgres).filter(|token| token.kind == TokenKind::Word);
    let called = words.take(2).nth(1)?;
    let name = called.text(sql);
    let (name, instead) = CALLS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    Some(format!("not run: `{name}` is of the extension `timescaledb`; {instead}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_known_by_its_name() {
        let said = left_out("SELECT create_hypertable('m', 'at', if_not_exists => TRUE)").unwrap();
        assert_eq!(
            said,
            "not run: `create_hypertable` is of the extension `timescaledb`; the table stays whole: chunks change \
             how fast rows are found, not which"
        );
        for other in ["SELECT 1", "SELECT count(*), add_retention_policy('m')", "", "SELECT"] {
            assert_eq!(left_out(other), None, "{other}");
        }
    }
}
