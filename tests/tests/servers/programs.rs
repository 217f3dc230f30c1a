//! Revisions that are programs, on the servers.

use std::sync::Arc;

use retort_core::drift::compare;
use retort_core::graph::{Heads, RevisionGraph, Target};
use retort_core::inspect::inspect;
use retort_core::layout::LayoutKind;
use retort_core::plan::{Goal, plan};
use retort_core::project::Project;
use retort_core::replay::Replay;
use retort_core::revision::{
    Body, Direction, Emitted, Native, Program, RefusalKind, Revision, RevisionId, Stage, StageError, Stop,
};
use retort_core::run::{StepRun, run_step};
use retort_core::script::RenderOptions;
use retort_core::source::{DialectKind, SourceId, Span};
use retort_core::version_table::{self, VersionTable};
use retort_drivers::Engine;

use crate::server::Scratch;

const SPAN: Span = Span { source: SourceId(0), start: 0, end: 0 };

#[derive(Debug)]
struct Written(fn(&mut dyn Stage) -> Result<(), Stop>);

impl Program for Written {
    fn run(&self, _: Direction, stage: &mut dyn Stage) -> Result<(), Stop> {
        (self.0)(stage)
    }
}

fn emit(stage: &mut dyn Stage, sql: &str, autocommit: bool) -> Result<u64, Stop> {
    let emitted = Emitted { sql: sql.to_owned(), span: SPAN, autocommit, guarded: true };
    stage.emit(emitted).map_err(|error| Stop::Refused { error, span: SPAN })
}

fn run(db: &mut dyn Engine, program: fn(&mut dyn Stage) -> Result<(), Stop>) -> StepRun {
    let dialect = db.dialect();
    let revision = Revision {
        id: RevisionId::new("r1"),
        down_revisions: Vec::new(),
        depends_on: Vec::new(),
        branch_labels: Vec::new(),
        message: String::new(),
        dialect: None,
        upgrade: Body::Program(Arc::new(Written(program))),
        downgrade: Body::Irreversible { reason: String::new() },
        source: SourceId(0),
        span: SPAN,
        down_span: SPAN,
        native: Native::default(),
    };
    let schema = (dialect == DialectKind::Postgres).then(|| "retort_own".to_owned());
    let project = Project {
        files: Vec::new(),
        layout: LayoutKind::Retort,
        dialect,
        dialect_reason: String::new(),
        version_table: VersionTable { name: "own heads".into(), schema, has_key: true },
        graph: RevisionGraph::build(vec![revision]).value,
    };
    let heads = Target::parse("heads").unwrap();
    let plan = plan(&project.graph, &Heads::base(), &Goal::Upgrade(vec![heads])).unwrap();
    let before = inspect(db, &project.version_table).unwrap();
    let mut replay = Replay::from_schemas(&project, before.clone(), before, db.capabilities());
    let options = RenderOptions { capabilities: db.capabilities(), create_version_table: true };
    let run = run_step(&mut replay, &plan.steps[0], db, &options).unwrap();
    if run.outcome.is_ok() {
        let changes = compare(replay.engine(), db, &project.version_table).unwrap();
        let of_tables: Vec<_> =
            changes.into_iter().filter(|change| change.object.starts_with("retort_p")).collect();
        assert_eq!(of_tables, []);
        let heads = version_table::read(&project.version_table, db).unwrap().unwrap();
        assert_eq!(heads.to_string(), "r1");
    }
    run
}

fn asks_and_makes(stage: &mut dyn Stage) -> Result<(), Stop> {
    emit(stage, "CREATE TABLE retort_p (id INTEGER PRIMARY KEY, name VARCHAR(9))", false)?;
    assert_eq!(emit(stage, "INSERT INTO retort_p VALUES (1, 'x'), (2, 'y')", false)?, 2);
    let found = stage.query("SELECT id AS n FROM retort_p ORDER BY id", SPAN).unwrap();
    assert_eq!((found.columns, found.rows.len()), (vec!["n".to_owned()], 2));
    let index = match stage.dialect() {
        DialectKind::Postgres => "CREATE INDEX CONCURRENTLY retort_i ON retort_p (name)",
        DialectKind::Mysql | DialectKind::Sqlite => "CREATE INDEX retort_i ON retort_p (name)",
    };
    emit(stage, index, true)?;
    emit(stage, "UPDATE retort_p SET name = 'z'", false).map(drop)
}

