//! Whole chains, and what they end in.

use std::collections::BTreeMap;
use std::fs;

use retort_core::diagnostic::Diagnostic;
use retort_core::dialect::Capabilities;
use retort_core::inspect::inspect;
use retort_core::json;
use retort_core::replay::Replay;
use retort_core::run::run_step;
use retort_core::schema::{Schema, diff};
use retort_core::script::RenderOptions;
use retort_core::source::DialectKind;
use retort_drivers::Sqlite;
use serde_json::Value;

use super::chain::{Chain, chain, table, upgrade};

/// The ends of chains by chain and dialect: objects and their digests.
type Ends = BTreeMap<String, BTreeMap<String, String>>;

/// FNV-1a, 64 bits: the same on every machine and in every version.
fn digest(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// A digest for each table, and one for each other kind of object that there is.
fn digests(schema: &Schema) -> BTreeMap<String, String> {
    let Value::Object(parts) = json::schema(schema, None) else { panic!("a schema is an object") };
    let mut digests = BTreeMap::new();
    for (kind, value) in parts {
        match value {
            Value::Object(tables) if kind == "tables" => {
                digests.extend(tables.iter().map(|(name, held)| (name.clone(), digest(&held.to_string()))));
            }
            Value::Array(list) if !list.is_empty() => {
                digests.insert(kind, digest(&Value::Array(list).to_string()));
            }
            _ => {}
        }
    }
    digests
}

/// Compares with what is kept; with `RETORT_CORPUS_WRITE` it is kept instead.
#[track_caller]
fn assert_kept(name: &str, dialect: DialectKind, schema: &Schema) {
    let path = table("schemas.json");
    let mut ends: Ends = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let found = digests(schema);
    let key = format!("{name}.{}", dialect.name());
    if std::env::var_os("RETORT_CORPUS_WRITE").is_some() {
        ends.insert(key, found);
        fs::write(&path, serde_json::to_string_pretty(&ends).unwrap() + "\n").unwrap();
        return;
    }
    let kept = ends.get(&key).unwrap_or_else(|| panic!("there is nothing kept of {key}"));
    let shown = json::schema(schema, None);
    for (object, digest) in kept {
        assert_eq!(
            found.get(object),
            Some(digest),
            "{key}: `{object}` is {}",
            shown["tables"][object.as_str()]
        );
    }
    assert_eq!(&found, kept, "{key}");
}

/// Runs a chain on SQLite; after each step the database holds what the model says.
fn runs_on_sqlite(name: &str) {
    let chain = chain(name);
    let project = chain.open(&chain.files(), DialectKind::Sqlite);
    let plan = upgrade(&project, "heads");
    assert_eq!(plan.steps.len(), chain.revisions(), "{name}");
    let mut db = Sqlite::in_memory().unwrap();
    let mut replay = Replay::from_base(&project, db.capabilities());
    for (index, step) in plan.steps.iter().enumerate() {
        let options = RenderOptions { capabilities: db.capabilities(), create_version_table: index == 0 };
        let ran = run_step(&mut replay, step, &mut db, &options).unwrap();
        let errors: Vec<&Diagnostic> = ran.diagnostics.iter().filter(|said| said.is_error()).collect();
        assert!(
            errors.is_empty() && ran.outcome.is_ok(),
            "{name} {}: {:#?} {errors:#?}",
            step.revision,
            ran.outcome
        );
        let found = inspect(&mut db, &replay.project().version_table).unwrap();
        let changes = diff(replay.engine(), &found);
        assert!(changes.is_empty(), "{name} {}: {changes:#?}", step.revision);
    }
    assert_kept(name, DialectKind::Sqlite, replay.engine());
}

/// Replays a chain for a server without one: no step leaves the schema uncertain.
fn is_known_for(chain: &Chain, target: &str, dialect: DialectKind) {
    let name = chain.name();
    let project = chain.open(&chain.files(), dialect);
    let mut replay = Replay::from_base(&project, Capabilities::newest(dialect));
    for step in &upgrade(&project, target).steps {
        let replayed = replay.step(step);
        let errors: Vec<&Diagnostic> = replayed.diagnostics.iter().filter(|said| said.is_error()).collect();
        assert!(errors.is_empty(), "{name} {}: {errors:#?}", step.revision);
        assert!(!replayed.value.is_opaque(), "{name} {}", step.revision);
    }
    assert_kept(name, dialect, replay.engine());
}

#[test]
fn chains_run_on_sqlite_as_with_alembic() {
    for name in ["keystone", "phoenix", "argilla", "skypilot-spot"] {
        runs_on_sqlite(name);
    }
}

#[test]
fn the_model_knows_what_postgres_would_hold() {
    for name in ["keystone", "ihatemoney", "phoenix", "argilla", "skypilot-spot"] {
        is_known_for(&chain(name), "heads", DialectKind::Postgres);
    }
    // The next one is written for MySQL alone.
    is_known_for(&chain("magnum"), "47380964133d", DialectKind::Postgres);
}

#[test]
fn the_model_knows_what_mysql_would_hold() {
    for name in ["ihatemoney", "magnum"] {
        is_known_for(&chain(name), "heads", DialectKind::Mysql);
    }
}
