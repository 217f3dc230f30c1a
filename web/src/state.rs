//! What the page shows and how it changes: pure, without a browser.
//!
//! In comes an [`Action`], out comes the next [`State`]. Asking the worker is not done here: the page asks,
//! and tells the state that it did with [`Action::Asked`].

use std::ops::Deref;
use std::rc::Rc;

use crate::protocol::{
    Call, CascadeView, ConsoleResult, Direction, Explained, LinkView, Mark, Opened, Problem, Refusal, Reply,
    Response, RevisionView, RowsView, StepView, TableView, ViewState,
};

/// A large answer of the worker, compared by identity: comparing a schema by value on each redraw is dear.
#[derive(Debug)]
pub struct Shared<T>(Rc<T>);

impl<T> Shared<T> {
    pub fn new(value: T) -> Self {
        Self(Rc::new(value))
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<T> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

/// Which whole page is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Screen {
    /// The first page, which is plain HTML; nothing is drawn by the app.
    #[default]
    Start,
    Opening,
    Open,
    Refused(Refusal),
}

/// What an unanswered request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Open,
    Step,
    Rows,
    Console,
    Explain,
    Cascade,
    Share,
}

impl Kind {
    pub fn of(call: &Call) -> Self {
        match call {
            Call::Open(_) => Self::Open,
            Call::Seek(_) | Call::Down | Call::Up | Call::ForgetEdits => Self::Step,
            Call::Rows { .. } => Self::Rows,
            Call::Console { .. } | Call::InsertRow { .. } => Self::Console,
            Call::Explain { .. } => Self::Explain,
            Call::Cascade { .. } => Self::Cascade,
            Call::Share(_) => Self::Share,
        }
    }
}

macro_rules! tabs {
    ($(#[$doc:meta])* $name:ident { $($tab:ident $slug:literal $label:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($tab,)* }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$tab,)*];
            /// The name in links and element ids.
            pub fn slug(self) -> &'static str {
                match self { $(Self::$tab => $slug,)* }
            }
            pub fn label(self) -> &'static str {
                match self { $(Self::$tab => $label,)* }
            }
            pub fn find(slug: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|tab| tab.slug() == slug)
            }
        }
    };
}

tabs! {
    /// Tabs of the inspector.
    InspectorTab {
        Table "table" "Table",
        Indexes "indexes" "Indexes",
        Rows "rows" "Rows",
        Cascade "cascade" "Cascade",
    }
}

tabs! {
    /// Tabs of the dock.
    DockTab {
        Statements "statements" "Statements",
        Changes "changes" "Changes",
        Console "console" "Console",
        Problems "problems" "Problems",
        Files "files" "Files",
    }
}

tabs! {
    /// The one pane that a narrow screen shows.
    Pane {
        Revisions "revisions" "Revisions",
        Diagram "diagram" "Diagram",
        Sql "sql" "SQL",
        Inspect "inspect" "Inspect",
    }
}

/// An open dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialog {
    Share,
    Keys,
}

/// What the user ran in the console and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub enum ConsoleEntry {
    Ran(Vec<ConsoleResult>),
    Explained(Explained),
}

/// Why the engine does not answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// Busy for long; it may still answer.
    Slow,
    /// The worker died; it will not answer.
    Dead(String),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    pub stage: String,
    pub done: u32,
    pub total: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub struct State {
    pub screen: Screen,
    pub document: Option<Shared<Opened>>,
    pub step: Option<Shared<StepView>>,
    /// Problems of the chain and of the step, each once.
    pub problems: Shared<Vec<Problem>>,
    /// Grows with each new step, so that panels know when to read rows again.
    pub serial: u32,
    /// Unanswered requests, oldest first.
    pub pending: Vec<(u32, Kind)>,
    pub progress: Option<Progress>,
    /// Grows with each sign of life of the worker.
    pub heartbeat: u32,
    pub trouble: Option<Trouble>,
    /// The selected table.
    pub table: Option<String>,
    pub inspector: InspectorTab,
    pub dock: DockTab,
    pub pane: Pane,
    /// The inspector's drawer and the full revision list, on middling screens.
    pub drawer: bool,
    pub revisions_open: bool,
    pub console: String,
    pub console_log: Vec<Shared<ConsoleEntry>>,
    pub rows: Option<Shared<RowsView>>,
    pub cascade: Option<Shared<CascadeView>>,
    pub link: Option<LinkView>,
    pub dialog: Option<Dialog>,
    /// File and line that the Files tab shows.
    pub file: Option<(String, u32)>,
    /// Dim what is neither changed nor a neighbour of a change.
    pub lens: bool,
    pub delete_rules: bool,
    pub outline: bool,
    /// Grows when the diagram shall fit itself into its pane.
    pub fit: u32,
    /// A refusal that does not take the whole page.
    pub refusal: Option<Refusal>,
    /// For the polite and the assertive live region.
    pub announcement: String,
    pub alert: String,
}

