//! The builtin classes, and what every class and object has.

use std::rc::Rc;

use super::super::unwind::{Outcome, Unwind};
use super::super::value::{Builtin, Class, Layout, Shape, Value, Wrapper};
use super::super::{Arguments, Interpreter};
use super::functions;

/// Exceptions, each with its base.
const EXCEPTIONS: [(&str, &str); 45] = [
    ("BaseException", "object"),
    ("Exception", "BaseException"),
    ("SystemExit", "BaseException"),
    ("KeyboardInterrupt", "BaseException"),
    ("GeneratorExit", "BaseException"),
    ("StopIteration", "Exception"),
    ("StopAsyncIteration", "Exception"),
    ("ArithmeticError", "Exception"),
    ("FloatingPointError", "ArithmeticError"),
    ("OverflowError", "ArithmeticError"),
    ("ZeroDivisionError", "ArithmeticError"),
    ("AssertionError", "Exception"),
    ("AttributeError", "Exception"),
    ("BufferError", "Exception"),
    ("EOFError", "Exception"),
    ("ImportError", "Exception"),
    ("ModuleNotFoundError", "ImportError"),
    ("LookupError", "Exception"),
    ("IndexError", "LookupError"),
    ("KeyError", "LookupError"),
    ("MemoryError", "Exception"),
    ("NameError", "Exception"),
    ("UnboundLocalError", "NameError"),
    ("OSError", "Exception"),
    ("FileNotFoundError", "OSError"),
    ("FileExistsError", "OSError"),
    ("PermissionError", "OSError"),
    ("ConnectionError", "OSError"),
    ("TimeoutError", "OSError"),
    ("ReferenceError", "Exception"),
    ("RuntimeError", "Exception"),
    ("NotImplementedError", "RuntimeError"),
    ("RecursionError", "RuntimeError"),
    ("SyntaxError", "Exception"),
    ("SystemError", "Exception"),
    ("TypeError", "Exception"),
    ("ValueError", "Exception"),
    ("UnicodeError", "ValueError"),
    ("UnicodeDecodeError", "UnicodeError"),
    ("UnicodeEncodeError", "UnicodeError"),
    ("Warning", "Exception"),
    ("UserWarning", "Warning"),
    ("DeprecationWarning", "Warning"),
    ("FutureWarning", "Warning"),
    ("RuntimeWarning", "Warning"),
];

/// Classes without a constructor here; they are what `type(x)` gives.
const OTHERS: [&str; 9] = [
    "NoneType",
    "ellipsis",
    "NotImplementedType",
    "function",
    "method",
    "builtin_function_or_method",
    "module",
    "generator",
    "super",
];

/// Makes the builtin classes.
pub(super) fn install(interp: &mut Interpreter<'_>) {
    let object = class("object", None, Layout::Plain, Some(constructor("object", functions::make_object)));
    register(interp, object.clone());
    for (name, layout, make) in functions::CONSTRUCTORS {
        let layout = if layout { Layout::Builtin(name) } else { Layout::Plain };
        let base = if name == "bool" { interp.class("int") } else { Some(object.clone()) };
        let made = class(name, base.as_ref(), layout, Some(constructor(name, make)));
        register(interp, made);
    }
    for name in OTHERS {
        let made = class(name, Some(&object), Layout::Plain, None);
        interp.classes.insert(name, made);
    }
    for (name, base) in EXCEPTIONS {
        let base = interp.class(base);
        register(interp, class(name, base.as_ref(), Layout::Exception, None));
    }
    for (alias, name) in [("IOError", "OSError"), ("EnvironmentError", "OSError")] {
        if let Some(class) = interp.class(name) {
            interp.builtins.insert(alias.into(), Value::Class(class));
        }
    }
}

fn constructor(name: &'static str, make: super::super::builtins::functions::Function) -> Rc<Builtin> {
    let takes_unknown =
        matches!(name, "object" | "type" | "dict" | "property" | "staticmethod" | "classmethod");
    Rc::new(Builtin { name: name.into(), takes_unknown, call: Box::new(make) })
}

/// A class of this program: also for the standard library.
pub(in super::super) fn class(
    name: &'static str,
    base: Option<&Rc<Class>>,
    layout: Layout,
    construct: Option<Rc<Builtin>>,
) -> Rc<Class> {
    let made = Rc::new(Class {
        bases: base.iter().map(|base| Value::Class(Rc::clone(base))).collect(),
        layout,
        construct,
        ..Class::bare(name.into(), "builtins".into())
    });
    let mut mro = vec![made.clone()];
    if let Some(base) = base {
        mro.extend(base.mro.borrow().iter().cloned());
    }
    *made.mro.borrow_mut() = mro;
    made
}

fn register(interp: &mut Interpreter<'_>, class: Rc<Class>) {
    if let Some(name) = functions::static_name(&class.name) {
        interp.classes.insert(name, class.clone());
    } else if let Some((name, _)) = EXCEPTIONS.iter().find(|(name, _)| **name == *class.name) {
        interp.classes.insert(name, class.clone());
    }
    interp.builtins.insert(class.name.clone(), Value::Class(class));
}

