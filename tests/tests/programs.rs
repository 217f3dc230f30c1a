//! Revisions that are programs: on the model, on a live SQLite, and what is left when they fail.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::sync::Arc;

use retort_core::database::{Database, Value};
use retort_core::diagnostic::Diagnostic;
use retort_core::dialect::Capabilities;
use retort_core::graph::{Heads, RevisionGraph, Target};
use retort_core::inspect::inspect;
use retort_core::layout::LayoutKind;
use retort_core::plan::{Goal, Plan, plan};
use retort_core::project::Project;
use retort_core::replay::{Replay, ReplayedStep};
use retort_core::revision::{
    Body, Direction, Emitted, Native, OpaqueStep, Program, Revision, RevisionId, Stage, StageError, Stop,
    TransactionAct,
};
use retort_core::run::{StepRun, run_step};
use retort_core::schema::{ObjectName, diff};
use retort_core::script::{RenderOptions, render};
use retort_core::source::{DialectKind, SourceFile, SourceId, Span};
use retort_core::version_table::{self, VersionTable};
use retort_drivers::Sqlite;

type Act = fn(&mut dyn Stage) -> Result<(), Stop>;

#[derive(Debug)]
struct Written {
    up: Act,
    down: Act,
}

impl Program for Written {
    fn run(&self, direction: Direction, stage: &mut dyn Stage) -> Result<(), Stop> {
        match direction {
            Direction::Upgrade => (self.up)(stage),
            Direction::Downgrade => (self.down)(stage),
        }
    }
}

fn nothing(_: &mut dyn Stage) -> Result<(), Stop> {
    Ok(())
}

const SPAN: Span = Span { source: SourceId(0), start: 3, end: 9 };

fn emit(stage: &mut dyn Stage, sql: &str) -> Result<u64, Stop> {
    let emitted = Emitted { sql: sql.to_owned(), span: SPAN, autocommit: false, guarded: true };
    stage.emit(emitted).map_err(|error| Stop::Refused { error, span: SPAN })
}

fn all(stage: &mut dyn Stage, statements: &[&str]) -> Result<(), Stop> {
    statements.iter().try_for_each(|sql| emit(stage, sql).map(drop))
}

/// A chain `r1 < r2 < …` of programs.
fn project(dialect: DialectKind, programs: &[(Act, Act)]) -> Project {
    let id = |at: usize| RevisionId::new(format!("r{at}"));
    let revisions = programs.iter().enumerate().map(|(at, &(up, down))| {
        let program: Arc<dyn Program> = Arc::new(Written { up, down });
        Revision {
            id: id(at + 1),
            down_revisions: if at == 0 { Vec::new() } else { vec![id(at)] },
            depends_on: Vec::new(),
            branch_labels: Vec::new(),
            message: String::new(),
            dialect: None,
            upgrade: Body::Program(Arc::clone(&program)),
            downgrade: Body::Program(program),
            source: SourceId(0),
            span: SPAN,
            down_span: SPAN,
            native: Native::default(),
        }
    });
    Project {
        files: vec![SourceFile::new(SourceId(0), "r.py", "op.create_table('a')")],
        layout: LayoutKind::Retort,
        dialect,
        dialect_reason: String::new(),
        version_table: VersionTable { name: "heads".into(), schema: None, has_key: true },
        graph: RevisionGraph::build(revisions.collect()).value,
    }
}

fn steps(project: &Project) -> Plan {
    let heads = Target::parse("heads").unwrap();
    plan(&project.graph, &Heads::base(), &Goal::Upgrade(vec![heads])).unwrap()
}

fn replayed(project: &Project) -> (Vec<ReplayedStep>, Vec<Diagnostic>) {
    let mut replay = Replay::from_base(project, Capabilities::newest(DialectKind::Sqlite));
    let mut diagnostics = Vec::new();
    let steps = steps(project).steps;
    let steps = steps.iter().map(|step| replay.step(step).into_value(&mut diagnostics)).collect();
    (steps, diagnostics)
}

/// Runs the chain on a database as far as it goes. The model must stand where the database does.
fn live(project: &Project, db: &mut Sqlite) -> Vec<StepRun> {
    let mut replay = Replay::from_base(project, db.capabilities());
    let mut runs = Vec::new();
    for step in steps(project).steps {
        let known = version_table::read(&project.version_table, db).unwrap();
        let options =
            RenderOptions { capabilities: db.capabilities(), create_version_table: known.is_none() };
        let before = replay.engine().clone();
        let run = run_step(&mut replay, &step, db, &options).unwrap();
        let is_done = run.outcome.is_ok();
        let is_undone = run.outcome.as_ref().is_err_and(|failure| failure.rolled_back);
        let seen = inspect(db, &project.version_table).unwrap();
        if is_done || is_undone {
            let expected = if is_done { replay.engine() } else { &before };
            assert_eq!(diff(expected, &seen), [], "after {}", step.revision);
        }
        runs.push(run);
        if !is_done {
            break;
        }
    }
    runs
}