impl Default for State {
    fn default() -> Self {
        Self {
            screen: Screen::Start,
            document: None,
            step: None,
            problems: Shared::new(Vec::new()),
            serial: 0,
            pending: Vec::new(),
            progress: None,
            heartbeat: 0,
            trouble: None,
            table: None,
            inspector: InspectorTab::Table,
            dock: DockTab::Statements,
            pane: Pane::Diagram,
            drawer: false,
            revisions_open: false,
            console: String::new(),
            console_log: Vec::new(),
            rows: None,
            cascade: None,
            link: None,
            dialog: None,
            file: None,
            lens: false,
            delete_rules: true,
            outline: false,
            fit: 0,
            refusal: None,
            announcement: String::new(),
            alert: String::new(),
        }
    }
}

#[derive(Debug)]
pub enum Action {
    Asked(u32, Kind),
    Answered(Response),
    Troubled(Trouble),
    /// The engine was started anew; nothing that was asked will be answered.
    Restarted,
    Home,
    SelectTable(Option<String>),
    Inspect(InspectorTab),
    Dock(DockTab),
    Pane(Pane),
    ToggleDrawer,
    ToggleRevisions,
    Console(String),
    ClearConsole,
    ClearCascade,
    Dialog(Option<Dialog>),
    ShowFile(String, u32),
    ToggleLens,
    ToggleDeleteRules,
    ToggleOutline,
    Fit,
    DismissRefusal,
    Refuse(Refusal),
    Escape,
}

impl State {
    pub fn apply(&mut self, action: Action) {
        match action {
            Action::Asked(id, kind) => self.asked(id, kind),
            Action::Answered(response) => self.answered(response),
            Action::Troubled(trouble) => self.troubled(trouble),
            Action::Restarted => {
                self.pending.clear();
                self.progress = None;
                self.trouble = None;
            }
            Action::Home => {
                *self = Self {
                    pending: std::mem::take(&mut self.pending),
                    heartbeat: self.heartbeat,
                    ..Self::default()
                };
            }
            Action::SelectTable(table) => self.select_table(table),
            Action::Inspect(tab) => {
                self.inspector = tab;
                self.drawer = true;
            }
            Action::Dock(tab) => self.dock = tab,
            Action::Pane(pane) => self.pane = pane,
            Action::ToggleDrawer => self.drawer = !self.drawer,
            Action::ToggleRevisions => self.revisions_open = !self.revisions_open,
            Action::Console(text) => self.console = text,
            Action::ClearConsole => self.console_log.clear(),
            Action::ClearCascade => self.cascade = None,
            Action::Dialog(dialog) => {
                self.dialog = dialog;
                if dialog == Some(Dialog::Share) {
                    self.link = None;
                }
            }
            Action::ShowFile(name, line) => {
                self.file = Some((name, line));
                self.dock = DockTab::Files;
                self.pane = Pane::Sql;
            }
            Action::ToggleLens => self.lens = !self.lens,
            Action::ToggleDeleteRules => self.delete_rules = !self.delete_rules,
            Action::ToggleOutline => self.outline = !self.outline,
            Action::Fit => self.fit = self.fit.wrapping_add(1),
            Action::DismissRefusal => self.refusal = None,
            Action::Refuse(refusal) => self.refuse(refusal, None),
            Action::Escape => self.escape(),
        }
    }

    /// One level up: the newest thing that lies over the others goes.
    fn escape(&mut self) {
        if self.refusal.take().is_some() || self.dialog.take().is_some() {
        } else if self.drawer {
            self.drawer = false;
        } else if self.revisions_open {
            self.revisions_open = false;
        } else {
            self.table = None;
        }
    }

    fn asked(&mut self, id: u32, kind: Kind) {
        self.pending.push((id, kind));
        self.alert.clear();
        if kind == Kind::Open {
            self.screen = Screen::Opening;
            self.progress = None;
        }
        if kind == Kind::Step {
            self.refusal = None;
        }
    }

