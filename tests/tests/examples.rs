//! The chains in `examples/`, run on SQLite: every step up and down, with the live schema read back after each.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;
use std::path::Path;

use retort_core::cascade::{self, Action, Cascade, When};
use retort_core::database::{Database, Value};
use retort_core::dialect::Fidelity;
use retort_core::execute::execute;
use retort_core::graph::{Heads, Target};
use retort_core::inspect::{KnownTables, inspect, inspect_again};
use retort_core::plan::{Goal, Plan, Step, plan};
use retort_core::project::{Options, Project, open};
use retort_core::replay::{Replay, ReplayedStep};
use retort_core::schema::{ObjectName, Schema, diff};
use retort_core::script::{RenderOptions, render};
use retort_core::source::DialectKind;
use retort_core::version_table::VersionTable;
use retort_drivers::Sqlite;

fn project(name: &str) -> Project {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(name);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        files.push((name, std::fs::read(&path).unwrap()));
    }
    let opened = open(&files, &Options::default());
    assert!(opened.diagnostics.is_empty(), "{name}: {:#?}", opened.diagnostics);
    opened.value
}

fn to(project: &Project, from: &Heads, goal: &Goal) -> Plan {
    plan(&project.graph, from, goal).unwrap()
}

fn upgrade(project: &Project) -> Plan {
    to(project, &Heads::base(), &Goal::Upgrade(vec![Target::parse("heads").unwrap()]))
}

fn downgrade(project: &Project, from: &Heads) -> Plan {
    to(project, from, &Goal::Downgrade(Target::parse("base").unwrap()))
}

/// A database that goes along a chain, with what is expected of it.
struct Run<'a> {
    replay: Replay<'a>,
    db: Sqlite,
    known: KnownTables,
    started: bool,
}

impl<'a> Run<'a> {
    fn new(project: &'a Project) -> Run<'a> {
        let db = Sqlite::in_memory().unwrap();
        Run {
            replay: Replay::from_base(project, db.capabilities()),
            db,
            known: KnownTables::default(),
            started: false,
        }
    }

    /// Runs a step; the live schema must be the replayed one.
    #[track_caller]
    fn step(&mut self, step: &Step) -> ReplayedStep {
        let name = format!("{} {}", step.kind.name(), step.revision);
        let replayed = self.replay.step(step);
        assert!(replayed.diagnostics.is_empty(), "{name}: {:#?}", replayed.diagnostics);
        let replayed = replayed.value;
        assert_eq!(replayed.irreversible, None, "{name}");
        let options =
            RenderOptions { capabilities: self.db.capabilities(), create_version_table: !self.started };
        self.started = true;
        let script = render(&replayed, &options);
        if let Err(failure) = execute(&script, &mut self.db) {
            panic!("{name}: {} in\n{}", failure.error, script.statements[failure.statement].sql);
        }
        let found = inspect(&mut self.db, &VersionTable::default()).unwrap();
        assert_alike(&replayed.engine, &found, &name);
        assert_eq!(
            inspect_again(&mut self.db, &VersionTable::default(), &mut self.known).unwrap(),
            found,
            "{name}"
        );
        replayed
    }

    fn integers(&mut self, sql: &str) -> Vec<i64> {
        let rows = self.db.query(sql).unwrap();
        rows.iter().flatten().filter_map(Value::as_integer).collect()
    }
}

#[track_caller]
fn assert_alike(expected: &Schema, found: &Schema, name: &str) {
    let changes = diff(expected, found);
    assert!(changes.is_empty(), "{name}: {changes:#?}");
}

/// Up, down with the schema of before at each step, and up again to the same schema.
fn walk(name: &str) {
    let project = project(name);
    let up = upgrade(&project);
    assert_eq!(up.steps.len(), project.graph.len());
    let mut run = Run::new(&project);
    let mut before: BTreeMap<String, (Schema, Schema)> = BTreeMap::new();
    for step in &up.steps {
        let schemas = (run.replay.source().clone(), run.replay.engine().clone());
        before.insert(step.after.to_string(), schemas);
        run.step(step);
    }
    let (source, engine) = (run.replay.source().clone(), run.replay.engine().clone());
    for step in &downgrade(&project, &up.end).steps {
        run.step(step);
        let (old_source, old_engine) = &before[&step.before.to_string()];
        let name = format!("after the downgrade of {}", step.revision);
        assert_alike(old_source, run.replay.source(), &name);
        assert_alike(old_engine, run.replay.engine(), &name);
    }
    assert_alike(&Schema::empty(DialectKind::Sqlite), run.replay.engine(), "at the base");
    for step in &up.steps {
        run.step(step);
    }
    assert_alike(&source, run.replay.source(), "the second time");
    assert_alike(&engine, run.replay.engine(), "the second time");
}

#[test]
fn safety_reports_goes_up_down_and_up() {
    walk("safety-reports");
}

#[test]
fn validation_service_goes_up_down_and_up() {
    walk("validation-service");
}

/// A database at the head.
fn at_head(project: &Project) -> Run<'_> {
    let mut run = Run::new(project);
    for step in &upgrade(project).steps {
        run.step(step);
    }
    run
}

