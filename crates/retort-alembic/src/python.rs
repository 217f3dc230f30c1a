//! The language: a bounded, deterministic Python that knows nothing of SQL.
//!
//! In: the files of a project ([`Modules`]), and what the world answers ([`World`]). Out: values, and whatever the
//! native objects that were registered ([`Interpreter::register`]) did when Python code called them. Nothing here
//! does I/O; the clock and the environment are what [`Options`] say.
//!
//! Three values stand for what is not known: [`Value::Unknown`] for what only the rows of a database could give,
//! [`Value::Foreign`] for names from outside the project, and [`Unwind::Unsupported`] ends the program where one of
//! them, or a construct that is not understood, decides what happens. A branch on an unknown value is run in
//! *speculation*: both ways, while the [`World`] is told so.

mod ahead;
mod bounds;
mod builtins;
mod interpret;
mod iterator;
mod library;
mod lower;
mod modules;
mod native;
mod outline;
mod parse;
mod scope;
pub mod syntax;
mod unwind;
mod value;

pub use bounds::Bounds;
pub use interpret::speculation::Truth;
pub use iterator::{Elements, Iteration};
pub use library::{datetime, decimal, uuid};
pub use modules::{COMPANION, Companions, Library, Modules, Parsed};
pub(crate) use native::equality;
pub use native::{Arguments, Native};
pub use parse::parse;
pub(crate) use parse::parse_tree;
pub use scope::{FrameRecord, Scope, ScopeKind};
pub use syntax::{Comparison, Operator, UnaryOperator};
pub use unwind::{Exception, Outcome, Raised, Unsupported, Unwind};
pub use value::*;

use std::any::{Any, TypeId};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use retort_core::revision::Moment;
use retort_core::source::{SourceId, Span};

/// What the interpreter tells, and what native objects ask.
///
/// The world may borrow: natives, which may not, reach it through [`Interpreter::request`] with a message of a type
/// that both know.
pub trait World {
    /// What follows depends on a value that is not known, until the matching [`World::end_speculation`].
    /// Speculations nest.
    fn begin_speculation(&mut self, _unknown: &Unknown) {}

    /// The end of what depends on it. `failure` says that the code could not be followed to its end.
    fn end_speculation(&mut self, _unknown: &Unknown, _span: Span, _failure: Option<&Unsupported>) {}

    /// Something that the program would do to its surroundings is not done; the schema is not touched by it.
    fn leave_out(&mut self, _reason: &str, _span: Span) {}

    /// Whether the program goes on after a statement that cannot be followed, which might do anything.
    fn goes_on(&self) -> bool {
        false
    }

    /// Within what depends on an unknown value something is done that may touch anything.
    fn hold_unfollowed(&mut self, _reason: &str) {}

    /// Time and chance, if the world has them.
    fn moment(&mut self) -> Option<Moment> {
        None
    }

    /// The program asks for the time, and there is none: it gets [`NO_TIME`].
    fn without_clock(&mut self, _span: Span) {}

    /// A request of a native object, which downcasts its answer out of the message afterwards.
    fn request(&mut self, _message: &mut dyn Any) {}
}

/// What the clock stands at where there is none: the beginning of 2025, in microseconds since 1970, UTC.
pub const NO_TIME: i64 = 1_735_689_600_000_000;

/// A world that hears nothing.
#[derive(Debug, Default)]
pub struct NoWorld;

impl World for NoWorld {}

/// What a program may know of its surroundings.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What makes the identifiers of `uuid4()` differ from those of another program: the revision's id, say.
    pub salt: String,
    /// How far a program may go.
    pub bounds: Bounds,
    /// Asked when a method of an object that awaits an application (`init_app`) raises: whether to call it again.
    pub initialise: Option<Initialise>,
}

