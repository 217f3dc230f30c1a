//! Modules of which little is used: `sys`, `time`, `copy`, `string`, `inspect`, `importlib`, `asyncio`, …

use super::super::builtins::text_argument;
use super::super::interpret::globals::LoadedModules;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::{Dict, Instance, Value};
use super::super::{Arguments, Interpreter};
use super::quiet::Quiet;

/// The names of a module; `None` if it is not one of these.
pub(super) fn names(interp: &mut Interpreter<'_>, path: &str) -> Option<Vec<(&'static str, Value)>> {
    let refused = |names: &[&'static str]| -> Vec<(&'static str, Value)> {
        let module = path.to_owned();
        let refuse = |name: &&'static str| {
            let (name, module) = (*name, module.clone());
            (
                name,
                Value::function(name, move |_, _| {
                    Err(Unwind::unsupported(format!("`{module}.{name}` is not supported")))
                }),
            )
        };
        names.iter().map(refuse).collect()
    };
    Some(match path {
        "__future__" => Vec::new(),
        "sys" => sys(interp),
        "time" => time(),
        "copy" => super::plain(&[
            ("copy", |interp, arguments| {
                let [value] = arguments.exactly("copy")?;
                copy(interp, &value, false)
            }),
            ("deepcopy", |interp, mut arguments| {
                arguments.positional.truncate(1);
                let [value] = arguments.exactly("deepcopy")?;
                copy(interp, &value, true)
            }),
        ]),
        "string" => string(),
        "asyncio" => super::plain(&[
            ("run", |_, arguments| Ok(arguments.positional.into_iter().next().unwrap_or(Value::None))),
            ("gather", |_, arguments| Ok(Value::list(arguments.positional))),
            ("sleep", |_, _| Ok(Value::None)),
        ]),
        "inspect" => super::plain(&[
            ("isclass", |_, arguments| {
                let [value] = arguments.exactly("isclass")?;
                Ok(Value::Bool(matches!(value, Value::Class(_))))
            }),
            ("isfunction", |_, arguments| {
                let [value] = arguments.exactly("isfunction")?;
                Ok(Value::Bool(matches!(value, Value::Function(_))))
            }),
            ("iscoroutinefunction", |_, arguments| is_function(arguments, true, false)),
            ("isgeneratorfunction", |_, arguments| is_function(arguments, false, true)),
            ("isasyncgenfunction", |_, arguments| is_function(arguments, true, true)),
            ("cleandoc", |interp, _| interp.not_looked_at("`inspect.cleandoc()`")),
            ("getmembers", |interp, _| interp.not_looked_at("`inspect.getmembers()`")),
            ("getfullargspec", |interp, _| interp.not_looked_at("`inspect.getfullargspec()`")),
            ("signature", |interp, _| interp.not_looked_at("`inspect.signature()`")),
        ]),
        "importlib" => {
            let import_module = Value::pure_function("import_module", |interp, arguments| {
                let [name, package] = arguments.bind("import_module", "name package?")?;
                let name = text_argument(interp, &name.unwrap_or(Value::None))?;
                let level = name.chars().take_while(|each| *each == '.').count();
                if level == 0 {
                    return interp.import(&name);
                }
                let package = text_argument(interp, &package.unwrap_or(Value::None))?;
                let parents = package.rsplitn(level, '.').last().unwrap_or(&package);
                match name.get(level..).unwrap_or_default() {
                    "" => interp.import(parents),
                    rest => interp.import(&format!("{parents}.{rest}")),
                }
            });
            let mut names = vec![("import_module", import_module)];
            names.extend(refused(&["reload"]));
            names
        }
        "traceback" => vec![
            ("print_exc", Quiet::value("print_exc", false)),
            ("print_stack", Quiet::value("print_stack", false)),
            ("format_exc", Value::function("format_exc", |_, _| Ok(Value::str("")))),
        ],
        "gc" => vec![("collect", Value::function("collect", |_, _| Ok(Value::Int(0))))],
        "numbers" => ["Number", "Complex", "Real", "Rational", "Integral"]
            .map(|name| (name, interp.class("int").map_or(Value::None, Value::Class)))
            .to_vec(),
        "threading" => vec![
            ("Lock", Quiet::value("Lock", true)),
            ("RLock", Quiet::value("RLock", true)),
            ("local", interp.class("object").map_or(Value::None, Value::Class)),
        ],
        "platform" => vec![("system", Value::function("system", |_, _| Ok(Value::str("Linux"))))],
        _ => return None,
    })
}

