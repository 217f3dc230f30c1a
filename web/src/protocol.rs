//! What the page and the worker say to each other.
//!
//! Plain data, ready to draw: the page knows nothing of the core. The worker answers every [`Request`] with
//! exactly one [`Response`] of the same number, and may send [`Reply::Progress`] before it.

pub(crate) mod content;

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::choice::LeftOut;

/// A request and the number its answer will carry.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    pub id: u32,
    pub call: Call,
}

/// An answer (or progress) to the request of the same number.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Response {
    pub id: u32,
    pub reply: Reply,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Call {
    /// Opens a chain in place of the one before; answered by `Opened` or `Refused`.
    Open(Source),
    /// Goes to a position of the chain by running upgrades from base (snapshots make it quick).
    /// Position 0 is base; position n is after the n-th step. Answered by `Stepped`.
    Seek(usize),
    /// Runs the downgrade of the step at the present position, for real. Answered by `Stepped`.
    Down,
    /// Runs the upgrade of the next step on the database as it is now. Answered by `Stepped`.
    Up,
    /// Rows of a table. Answered by `Rows`.
    Rows { table: String, offset: u32, limit: u32 },
    /// Runs SQL typed by the user (several statements allowed). What it changes is kept as an edit at this
    /// position. Answered by `Console`.
    Console { sql: String },
    /// Adds a row; a value of None leaves the column out. Answered by `Console`.
    InsertRow { table: String, values: Vec<(String, Option<String>)> },
    /// Forgets all edits and returns to this position with only the chain's own rows. Answered by `Stepped`.
    ForgetEdits,
    /// `EXPLAIN QUERY PLAN` in words. Answered by `Explained`.
    Explain { sql: String },
    /// What deleting this row takes with it; nothing is changed.
    /// Answered by `Cascade`.
    Cascade { table: String, key: Vec<(String, Cell)> },
    /// The link of this state. Answered by `Link`.
    Share(ViewState),
    /// Runs the open chain for another dialect, or for the one that its files say; edits stay, and so does the
    /// view. Answered by `Opened`.
    ForDialect { dialect: Option<String>, view: ViewState },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Source {
    /// A chain that lies beside the page: its name and its files, none before the page has asked for them.
    Example(String, #[serde(with = "content")] Vec<(String, Vec<u8>)>),
    /// Dropped or chosen files: path and bytes, and what was not read. One zip among them is opened.
    Files(#[serde(with = "content")] Vec<(String, Vec<u8>)>, LeftOut),
    /// Typed or pasted text. `dialect`: `sqlite`, `postgresql`, `mysql`, or None: as the text says.
    Pasted { text: String, dialect: Option<String> },
    /// The part of the address after `#`, without it.
    Link(String),
}

/// What the page shows, kept in links. The worker returns it as it was given.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ViewState {
    /// Position in the chain.
    pub position: usize,
    /// Where the descent began, when the position was reached by downgrades.
    pub peak: Option<usize>,
    /// The selected table.
    pub table: Option<String>,
    /// The open tab of the inspector.
    pub inspector: String,
    /// The open tab of the dock.
    pub dock: String,
    /// The text in the console.
    pub console: String,
    /// The row whose deletion is previewed.
    pub cascade: Option<(String, Vec<(String, Cell)>)>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Reply {
    /// Where a long piece of work is: `stage` is ready to show ("running revision 12 of 285").
    Progress {
        stage: String,
        done: u32,
        total: u32,
    },
    Opened(Box<Opened>),
    Stepped(Box<StepView>),
    Rows(RowsView),
    Console(ConsoleView),
    Explained(Explained),
    Cascade(CascadeView),
    Link(LinkView),
    /// The request could not be done at all: an unreadable link, no files, an unknown table.
    Refused(Refusal),
    /// What is to be opened holds Python, which this worker does not read: the other one is to be asked.
    NeedsPython,
}

/// Why a request was not done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    /// A slug: `share/truncated`, `layout/empty`, …
    pub code: String,
    pub title: String,
    pub detail: String,
    /// What to do next.
    pub help: Vec<String>,
}

/// A chain, opened: everything that does not change from step to step, and the first step to show.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Opened {
    /// The chain's name for the toolbar.
    pub name: String,
    /// `retort`, `plain`.
    pub layout: String,
    /// What the chain is written for: `sqlite`, `postgresql`, `mysql`.
    pub dialect: String,
    /// Why we think so: "said by the files", "guessed from `AUTO_INCREMENT`", "chosen".
    pub dialect_reason: String,
    /// A person chose the dialect.
    pub dialect_chosen: bool,
    /// `SQLite 3.53.4`.
    pub engine: String,
    /// In the order in which they run; those that cannot run come after, `position` None.
    pub revisions: Vec<RevisionView>,
    /// Number of lanes of the graph.
    pub lanes: u32,
    pub edges: Vec<GraphEdge>,
    pub heads: Vec<String>,
    /// Every table and view of the whole chain, placed once.
    pub placement: Placement,
    /// About the chain as a whole and all its steps.
    pub problems: Vec<Problem>,
    /// The files as they were read (for the source pane): of a Python project those that its revisions use.
    pub files: Vec<FileView>,
    /// What of the folder was not read, in sentences.
    pub left_out: Vec<String>,
    /// Statements of the whole chain by fidelity: exact, emulated, weakened, dropped, opaque.
    pub fidelity: [u32; 5],
    /// The view that a link asked for; else the default (position of the last step that ran).
    pub view: ViewState,
    pub step: StepView,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileView {
    pub name: String,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RevisionView {
    pub id: String,
    pub message: String,
    pub down: Vec<String>,
    pub depends_on: Vec<String>,
    pub labels: Vec<String>,
    pub file: String,
    pub line: u32,
    /// The position after this revision (1-based); None when it cannot be run.
    pub position: Option<usize>,
    /// Row (0-based, base at row 0) and lane in the graph.
    pub row: u32,
    pub lane: u32,
    pub is_head: bool,
    pub is_base: bool,
    pub is_merge: bool,
    pub is_branch_point: bool,
    pub state: RunState,
    /// Whether it has a downgrade; else why not.
    pub irreversible: Option<String>,
    /// Drops a table or column that may hold rows.
    pub destructive: bool,
    /// Worst fidelity of its statements.
    pub fidelity: Fidelity,
    /// `+2 tables ~1 column −1 index`.
    pub summary: String,
    pub statements: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RunState {
    Ran,
    Failed,
    /// Not reached: an earlier step failed, or its links are broken.
    NotRun,
}

/// A line of the revision graph, from a revision to one that is above it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GraphEdge {
    pub from_row: u32,
    pub from_lane: u32,
    pub to_row: u32,
    pub to_lane: u32,
    /// A `depends_on` link (drawn dotted).
    pub dependency: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Fidelity {
    Exact,
    Emulated,
    Weakened,
    Dropped,
    Opaque,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Placement {
    pub width: f32,
    pub height: f32,
    pub boxes: Vec<TableBox>,
}

/// The place of a table over the whole chain; high enough for its widest state.
/// Header 34 high, then 22 for each column; width is given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TableBox {
    pub table: String,
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    Up,
    Down,
}

/// The state at a position and how it was reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepView {
    pub position: usize,
    pub peak: Option<usize>,
    /// The step just run: the upgrade of the revision at `position`, or the downgrade of the one after it.
    /// None at base reached by `Seek(0)`.
    pub revision: Option<String>,
    pub direction: Direction,
    pub statements: Vec<StatementView>,
    /// The schema as SQLite holds it now, with the types as the source declared them beside.
    pub tables: Vec<Rc<TableView>>,
    /// What this step changed, in words and marks.
    pub changes: Vec<ChangeView>,
    /// Tables removed by this step, as they were (drawn as ghosts).
    pub ghosts: Vec<Rc<TableView>>,
    /// After a downgrade: how the schema differs from the one before the upgrade; empty means identical.
    pub round_trip: Option<Vec<String>>,
    /// Says when a downgrade could not be run and the state is a snapshot instead.
    pub notice: Option<String>,
    pub problems: Vec<Problem>,
    /// Whether replayed schema and database agree; else the differences.
    pub disagreements: Vec<String>,
    /// Rows of each table before and after the step, where they differ.
    pub row_effects: Vec<(String, u64, u64)>,
    pub milliseconds: f64,
    /// Edits kept at positions up to this one.
    pub edits: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StatementView {
    /// As the file has it; of a program, as its call gave it.
    pub source: String,
    pub file: String,
    /// First and last line of the statement in the file, or of the call that gave it.
    pub line: u32,
    pub last_line: u32,
    /// Which call of the step it belongs to, from 0. One call may give several statements; in SQL each is one.
    pub call: u32,
    /// A program gave it: the file has the call, not the statement.
    pub is_given: bool,
    /// What SQLite executed; empty when dropped.
    pub sql: Vec<String>,
    pub fidelity: Fidelity,
    pub notes: Vec<Note>,
    pub state: RunState,
    /// The engine's words, when it failed.
    pub error: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Note {
    pub code: String,
    pub message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mark {
    Same,
    Added,
    Changed,
    Removed,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TableView {
    pub name: String,
    pub is_view: bool,
    pub mark: Mark,
    pub comment: Option<String>,
    pub columns: Vec<ColumnView>,
    pub constraints: Vec<ConstraintView>,
    pub indexes: Vec<IndexView>,
    pub foreign_keys: Vec<ForeignKeyView>,
    pub triggers: Vec<TriggerView>,
    pub rows: u64,
    /// The revision that made it, and the last that changed it.
    pub made_by: Option<String>,
    pub changed_by: Option<String>,
    /// The text in `sqlite_schema`.
    pub sql: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnView {
    pub name: String,
    /// As the source declares it (`varchar(36)`).
    pub declared: String,
    /// As SQLite holds it (`TEXT`).
    pub stored: String,
    pub nullable: bool,
    pub default: Option<String>,
    pub generated: Option<String>,
    pub comment: Option<String>,
    pub primary: bool,
    pub foreign: bool,
    /// `(index name, place in it from 1)`.
    pub in_indexes: Vec<(String, u32)>,
    pub mark: Mark,
    pub made_by: Option<String>,
    pub changed_by: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConstraintView {
    /// `primary key`, `unique`, `check`, `foreign key`.
    pub kind: String,
    pub name: Option<String>,
    /// `(a, b)` or the expression.
    pub detail: String,
    pub mark: Mark,
    pub made_by: Option<String>,
    /// Made by Retort to emulate the source (a length check, …).
    pub emulation: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IndexView {
    pub name: String,
    /// In order: `timestamp`, `lower(email)`, `created_at DESC`.
    pub parts: Vec<String>,
    pub unique: bool,
    pub predicate: Option<String>,
    pub mark: Mark,
    pub made_by: Option<String>,
    /// `duplicate of ix_a`, `prefix of ix_b`.
    pub redundant: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ForeignKeyView {
    pub name: Option<String>,
    pub columns: Vec<String>,
    pub ref_table: String,
    pub ref_columns: Vec<String>,
    /// `CASCADE`, `SET NULL`, `RESTRICT`, `SET DEFAULT`, `NO ACTION`.
    pub on_delete: String,
    pub on_update: String,
    pub deferred: bool,
    /// A child may have no parent (a column is nullable).
    pub optional: bool,
    /// At most one child for each parent.
    pub one_to_one: bool,
    /// No index of the child begins with these columns: each delete of a parent scans the child.
    pub unindexed: bool,
    pub mark: Mark,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TriggerView {
    pub name: String,
    pub sql: String,
    pub mark: Mark,
    pub emulation: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangeView {
    pub mark: Mark,
    /// `table`, `column`, `index`, `foreign key`, `unique`, `check`, `primary key`, `view`, `trigger`, …
    pub kind: String,
    pub table: String,
    pub name: String,
    /// `VARCHAR(20) → VARCHAR(40)`.
    pub detail: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    pub code: String,
    /// `error`, `warn`, `info`.
    pub severity: String,
    pub message: String,
    pub file: Option<String>,
    pub line: u32,
    pub column: u32,
    /// The line of the file, and the words of the label.
    pub excerpt: String,
    pub label: String,
    pub help: Vec<String>,
    /// The revision it is about.
    pub revision: Option<String>,
}

/// A value of a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Cell {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    /// Length of the blob and its first bytes in hexadecimal.
    Blob {
        bytes: u64,
        preview: String,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RowsView {
    pub table: String,
    pub columns: Vec<String>,
    /// Which of the columns identify a row (primary key, else a unique not-null key, else `rowid`).
    pub key: Vec<String>,
    pub rows: Vec<RowView>,
    pub offset: u32,
    pub total: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RowView {
    pub key: Vec<(String, Cell)>,
    pub cells: Vec<Cell>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConsoleView {
    pub results: Vec<ConsoleResult>,
    /// The state after it, when it changed something.
    pub step: Option<Box<StepView>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConsoleResult {
    pub sql: String,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
    /// More rows were there than are shown.
    pub truncated: bool,
    pub changed: u64,
    pub error: Option<String>,
    pub milliseconds: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explained {
    pub lines: Vec<PlanLine>,
    pub error: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanLine {
    pub depth: u32,
    /// `SEARCH reports USING INDEX ix (a=?)`.
    pub raw: String,
    /// "looks up rows of `reports` through the index `ix` by `a`".
    pub words: String,
    /// Reads every row: worth a look.
    pub scan: bool,
    pub index: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CascadeView {
    pub table: String,
    pub key: Vec<(String, Cell)>,
    /// In the order in which SQLite did them.
    pub events: Vec<CascadeEvent>,
    /// More events happened than are listed.
    pub truncated: bool,
    /// Rows by table and action: `("reports", "deleted", 3)`.
    pub totals: Vec<(String, String, u64)>,
    /// Why the delete would be refused; then the events did not happen.
    pub blocked: Option<Blocked>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CascadeEvent {
    pub depth: u32,
    /// `deleted`, `changed`, `added`.
    pub action: String,
    pub table: String,
    pub key: Vec<(String, Cell)>,
    /// Columns with old and new value: of a delete all old values, of a change only those that differ.
    pub values: Vec<(String, Option<Cell>, Option<Cell>)>,
    /// "`fk_reports_user` ON DELETE CASCADE", "trigger `log_delete`".
    pub because: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Blocked {
    /// The engine's words.
    pub message: String,
    /// `immediately` (RESTRICT), `at the end of the statement` (NO ACTION), `by a trigger`.
    pub when: String,
    pub by: Vec<Blocker>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Blocker {
    pub table: String,
    /// `reports.user_id → users.id RESTRICT`.
    pub constraint: String,
    pub rows: u64,
    /// Keys of the first of them.
    pub sample: Vec<Vec<(String, Cell)>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinkView {
    /// Without the page's address: `1.d.…`.
    pub fragment: String,
    pub bytes: u32,
    /// Words that look like secrets (`PASSWORD '…'`, a URL with a password), to warn before copying.
    pub secrets: Vec<String>,
}
