//! What a name can be bound to.
//!
//! [`Value`] is cheap to clone. Mutable objects are shared, as in Python: a clone of a list is the same list. Dicts
//! keep their insertion order, and so do sets, whose order Python leaves open: an order is needed so that the same
//! project always gives the same statements.

mod class;
mod collection;
mod convert;
mod function;
mod made;

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;
use num_bigint::BigInt;
use retort_core::source::Span;
use rustc_hash::FxBuildHasher;

use super::Interpreter;
use super::iterator::Iteration;
use super::native::{Arguments, Native};
use super::scope::Scope;
pub use super::syntax::Name;
use super::unwind::Outcome;

pub use class::{Class, Instance, Layout, Shape};
pub use collection::{Dict, Key, Range, SetObject};
pub use function::{Bound, Builtin, BuiltinCall, ClassCell, Function};
pub use made::MadeText;

/// Names and what they are bound to, in the order of binding.
pub type Names = IndexMap<Name, Value, FxBuildHasher>;

/// A Python value.
#[derive(Clone)]
pub enum Value {
    /// `None`
    None,
    /// `...`
    Ellipsis,
    /// `NotImplemented`
    NotImplemented,
    /// `True`, `False`
    Bool(bool),
    /// A whole number that fits 64 bits.
    Int(i64),
    /// A whole number that does not; never one that would.
    Big(Arc<BigInt>),
    /// A number with a point.
    Float(f64),
    /// A text.
    Str(Name),
    /// Bytes (`bytearray` too, whose changes are not supported).
    Bytes(Arc<[u8]>),
    /// A list.
    List(Rc<RefCell<Vec<Value>>>),
    /// A tuple.
    Tuple(Rc<[Value]>),
    /// A dict.
    Dict(Rc<RefCell<Dict>>),
    /// A set or frozenset.
    Set(Rc<SetObject>),
    /// A range.
    Range(Rc<Range>),
    /// A slice: start, stop, step.
    Slice(Rc<[Value; 3]>),
    /// A function written in Python.
    Function(Rc<Function>),
    /// A function with its first argument.
    Bound(Rc<Bound>),
    /// A function of this interpreter.
    Builtin(Rc<Builtin>),
    /// A class, built in or written in Python.
    Class(Rc<Class>),
    /// An object of a class written in Python, or an exception.
    Instance(Rc<Instance>),
    /// A module.
    Module(Rc<Module>),
    /// An iterator, a generator.
    Iterator(Rc<RefCell<Iteration>>),
    /// `property`, `staticmethod`, `classmethod`, `super()`
    Wrapper(Rc<Wrapper>),
    /// An object of this program: of `SQLAlchemy`, of the standard library.
    Native(Rc<dyn Native>),
    /// What only the rows of a database could give.
    Unknown(Rc<Unknown>),
    /// What comes from outside the project, or could not be made.
    Foreign(Rc<Foreign>),
}

/// A value that is not known before the database is asked. Every operation on it gives an unknown again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// Why it is not known: `the result of a query`.
    pub reason: String,
    /// The place that made it.
    pub span: Span,
    /// How it begins, if it is a text of which that much is known.
    pub start: Option<Name>,
    /// It stands for all elements of a list, dict or set.
    pub stands_for_all: bool,
}

impl Unknown {
    /// One of which nothing else is known.
    pub fn new(reason: impl Into<String>, span: Span) -> Rc<Unknown> {
        Rc::new(Unknown { reason: reason.into(), span, start: None, stands_for_all: false })
    }
}

/// A name from outside the project, or one whose making failed. Using it where it matters ends the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// The dotted path.
    pub path: String,
    /// Why it is not there; the reason is made of the path if there is none.
    pub reason: Option<String>,
}

impl Foreign {
    /// The sentence for people.
    pub fn reason(&self) -> String {
        match &self.reason {
            Some(reason) => reason.clone(),
            None => format!("`{}` comes from outside the project", self.path),
        }
    }
}

/// A module.
pub struct Module {
    /// The dotted name.
    pub name: Name,
    /// Its names.
    pub scope: Rc<Scope>,
    /// Whether it is a package.
    pub is_package: bool,
    /// Whether it ran to its end.
    pub done: Cell<bool>,
    /// Whether it stands for a module that is not of the project: a name it lacks is a [`Value::Foreign`].
    pub is_native: bool,
}

/// Values with a meaning for attribute lookup.
pub enum Wrapper {
    /// `property`: getter, setter.
    Property(Value, Option<Value>),
    /// `functools.cached_property`
    CachedProperty(Value),
    /// `staticmethod`
    Static(Value),
    /// `classmethod`
    ClassMethod(Value),
    /// `super()`: the class after which to look, and the object or class.
    Super(Rc<Class>, Value),
}

