//! `dataclasses`, and named tuples made by a call.

use std::rc::Rc;

use super::super::interpret::class::Draft;
use super::super::native::Native;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::{Class, Instance, Name, Names, Shape, Value};
use super::super::{Arguments, Interpreter};
use super::typing::Form;

/// What the decorator made of a class.
#[derive(Debug, Default)]
pub struct DataShape {
    /// The fields, those of the bases first.
    pub fields: Vec<DataField>,
    /// Whether objects are compared by their fields.
    pub eq: bool,
    /// Whether they have an order.
    pub order: bool,
    /// Whether they can be changed.
    pub frozen: bool,
    /// Whether they can be hashed although they can be changed.
    pub unsafe_hash: bool,
}

/// A field of a dataclass.
#[derive(Clone, Debug)]
pub struct DataField {
    /// Its name.
    pub name: Name,
    /// Its type as evaluated.
    pub annotation: Value,
    /// Its default.
    pub default: Option<Value>,
    /// What makes its default.
    pub factory: Option<Value>,
    /// Whether it is a parameter of `__init__`.
    pub init: bool,
    /// Whether it is shown.
    pub repr: bool,
    /// Whether it is compared.
    pub compare: bool,
    /// Whether it can be given by keyword only.
    pub keyword_only: bool,
}

/// `field(…)`
#[derive(Debug)]
struct FieldCall(Arguments);

impl Native for FieldCall {
    fn type_name(&self) -> &str {
        "Field"
    }
}

/// The module.
pub(super) fn module(interp: &mut Interpreter<'_>) -> Value {
    let names = [
        ("dataclass", Value::function("dataclass", dataclass)),
        ("field", Value::function("field", |_, arguments| Ok(Value::native(FieldCall(arguments))))),
        ("fields", Value::function("fields", fields)),
        (
            "asdict",
            Value::function("asdict", |interp, arguments| {
                let value = arguments.positional.into_iter().next().unwrap_or(Value::None);
                plain(interp, &value, true)
            }),
        ),
        (
            "astuple",
            Value::function("astuple", |interp, arguments| {
                let value = arguments.positional.into_iter().next().unwrap_or(Value::None);
                plain(interp, &value, false)
            }),
        ),
        ("replace", Value::function("replace", replace)),
        (
            "is_dataclass",
            Value::function("is_dataclass", |_, arguments| {
                let [value] = arguments.exactly("is_dataclass")?;
                Ok(Value::Bool(shape_of(&value).is_some()))
            }),
        ),
        ("KW_ONLY", Value::native(Form { path: "KW_ONLY".to_owned(), arguments: Vec::new(), class: None })),
        ("MISSING", Value::native(Form { path: "MISSING".to_owned(), arguments: Vec::new(), class: None })),
        ("InitVar", Value::native(Form { path: "InitVar".to_owned(), arguments: Vec::new(), class: None })),
    ];
    interp.native_module("dataclasses", names)
}

fn shape_of(value: &Value) -> Option<Rc<DataShape>> {
    let class = match value {
        Value::Instance(instance) => instance.class(),
        Value::Class(class) => class.clone(),
        _ => return None,
    };
    match &*class.shape.borrow() {
        Shape::Data(shape) => Some(shape.clone()),
        _ => None,
    }
}

fn dataclass(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    if arguments.positional.is_empty() {
        return Ok(Value::function("dataclass", move |interp, inner| {
            let [class] = inner.exactly("dataclass")?;
            decorate(interp, class, &arguments)
        }));
    }
    let class = arguments.positional.remove(0);
    decorate(interp, class, &arguments)
}

fn decorate(interp: &mut Interpreter<'_>, value: Value, arguments: &Arguments) -> Outcome<Value> {
    let Value::Class(class) = &value else { return Err(Unwind::type_error("dataclass() needs a class")) };
    let mut flag = |name: &str, default: bool| match arguments.get(name) {
        Some(value) => interp.known_truth(value),
        None => Ok(default),
    };
    let mut shape = DataShape {
        fields: Vec::new(),
        eq: flag("eq", true)?,
        order: flag("order", false)?,
        frozen: flag("frozen", false)?,
        unsafe_hash: flag("unsafe_hash", false)?,
    };
    let mut keyword_only = flag("kw_only", false)?;
    for base in class.mro.borrow().iter().skip(1).rev() {
        if let Shape::Data(inherited) = &*base.shape.borrow() {
            for field in &inherited.fields {
                put(&mut shape.fields, field.clone());
            }
        }
    }
    let annotations = class.attributes.borrow().get("__annotations__").and_then(Value::as_dict);
    let annotations: Vec<(Value, Value)> = match annotations {
        Some(annotations) => annotations.borrow().pairs().map(|(k, v)| (k.clone(), v.clone())).collect(),
        None => Vec::new(),
    };
    for (name, annotation) in annotations {
        let Some(name) = name.as_str() else { continue };
        match form(&annotation) {
            Some("KW_ONLY") => {
                keyword_only = true;
                continue;
            }
            Some("ClassVar") => continue,
            Some("InitVar") => return Err(Unwind::unsupported("`InitVar` is not supported")),
            _ => {}
        }
        let default = class.attributes.borrow().get(&name).cloned();
        let field = field_of(interp, class, name, annotation, default, keyword_only)?;
        put(&mut shape.fields, field);
    }
    *class.shape.borrow_mut() = Shape::Data(Rc::new(shape));
    Ok(value)
}

