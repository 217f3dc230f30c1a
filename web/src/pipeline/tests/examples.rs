//! The examples as the page hands them over.

use std::path::Path;

use super::*;
use crate::protocol::{Note, Problem, StatementView};
use crate::{examples, peek};

fn example(name: &str) -> Source {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(name);
    let read = |path: &&str| ((*path).to_owned(), std::fs::read(folder.join(path)).unwrap());
    Source::Example(name.to_owned(), examples::files(name).unwrap().iter().map(read).collect())
}

fn opened(name: &str) -> (Pipeline, Opened) {
    let mut pipeline = Pipeline::with_programs(retort_alembic::read);
    match pipeline.handle(Call::Open(example(name)), &mut |_| {}) {
        Reply::Opened(opened) => (pipeline, *opened),
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn examples_say_whether_they_need_the_reader() {
    for name in examples::names() {
        let source = example(name);
        let expected = peek::holds_python(&source);
        let reply = Pipeline::new().handle(Call::Open(source), &mut |_| {});
        assert_eq!(Some(matches!(reply, Reply::NeedsPython)), expected, "{name}");
    }
}

#[test]
fn the_broken_chain_says_what_is_wrong_and_how_to_mend_it() {
    let (_, opened) = opened("cnc-licensing-broken");
    let stopped = opened.revisions.iter().filter(|revision| revision.state == RunState::NotRun).count();
    assert_eq!((opened.step.position, opened.revisions.len(), stopped), (3, 14, 11));
    let errors: Vec<&Problem> =
        opened.problems.iter().filter(|problem| problem.severity == "error").collect();
    assert_eq!(errors.len(), 4);
    for error in errors {
        assert_eq!(error.code, "graph/missing-down-revision");
        assert!(error.file.is_some() && error.help[0].starts_with("Name `"), "{error:?}");
    }
    for code in ["graph/id-too-long", "graph/id-character", "alembic/file-name", "operation/server-setting"] {
        assert!(
            opened.problems.iter().any(|problem| problem.code == code && !problem.help.is_empty()),
            "{code}"
        );
    }
}

#[test]
fn what_only_postgresql_has_is_left_out_and_said() {
    let (_, opened) = opened("corporate-intel");
    let left_out: Vec<&StatementView> =
        opened.step.statements.iter().filter(|statement| statement.fidelity == Fidelity::Dropped).collect();
    for words in ["CREATE EXTENSION", "create_hypertable", "add_retention_policy", "USING ivfflat"] {
        assert!(left_out.iter().any(|statement| statement.source.contains(words)), "{words}");
    }
    for statement in left_out {
        let mut said: Vec<&Note> = statement.notes.iter().collect();
        said.dedup();
        assert_eq!(said.len(), statement.notes.len(), "{statement:?}");
        assert!(!said.is_empty() && statement.state == RunState::Ran, "{statement:?}");
    }
}
