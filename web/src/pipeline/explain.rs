//! `EXPLAIN QUERY PLAN` in words (sqlite.org/eqp.html).

use std::collections::BTreeMap;

use retort_core::database::{Database, Value};

use super::session::Session;
use crate::protocol::{Explained, PlanLine};

impl Session {
    /// The plan of a statement; it is not run.
    pub(super) fn explain(&mut self, sql: &str) -> Explained {
        let sql = sql.trim().trim_end_matches(';');
        match self.db.query(&format!("EXPLAIN QUERY PLAN {sql}")) {
            Err(error) => Explained { lines: Vec::new(), error: Some(error.message) },
            Ok(rows) => {
                let mut depths: BTreeMap<i64, u32> = BTreeMap::new();
                let lines = rows.iter().filter_map(|row| {
                    let id = row.first().and_then(Value::as_integer)?;
                    let parent = row.get(1).and_then(Value::as_integer)?;
                    let depth = depths.get(&parent).map_or(0, |depth| depth + 1);
                    depths.insert(id, depth);
                    Some(line(row.get(3).and_then(Value::as_str)?, depth))
                });
                Explained { lines: lines.collect(), error: None }
            }
        }
    }
}

fn line(raw: &str, depth: u32) -> PlanLine {
    let index = after(raw, "INDEX ").map(|rest| rest.split([' ', '(']).next().unwrap_or(rest).to_owned());
    let scan = raw.starts_with("SCAN ") && !raw.contains("CONSTANT ROW") && !raw.starts_with("SCAN (");
    PlanLine { depth, raw: raw.to_owned(), words: words(raw, index.as_deref()), scan, index }
}

fn after<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    text.split_once(mark).map(|(_, rest)| rest)
}

fn words(raw: &str, index: Option<&str>) -> String {
    let name =
        |verb: &str| after(raw, verb).and_then(|rest| rest.split(' ').next()).unwrap_or("?").to_owned();
    let by = raw
        .split_once('(')
        .map(|(_, rest)| rest.trim_end_matches(')').replace("=?", "").replace(" AND ", " and "));
    let by = by.filter(|by| !by.is_empty()).map_or_else(String::new, |by| format!(" by {by}"));
    let covering = if raw.contains("COVERING INDEX") { ", without touching the table" } else { "" };
    if raw.starts_with("SEARCH ") {
        let table = name("SEARCH ");
        return match index {
            Some(index) if raw.contains("AUTOMATIC") => {
                format!("builds an index of its own for `{table}`{by}, because none serves ({index})")
            }
            Some(index) => format!("looks up rows of `{table}` through the index `{index}`{by}{covering}"),
            None if raw.contains("INTEGER PRIMARY KEY") => format!("looks up rows of `{table}` by their key"),
            None => format!("looks up rows of `{table}`{by}"),
        };
    }
    if raw.starts_with("SCAN CONSTANT ROW") {
        return "makes one row out of constants".to_owned();
    }
    if raw.starts_with("SCAN ") {
        let table = name("SCAN ");
        return match index {
            Some(index) => {
                format!("reads every row of `{table}` in the order of the index `{index}`{covering}")
            }
            None => format!("reads every row of `{table}`"),
        };
    }
    if let Some(purpose) = after(raw, "USE TEMP B-TREE FOR ") {
        return format!("sorts in memory for {purpose}");
    }
    let known = [
        ("COMPOUND QUERY", "puts several queries together"),
        ("LEFT-MOST SUBQUERY", "runs the first of them"),
        ("MULTI-INDEX OR", "uses an index for each side of OR"),
        ("CORRELATED", "runs an inner query for each row"),
        ("SCALAR SUBQUERY", "runs an inner query once"),
        ("LIST SUBQUERY", "makes a list from an inner query"),
        ("CO-ROUTINE", "runs an inner query row by row"),
        ("MATERIALIZE", "keeps an inner query's rows for a while"),
        ("UNION", "joins the rows, each once"),
    ];
    let found = known.iter().find(|(mark, _)| raw.starts_with(mark));
    found.map_or_else(|| raw.to_lowercase(), |(_, words)| (*words).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_are_said_in_words() {
        let check = |raw: &str, words: &str, scan: bool| {
            let line = line(raw, 0);
            assert_eq!((line.words.as_str(), line.scan), (words, scan), "{raw}");
        };
        check("SCAN t", "reads every row of `t`", true);
        check(
            "SEARCH t USING INDEX ix (a=? AND b>?)",
            "looks up rows of `t` through the index `ix` by a and b>?",
            false,
        );
        check(
            "SEARCH t USING COVERING INDEX ix (a=?)",
            "looks up rows of `t` through the index `ix` by a, without touching the table",
            false,
        );
        check("SEARCH t USING INTEGER PRIMARY KEY (rowid=?)", "looks up rows of `t` by their key", false);
        check("USE TEMP B-TREE FOR ORDER BY", "sorts in memory for ORDER BY", false);
        check("SCAN CONSTANT ROW", "makes one row out of constants", false);
    }
}
