//! Operations that Python code adds to Alembic's own: `@Operations.register_operation(…)`,
//! `@Operations.implementation_for(…)`.

use std::rc::Rc;

use super::wrap;
use crate::python::{Arguments, Class, Interpreter, Outcome, Unwind, Value};

/// What was registered in this run.
#[derive(Default)]
struct Registered {
    /// Names of directives, with the class and the name of its method.
    directives: Vec<(String, Value, String)>,
    /// Classes of operations, with the functions that do them.
    implementations: Vec<(Rc<Class>, Value)>,
}

/// `@Operations.register_operation(name, sourcename)`
pub(crate) fn register_operation(_interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [name, source] = arguments.bind("register_operation", "name sourcename?")?;
    let name = name.as_ref().and_then(wrap::text).unwrap_or_default();
    let source = source.as_ref().and_then(wrap::text).unwrap_or_else(|| name.clone());
    Ok(Value::function("register", move |interp, arguments| {
        let [class] = arguments.exactly("register")?;
        interp.lasting::<Registered>().directives.push((name.clone(), class.clone(), source.clone()));
        Ok(class)
    }))
}

/// `@Operations.implementation_for(class)`
pub(crate) fn implementation_for(_interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let Some(Value::Class(class)) = arguments.positional.first().cloned() else {
        return Err(Unwind::unsupported("an implementation of one of Alembic's own operations"));
    };
    Ok(Value::function("decorate", move |interp, arguments| {
        let [function] = arguments.exactly("decorate")?;
        interp.lasting::<Registered>().implementations.push((class.clone(), function.clone()));
        Ok(function)
    }))
}

/// A directive that was registered: its method, which takes the operations first.
pub(crate) fn directive(interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
    let known = &interp.lasting::<Registered>().directives;
    let Some((_, class, source)) = known.iter().rev().find(|(own, ..)| own == name).cloned() else {
        return Ok(None);
    };
    let method = interp.attribute(&class, &source)?;
    Ok(Some(Value::function(name, move |interp, mut arguments| {
        let operations = interp.import("alembic.op")?;
        arguments.positional.insert(0, operations);
        interp.call(&method, arguments)
    })))
}

/// `op.invoke()` of an operation of Python's own.
pub(crate) fn invoke(interp: &mut Interpreter<'_>, operation: &Value) -> Outcome<Value> {
    interp.refuse_foreign(operation)?;
    let Value::Instance(instance) = operation else {
        return Err(Unwind::unsupported("op.invoke() of what is no operation"));
    };
    let class = instance.class();
    let known = &interp.lasting::<Registered>().implementations;
    let found = known.iter().rev().find(|(own, _)| class.inherits(own)).map(|(_, function)| function.clone());
    match found {
        Some(function) => {
            let operations = interp.import("alembic.op")?;
            let span = interp.call_span();
            interp.call(&function, Arguments::of(vec![operations, operation.clone()], span))
        }
        None => Err(Unwind::unsupported(format!("`{}`, which has no implementation", class.name))),
    }
}