/// Hands an application to an object that awaits one; false if that was done before, or cannot be done.
pub type Initialise = fn(&mut Interpreter<'_>, &Rc<Instance>) -> Outcome<bool>;

/// Runs Python code.
pub struct Interpreter<'w> {
    /// What the program may know of its surroundings.
    pub options: Options,
    world: &'w mut dyn World,
    library: &'w Library,
    registered: BTreeMap<String, Loader>,
    modules: BTreeMap<String, Value>,
    /// `sys.path`: what the program adds to it is looked in last.
    search_path: Value,
    builtins: Names,
    classes: BTreeMap<&'static str, Rc<Class>>,
    frames: Vec<FrameRecord>,
    handled: Vec<Value>,
    notes: Vec<String>,
    meter: bounds::Meter,
    speculations: u32,
    importing: u32,
    /// What the last call of something outside the project gave, where that is unknown.
    outside: Option<Rc<value::Unknown>>,
    /// How many `try` and `with` around what runs now may end an exception.
    guards: u32,
    /// What was changed in the speculation that goes on.
    doubted: Vec<interpret::doubt::Doubted>,
    /// Classes whose statement failed while their module was imported: what their bodies bind, and the reason.
    broken_classes: Vec<(Vec<Name>, String)>,
    /// What the generator that ended last returned, for `yield from`.
    returned: Value,
    slots: Slots,
    lasting: Slots,
}

type Slots = BTreeMap<TypeId, Box<dyn Any>>;

/// What was imported, and what came of it: another interpreter of the same library can go on with it.
#[derive(Default)]
pub struct Loaded {
    registered: BTreeMap<String, Loader>,
    modules: BTreeMap<String, Value>,
    search_path: Option<Value>,
    builtins: Names,
    classes: BTreeMap<&'static str, Rc<Class>>,
    broken_classes: Vec<(Vec<Name>, String)>,
    lasting: Slots,
}

