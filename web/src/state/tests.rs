use super::*;
use crate::protocol::{
    ChangeView, Direction, Mark, Placement, Reply, RevisionView, RunState, StatementView, ViewState,
};

fn step(position: usize) -> StepView {
    StepView {
        position,
        peak: None,
        revision: Some("a1".into()),
        direction: Direction::Up,
        statements: vec![],
        tables: vec![],
        changes: vec![],
        ghosts: vec![],
        round_trip: None,
        notice: None,
        problems: vec![],
        disagreements: vec![],
        row_effects: vec![],
        milliseconds: 1.0,
        edits: 0,
    }
}

fn revision(id: &str, position: usize) -> RevisionView {
    RevisionView {
        id: id.into(),
        message: "add users".into(),
        down: vec![],
        depends_on: vec![],
        labels: vec![],
        file: "a.sql".into(),
        line: 1,
        position: Some(position),
        row: position as u32,
        lane: 0,
        is_head: true,
        is_base: true,
        is_merge: false,
        is_branch_point: false,
        state: RunState::Ran,
        irreversible: None,
        destructive: false,
        fidelity: crate::protocol::Fidelity::Exact,
        summary: String::new(),
        statements: 1,
    }
}

fn opened() -> Opened {
    Opened {
        name: "shop".into(),
        layout: "plain".into(),
        dialect: "sqlite".into(),
        dialect_reason: "chosen".into(),
        dialect_chosen: true,
        engine: "SQLite".into(),
        revisions: vec![revision("a1", 1)],
        lanes: 1,
        edges: vec![],
        heads: vec!["a1".into()],
        placement: Placement::default(),
        problems: vec![],
        files: vec![],
        left_out: vec![],
        fidelity: [1, 0, 0, 0, 0],
        view: ViewState { dock: "console".into(), console: "SELECT 1".into(), ..ViewState::default() },
        step: step(1),
    }
}

fn open_state() -> State {
    let mut state = State::default();
    state.apply(Action::Asked(1, Kind::Open));
    state.apply(Action::Answered(Response { id: 1, reply: Reply::Opened(Box::new(opened())) }));
    state
}

fn refusal() -> Refusal {
    Refusal { code: "x/y".into(), title: "No".into(), detail: "because".into(), help: vec![] }
}

#[test]
fn opening_takes_the_view_of_the_document() {
    let state = open_state();
    assert_eq!(state.screen, Screen::Open);
    assert_eq!(state.dock, DockTab::Console);
    assert_eq!(state.console, "SELECT 1");
    assert_eq!(state.last_position(), 1);
    assert!(state.announcement.starts_with("Step 1 of 1, upgrade of add users"));
    assert!(state.pending.is_empty());
}

#[test]
fn the_pane_stays_when_the_same_document_comes_again() {
    let mut state = open_state();
    state.apply(Action::Pane(Pane::Sql));
    for (id, name, pane) in [(2, "shop", Pane::Sql), (3, "other", Pane::Diagram)] {
        state.apply(Action::Asked(id, Kind::Open));
        let opened = Opened { name: name.into(), ..opened() };
        state.apply(Action::Answered(Response { id, reply: Reply::Opened(Box::new(opened)) }));
        assert_eq!(state.pane, pane, "{name}");
    }
}

#[test]
fn a_refused_document_takes_the_page_and_a_refused_request_does_not() {
    let mut state = State::default();
    state.apply(Action::Asked(1, Kind::Open));
    state.apply(Action::Answered(Response { id: 1, reply: Reply::Refused(refusal()) }));
    assert!(matches!(state.screen, Screen::Refused(_)));

    let mut state = open_state();
    state.apply(Action::Asked(2, Kind::Rows));
    state.apply(Action::Answered(Response { id: 2, reply: Reply::Refused(refusal()) }));
    assert_eq!(state.screen, Screen::Open);
    assert!(state.refusal.is_some());
}

#[test]
fn answers_of_a_restarted_engine_are_ignored() {
    let mut state = open_state();
    state.apply(Action::Asked(7, Kind::Step));
    state.apply(Action::Troubled(Trouble::Slow));
    assert_eq!(state.trouble, Some(Trouble::Slow));
    state.apply(Action::Restarted);
    state.apply(Action::Answered(Response { id: 7, reply: Reply::Stepped(Box::new(step(0))) }));
    assert_eq!(state.position(), 1);
}

#[test]
fn a_document_that_opens_after_the_user_left_is_not_shown() {
    let mut state = State::default();
    state.apply(Action::Asked(1, Kind::Open));
    state.apply(Action::Home);
    state.apply(Action::Answered(Response { id: 1, reply: Reply::Opened(Box::new(opened())) }));
    assert_eq!(state.screen, Screen::Start);
    assert!(state.document.is_none());
}

