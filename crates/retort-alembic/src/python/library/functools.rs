//! `functools` and `operator`.

use std::cell::RefCell;
use std::rc::Rc;

use super::super::native::Native;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::{Bound, Key, Value, Wrapper};
use super::super::{Arguments, Comparison, Interpreter, Operator};

/// The names of `functools`.
pub(super) fn names() -> Vec<(&'static str, Value)> {
    let cache = || {
        Value::function("lru_cache", |_, arguments| match arguments.positional.first() {
            Some(function @ (Value::Function(_) | Value::Builtin(_) | Value::Native(_))) => {
                Ok(cached(function.clone()))
            }
            _ => Ok(Value::function("lru_cache", |_, arguments| {
                let [function] = arguments.exactly("lru_cache")?;
                Ok(cached(function))
            })),
        })
    };
    vec![
        (
            "partial",
            Value::function("partial", |_, mut arguments| {
                if arguments.positional.is_empty() {
                    return Err(Unwind::type_error("partial() needs a function"));
                }
                let function = arguments.positional.remove(0);
                Ok(Value::native(Partial { function, arguments }))
            }),
        ),
        (
            "partialmethod",
            Value::function("partialmethod", |_, _| {
                Err(Unwind::unsupported("`partialmethod` is not supported"))
            }),
        ),
        (
            "wraps",
            Value::function("wraps", |_, arguments| {
                let wrapped = arguments.positional.into_iter().next().unwrap_or(Value::None);
                Ok(Value::function("wraps", move |interp, arguments| {
                    let [function] = arguments.exactly("wraps")?;
                    if let Value::Function(made) = &function {
                        for name in ["__name__", "__qualname__", "__doc__", "__module__"] {
                            if let Some(value) = interp.find_attribute(&wrapped, name)? {
                                made.attributes.borrow_mut().insert(name.into(), value);
                            }
                        }
                        made.attributes.borrow_mut().insert("__wrapped__".into(), wrapped.clone());
                    }
                    Ok(function)
                }))
            }),
        ),
        (
            "update_wrapper",
            Value::function("update_wrapper", |_, arguments| {
                Ok(arguments.positional.into_iter().next().unwrap_or(Value::None))
            }),
        ),
        ("reduce", Value::function("reduce", reduce)),
        ("lru_cache", cache()),
        ("cache", cache()),
        (
            "cached_property",
            Value::function("cached_property", |_, arguments| {
                let [getter] = arguments.exactly("cached_property")?;
                Ok(Value::Wrapper(Rc::new(Wrapper::CachedProperty(getter))))
            }),
        ),
        ("total_ordering", Value::function("total_ordering", total_ordering)),
        (
            "cmp_to_key",
            Value::function("cmp_to_key", |_, _| Err(Unwind::unsupported("`cmp_to_key` is not supported"))),
        ),
        (
            "singledispatch",
            Value::function("singledispatch", |_, _| {
                Err(Unwind::unsupported("`singledispatch` is not supported"))
            }),
        ),
    ]
}

/// `partial(function, …)`
#[derive(Debug)]
struct Partial {
    function: Value,
    arguments: Arguments,
}

impl Native for Partial {
    fn type_name(&self) -> &str {
        "partial"
    }

    fn attribute(self: Rc<Self>, _interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        Ok(match name {
            "func" => Some(self.function.clone()),
            "args" => Some(Value::tuple(self.arguments.positional.clone())),
            "keywords" => Some(Value::dict_of(self.arguments.keyword.iter().cloned())),
            _ => None,
        })
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn call(self: Rc<Self>, interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
        let mut all = self.arguments.clone();
        all.span = arguments.span;
        all.positional.extend(arguments.positional);
        for (name, value) in arguments.keyword {
            all.take(&name);
            all.keyword.push((name, value));
        }
        interp.call(&self.function, all)
    }
}

/// A function with a cache.
#[derive(Debug)]
struct Cached {
    function: Value,
    results: RefCell<Vec<(Key, Value)>>,
}

fn cached(function: Value) -> Value {
    Value::native(Cached { function, results: RefCell::default() })
}

impl Native for Cached {
    fn type_name(&self) -> &str {
        "_lru_cache_wrapper"
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        match name {
            "__wrapped__" => Ok(Some(self.function.clone())),
            _ => interp.find_attribute(&self.function, name),
        }
    }

    fn has_method(&self, name: &str) -> bool {
        matches!(name, "cache_clear" | "__get__")
    }

