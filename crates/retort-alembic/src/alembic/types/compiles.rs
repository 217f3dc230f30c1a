//! `@compiles`, and what it says of types: those of a project, and SQLAlchemy's own.

use std::rc::Rc;

use super::super::world;
use super::super::wrap;
use super::project::uncompiled;
use super::{NativeTypeClass, data_type, type_value};
use crate::python::{Arguments, Class, Interpreter, Native, Outcome, Unwind, Value};
use crate::sql::DataType;
use crate::sql::types::{Module, TypeClass, find_class};

/// What `@compiles` said: the class, whether of every dialect, the function.
struct Said<C> {
    class: C,
    always: bool,
    function: Value,
}

/// What `@compiles` said of classes of the project, for the dialect of this run.
#[derive(Default)]
struct OfProject(Vec<Said<Rc<Class>>>);

/// What it said of SQLAlchemy's own types.
#[derive(Default)]
struct OfTypes(Vec<Said<&'static TypeClass>>);

/// What it said of `ForeignKeyConstraint`.
#[derive(Default)]
struct OfForeignKeys(Vec<Said<()>>);

/// `@compiles(class, *dialects)`
pub(crate) fn compiles(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let Some((class, dialects)) = arguments.positional.split_first() else {
        return Err(Unwind::type_error("compiles() needs a class"));
    };
    let dialect = world::dialect(interp).name();
    let always = dialects.is_empty();
    let counts = always || dialects.iter().any(|name| wrap::text(name).as_deref() == Some(dialect));
    let class = class.clone();
    Ok(Value::function("decorate", move |interp, arguments| {
        let [function] = arguments.exactly("decorate")?;
        if counts {
            register(interp, &class, always, &function)?;
        }
        Ok(function)
    }))
}

fn register(interp: &mut Interpreter<'_>, class: &Value, always: bool, function: &Value) -> Outcome<()> {
    let function = function.clone();
    match class {
        Value::Class(class) => {
            interp.lasting::<OfProject>().0.push(Said { class: Rc::clone(class), always, function });
        }
        Value::Foreign(_) => {}
        _ => {
            let schema_class = class.as_native::<wrap::NativeClass>();
            if let Some(native) = class.as_native::<NativeTypeClass>() {
                interp.lasting::<OfTypes>().0.push(Said { class: native.class, always, function });
            } else if schema_class.is_some_and(|class| class.name == "ForeignKeyConstraint") {
                interp.lasting::<OfForeignKeys>().0.push(Said { class: (), always, function });
            } else {
                let reason =
                    "compiles() of a class of SQLAlchemy itself that is neither a type nor a foreign key";
                return Err(Unwind::unsupported(reason));
            }
        }
    }
    Ok(())
}

/// The function for foreign keys, if there is one.
pub(crate) fn latest_of_foreign_keys(interp: &mut Interpreter<'_>) -> Option<Value> {
    latest(&interp.lasting::<OfForeignKeys>().0, |()| true)
}

/// The function that counts: what was said last, and of this dialect rather than of all.
fn latest<C>(known: &[Said<C>], is: impl Fn(&C) -> bool) -> Option<Value> {
    let of = |always: bool| known.iter().rev().find(|said| said.always == always && is(&said.class));
    of(false).or_else(|| of(true)).map(|said| said.function.clone())
}

/// The text that a function of `@compiles` gives an object of the project.
pub(super) fn compiled(
    interp: &mut Interpreter<'_>,
    value: &Value,
    class: &Rc<Class>,
) -> Outcome<Option<String>> {
    match latest(&interp.lasting::<OfProject>().0, |own| class.inherits(own)) {
        Some(function) => text_of(interp, &function, value.clone()).map(Some),
        None => Ok(None),
    }
}

/// A type of SQLAlchemy as a function of `@compiles` writes it, if there is one and no variant goes before.
pub(super) fn as_compiled(interp: &mut Interpreter<'_>, own: DataType) -> Outcome<DataType> {
    let Some(function) = latest(&interp.lasting::<OfTypes>().0, |class| std::ptr::eq(*class, own.class))
    else {
        return Ok(own);
    };
    let dialect = world::dialect(interp).name();
    if own.variants.iter().any(|(name, _)| name == dialect) {
        return Ok(own);
    }
    let text = text_of(interp, &function, type_value(own.clone()))?;
    let written = DataType::user_defined(own.class.name, text);
    Ok(own.with_variant(written, &[dialect.to_owned()]))
}

fn text_of(interp: &mut Interpreter<'_>, function: &Value, element: Value) -> Outcome<String> {
    let arguments = Arguments::of(vec![element, Value::native(TypeCompiler)], interp.call_span());
    let text = interp.call(function, arguments)?;
    wrap::known_text(interp, &text, "the result of a compiler")
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
            "dialect" => Ok(Some(super::super::dialects::value(interp))),
            "type_compiler" | "type_compiler_instance" => Ok(Some(Value::Native(self))),
            "process" => Ok(Some(Value::function(name, |interp, arguments| {
                let kind = arguments.positional.first().cloned().unwrap_or(Value::None);
                let data_type = data_type(interp, &kind)?;
                sql(interp, &data_type)
            }))),
            _ => match name.strip_prefix("visit_") {
                Some(visited) => Ok(Some(visit(visited))),
                None => Err(Unwind::unsupported(format!("`{name}` of SQLAlchemy's compiler"))),
            },
        }
    }
}

/// `compiler.visit_JSON(type_)` writes the type as if it were a JSON; `compiler.visit_big_integer(type_)` as it would
/// be without the function.
fn visit(visited: &str) -> Value {
    let visited = visited.to_owned();
    Value::function("visit", move |interp, arguments| {
        let element = arguments.positional.first().cloned().unwrap_or(Value::None);
        // As it would be without the function that asks.
        let mut own = match (element.as_native::<super::NativeType>(), &element) {
            (Some(native), _) => native.data_type.clone(),
            (None, Value::Instance(instance)) => uncompiled(interp, &element, instance)?,
            (None, _) => data_type(interp, &element)?,
        };
        if visited.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_') {
            let module = [Module::Generic, Module::Postgres, Module::Mysql, Module::Sqlite];
            match module.into_iter().find_map(|module| find_class(module, &visited)) {
                Some(class) => {
                    own = own.inner.as_deref().cloned().unwrap_or(own);
                    own.class = class;
                }
                None => {
                    let reason = format!("`visit_{visited}` of SQLAlchemy's compiler");
                    return Err(Unwind::unsupported(reason));
                }
            }
        }
        sql(interp, &own)
    })
}

fn sql(interp: &mut Interpreter<'_>, data_type: &DataType) -> Outcome<Value> {
    let dialect = world::dialect(interp);
    let text = crate::sql::compile::type_sql(data_type, dialect);
    wrap::checked(interp, text).map(Value::from)
}
