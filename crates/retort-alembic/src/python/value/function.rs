//! Functions, written in Python or of this interpreter.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use super::super::Interpreter;
use super::super::native::Arguments;
use super::super::scope::Scope;
use super::super::syntax::{Code, Expression, Name};
use super::super::unwind::Outcome;
use super::class::Class;
use super::{Names, Value};

/// The class in whose body something was defined: empty until the class is made.
pub type ClassCell = Rc<RefCell<Option<Rc<Class>>>>;

/// A function written in Python.
pub struct Function {
    /// What was written.
    pub code: Arc<Code>,
    /// The expression of a lambda.
    pub lambda: Option<Arc<Expression>>,
    /// Defaults of the positional parameters, of the last ones.
    pub defaults: Vec<Value>,
    /// Defaults of the keyword-only parameters.
    pub keyword_defaults: Vec<(Name, Value)>,
    /// The names it can see.
    pub scope: Rc<Scope>,
    /// The class in whose body it was defined, for `super()`.
    pub class: Option<ClassCell>,
    /// Attributes set on it, `__name__` and `__doc__` among them when changed.
    pub attributes: RefCell<Names>,
}

/// A function with its first argument.
pub struct Bound {
    /// The first argument.
    pub receiver: Value,
    /// The function.
    pub function: Value,
}

/// What a function of this interpreter does.
pub type BuiltinCall = Box<dyn Fn(&mut Interpreter<'_>, Arguments) -> Outcome<Value>>;

/// A function of this interpreter.
pub struct Builtin {
    /// Its name, for messages.
    pub name: Name,
    /// Whether it takes unknown arguments; if not, any unknown argument makes its result unknown.
    pub takes_unknown: bool,
    /// What it does.
    pub call: BuiltinCall,
}