/// Makes a native module when it is imported first: a [`Value::Module`] or anything that has attributes.
pub type Loader = Rc<dyn Fn(&mut Interpreter<'_>) -> Outcome<Value>>;

impl<'w> Interpreter<'w> {
    /// An interpreter with nothing imported.
    pub fn new(library: &'w Library, world: &'w mut dyn World, options: Options) -> Interpreter<'w> {
        let mut interpreter = Interpreter::resume(library, world, options, Loaded::default());
        builtins::install(&mut interpreter);
        interpreter
    }

    /// Says that something is not done that would change the surroundings, and no schema.
    pub fn leave_out(&mut self, reason: &str, span: Span) {
        self.world.leave_out(reason, span);
    }

    /// Whether an exception raised now may be caught. A module that is being imported catches all.
    pub fn is_guarded(&self) -> bool {
        self.guards > 0 || self.importing > 0
    }

    /// An interpreter that goes on with what another one has loaded.
    pub fn resume(
        library: &'w Library,
        world: &'w mut dyn World,
        options: Options,
        loaded: Loaded,
    ) -> Interpreter<'w> {
        Interpreter {
            meter: bounds::Meter::new(options.bounds),
            options,
            world,
            library,
            registered: loaded.registered,
            modules: loaded.modules,
            search_path: loaded.search_path.unwrap_or_else(|| Value::list(Vec::new())),
            builtins: loaded.builtins,
            classes: loaded.classes,
            broken_classes: loaded.broken_classes,
            frames: Vec::new(),
            handled: Vec::new(),
            notes: Vec::new(),
            speculations: 0,
            importing: 0,
            outside: None,
            guards: 0,
            doubted: Vec::new(),
            returned: Value::None,
            slots: Slots::new(),
            lasting: loaded.lasting,
        }
    }

    /// What was loaded. A module that did not come to its end is imported anew.
    pub fn into_loaded(mut self) -> Loaded {
        self.modules.retain(|_, module| !matches!(module, Value::Module(module) if !module.done.get()));
        Loaded {
            registered: self.registered,
            modules: self.modules,
            search_path: Some(self.search_path),
            builtins: self.builtins,
            classes: self.classes,
            broken_classes: self.broken_classes,
            lasting: self.lasting,
        }
    }

    /// The packages of the project from which modules were imported.
    pub fn project_packages(&self) -> BTreeSet<String> {
        let tops = self.modules.keys().filter_map(|name| name.split('.').next());
        tops.filter(|top| self.is_project_module(top)).map(str::to_owned).collect()
    }

    /// Whether the project has a module of that dotted name.
    pub fn is_project_module(&self, name: &str) -> bool {
        self.library.find(name).is_some()
    }

    /// The text of a file of the project.
    pub fn project_text(&self, path: &str) -> Option<Arc<str>> {
        self.library.text(path)
    }

    /// Registers a native module by its dotted name. It stands before the project's module of that name.
    pub fn register(&mut self, name: &str, load: impl Fn(&mut Interpreter<'_>) -> Outcome<Value> + 'static) {
        self.registered.insert(name.to_owned(), Rc::new(load));
    }

    /// Whether a native module of this dotted name was registered.
    pub fn is_registered(&self, name: &str) -> bool {
        self.registered.contains_key(name)
    }

    /// Sends a message to the world.
    pub fn request(&mut self, message: &mut dyn Any) {
        self.world.request(message);
    }

    /// A place for what natives of one kind share in this run, made on first use.
    pub fn slot<T: Default + 'static>(&mut self) -> &mut T {
        place(&mut self.slots)
    }

    /// The same for what lasts as long as the modules that are loaded.
    pub fn lasting<T: Default + 'static>(&mut self) -> &mut T {
        place(&mut self.lasting)
    }

    /// The place of the call or statement that is being worked on.
    pub fn call_span(&self) -> Span {
        self.frames.last().map_or(Span::new(SourceId(0), 0, 0), |frame| frame.span)
    }

    /// The time: microseconds since 1970, UTC.
    pub fn now(&mut self) -> i64 {
        if let Some(moment) = self.world.moment() {
            return moment.micros;
        }
        let own = self.frames.iter().rev().find(|frame| frame.span.source != COMPANION);
        let span = own.map_or_else(|| self.call_span(), |frame| frame.span);
        self.world.without_clock(span);
        NO_TIME
    }

    /// What nobody can foretell, where the world has it.
    pub fn chance(&mut self) -> Option<String> {
        self.world.moment().map(|moment| moment.chance)
    }

    /// What random things are made of.
    pub fn salt(&mut self) -> String {
        let chance = self.chance().unwrap_or_default();
        format!("{}{chance}", self.options.salt)
    }

    /// The calls that have begun and not ended, the outermost first.
    pub fn frames(&self) -> &[FrameRecord] {
        &self.frames
    }

    /// Whether what is running now depends on an unknown value.
    pub fn is_speculating(&self) -> bool {
        self.speculations > 0
    }

    /// Whether a module of the project is being imported.
    pub fn is_importing(&self) -> bool {
        self.importing > 0
    }

    /// What the program printed.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// A builtin class: `str`, `TypeError`.
    pub fn class(&self, name: &str) -> Option<Rc<Class>> {
        self.classes.get(name).cloned()
    }

    /// A value from outside the project where what it is matters: one that is not known. A module that is imported
    /// does not go on with it.
    ///
    /// # Errors
    /// [`Unwind::Unsupported`] while a module is imported.
    pub(in crate::python) fn foreign_value(&self, foreign: &Foreign) -> Outcome<Value> {
        match self.importing {
            0 => Ok(Value::unknown(foreign.reason(), self.call_span())),
            _ => Err(Unwind::unsupported_at(foreign.reason(), self.call_span())),
        }
    }

    /// The end of a program at a value from outside the project; for natives that cannot do with one.
    ///
    /// # Errors
    /// Always, if the value is foreign.
    pub fn refuse_foreign(&self, value: &Value) -> Outcome<()> {
        match value {
            Value::Foreign(foreign) => Err(Unwind::unsupported_at(foreign.reason(), self.call_span())),
            _ => Ok(()),
        }
    }
}

fn place<T: Default + 'static>(slots: &mut Slots) -> &mut T {
    let slot = slots.entry(TypeId::of::<T>()).or_insert_with(|| Box::new(T::default()));
    if !slot.is::<T>() {
        *slot = Box::new(T::default());
    }
    slot.downcast_mut().unwrap_or_else(|| unreachable!("the slot was made with this type"))
}

#[cfg(test)]
mod tests;