fn preview(run: &mut Run<'_>, table: &str, id: &str) -> Cascade {
    let schema = run.replay.engine().clone();
    let key = [("id".to_owned(), Value::Text(id.to_owned()))];
    cascade::preview(&mut run.db, &schema, &ObjectName::bare(table), &key).unwrap()
}

fn totals(cascade: &Cascade) -> Vec<(&str, Action, u64)> {
    let mut totals: Vec<_> = cascade.totals.iter().map(|(t, a, n)| (t.as_str(), *a, *n)).collect();
    totals.sort_unstable();
    totals
}

#[test]
fn a_user_takes_reports_violations_and_detections_along() {
    let project = project("safety-reports");
    let mut run = at_head(&project);
    let cascade = preview(&mut run, "users", "0d8f4c1e-5b7a-4e39-9c62-1f3a8b5d7e02");
    assert_eq!(cascade.blocked, None);
    let expected = [
        ("detection_history", Action::Deleted, 3),
        ("reports", Action::Deleted, 2),
        ("users", Action::Deleted, 1),
        ("violations", Action::Deleted, 5),
    ];
    assert_eq!(totals(&cascade), expected);
    let reasons: Vec<(&str, u32, &str)> =
        cascade.events.iter().map(|e| (e.table.as_str(), e.depth, e.because.as_str())).collect();
    assert!(reasons.contains(&("violations", 2, "fk_violations_report_id_reports ON DELETE CASCADE")));
    assert!(reasons.contains(&(
        "detection_history",
        1,
        "fk_detection_history_user_id_users ON DELETE CASCADE"
    )));
    // Nothing is gone after a preview.
    let counts = "SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM reports), (SELECT count(*) FROM violations), (SELECT count(*) FROM detection_history)";
    assert_eq!(run.integers(counts), [4, 4, 8, 6]);
    run.db.execute("DELETE FROM users WHERE id = '0d8f4c1e-5b7a-4e39-9c62-1f3a8b5d7e02'").unwrap();
    assert_eq!(run.integers(counts), [3, 2, 3, 3]);
}

#[test]
fn the_duplicate_index_comes_and_goes() {
    let project = project("safety-reports");
    let mut run = Run::new(&project);
    let mut with_duplicate = Vec::new();
    let dialect = project.dialect;
    for step in &upgrade(&project).steps {
        let replayed = run.step(step);
        let Some(table) = replayed.source.table(&ObjectName::bare("detection_history")) else { continue };
        let index = |name| table.index(name, dialect).map(|index| index.leading_columns());
        let (first, second) =
            (index("ix_detection_history_timestamp"), index("idx_detection_history_timestamp"));
        assert!(first.is_some());
        if first == second {
            with_duplicate.push(step.revision.to_string());
        }
    }
    assert_eq!(with_duplicate.first().unwrap(), "0c7d3e58b41a");
    assert_eq!(with_duplicate.last().unwrap(), "2e6a90cf8b53");
    let indexes = |table: &str| -> Vec<(String, bool)> {
        let table = run.replay.source().table(&ObjectName::bare(table)).unwrap().clone();
        let mut names: Vec<_> = table.indexes.iter().map(|i| (i.name.clone(), i.unique)).collect();
        names.sort();
        names
    };
    let named = |list: &[(&str, bool)]| -> Vec<(String, bool)> {
        list.iter().map(|(name, unique)| ((*name).to_owned(), *unique)).collect()
    };
    assert_eq!(indexes("users"), named(&[("ix_users_email", false), ("ix_users_microsoft_user_id", true)]));
    assert_eq!(
        indexes("reports"),
        named(&[
            ("idx_reports_timestamp_location", false),
            ("idx_reports_user_timestamp", false),
            ("ix_reports_location", false),
            ("ix_reports_report_id", true),
            ("ix_reports_timestamp", false),
        ])
    );
    assert_eq!(
        indexes("violations"),
        named(&[
            ("idx_violations_location_timestamp", false),
            ("idx_violations_report", false),
            ("idx_violations_type_timestamp", false),
            ("ix_violations_location", false),
            ("ix_violations_timestamp", false),
            ("ix_violations_violation_type", false),
        ])
    );
    assert_eq!(
        indexes("detection_history"),
        named(&[("idx_detection_history_user_timestamp", false), ("ix_detection_history_timestamp", false)])
    );
}

#[test]
fn the_graph_has_two_branches_and_a_merge() {
    let graph = project("safety-reports").graph;
    assert_eq!(graph.bases().count(), 1);
    assert_eq!(graph.heads().len(), 1);
    let merges: Vec<&str> = graph.iter().filter(|r| graph.is_merge(&r.id)).map(|r| r.id.as_str()).collect();
    assert_eq!(merges, ["5ae806d9f3b2"]);
    for label in ["reporting", "detection"] {
        assert!(graph.labelled(label).is_some(), "{label}");
    }
}