    fn call_method(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        name: &str,
        arguments: Arguments,
    ) -> Outcome<Value> {
        if name == "cache_clear" {
            self.results.borrow_mut().clear();
            return Ok(Value::None);
        }
        let receiver = arguments.positional.into_iter().next().unwrap_or(Value::None);
        Ok(Value::Bound(Rc::new(Bound { receiver, function: Value::Native(self) })))
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn call(self: Rc<Self>, interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
        let mut parts = arguments.positional.clone();
        parts.extend(
            arguments
                .keyword
                .iter()
                .map(|(name, value)| Value::tuple(vec![Value::Str(name.clone()), value.clone()])),
        );
        let key = interp.key(&Value::tuple(parts))?;
        let found =
            self.results.borrow().iter().find(|(each, _)| *each == key).map(|(_, value)| value.clone());
        if let Some(found) = found {
            return Ok(found);
        }
        let value = interp.call(&self.function, arguments)?;
        self.results.borrow_mut().push((key, value.clone()));
        Ok(value)
    }
}

fn reduce(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let span = arguments.span;
    let [function, values, initial] = arguments.bind("reduce", "function iterable initial?")?;
    let (function, values) = (function.unwrap_or(Value::None), values.unwrap_or(Value::None));
    let mut total = initial;
    let unknown = interp.iterate(&values, &mut |interp, value| {
        total = Some(match total.take() {
            Some(total) => interp.call(&function, Arguments::of(vec![total, value], span))?,
            None => value,
        });
        Ok(true)
    })?;
    if let Some(unknown) = unknown {
        return Ok(Value::Unknown(unknown));
    }
    total.ok_or_else(|| Unwind::type_error("reduce() of empty iterable with no initial value"))
}

fn total_ordering(_interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [value] = arguments.exactly("total_ordering")?;
    let Value::Class(class) = &value else { return Ok(value) };
    let has = |name: &str| class.find(name).is_some();
    // Each of the missing ones is made of `<` and `==`, or of `>` and `==`.
    let base = if has("__lt__") { Comparison::Lt } else { Comparison::Gt };
    for (name, strict, or_equal) in [
        ("__lt__", Comparison::Lt, false),
        ("__le__", Comparison::Lt, true),
        ("__gt__", Comparison::Gt, false),
        ("__ge__", Comparison::Gt, true),
    ] {
        if has(name) {
            continue;
        }
        let function = Value::function(&format!("__method__{name}"), move |interp, arguments| {
            let [left, right] = arguments.exactly("comparison")?;
            let method = if base == Comparison::Lt { "__lt__" } else { "__gt__" };
            let (a, b) = if strict == base { (&left, &right) } else { (&right, &left) };
            let answer = interp.call_special(a, method, vec![b.clone()])?.unwrap_or(Value::NotImplemented);
            let is_strict = interp.known_truth(&answer)?;
            Ok(Value::Bool(is_strict || or_equal && interp.is_equal(&left, &right)?))
        });
        class.attributes.borrow_mut().insert(name.into(), function);
    }
    Ok(value.clone())
}

/// The names of `operator`.
pub(super) fn operator_names() -> Vec<(&'static str, Value)> {
    let mut names = Vec::new();
    for (name, operator) in [
        ("add", Operator::Add),
        ("sub", Operator::Sub),
        ("mul", Operator::Mult),
        ("truediv", Operator::Div),
        ("floordiv", Operator::FloorDiv),
        ("mod", Operator::Mod),
        ("pow", Operator::Pow),
        ("or_", Operator::BitOr),
        ("and_", Operator::BitAnd),
        ("xor", Operator::BitXor),
        ("concat", Operator::Add),
    ] {
        names.push((
            name,
            Value::function(name, move |interp, arguments| {
                let [a, b] = arguments.exactly("operator")?;
                interp.binary(operator, &a, &b)
            }),
        ));
    }
    for (name, comparison) in [
        ("eq", Comparison::Eq),
        ("ne", Comparison::NotEq),
        ("lt", Comparison::Lt),
        ("le", Comparison::LtE),
        ("gt", Comparison::Gt),
        ("ge", Comparison::GtE),
        ("is_", Comparison::Is),
        ("is_not", Comparison::IsNot),
    ] {
        names.push((
            name,
            Value::function(name, move |interp, arguments| {
                let [a, b] = arguments.exactly("operator")?;
                interp.compare(comparison, &a, &b)
            }),
        ));
    }
    names.push((
        "not_",
        Value::function("not_", |interp, arguments| {
            let [value] = arguments.exactly("not_")?;
            interp.unary(super::super::UnaryOperator::Not, &value)
        }),
    ));
    names.push((
        "contains",
        Value::function("contains", |interp, arguments| {
            let [a, b] = arguments.exactly("contains")?;
            interp.compare(Comparison::In, &b, &a)
        }),
    ));
    for name in ["itemgetter", "attrgetter", "methodcaller"] {
        names.push((
            name,
            Value::function(name, move |_, wanted| {
                Ok(Value::function(name, move |interp, arguments| {
                    let [value] = arguments.exactly(name)?;
                    getter(interp, name, &wanted, &value)
                }))
            }),
        ));
    }
    names
}

fn getter(interp: &mut Interpreter<'_>, kind: &str, wanted: &Arguments, value: &Value) -> Outcome<Value> {
    if kind == "methodcaller" {
        let mut arguments = wanted.clone();
        if arguments.positional.is_empty() {
            return Err(Unwind::type_error("methodcaller needs a name"));
        }
        let name = super::super::builtins::text_argument(interp, &arguments.positional.remove(0))?;
        let method = interp.attribute(value, &name)?;
        return interp.call(&method, arguments);
    }
    let mut found = Vec::new();
    for each in &wanted.positional {
        found.push(match (kind, each.as_str()) {
            ("attrgetter", Some(path)) => {
                let mut value = value.clone();
                for name in path.split('.') {
                    value = interp.attribute(&value, name)?;
                }
                value
            }
            _ => interp.item(value, each)?,
        });
    }
    Ok(if found.len() == 1 { found.remove(0) } else { Value::tuple(found) })
}
