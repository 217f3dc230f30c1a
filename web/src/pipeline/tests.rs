mod examples;
mod python;

use super::*;
use crate::choice::LeftOut;
use crate::protocol::{Cell, Fidelity, Mark, Opened, RunState, Source, StepView, ViewState};

fn open(source: Source) -> (Pipeline, Opened) {
    let mut pipeline = Pipeline::new();
    match pipeline.handle(Call::Open(source), &mut |_| {}) {
        Reply::Opened(opened) => (pipeline, *opened),
        other => panic!("{other:?}"),
    }
}

fn pasted(text: &str) -> Source {
    Source::Pasted { text: text.to_owned(), dialect: None }
}

fn step(pipeline: &mut Pipeline, call: Call) -> StepView {
    match pipeline.handle(call, &mut |_| {}) {
        Reply::Stepped(step) => *step,
        other => panic!("{other:?}"),
    }
}

const CHAIN: &str = "-- revision: a\n-- upgrade\nCREATE TABLE p (id INTEGER PRIMARY KEY, n TEXT);\n\
    INSERT INTO p VALUES (1, 'x');\n-- downgrade\nDROP TABLE p;\n\
    -- revision: b\n-- down_revision: a\n-- upgrade\nCREATE TABLE c (id INTEGER PRIMARY KEY, \
    p INTEGER REFERENCES p (id) ON DELETE CASCADE);\nINSERT INTO c VALUES (7, 1);\n-- downgrade\nDROP TABLE c;\n\
    -- revision: c\n-- down_revision: b\n-- upgrade\nCREATE INDEX ix ON c (p);\n-- downgrade\n";

#[test]
fn a_chain_is_opened_at_its_last_step() {
    let (_, opened) = open(pasted(CHAIN));
    assert_eq!(opened.step.position, 3);
    assert_eq!(opened.revisions.len(), 3);
    assert_eq!(opened.placement.boxes.len(), 2);
    assert_eq!(opened.step.disagreements, [""; 0]);
    assert_eq!(opened.step.tables[0].indexes[0].made_by.as_deref(), Some("c"));
    assert_eq!(opened.step.tables[0].made_by.as_deref(), Some("b"));
}

#[test]
fn a_downgrade_is_run_and_its_residue_named() {
    let (mut pipeline, _) = open(pasted(CHAIN));
    let down = step(&mut pipeline, Call::Down);
    assert_eq!((down.position, down.peak), (2, Some(3)));
    assert_eq!(down.round_trip, Some(vec!["index `ix` of `c` is there and should not be".to_owned()]));
    let down = step(&mut pipeline, Call::Down);
    assert_eq!(down.round_trip, Some(Vec::new()));
    assert_eq!(down.ghosts.len(), 1);
    let up = step(&mut pipeline, Call::Up);
    assert_eq!(up.position, 2);
    assert_eq!(up.row_effects, [("c".to_owned(), 0, 1)]);
}

#[test]
fn rows_cascade_and_nothing_is_changed() {
    let (mut pipeline, _) = open(pasted(CHAIN));
    let key = vec![("id".to_owned(), Cell::Integer(1))];
    let reply = pipeline.handle(Call::Cascade { table: "p".into(), key }, &mut |_| {});
    let Reply::Cascade(cascade) = reply else { panic!("{reply:?}") };
    assert_eq!(
        cascade.events.iter().map(|e| (e.depth, e.table.as_str())).collect::<Vec<_>>(),
        [(0, "p"), (1, "c")]
    );
    assert_eq!(cascade.events[1].because, "c.p ON DELETE CASCADE");
    let reply = pipeline.handle(Call::Rows { table: "c".into(), offset: 0, limit: 10 }, &mut |_| {});
    let Reply::Rows(rows) = reply else { panic!("{reply:?}") };
    assert_eq!(rows.total, 1);
}

#[test]
fn a_statement_that_fails_leaves_the_last_good_step() {
    let chain = format!(
        "{CHAIN}\n-- revision: d\n-- down_revision: c\n-- upgrade\nCREATE TABLE x (a);\nINSERT INTO nowhere VALUES (1);\n-- revision: e\n-- down_revision: d\nCREATE TABLE y (a);\n"
    );
    let (mut pipeline, opened) = open(pasted(&chain));
    assert_eq!(opened.step.position, 3);
    let states: Vec<RunState> = opened.revisions.iter().map(|revision| revision.state).collect();
    assert_eq!(states[3..], [RunState::Failed, RunState::NotRun]);
    assert!(opened.problems.iter().any(|problem| problem.code == "execute/statement-failed"));
    let up = step(&mut pipeline, Call::Up);
    assert_eq!(up.position, 3);
    assert_eq!(up.statements[1].state, RunState::Failed);
    assert!(up.tables.iter().all(|table| table.name != "x"));
}

#[test]
fn edits_travel_in_the_link_and_are_forgotten_on_request() {
    let (mut pipeline, _) = open(pasted(CHAIN));
    step(&mut pipeline, Call::Seek(1));
    pipeline.handle(Call::Console { sql: "INSERT INTO p VALUES (2, 'y'), (3, 'z')".into() }, &mut |_| {});
    let at_two = step(&mut pipeline, Call::Seek(2));
    assert_eq!(at_two.tables.iter().find(|table| table.name == "p").unwrap().rows, 3);
    let view = ViewState { position: 2, dock: "changes".into(), ..ViewState::default() };
    let Reply::Link(link) = pipeline.handle(Call::Share(view.clone()), &mut |_| {}) else { panic!() };
    let (mut again, opened) = open(Source::Link(link.fragment));
    assert_eq!(opened.view, view);
    let untimed = |step: StepView| StepView { milliseconds: 0.0, ..step };
    assert_eq!(untimed(opened.step.clone()), untimed(step(&mut again, Call::Seek(2))));
    assert_eq!(opened.step.tables.iter().find(|table| table.name == "p").unwrap().rows, 3);
    let forgotten = step(&mut again, Call::ForgetEdits);
    assert_eq!(forgotten.tables.iter().find(|table| table.name == "p").unwrap().rows, 1);
}

