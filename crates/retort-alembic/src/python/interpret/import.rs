//! Imports: native modules, modules of the project, and names from outside.

use std::rc::Rc;
use std::sync::Arc;

use super::super::library;
use super::super::modules::{COMPANION, Found, ModuleError, relative};
use super::super::native::Native;
use super::super::scope::{Frame, FrameRecord, Scope};
use super::super::syntax::*;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::{Foreign, Module, Names, Value};
use super::super::{Arguments, Interpreter};
use super::statement::Flow;

impl Interpreter<'_> {
    pub(super) fn import_statement(&mut self, frame: &mut Frame<'_>, names: &[Alias]) -> Outcome<()> {
        for alias in names {
            let value = self.import(&alias.name)?;
            match &alias.renamed {
                Some(renamed) => frame.scope.assign(renamed, value),
                None => {
                    let top = alias.name.split('.').next().unwrap_or(&alias.name);
                    let value = if top.len() == alias.name.len() { value } else { self.import(top)? };
                    frame.scope.assign(&Name::from(top), value);
                }
            }
        }
        Ok(())
    }

    #[inline(never)]
    pub(super) fn import_from(
        &mut self,
        frame: &mut Frame<'_>,
        level: u32,
        module: Option<&Name>,
        names: &[Alias],
    ) -> Outcome<()> {
        let path = self.absolute(frame, level, module)?;
        if path == "__future__" {
            return Ok(());
        }
        let value = self.import(&path)?;
        for alias in names {
            if &*alias.name == "*" {
                self.import_star(frame, &value)?;
                continue;
            }
            let found = self.import_name(&value, &path, &alias.name)?;
            frame.scope.assign(alias.renamed.as_ref().unwrap_or(&alias.name), found);
        }
        Ok(())
    }

    /// The dotted name of the module that `from ..a import` means.
    fn absolute(&mut self, frame: &Frame<'_>, level: u32, module: Option<&Name>) -> Outcome<String> {
        let module = module.map_or("", |module| module);
        if level == 0 {
            return Ok(module.to_owned());
        }
        let globals = frame.scope.global();
        let package = match globals.get("__package__").as_ref().and_then(Value::as_str) {
            Some(package) if !package.is_empty() => package,
            _ => {
                let message = "attempted relative import with no known parent package";
                return Err(Unwind::raise("ImportError", message));
            }
        };
        relative(&package, level, module)
            .ok_or_else(|| Unwind::raise("ImportError", "attempted relative import beyond top-level package"))
    }

    /// One name out of a module, or the submodule of that name.
    fn import_name(&mut self, module: &Value, path: &str, name: &Name) -> Outcome<Value> {
        let found = self.find_attribute(module, name)?;
        let submodule = format!("{path}.{name}");
        match found {
            // What a package does not have itself may be a module in it.
            None | Some(Value::Foreign(_)) if self.has_module(&submodule) => self.import(&submodule),
            Some(found) => Ok(found),
            None => {
                let message = format!("cannot import name '{name}' from '{path}'");
                Err(Unwind::raise("ImportError", message))
            }
        }
    }

    fn import_star(&mut self, frame: &Frame<'_>, module: &Value) -> Outcome<()> {
        let Value::Module(module) = module else { return Ok(()) };
        if let Some(listed) = self.listed_names(module)? {
            for name in self.values(&listed)? {
                let Some(name) = name.as_str() else { continue };
                let value = self.import_name(&Value::Module(module.clone()), &module.name, &name)?;
                frame.scope.assign(&name, value);
            }
            return Ok(());
        }
        let names = module.scope.names.borrow().clone();
        for (name, value) in names {
            if !name.starts_with('_') {
                frame.scope.assign(&name, value);
            }
        }
        Ok(())
    }

    /// `__all__`: what a module lists. A native one whose names are made when they are asked for lists them so.
    fn listed_names(&mut self, module: &Module) -> Outcome<Option<Value>> {
        match (module.scope.get("__all__"), module.scope.get("__getattr__")) {
            (Some(listed), _) => Ok(Some(listed)),
            (None, Some(missing)) if module.is_native => {
                let span = self.call_span();
                self.call(&missing, Arguments::of(vec![Value::str("__all__")], span)).map(Some)
            }
            (None, _) => Ok(None),
        }
    }

    /// All names of a module with their values.
    pub(in super::super) fn all_names(&mut self, module: &Rc<Module>) -> Outcome<Names> {
        let mut names = module.scope.names.borrow().clone();
        if module.is_native
            && let Some(listed) = self.listed_names(module)?
        {
            for name in self.values(&listed)?.iter().filter_map(Value::as_str) {
                let value = self.import_name(&Value::Module(module.clone()), &module.name, &name)?;
                names.insert(name, value);
            }
        }
        Ok(names)
    }

    /// The module of a dotted name. One that is neither native nor of the project is a [`Value::Foreign`].
    ///
    /// # Errors
    /// What a module of the project cannot do without: its syntax, a bound.
    pub fn import(&mut self, path: &str) -> Outcome<Value> {
        if let Some(module) = self.modules.get(path) {
            return Ok(module.clone());
        }
        if let Some((parent, _)) = path.rsplit_once('.') {
            // The parents are imported first, as in Python.
            if !self.registered.contains_key(path) {
                let parent = self.import(parent)?;
                if let Value::Foreign(_) = parent {
                    return Ok(self.remember(path, Self::foreign(path, None)));
                }
            }
            if let Some(module) = self.modules.get(path) {
                return Ok(module.clone());
            }
        }
        self.import_here(path)
    }

    fn import_here(&mut self, path: &str) -> Outcome<Value> {
        if let Some(load) = self.registered.get(path).cloned() {
            let module = load(self)?;
            return Ok(self.remember(path, module));
        }
        match self.library.find(path) {
            Some(Found::File(file, is_package)) => return self.load(path, &file, is_package),
            Some(Found::Namespace) if !library::knows(path) => {
                let module = self.empty_module(path);
                return Ok(self.remember(path, module));
            }
            _ => {
                if let Some(Found::File(file, is_package)) = self.find_on_path(path)? {
                    return self.load(path, &file, is_package);
                }
            }
        }
        if let Some(module) = library::load(self, path)? {
            return Ok(self.remember(path, module));
        }
        match self.library.find_companion(path) {
            Some(Found::Companion(file)) => return self.load(path, &file, true),
            Some(_) => {
                let module = self.native_module(path, []);
                return Ok(self.remember(path, module));
            }
            None => {}
        }
        if let Some((parent, name)) = path.rsplit_once('.') {
            // A native module may give its submodules as attributes.
            if let Some(parent) = self.modules.get(parent).cloned() {
                if let Some(found) = self.find_attribute(&parent, name)? {
                    return Ok(self.remember(path, found));
                }
                if self.is_of_project(&parent) && !self.is_shared(&parent) {
                    return Err(Unwind::raise("ModuleNotFoundError", format!("No module named '{path}'")));
                }
            }
        }
        Ok(self.remember(path, Self::foreign(path, None)))
    }

    /// Looks in the folders that the program put on `sys.path` itself.
    fn find_on_path(&mut self, path: &str) -> Outcome<Option<Found>> {
        for folder in self.values(&self.search_path.clone())? {
            let found = folder.as_str().and_then(|folder| self.library.find_in(&folder, path));
            if let Some(found @ Found::File(..)) = found {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The names of the modules that are loaded.
    pub(in super::super) fn loaded_modules(&mut self) -> Value {
        if !self.modules.contains_key("__main__") {
            // What was started is `alembic`, a script without a package.
            let main = self.empty_module("__main__");
            if let Value::Module(main) = &main {
                main.scope.set("__package__".into(), Value::None);
            }
            self.remember("__main__", main);
        }
        Value::dict_of(self.modules.iter().map(|(name, module)| (name.clone(), module.clone())))
    }

    /// Whether a module is one of the project, so that a part that is not there is not there.
    fn is_of_project(&self, module: &Value) -> bool {
        matches!(module, Value::Module(module) if module.is_package && !module.is_native)
    }

    /// Whether a package has no file of its own: other distributions may put modules into it.
    fn is_shared(&self, package: &Value) -> bool {
        let Value::Module(module) = package else { return false };
        matches!(self.library.find(&module.name), Some(Found::Namespace))
    }

    fn remember(&mut self, path: &str, module: Value) -> Value {
        self.modules.insert(path.to_owned(), module.clone());
        module
    }

    fn has_module(&self, path: &str) -> bool {
        self.modules.contains_key(path)
            || self.registered.contains_key(path)
            || self.library.find(path).is_some()
            || self.library.find_companion(path).is_some()
    }

    /// A submodule that was imported before, as an attribute of its package.
    pub(super) fn loaded_submodule(&mut self, module: &Module, name: &str) -> Option<Value> {
        self.modules.get(&format!("{}.{name}", module.name)).cloned()
    }

    /// A submodule that nobody imported here, as an attribute of its package: in the project itself `env.py`, which
    /// is not run, has often done so.
    pub(super) fn unloaded_submodule(&mut self, module: &Module, name: &str) -> Outcome<Option<Value>> {
        let path = format!("{}.{name}", module.name);
        let is_there = module.is_package
            && module.done.get()
            && (matches!(self.library.find(&path), Some(Found::File(..)))
                || self.library.find_companion(&path).is_some());
        if is_there { self.import(&path).map(Some) } else { Ok(None) }
    }

    fn empty_module(&mut self, path: &str) -> Value {
        let file = Arc::new(retort_core::source::SourceFile::new(self.call_span().source, path, ""));
        self.new_module(path, file, true, false)
    }

    /// A module without names but those that every module has.
    pub(in super::super) fn new_module(
        &mut self,
        path: &str,
        file: Arc<retort_core::source::SourceFile>,
        is_package: bool,
        is_native: bool,
    ) -> Value {
        let package =
            if is_package { path } else { path.rsplit_once('.').map_or("", |(package, _)| package) };
        let file_name = Value::str(&file.name);
        let scope = Scope::module(file);
        scope.set("__name__".into(), Value::str(path));
        scope.set("__package__".into(), Value::str(package));
        scope.set(
            "__spec__".into(),
            Value::native(ModuleSpec { name: path.to_owned(), parent: package.to_owned() }),
        );
        scope.set("__file__".into(), file_name);
        scope.set("__doc__".into(), Value::None);
        let done = std::cell::Cell::new(is_native);
        Value::Module(Rc::new(Module { name: path.into(), scope, is_package, done, is_native }))
    }

    /// A native module with these names. Any other name of it is a [`Value::Foreign`] that says so.
    pub fn native_module(
        &mut self,
        path: &str,
        names: impl IntoIterator<Item = (&'static str, Value)>,
    ) -> Value {
        let file = Arc::new(retort_core::source::SourceFile::new(self.call_span().source, path, ""));
        let module = self.new_module(path, file, true, true);
        if let Value::Module(module) = &module {
            for (name, value) in names {
                module.scope.set(name.into(), value);
            }
        }
        module
    }

    fn load(&mut self, path: &str, file: &str, is_package: bool) -> Outcome<Value> {
        let library = self.library;
        let code = match library.code(file) {
            Ok(code) => code,
            Err(ModuleError::Absent) => return Ok(self.remember(path, Self::foreign(path, None))),
            Err(ModuleError::Syntax(diagnostic)) => {
                let reason = format!("`{path}` cannot be imported: {}", diagnostic.message);
                return Ok(self.remember(path, Self::foreign(path, Some(reason))));
            }
        };
        let is_native = code.file.id == COMPANION;
        let module = self.new_module(path, code.file.clone(), is_package, is_native);
        self.remember(path, module.clone());
        if let Value::Module(module) = &module {
            if is_native {
                module.scope.set("unknown".into(), Value::function("unknown", unknown));
            }
            self.run_module(module, &code, true)?;
        }
        Ok(module)
    }

    /// Runs the statements of a module. If lenient, a statement that fails makes the names that it would bind
    /// foreign values with the reason, and the next one follows.
    pub(in super::super) fn run_module(
        &mut self,
        module: &Rc<Module>,
        code: &ModuleCode,
        lenient: bool,
    ) -> Outcome<()> {
        if let Some(text) = &code.docstring {
            module.scope.set("__doc__".into(), Value::Str(text.clone()));
        }
        let source = code.file.id;
        let span = retort_core::source::Span::new(source, 0, 0);
        self.meter.enter()?;
        self.frames.push(FrameRecord { function: "<module>".into(), source, span });
        let depth = self.frames.len();
        // In speculation an import is an import all the same: what it does is not done perhaps.
        self.importing += 1;
        let mut frame = Frame { scope: module.scope.clone(), hook: None, class: None, receiver: None };
        let mut outcome = Ok(());
        for statement in &code.body {
            let one = std::slice::from_ref(statement);
            outcome = match self.body(&mut frame, one) {
                Ok(Flow::Next) => Ok(()),
                Ok(_) => break,
                Err(unwind @ (Unwind::Raise(_) | Unwind::Unsupported(_))) if lenient => {
                    let reason = self.unwind_text(&unwind);
                    self.poison(module, statement, &reason);
                    Ok(())
                }
                Err(other) => Err(other),
            };
            self.frames.truncate(depth);
            if outcome.is_err() {
                break;
            }
        }
        self.importing -= 1;
        self.frames.truncate(depth - 1);
        self.meter.leave();
        module.done.set(true);
        outcome
    }

    /// Refuses to go on if a class that binds this name could not be made: what depends on all such classes would
    /// be wrong without it.
    ///
    /// # Errors
    /// Which class, and why.
    pub fn refuse_broken_classes(&self, attribute: &str) -> Outcome<()> {
        let is_one = |(names, _): &&(Vec<Name>, String)| names.iter().any(|name| &**name == attribute);
        match self.broken_classes.iter().find(is_one) {
            Some((_, reason)) => Err(Unwind::unsupported(reason.clone())),
            None => Ok(()),
        }
    }

    /// A sentence about why something ended.
    pub fn unwind_text(&mut self, unwind: &Unwind) -> String {
        match unwind {
            Unwind::Raise(raised) => self.exception_text(raised),
            Unwind::Unsupported(what) | Unwind::Bound(what) => what.reason.clone(),
            Unwind::Close => "the generator was closed".to_owned(),
        }
    }

    fn poison(&mut self, module: &Rc<Module>, statement: &Statement, reason: &str) {
        if let StatementKind::Class(node) = &statement.kind {
            let mut attributes = Vec::new();
            bound_names(&node.body, &mut attributes);
            let path = format!("{}.{}", module.name, node.name);
            self.broken_classes.push((attributes, format!("`{path}` could not be made: {reason}")));
        }
        let mut names = Vec::new();
        bound_names(std::slice::from_ref(statement), &mut names);
        for name in names {
            let path = format!("{}.{name}", module.name);
            let reason = format!("`{path}` could not be made: {reason}");
            let missing = module.scope.get(&name).is_none();
            if missing || matches!(statement.kind, StatementKind::Assign(..)) {
                module.scope.set(name, Value::Foreign(Rc::new(Foreign { path, reason: Some(reason) })));
            }
        }
    }

    /// Runs a file as a module of its own (a revision, `env.py`): a failing statement fails it.
    ///
    /// # Errors
    /// What its statements raise.
    pub fn run_file(&mut self, name: &str, code: &ModuleCode) -> Outcome<Value> {
        let value = self.new_module(name, code.file.clone(), false, false);
        if let Value::Module(module) = &value {
            self.run_module(module, code, false)?;
        }
        Ok(value)
    }

    /// Runs the file of a revision by its path, under the name that Alembic gives its module.
    ///
    /// # Errors
    /// What its statements raise; that it is not there, or not Python.
    pub fn run_path(&mut self, path: &str) -> Outcome<Value> {
        let code = match self.library.parse(path) {
            Some(Ok(code)) => code,
            Some(Err(diagnostic)) => return Err(Unwind::unsupported(diagnostic.message)),
            None => return Err(Unwind::unsupported(format!("`{path}` is not there"))),
        };
        let name = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".py");
        self.run_file(&format!("{name}_py"), &code)
    }

    /// The names of a module.
    pub fn module_names(&self, module: &Value) -> Names {
        match module {
            Value::Module(module) => module.scope.names.borrow().clone(),
            _ => Names::default(),
        }
    }
}

/// `__spec__`
#[derive(Debug)]
struct ModuleSpec {
    name: String,
    parent: String,
}

impl Native for ModuleSpec {
    fn type_name(&self) -> &str {
        "ModuleSpec"
    }

    fn attribute(self: Rc<Self>, _interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        Ok(match name {
            "name" => Some(Value::str(&self.name)),
            "parent" => Some(Value::str(&self.parent)),
            _ => None,
        })
    }
}

/// `unknown("…")` of companions: a value that only the project's own surroundings could give.
fn unknown(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [reason] = arguments.exactly("unknown")?;
    let reason = interp.text(&reason)?;
    Ok(Value::unknown(reason, interp.call_span()))
}

/// The names that statements bind.
fn bound_names(body: &[Statement], names: &mut Vec<Name>) {
    for statement in body {
        match &statement.kind {
            StatementKind::Assign(targets, _) => {
                targets.iter().for_each(|target| target_names(target, names));
            }
            StatementKind::Augmented(target, ..) | StatementKind::TypeAlias(target, _) => {
                target_names(target, names);
            }
            StatementKind::Annotated(node) if node.value.is_some() => target_names(&node.target, names),
            StatementKind::Function(node) => names.push(node.code.name.clone()),
            StatementKind::Class(node) => names.push(node.name.clone()),
            StatementKind::Import(aliases) | StatementKind::ImportFrom { names: aliases, .. } => {
                for alias in aliases {
                    let top = alias.name.split('.').next().unwrap_or(&alias.name);
                    names.push(alias.renamed.clone().unwrap_or_else(|| Name::from(top)));
                }
            }
            StatementKind::For(node) => {
                target_names(&node.target, names);
                bound_names(&node.body, names);
            }
            StatementKind::If(branches, otherwise) => {
                branches.iter().for_each(|(_, body)| bound_names(body, names));
                bound_names(otherwise, names);
            }
            StatementKind::With(_, body) | StatementKind::While(_, body, _) => bound_names(body, names),
            StatementKind::Try(node) => {
                bound_names(&node.body, names);
                node.handlers.iter().for_each(|handler| bound_names(&handler.body, names));
                bound_names(&node.otherwise, names);
                bound_names(&node.finally, names);
            }
            StatementKind::Annotated(_)
            | StatementKind::Expression(_)
            | StatementKind::Return(_)
            | StatementKind::Delete(_)
            | StatementKind::Match(..)
            | StatementKind::Raise(..)
            | StatementKind::Assert(..)
            | StatementKind::Break
            | StatementKind::Continue
            | StatementKind::Pass => {}
        }
    }
}

fn target_names(target: &Expression, names: &mut Vec<Name>) {
    match &target.kind {
        ExpressionKind::Name(name) => names.push(name.clone()),
        ExpressionKind::List(items) | ExpressionKind::Tuple(items) => {
            items.iter().for_each(|item| target_names(item, names));
        }
        ExpressionKind::Starred(inner) => target_names(inner, names),
        _ => {}
    }
}
