//! Classes and their objects.

use std::any::Any;
use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::rc::Rc;

use retort_core::source::Span;

use super::super::native::Native;
use super::super::syntax::Name;
use super::function::Builtin;
use super::{Foreign, Names, Value};

/// How the objects of a class keep what they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// By attributes alone.
    Plain,
    /// As a builtin value: a subclass of `str`, `dict`, … The word is the builtin's name.
    Builtin(&'static str),
    /// As an exception: `args` among the attributes.
    Exception,
}

/// A class.
pub struct Class {
    /// Its name.
    pub name: Name,
    /// The dotted name of its module.
    pub module: Name,
    /// The bases as written.
    pub bases: Vec<Value>,
    /// Itself and its ancestors, in the order in which attributes are looked for.
    pub mro: RefCell<Vec<Rc<Class>>>,
    /// What its body bound.
    pub attributes: RefCell<Names>,
    /// How its objects keep what they are.
    pub layout: Layout,
    /// Makes an object, of a builtin class.
    pub construct: Option<Rc<Builtin>>,
    /// The native objects among the bases of it and its ancestors, nearest first.
    pub natives: Vec<Rc<dyn Native>>,
    /// The foreign value among the bases of it and its ancestors.
    pub foreign: Option<Rc<Foreign>>,
    /// The `metaclass=`, if it is written in Python.
    pub metaclass: Option<Rc<Class>>,
    /// The other keywords of the class statement.
    pub keywords: Vec<(Name, Value)>,
    /// Where it was defined.
    pub span: Option<Span>,
    /// What a native base hangs on it.
    pub data: RefCell<Option<Rc<dyn Any>>>,
    /// What the dataclass decorator, `Enum` or `NamedTuple` made of it.
    pub shape: RefCell<Shape>,
    /// Whether it has a method `init_app`: its objects are of use once an application was handed to them.
    pub awaits_application: OnceCell<bool>,
}

/// What a class is beyond a class.
#[derive(Clone, Default)]
pub enum Shape {
    /// Nothing more.
    #[default]
    Plain,
    /// An enumeration, with its members in order (aliases left out).
    Enum(Vec<Value>),
    /// A named tuple: fields and defaults of the last ones.
    NamedTuple(Rc<[Name]>, Rc<[Value]>),
    /// A dataclass.
    Data(Rc<super::super::library::dataclasses::DataShape>),
}

/// An object of a class written in Python, or an exception.
pub struct Instance {
    /// Its class.
    pub class: RefCell<Rc<Class>>,
    /// Its attributes.
    pub attributes: RefCell<Names>,
    /// The builtin value that it is (`class Colour(str, Enum)`), or a native one that a native base gave it.
    pub payload: RefCell<Option<Value>>,
    /// What a native base hangs on it.
    pub data: RefCell<Option<Rc<dyn Any>>>,
}

impl Class {
    /// A class without bases and attributes.
    pub fn bare(name: Name, module: Name) -> Class {
        Class {
            name,
            module,
            bases: Vec::new(),
            mro: RefCell::default(),
            attributes: RefCell::default(),
            layout: Layout::Plain,
            construct: None,
            natives: Vec::new(),
            foreign: None,
            metaclass: None,
            keywords: Vec::new(),
            span: None,
            data: RefCell::default(),
            shape: RefCell::default(),
            awaits_application: OnceCell::new(),
        }
    }

    /// Whether this is the other class or inherits from it.
    pub fn inherits(&self, other: &Class) -> bool {
        self.mro.borrow().iter().any(|class| std::ptr::eq(&**class, other))
    }

    /// Whether it has a method `init_app`, which is asked once.
    pub fn awaits_application(&self) -> bool {
        *self.awaits_application.get_or_init(|| self.find("init_app").is_some())
    }

    /// Looks for an attribute in the class and its ancestors, without binding it.
    pub fn find(&self, name: &str) -> Option<Value> {
        self.find_owner(name).map(|(value, _)| value)
    }

    /// The same, with the class that has it.
    pub fn find_owner(&self, name: &str) -> Option<(Value, Rc<Class>)> {
        let mro = self.mro.borrow();
        mro.iter().find_map(|class| Some((class.attributes.borrow().get(name)?.clone(), class.clone())))
    }
}

impl Instance {
    /// An object without attributes.
    pub fn new(class: Rc<Class>) -> Instance {
        Instance {
            class: RefCell::new(class),
            attributes: RefCell::default(),
            payload: RefCell::new(None),
            data: RefCell::new(None),
        }
    }

    /// Its class.
    pub fn class(&self) -> Rc<Class> {
        self.class.borrow().clone()
    }

    /// An attribute of its own.
    pub fn attribute(&self, name: &str) -> Option<Value> {
        self.attributes.borrow().get(name).cloned()
    }

    /// Sets an attribute of its own.
    pub fn set(&self, name: &str, value: Value) {
        self.attributes.borrow_mut().insert(name.into(), value);
    }
}

impl fmt::Debug for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "class {}", self.name)
    }
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "instance of {}", self.class.borrow().name)
    }
}
