//! The stage as natives reach it: what they emit, ask and record, and what an unknown value holds back.

use std::any::Any;

use retort_core::database::ResultSet;
use retort_core::diagnostic::Diagnostic;
use retort_core::operation::{Operation, SqlClass, apply, from_sql};
use retort_core::revision::{Emitted, Moment, OpaqueStep, Server, Stage, StageError, TransactionAct};
use retort_core::schema::Schema;
use retort_core::source::{DialectKind, SourceFile, SourceId, Span};
use retort_core::version_table::VersionTable;

use crate::catalogue;
use crate::config::environment::Environment;
use crate::python::{FrameRecord, Interpreter, Outcome, Unknown, Unsupported, Value, World};
use crate::sql::compile::ddl::NamedTypes;
use crate::sql::{Dialect, Identifier};

/// The world of a revision: its stage, and what is held back in speculation.
pub(crate) struct StageWorld<'s> {
    stage: &'s mut dyn Stage,
    /// What the chain's own table is called, which is in no schema.
    version_table: &'s str,
    /// How many unknown values what runs now depends on.
    depth: usize,
    /// What was held back: whether it touches the schema.
    held: Option<bool>,
    /// The first thing in it that could not be followed.
    failed: Option<String>,
    /// The step recorded last, so that two branches on one value leave one step.
    last: Option<OpaqueStep>,
    /// That there is no clock was said.
    said_no_clock: bool,
}

/// What a native asks of the stage.
#[derive(Debug)]
enum Request {
    Facts,
    Schema,
    Emit(Emitted),
    Query(String, Span),
    Transact(TransactionAct, Span),
    Opaque(OpaqueStep),
    Say(Diagnostic),
}

/// What it answers.
#[derive(Debug)]
enum Answer {
    Nothing,
    Facts(Facts),
    Schema(Box<Schema>, bool),
    Count(Result<u64, StageError>),
    Rows(Result<ResultSet, StageError>),
    Done(Result<(), StageError>),
}

struct Message {
    request: Option<Request>,
    answer: Answer,
}

/// Whether the project runs with SQLAlchemy 1.
pub(crate) fn has_sqlalchemy_1(interp: &mut Interpreter<'_>) -> bool {
    interp.slot::<Shared>().environment.has_sqlalchemy_1
}

/// What does not change while a revision runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts {
    /// The dialect that the chain runs for.
    pub(crate) dialect: DialectKind,
    /// Its server.
    pub(crate) server: Server,
    /// `context.is_offline_mode()`
    pub(crate) is_offline: bool,
}

/// What the natives of one run share.
#[derive(Default)]
pub(crate) struct Shared {
    facts: Option<Facts>,
    /// The file of the revision: statements point at calls in it where there are any.
    pub(crate) source: Option<SourceId>,
    /// What `env.py` says.
    pub(crate) environment: Environment,
    /// What `config.get_main_option` answers.
    pub(crate) options: Vec<(String, String)>,
    /// The files of all revisions, by their ids.
    pub(crate) revisions: super::script::Revisions,
    /// Named types that this run has made.
    pub(crate) named_types: NamedTypes,
    /// Within `autocommit_block()`.
    pub(crate) autocommit: bool,
    /// The block whose statements are being made.
    pub(crate) block: Option<Span>,
}

/// Where to keep what is made now: what a module that is being imported makes lasts as long as the module, what the
/// revision's own file makes as long as the revision.
pub(crate) fn keeping<'i, T: Default + 'static>(interp: &'i mut Interpreter<'_>) -> &'i mut T {
    let own = interp.slot::<Shared>().source;
    let of_module = |frame: &FrameRecord| &*frame.function == "<module>" && Some(frame.source) != own;
    if interp.frames().iter().any(of_module) { interp.lasting() } else { interp.slot() }
}

/// Looks in what was kept so: the revision's own goes before that of modules.
pub(crate) fn find_kept<T: Default + 'static, R>(
    interp: &mut Interpreter<'_>,
    find: impl Fn(&T) -> Option<R>,
) -> Option<R> {
    find(interp.slot()).or_else(|| find(interp.lasting()))
}