    fn answered(&mut self, response: Response) {
        self.heartbeat = self.heartbeat.wrapping_add(1);
        if self.trouble == Some(Trouble::Slow) {
            self.trouble = None;
        }
        if let Reply::Progress { stage, done, total } = response.reply {
            self.progress = Some(Progress { stage, done, total });
            return;
        }
        let Some(place) = self.pending.iter().position(|(id, _)| *id == response.id) else {
            // Asked of an engine that was restarted, or of a document that was left.
            return;
        };
        let (_, kind) = self.pending.remove(place);
        self.progress = None;
        match response.reply {
            Reply::Progress { .. } => unreachable!("progress is handled above"),
            // The user went back to the first page while it was opening.
            Reply::Opened(_) if self.screen == Screen::Start => {}
            Reply::Opened(opened) => self.opened(*opened),
            _ if self.document.is_none() && kind != Kind::Open => {}
            Reply::Stepped(step) => self.stepped(*step),
            Reply::Rows(rows) => self.rows = Some(Shared::new(rows)),
            Reply::Console(view) => {
                if let Some(error) = view.results.iter().find_map(|result| result.error.as_ref()) {
                    self.alert = format!("Error: {error}");
                } else {
                    self.announcement = format!("{} ran", plural(view.results.len() as u64, "statement"));
                }
                self.log(ConsoleEntry::Ran(view.results));
                if let Some(step) = view.step {
                    self.stepped(*step);
                }
            }
            Reply::Explained(explained) => self.log(ConsoleEntry::Explained(explained)),
            Reply::Cascade(cascade) => self.cascaded(cascade),
            Reply::Link(link) => self.link = Some(link),
            Reply::Refused(refusal) => self.refuse(refusal, Some(kind)),
        }
    }

    fn opened(&mut self, opened: Opened) {
        let view = opened.view.clone();
        let step = opened.step.clone();
        let tables = opened.placement.boxes.len();
        let serial = self.serial;
        *self = Self {
            screen: Screen::Open,
            serial,
            heartbeat: self.heartbeat,
            pending: std::mem::take(&mut self.pending),
            document: Some(Shared::new(opened)),
            table: view.table,
            inspector: InspectorTab::find(&view.inspector).unwrap_or(InspectorTab::Table),
            dock: DockTab::find(&view.dock).unwrap_or(DockTab::Statements),
            console: view.console,
            lens: tables > 30,
            delete_rules: tables <= 40,
            ..Self::default()
        };
        self.stepped(step);
    }

    fn stepped(&mut self, step: StepView) {
        self.serial = self.serial.wrapping_add(1);
        self.cascade = None;
        let known = |name: &String| step.tables.iter().chain(&step.ghosts).any(|table| &table.name == name);
        if self.table.as_ref().is_some_and(|table| !known(table)) {
            self.table = None;
        }
        self.problems = Shared::new(self.problems_with(&step));
        self.step = Some(Shared::new(step));
        self.announcement = self.step_in_words();
        if let Some(error) = self.step.as_ref().and_then(|step| failure(step)) {
            self.alert = format!("The step failed: {error}");
        }
    }

    fn cascaded(&mut self, cascade: CascadeView) {
        self.announcement = match &cascade.blocked {
            Some(blocked) => format!("The delete would be refused: {}", blocked.message),
            None => cascade_in_words(&cascade),
        };
        self.cascade = Some(Shared::new(cascade));
    }

    fn refuse(&mut self, refusal: Refusal, kind: Option<Kind>) {
        self.alert = format!("{}. {}", refusal.title, refusal.detail);
        if kind == Some(Kind::Open) || self.document.is_none() {
            self.screen = Screen::Refused(refusal);
            self.document = None;
            self.step = None;
        } else {
            self.refusal = Some(refusal);
        }
    }

    fn troubled(&mut self, trouble: Trouble) {
        match &trouble {
            Trouble::Slow if self.pending.is_empty() => return,
            Trouble::Slow => self.announcement = "The engine has been busy for 20 seconds".to_owned(),
            Trouble::Dead(_) => self.alert = "The engine stopped".to_owned(),
        }
        self.trouble = Some(trouble);
    }

    fn select_table(&mut self, table: Option<String>) {
        self.cascade = None;
        self.rows = None;
        if table.is_some() {
            self.drawer = true;
            self.inspector = match self.inspector {
                InspectorTab::Cascade => InspectorTab::Rows,
                tab => tab,
            };
        }
        self.table = table;
    }

    fn log(&mut self, entry: ConsoleEntry) {
        self.console_log.push(Shared::new(entry));
        if self.console_log.len() > 50 {
            self.console_log.remove(0);
        }
    }

    // What panels ask.

    pub fn is_pending(&self, kind: Kind) -> bool {
        self.pending.iter().any(|(_, pending)| *pending == kind)
    }