#[test]
fn a_link_restores_a_descent() {
    let (mut pipeline, _) = open(pasted(CHAIN));
    step(&mut pipeline, Call::Down);
    let view = ViewState { position: 2, peak: Some(3), ..ViewState::default() };
    let Reply::Link(link) = pipeline.handle(Call::Share(view), &mut |_| {}) else { panic!() };
    let (_, opened) = open(Source::Link(link.fragment));
    assert_eq!((opened.step.position, opened.step.peak), (2, Some(3)));
    assert_eq!(opened.step.round_trip.map(|lines| lines.len()), Some(1));
}

#[test]
fn what_cannot_be_opened_is_refused_with_words() {
    for (source, code) in [
        (Source::Link("9.x.abc".into()), "share/"),
        (Source::Files(Vec::new(), LeftOut::default()), "load/nothing"),
        (Source::Files(vec![("a.zip".into(), b"PK\x03\x04junk".to_vec())], LeftOut::default()), "load/zip"),
    ] {
        let reply = Pipeline::new().handle(Call::Open(source), &mut |_| {});
        let Reply::Refused(refusal) = reply else { panic!("{reply:?}") };
        assert!(refusal.code.starts_with(code), "{refusal:?}");
        assert!(!refusal.title.is_empty() && !refusal.detail.is_empty());
    }
}

#[test]
fn an_endless_statement_is_stopped_and_transactions_are_refused() {
    let (mut pipeline, _) = open(pasted("CREATE TABLE t (a)"));
    let sql = "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c";
    let Reply::Console(view) = pipeline.handle(Call::Console { sql: sql.into() }, &mut |_| {}) else {
        panic!()
    };
    assert!(view.results[0].error.as_ref().unwrap().contains("longer than it may"));
    let Reply::Console(view) = pipeline.handle(Call::Console { sql: "BEGIN".into() }, &mut |_| {}) else {
        panic!()
    };
    assert!(view.results[0].error.is_some());
    let Reply::Console(view) = pipeline.handle(Call::Console { sql: "ATTACH 'x' AS y".into() }, &mut |_| {})
    else {
        panic!()
    };
    assert!(view.results[0].error.is_some());
}

#[test]
fn emulated_statements_say_so() {
    let (_, opened) = open(Source::Pasted {
        text: "CREATE TABLE t (id bigserial PRIMARY KEY, e varchar(20) NOT NULL, at timestamptz DEFAULT now(), CHECK (e <> ''));\n\
               CREATE INDEX g ON t USING gin (e);\nALTER TABLE t ALTER COLUMN e TYPE text;"
            .into(),
        dialect: Some("postgresql".into()),
    });
    assert_eq!(opened.step.disagreements, [""; 0]);
    let classes: Vec<Fidelity> = opened.step.statements.iter().map(|statement| statement.fidelity).collect();
    assert_eq!(classes, [Fidelity::Emulated, Fidelity::Dropped, Fidelity::Emulated]);
    assert_eq!(opened.step.tables[0].mark, Mark::Added);
    assert!(opened.step.tables[0].constraints.iter().any(|constraint| constraint.emulation));
}

#[test]
fn any_step_of_a_long_chain_is_reached_from_any_other() {
    let revision = |at: usize| {
        let down = if at == 0 { String::new() } else { format!("-- down_revision: r{}\n", at - 1) };
        let table = at / 3;
        let body = match at % 3 {
            0 => format!("CREATE TABLE t{table} (id INTEGER PRIMARY KEY, n TEXT);"),
            1 => format!("CREATE INDEX ix{table} ON t{table} (n);\nINSERT INTO t{table} (n) VALUES ('a');"),
            _ => format!("ALTER TABLE t{table} ADD COLUMN m INTEGER REFERENCES t0 (id);"),
        };
        format!("-- revision: r{at}\n{down}-- upgrade\n{body}\n")
    };
    let chain: String = (0..300).map(revision).collect();
    let (mut pipeline, opened) = open(pasted(&chain));
    assert_eq!(opened.step.position, 300);
    for position in [5, 30, 298, 10, 150, 1, 300, 0, 77] {
        let step = step(&mut pipeline, Call::Seek(position));
        assert_eq!(step.position, position);
        assert_eq!(step.disagreements, [""; 0]);
        assert_eq!(step.tables.len(), position.div_ceil(3));
    }
}

#[test]
fn a_file_of_five_megabytes_opens_and_is_listed_in_part() {
    let mut text =
        "-- revision: a\n-- upgrade\nCREATE TABLE t (id INTEGER PRIMARY KEY, n TEXT);\n".to_owned();
    while text.len() < 5 << 20 {
        text.push_str(
            "INSERT INTO t (n) VALUES ('a text that is as long as texts in dumps are, more or less');\n",
        );
    }
    let (_, opened) = open(pasted(&text));
    assert_eq!(opened.step.position, 1);
    assert_eq!(opened.step.statements.len(), 200);
    assert!(opened.step.notice.unwrap().contains("the first 200 are listed"));
    assert!(opened.step.tables[0].rows > 50_000);
}
