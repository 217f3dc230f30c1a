//! SQLAlchemy's types as Python holds them: classes, instances, and classes of the project on top of them.

use std::rc::Rc;

use super::errors;
use super::wrap::{self, first_unknown};
use super::{literals, world};
use crate::python::{Arguments, Class, Instance, Interpreter, Native, Outcome, Shape, Unwind, Value};
use crate::sql::DataType;
use crate::sql::types::{Form, Module, TypeArgument, TypeClass, derives_from, find_class};

/// A type class: `sa.String`.
#[derive(Debug)]
pub(crate) struct NativeTypeClass {
    class: &'static TypeClass,
}

/// A type: `sa.String(20)`.
#[derive(Debug)]
pub(crate) struct NativeType {
    /// What it is.
    pub(crate) data_type: DataType,
    /// The enumeration of Python behind an Enum.
    pub(crate) enumeration: Option<Value>,
}

/// A type as a value of Python.
pub(crate) fn type_value(data_type: DataType) -> Value {
    Value::native(NativeType { data_type, enumeration: None })
}

/// The class of that name in a module, as a value.
pub(crate) fn class_value(module: Module, name: &str) -> Option<Value> {
    find_class(module, name).map(|class| Value::native(NativeTypeClass { class }))
}

/// A type from a value: an instance, a class, one of the project's.
pub(crate) fn data_type(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<DataType> {
    match find_data_type(interp, value)? {
        Some(data_type) => Ok(data_type),
        None => {
            interp.refuse_foreign(value)?;
            let text = interp.repr(value)?;
            Err(errors::raise(interp, "ArgumentError", &format!("{text} is not a type")))
        }
    }
}

/// A type from a value, if it is one.
pub(crate) fn find_data_type(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Option<DataType>> {
    match value {
        Value::None => Ok(Some(DataType::null())),
        Value::Native(_) => {
            if let Some(native) = value.as_native::<NativeType>() {
                return Ok(Some(native.data_type.clone()));
            }
            match value.as_native::<NativeTypeClass>() {
                Some(class) => build(interp, class.class, Arguments::none(interp.call_span())).map(Some),
                None => Ok(None),
            }
        }
        // A class of the project stands for an object of it.
        Value::Class(class) if is_type_class(class) => {
            let span = interp.call_span();
            let object = interp.call(value, Arguments::none(span))?;
            find_data_type(interp, &object)
        }
        Value::Instance(instance) if is_type_class(&instance.class()) => {
            of_project(interp, value, instance).map(Some)
        }
        _ => Ok(None),
    }
}

fn is_type_class(class: &Class) -> bool {
    class.natives.iter().any(|native| native_class(native).is_some())
}

fn native_class(native: &Rc<dyn Native>) -> Option<Rc<NativeTypeClass>> {
    let any: Rc<dyn std::any::Any> = native.clone();
    any.downcast().ok()
}

/// What a class of the project makes of its base.
fn of_project(interp: &mut Interpreter<'_>, value: &Value, instance: &Rc<Instance>) -> Outcome<DataType> {
    let class = instance.class();
    let base = class.natives.iter().find_map(native_class);
    let name = class.name.to_string();
    if let Some(text) = compiled(interp, value, &class)? {
        let dialect = world::dialect(interp);
        let kept = instance.payload.borrow().as_ref().and_then(Value::as_native::<NativeType>);
        let kept = kept.map_or_else(DataType::null, |native| native.data_type.clone());
        let written = DataType::user_defined(&name, text);
        return Ok(kept.with_variant(written, &[dialect.name().to_owned()]));
    }
    match base.map(|base| base.class.form) {
        Some(Form::Decorator) => decorated(interp, value, instance, &name),
        Some(Form::UserDefined) => {
            let dialect = super::dialects::value(interp);
            let method = interp.attribute(value, "get_col_spec")?;
            let mut arguments = Arguments::none(interp.call_span());
            if takes_keywords(&method) {
                arguments.keyword.push(("dialect".into(), dialect));
            }
            let text = interp.call(&method, arguments)?;
            let text = wrap::known_text(interp, &text, "the result of get_col_spec()")?;
            Ok(DataType::user_defined(&name, text))
        }
        _ => {
            let payload = instance.payload.borrow().as_ref().and_then(Value::as_native::<NativeType>);
            match payload {
                Some(native) => Ok(native.data_type.clone()),
                None => Err(Unwind::unsupported(format!("the type `{name}`, which was not initialised"))),
            }
        }
    }
}

/// What `@compiles` said of classes: the class, the dialects (all, if none), the function.
#[derive(Default)]
struct Compiled(Vec<(Rc<Class>, Vec<String>, Value)>);

/// `@compiles(class, *dialects)`
pub(crate) fn compiles(_interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let Some((class, dialects)) = arguments.positional.split_first() else {
        return Err(Unwind::type_error("compiles() needs a class"));
    };
    let (class, dialects) = (class.clone(), dialects.iter().filter_map(wrap::text).collect::<Vec<_>>());
    Ok(Value::function("decorate", move |interp, arguments| {
        let [function] = arguments.exactly("decorate")?;
        match &class {
            Value::Class(class) => {
                interp.slot::<Compiled>().0.push((Rc::clone(class), dialects.clone(), function.clone()));
            }
            Value::Foreign(_) => {}
            _ => return Err(Unwind::unsupported("compiles() of a class of SQLAlchemy itself")),
        }
        Ok(function)
    }))
}

/// The text that a function of `@compiles` gives a type.
fn compiled(interp: &mut Interpreter<'_>, value: &Value, class: &Rc<Class>) -> Outcome<Option<String>> {
    let dialect = world::dialect(interp);
    let known = &interp.slot::<Compiled>().0;
    let fits = |dialects: &[String]| dialects.iter().any(|name| name == dialect.name());
    let of = |all: bool| {
        let found = known.iter().rev().find(|(own, dialects, _)| {
            class.inherits(own) && if all { dialects.is_empty() } else { fits(dialects) }
        });
        found.map(|(_, _, function)| function.clone())
    };
    let Some(function) = of(false).or_else(|| of(true)) else { return Ok(None) };
    let span = interp.call_span();
    let text =
        interp.call(&function, Arguments::of(vec![value.clone(), Value::native(TypeCompiler)], span))?;
    wrap::known_text(interp, &text, "the result of a compiler").map(Some)
}

/// The compiler that functions of `@compiles` get.
#[derive(Debug)]
struct TypeCompiler;

impl Native for TypeCompiler {
    fn type_name(&self) -> &str {
        "TypeCompiler"
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        match name {
            "dialect" => Ok(Some(super::dialects::value(interp))),
            "process" => Ok(Some(Value::function(name, |interp, arguments| {
                let kind = arguments.positional.first().cloned().unwrap_or(Value::None);
                let data_type = data_type(interp, &kind)?;
                let dialect = world::dialect(interp);
                let text = crate::sql::compile::type_sql(&data_type, dialect);
                wrap::checked(interp, text).map(Value::from)
            }))),
            _ => Err(Unwind::unsupported(format!("`{name}` of SQLAlchemy's compiler"))),
        }
    }
}

fn takes_keywords(method: &Value) -> bool {
    match method {
        Value::Bound(bound) => match &bound.function {
            Value::Function(function) => function.code.parameters.keywords.is_some(),
            _ => false,
        },
        _ => false,
    }
}

fn decorated(
    interp: &mut Interpreter<'_>,
    value: &Value,
    instance: &Rc<Instance>,
    name: &str,
) -> Outcome<DataType> {
    let own = instance.class().find("load_dialect_impl");
    let inner = match own {
        Some(_) => {
            let dialect = super::dialects::value(interp);
            let inner = interp.call_method(value, "load_dialect_impl", vec![dialect])?;
            data_type(interp, &inner)?
        }
        None => impl_type(interp, instance)?,
    };
    Ok(DataType::decorator(name, inner))
}

/// `self.impl`, else what the class says.
fn impl_type(interp: &mut Interpreter<'_>, instance: &Rc<Instance>) -> Outcome<DataType> {
    let inner = instance.attribute("impl").or_else(|| instance.class().find("impl"));
    match inner {
        Some(inner) => data_type(interp, &inner),
        None => Err(Unwind::raise(
            "AttributeError",
            "TypeDecorator implementations require a class-level variable 'impl' which refers to the class of \
             type being decorated",
        )),
    }
}

/// A type of a class with arguments.
fn build(interp: &mut Interpreter<'_>, class: &'static TypeClass, arguments: Arguments) -> Outcome<DataType> {
    make(interp, class, arguments).map(|made| made.data_type)
}

fn make(
    interp: &mut Interpreter<'_>,
    class: &'static TypeClass,
    arguments: Arguments,
) -> Outcome<NativeType> {
    let mut positional = Vec::new();
    let mut enumeration = None;
    let is_enum = matches!(class.form, Form::GenericEnum | Form::MysqlEnum);
    let values_callable = arguments.get("values_callable").cloned().filter(|value| !value.is_none());
    for value in &arguments.positional {
        match value {
            Value::Class(python) if is_enum && matches!(&*python.shape.borrow(), Shape::Enum(_)) => {
                for label in enum_labels(interp, value, values_callable.as_ref())? {
                    positional.push(TypeArgument::Value(crate::sql::Literal::Str(label)));
                }
                enumeration = Some(value.clone());
            }
            _ => positional.push(argument(interp, value)?),
        }
    }
    let mut keywords = Vec::new();
    for (name, value) in &arguments.keyword {
        if is_kept(name) {
            keywords.push((name.to_string(), argument(interp, value)?));
        }
    }
    let built = DataType::build(class, &positional, &keywords);
    let mut data_type = wrap::checked(interp, built)?;
    if let (Some(python), true) = (&enumeration, !keywords.iter().any(|(name, _)| name == "name")) {
        let name = interp.attribute(python, "__name__")?;
        data_type.name = wrap::text(&name).map(|name| name.to_lowercase().into());
    }
    let metadata = arguments.get("metadata").and_then(Value::as_native::<wrap::NativeMetaData>);
    if let (Some(metadata), None) = (metadata, &data_type.schema) {
        data_type.schema.clone_from(&metadata.metadata.borrow().schema);
    }
    Ok(NativeType { data_type, enumeration })
}

/// Keywords that only matter to Python are not looked at.
fn is_kept(name: &str) -> bool {
    const PYTHON_ONLY: [&str; 17] = [
        "values_callable",
        "asdecimal",
        "decimal_return_scale",
        "validate_strings",
        "sort_key_function",
        "omit_aliases",
        "_disable_warnings",
        "_create_events",
        "pickler",
        "comparator",
        "protocol",
        "astext_type",
        "text_type",
        "should_evaluate_none",
        "from_text",
        "from_metadata",
        "storage_format",
    ];
    !PYTHON_ONLY.contains(&name)
}

fn argument(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<TypeArgument> {
    if wrap::text(value).is_none() && !value.is_none() {
        if let Some(data_type) = find_data_type(interp, value)? {
            return Ok(TypeArgument::Type(Box::new(data_type)));
        }
        if value.as_native::<wrap::NativeMetaData>().is_some() {
            return Ok(TypeArgument::Value(crate::sql::Literal::Bool(true)));
        }
        if let Some(expression) = wrap::expression(interp, value)? {
            return Ok(TypeArgument::Expression(expression));
        }
    }
    Ok(TypeArgument::Value(literals::literal(interp, value)?))
}

/// The labels of an enumeration of Python: its names, or what `values_callable` gives.
fn enum_labels(
    interp: &mut Interpreter<'_>,
    class: &Value,
    values_callable: Option<&Value>,
) -> Outcome<Vec<String>> {
    let mut labels = Vec::new();
    if let Some(function) = values_callable {
        let span = interp.call_span();
        let values = interp.call(function, Arguments::of(vec![class.clone()], span))?;
        for value in interp.values(&values)? {
            labels.push(wrap::known_text(interp, &value, "a label of an enum")?);
        }
        return Ok(labels);
    }
    // Aliases are members too, as `__members__` has them.
    let members = interp.attribute(class, "__members__")?;
    for name in interp.values(&members)? {
        labels.push(wrap::known_text(interp, &name, "a label of an enum")?);
    }
    Ok(labels)
}

impl Native for NativeTypeClass {
    fn type_name(&self) -> &str {
        "type"
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        match name {
            "__name__" | "__qualname__" | "__visit_name__" => Ok(Some(Value::str(self.class.name))),
            // `sa.String.with_variant(…)` on the class works on an object without arguments.
            _ => {
                let object = build(interp, self.class, Arguments::none(interp.call_span()))?;
                interp.find_attribute(&type_value(object), name)
            }
        }
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn call(self: Rc<Self>, interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
        if let Some(unknown) = first_unknown(&arguments) {
            return Ok(Value::Unknown(unknown));
        }
        make(interp, self.class, arguments).map(Value::native)
    }

    fn has_instance(self: Rc<Self>, _interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Option<bool>> {
        Ok(Some(match value {
            Value::Native(_) => {
                value.as_native::<NativeType>().is_some_and(|own| derives(own.data_type.class, self.class))
            }
            Value::Instance(instance) => {
                let class = instance.class();
                class.natives.iter().filter_map(native_class).any(|own| derives(own.class, self.class))
            }
            _ => false,
        }))
    }

    fn has_subclass(self: Rc<Self>, _interp: &mut Interpreter<'_>, class: &Value) -> Outcome<Option<bool>> {
        Ok(Some(match class {
            Value::Class(class) => {
                class.natives.iter().filter_map(native_class).any(|own| derives(own.class, self.class))
            }
            _ => class.as_native::<NativeTypeClass>().is_some_and(|own| derives(own.class, self.class)),
        }))
    }

    fn is_base(&self) -> bool {
        true
    }

    // `TypeDecorator[str]`: only for type checkers.
    fn item(self: Rc<Self>, _interp: &mut Interpreter<'_>, _index: &Value) -> Outcome<Option<Value>> {
        Ok(Some(Value::Native(self)))
    }

    fn class_attribute(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        _class: &Rc<Class>,
        name: &str,
    ) -> Outcome<Option<Value>> {
        Ok((name == "cache_ok").then_some(Value::None))
    }

    fn instance_attribute(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        instance: &Rc<Instance>,
        name: &str,
    ) -> Outcome<Option<Value>> {
        let own = Value::Instance(Rc::clone(instance));
        match name {
            "load_dialect_impl" => {
                let instance = Rc::clone(instance);
                Ok(Some(Value::function(name, move |interp, _| impl_type(interp, &instance).map(type_value))))
            }
            // The methods of types work on what the class comes to.
            "with_variant" | "compile" | "dialect_impl" | "as_generic" | "python_type" => {
                let data_type = data_type(interp, &own)?;
                interp.find_attribute(&type_value(data_type), name)
            }
            "copy" => Ok(Some(Value::function(name, move |_, _| Ok(own.clone())))),
            _ if self.class.form == Form::Decorator => {
                let Some(inner) = instance.attribute("impl") else { return Ok(None) };
                interp.find_attribute(&inner, name)
            }
            _ => Ok(None),
        }
    }

    fn initialise(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        instance: &Rc<Instance>,
        arguments: Arguments,
    ) -> Outcome<()> {
        match self.class.form {
            Form::Decorator => {
                let Some(inner) = instance.class().find("impl") else { return Ok(()) };
                let inner = match &inner {
                    Value::Native(_) if inner.as_native::<NativeTypeClass>().is_some() => {
                        interp.call(&inner, arguments)?
                    }
                    Value::Class(_) => interp.call(&inner, arguments)?,
                    _ => inner,
                };
                instance.set("impl", inner);
            }
            Form::UserDefined => {}
            _ => {
                let made = make(interp, self.class, arguments)?;
                *instance.payload.borrow_mut() = Some(Value::native(made));
            }
        }
        Ok(())
    }
}

fn derives(class: &TypeClass, ancestor: &'static TypeClass) -> bool {
    // A class of a dialect is an ancestor of itself only; the generic ones of the others too.
    std::ptr::eq(class, ancestor)
        || (ancestor.module == Module::Generic && derives_from(class, ancestor.name))
}

impl Native for NativeType {
    fn type_name(&self) -> &str {
        self.data_type.class.name
    }

    fn class(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Option<Value> {
        Some(Value::native(NativeTypeClass { class: self.data_type.class }))
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        let own = &self.data_type;
        Ok(Some(match name {
            "length" => own.length.into(),
            "precision" => own.precision.into(),
            "scale" => own.scale.into(),
            "display_width" => own.display_width.into(),
            "fsp" => own.fsp.into(),
            "dimensions" => own.dimensions.into(),
            "collation" => own.collation.clone().into(),
            "charset" => own.charset.clone().into(),
            "timezone" => own.flags.timezone.into(),
            "unsigned" => own.flags.unsigned.into(),
            "as_uuid" => own.flags.as_uuid.into(),
            "native_enum" => own.flags.native.into(),
            "create_type" => own.flags.create_type.into(),
            "none_as_null" => own.flags.none_as_null.into(),
            "name" => own.name.as_ref().map(|name| name.to_string()).into(),
            "schema" => own.schema.as_ref().map(|name| name.to_string()).into(),
            "enums" | "values" => Value::list(own.values.iter().map(Value::str).collect()),
            "enum_class" => self.enumeration.clone().unwrap_or(Value::None),
            "item_type" | "impl" => match &own.inner {
                Some(inner) => type_value((**inner).clone()),
                None => return Ok(None),
            },
            "__visit_name__" => Value::str(own.class.name),
            "_type_affinity" => match find_class(Module::Generic, affinity_name(own)) {
                Some(class) => Value::native(NativeTypeClass { class }),
                None => Value::native(NativeTypeClass { class: own.class }),
            },
            _ => return super::events::type_method(interp, &self, name),
        }))
    }

    fn set_attribute(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        name: &str,
        _value: Value,
    ) -> Outcome<bool> {
        match name {
            "should_evaluate_none" | "comparator_factory" => Ok(true),
            _ => Err(Unwind::unsupported(format!("setting `{name}` of a type"))),
        }
    }

    fn text(self: Rc<Self>, interp: &mut Interpreter<'_>, repr: bool) -> Outcome<Value> {
        if repr {
            return Ok(Value::str(repr_of(&self.data_type)));
        }
        // `str(type)` is that of the default dialect, which SQLite's comes nearest to.
        let dialect = match world::dialect(interp) {
            own if self.data_type.class.module == Module::Generic => {
                crate::sql::Dialect { kind: retort_core::source::DialectKind::Sqlite, ..own }
            }
            own => own,
        };
        let text = crate::sql::compile::type_sql(&self.data_type, dialect);
        wrap::checked(interp, text).map(Value::from)
    }

    fn compare(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        comparison: crate::python::Comparison,
        other: &Value,
    ) -> Outcome<Option<Value>> {
        use crate::python::Comparison;
        let same = match other {
            Value::Native(native) => Rc::as_ptr(native).cast::<()>() == Rc::as_ptr(&self).cast::<()>(),
            _ => false,
        };
        Ok(match comparison {
            Comparison::Eq => Some(Value::Bool(same)),
            Comparison::NotEq => Some(Value::Bool(!same)),
            _ => None,
        })
    }
}

fn affinity_name(data_type: &DataType) -> &'static str {
    use crate::sql::types::Affinity;
    match data_type.affinity() {
        Affinity::String => "String",
        Affinity::Integer => "Integer",
        Affinity::Numeric => "Numeric",
        Affinity::Float => "Float",
        Affinity::Boolean => "Boolean",
        Affinity::Date => "Date",
        Affinity::DateTime => "DateTime",
        Affinity::Time => "Time",
        Affinity::Interval => "Interval",
        Affinity::Binary => "LargeBinary",
        Affinity::Json => "JSON",
        Affinity::Uuid => "Uuid",
        Affinity::Array => "ARRAY",
        Affinity::Named | Affinity::MysqlEnum => "Enum",
        Affinity::Null => "NullType",
        Affinity::Hstore | Affinity::Tuple | Affinity::Other => "TypeEngine",
    }
}

/// `repr(type)`, as far as its usual arguments go.
fn repr_of(data_type: &DataType) -> String {
    let mut arguments: Vec<String> = data_type.values.iter().map(|value| format!("'{value}'")).collect();
    let numbers =
        [("length", data_type.length), ("precision", data_type.precision), ("scale", data_type.scale)];
    arguments.extend(numbers.iter().filter_map(|(name, value)| Some(format!("{name}={}", (*value)?))));
    if data_type.flags.timezone {
        arguments.push("timezone=True".to_owned());
    }
    if let Some(name) = &data_type.name {
        arguments.push(format!("name='{name}'"));
    }
    format!("{}({})", data_type.class.name, arguments.join(", "))
}

/// `TypeEngine`: what all types are.
#[derive(Debug)]
pub(crate) struct AnyType;

impl Native for AnyType {
    fn type_name(&self) -> &str {
        "type"
    }

    fn has_instance(self: Rc<Self>, interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Option<bool>> {
        let is_type = match value {
            Value::Instance(instance) => is_type_class(&instance.class()),
            Value::Native(_) => value.as_native::<NativeType>().is_some(),
            _ => false,
        };
        let _ = interp;
        Ok(Some(is_type))
    }

    fn has_subclass(self: Rc<Self>, _interp: &mut Interpreter<'_>, class: &Value) -> Outcome<Option<bool>> {
        Ok(Some(match class {
            Value::Class(class) => is_type_class(class),
            _ => class.as_native::<NativeTypeClass>().is_some(),
        }))
    }
}
