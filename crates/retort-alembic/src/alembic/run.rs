//! A revision run on a stage.

use std::collections::BTreeSet;

use retort_core::diagnostic::Diagnostic;
use retort_core::revision::{Server, Stage, Stop};
use retort_core::source::{DialectKind, SourceId, Span};

use super::script::Revisions;
use super::world::{self, Shared, StageWorld};
use super::{errors, flask, module, wrap};
use crate::config::environment::Environment;
use crate::python::{Arguments, Interpreter, Library, Loaded, NoWorld, Options, Unwind, Value};

/// What a run is about.
#[derive(Debug)]
pub struct Run<'a> {
    /// The modules of the project.
    pub library: &'a Library,
    /// The path of the revision's file.
    pub path: &'a str,
    /// The file itself.
    pub source: SourceId,
    /// The revision's id.
    pub revision: &'a str,
    /// `upgrade` or `downgrade`.
    pub function: &'a str,
    /// What `env.py` says.
    pub environment: &'a Environment,
    /// What the settings say.
    pub options: &'a [(String, String)],
    /// The files of all revisions, by their ids.
    pub revisions: &'a Revisions,
    /// Where to point when no place is known.
    pub span: Span,
}

/// Runs a function of a revision.
///
/// # Errors
/// What stopped it.
pub fn run(what: &Run<'_>, stage: &mut dyn Stage) -> Result<(), Stop> {
    let loaded = Remembered::take(what, stage);
    let mut ran = loaded.as_ref().map(|known| known.ran.clone()).unwrap_or_default();
    ran.insert(what.revision.to_owned());
    let (dialect, server) = (stage.dialect(), stage.server());
    let mut world = StageWorld::new(stage, &what.environment.version_table.name);
    let options =
        Options { salt: what.revision.to_owned(), initialise: Some(flask::initialise), ..Options::default() };
    let mut interp = match loaded {
        Some(known) => Interpreter::resume(what.library, &mut world, options, known.loaded),
        None => {
            let mut interp = Interpreter::new(what.library, &mut world, options);
            module::install(&mut interp);
            interp
        }
    };
    let shared = interp.slot::<Shared>();
    shared.source = Some(what.source);
    shared.environment = what.environment.clone();
    shared.options = what.options.to_vec();
    shared.revisions = Revisions::clone(what.revisions);
    note_types(&mut interp);
    let outcome = call(&mut interp, what).map_err(|unwind| stop(&mut interp, what, unwind));
    // After a refusal the revision may run again, from where it began.
    if !matches!(outcome, Err(Stop::Refused { .. })) {
        let loaded = interp.into_loaded();
        let function = what.function.to_owned();
        let library = what.library.id();
        stage.memory().leave(Remembered { library, dialect, server, function, ran, loaded });
    }
    outcome
}

/// What a revision leaves for the next: as in Alembic, where one process imports a module once for all revisions.
struct Remembered {
    library: u64,
    dialect: DialectKind,
    server: Server,
    function: String,
    /// The revisions that ran with it. One that runs again does so in another process.
    ran: BTreeSet<String>,
    loaded: Loaded,
}

impl Remembered {
    fn take(what: &Run<'_>, stage: &mut dyn Stage) -> Option<Remembered> {
        let known: Remembered = stage.memory().take()?;
        let fits = known.library == what.library.id()
            && (known.dialect, known.server) == (stage.dialect(), stage.server())
            && known.function == what.function
            && !known.ran.contains(what.revision);
        fits.then_some(known)
    }
}

/// The texts that a module gives a name: none for None, one for a text, those of a tuple or list.
///
/// # Errors
/// Why they are not known.
pub fn constant(library: &Library, path: &str, name: &str) -> Result<Vec<String>, String> {
    let code = match library.parse(path) {
        Some(Ok(code)) => code,
        Some(Err(diagnostic)) => return Err(diagnostic.message),
        None => return Err("its file is not there".to_owned()),
    };
    let mut world = NoWorld;
    let mut interp = Interpreter::new(library, &mut world, Options::default());
    module::install(&mut interp);
    let found = interp.run_file(name, &code).and_then(|module| {
        let value = interp.attribute(&module, name)?;
        interp.refuse_foreign(&value)?;
        if let Some(text) = wrap::text(&value) {
            return Ok(vec![text]);
        }
        let mut texts = Vec::new();
        for each in wrap::several(&mut interp, &value)? {
            texts.push(interp.text(&each)?);
        }
        Ok(texts)
    });
    found.map_err(|unwind| interp.unwind_text(&unwind))
}

/// Named types that are there already are not made by a table again, as in a run from the start.
fn note_types(interp: &mut Interpreter<'_>) {
    let (schema, _) = world::schema(interp);
    for own in schema.enums.values() {
        let namespace = own.name.schema.as_deref().map(str::to_owned);
        let name = own.name.name.to_string();
        interp.slot::<Shared>().named_types.note(namespace.as_deref(), &name);
    }
}

fn call(interp: &mut Interpreter<'_>, what: &Run<'_>) -> Result<(), Unwind> {
    let module = interp.run_path(what.path)?;
    let function = interp.attribute(&module, what.function)?;
    let mut arguments = Arguments::none(what.span);
    if let Value::Function(function) = &function
        && function.code.parameters.positional.len() > function.defaults.len()
    {
        arguments.positional.push(Value::str(engine(interp, &module, what)?));
    }
    interp.call(&function, arguments).map(drop)
}

/// The template for several databases has a function for each, `upgrade_engine1()`: which one is meant is known where
/// there is one alone.
fn engine(interp: &mut Interpreter<'_>, module: &Value, what: &Run<'_>) -> Result<String, Unwind> {
    let start = format!("{}_", what.function);
    let engines: Vec<String> = interp
        .module_names(module)
        .keys()
        .filter_map(|name| name.strip_prefix(&*start))
        .map(str::to_owned)
        .collect();
    match engines.as_slice() {
        [only] => Ok(only.clone()),
        [] => Ok("engine".to_owned()),
        several => {
            let reason = format!("the revision is one of several databases: `{}`", several.join("`, `"));
            Err(Unwind::unsupported_at(reason, what.span))
        }
    }
}

fn stop(interp: &mut Interpreter<'_>, what: &Run<'_>, unwind: Unwind) -> Stop {
    let (code, message, span) = match unwind {
        Unwind::Raise(raised) => {
            let value = interp.exception_value(&raised);
            if let Some(refusal) = errors::refusal_of(&value) {
                return Stop::Refused { error: refusal.error.clone(), span: refusal.span };
            }
            ("alembic/exception", interp.exception_text(&raised), raised.span)
        }
        Unwind::Unsupported(unsupported) => ("alembic/not-interpreted", unsupported.reason, unsupported.span),
        Unwind::Bound(bound) => ("alembic/bound", bound.reason, bound.span),
        Unwind::Close => ("alembic/not-interpreted", "a generator was closed".to_owned(), None),
    };
    let span = span.unwrap_or(what.span);
    let own = world::place(interp);
    let mut said = Diagnostic::error(code, message).at(span, "here");
    if own != span && own.source == what.source && span.source != what.source {
        said = said.at(own, "called from here");
    }
    Stop::Failed(said)
}