fn texts(db: &mut Sqlite, sql: &str) -> Vec<String> {
    let rows = db.query(sql).unwrap();
    let text = |row: &Vec<Value>| match &row[0] {
        Value::Text(text) => text.clone(),
        other => format!("{other:?}"),
    };
    rows.iter().map(text).collect()
}

fn heads(project: &Project, db: &mut Sqlite) -> String {
    version_table::read(&project.version_table, db).unwrap().unwrap_or_default().to_string()
}

fn codes(diagnostics: &[Diagnostic]) -> Vec<&str> {
    diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
}

fn makes_a(stage: &mut dyn Stage) -> Result<(), Stop> {
    all(stage, &["CREATE TABLE a (id INTEGER NOT NULL, name VARCHAR(9), PRIMARY KEY (id))"])
}

fn drops_a(stage: &mut dyn Stage) -> Result<(), Stop> {
    all(stage, &["DROP TABLE a"])
}

/// Adds a column unless it is there, and makes a table only where `a` is.
fn asks(stage: &mut dyn Stage) -> Result<(), Stop> {
    let schema = stage.schema();
    let table = schema.table(&ObjectName::bare("a")).cloned();
    if let Some(table) = table {
        let has = |name: &str| table.columns.iter().any(|column| column.name == name);
        for name in ["name", "age"] {
            if !has(name) {
                emit(stage, &format!("ALTER TABLE a ADD COLUMN {name} INTEGER"))?;
            }
        }
    }
    Ok(())
}

#[test]
fn a_program_sees_the_schema_before_it_on_the_model_and_live() {
    let project = project(DialectKind::Sqlite, &[(makes_a, drops_a), (asks, nothing)]);
    let (steps, said) = replayed(&project);
    assert!(said.is_empty(), "{said:?}");
    let sql: Vec<&String> = steps[1].directives.iter().flat_map(|d| &d.translated.sql).collect();
    assert_eq!(sql, ["ALTER TABLE a ADD COLUMN age INTEGER"]);
    assert_eq!(steps[1].directives[0].span, SPAN);
    assert_eq!(steps[1].directives[0].source(&project), "ALTER TABLE a ADD COLUMN age INTEGER");
    let mut db = Sqlite::in_memory().unwrap();
    let runs = live(&project, &mut db);
    assert!(runs.iter().all(|run| run.outcome.is_ok()), "{runs:?}");
    assert_eq!(heads(&project, &mut db), "r2");
    // What was executed live is what the replay would have written.
    let options =
        |place: usize| RenderOptions { capabilities: db.capabilities(), create_version_table: place == 0 };
    for (place, run) in runs.iter().enumerate() {
        assert_eq!(run.script.to_sql(), render(&steps[place], &options(place)).to_sql());
    }
}

#[test]
fn foreign_keys_are_off_while_a_program_runs_and_orphans_are_said() {
    fn orphan(stage: &mut dyn Stage) -> Result<(), Stop> {
        all(stage, &["CREATE TABLE b (a_id INTEGER REFERENCES a (id))", "INSERT INTO b VALUES (7)"])
    }
    let project = project(DialectKind::Sqlite, &[(makes_a, drops_a), (orphan, nothing)]);
    let mut db = Sqlite::in_memory().unwrap();
    let runs = live(&project, &mut db);
    assert!(runs[1].outcome.is_ok());
    assert_eq!(codes(&runs[1].diagnostics), ["execute/orphans"]);
    assert_eq!(texts(&mut db, "SELECT CAST(foreign_keys AS TEXT) FROM pragma_foreign_keys"), ["1"]);
}

#[test]
fn what_is_refused_and_caught_leaves_the_rest() {
    fn tries(stage: &mut dyn Stage) -> Result<(), Stop> {
        let refused = stage.emit(Emitted {
            sql: "DROP TABLE nowhere".into(),
            span: SPAN,
            autocommit: false,
            guarded: true,
        });
        assert!(matches!(refused, Err(StageError::Refused { .. })), "{refused:?}");
        emit(stage, "CREATE TABLE c (x TEXT)").map(drop)
    }
    let project = project(DialectKind::Sqlite, &[(tries, nothing)]);
    let (steps, said) = replayed(&project);
    assert!(said.is_empty(), "{said:?}");
    assert!(steps[0].source.table(&ObjectName::bare("c")).is_some());
    let mut db = Sqlite::in_memory().unwrap();
    let runs = live(&project, &mut db);
    assert!(runs[0].outcome.is_ok() && runs[0].replayed.directives.len() == 1, "{runs:?}");
}