/// The name of the form that a type is written with.
fn form(annotation: &Value) -> Option<&'static str> {
    let text = match annotation {
        Value::Str(text) => text.to_string(),
        other => other.as_native::<Form>()?.path.clone(),
    };
    ["KW_ONLY", "ClassVar", "InitVar"].into_iter().find(|form| {
        let start = text.strip_prefix("typing.").or(text.strip_prefix("dataclasses.")).unwrap_or(&text);
        start == *form || start.starts_with(&format!("{form}["))
    })
}

fn put(fields: &mut Vec<DataField>, field: DataField) {
    match fields.iter_mut().find(|each| each.name == field.name) {
        Some(slot) => *slot = field,
        None => fields.push(field),
    }
}

fn field_of(
    interp: &mut Interpreter<'_>,
    class: &Rc<Class>,
    name: Name,
    annotation: Value,
    default: Option<Value>,
    keyword_only: bool,
) -> Outcome<DataField> {
    let call = default.as_ref().and_then(Value::as_native::<FieldCall>);
    let mut field = DataField {
        name,
        annotation,
        default,
        factory: None,
        init: true,
        repr: true,
        compare: true,
        keyword_only,
    };
    if let Some(call) = call {
        let arguments = &call.0;
        let mut flag = |name: &str, default: bool| match arguments.get(name) {
            Some(value) => interp.known_truth(value),
            None => Ok(default),
        };
        field.init = flag("init", true)?;
        field.repr = flag("repr", true)?;
        field.compare = flag("compare", true)?;
        field.keyword_only = flag("kw_only", keyword_only)?;
        field.default = arguments.get("default").cloned();
        field.factory = arguments.get("default_factory").cloned();
        let mut attributes = class.attributes.borrow_mut();
        match &field.default {
            Some(default) => {
                attributes.insert(field.name.clone(), default.clone());
            }
            None => {
                attributes.shift_remove(&field.name);
            }
        }
    } else if matches!(field.default, Some(Value::List(_) | Value::Dict(_) | Value::Set(_))) {
        let kind = field.default.as_ref().map(|value| interp.type_name(value)).unwrap_or_default();
        let name = &field.name;
        return Err(Unwind::value_error(format!(
            "mutable default <class '{kind}'> for field {name} is not allowed: use default_factory"
        )));
    }
    Ok(field)
}

impl Interpreter<'_> {
    /// The `__init__` of a dataclass.
    pub(in super::super) fn initialise_data(
        &mut self,
        instance: &Rc<Instance>,
        shape: &DataShape,
        arguments: Arguments,
    ) -> Outcome<()> {
        let class = instance.class();
        let span = arguments.span;
        let mut keyword = arguments.keyword;
        let mut positional = arguments.positional.into_iter();
        for field in &shape.fields {
            let by_name = keyword.iter().position(|(name, _)| *name == field.name).filter(|_| field.init);
            let given = match by_name {
                Some(at) => Some(keyword.remove(at).1),
                None if field.init && !field.keyword_only => positional.next(),
                None => None,
            };
            let value = match (given, &field.default, &field.factory) {
                (Some(value), ..) => value,
                (None, Some(default), _) => default.clone(),
                (None, None, Some(factory)) => self.call(factory, Arguments::none(span))?,
                (None, None, None) if !field.init => continue,
                (None, None, None) => {
                    return Err(Unwind::type_error(format!(
                        "{}.__init__() missing 1 required positional argument: '{}'",
                        class.name, field.name
                    )));
                }
            };
            instance.set(&field.name, value);
        }
        if let Some((name, _)) = keyword.first() {
            let class = &class.name;
            return Err(Unwind::type_error(format!(
                "{class}.__init__() got an unexpected keyword argument '{name}'"
            )));
        }
        if positional.next().is_some() {
            return Err(Unwind::type_error(format!(
                "{}.__init__() takes fewer positional arguments",
                class.name
            )));
        }
        self.call_special(&Value::Instance(instance.clone()), "__post_init__", Vec::new())?;
        Ok(())
    }
}

