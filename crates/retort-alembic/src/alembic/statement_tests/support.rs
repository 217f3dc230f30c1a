//! A stage that writes down what it is asked, and answers rows if it is given some.

use std::collections::BTreeMap;
use std::sync::Arc;

use retort_core::database::{ResultSet, Value};
use retort_core::diagnostic::Diagnostic;
use retort_core::revision::{Emitted, OpaqueStep, Server, Stage, StageError, Stop, TransactionAct};
use retort_core::schema::Schema;
use retort_core::source::{DialectKind, SourceFile, SourceId, Span};

use crate::alembic::run::{Run, run};
use crate::config::environment::Environment;
use crate::python::Library;

/// What a statement's text contains, and what it is answered with.
pub(super) type Answer = (&'static str, Vec<&'static str>, Vec<Vec<Value>>);

pub(super) struct Recorder {
    dialect: DialectKind,
    answers: Option<Vec<Answer>>,
    pub(super) log: Vec<String>,
}

impl Stage for Recorder {
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
        true
    }

    fn emit(&mut self, emitted: Emitted) -> Result<u64, StageError> {
        self.log.push(emitted.sql);
        Ok(u64::from(self.answers.is_some()))
    }

    fn query(&mut self, sql: &str, _span: Span) -> Result<ResultSet, StageError> {
        let Some(answers) = &self.answers else { return Err(StageError::NotKnownHere) };
        if sql == "SELECT 1" {
            return Ok(ResultSet { columns: vec!["1".into()], rows: vec![vec![Value::Integer(1)]] });
        }
        self.log.push(format!("? {sql}"));
        let found = answers.iter().find(|(part, ..)| sql.contains(part));
        let (columns, rows) =
            found.map(|(_, columns, rows)| (columns.clone(), rows.clone())).unwrap_or_default();
        Ok(ResultSet { columns: columns.into_iter().map(str::to_owned).collect(), rows })
    }

    fn transact(&mut self, act: TransactionAct, _span: Span) -> Result<(), StageError> {
        self.log.push(format!("{act:?}"));
        Ok(())
    }

    fn opaque(&mut self, step: OpaqueStep) {
        let kind = if step.touches_schema { "schema" } else { "data" };
        self.log.push(format!("opaque {kind}: {}", step.reason));
    }

    fn say(&mut self, _diagnostic: Diagnostic) {}
}

/// Runs the body of `upgrade()` and gives what the stage heard, and how it ended if not well.
pub(super) fn heard(
    head: &str,
    body: &str,
    dialect: DialectKind,
    answers: Option<Vec<Answer>>,
) -> Vec<String> {
    let mut text = String::from("from alembic import op\nimport sqlalchemy as sa\n");
    text.push_str(head);
    text.push_str("\ndef upgrade():\n    conn = op.get_bind()\n");
    for line in body.lines() {
        text.push_str(&format!("    {line}\n"));
    }
    let file = Arc::new(SourceFile::new(SourceId(0), "m.py", &*text));
    let library = Library::new(BTreeMap::from([("m.py".to_owned(), file)]), vec![String::new()]);
    let environment = Environment::default();
    let what = Run {
        library: &library,
        path: "m.py",
        source: SourceId(0),
        revision: "r",
        function: "upgrade",
        environment: &environment,
        options: &[],
        span: Span::new(SourceId(0), 0, 0),
    };
    let mut stage = Recorder { dialect, answers, log: Vec::new() };
    match run(&what, &mut stage) {
        Ok(()) => {}
        Err(Stop::Failed(said)) => stage.log.push(format!("! {} {}", said.code, said.message)),
        Err(Stop::Refused { error, .. }) => stage.log.push(format!("! {error}")),
    }
    stage.log
}