impl Value {
    /// A text.
    pub fn str(text: impl AsRef<str>) -> Value {
        Value::Str(Arc::from(text.as_ref()))
    }

    /// A list.
    pub fn list(values: Vec<Value>) -> Value {
        Value::List(Rc::new(RefCell::new(values)))
    }

    /// A tuple.
    pub fn tuple(values: Vec<Value>) -> Value {
        Value::Tuple(values.into())
    }

    /// A dict.
    pub fn dict(dict: Dict) -> Value {
        Value::Dict(Rc::new(RefCell::new(dict)))
    }

    /// A dict of texts to values.
    pub fn dict_of<N: AsRef<str>>(entries: impl IntoIterator<Item = (N, Value)>) -> Value {
        let mut dict = Dict::default();
        for (name, value) in entries {
            dict.insert_text(name.as_ref(), value);
        }
        Value::dict(dict)
    }

    /// A whole number.
    pub fn big(number: BigInt) -> Value {
        match i64::try_from(&number) {
            Ok(small) => Value::Int(small),
            Err(_) => Value::Big(Arc::new(number)),
        }
    }

    /// A native object.
    pub fn native(native: impl Native) -> Value {
        Value::Native(Rc::new(native))
    }

    /// An unknown value.
    pub fn unknown(reason: impl Into<String>, span: Span) -> Value {
        Value::Unknown(Unknown::new(reason, span))
    }

    /// A function of this program. Unknown arguments are handed to it.
    pub fn function(
        name: &str,
        call: impl Fn(&mut Interpreter<'_>, Arguments) -> Outcome<Value> + 'static,
    ) -> Value {
        Value::Builtin(Rc::new(Builtin { name: name.into(), takes_unknown: true, call: Box::new(call) }))
    }

    /// A function of this program whose result is unknown when an argument is.
    pub fn pure_function(
        name: &str,
        call: impl Fn(&mut Interpreter<'_>, Arguments) -> Outcome<Value> + 'static,
    ) -> Value {
        Value::Builtin(Rc::new(Builtin { name: name.into(), takes_unknown: false, call: Box::new(call) }))
    }

    /// Whether this is `None`.
    pub fn is_none(&self) -> bool {
        matches!(self, Value::None)
    }

    /// The builtin value behind an object of a subclass of `str`, `dict`, …; itself otherwise.
    pub fn plain(&self) -> Value {
        match self {
            Value::Instance(instance) => instance.payload.borrow().clone().unwrap_or_else(|| self.clone()),
            other => other.clone(),
        }
    }

    /// The text that this is, also as a member of a text enumeration.
    pub fn as_str(&self) -> Option<Name> {
        match self {
            Value::Str(text) => Some(text.clone()),
            Value::Instance(instance) => match &*instance.payload.borrow() {
                Some(Value::Str(text)) => Some(text.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    /// The whole number that this is; booleans count.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(number) => Some(*number),
            Value::Bool(bool) => Some(i64::from(*bool)),
            Value::Instance(instance) => match &*instance.payload.borrow() {
                Some(Value::Int(number)) => Some(*number),
                _ => None,
            },
            _ => None,
        }
    }

    /// The boolean that this is.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(bool) => Some(*bool),
            _ => None,
        }
    }

    /// The elements of a list or tuple, also as a subclass.
    pub fn as_sequence(&self) -> Option<Vec<Value>> {
        match self {
            Value::List(list) => Some(list.borrow().clone()),
            Value::Tuple(tuple) => Some(tuple.to_vec()),
            Value::Instance(instance) => instance.payload.borrow().as_ref().and_then(Value::as_sequence),
            _ => None,
        }
    }

    /// The dict that this is, also as a subclass.
    pub fn as_dict(&self) -> Option<Rc<RefCell<Dict>>> {
        match self {
            Value::Dict(dict) => Some(dict.clone()),
            Value::Instance(instance) => instance.payload.borrow().as_ref().and_then(Value::as_dict),
            _ => None,
        }
    }

    /// The native object of a type that this is; also one that a native base gave to an instance.
    pub fn as_native<T: Native>(&self) -> Option<Rc<T>> {
        match self {
            Value::Native(native) => {
                let any: Rc<dyn Any> = native.clone();
                any.downcast::<T>().ok()
            }
            Value::Instance(instance) => instance.payload.borrow().as_ref().and_then(Value::as_native),
            _ => None,
        }
    }

    /// The name and arguments of a form of `typing`: `Optional[int]`, `Mapped[…]` as a bare name has none.
    pub fn as_typing_form(&self) -> Option<(String, Vec<Value>)> {
        let form = self.as_native::<super::library::typing::Form>()?;
        Some((form.path.clone(), form.arguments.iter().map(|each| each.0.clone()).collect()))
    }

    /// Whether two values are one object.
    pub fn is(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::None, Value::None)
            | (Value::Ellipsis, Value::Ellipsis)
            | (Value::NotImplemented, Value::NotImplemented) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Str(a), Value::Str(b)) => a == b,
            (Value::Tuple(a), Value::Tuple(b)) if a.is_empty() && b.is_empty() => true,
            (Value::Foreign(a), Value::Foreign(b)) => a == b,
            (Value::Bound(a), Value::Bound(b)) => Rc::ptr_eq(a, b),
            _ => match (self.address(), other.address()) {
                (Some(a), Some(b)) => a == b,
                _ => false,
            },
        }
    }

    /// Where a shared object lives; not for printing.
    pub(super) fn address(&self) -> Option<usize> {
        fn of<T: ?Sized>(pointer: *const T) -> usize {
            pointer.cast::<()>() as usize
        }
        Some(match self {
            Value::None
            | Value::Ellipsis
            | Value::NotImplemented
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_) => return None,
            Value::Big(it) => of(Arc::as_ptr(it)),
            Value::Str(it) => of(Arc::as_ptr(it)),
            Value::Bytes(it) => of(Arc::as_ptr(it)),
            Value::List(it) => of(Rc::as_ptr(it)),
            Value::Tuple(it) => of(Rc::as_ptr(it)),
            Value::Dict(it) => of(Rc::as_ptr(it)),
            Value::Set(it) => of(Rc::as_ptr(it)),
            Value::Range(it) => of(Rc::as_ptr(it)),
            Value::Slice(it) => of(Rc::as_ptr(it)),
            Value::Function(it) => of(Rc::as_ptr(it)),
            Value::Bound(it) => of(Rc::as_ptr(it)),
            Value::Builtin(it) => of(Rc::as_ptr(it)),
            Value::Class(it) => of(Rc::as_ptr(it)),
            Value::Instance(it) => of(Rc::as_ptr(it)),
            Value::Module(it) => of(Rc::as_ptr(it)),
            Value::Iterator(it) => of(Rc::as_ptr(it)),
            Value::Wrapper(it) => of(Rc::as_ptr(it)),
            Value::Native(it) => of(Rc::as_ptr(it)),
            Value::Unknown(it) => of(Rc::as_ptr(it)),
            Value::Foreign(it) => of(Rc::as_ptr(it)),
        })
    }
}