#[test]
fn what_is_refused_and_not_caught_is_a_warning_on_the_model_and_a_failure_live() {
    fn wrong(stage: &mut dyn Stage) -> Result<(), Stop> {
        all(stage, &["CREATE TABLE c (x TEXT)", "DROP TABLE nowhere", "CREATE TABLE d (x TEXT)"])
    }
    let project = project(DialectKind::Sqlite, &[(makes_a, drops_a), (wrong, nothing)]);
    let (steps, said) = replayed(&project);
    assert_eq!(codes(&said), ["replay/no-such-table"]);
    assert!(steps[1].source.table(&ObjectName::bare("d")).is_some());
    let mut db = Sqlite::in_memory().unwrap();
    let runs = live(&project, &mut db);
    let failure = runs[1].outcome.as_ref().unwrap_err();
    assert!(failure.rolled_back && failure.error.message.contains("nowhere"), "{failure:?}");
    let retort_core::script::Origin::Directive(at) = failure.origin else { panic!("{failure:?}") };
    assert_eq!(runs[1].replayed.directives[at].source(&project), "DROP TABLE nowhere");
    assert_eq!(heads(&project, &mut db), "r1");
    assert_eq!(texts(&mut db, "SELECT name FROM sqlite_schema WHERE name IN ('c', 'd')"), [""; 0]);
}

#[test]
fn a_program_that_fails_by_itself_is_undone() {
    fn raises(stage: &mut dyn Stage) -> Result<(), Stop> {
        emit(stage, "CREATE TABLE c (x TEXT)")?;
        Err(Stop::Failed(Diagnostic::error("alembic/raised", "ValueError: no").at(SPAN, "raised here")))
    }
    let project = project(DialectKind::Sqlite, &[(makes_a, drops_a), (raises, nothing), (asks, nothing)]);
    let (steps, said) = replayed(&project);
    assert_eq!(codes(&said), ["alembic/raised"]);
    assert!(steps[1].is_opaque() && steps[1].directives[1].hole.is_some());
    let mut db = Sqlite::in_memory().unwrap();
    let runs = live(&project, &mut db);
    let failure = runs[1].outcome.as_ref().unwrap_err();
    assert!(failure.rolled_back && failure.said.as_ref().unwrap().message == "ValueError: no", "{failure:?}");
    assert_eq!((runs.len(), heads(&project, &mut db)), (2, "r1".to_owned()));
    assert_eq!(texts(&mut db, "SELECT name FROM sqlite_schema WHERE name = 'c'"), [""; 0]);
}

#[test]
fn rows_are_known_live_only() {
    fn reads(stage: &mut dyn Stage) -> Result<(), Stop> {
        emit(stage, "INSERT INTO a VALUES (1, 'x'), (2, 'y')")?;
        match stage.query("SELECT id, name AS n FROM a ORDER BY id", SPAN) {
            Ok(found) => {
                assert_eq!(found.columns, ["id", "n"]);
                for row in found.rows {
                    let Value::Integer(id) = row[0] else { panic!() };
                    emit(stage, &format!("UPDATE a SET name = 'n{id}' WHERE id = {id}"))?;
                }
            }
            Err(StageError::NotKnownHere) => stage.opaque(OpaqueStep {
                reason: "it reads the rows of `a`".into(),
                span: SPAN,
                touches_schema: false,
            }),
            Err(error) => return Err(Stop::Refused { error, span: SPAN }),
        }
        Ok(())
    }
    let project = project(DialectKind::Sqlite, &[(makes_a, drops_a), (reads, nothing)]);
    let (steps, said) = replayed(&project);
    assert_eq!(codes(&said), ["replay/unknown-rows"]);
    assert!(!steps[1].is_opaque());
    let options = RenderOptions {
        capabilities: Capabilities::newest(DialectKind::Sqlite),
        create_version_table: false,
    };
    let sql = render(&steps[1], &options).to_sql();
    assert!(sql.contains("\n-- left out: it reads the rows of `a`\n"), "{sql}");
    let mut db = Sqlite::in_memory().unwrap();
    let runs = live(&project, &mut db);
    assert!(runs[1].outcome.is_ok(), "{:?}", runs[1].outcome);
    assert_eq!(texts(&mut db, "SELECT name FROM a ORDER BY id"), ["n1", "n2"]);
    assert!(retort_core::execute::execute(&render(&steps[1], &options), &mut db).is_err());
}

