//! `typing`, `abc`, `types`: forms that mean nothing when a program runs.

use std::rc::Rc;

use super::super::builtins::class;
use super::super::native::Native;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::{Class, Key, Layout, Value, Wrapper};
use super::super::{Arguments, Interpreter, Operator};

/// A form of `typing`: `Optional`, `Optional[int]`, a type variable; also a builtin class with arguments,
/// `dict[str, int]`. Subscribing or combining it gives a form again.
#[derive(Debug)]
pub(in super::super) struct Form {
    /// Its name.
    pub(in super::super) path: String,
    /// What it was subscribed with; declarative models read it (`Mapped[Optional[int]]`).
    pub(in super::super) arguments: Vec<FormArgument>,
    /// The builtin class that it stands for.
    pub(in super::super) class: Option<Rc<Class>>,
}

/// One argument of a form.
#[derive(Clone, Debug)]
pub(in super::super) struct FormArgument(pub(in super::super) Value);

impl Form {
    fn value(path: &str) -> Value {
        Form::of(path, None, Vec::new())
    }

    fn of(path: &str, class: Option<Rc<Class>>, arguments: Vec<Value>) -> Value {
        let arguments = arguments.into_iter().map(FormArgument).collect();
        Value::native(Form { path: path.to_owned(), arguments, class })
    }

    /// `dict[str, int]`; `None` if a class of that name takes no arguments.
    pub(in super::super) fn generic(class: &Rc<Class>, index: &Value) -> Option<Value> {
        let is_generic = class.construct.is_some()
            && matches!(
                &*class.name,
                "dict" | "list" | "set" | "frozenset" | "tuple" | "type" | "deque" | "defaultdict"
            );
        let arguments = match index {
            Value::Tuple(values) => values.to_vec(),
            one => vec![one.clone()],
        };
        is_generic.then(|| Form::of(&class.name, Some(class.clone()), arguments))
    }

    /// What makes two forms the same: the name, and what it was subscribed with.
    fn identity(&self) -> String {
        let arguments: Vec<String> = self.arguments.iter().map(|each| each.identity()).collect();
        format!("{}[{}]", self.path, arguments.join(", "))
    }
}

impl FormArgument {
    fn identity(&self) -> String {
        match (&self.0, self.0.as_native::<Form>()) {
            (_, Some(form)) => form.identity(),
            (Value::Class(class), _) => format!("{}.{}", class.module, class.name),
            (Value::Str(text), _) => format!("'{text}'"),
            (value, _) => format!("{:?}", value.address()),
        }
    }
}

