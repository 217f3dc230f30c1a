//! `contextlib`.

use std::cell::RefCell;
use std::rc::Rc;

use super::super::native::Native;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::{Bound, Value};
use super::super::{Arguments, Interpreter};

/// What a function decorated with `contextmanager` gives when called: `with` runs its body inside the `yield`.
#[derive(Debug)]
pub(in super::super) struct GeneratorContext {
    pub(in super::super) function: Value,
    pub(in super::super) arguments: Arguments,
}

impl Native for GeneratorContext {
    fn type_name(&self) -> &str {
        "_GeneratorContextManager"
    }

    fn enter(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        Err(Unwind::unsupported(
            "entering a context manager made of a generator outside a `with` is not supported",
        ))
    }

    fn is_callable(&self) -> bool {
        true
    }

    /// As a decorator of a function: every call of it is inside a `with` of its own.
    fn call(self: Rc<Self>, _interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
        let [function] = arguments.exactly("contextmanager")?;
        Ok(Value::function("wrapper", move |interp, inner| {
            let generator = interp.begin_generator(&self.function, self.arguments.clone())?;
            let Some((generator, scope, receiver)) = generator else {
                return Err(Unwind::unsupported(
                    "a context manager that is made of something else than a generator",
                ));
            };
            let mut result = None;
            let mut hook = |interp: &mut Interpreter<'_>, _: Value| {
                result = Some(interp.call(&function, inner.clone())?);
                Ok(Value::None)
            };
            interp.run_generator(&generator, scope, receiver, &mut hook)?;
            Ok(result.unwrap_or(Value::None))
        }))
    }
}

/// The decorator itself: callable, and bound to an object where it is a method.
#[derive(Debug)]
struct ContextFunction(Value);

impl Native for ContextFunction {
    fn type_name(&self) -> &str {
        "function"
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn has_method(&self, name: &str) -> bool {
        name == "__get__"
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        match name {
            "__wrapped__" => Ok(Some(self.0.clone())),
            "__get__" => Ok(None),
            _ => interp.find_attribute(&self.0, name),
        }
    }

    fn call_method(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        _name: &str,
        arguments: Arguments,
    ) -> Outcome<Value> {
        let receiver = arguments.positional.into_iter().next().unwrap_or(Value::None);
        Ok(Value::Bound(Rc::new(Bound { receiver, function: Value::Native(self) })))
    }

    fn call(self: Rc<Self>, _interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
        Ok(Value::native(GeneratorContext { function: self.0.clone(), arguments }))
    }
}

/// `nullcontext`, `closing`, `suppress`, `redirect_stdout`.
#[derive(Debug)]
struct Simple {
    value: Value,
    suppressed: Vec<Value>,
    closes: bool,
}

impl Native for Simple {
    fn type_name(&self) -> &str {
        "context manager"
    }

    fn enter(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        Ok(Some(self.value.clone()))
    }

    fn may_swallow(&self) -> bool {
        !self.suppressed.is_empty()
    }

    fn exit(self: Rc<Self>, interp: &mut Interpreter<'_>, exception: Option<&Value>) -> Outcome<bool> {
        if self.closes {
            interp.call_method(&self.value, "close", Vec::new())?;
        }
        let Some(exception) = exception else { return Ok(false) };
        for class in &self.suppressed {
            if let Value::Class(class) = class {
                if matches!(exception, Value::Instance(instance) if instance.class().inherits(class)) {
                    return Ok(true);
                }
            } else if let Value::Native(native) = class
                && native.clone().has_instance(interp, exception)? == Some(true)
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// `ExitStack`
#[derive(Debug, Default)]
struct ExitStack {
    entered: RefCell<Vec<(Value, Option<Arguments>)>>,
}

impl Native for ExitStack {
    fn type_name(&self) -> &str {
        "ExitStack"
    }

    fn enter(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        Ok(Some(Value::Native(self)))
    }

    fn has_method(&self, name: &str) -> bool {
        matches!(name, "enter_context" | "callback" | "push" | "close" | "pop_all")
    }

    fn call_method(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        name: &str,
        mut arguments: Arguments,
    ) -> Outcome<Value> {
        match name {
            "enter_context" => {
                let [manager] = arguments.exactly(name)?;
                let value = interp.enter(&manager)?;
                self.entered.borrow_mut().push((manager, None));
                Ok(value)
            }
            "callback" if !arguments.positional.is_empty() => {
                let function = arguments.positional.remove(0);
                self.entered.borrow_mut().push((function.clone(), Some(arguments)));
                Ok(function)
            }
            "close" => self.exit(interp, None).map(|_| Value::None),
            _ => Err(Unwind::unsupported(format!("`ExitStack.{name}` is not supported"))),
        }
    }

    fn may_swallow(&self) -> bool {
        true
    }

    fn exit(self: Rc<Self>, interp: &mut Interpreter<'_>, exception: Option<&Value>) -> Outcome<bool> {
        let mut swallowed = false;
        loop {
            let last = self.entered.borrow_mut().pop();
            let Some((value, arguments)) = last else { return Ok(swallowed) };
            match arguments {
                Some(arguments) => {
                    interp.call(&value, arguments)?;
                }
                None => swallowed |= interp.exit(&value, exception.filter(|_| !swallowed))?,
            }
        }
    }
}

/// The module.
pub(super) fn module(interp: &mut Interpreter<'_>) -> Value {
    let manager = || {
        Value::function("contextmanager", |_, arguments| {
            let [function] = arguments.exactly("contextmanager")?;
            Ok(Value::native(ContextFunction(function)))
        })
    };
    let simple = |name: &'static str| {
        Value::function(name, move |_, arguments| {
            let mut given = arguments.positional;
            let suppresses = name == "suppress";
            let suppressed = if suppresses { std::mem::take(&mut given) } else { Vec::new() };
            let value = given.into_iter().next().unwrap_or(Value::None);
            Ok(Value::native(Simple { value, suppressed, closes: name == "closing" }))
        })
    };
    let base = interp.class("object").map_or(Value::None, Value::Class);
    let names = [
        ("contextmanager", manager()),
        ("asynccontextmanager", manager()),
        ("nullcontext", simple("nullcontext")),
        ("suppress", simple("suppress")),
        ("closing", simple("closing")),
        ("aclosing", simple("aclosing")),
        ("redirect_stdout", simple("redirect_stdout")),
        ("redirect_stderr", simple("redirect_stderr")),
        ("ExitStack", Value::function("ExitStack", |_, _| Ok(Value::native(ExitStack::default())))),
        ("AsyncExitStack", Value::function("ExitStack", |_, _| Ok(Value::native(ExitStack::default())))),
        ("AbstractContextManager", base.clone()),
        ("AbstractAsyncContextManager", base.clone()),
        ("ContextDecorator", base),
    ];
    interp.native_module("contextlib", names)
}