/// An attribute that classes have by being classes.
pub(in super::super) fn class_attribute(
    interp: &mut Interpreter<'_>,
    class: &Rc<Class>,
    name: &str,
) -> Outcome<Option<Value>> {
    let classes = |classes: &[Rc<Class>]| Value::tuple(classes.iter().cloned().map(Value::Class).collect());
    Ok(Some(match name {
        "__name__" | "__qualname__" => Value::Str(class.name.clone()),
        "__module__" => Value::Str(class.module.clone()),
        "__doc__" => Value::None,
        "__mro__" => classes(&class.mro.borrow()),
        "__bases__" => Value::tuple(class.bases.clone()),
        "__class__" => interp.type_of(&Value::Class(class.clone())),
        "__annotations__" => Value::dict_of(Vec::<(&str, Value)>::new()),
        "__dict__" => {
            let attributes = class.attributes.borrow();
            Value::dict_of(attributes.iter().map(|(name, value)| (name.clone(), value.clone())))
        }
        "__members__" => match &*class.shape.borrow() {
            Shape::Enum(_) => {
                let attributes = class.attributes.borrow();
                let members = attributes.iter().filter(|(_, value)| matches!(value, Value::Instance(_)));
                Value::dict_of(members.map(|(name, value)| (name.clone(), value.clone())))
            }
            _ => return Ok(None),
        },
        "_fields" => match &*class.shape.borrow() {
            Shape::NamedTuple(fields, _) => Value::tuple(fields.iter().cloned().map(Value::Str).collect()),
            _ => return Ok(None),
        },
        "_make" => match &*class.shape.borrow() {
            Shape::NamedTuple(..) => {
                let class = class.clone();
                Value::function("_make", move |interp, arguments| {
                    let span = arguments.span;
                    let [values] = arguments.exactly("_make")?;
                    let values = interp.values(&values)?;
                    interp.call(&Value::Class(class.clone()), Arguments::of(values, span))
                })
            }
            _ => return Ok(None),
        },
        "mro" => {
            let mro = classes(&class.mro.borrow());
            Value::function("mro", move |_, _| Ok(mro.clone()))
        }
        "__subclasses__" => Value::function("__subclasses__", |_, _| {
            Err(Unwind::unsupported("the subclasses of a class are not known here"))
        }),
        _ => return Ok(constructor_attribute(interp, class, name)),
    }))
}

fn constructor_attribute(interp: &mut Interpreter<'_>, class: &Rc<Class>, name: &str) -> Option<Value> {
    for each in class.mro.borrow().iter() {
        let Some(kind) = functions::static_name(&each.name).filter(|_| each.construct.is_some()) else {
            continue;
        };
        if let Some(found) = functions::class_method(kind, name).or_else(|| super::unbound(kind, name)) {
            return Some(found);
        }
    }
    base_method(interp, class, &Value::Class(class.clone()), name)
}

/// What `super()` finds when no class of Python is left: the methods of `object` and `type`.
pub(in super::super) fn base_method(
    _interp: &mut Interpreter<'_>,
    class: &Rc<Class>,
    receiver: &Value,
    name: &str,
) -> Option<Value> {
    Some(match name {
        "__new__" => {
            let on = class.clone();
            Value::function("__new__", move |interp, mut arguments| {
                if arguments.positional.is_empty() {
                    return Err(Unwind::type_error("object.__new__(): not enough arguments"));
                }
                match arguments.positional.remove(0) {
                    Value::Class(class) => {
                        // Arguments of a plain `object.__new__(cls, …)` are for `__init__`.
                        interp.bare_object(&class, &arguments)
                    }
                    _ => interp.bare_object(&on, &arguments),
                }
            })
        }
        "__init_subclass__" | "__set_name__" | "__post_init__" => {
            Value::function(name, |_, _| Ok(Value::None))
        }
        "__init__" => Value::function("__init__", |interp, mut arguments| {
            if arguments.positional.is_empty() {
                return Ok(Value::None);
            }
            match arguments.positional.remove(0) {
                Value::Instance(instance) => {
                    interp.initialise_bases(&instance, arguments).map(|()| Value::None)
                }
                _ => Ok(Value::None),
            }
        }),
        "__call__" => {
            let Value::Class(class) = receiver else { return None };
            let class = class.clone();
            Value::function("__call__", move |interp, arguments| interp.make_object(&class, arguments))
        }
        _ => return object_method(_interp, receiver, name),
    })
}

