//! The Alembic projects in `examples/`, run on SQLite: every step live, up and down and up, the database's schema
//! read back after each; for SQLite as Alembic runs there, and for PostgreSQL, emulated.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use retort_core::database::{Database, Value};
use retort_core::diagnostic::Diagnostic;
use retort_core::dialect::{Capabilities, Fidelity};
use retort_core::graph::{Heads, Target};
use retort_core::inspect::inspect;
use retort_core::plan::{Goal, Plan, Step, plan};
use retort_core::project::{Options, Project, open};
use retort_core::replay::{Replay, ReplayedDirective};
use retort_core::run::run_step;
use retort_core::schema::{ObjectName, Schema, diff};
use retort_core::script::{RenderOptions, render};
use retort_core::source::DialectKind;
use retort_drivers::Sqlite;

use DialectKind::{Postgres, Sqlite as ForSqlite};

fn read(folder: &Path, prefix: &str, files: &mut Vec<(String, Vec<u8>)>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()).collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if !entry.path().is_dir() {
            files.push((name, fs::read(entry.path()).unwrap()));
        } else if !name.ends_with("__pycache__") {
            read(&entry.path(), &format!("{name}/"), files);
        }
    }
}

fn project(name: &str, dialect: DialectKind) -> Project {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(name);
    let mut files = Vec::new();
    read(&folder, "", &mut files);
    let options =
        Options { dialect: Some(dialect), programs: Some(retort_alembic::read), ..Options::default() };
    let opened = open(&files, &options);
    assert!(opened.diagnostics.is_empty(), "{name}: {:#?}", opened.diagnostics);
    opened.value
}

fn to(project: &Project, from: &Heads, goal: &Goal) -> Plan {
    plan(&project.graph, from, goal).unwrap()
}

fn upgrade(project: &Project) -> Plan {
    to(project, &Heads::base(), &Goal::Upgrade(vec![Target::parse("heads").unwrap()]))
}

/// A database that goes along a chain.
struct Run<'a> {
    replay: Replay<'a>,
    db: Sqlite,
    is_new: bool,
}