    /// Number of steps that can be walked.
    pub fn last_position(&self) -> usize {
        let revisions = self.document.as_ref().map_or(&[][..], |document| &document.revisions);
        revisions.iter().filter_map(|revision| revision.position).max().unwrap_or(0)
    }

    pub fn position(&self) -> usize {
        self.step.as_ref().map_or(0, |step| step.position)
    }

    pub fn find_revision(&self, id: &str) -> Option<&RevisionView> {
        self.document.as_ref()?.revisions.iter().find(|revision| revision.id == id)
    }

    /// The revision that the present step ran up or down.
    pub fn step_revision(&self) -> Option<&RevisionView> {
        self.find_revision(self.step.as_ref()?.revision.as_ref()?)
    }

    /// The selected table as it is at this step; a ghost when the step removed it.
    pub fn selected_table(&self) -> Option<&Rc<TableView>> {
        let name = self.table.as_ref()?;
        let step = self.step.as_ref()?;
        step.tables.iter().chain(&step.ghosts).find(|table| &table.name == name)
    }

    fn problems_with(&self, step: &StepView) -> Vec<Problem> {
        let mut problems = self.document.as_ref().map_or_else(Vec::new, |document| document.problems.clone());
        for problem in &step.problems {
            if !problems.contains(problem) {
                problems.push(problem.clone());
            }
        }
        problems
    }

    /// The view, as links keep it.
    pub fn view(&self) -> ViewState {
        ViewState {
            position: self.position(),
            peak: self.step.as_ref().and_then(|step| step.peak),
            table: self.table.clone(),
            inspector: self.inspector.slug().to_owned(),
            dock: self.dock.slug().to_owned(),
            console: self.console.clone(),
            cascade: self.cascade.as_ref().map(|cascade| (cascade.table.clone(), cascade.key.clone())),
        }
    }

    fn step_in_words(&self) -> String {
        let Some(step) = &self.step else { return String::new() };
        let last = self.last_position();
        let Some(revision) = self.step_revision() else {
            return format!("Base, before the first of {last} steps");
        };
        let direction = match step.direction {
            Direction::Up => "upgrade",
            Direction::Down => "downgrade",
        };
        let mut words =
            format!("Step {} of {last}, {direction} of {}. {}", step.position, revision.message, tally(step));
        match step.round_trip.as_deref() {
            Some([]) => words.push_str(". The schema is identical to the one before the upgrade"),
            Some(rest) => {
                words.push_str(". The schema differs from the one before the upgrade: ");
                words.push_str(&plural(rest.len() as u64, "difference"));
            }
            None => {}
        }
        if !step.problems.is_empty() {
            words.push_str(". ");
            words.push_str(&plural(step.problems.len() as u64, "problem"));
        }
        words
    }
}

/// `+2 tables ~1 column −1 index`, in the order of the changes.
pub fn tally(step: &StepView) -> String {
    let mut counts: Vec<(Mark, &str, u64)> = Vec::new();
    for change in &step.changes {
        match counts.iter_mut().find(|(mark, kind, _)| *mark == change.mark && *kind == change.kind) {
            Some((_, _, count)) => *count += 1,
            None => counts.push((change.mark, &change.kind, 1)),
        }
    }
    if counts.is_empty() {
        return "no change of the schema".to_owned();
    }
    let words: Vec<String> =
        counts.iter().map(|(mark, kind, count)| format!("{}{}", sign(*mark), plural(*count, kind))).collect();
    words.join(" ")
}

/// The sign of a mark, which says without colour what happened.
pub fn sign(mark: Mark) -> &'static str {
    match mark {
        Mark::Same => "",
        Mark::Added => "+",
        Mark::Changed => "~",
        Mark::Removed => "−",
    }
}

pub fn plural(count: u64, noun: &str) -> String {
    let ending = match noun {
        _ if count == 1 => "",
        "index" => "es",
        _ => "s",
    };
    format!("{count} {noun}{ending}")
}

/// The engine's words about the statement that failed.
pub fn failure(step: &StepView) -> Option<&str> {
    step.statements.iter().find_map(|statement| statement.error.as_deref())
}

pub fn cascade_in_words(cascade: &CascadeView) -> String {
    let parts: Vec<String> = cascade
        .totals
        .iter()
        .map(|(table, action, rows)| format!("{} of {table} {action}", plural(*rows, "row")))
        .collect();
    if parts.is_empty() { "Nothing would change".to_owned() } else { parts.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{ChangeView, Placement, RunState};

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
            engine: "SQLite".into(),
            revisions: vec![revision("a1", 1)],
            lanes: 1,
            edges: vec![],
            heads: vec!["a1".into()],
            placement: Placement::default(),
            problems: vec![],
            files: vec![],
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
}