#[test]
fn time_and_chance_are_those_of_the_database() {
    fn writes_both(stage: &mut dyn Stage) -> Result<(), Stop> {
        for _ in 0..2 {
            if let Some(moment) = stage.moment() {
                let name = format!("{}/{}", moment.micros / 1_000_000, moment.chance);
                emit(stage, &format!("INSERT INTO a (name) VALUES ('{name}')"))?;
            }
        }
        Ok(())
    }
    let project = project(DialectKind::Sqlite, &[(makes_a, drops_a), (writes_both, nothing)]);
    let (steps, _) = replayed(&project);
    assert_eq!(steps[1].directives.len(), 0);
    let seen = [(); 2].map(|()| {
        let mut db = Sqlite::in_memory().unwrap();
        live(&project, &mut db);
        let near = "SELECT name FROM a WHERE CAST(name AS INTEGER) BETWEEN unixepoch() - 600 AND unixepoch()";
        texts(&mut db, near)
    });
    assert_eq!((seen[0].len(), &seen[0][0]), (2, &seen[0][1]));
    assert_ne!(seen[0], seen[1]);
}

#[test]
fn what_is_outside_of_the_transaction_stays_after_a_failure() {
    fn outside(stage: &mut dyn Stage) -> Result<(), Stop> {
        emit(stage, "CREATE TABLE c (x TEXT)")?;
        let emitted =
            Emitted { sql: "CREATE INDEX i ON c (x)".into(), span: SPAN, autocommit: true, guarded: true };
        stage.emit(emitted).map_err(|error| Stop::Refused { error, span: SPAN })?;
        emit(stage, "CREATE TABLE d (x TEXT)")?;
        emit(stage, "CREATE TABLE d (x TEXT)").map(drop)
    }
    let project = project(DialectKind::Sqlite, &[(outside, nothing)]);
    let mut db = Sqlite::in_memory().unwrap();
    let runs = live(&project, &mut db);
    let failure = runs[0].outcome.as_ref().unwrap_err();
    assert!(!failure.rolled_back);
    let kept: Vec<&str> =
        failure.kept.iter().map(|at| runs[0].script.statements[*at].sql.as_str()).skip(1).collect();
    assert_eq!(kept, ["CREATE TABLE c (x TEXT)", "CREATE INDEX i ON c (x)"]);
    assert_eq!(texts(&mut db, "SELECT name FROM sqlite_schema WHERE name IN ('c', 'd')"), ["c"]);
}

#[test]
fn savepoints_are_kept_and_undone_on_the_model_as_in_the_database() {
    fn saves(stage: &mut dyn Stage) -> Result<(), Stop> {
        let refuse = |error| Stop::Refused { error, span: SPAN };
        let name = || "sa_1".to_owned();
        stage.transact(TransactionAct::Savepoint(name()), SPAN).map_err(refuse)?;
        emit(stage, "CREATE TABLE c (x TEXT)")?;
        stage.transact(TransactionAct::RollBackTo(name()), SPAN).map_err(refuse)?;
        all(
            stage,
            &["CREATE TABLE d (x TEXT)", "RELEASE SAVEPOINT sa_1", "COMMIT", "CREATE TABLE e (x TEXT)"],
        )?;
        stage.transact(TransactionAct::RollBack, SPAN).map_err(refuse)?;
        emit(stage, "CREATE TABLE f (x TEXT)").map(drop)
    }
    let project = project(DialectKind::Sqlite, &[(saves, nothing)]);
    let (steps, said) = replayed(&project);
    assert!(said.is_empty(), "{said:?}");
    let names: Vec<String> = steps[0].source.tables.keys().map(ToString::to_string).collect();
    assert_eq!(names, ["d", "f"]);
    let mut db = Sqlite::in_memory().unwrap();
    let runs = live(&project, &mut db);
    assert!(runs[0].outcome.is_ok(), "{:?}", runs[0].outcome);
    assert_eq!(heads(&project, &mut db), "r1");
}