impl<'a> Run<'a> {
    fn new(project: &'a Project) -> Run<'a> {
        let db = Sqlite::in_memory().unwrap();
        Run { replay: Replay::from_base(project, db.capabilities()), db, is_new: true }
    }

    fn at_head(project: &'a Project) -> Run<'a> {
        let mut run = Run::new(project);
        for step in &upgrade(project).steps {
            run.step(step);
        }
        run
    }

    /// Runs a step; the database must hold what the model says.
    #[track_caller]
    fn step(&mut self, step: &Step) -> Vec<ReplayedDirective> {
        let name = format!("{} {}", step.kind.name(), step.revision);
        let options =
            RenderOptions { capabilities: self.db.capabilities(), create_version_table: self.is_new };
        self.is_new = false;
        let ran = run_step(&mut self.replay, step, &mut self.db, &options).unwrap();
        assert_eq!(ran.diagnostics, Vec::<Diagnostic>::new(), "{name}");
        if let Err(failure) = ran.outcome {
            panic!("{name}: {failure:#?}");
        }
        let found = inspect(&mut self.db, &self.replay.project().version_table).unwrap();
        assert_alike(self.replay.engine(), &found, &name);
        ran.replayed.directives
    }

    fn integers(&mut self, sql: &str) -> Vec<i64> {
        let rows = self.db.query(sql).unwrap();
        rows.iter().flatten().filter_map(Value::as_integer).collect()
    }

    fn refuses(&mut self, sql: &str) -> String {
        self.db.execute(sql).unwrap_err().message
    }
}

#[track_caller]
fn assert_alike(expected: &Schema, found: &Schema, name: &str) {
    let changes = diff(expected, found);
    assert!(changes.is_empty(), "{name}: {changes:#?}");
}

/// A schema without the tables that Retort keeps for itself (counters): they outlive what they are for.
fn of_chain(schema: &Schema) -> Schema {
    let mut schema = schema.clone();
    let own = schema.tables.keys().filter(|name| name.name.starts_with("_retort_"));
    for name in own.cloned().collect::<Vec<ObjectName>>() {
        schema.tables.remove(&name);
    }
    schema
}

/// Up, down with the schema of before at each step, and up again to the same schema.
fn walk(name: &str, dialect: DialectKind) {
    let project = project(name, dialect);
    let up = upgrade(&project);
    assert_eq!(up.steps.len(), project.graph.len());
    let mut run = Run::new(&project);
    let mut before: BTreeMap<String, (Schema, Schema)> = BTreeMap::new();
    for step in &up.steps {
        before.insert(step.after.to_string(), (run.replay.source().clone(), run.replay.engine().clone()));
        run.step(step);
    }
    let (source, engine) = (run.replay.source().clone(), run.replay.engine().clone());
    let down = to(&project, &up.end, &Goal::Downgrade(Target::parse("base").unwrap()));
    for step in &down.steps {
        run.step(step);
        let (old_source, old_engine) = &before[&step.before.to_string()];
        let name = format!("after the downgrade of {}", step.revision);
        assert_alike(old_source, run.replay.source(), &name);
        assert_alike(&of_chain(old_engine), &of_chain(run.replay.engine()), &name);
    }
    assert_alike(&Schema::empty(ForSqlite), &of_chain(run.replay.engine()), "at the base");
    for step in &up.steps {
        run.step(step);
    }
    assert_alike(&source, run.replay.source(), "the second time");
    assert_alike(&engine, run.replay.engine(), "the second time");
}

/// The model alone, without a database, ends where the database did; all of it can be written as a script.
fn replayed(name: &str, dialect: DialectKind, engine: Capabilities) -> Schema {
    let project = project(name, dialect);
    let mut replay = Replay::from_base(&project, engine);
    for step in &upgrade(&project).steps {
        let replayed = replay.step(step);
        assert!(replayed.diagnostics.is_empty(), "{name}: {:#?}", replayed.diagnostics);
        let options = RenderOptions { capabilities: engine, create_version_table: true };
        assert!(!replayed.value.is_opaque() && !render(&replayed.value, &options).statements.is_empty());
    }
    replay.source().clone()
}

#[test]
fn the_chains_go_up_down_and_up() {
    for (name, dialect) in [
        ("cnc-licensing", ForSqlite),
        ("cnc-licensing", Postgres),
        ("cnc-platform", ForSqlite),
        ("cnc-platform", Postgres),
        ("corporate-intel", Postgres),
    ] {
        walk(name, dialect);
    }
}

#[test]
fn the_model_knows_without_a_database_what_postgres_will_hold() {
    for name in ["cnc-licensing", "cnc-platform", "corporate-intel"] {
        let project = project(name, Postgres);
        let live = Run::at_head(&project).replay.source().clone();
        let alone = replayed(name, Postgres, Capabilities::newest(Postgres));
        assert_alike(&live, &alone, name);
    }
}

#[test]
fn the_licensing_chain_is_mended() {
    let project = project("cnc-licensing", Postgres);
    let order: Vec<String> = upgrade(&project).steps.iter().map(|step| step.revision.to_string()).collect();
    assert_eq!(order.len(), 15);
    assert!(order.iter().all(|id| id.len() <= 32 && !id.contains('-')), "{order:?}");
    // Its files still have the names that its document gives.
    for step in &upgrade(&project).steps {
        let file = project.file(project.graph.get(&step.revision).unwrap().source).unwrap();
        let name = file.name.rsplit('/').next().unwrap();
        assert!(name.starts_with(step.revision.as_str()), "{name}");
    }
    assert!(order.is_sorted_by_key(|id| &id[..8]));
}

#[test]
fn money_is_never_a_float_and_the_rules_hold() {
    let project = project("cnc-licensing", Postgres);
    let mut run = Run::at_head(&project);
    for table in run.replay.source().tables.values() {
        for column in &table.columns {
            let written = column.column_type.to_string().to_uppercase();
            let is_float = ["FLOAT", "REAL", "DOUBLE"].iter().any(|word| written.contains(word));
            assert!(!is_float, "{}.{} is {written}", table.name, column.name);
        }
    }
    let audit = run.replay.source().table(&ObjectName::bare("audit_logs")).unwrap();
    for name in ["correlation_id", "contains_pii", "pii_fields", "anonymized_at", "ip_anonymized"] {
        assert!(audit.columns.iter().any(|column| column.name == name), "{name}");
    }
    let seeds = "SELECT (SELECT count(*) FROM license_transitions), (SELECT count(*) FROM notification_templates), \
                 (SELECT count(*) FROM invoice_numbers)";
    assert_eq!(run.integers(seeds), [10, 6, 2]);
    let user = "11111111-1111-4111-8111-111111111111";
    run.db.execute(&format!("INSERT INTO users (id, email) VALUES ('{user}', 'a@b.c')")).unwrap();
    let license = |status: &str| {
        format!(
            "INSERT INTO licenses (user_id, type, status, starts_at, ends_at) VALUES ('{user}', '3m', '{status}', \
             '2025-08-01 00:00:00', '2025-11-01 00:00:00')"
        )
    };
    run.db.execute(&license("active")).unwrap();
    run.db.execute(&license("expired")).unwrap();
    assert!(run.refuses(&license("active")).contains("UNIQUE"), "two active licences");
    assert!(run.refuses(&license("lost")).contains("CHECK"), "a status that there is not");
}

#[test]
fn the_audit_log_is_partitioned_and_append_only() {
    let project = project("cnc-platform", Postgres);
    let mut run = Run::at_head(&project);
    let audit = |day: &str| {
        format!(
            "INSERT INTO enterprise_audit_log (id, occurred_at, operation, table_name) VALUES (1, '{day}', 'LOGIN', 'users')"
        )
    };
    run.db.execute(&audit("2025-08-20 10:00:00")).unwrap();
    run.db.execute(&audit("2026-01-01 10:00:00")).unwrap();
    let counts = "SELECT (SELECT count(*) FROM enterprise_audit_log_2025_08), (SELECT count(*) FROM enterprise_audit_log_2025_09), \
                  (SELECT count(*) FROM enterprise_audit_log_rest)";
    assert_eq!(run.integers(counts), [1, 0, 1]);
    let said = run.refuses("DELETE FROM enterprise_audit_log");
    assert!(said.contains("the audit log is append-only"), "{said}");
    assert_eq!(run.integers("SELECT count(*) FROM enterprise_configuration"), [9]);
    let source = run.replay.source();
    let policies: usize = source.tables.values().map(|table| table.policies.len()).sum();
    assert_eq!(policies, 4);
}

#[test]
fn what_sqlite_has_no_notion_of_is_said_and_the_rest_runs() {
    let project = project("corporate-intel", Postgres);
    let mut run = Run::new(&project);
    let mut left_out = Vec::new();
    for step in &upgrade(&project).steps {
        for directive in run.step(step) {
            assert_ne!(directive.translated.fidelity, Fidelity::Opaque, "{:?}", directive.text);
            if directive.translated.sql.is_empty() {
                assert!(!directive.translated.notes.is_empty(), "{:?} without a reason", directive.text);
                let words: Vec<&str> = directive.source(&project).split_whitespace().take(3).collect();
                left_out.push(words.join(" "));
            }
        }
    }
    let expected = [
        "CREATE EXTENSION IF",
        "CREATE EXTENSION IF",
        "CREATE EXTENSION IF",
        "SELECT create_hypertable('financial_metrics', 'metric_date',",
        "ALTER TABLE financial_metrics",
        "SELECT add_compression_policy('financial_metrics', INTERVAL",
        "SELECT add_retention_policy('financial_metrics', INTERVAL",
        "CREATE MATERIALIZED VIEW",
        "SELECT add_continuous_aggregate_policy('daily_metrics_summary', start_offset",
        "CREATE INDEX ix_document_chunks_embedding",
        "COMMENT ON COLUMN",
    ];
    left_out.retain(|text| !text.starts_with("CREATE TYPE"));
    assert_eq!(left_out, expected);
    let tables = run.replay.source().tables.values().filter(|table| !table.columns.is_empty()).count();
    assert_eq!(tables, 11);
}