impl<'s> StageWorld<'s> {
    pub(crate) fn new(stage: &'s mut dyn Stage, version_table: &'s str) -> StageWorld<'s> {
        StageWorld {
            stage,
            version_table,
            depth: 0,
            held: None,
            failed: None,
            last: None,
            said_no_clock: false,
        }
    }

    /// What the catalogue would say, where there is none, or that of another dialect.
    fn answer_of_model(&mut self, sql: &str) -> Option<ResultSet> {
        let has_own = self.stage.is_live() && !self.stage.is_translated();
        if has_own || !catalogue::is_mentioned(sql) || !self.stage.is_certain() {
            return None;
        }
        catalogue::answer(sql, &self.stage.schema(), self.version_table)
    }

    fn answer(&mut self, request: Request) -> Answer {
        match request {
            Request::Facts => Answer::Facts(Facts {
                dialect: self.stage.dialect(),
                server: self.stage.server(),
                is_offline: self.stage.is_offline(),
            }),
            Request::Schema => {
                let is_certain = self.stage.is_certain() && self.held != Some(true);
                Answer::Schema(Box::new(self.stage.schema()), is_certain)
            }
            Request::Emit(emitted) if self.depth > 0 => {
                self.hold(touches_schema(&emitted.sql, self.stage.dialect()));
                Answer::Count(Ok(0))
            }
            Request::Emit(emitted) => {
                self.last = None;
                Answer::Count(self.stage.emit(emitted))
            }
            Request::Query(sql, _) if self.depth > 0 => {
                if !is_query(&sql, self.stage.dialect()) {
                    self.hold(touches_schema(&sql, self.stage.dialect()));
                }
                Answer::Rows(Err(StageError::NotKnownHere))
            }
            Request::Query(sql, span) => Answer::Rows(match self.answer_of_model(&sql) {
                Some(known) => Ok(known),
                None => self.stage.query(&sql, span),
            }),
            // A savepoint around what is held back is held back too.
            Request::Transact(..) if self.depth > 0 => Answer::Done(Ok(())),
            Request::Transact(act, span) => Answer::Done(self.stage.transact(act, span)),
            Request::Opaque(step) if self.depth > 0 => {
                self.hold(step.touches_schema);
                Answer::Nothing
            }
            Request::Opaque(step) => {
                self.stage.opaque(step);
                Answer::Nothing
            }
            Request::Say(diagnostic) => {
                self.stage.say(diagnostic);
                Answer::Nothing
            }
        }
    }

    fn hold(&mut self, touches_schema: bool) {
        self.held = Some(self.held.unwrap_or(false) || touches_schema);
    }
}

impl World for StageWorld<'_> {
    fn begin_speculation(&mut self, _unknown: &Unknown) {
        self.depth += 1;
    }

    fn end_speculation(&mut self, unknown: &Unknown, span: Span, failure: Option<&Unsupported>) {
        self.depth -= 1;
        if let Some(failure) = failure {
            // What could not be followed may do anything.
            self.hold_unfollowed(&failure.reason);
        }
        if self.depth > 0 {
            return;
        }
        let failed = self.failed.take();
        let Some(touches_schema) = self.held.take() else { return };
        let reason = match failed {
            Some(failed) => format!("this depends on {}: {failed}", unknown.reason),
            None => format!("this depends on {}", unknown.reason),
        };
        let step = OpaqueStep { reason, span, touches_schema };
        if self.last.as_ref() != Some(&step) {
            self.stage.opaque(step.clone());
        }
        self.last = Some(step);
    }

    fn leave_out(&mut self, reason: &str, span: Span) {
        if self.depth > 0 {
            self.hold(false);
            self.failed.get_or_insert_with(|| reason.to_owned());
        } else {
            self.stage.opaque(OpaqueStep { reason: reason.to_owned(), span, touches_schema: false });
        }
    }

    fn hold_unfollowed(&mut self, reason: &str) {
        self.hold(true);
        self.failed.get_or_insert_with(|| reason.to_owned());
    }

    fn goes_on(&self) -> bool {
        // On a database nothing is run behind a step that was not.
        !self.stage.is_live()
    }

    fn moment(&mut self) -> Option<Moment> {
        self.stage.moment()
    }

    fn without_clock(&mut self, span: Span) {
        if std::mem::replace(&mut self.said_no_clock, true) {
            return;
        }
        let message = "the time is not known here: 2025-01-01 00:00:00 stands for it";
        self.stage.say(
            Diagnostic::note("alembic/no-clock", message)
                .at(span, "asked for here")
                .help("A run on a database takes the time from there"),
        );
    }

    fn request(&mut self, message: &mut dyn Any) {
        if let Some(message) = message.downcast_mut::<Message>()
            && let Some(request) = message.request.take()
        {
            message.answer = self.answer(request);
        }
    }
}

/// What the statements of a text are.
fn operations(sql: &str, dialect: DialectKind) -> Vec<Operation> {
    let file = SourceFile::new(SourceId(0), "", sql);
    let read = from_sql(&file, 0..sql.len(), dialect);
    read.value.into_iter().flat_map(|directive| directive.operations).collect()
}

fn touches_schema(sql: &str, dialect: DialectKind) -> bool {
    operations(sql, dialect).iter().any(|operation| {
        !matches!(
            operation,
            Operation::ExecuteSql {
                class: SqlClass::Data | SqlClass::Query | SqlClass::Session | SqlClass::Storage,
                ..
            }
        )
    })
}

fn is_query(sql: &str, dialect: DialectKind) -> bool {
    operations(sql, dialect)
        .iter()
        .all(|operation| matches!(operation, Operation::ExecuteSql { class: SqlClass::Query, .. }))
}

fn ask(interp: &mut Interpreter<'_>, request: Request) -> Answer {
    let mut message = Message { request: Some(request), answer: Answer::Nothing };
    interp.request(&mut message);
    message.answer
}