#[test]
fn a_step_forgets_a_selected_table_that_is_gone() {
    let mut state = open_state();
    state.apply(Action::SelectTable(Some("users".into())));
    state.apply(Action::Asked(2, Kind::Step));
    state.apply(Action::Answered(Response { id: 2, reply: Reply::Stepped(Box::new(step(1))) }));
    assert_eq!(state.table, None);
    assert_eq!(state.serial, 2);
}

#[test]
fn the_round_trip_is_announced() {
    let mut state = open_state();
    state.apply(Action::Asked(2, Kind::Step));
    let down = StepView { direction: Direction::Down, round_trip: Some(vec![]), position: 0, ..step(0) };
    state.apply(Action::Answered(Response { id: 2, reply: Reply::Stepped(Box::new(down)) }));
    assert!(state.announcement.contains("downgrade of add users"));
    assert!(state.announcement.contains("identical to the one before the upgrade"));
}

fn statement(call: u32, state: RunState) -> StatementView {
    StatementView {
        source: "SELECT 1".into(),
        file: "a.py".into(),
        line: 4,
        last_line: 6,
        call,
        is_given: true,
        sql: vec![],
        fidelity: crate::protocol::Fidelity::Exact,
        notes: vec![],
        state,
        error: None,
    }
}

#[test]
fn calls_are_lit_up_one_after_the_other() {
    let mut state = open_state();
    let statements = [0, 0, 1].map(|call| statement(call, RunState::Ran)).to_vec();
    state.apply(Action::Asked(2, Kind::Step));
    let view = StepView { statements, ..step(1) };
    state.apply(Action::Answered(Response { id: 2, reply: Reply::Stepped(Box::new(view)) }));
    assert_eq!(state.call, 0);
    state.apply(Action::NextCall);
    assert_eq!(state.announcement, "Call 2 of 2, lines 4 to 6: 1 statement");
    state.apply(Action::NextCall);
    assert_eq!(state.call, 1, "there is none after the last");
    state.apply(Action::PreviousCall);
    assert_eq!(state.announcement, "Call 1 of 2, lines 4 to 6: 2 statements");

    let statements = vec![statement(0, RunState::Ran), statement(1, RunState::Failed)];
    state.apply(Action::Asked(3, Kind::Step));
    let view = StepView { statements, ..step(1) };
    state.apply(Action::Answered(Response { id: 3, reply: Reply::Stepped(Box::new(view)) }));
    assert_eq!(state.call, 1, "what failed is lit up");
}

#[test]
fn what_is_loaded_is_said_until_it_answers() {
    let mut state = State::default();
    state.apply(Action::Asked(0, Kind::Rows));
    state.apply(Action::Asked(1, Kind::Open));
    state.apply(Action::Loading(Program::Python));
    assert_eq!(state.pending, [(1, Kind::Open)], "the worker before it answers no more");
    assert_eq!(state.progress.as_ref().unwrap().stage, "loading the engine with the reader of Python files");
    let progress = Reply::Progress { stage: "reading".into(), done: 0, total: 9 };
    state.apply(Action::Answered(Response { id: 1, reply: progress }));
    assert_eq!((state.loading, state.progress.as_ref().unwrap().stage.as_str()), (None, "reading"));
    state.apply(Action::Loading(Program::Python));
    state.apply(Action::Troubled(Trouble::NotLoaded(Program::Python, "offline".into())));
    assert_eq!((state.loading, state.progress.is_none(), state.pending.len()), (None, true, 0));
    assert!(state.alert.starts_with("Could not load"));
}

#[test]
fn escape_goes_up_one_level_at_a_time() {
    let mut state = open_state();
    state.apply(Action::SelectTable(Some("users".into())));
    state.apply(Action::Dialog(Some(Dialog::Keys)));
    state.apply(Action::Escape);
    assert_eq!((state.dialog, state.drawer), (None, true));
    state.apply(Action::Escape);
    assert!(!state.drawer);
    assert!(state.table.is_some());
    state.apply(Action::Escape);
    assert!(state.table.is_none());
}

#[test]
fn changes_are_tallied_with_signs() {
    let change = |mark, kind: &str| ChangeView {
        mark,
        kind: kind.into(),
        table: "t".into(),
        name: "n".into(),
        detail: String::new(),
    };
    let changes = vec![
        change(Mark::Added, "table"),
        change(Mark::Added, "table"),
        change(Mark::Removed, "index"),
        change(Mark::Removed, "index"),
        change(Mark::Changed, "foreign key"),
    ];
    let step = StepView { changes, ..step(1) };
    assert_eq!(tally(&step), "+2 tables −2 indexes ~1 foreign key");
}