/// A method that every object has.
pub(in super::super) fn object_method(
    _interp: &mut Interpreter<'_>,
    value: &Value,
    name: &str,
) -> Option<Value> {
    let this = value.clone();
    Some(match name {
        "__setattr__" => Value::function(name, move |interp, arguments| {
            let [name, value] = arguments.exactly("__setattr__")?;
            let name = super::text_argument(interp, &name)?;
            match &this {
                Value::Instance(instance) => instance.set(&name, value),
                other => interp.set_attribute(&other.clone(), &name, value)?,
            }
            Ok(Value::None)
        }),
        "__getattribute__" => Value::function(name, move |interp, arguments| {
            let [name] = arguments.exactly("__getattribute__")?;
            let name = super::text_argument(interp, &name)?;
            interp.attribute(&this, &name)
        }),
        "__delattr__" => Value::function(name, move |_, arguments| {
            let [name] = arguments.exactly("__delattr__")?;
            if let (Value::Instance(instance), Some(name)) = (&this, name.as_str()) {
                instance.attributes.borrow_mut().shift_remove(&name);
            }
            Ok(Value::None)
        }),
        "__str__" | "__repr__" => {
            let repr = name == "__repr__";
            Value::function(name, move |interp, _| match &this {
                Value::Instance(instance) => {
                    let payload = instance.payload.borrow().clone();
                    match payload {
                        Some(payload) => interp.text_value(&payload, repr),
                        None => Ok(Value::str(format!("<{} object>", instance.class().name))),
                    }
                }
                other => interp.text_value(&other.clone(), repr),
            })
        }
        "__eq__" | "__ne__" => {
            let equal = name == "__eq__";
            Value::function(name, move |interp, arguments| {
                let [other] = arguments.exactly("__eq__")?;
                let same = match (&this, &other) {
                    (Value::Instance(a), _) if a.payload.borrow().is_none() => this.is(&other),
                    _ => interp.is_equal(&this.plain(), &other.plain())?,
                };
                Ok(Value::Bool(same == equal))
            })
        }
        "__hash__" => Value::function(name, move |interp, _| {
            let key = interp.key(&this.plain())?;
            Ok(Value::Int(functions::hash(&key)))
        }),
        "__dir__" => Value::function(name, move |interp, _| functions::dir_of(interp, &this)),
        "__iter__"
            if matches!(
                value,
                Value::List(_) | Value::Dict(_) | Value::Tuple(_) | Value::Set(_) | Value::Str(_)
            ) =>
        {
            Value::function(name, move |interp, _| interp.iterator(&this))
        }
        "_asdict" | "_replace" | "_fields" | "with_traceback" | "add_note" | "__traceback__"
        | "__cause__" | "__context__" | "__notes__" => return instance_extra(value, name),
        _ => return None,
    })
}

/// What named tuples and exceptions have beside their attributes.
fn instance_extra(value: &Value, name: &str) -> Option<Value> {
    let Value::Instance(instance) = value else { return None };
    let class = instance.class();
    if let Shape::NamedTuple(fields, _) = &*class.shape.borrow() {
        let values = value.as_sequence().unwrap_or_default();
        let pairs: Vec<_> = fields.iter().cloned().zip(values).collect();
        return match name {
            "_fields" => Some(Value::tuple(fields.iter().cloned().map(Value::Str).collect())),
            "_asdict" => Some(Value::function(name, move |_, _| Ok(Value::dict_of(pairs.iter().cloned())))),
            "_replace" => {
                let class = class.clone();
                Some(Value::function(name, move |interp, arguments| {
                    let mut all = Arguments::none(arguments.span);
                    for (field, value) in &pairs {
                        let value = arguments.get(field).unwrap_or(value).clone();
                        all.keyword.push((field.clone(), value));
                    }
                    interp.call(&Value::Class(class.clone()), all)
                }))
            }
            _ => None,
        };
    }
    if class.layout != Layout::Exception {
        return None;
    }
    let this = value.clone();
    match name {
        "with_traceback" => Some(Value::function(name, move |_, _| Ok(this.clone()))),
        "add_note" => Some(Value::function(name, |_, _| Ok(Value::None))),
        "__traceback__" | "__cause__" | "__context__" => Some(Value::None),
        _ => None,
    }
}

/// Refuses to change an object of a frozen dataclass.
pub(in super::super) fn check_frozen(class: &Class, name: &str) -> Outcome<()> {
    match &*class.shape.borrow() {
        Shape::Data(shape) if shape.frozen => {
            Err(Unwind::raise("AttributeError", format!("cannot assign to field '{name}'")))
        }
        Shape::NamedTuple(..) => Err(Unwind::raise("AttributeError", "can't set attribute")),
        _ => Ok(()),
    }
}

/// A property or the like, of its functions.
pub(super) fn wrapper(kind: &str, arguments: Arguments) -> Outcome<Value> {
    let [function, setter] = match kind {
        "property" => {
            let [get, set, _, _] = arguments.bind::<4>("property", "fget? fset? fdel? doc?")?;
            [get, set]
        }
        _ => {
            let [function] = arguments.bind::<1>(kind, "function")?;
            [function, None]
        }
    };
    let function = function.unwrap_or(Value::None);
    Ok(Value::Wrapper(Rc::new(match kind {
        "property" => Wrapper::Property(function, setter.filter(|setter| !setter.is_none())),
        "staticmethod" => Wrapper::Static(function),
        _ => Wrapper::ClassMethod(function),
    })))
}
