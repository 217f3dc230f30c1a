//! `enum`: the classes; what makes members of a body is in the interpreter.

use std::rc::Rc;

use super::super::builtins::class;
use super::super::native::Native;
use super::super::value::{Layout, Value, Wrapper};
use super::super::{Arguments, Interpreter, Outcome};

/// `auto()`
#[derive(Debug)]
pub(in super::super) struct Auto;

impl Native for Auto {
    fn type_name(&self) -> &str {
        "auto"
    }
}

/// The module.
pub(super) fn module(interp: &mut Interpreter<'_>) -> Value {
    let object = interp.class("object");
    let meta = interp.class("type").map_or(Value::None, Value::Class);
    let mut names = Vec::new();
    for (name, base, layout) in [
        ("Enum", "object", Layout::Plain),
        ("ReprEnum", "Enum", Layout::Plain),
        ("IntEnum", "Enum", Layout::Builtin("int")),
        ("StrEnum", "Enum", Layout::Builtin("str")),
        ("Flag", "Enum", Layout::Plain),
        ("IntFlag", "Flag", Layout::Builtin("int")),
    ] {
        let base = interp.class(base).or_else(|| object.clone());
        let made = class(name, base.as_ref(), layout, None);
        if let Layout::Builtin(kind) = layout {
            // They inherit from the builtin class too.
            if let Some(builtin) = interp.class(kind) {
                made.mro.borrow_mut().insert(1, builtin);
            }
        }
        interp.classes.insert(name, made.clone());
        names.push((name, Value::Class(made)));
    }
    names.push(("EnumMeta", meta.clone()));
    names.push(("EnumType", meta));
    names.push(("auto", Value::function("auto", |_, _| Ok(Value::native(Auto)))));
    for name in ["unique", "verify", "global_enum", "nonmember", "member"] {
        names.push((
            name,
            Value::function(name, |_, arguments| {
                Ok(arguments.positional.into_iter().next().unwrap_or(Value::None))
            }),
        ));
    }
    names.push(("property", Value::function("property", property)));
    names.push(("DynamicClassAttribute", Value::function("property", property)));
    interp.native_module("enum", names)
}

fn property(_interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [getter] = arguments.exactly("property")?;
    Ok(Value::Wrapper(Rc::new(Wrapper::Property(getter, None))))
}
