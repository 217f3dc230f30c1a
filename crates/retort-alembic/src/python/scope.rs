//! Where names are bound, and where they are looked for.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use retort_core::source::{SourceFile, SourceId, Span};

use super::syntax::{Code, Name, Place};
use super::value::{ClassCell, Names, Value};

/// What a scope is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeKind {
    /// A module: the globals of what is defined in it.
    Module,
    /// A class body: not seen by the functions in it.
    Class,
    /// A call of a function.
    Function,
    /// A comprehension: an assignment expression binds outside it.
    Comprehension,
}

/// Names bound at one level.
pub struct Scope {
    /// What it is of.
    pub kind: ScopeKind,
    /// The names.
    pub names: RefCell<Names>,
    /// The scope around it.
    pub parent: Option<Rc<Scope>>,
    /// The file of the code.
    pub file: Arc<SourceFile>,
    /// The function called, of a function's scope.
    pub code: Option<Arc<Code>>,
}

impl Scope {
    /// A scope for a module.
    pub fn module(file: Arc<SourceFile>) -> Rc<Scope> {
        Rc::new(Scope { kind: ScopeKind::Module, names: RefCell::default(), parent: None, file, code: None })
    }

    /// A scope inside another one.
    pub fn inside(parent: &Rc<Scope>, kind: ScopeKind) -> Rc<Scope> {
        Rc::new(Scope {
            kind,
            names: RefCell::default(),
            parent: Some(parent.clone()),
            file: parent.file.clone(),
            code: None,
        })
    }

    /// The scope of a call.
    pub(super) fn call(parent: &Rc<Scope>, code: &Arc<Code>) -> Rc<Scope> {
        Rc::new(Scope {
            kind: ScopeKind::Function,
            names: RefCell::default(),
            parent: Some(parent.clone()),
            file: code.file.clone(),
            code: Some(code.clone()),
        })
    }

    /// The module's scope.
    pub fn global(self: &Rc<Scope>) -> Rc<Scope> {
        let mut scope = self;
        while let Some(parent) = &scope.parent {
            scope = parent;
        }
        scope.clone()
    }

    /// A name as seen from here; builtins are not looked at.
    pub fn find(self: &Rc<Scope>, name: &str) -> Option<Value> {
        if self.declares_global(name) {
            return self.global().get(name);
        }
        let mut scope = self;
        let mut may_see_class = true;
        loop {
            if (scope.kind != ScopeKind::Class || may_see_class)
                && let Some(value) = scope.names.borrow().get(name)
            {
                return Some(value.clone());
            }
            may_see_class &= scope.kind == ScopeKind::Comprehension;
            scope = scope.parent.as_ref()?;
        }
    }

    /// A name bound at this very level.
    pub fn get(&self, name: &str) -> Option<Value> {
        self.names.borrow().get(name).cloned()
    }

    /// Binds a name at this very level.
    pub fn set(&self, name: Name, value: Value) {
        self.names.borrow_mut().insert(name, value);
    }

    /// Binds a name as a statement in this scope does: `global` and `nonlocal` are heeded.
    pub fn assign(self: &Rc<Scope>, name: &Name, value: Value) {
        self.target(name).set(name.clone(), value);
    }

    /// Unbinds a name; whether it was bound.
    pub fn delete(self: &Rc<Scope>, name: &Name) -> bool {
        self.target(name).names.borrow_mut().shift_remove(name).is_some()
    }

    /// The scope in which an assignment expression binds.
    pub(super) fn outside_comprehensions(self: &Rc<Scope>) -> Rc<Scope> {
        let mut scope = self;
        while let (ScopeKind::Comprehension, Some(parent)) = (scope.kind, &scope.parent) {
            scope = parent;
        }
        scope.clone()
    }

    fn declares_global(&self, name: &str) -> bool {
        self.code.as_ref().is_some_and(|code| code.body().globals.iter().any(|each| &**each == name))
    }

    pub(super) fn target(self: &Rc<Scope>, name: &Name) -> Rc<Scope> {
        let Some(code) = &self.code else { return self.clone() };
        if self.declares_global(name) {
            return self.global();
        }
        if code.body().nonlocals.contains(name) {
            let mut scope = self.parent.as_ref();
            while let Some(outer) = scope {
                if outer.kind == ScopeKind::Function && outer.names.borrow().contains_key(name) {
                    return outer.target(name);
                }
                scope = outer.parent.as_ref();
            }
        }
        self.clone()
    }

    /// A place of this scope's file.
    pub(super) fn span(&self, place: Place) -> Span {
        Span { source: self.file.id, start: place.start, end: place.end }
    }
}

/// A call that has begun and not ended.
#[derive(Clone, Debug)]
pub struct FrameRecord {
    /// The function's name; `<module>` for the top of a module.
    pub function: Name,
    /// The file.
    pub source: SourceId,
    /// The statement or call that is being worked on.
    pub span: Span,
}

/// What the walking of a body carries along.
pub(super) struct Frame<'h> {
    pub(super) scope: Rc<Scope>,
    /// Takes what `yield` gives, if the body is one of a generator.
    pub(super) hook: Option<&'h mut Hook<'h>>,
    /// The class of the method that runs, and its first argument: for `super()`.
    pub(super) class: Option<ClassCell>,
    pub(super) receiver: Option<Value>,
}

/// Takes the value of a `yield` and gives what the expression evaluates to.
pub(super) type Hook<'h> =
    dyn FnMut(&mut super::Interpreter<'_>, Value) -> super::unwind::Outcome<Value> + 'h;