fn fields(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [value] = arguments.exactly("fields")?;
    let Some(shape) = shape_of(&value) else {
        return Err(Unwind::type_error("must be called with a dataclass type or instance"));
    };
    let class = interp.class("object");
    let made = shape.fields.iter().filter_map(|field| {
        let instance = Instance::new(class.clone()?);
        instance.set("name", Value::Str(field.name.clone()));
        instance.set("type", field.annotation.clone());
        instance.set("default", field.default.clone().unwrap_or(Value::None));
        Some(Value::Instance(Rc::new(instance)))
    });
    Ok(Value::tuple(made.collect()))
}

fn plain(interp: &mut Interpreter<'_>, value: &Value, as_dict: bool) -> Outcome<Value> {
    interp.meter.enter()?;
    let made = plain_inside(interp, value, as_dict);
    interp.meter.leave();
    made
}

fn plain_inside(interp: &mut Interpreter<'_>, value: &Value, as_dict: bool) -> Outcome<Value> {
    if let (Value::Instance(instance), Some(shape)) = (value, shape_of(value)) {
        let mut pairs = Vec::new();
        for field in &shape.fields {
            let inner =
                instance.attribute(&field.name).or_else(|| field.default.clone()).unwrap_or(Value::None);
            pairs.push((field.name.clone(), plain(interp, &inner, as_dict)?));
        }
        return Ok(if as_dict {
            Value::dict_of(pairs)
        } else {
            Value::tuple(pairs.into_iter().map(|(_, value)| value).collect())
        });
    }
    match value {
        Value::List(list) => {
            let values = list.borrow().clone();
            let values: Outcome<Vec<Value>> =
                values.iter().map(|each| plain(interp, each, as_dict)).collect();
            Ok(Value::list(values?))
        }
        Value::Tuple(values) => {
            let values: Outcome<Vec<Value>> =
                values.iter().map(|each| plain(interp, each, as_dict)).collect();
            Ok(Value::tuple(values?))
        }
        Value::Dict(_) => {
            let mut pairs = Vec::new();
            for (key, inner) in interp.mapping_pairs(value)? {
                pairs.push((key, plain(interp, &inner, as_dict)?));
            }
            interp.make_dict(pairs)
        }
        other => Ok(other.clone()),
    }
}

fn replace(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    if arguments.positional.is_empty() {
        return Err(Unwind::type_error("replace() needs an object"));
    }
    let value = arguments.positional.remove(0);
    let (Value::Instance(instance), Some(shape)) = (&value, shape_of(&value)) else {
        return Err(Unwind::type_error("replace() should be called on dataclass instances"));
    };
    for field in shape.fields.iter().filter(|field| field.init) {
        if arguments.get(&field.name).is_none() {
            let value = instance.attribute(&field.name).unwrap_or(Value::None);
            arguments.keyword.push((field.name.clone(), value));
        }
    }
    interp.call(&Value::Class(instance.class()), arguments)
}

/// `NamedTuple("Name", [("field", type)])`, `namedtuple("Name", "field other")`.
pub(super) fn functional_named_tuple(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [name, fields, defaults, _rename, _module] =
        arguments.bind("namedtuple", "typename field_names * defaults? rename? module?")?;
    let name = super::super::builtins::text_argument(interp, &name.unwrap_or(Value::None))?;
    let fields: Vec<Name> = match fields.unwrap_or(Value::None) {
        Value::Str(text) => text.split([' ', ',']).filter(|word| !word.is_empty()).map(Name::from).collect(),
        other => {
            let mut names = Vec::new();
            for each in interp.values(&other)? {
                let field = match &each {
                    Value::Tuple(pair) => pair.first().and_then(Value::as_str),
                    other => other.as_str(),
                };
                names.push(field.ok_or_else(|| Unwind::type_error("field names must be strings"))?);
            }
            names
        }
    };
    let defaults = match defaults {
        None | Some(Value::None) => Vec::new(),
        Some(defaults) => interp.values(&defaults)?,
    };
    let bases = interp.class("tuple").map(Value::Class).into_iter().collect();
    let draft =
        Draft { name, bases, keywords: Vec::new(), names: Names::default(), module: "__main__".into() };
    let class = interp.make_class(draft, None)?;
    *class.shape.borrow_mut() = Shape::NamedTuple(fields.into(), defaults.into());
    Ok(Value::Class(class))
}
