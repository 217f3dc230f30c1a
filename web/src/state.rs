//! What the page shows and how it changes: pure, without a browser.
//!
//! In comes an [`Action`], out comes the next [`State`]. Asking the worker is not done here: the page asks,
//! and tells the state that it did with [`Action::Asked`].

mod queries;
mod reduce;
mod shared;
mod tabs;
mod words;

use crate::engine::Program;
use crate::protocol::{
    Call, CascadeView, ConsoleResult, Explained, LinkView, Opened, Problem, Refusal, Response, RowsView,
    StepView,
};
pub use shared::Shared;
pub use tabs::{DockTab, InspectorTab, Pane};
pub use words::{cascade_in_words, failure, lines, plural, sign, tally};

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
            Call::Open(_) | Call::ForDialect { .. } => Self::Open,
            Call::Seek(_) | Call::Down | Call::Up | Call::ForgetEdits => Self::Step,
            Call::Rows { .. } => Self::Rows,
            Call::Console { .. } | Call::InsertRow { .. } => Self::Console,
            Call::Explain { .. } => Self::Explain,
            Call::Cascade { .. } => Self::Cascade,
            Call::Share(_) => Self::Share,
        }
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
    /// The worker never came to life: a part of it could not be loaded.
    NotLoaded(Program, String),
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
    /// The worker that is being loaded.
    pub loading: Option<Program>,
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
    /// The call of the step that is lit up.
    pub call: u32,
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
            loading: None,
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
            call: 0,
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
    /// A worker is being loaded.
    Loading(Program),
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
    /// Lights up a call of the step.
    Call(u32),
    /// The call after the one that is lit up, or the one before it.
    NextCall,
    PreviousCall,
    ToggleLens,
    ToggleDeleteRules,
    ToggleOutline,
    Fit,
    DismissRefusal,
    Refuse(Refusal),
    Escape,
}

#[cfg(test)]
mod tests;
