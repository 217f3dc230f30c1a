//! Statements of PostgreSQL and MySQL on SQLite, with probes of what they must mean (`translation/*.json`).
//!
//! Every probe holds on the servers themselves (PostgreSQL 15, MariaDB 10.11). A case whose probes fail here is
//! *silently wrong* when all of its statements are called exact or emulated: that must not be. The cases that
//! are honest about what they lack are named.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use retort_core::database::{Database, Value};
use retort_core::dialect::{Fidelity, Translator};
use retort_core::operation::from_sql;
use retort_core::schema::Schema;
use retort_core::source::{DialectKind, SourceFile, SourceId};
use retort_drivers::Sqlite;

/// Cases that say themselves that they mean less here.
const HONEST: [&str; 19] = [
    "p_given_id_then_next",
    "p_trig_loop_dropped",
    "p_default_uuid_text",
    "p_update_interval",
    "p_update_interval_column",
    "p_generate_series",
    "p_unnest",
    "p_merge",
    "p_returning_cte",
    "p_distinct_on",
    "p_like_column",
    "p_enum_order",
    "p_view_power",
    "m_bit_ops",
    "m_zero_date",
    "m_exists_join",
    "p_trig_rename_column",
    "p_trig_disabled",
    "p_trig_instead",
];

struct Case {
    name: String,
    dialect: DialectKind,
    sql: String,
    probes: Vec<Vec<String>>,
}

fn cases(text: &str) -> Vec<Case> {
    let read: Vec<serde_json::Value> = serde_json::from_str(text).unwrap();
    let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let probe = |probe: &serde_json::Value| probe.as_array().unwrap().iter().map(word).collect();
    let case = |case: &serde_json::Value| Case {
        name: word(&case["name"]),
        dialect: if case["dialect"] == "mysql" { DialectKind::Mysql } else { DialectKind::Postgres },
        sql: word(&case["sql"]),
        probes: case["probes"].as_array().unwrap().iter().map(probe).collect(),
    };
    read.iter().map(case).collect()
}

fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Integer(number) => Some(number.to_string()),
        Value::Real(number) => Some(number.to_string()),
        Value::Text(text) => Some(text.clone()),
        Value::Blob(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
    }
}

/// What fails of a case, and whether all its statements are called exact or emulated.
fn run(case: &Case) -> (Vec<String>, bool) {
    let mut db = Sqlite::in_memory().unwrap();
    let file = SourceFile::new(SourceId(0), "case.sql", case.sql.as_str());
    let read = from_sql(&file, 0..file.text.len(), case.dialect);
    let engine = Schema::empty(DialectKind::Sqlite);
    let mut translator = Translator::new(Schema::empty(case.dialect), engine, db.capabilities());
    let mut keeps = true;
    for directive in &read.value {
        let text = &case.sql[directive.span.start as usize..directive.span.end as usize];
        let translated = translator.directive(text, directive);
        keeps &= translated.fidelity <= Fidelity::Emulated;
        let off = translated.foreign_keys_off;
        let before = off.then(|| "PRAGMA foreign_keys=OFF".to_owned());
        let after = off.then(|| "PRAGMA foreign_keys=ON".to_owned());
        for sql in before.iter().chain(&translated.sql).chain(&after) {
            if let Err(error) = db.query(sql) {
                return (vec![format!("{}: {sql}", error.message)], keeps);
            }
        }
    }
    let failures = case.probes.iter().filter_map(|probe| {
        let found = db.query(&probe[1]);
        let holds = match probe[0].as_str() {
            "ok" => found.is_ok(),
            "fail" => found.is_err(),
            _ => {
                let first = found.as_ref().ok().and_then(|rows| rows.first()?.first().and_then(as_text));
                first.as_ref() == probe.get(2)
            }
        };
        (!holds).then(|| format!("{probe:?}: {found:?}"))
    });
    (failures.collect(), keeps)
}

fn check(text: &str, honest: &[&str]) {
    let mut problems = Vec::new();
    let all = cases(text);
    assert!(all.len() > 50, "the cases are not read");
    for case in &all {
        let (failures, keeps) = run(case);
        let expected = honest.contains(&case.name.as_str());
        if !failures.is_empty() && keeps {
            problems.push(format!("{} is silently wrong: {failures:#?}", case.name));
        } else if failures.is_empty() == expected {
            problems.push(format!("{}: {failures:#?}", case.name));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn rows_and_triggers_mean_on_sqlite_what_they_mean_on_their_servers() {
    check(include_str!("../translation/rows.json"), &HONEST);
}

/// Cases of the same form that are not part of this repository.
#[test]
fn cases_from_elsewhere_are_never_silently_wrong() {
    let Ok(path) = std::env::var("RETORT_DDL_CASES") else { return };
    for case in cases(&std::fs::read_to_string(path).unwrap()) {
        let (failures, keeps) = run(&case);
        assert!(failures.is_empty() || !keeps, "{}: {failures:#?}", case.name);
    }
}
