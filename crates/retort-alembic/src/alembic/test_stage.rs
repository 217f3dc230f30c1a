//! A stage for tests: it keeps what it hears, refuses what speaks of `refused`, and answers rows if it is given some.

use std::collections::BTreeMap;
use std::sync::Arc;

use retort_core::database::{DatabaseError, ResultSet, TextKind, Value};
use retort_core::diagnostic::Diagnostic;
use retort_core::revision::{
    Emitted, Memory, OpaqueStep, RefusalKind, Server, Stage, StageError, Stop, TransactionAct,
};
use retort_core::schema::Schema;
use retort_core::source::{DialectKind, SourceFile, SourceId, Span};

use super::companions::COMPANIONS;
use super::run::{Run, run};
use crate::config::environment::Environment;
use crate::python::Library;

/// What a statement's text contains, and what it is answered with.
pub(super) type Answer = (&'static str, Vec<&'static str>, Vec<Vec<Value>>);

/// One thing that a stage was told.
pub(super) enum Heard {
    /// A statement to run.
    Emitted(Emitted),
    /// A query that was answered.
    Asked(String),
    /// The beginning or end of a transaction.
    Act(TransactionAct),
    /// A step that is only known when it runs.
    Opaque(OpaqueStep),
    /// A word to the user.
    Said(Diagnostic),
}

/// The stage, with all that it heard.
pub(super) struct TestStage {
    pub(super) dialect: DialectKind,
    pub(super) certain: bool,
    /// None: no query is answered.
    pub(super) answers: Option<Vec<Answer>>,
    /// How many rows each statement changes.
    pub(super) changed: u64,
    pub(super) heard: Vec<Heard>,
    pub(super) memory: Memory,
}

impl Stage for TestStage {
    fn dialect(&self) -> DialectKind {
        self.dialect
    }

    fn server(&self) -> Server {
        let version = match self.dialect {
            DialectKind::Sqlite => (3, 40, 0),
            DialectKind::Postgres => (15, 0, 0),
            DialectKind::Mysql => (8, 0, 36),
        };
        Server { version, is_mariadb: false }
    }

    fn is_offline(&self) -> bool {
        false
    }

    fn schema(&mut self) -> Schema {
        Schema::empty(self.dialect)
    }

    fn is_certain(&self) -> bool {
        self.certain
    }

    fn emit(&mut self, emitted: Emitted) -> Result<u64, StageError> {
        if emitted.sql.contains("refused") {
            let error = DatabaseError {
                message: "no such table: refused".to_owned(),
                code: "1".to_owned(),
                offset: None,
                unreachable: false,
            };
            return Err(StageError::Refused { kind: RefusalKind::Operational, error });
        }
        self.heard.push(Heard::Emitted(emitted));
        Ok(self.changed)
    }

    fn query(&mut self, sql: &str, _span: Span) -> Result<ResultSet, StageError> {
        let Some(answers) = &self.answers else { return Err(StageError::NotKnownHere) };
        if sql == "SELECT 1" {
            return Ok(ResultSet {
                columns: vec!["1".into()],
                rows: vec![vec![Value::Integer(1)]],
                ..ResultSet::default()
            });
        }
        self.heard.push(Heard::Asked(sql.to_owned()));
        let found = answers.iter().find(|(part, ..)| sql.contains(part));
        let (columns, rows) =
            found.map(|(_, columns, rows)| (columns.clone(), rows.clone())).unwrap_or_default();
        let kind = |value: &Value| match value.as_str() {
            Some("t" | "f") => TextKind::Boolean,
            _ => TextKind::Plain,
        };
        let kinds = rows.iter().take(1).flatten().map(kind).collect();
        Ok(ResultSet { columns: columns.into_iter().map(str::to_owned).collect(), kinds, rows })
    }

    fn transact(&mut self, act: TransactionAct, _span: Span) -> Result<(), StageError> {
        self.heard.push(Heard::Act(act));
        Ok(())
    }

    fn opaque(&mut self, step: OpaqueStep) {
        self.heard.push(Heard::Opaque(step));
    }

    fn say(&mut self, diagnostic: Diagnostic) {
        self.heard.push(Heard::Said(diagnostic));
    }

    fn memory(&mut self) -> &mut Memory {
        &mut self.memory
    }
}

impl TestStage {
    /// A stage of certain schema that answers no query; a statement changes one row.
    pub(super) fn new(dialect: DialectKind) -> TestStage {
        let memory = Memory::default();
        TestStage { dialect, certain: true, answers: None, changed: 1, heard: Vec::new(), memory }
    }

    /// Runs `upgrade()` of a module: `head`, then the function with `body` indented.
    pub(super) fn run(&mut self, head: &str, body: &str) -> Result<(), Stop> {
        let mut text = format!("{head}\ndef upgrade():\n");
        for line in body.lines() {
            text.push_str(&format!("    {line}\n"));
        }
        let file = Arc::new(SourceFile::new(SourceId(0), "m.py", text));
        let library = Library::new(BTreeMap::from([("m.py".to_owned(), file)]), vec![String::new()])
            .with_companions(COMPANIONS);
        let what = Run {
            library: &library,
            path: "m.py",
            source: SourceId(0),
            revision: "a",
            function: "upgrade",
            environment: &Environment::default(),
            options: &[],
            revisions: &Default::default(),
            span: Span::new(SourceId(0), 0, 0),
        };
        run(&what, self)
    }
}

/// What a step that is only known when it runs touches.
pub(super) fn touched(step: &OpaqueStep) -> &'static str {
    if step.touches_schema { "schema" } else { "data" }
}
