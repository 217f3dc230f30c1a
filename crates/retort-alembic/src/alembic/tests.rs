//! Revisions in few lines, and the statements that Alembic 1.20.1 with SQLAlchemy 2.1.9 writes for them.

use retort_core::revision::Stop;
use retort_core::source::DialectKind;

use super::test_stage::{Heard, TestStage, touched};

fn ran(body: &str, dialect: DialectKind, certain: bool) -> (Vec<String>, Result<(), Stop>) {
    let head = "import enum\nimport sqlalchemy as sa\nfrom alembic import op, context\n\
                from sqlalchemy.dialects import postgresql, mysql\nrevision = 'a'";
    let mut stage = TestStage { certain, ..TestStage::new(dialect) };
    let result = stage.run(head, body);
    (stage.heard.iter().filter_map(line).collect(), result)
}

fn line(heard: &Heard) -> Option<String> {
    Some(match heard {
        Heard::Emitted(emitted) => {
            let words: Vec<&str> = emitted.sql.split_whitespace().collect();
            let apart = if emitted.autocommit { "autocommit: " } else { "" };
            format!("{apart}{}", words.join(" "))
        }
        Heard::Opaque(step) => format!("opaque {}: {}", touched(step), step.reason),
        Heard::Said(diagnostic) => diagnostic.message.clone(),
        Heard::Asked(_) | Heard::Act(_) => return None,
    })
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
fn what_only_env_py_or_the_application_knows_is_not_guessed() {
    let head = "prefix = op.get_context().opts";
    for (body, expected) in [
        (
            "['prefix']",
            "opaque schema: op.drop_table() depends on what env.py gives to configure() is not known",
        ),
        (
            ".get('prefix')",
            "opaque schema: op.drop_table() depends on what env.py gives to configure() is not known",
        ),
        ("['version_table']", "DROP TABLE alembic_version_t"),
    ] {
        let (lines, result) =
            ran(&format!("{head}{body}\nop.drop_table(prefix + '_t')"), DialectKind::Sqlite, true);
        assert!(result.is_ok() && lines == [expected], "{body}: {lines:?} {result:?}");
    }
    let body = "taken = context.config.attributes\nassert taken.get('a') is None and not list(taken)\n\
                op.drop_table(taken['a'])";
    let (lines, result) = ran(body, DialectKind::Sqlite, true);
    assert!(result.is_ok() && lines.len() == 1 && lines[0].starts_with("opaque"), "{lines:?} {result:?}");
    let body = "assert op._proxy.migration_context.dialect.name == op.migration_context.dialect.name\n\
                op._proxy.drop_table('a')";
    assert_eq!(ran(body, DialectKind::Sqlite, true).0, ["DROP TABLE a"]);
    let (lines, _) = ran("from sqlalchemy_utils.functions import none\nnone()", DialectKind::Sqlite, true);
    assert!(lines.join("").contains("`sqlalchemy_utils.functions.none` is not supported"), "{lines:?}");
    let (lines, _) = ran("op.execute(sa.JSON.NULL)", DialectKind::Sqlite, true);
    assert!(lines.join("").contains("`JSON.NULL` is not supported"), "{lines:?}");
}

#[test]
fn autocommit_blocks_and_existence_checks() {
    let body = "with op.get_context().autocommit_block():\n    op.execute('VACUUM')\n\
                if not sa.inspect(op.get_bind()).has_table('t'):\n    op.execute('SELECT 3')\n\
                if context.is_offline_mode():\n    op.execute('SELECT 4')";
    let (lines, result) = ran(body, DialectKind::Postgres, true);
    assert_eq!((lines, result), (vec!["autocommit: VACUUM".to_owned(), "SELECT 3".to_owned()], Ok(())));
}
