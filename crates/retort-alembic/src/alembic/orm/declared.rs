//! What a declarative class declares beside plain columns: `mapped_column()`, `declared_attr`.

use std::rc::Rc;

use super::annotation;
use super::mapper::{Said, mapper_of};
use crate::alembic::wrap::NativeColumn;
use crate::alembic::{bridge, table};
use crate::python::{Arguments, Class, Interpreter, Name, Native, Outcome, Unwind, Value};

/// `mapped_column(…)`: a column whose name and type may come from its place.
#[derive(Debug)]
pub(super) struct NativeMappedColumn {
    pub(super) arguments: Arguments,
}

impl Native for NativeMappedColumn {
    fn type_name(&self) -> &str {
        "MappedColumn"
    }
}

/// Keywords of `mapped_column()` that say nothing of the column.
const ORM_KEYWORDS: [&str; 10] = [
    "init",
    "repr",
    "compare",
    "kw_only",
    "hash",
    "default_factory",
    "deferred",
    "deferred_group",
    "sort_order",
    "use_existing_column",
];

/// `mapped_column(…)`
pub(super) fn mapped_column(_interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    for keyword in ORM_KEYWORDS {
        arguments.take(keyword);
    }
    Ok(Value::native(NativeMappedColumn { arguments }))
}

/// `declared_attr`, as a decorator, and `declared_attr.directive`, `.cascading`.
#[derive(Debug)]
pub(super) struct NativeDeclaredClass;

/// A function that gives an attribute of each class that inherits it.
#[derive(Debug)]
struct NativeDeclared {
    function: Value,
}

impl Native for NativeDeclaredClass {
    fn type_name(&self) -> &str {
        "declared_attr"
    }

    fn attribute(self: Rc<Self>, _interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        Ok(matches!(name, "directive" | "cascading").then(|| Value::Native(self)))
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn call(self: Rc<Self>, _interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
        let [function] = arguments.exactly("declared_attr")?;
        Ok(Value::native(NativeDeclared { function }))
    }

    fn item(self: Rc<Self>, _interp: &mut Interpreter<'_>, _index: &Value) -> Outcome<Option<Value>> {
        Ok(Some(Value::Native(self)))
    }
}

impl Native for NativeDeclared {
    fn type_name(&self) -> &str {
        "declared_attr"
    }
}

/// The value of a class attribute, `declared_attr` called.
pub(super) fn settled(interp: &mut Interpreter<'_>, class: &Rc<Class>, value: &Value) -> Outcome<Value> {
    match value.as_native::<NativeDeclared>() {
        Some(declared) => {
            let span = interp.call_span();
            let function = match &declared.function {
                Value::Wrapper(wrapper) => match &**wrapper {
                    crate::python::Wrapper::ClassMethod(inner) => inner.clone(),
                    _ => declared.function.clone(),
                },
                other => other.clone(),
            };
            interp.call(&function, Arguments::of(vec![Value::Class(class.clone())], span))
        }
        None => Ok(value.clone()),
    }
}

/// An attribute of a class by name, `declared_attr` called.
pub(super) fn setting(
    interp: &mut Interpreter<'_>,
    class: &Rc<Class>,
    parent: Option<&Rc<Class>>,
    name: &str,
) -> Outcome<Option<Value>> {
    let found = class.find(name).or_else(|| parent.and_then(|parent| parent.find(name)));
    match found {
        Some(value) => settled(interp, class, &value).map(Some),
        None => Ok(None),
    }
}

/// The same, as the class or a mixin sets it: what a mapped class above has is that one's own.
pub(super) fn own_setting(
    interp: &mut Interpreter<'_>,
    class: &Rc<Class>,
    parent: Option<&Rc<Class>>,
    name: &str,
) -> Outcome<Option<Value>> {
    let mro = class.mro.borrow().clone();
    let mut own = mro.iter().chain(parent).filter(|each| mapper_of(each).is_none());
    let written = own.find_map(|each| each.attributes.borrow().get(name).cloned());
    written.map(|value| settled(interp, class, &value)).transpose()
}

/// The column of a `mapped_column()`, with what its annotation says.
pub(super) fn made(
    interp: &mut Interpreter<'_>,
    name: &Name,
    arguments: &Arguments,
    said: Said<'_>,
) -> Outcome<Rc<NativeColumn>> {
    let mut arguments = arguments.clone();
    let has_name = arguments.positional.first().is_some_and(|first| first.as_str().is_some())
        || arguments.get("name").is_some();
    let has_type = arguments.get("type_").is_some() || has_type(interp, &arguments)?;
    let is_key = arguments.get("primary_key").and_then(Value::as_bool) == Some(true);
    let says_all = has_type && (is_key || arguments.get("nullable").is_some());
    let read = match said.annotation {
        Some(annotation) if !says_all => annotation::read(interp, annotation, said.map)?,
        _ => None,
    };
    let has_foreign_key = arguments
        .positional
        .iter()
        .any(|value| matches!(value, Value::Native(native) if native.type_name() == "ForeignKey"));
    if !has_type {
        match read.as_ref().and_then(|read| read.data_type.clone()) {
            Some(data_type) => arguments.keyword.push(("type_".into(), data_type)),
            None if said.annotation.is_some() && !has_foreign_key => {
                let reason = format!("the type of the column `{name}` from its annotation");
                return Err(Unwind::unsupported(reason));
            }
            None => {}
        }
    }
    if !has_name {
        arguments.positional.insert(0, Value::Str(name.clone()));
    }
    if let Some(read) = &read
        && arguments.get("nullable").is_none()
        && !is_key
    {
        arguments.keyword.push(("nullable".into(), Value::Bool(read.nullable)));
    }
    let column = table::column(interp, arguments)?;
    match column.as_native::<NativeColumn>() {
        Some(column) => Ok(column),
        None => Err(bridge::raise(interp, "ArgumentError", "a column is expected")),
    }
}

fn has_type(interp: &mut Interpreter<'_>, arguments: &Arguments) -> Outcome<bool> {
    for value in &arguments.positional {
        if !matches!(value, Value::Str(_) | Value::None)
            && crate::alembic::types::find_data_type(interp, value)?.is_some()
        {
            return Ok(true);
        }
    }
    Ok(false)
}