impl fmt::Debug for Value {
    /// Shallow: objects may hold themselves.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::None => f.write_str("None"),
            Value::Ellipsis => f.write_str("Ellipsis"),
            Value::NotImplemented => f.write_str("NotImplemented"),
            Value::Bool(bool) => write!(f, "{bool}"),
            Value::Int(number) => write!(f, "{number}"),
            Value::Big(number) => write!(f, "{number}"),
            Value::Float(number) => write!(f, "{number:?}"),
            Value::Str(text) => write!(f, "{text:?}"),
            Value::Bytes(bytes) => write!(f, "bytes({})", bytes.len()),
            Value::List(list) => write!(f, "list({})", list.borrow().len()),
            Value::Tuple(tuple) => write!(f, "tuple({})", tuple.len()),
            Value::Dict(dict) => write!(f, "dict({})", dict.borrow().entries.len()),
            Value::Set(set) => write!(f, "set({})", set.items.borrow().len()),
            Value::Range(range) => write!(f, "{range:?}"),
            Value::Slice(_) => f.write_str("slice"),
            Value::Function(function) => write!(f, "function({})", function.code.name),
            Value::Bound(_) => f.write_str("method"),
            Value::Builtin(builtin) => write!(f, "builtin({})", builtin.name),
            Value::Class(class) => write!(f, "class({})", class.name),
            Value::Instance(instance) => write!(f, "instance({})", instance.class().name),
            Value::Module(module) => write!(f, "module({})", module.name),
            Value::Iterator(_) => f.write_str("iterator"),
            Value::Wrapper(_) => f.write_str("wrapper"),
            Value::Native(native) => write!(f, "native({})", native.type_name()),
            Value::Unknown(unknown) => write!(f, "unknown({})", unknown.reason),
            Value::Foreign(foreign) => write!(f, "foreign({})", foreign.path),
        }
    }
}