#[test]
fn a_program_asks_and_makes_on_a_server() {
    for dialect in [DialectKind::Postgres, DialectKind::Mysql] {
        let Some(scratch) = Scratch::new(dialect) else { continue };
        let run = run(&mut *scratch.connect(), asks_and_makes);
        assert!(run.outcome.is_ok(), "{dialect}: {:?}", run.outcome);
        assert_eq!(scratch.connect().query("SELECT id FROM retort_p WHERE name = 'z'").unwrap().len(), 2);
    }
}

#[test]
fn the_time_is_that_of_the_server() {
    fn writes_time(stage: &mut dyn Stage) -> Result<(), Stop> {
        let moment = stage.moment().unwrap();
        assert_eq!(stage.moment(), Some(moment.clone()));
        assert!(moment.chance.len() > 30, "{}", moment.chance);
        emit(stage, "CREATE TABLE retort_p (seconds BIGINT)", false)?;
        emit(stage, &format!("INSERT INTO retort_p VALUES ({})", moment.micros / 1_000_000), false).map(drop)
    }
    for (dialect, now) in
        [(DialectKind::Postgres, "extract(epoch FROM now())"), (DialectKind::Mysql, "UNIX_TIMESTAMP()")]
    {
        let Some(scratch) = Scratch::new(dialect) else { continue };
        let run = run(&mut *scratch.connect(), writes_time);
        assert!(run.outcome.is_ok(), "{dialect}: {:?}", run.outcome);
        let near = format!("SELECT 1 FROM retort_p WHERE {now} - seconds BETWEEN 0 AND 600");
        assert_eq!(scratch.connect().query(&near).unwrap().len(), 1, "{dialect}");
    }
}

#[test]
fn a_program_begins_a_transaction_of_its_own_outside_of_the_steps() {
    fn begins(stage: &mut dyn Stage) -> Result<(), Stop> {
        emit(stage, "CREATE TABLE retort_p (id INTEGER)", true)?;
        for (word, column) in [("COMMIT", "a"), ("ROLLBACK", "b")] {
            emit(stage, "BEGIN", true)?;
            emit(stage, "LOCK TABLE retort_p IN ACCESS EXCLUSIVE MODE NOWAIT", true)?;
            emit(stage, &format!("ALTER TABLE retort_p ADD COLUMN {column} INTEGER"), true)?;
            emit(stage, word, true)?;
        }
        emit(stage, "CREATE INDEX CONCURRENTLY retort_i ON retort_p (a)", true).map(drop)
    }
    let Some(scratch) = Scratch::new(DialectKind::Postgres) else { return };
    let run = run(&mut *scratch.connect(), begins);
    assert!(run.outcome.is_ok(), "{:?}", run.outcome);
    let found = scratch.connect().select("SELECT * FROM retort_p").unwrap();
    assert_eq!(found.columns, ["id", "a"]);
}

#[test]
fn servers_say_what_their_texts_stand_for() {
    use retort_core::database::TextKind::{
        Boolean, Date, DateTime, Integers, Json, Numeric, Plain, Texts, Uuid,
    };
    let cases = [
        (
            DialectKind::Postgres,
            "SELECT true, 1, 1.5::numeric, now()::date, now(), '[]'::jsonb, gen_random_uuid(), ARRAY[1], ARRAY['a'], 'x'",
            vec![Boolean, Plain, Numeric, Date, DateTime, Json, Uuid, Integers, Texts, Plain],
        ),
        (
            DialectKind::Mysql,
            "SELECT 1, CAST(1.5 AS DECIMAL(4, 2)), CURRENT_DATE, CURRENT_TIMESTAMP, 'x'",
            vec![Plain, Numeric, Date, DateTime, Plain],
        ),
    ];
    for (dialect, sql, kinds) in cases {
        let Some(scratch) = Scratch::new(dialect) else { continue };
        assert_eq!(scratch.connect().select(sql).unwrap().kinds, kinds, "{dialect}");
    }
}

#[test]
fn postgres_aborts_the_transaction_of_what_is_refused_and_caught() {
    fn catches(stage: &mut dyn Stage) -> Result<(), Stop> {
        emit(stage, "CREATE TABLE retort_p (id INTEGER)", false)?;
        let caught = emit(stage, "CREATE TABLE retort_p (id INTEGER)", false);
        let Err(Stop::Refused { error: StageError::Refused { kind, .. }, .. }) = caught else { panic!() };
        assert_eq!(kind, RefusalKind::Programming);
        emit(stage, "CREATE TABLE retort_q (id INTEGER)", false).map(drop)
    }
    let Some(scratch) = Scratch::new(DialectKind::Postgres) else { return };
    let run = run(&mut *scratch.connect(), catches);
    let failure = run.outcome.unwrap_err();
    assert!(failure.rolled_back && failure.error.code == "25P02", "{failure:?}");
}
