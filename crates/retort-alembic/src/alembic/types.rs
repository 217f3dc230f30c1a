//! SQLAlchemy's types as Python holds them: classes, instances, and classes of the project on top of them.

mod build;
mod class;
mod compiles;
mod project;

use std::rc::Rc;

use super::errors;
use super::world;
use super::wrap;
use crate::python::{Arguments, Class, Comparison, Interpreter, Native, Outcome, Unwind, Value, equality};
use crate::sql::DataType;
use crate::sql::types::{Module, find_class};
use build::build;
use project::of_project;
pub(crate) use project::{bound_value, result_value};

pub(crate) use class::NativeTypeClass;
pub(crate) use compiles::{compiles, latest_of_foreign_keys};

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
        // `to_instance` calls whatever can be called: a function may make the type.
        None if matches!(value, Value::Function(_) | Value::Bound(_)) => {
            let span = interp.call_span();
            let made = interp.call(value, Arguments::none(span))?;
            data_type(interp, &made)
        }
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
            let found = match (value.as_native::<NativeType>(), value.as_native::<NativeTypeClass>()) {
                (Some(native), _) => native.data_type.clone(),
                (None, Some(class)) => build(interp, class.class, Arguments::none(interp.call_span()))?,
                (None, None) => return Ok(None),
            };
            compiles::as_compiled(interp, found).map(Some)
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
        comparison: Comparison,
        other: &Value,
    ) -> Outcome<Option<Value>> {
        let same = match other {
            Value::Native(native) => Rc::as_ptr(native).cast::<()>() == Rc::as_ptr(&self).cast::<()>(),
            _ => false,
        };
        Ok(equality(comparison, same))
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