#[test]
fn a_change_sets_updated_at() {
    let project = project("safety-reports");
    let mut run = at_head(&project);
    let sql = "UPDATE reports SET title = 'Trench at gate 2, closed' WHERE report_id = 'HB-2025-0125'";
    run.db.execute(sql).unwrap();
    let changed = "SELECT count(*) FROM reports WHERE updated_at <> created_at";
    assert_eq!(run.integers(changed), [1]);
}

#[test]
fn a_result_that_others_are_measured_against_blocks_the_delete() {
    let project = project("validation-service");
    let mut run = at_head(&project);
    let cascade = preview(&mut run, "validation_sessions", "11111111-0000-4000-8000-000000000001");
    let block = cascade.blocked.unwrap();
    assert_eq!(block.when, When::Immediately);
    let [blocker] = block.by.as_slice() else { panic!("{:#?}", block.by) };
    assert_eq!(blocker.table, "behavioral_test_results");
    assert_eq!(
        blocker.constraint,
        "behavioral_test_results.baseline_result_id → validation_results.id RESTRICT"
    );
    assert_eq!(blocker.rows, 2);
    assert_eq!(cascade.events, []);
}

#[test]
fn a_session_takes_its_results_and_a_discrepancy_is_forgotten() {
    let project = project("validation-service");
    let mut run = at_head(&project);
    let cascade = preview(&mut run, "validation_sessions", "11111111-0000-4000-8000-000000000002");
    assert_eq!(cascade.blocked, None);
    let deleted: Vec<_> = totals(&cascade).into_iter().filter(|(_, a, _)| *a == Action::Deleted).collect();
    let expected = [
        ("behavioral_test_results", Action::Deleted, 2),
        ("validation_discrepancies", Action::Deleted, 2),
        ("validation_results", Action::Deleted, 1),
        ("validation_sessions", Action::Deleted, 1),
    ];
    assert_eq!(deleted, expected);
    let cascade = preview(&mut run, "validation_discrepancies", "33333333-0000-4000-8000-000000000001");
    let expected =
        [("behavioral_test_results", Action::Changed, 2), ("validation_discrepancies", Action::Deleted, 1)];
    assert_eq!(totals(&cascade), expected);
}

#[test]
fn rows_survive_the_rebuilt_tables() {
    let project = project("validation-service");
    let mut run = at_head(&project);
    assert_eq!(run.integers("SELECT count(*) FROM validation_sessions WHERE status = 'completed'"), [3]);
    assert_eq!(run.integers("SELECT count(*) FROM live_validation_sessions"), [4]);
    assert_eq!(
        run.integers("SELECT CAST(success_percent AS INTEGER) FROM validation_metrics ORDER BY id"),
        [100, 0, 0]
    );
    let refused = "INSERT INTO validation_sessions (status, source_technology, target_technology, request) VALUES ('lost', 'a', 'b', '{}')";
    assert!(run.db.execute(refused).is_err());
    let taken = refused.replace("lost", "running");
    run.db.execute(&taken).unwrap();
}

#[test]
fn only_what_sqlite_lacks_is_left_out() {
    let project = project("validation-service");
    let mut run = Run::new(&project);
    let mut left_out = Vec::new();
    for step in &upgrade(&project).steps {
        for directive in run.step(step).directives {
            let text = project.text(directive.span);
            assert_ne!(directive.translated.fidelity, Fidelity::Opaque, "{text}");
            if directive.translated.sql.is_empty() && !text.starts_with("COMMENT") {
                left_out.push(text.lines().next().unwrap_or("").to_owned());
            }
        }
    }
    let expected = [
        "CREATE TYPE validation_status AS ENUM ('pending', 'running', 'completed', 'failed')",
        "CREATE TYPE discrepancy_severity AS ENUM ('info', 'warning', 'critical')",
        "CREATE INDEX ix_validation_sessions_request ON validation_sessions USING gin (request jsonb_path_ops)",
    ];
    assert_eq!(left_out, expected);
}

#[test]
fn a_fraction_is_rounded_when_the_column_becomes_whole() {
    let project = project("safety-reports");
    let mut run = at_head(&project);
    let id = "e7a3c5b1-0f92-4d68-b4e7-8c1d3f5a7b06";
    let sql = format!("UPDATE detection_history SET inference_time_ms = 61.5 WHERE id = '{id}'");
    run.db.execute(&sql).unwrap();
    let heads = upgrade(&project).end;
    let down = to(&project, &heads, &Goal::Downgrade(Target::parse("c30f6b8e1d97").unwrap()));
    for step in &down.steps {
        run.step(step);
    }
    let time = format!("SELECT inference_time FROM detection_history WHERE id = '{id}'");
    assert_eq!(run.integers(&time), [62]);
}