#[test]
fn a_chain_of_another_dialect_is_emulated_and_tables_are_rebuilt() {
    fn postgres(stage: &mut dyn Stage) -> Result<(), Stop> {
        assert_eq!(stage.dialect(), DialectKind::Postgres);
        all(
            stage,
            &[
                "CREATE TABLE p (id SERIAL NOT NULL, PRIMARY KEY (id))",
                "CREATE TABLE c (id SERIAL NOT NULL, p_id INTEGER, PRIMARY KEY (id))",
                "INSERT INTO p (id) VALUES (1); INSERT INTO c (p_id) VALUES (1)",
                "ALTER TABLE c ADD CONSTRAINT fk FOREIGN KEY(p_id) REFERENCES p (id) ON DELETE CASCADE",
            ],
        )?;
        if let Ok(found) = stage.query("SELECT p_id::text FROM c WHERE p_id = ANY(ARRAY[1])", SPAN) {
            assert_eq!(found.rows.len(), 1);
        }
        Ok(())
    }
    let project = project(DialectKind::Postgres, &[(postgres, nothing)]);
    let mut db = Sqlite::in_memory().unwrap();
    let runs = live(&project, &mut db);
    assert!(runs[0].outcome.is_ok(), "{:?}", runs[0].outcome);
    let table = runs[0].replayed.engine.table(&ObjectName::bare("c")).unwrap();
    assert_eq!(table.foreign_keys.len(), 1);
    assert_eq!(texts(&mut db, "SELECT CAST(p_id AS TEXT) FROM c"), ["1"]);
}

#[test]
fn a_table_is_rebuilt_outside_of_the_transaction_too() {
    fn autocommits(stage: &mut dyn Stage) -> Result<(), Stop> {
        all(
            stage,
            &[
                "CREATE TYPE s AS ENUM ('a')",
                "CREATE TABLE p (id INTEGER NOT NULL, s s, PRIMARY KEY (id))",
                "CREATE TABLE c (p_id INTEGER REFERENCES p (id) ON DELETE CASCADE)",
                "INSERT INTO p (id, s) VALUES (1, 'a'); INSERT INTO c (p_id) VALUES (1)",
            ],
        )?;
        let emitted =
            Emitted { sql: "ALTER TYPE s ADD VALUE 'b'".into(), span: SPAN, autocommit: true, guarded: true };
        stage.emit(emitted).map_err(|error| Stop::Refused { error, span: SPAN })?;
        emit(stage, "UPDATE p SET s = 'b'").map(drop)
    }
    let project = project(DialectKind::Postgres, &[(autocommits, nothing)]);
    let mut db = Sqlite::in_memory().unwrap();
    let runs = live(&project, &mut db);
    assert!(runs[0].outcome.is_ok(), "{:?}", runs[0].outcome);
    assert_eq!(texts(&mut db, "SELECT s FROM p"), ["b"]);
    assert_eq!(texts(&mut db, "SELECT CAST(p_id AS TEXT) FROM c"), ["1"]);
    assert_eq!(texts(&mut db, "SELECT CAST(foreign_keys AS TEXT) FROM pragma_foreign_keys"), ["1"]);
}

#[test]
fn a_program_that_begins_with_a_rebuild_is_run_again_with_foreign_keys_off() {
    let made: Act = |stage| all(stage, &["CREATE TABLE a (b varchar(5))"]);
    let widened: Act = |stage| all(stage, &["ALTER TABLE a ALTER COLUMN b TYPE varchar(9)"]);
    let project = project(DialectKind::Postgres, &[(made, nothing), (widened, nothing)]);
    let runs = live(&project, &mut Sqlite::in_memory().unwrap());
    assert!(runs[1].outcome.is_ok(), "{:?}", runs[1].outcome);
    assert_eq!(runs[1].script.statements[0].sql, "PRAGMA foreign_keys=OFF");
}

#[test]
fn a_program_goes_down_too() {
    let project = project(DialectKind::Sqlite, &[(makes_a, drops_a)]);
    let mut db = Sqlite::in_memory().unwrap();
    live(&project, &mut db);
    let base = Target::parse("base").unwrap();
    let there: Heads = [RevisionId::new("r1")].into_iter().collect();
    let plan = plan(&project.graph, &there, &Goal::Downgrade(base)).unwrap();
    let schema = inspect(&mut db, &project.version_table).unwrap();
    let mut replay = Replay::from_schemas(&project, schema.clone(), schema, db.capabilities());
    let options = RenderOptions { capabilities: db.capabilities(), create_version_table: false };
    let run = run_step(&mut replay, &plan.steps[0], &mut db, &options).unwrap();
    assert!(run.outcome.is_ok());
    assert_eq!(texts(&mut db, "SELECT name FROM sqlite_schema WHERE type = 'table'"), ["heads"]);
}