/// What does not change while a revision runs.
pub(crate) fn facts(interp: &mut Interpreter<'_>) -> Facts {
    if let Some(facts) = interp.slot::<Shared>().facts {
        return facts;
    }
    let facts = match ask(interp, Request::Facts) {
        Answer::Facts(facts) => facts,
        _ => Facts {
            dialect: DialectKind::Sqlite,
            server: Server { version: (3, 40, 0), is_mariadb: false },
            is_offline: false,
        },
    };
    interp.slot::<Shared>().facts = Some(facts);
    facts
}

/// The server as the compilers know it.
pub(crate) fn dialect(interp: &mut Interpreter<'_>) -> Dialect {
    let facts = facts(interp);
    Dialect { kind: facts.dialect, mariadb: facts.server.is_mariadb, version: facts.server.version }
}

/// The schema now, and whether it is what a database would hold.
pub(crate) fn schema(interp: &mut Interpreter<'_>) -> (Schema, bool) {
    let (mut schema, is_certain) = match ask(interp, Request::Schema) {
        Answer::Schema(schema, is_certain) => (*schema, is_certain),
        _ => (Schema::empty(DialectKind::Sqlite), false),
    };
    let dialect = dialect(interp);
    add_version_table(&mut schema, &interp.slot::<Shared>().environment.version_table, dialect);
    (schema, is_certain)
}

/// The model leaves Alembic's own table out; a program that looks for it finds it.
fn add_version_table(schema: &mut Schema, heads: &VersionTable, dialect: Dialect) {
    let quoted = |name: &str| Identifier::new(name).sql(dialect);
    let mut sql = "CREATE TABLE ".to_owned();
    if let Some(namespace) = &heads.schema {
        sql.push_str(&format!("{}.", quoted(namespace)));
    }
    sql.push_str(&format!("{} (version_num VARCHAR(32) NOT NULL", quoted(&heads.name)));
    if heads.has_key {
        let name = quoted(&format!("{}_pkc", heads.name));
        sql.push_str(&format!(", CONSTRAINT {name} PRIMARY KEY (version_num)"));
    }
    sql.push(')');
    for operation in operations(&sql, schema.dialect) {
        // It is there already where a chain makes it itself.
        let _ = apply(schema, &operation);
    }
}

/// The call that people know: the innermost one in the revision's own file, or the block that is made of several.
pub(crate) fn place(interp: &mut Interpreter<'_>) -> Span {
    let Shared { source, block, .. } = *interp.slot::<Shared>();
    if let Some(block) = block {
        return block;
    }
    let own = interp.frames().iter().rev().find(|frame| Some(frame.source) == source);
    own.map_or_else(|| interp.call_span(), |frame| frame.span)
}

/// Runs a statement; how many rows it changed.
pub(crate) fn emit(interp: &mut Interpreter<'_>, sql: impl Into<String>) -> Outcome<u64> {
    let (span, autocommit) = (place(interp), interp.slot::<Shared>().autocommit);
    let guarded = interp.is_guarded();
    let sql = sql.into();
    match ask(interp, Request::Emit(Emitted { sql: sql.clone(), span, autocommit, guarded })) {
        Answer::Count(Ok(count)) => Ok(count),
        Answer::Count(Err(error)) => Err(super::errors::refused(interp, error, span, &sql)),
        _ => Ok(0),
    }
}

/// Asks for rows; None where only a live database would know them.
pub(crate) fn query(interp: &mut Interpreter<'_>, sql: &str) -> Outcome<Option<ResultSet>> {
    let span = place(interp);
    match ask(interp, Request::Query(sql.to_owned(), span)) {
        Answer::Rows(Ok(rows)) => Ok(Some(rows)),
        Answer::Rows(Err(StageError::NotKnownHere)) => Ok(None),
        Answer::Rows(Err(error)) => Err(super::errors::refused(interp, error, span, sql)),
        _ => Ok(None),
    }
}

/// Sets, keeps or undoes a savepoint.
pub(crate) fn transact(interp: &mut Interpreter<'_>, act: TransactionAct) -> Outcome<()> {
    let span = place(interp);
    match ask(interp, Request::Transact(act, span)) {
        Answer::Done(Err(error)) => Err(super::errors::refused(interp, error, span, "")),
        _ => Ok(()),
    }
}

/// Records something that cannot be known here.
pub(crate) fn opaque(interp: &mut Interpreter<'_>, reason: impl Into<String>, touches_schema: bool) {
    let span = place(interp);
    ask(interp, Request::Opaque(OpaqueStep { reason: reason.into(), span, touches_schema }));
}

/// Tells the user something.
pub(crate) fn say(interp: &mut Interpreter<'_>, diagnostic: Diagnostic) {
    ask(interp, Request::Say(diagnostic));
}

/// An unknown value of this place.
pub(crate) fn unknown(interp: &mut Interpreter<'_>, reason: impl Into<String>) -> Value {
    let span = place(interp);
    Value::Unknown(Unknown::new(reason, span))
}