impl Native for Form {
    fn type_name(&self) -> &str {
        "typing form"
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        Ok(match name {
            "__name__" | "__qualname__" | "_name" => Some(Value::str(&self.path)),
            "__args__" => Some(Value::tuple(self.arguments.iter().map(|each| each.0.clone()).collect())),
            "__origin__" if !self.arguments.is_empty() => Some(match &self.class {
                Some(class) => Value::Class(class.clone()),
                None => Form::value(&self.path),
            }),
            "__metadata__" if self.path == "Annotated" => {
                Some(Value::tuple(self.arguments.iter().skip(1).map(|each| each.0.clone()).collect()))
            }
            "register" => Some(Value::function("register", |_, arguments| {
                Ok(arguments.positional.first().cloned().unwrap_or(Value::None))
            })),
            _ => match &self.class {
                Some(class) => interp.find_attribute(&Value::Class(class.clone()), name)?,
                None => None,
            },
        })
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn call(self: Rc<Self>, interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
        if let Some(class) = &self.class {
            return interp.call(&Value::Class(class.clone()), arguments);
        }
        match &*self.path {
            "NamedTuple" => super::dataclasses::functional_named_tuple(interp, arguments),
            "TypedDict" => Ok(interp.class("dict").map_or(Value::None, Value::Class)),
            _ => Err(Unwind::type_error(format!("typing.{} is not callable", self.path))),
        }
    }

    fn binary(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        operator: Operator,
        other: &Value,
        reflected: bool,
    ) -> Outcome<Option<Value>> {
        if operator != Operator::BitOr {
            return Ok(None);
        }
        let this = Value::Native(self);
        let sides = if reflected { [other.clone(), this] } else { [this, other.clone()] };
        Ok(Some(Form::of("Union", None, sides.to_vec())))
    }

    fn item(self: Rc<Self>, _interp: &mut Interpreter<'_>, index: &Value) -> Outcome<Option<Value>> {
        let arguments = match index {
            Value::Tuple(values) => values.to_vec(),
            one => vec![one.clone()],
        };
        Ok(Some(Form::of(&self.path, self.class.clone(), arguments)))
    }

    fn text(self: Rc<Self>, _interp: &mut Interpreter<'_>, _repr: bool) -> Outcome<Value> {
        Ok(Value::str(format!("typing.{}", self.path)))
    }

    fn key(&self) -> Option<Key> {
        Some(Key::Named("typing".to_owned(), self.identity()))
    }

    fn has_instance(self: Rc<Self>, interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Option<bool>> {
        if let Some(class) = &self.class {
            return interp.is_instance(value, &Value::Class(class.clone())).map(Some);
        }
        let builtin = match &*self.path {
            "List" => "list",
            "Dict" => "dict",
            "Set" => "set",
            "Tuple" => "tuple",
            "Union" | "Optional" => {
                for argument in &self.arguments {
                    let class =
                        if argument.0.is_none() { interp.type_of(&Value::None) } else { argument.0.clone() };
                    if interp.is_instance(value, &class)? {
                        return Ok(Some(true));
                    }
                }
                return Ok(Some(self.path == "Optional" && value.is_none()));
            }
            _ => return Ok(None),
        };
        match interp.class(builtin) {
            Some(class) => interp.is_instance(value, &Value::Class(class)).map(Some),
            None => Ok(None),
        }
    }
}

const FORMS: [&str; 44] = [
    "Any",
    "Union",
    "Optional",
    "List",
    "Dict",
    "Set",
    "FrozenSet",
    "Tuple",
    "Type",
    "Literal",
    "Final",
    "ClassVar",
    "Annotated",
    "Generic",
    "Protocol",
    "NamedTuple",
    "TypedDict",
    "NoReturn",
    "Never",
    "Self",
    "Concatenate",
    "Required",
    "NotRequired",
    "ReadOnly",
    "Unpack",
    "TypeAlias",
    "TypeGuard",
    "TypeIs",
    "LiteralString",
    "Text",
    "AnyStr",
    "DefaultDict",
    "OrderedDict",
    "Counter",
    "Deque",
    "ChainMap",
    "Pattern",
    "Match",
    "IO",
    "TextIO",
    "BinaryIO",
    "SupportsInt",
    "SupportsFloat",
    "ContextManager",
];

/// The abstract classes: `isinstance` knows what they stand for.
const ABSTRACT: [&str; 27] = [
    "Iterable",
    "Iterator",
    "Generator",
    "Sequence",
    "MutableSequence",
    "Mapping",
    "MutableMapping",
    "MutableSet",
    "Collection",
    "Container",
    "Sized",
    "Hashable",
    "Callable",
    "Awaitable",
    "Coroutine",
    "AsyncIterator",
    "AsyncIterable",
    "AsyncGenerator",
    "ByteString",
    "Buffer",
    "Reversible",
    "KeysView",
    "ValuesView",
    "ItemsView",
    "MappingView",
    "Set",
    "AbstractSet",
];

/// The module.
pub(super) fn module(interp: &mut Interpreter<'_>, path: &str) -> Value {
    let mut names: Vec<(&'static str, Value)> = Vec::new();
    let is_typing = path.starts_with("typing");
    if is_typing {
        names.extend(FORMS.iter().map(|name| (*name, Form::value(name))));
        names.extend(functions());
    }
    if is_typing || path == "collections.abc" {
        for name in ABSTRACT {
            if name == "Set" && is_typing {
                continue;
            }
            names.push((name, Value::Class(abstract_class(interp, name, "collections.abc"))));
        }
    }
    if path == "abc" {
        names.extend(abc(interp));
    }
    if path == "types" {
        names.extend(types(interp));
    }
    interp.native_module(path, names)
}

fn abstract_class(interp: &mut Interpreter<'_>, name: &'static str, module: &str) -> Rc<Class> {
    let object = interp.class("object");
    let made = class(name, object.as_ref(), Layout::Plain, None);
    let again = Class { bases: made.bases.clone(), ..Class::bare(made.name.clone(), module.into()) };
    let again = Rc::new(again);
    let mut mro = vec![again.clone()];
    mro.extend(object);
    *again.mro.borrow_mut() = mro;
    again
}

fn functions() -> Vec<(&'static str, Value)> {
    let identity = || {
        Value::function("identity", |_, arguments| {
            Ok(arguments.positional.into_iter().next_back().unwrap_or(Value::None))
        })
    };
    let variable = |name: &'static str| {
        (
            name,
            Value::function(name, |_, arguments| {
                let name = arguments.positional.first().and_then(Value::as_str);
                Ok(Form::value(name.as_deref().unwrap_or("T")))
            }),
        )
    };
    vec![
        ("TYPE_CHECKING", Value::Bool(false)),
        (
            "assert_never",
            Value::function("assert_never", |_, _| {
                Err(Unwind::raise("AssertionError", "Expected code to be unreachable"))
            }),
        ),
        ("cast", identity()),
        (
            "assert_type",
            Value::function("assert_type", |_, arguments| {
                Ok(arguments.positional.into_iter().next().unwrap_or(Value::None))
            }),
        ),
        ("overload", identity()),
        ("override", identity()),
        ("final", identity()),
        ("no_type_check", identity()),
        ("runtime_checkable", identity()),
        (
            "deprecated",
            Value::function("deprecated", move |_, _| {
                Ok(Value::function("deprecated", |_, arguments| {
                    Ok(arguments.positional.into_iter().next().unwrap_or(Value::None))
                }))
            }),
        ),
        (
            "dataclass_transform",
            Value::function("dataclass_transform", move |_, _| {
                Ok(Value::function("dataclass_transform", |_, arguments| {
                    Ok(arguments.positional.into_iter().next().unwrap_or(Value::None))
                }))
            }),
        ),
        (
            "get_type_hints",
            Value::function("get_type_hints", |interp, arguments| {
                let value = arguments.positional.into_iter().next().unwrap_or(Value::None);
                interp.attribute(&value, "__annotations__")
            }),
        ),
        (
            "get_origin",
            Value::function("get_origin", |interp, arguments| {
                let value = arguments.positional.into_iter().next().unwrap_or(Value::None);
                Ok(interp.find_attribute(&value, "__origin__")?.unwrap_or(Value::None))
            }),
        ),
        (
            "get_args",
            Value::function("get_args", |interp, arguments| {
                let value = arguments.positional.into_iter().next().unwrap_or(Value::None);
                Ok(interp.find_attribute(&value, "__args__")?.unwrap_or_else(|| Value::tuple(Vec::new())))
            }),
        ),
        (
            "NewType",
            Value::function("NewType", |_, arguments| {
                let [_, kind] = arguments.exactly("NewType")?;
                Ok(kind)
            }),
        ),
        variable("TypeVar"),
        variable("ParamSpec"),
        variable("TypeVarTuple"),
        variable("ForwardRef"),
    ]
}

fn abc(interp: &mut Interpreter<'_>) -> Vec<(&'static str, Value)> {
    let identity = || {
        Value::function("abstractmethod", |_, arguments| {
            Ok(arguments.positional.into_iter().next().unwrap_or(Value::None))
        })
    };
    let meta = match interp.class("type") {
        Some(class) => Value::Class(class),
        None => Value::None,
    };
    vec![
        ("ABC", Value::Class(abstract_class(interp, "ABC", "abc"))),
        ("ABCMeta", meta),
        ("abstractmethod", identity()),
        (
            "abstractproperty",
            Value::function("abstractproperty", |_, arguments| {
                let [getter] = arguments.exactly("abstractproperty")?;
                Ok(Value::Wrapper(Rc::new(Wrapper::Property(getter, None))))
            }),
        ),
        ("abstractclassmethod", identity()),
        ("abstractstaticmethod", identity()),
    ]
}

fn types(interp: &mut Interpreter<'_>) -> Vec<(&'static str, Value)> {
    let mut names = Vec::new();
    for (name, class) in [
        ("FunctionType", "function"),
        ("LambdaType", "function"),
        ("MethodType", "method"),
        ("BuiltinFunctionType", "builtin_function_or_method"),
        ("ModuleType", "module"),
        ("GeneratorType", "generator"),
        ("NoneType", "NoneType"),
        ("EllipsisType", "ellipsis"),
    ] {
        if let Some(class) = interp.class(class) {
            names.push((name, Value::Class(class)));
        }
    }
    for name in ["UnionType", "GenericAlias", "TracebackType", "FrameType", "CodeType", "CoroutineType"] {
        names.push((name, Form::value(name)));
    }
    names.push((
        "MappingProxyType",
        Value::function("MappingProxyType", |_, arguments| {
            let [mapping] = arguments.exactly("MappingProxyType")?;
            Ok(mapping)
        }),
    ));
    if let Some(object) = interp.class("object") {
        let class = class("SimpleNamespace", Some(&object), Layout::Plain, None);
        class.attributes.borrow_mut().insert(
            "__init__".into(),
            Value::function("__method__init", |_, mut arguments| {
                if let Some(Value::Instance(instance)) = arguments.positional.first() {
                    for (name, value) in std::mem::take(&mut arguments.keyword) {
                        instance.set(&name, value);
                    }
                }
                Ok(Value::None)
            }),
        );
        names.push(("SimpleNamespace", Value::Class(class)));
    }
    names
}