/// Whether it is a function that was written so.
fn is_function(arguments: Arguments, is_async: bool, is_generator: bool) -> Outcome<Value> {
    let [value] = arguments.exactly("inspect")?;
    Ok(Value::Bool(match &value {
        Value::Function(function) => {
            function.code.is_async == is_async && function.code.body().is_generator == is_generator
        }
        _ => false,
    }))
}

fn sys(interp: &mut Interpreter<'_>) -> Vec<(&'static str, Value)> {
    let version =
        Value::tuple(vec![Value::Int(3), Value::Int(11), Value::Int(0), Value::str("final"), Value::Int(0)]);
    let exit = interp.class("SystemExit");
    vec![
        ("version_info", version),
        ("version", Value::str("3.11.0")),
        ("platform", Value::str("linux")),
        ("maxsize", Value::Int(i64::MAX)),
        ("argv", Value::list(vec![Value::str("alembic")])),
        ("path", interp.search_path.clone()),
        ("modules", Value::native(LoadedModules)),
        ("executable", Value::str("python")),
        ("stdout", Quiet::value("stdout", false)),
        ("stderr", Quiet::value("stderr", false)),
        (
            "exc_info",
            Value::function("exc_info", |interp, _| {
                let handled = interp.handled.last().cloned();
                Ok(match handled {
                    Some(value) => Value::tuple(vec![interp.type_of(&value), value, Value::None]),
                    None => Value::tuple(vec![Value::None, Value::None, Value::None]),
                })
            }),
        ),
        (
            "exit",
            Value::function("exit", move |interp, arguments| {
                let Some(class) = &exit else { return Err(Unwind::unsupported("`sys.exit` was called")) };
                let made = interp.call(&Value::Class(class.clone()), arguments)?;
                Err(Unwind::raise_value(made))
            }),
        ),
        ("getrecursionlimit", Value::function("getrecursionlimit", |_, _| Ok(Value::Int(1000)))),
        ("setrecursionlimit", Value::function("setrecursionlimit", |_, _| Ok(Value::None))),
    ]
}

fn time() -> Vec<(&'static str, Value)> {
    super::plain(&[
        ("time", |interp, _| Ok(Value::Float(interp.now() as f64 / 1e6))),
        ("time_ns", |interp, _| Ok(Value::Int(interp.now().saturating_mul(1000)))),
        ("monotonic", |_, _| Ok(Value::Float(0.0))),
        ("perf_counter", |_, _| Ok(Value::Float(0.0))),
        ("process_time", |_, _| Ok(Value::Float(0.0))),
        ("sleep", |_, _| Ok(Value::None)),
        ("mktime", |interp, given| Ok(Value::Float(super::struct_time::seconds(interp, given)? as f64))),
        ("strftime", |interp, _| interp.not_looked_at("`time.strftime()`")),
    ])
}

fn string() -> Vec<(&'static str, Value)> {
    let lower = "abcdefghijklmnopqrstuvwxyz";
    let upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let digits = "0123456789";
    let punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
    vec![
        ("ascii_lowercase", Value::str(lower)),
        ("ascii_uppercase", Value::str(upper)),
        ("ascii_letters", Value::str(format!("{lower}{upper}"))),
        ("digits", Value::str(digits)),
        ("hexdigits", Value::str("0123456789abcdefABCDEF")),
        ("octdigits", Value::str("01234567")),
        ("punctuation", Value::str(punctuation)),
        ("whitespace", Value::str(" \t\n\r\u{b}\u{c}")),
        ("printable", Value::str(format!("{digits}{lower}{upper}{punctuation} \t\n\r\u{b}\u{c}"))),
        (
            "capwords",
            Value::function("capwords", |_, _| {
                Err(Unwind::unsupported("`string.capwords` is not supported"))
            }),
        ),
        (
            "Template",
            Value::function("Template", |interp, arguments| {
                let [text] = arguments.exactly("Template")?;
                let text = text_argument(interp, &text)?;
                Ok(Value::native(Template(text.to_string())))
            }),
        ),
    ]
}

