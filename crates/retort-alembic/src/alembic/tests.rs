//! Revisions in few lines, and the statements that Alembic 1.20.1 with SQLAlchemy 2.1.9 writes for them.

use std::collections::BTreeMap;
use std::sync::Arc;

use retort_core::database::{DatabaseError, ResultSet};
use retort_core::diagnostic::Diagnostic;
use retort_core::revision::{
    Emitted, OpaqueStep, RefusalKind, Server, Stage, StageError, Stop, TransactionAct,
};
use retort_core::schema::Schema;
use retort_core::source::{DialectKind, SourceFile, SourceId, Span};

use super::run::{Run, run};
use crate::config::environment::Environment;
use crate::python::Library;

/// A stage that writes down what it is told, and refuses what begins with a certain word.
struct Recorder {
    dialect: DialectKind,
    certain: bool,
    lines: Vec<String>,
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
        let words: Vec<&str> = emitted.sql.split_whitespace().collect();
        let apart = if emitted.autocommit { "autocommit: " } else { "" };
        self.lines.push(format!("{apart}{}", words.join(" ")));
        Ok(1)
    }

    fn query(&mut self, _sql: &str, _span: Span) -> Result<ResultSet, StageError> {
        Err(StageError::NotKnownHere)
    }

    fn transact(&mut self, _act: TransactionAct, _span: Span) -> Result<(), StageError> {
        Ok(())
    }

    fn opaque(&mut self, step: OpaqueStep) {
        let what = if step.touches_schema { "schema" } else { "data" };
        self.lines.push(format!("opaque {what}: {}", step.reason));
    }

    fn say(&mut self, diagnostic: Diagnostic) {
        self.lines.push(diagnostic.message);
    }
}

fn ran(body: &str, dialect: DialectKind, certain: bool) -> (Vec<String>, Result<(), Stop>) {
    let head = "import enum\nimport sqlalchemy as sa\nfrom alembic import op, context\n\
                from sqlalchemy.dialects import postgresql, mysql\nrevision = 'a'\ndef upgrade():\n";
    let mut text = head.to_owned();
    for line in body.lines() {
        text.push_str(&format!("    {line}\n"));
    }
    let file = Arc::new(SourceFile::new(SourceId(0), "v/a.py", text));
    let files = BTreeMap::from([("v/a.py".to_owned(), file)]);
    let library = Library::new(files, vec![String::new()]);
    let mut stage = Recorder { dialect, certain, lines: Vec::new() };
    let what = Run {
        library: &library,
        path: "v/a.py",
        source: SourceId(0),
        revision: "a",
        function: "upgrade",
        environment: &Environment::default(),
        options: &[],
        span: Span::new(SourceId(0), 0, 0),
    };
    let result = run(&what, &mut stage);
    (stage.lines, result)
}

/// Rows of one executemany are one statement here.
fn joined(expected: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in expected.lines() {
        let start = line.find(" VALUES ").filter(|_| line.starts_with("INSERT"));
        match (start, lines.last_mut()) {
            (Some(at), Some(last)) if last.starts_with(&line[..at + 8]) && !line.contains("NULL") => {
                last.push_str(&format!(", {}", &line[at + 8..]));
            }
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

#[test]
fn directives_are_written_as_alembic_writes_them() {
    let mut differences = String::new();
    for case in include_str!("tests/directives.txt").split("=== ").skip(1) {
        let (name, rest) = case.split_once('\n').unwrap();
        let mut parts = rest.split("--- ");
        let body = parts.next().unwrap();
        for part in parts {
            let (dialect, expected) = part.split_once('\n').unwrap();
            let kind = DialectKind::ALL.into_iter().find(|kind| kind.name() == dialect).unwrap();
            let (lines, result) = ran(body, kind, true);
            let expected = joined(expected);
            if lines != expected || result.is_err() {
                differences.push_str(&format!(
                    "{name} {dialect}: {result:?}\nexpected\n  {}\nfound\n  {}\n",
                    expected.join("\n  "),
                    lines.join("\n  ")
                ));
            }
        }
    }
    assert!(differences.is_empty(), "{differences}");
}

#[test]
fn what_is_not_known_leaves_a_step_that_says_so() {
    let rows = [
        (
            "for row in op.get_bind().execute(sa.text('SELECT 1')):\n    op.execute('UPDATE t SET a = 1')",
            true,
            "data",
        ),
        ("if op.get_bind().execute(sa.text('SELECT 1')).scalar():\n    op.drop_table('t')", true, "schema"),
        ("if sa.inspect(op.get_bind()).has_table('t'):\n    op.drop_table('t')", false, "schema"),
        ("with op.batch_alter_table('t', recreate='always') as b:\n    b.drop_column('x')", false, "schema"),
    ];
    for (body, certain, kind) in rows {
        let (lines, result) = ran(body, DialectKind::Sqlite, certain);
        assert_eq!(result, Ok(()), "{body}");
        assert!(lines.len() == 1 && lines[0].starts_with(&format!("opaque {kind}")), "{body}\n{lines:?}");
    }
}

#[test]
fn refusals_are_exceptions_and_uncaught_ones_stop_the_program() {
    let caught = "try:\n    op.execute('DROP TABLE refused')\nexcept sa.exc.SQLAlchemyError as error:\n    \
                  op.execute('SELECT 1' if 'no such' in str(error.orig) else 'SELECT 2')";
    let (lines, result) = ran(caught, DialectKind::Sqlite, true);
    assert_eq!((lines, result), (vec!["SELECT 1".to_owned()], Ok(())));
    let (_, result) = ran("op.drop_table('refused')", DialectKind::Sqlite, true);
    assert!(matches!(result, Err(Stop::Refused { .. })), "{result:?}");
    let (_, result) = ran("raise ValueError('no')", DialectKind::Sqlite, true);
    let Err(Stop::Failed(said)) = result else { panic!("it must fail") };
    assert_eq!((said.code, said.message.as_str()), ("alembic/exception", "ValueError: no"));
}

#[test]
fn autocommit_blocks_and_existence_checks() {
    let body = "with op.get_context().autocommit_block():\n    op.execute('VACUUM')\n\
                if not sa.inspect(op.get_bind()).has_table('t'):\n    op.execute('SELECT 3')\n\
                if context.is_offline_mode():\n    op.execute('SELECT 4')";
    let (lines, result) = ran(body, DialectKind::Postgres, true);
    assert_eq!((lines, result), (vec!["autocommit: VACUUM".to_owned(), "SELECT 3".to_owned()], Ok(())));
}