/// `string.Template`
#[derive(Debug)]
struct Template(String);

impl super::super::Native for Template {
    fn type_name(&self) -> &str {
        "Template"
    }

    fn has_method(&self, name: &str) -> bool {
        matches!(name, "substitute" | "safe_substitute")
    }

    fn call_method(
        self: std::rc::Rc<Self>,
        interp: &mut Interpreter<'_>,
        name: &str,
        arguments: Arguments,
    ) -> Outcome<Value> {
        let mut values: Vec<(Value, Value)> = Vec::new();
        if let Some(mapping) = arguments.positional.first() {
            values = interp.mapping_pairs(mapping)?;
        }
        values
            .extend(arguments.keyword.iter().map(|(name, value)| (Value::Str(name.clone()), value.clone())));
        let mut made = String::new();
        let mut rest: &str = &self.0;
        while let Some(at) = rest.find('$') {
            made.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix('$') {
                made.push('$');
                rest = after;
                continue;
            }
            let braced = rest.starts_with('{');
            let start = &rest[usize::from(braced)..];
            let end =
                start.find(|char: char| !char.is_ascii_alphanumeric() && char != '_').unwrap_or(start.len());
            let key = &start[..end];
            let found = values.iter().rev().find(|(name, _)| name.as_str().is_some_and(|name| &*name == key));
            match found {
                Some((_, Value::Unknown(unknown))) => return Ok(Value::Unknown(unknown.clone())),
                Some((_, value)) => made.push_str(&interp.text(value)?),
                None if name == "substitute" => {
                    return Err(Unwind::raise_value(interp.key_error(&Value::str(key))));
                }
                None => made.push_str(&format!("${}", &rest[..end + 2 * usize::from(braced)])),
            }
            rest = rest.get(end + 2 * usize::from(braced)..).unwrap_or("");
        }
        made.push_str(rest);
        Ok(Value::str(made))
    }
}

fn copy(interp: &mut Interpreter<'_>, value: &Value, deep: bool) -> Outcome<Value> {
    interp.meter.enter()?;
    let made = copy_inside(interp, value, deep);
    interp.meter.leave();
    made
}

fn copy_inside(interp: &mut Interpreter<'_>, value: &Value, deep: bool) -> Outcome<Value> {
    let each = |interp: &mut Interpreter<'_>, values: Vec<Value>| -> Outcome<Vec<Value>> {
        interp.meter.spend(values.len() * 24)?;
        if !deep {
            return Ok(values);
        }
        values.iter().map(|value| copy(interp, value, true)).collect()
    };
    Ok(match value {
        Value::List(list) => {
            let values = list.borrow().clone();
            Value::list(each(interp, values)?)
        }
        Value::Tuple(values) if deep => Value::tuple(each(interp, values.to_vec())?),
        Value::Dict(_) => {
            let (keys, values): (Vec<Value>, Vec<Value>) = interp.mapping_pairs(value)?.into_iter().unzip();
            let values = each(interp, values)?;
            interp.make_dict(keys.into_iter().zip(values).collect())?
        }
        Value::Set(set) => {
            let (values, frozen) = (set.items.borrow().values().cloned().collect(), set.frozen);
            interp.make_set(values, frozen)?
        }
        Value::Instance(instance) => {
            let name = if deep { "__deepcopy__" } else { "__copy__" };
            let arguments = if deep { vec![Value::dict(Dict::default())] } else { Vec::new() };
            if let Some(made) = interp.call_special(value, name, arguments)? {
                return Ok(made);
            }
            if instance.attribute("_value_").is_some() {
                return Ok(value.clone());
            }
            let copied = Instance::new(instance.class());
            let attributes = instance.attributes.borrow().clone();
            for (name, inner) in attributes {
                let inner = if deep { copy(interp, &inner, true)? } else { inner };
                copied.set(&name, inner);
            }
            let payload = instance.payload.borrow().clone();
            *copied.payload.borrow_mut() = match payload {
                Some(payload) => Some(copy(interp, &payload, deep)?),
                None => None,
            };
            Value::Instance(copied.into())
        }
        Value::Native(native) if native.has_method("__copy__") => {
            interp.call_method(value, "__copy__", Vec::new())?
        }
        other => other.clone(),
    })
}
