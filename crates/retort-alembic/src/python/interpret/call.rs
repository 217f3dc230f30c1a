//! Calls.

use std::rc::Rc;
use std::sync::Arc;

use super::super::Arguments;
use super::super::Dict;
use super::super::Interpreter;
use super::super::iterator::Iteration;
use super::super::scope::{Frame, FrameRecord, Hook, Scope};
use super::super::unwind::{Outcome, Unwind};
use super::super::value::{Builtin, Foreign, Function, Instance, Name, Unknown, Value, Wrapper};
use super::statement::{Exit, Flow};

impl Interpreter<'_> {
    /// Calls a value, as `value(arguments)` does.
    ///
    /// # Errors
    /// What the call raises, or why it is not possible.
    pub fn call(&mut self, function: &Value, arguments: Arguments) -> Outcome<Value> {
        match function {
            Value::Function(function) => self.call_function(function, arguments),
            Value::Bound(bound) => {
                let first = bound.receiver.clone();
                match &bound.receiver {
                    Value::Instance(own) if own.class.borrow().awaits_application() => {
                        self.call_extension(own, &bound.function, arguments.with_first(first))
                    }
                    _ => self.call(&bound.function, arguments.with_first(first)),
                }
            }
            Value::Builtin(builtin) => {
                self.meter.enter()?;
                let value = self.call_builtin(builtin, arguments);
                self.meter.leave();
                value
            }
            Value::Class(class) => self.instantiate(class, arguments),
            Value::Native(native) => {
                self.meter.enter()?;
                let value = native.clone().call(self, arguments);
                self.meter.leave();
                value
            }
            Value::Unknown(unknown) => Ok(Value::Unknown(unknown.derived())),
            Value::Foreign(foreign) => self.call_foreign(foreign, &arguments),
            Value::Wrapper(wrapper) => match &**wrapper {
                Wrapper::Static(inner) | Wrapper::ClassMethod(inner) => self.call(inner, arguments),
                Wrapper::Property(..) | Wrapper::CachedProperty(_) | Wrapper::Super(..) => {
                    Err(self.not_callable(function))
                }
            },
            Value::Instance(_) => match self.find_special(function, "__call__") {
                Some(method) => self.call(&method, arguments),
                None => Err(self.not_callable(function)),
            },
            _ => Err(self.not_callable(function)),
        }
    }

    /// Calls a method of an object that awaits an application: if it raises, it may be for lack of that.
    fn call_extension(
        &mut self,
        extension: &Rc<Instance>,
        method: &Value,
        arguments: Arguments,
    ) -> Outcome<Value> {
        let outcome = self.call(method, arguments.clone());
        let (Err(Unwind::Raise(_)), Some(initialise)) = (&outcome, self.options.initialise) else {
            return outcome;
        };
        match initialise(self, extension)? {
            true => self.call(method, arguments),
            false => outcome,
        }
    }

    /// A function that only looks at its arguments gives something unknown for what is unknown, and for a name from
    /// outside that it cannot do with. A module that is imported keeps the reason instead.
    pub(super) fn call_builtin(&mut self, builtin: &Builtin, arguments: Arguments) -> Outcome<Value> {
        if builtin.takes_unknown {
            return (builtin.call)(self, arguments);
        }
        if let Some(unknown) = arguments.values().find(|value| matches!(value, Value::Unknown(_))) {
            return Ok(unknown.clone());
        }
        let foreign = self.unknown_of_foreign(&arguments);
        match ((builtin.call)(self, arguments), foreign) {
            (Err(Unwind::Unsupported(_)), Some(unknown)) => Ok(unknown),
            (outcome, _) => outcome,
        }
    }

    /// What a name from outside among arguments makes of a result, unless a module is being imported.
    pub(in super::super) fn unknown_of_foreign(&self, arguments: &Arguments) -> Option<Value> {
        if self.importing > 0 {
            return None;
        }
        arguments.values().find_map(|value| match value {
            Value::Foreign(foreign) => Some(Value::unknown(foreign.reason(), arguments.span)),
            _ => None,
        })
    }

    /// Calls a method of a value by name.
    ///
    /// # Errors
    /// What the call raises.
    pub fn call_method(&mut self, value: &Value, name: &str, arguments: Vec<Value>) -> Outcome<Value> {
        let span = self.call_span();
        let method = self.attribute(value, name)?;
        self.call(&method, Arguments::of(arguments, span))
    }

    fn not_callable(&mut self, function: &Value) -> Unwind {
        // Of a package that is known in part every name may be a module.
        if let Value::Module(module) = function
            && self.library.find_companion(&module.name).is_some()
        {
            return Unwind::unsupported(format!("`{}` is not supported", module.name));
        }
        Unwind::type_error(format!("'{}' object is not callable", self.type_name(function)))
    }

    /// What comes from outside cannot be run: its result stands for itself, and in speculation it is one more thing
    /// that is not known. What is given a connection or an object of the program may do anything with it.
    fn call_foreign(&mut self, foreign: &Rc<Foreign>, arguments: &Arguments) -> Outcome<Value> {
        if let Some(fallback) = arguments.get("fallback") {
            // The convention of configparser and of what is built on it: the setting is not known, its fallback is.
            return Ok(fallback.clone());
        }
        if is_quiet(foreign) {
            return Ok(Value::None);
        }
        let is_plain = || arguments.values().all(|value| is_plain(value, 3));
        if self.speculations > 0 && self.importing == 0 {
            if !is_plain() {
                self.world.hold_unfollowed(&foreign.reason());
            }
            let unknown = Unknown::new(foreign.reason(), arguments.span);
            self.outside = Some(Rc::clone(&unknown));
            return Ok(Value::Unknown(unknown));
        }
        if self.importing == 0 && !is_plain() {
            return Err(Unwind::unsupported_at(foreign.reason(), arguments.span));
        }
        let path = format!("{}()", foreign.path);
        Ok(Value::Foreign(Rc::new(Foreign { path, reason: Some(foreign.reason()) })))
    }

    /// A call whose result nobody takes is made for what it does, which cannot be done here.
    pub(super) fn refuse_foreign_call(&mut self, value: &Value) -> Outcome<()> {
        match value {
            Value::Unknown(unknown) if self.outside.as_ref().is_some_and(|own| Rc::ptr_eq(own, unknown)) => {
                self.world.hold_unfollowed(&unknown.reason);
                Ok(())
            }
            Value::Foreign(foreign) if self.importing == 0 && foreign.path.ends_with("()") => {
                self.refuse_foreign(value)
            }
            _ => Ok(()),
        }
    }

    fn call_function(&mut self, function: &Rc<Function>, arguments: Arguments) -> Outcome<Value> {
        if let Some(unknown) = self.goes_in_circles(function, &arguments) {
            return Ok(unknown);
        }
        let scope = Scope::call(&function.scope, &function.code);
        let span = arguments.span;
        let receiver = arguments.positional.first().cloned();
        self.bind_parameters(function, arguments, &scope)?;
        if function.code.body().is_generator {
            return Ok(Iteration::Generator(function.clone(), scope, receiver).value());
        }
        let class = function.class.clone();
        let mut frame = Frame { scope, hook: None, class, receiver };
        self.run_function(function, &mut frame, span)
    }

    /// What a function gives that calls itself again and again in speculation: each branch of each call would be
    /// followed to the bound, and what it does was seen in the first calls.
    fn goes_in_circles(&self, function: &Function, arguments: &Arguments) -> Option<Value> {
        if self.speculations == 0 {
            return None;
        }
        let code = &function.code;
        let is_it =
            |frame: &&FrameRecord| Arc::ptr_eq(&frame.function, &code.name) && frame.source == code.file.id;
        let count = self.frames.iter().filter(is_it).count();
        let unknown = arguments.values().find(|value| matches!(value, Value::Unknown(_)));
        match unknown {
            Some(unknown) if count > 1 => Some(unknown.clone()),
            None if count > 2 => Some(Value::unknown("where a recursion ends", self.call_span())),
            _ => None,
        }
    }

    /// Runs a generator; what it yields goes to the hook.
    pub(in super::super) fn run_generator(
        &mut self,
        function: &Rc<Function>,
        scope: Rc<Scope>,
        receiver: Option<Value>,
        hook: &mut Hook<'_>,
    ) -> Outcome<Value> {
        let span = self.call_span();
        let class = function.class.clone();
        let mut relay = |interp: &mut Interpreter<'_>, value: Value| hook(interp, value);
        let mut frame = Frame { scope, hook: Some(&mut relay), class, receiver };
        self.run_function(function, &mut frame, span)
    }

    #[inline(never)]
    fn run_function(
        &mut self,
        function: &Rc<Function>,
        frame: &mut Frame<'_>,
        span: super::super::Span,
    ) -> Outcome<Value> {
        self.meter.enter()?;
        self.frames.push(FrameRecord {
            function: function.code.name.clone(),
            source: function.code.file.id,
            span: frame.scope.span(function.code.place),
        });
        let depth = self.frames.len();
        let outcome = match &function.lambda {
            Some(body) => self.expression(frame, body).map(Flow::Return),
            None => self.body(frame, &function.code.body().statements),
        };
        self.frames.truncate(depth.saturating_sub(1));
        self.meter.leave();
        match outcome.map_err(|unwind| unwind.at(span))? {
            Flow::Return(value) => Ok(value),
            Flow::Perhaps(unknown, Exit::Return) => Ok(Value::Unknown(unknown)),
            Flow::Next | Flow::Break | Flow::Continue | Flow::Perhaps(..) => Ok(Value::None),
        }
    }

    #[inline(never)]
    fn bind_parameters(
        &mut self,
        function: &Rc<Function>,
        arguments: Arguments,
        scope: &Rc<Scope>,
    ) -> Outcome<()> {
        let code = &function.code;
        let parameters = &code.parameters;
        let name = &code.name;
        let mut keyword = arguments.keyword;
        let given = arguments.positional.len();
        let mut positional = arguments.positional.into_iter();
        let without_default = parameters.positional.len() - function.defaults.len();
        let mut missing: Vec<&Name> = Vec::new();
        for (at, parameter) in parameters.positional.iter().enumerate() {
            let by_name = match keyword.iter().position(|(each, _)| *each == parameter.name) {
                Some(found) if at >= parameters.positional_only => Some(keyword.remove(found).1),
                _ => None,
            };
            let value = match (positional.next(), by_name) {
                (Some(_), Some(_)) => {
                    let argument = &parameter.name;
                    let message = format!("{name}() got multiple values for argument '{argument}'");
                    return Err(Unwind::type_error(message));
                }
                (Some(value), None) | (None, Some(value)) => value,
                (None, None) if at >= without_default => function.defaults[at - without_default].clone(),
                (None, None) => {
                    missing.push(&parameter.name);
                    continue;
                }
            };
            scope.set(parameter.name.clone(), value);
        }
        if !missing.is_empty() {
            return Err(missing_arguments(name, "positional", &missing));
        }
        let rest: Vec<Value> = positional.collect();
        match &parameters.rest {
            Some(rest_name) => scope.set(rest_name.clone(), Value::tuple(rest)),
            None if !rest.is_empty() => {
                let takes = parameters.positional.len();
                let plural = if takes == 1 { "" } else { "s" };
                let were = if given == 1 { "was" } else { "were" };
                return Err(Unwind::type_error(format!(
                    "{name}() takes {takes} positional argument{plural} but {given} {were} given"
                )));
            }
            None => {}
        }
        self.bind_keywords(function, keyword, scope)
    }

    fn bind_keywords(
        &mut self,
        function: &Rc<Function>,
        mut keyword: Vec<(Name, Value)>,
        scope: &Rc<Scope>,
    ) -> Outcome<()> {
        let parameters = &function.code.parameters;
        let name = &function.code.name;
        let mut missing = Vec::new();
        for parameter in &parameters.keyword_only {
            let given = keyword.iter().position(|(each, _)| *each == parameter.name);
            let default = || function.keyword_defaults.iter().find(|(each, _)| *each == parameter.name);
            let value = match given {
                Some(found) => keyword.remove(found).1,
                None => match default() {
                    Some((_, value)) => value.clone(),
                    None => {
                        missing.push(&parameter.name);
                        continue;
                    }
                },
            };
            scope.set(parameter.name.clone(), value);
        }
        if !missing.is_empty() {
            return Err(missing_arguments(name, "keyword-only", &missing));
        }
        match &parameters.keywords {
            Some(rest) => {
                let mut dict = Dict::default();
                for (key, value) in keyword {
                    dict.insert_text(&key, value);
                }
                scope.set(rest.clone(), Value::dict(dict));
                Ok(())
            }
            None => match keyword.first() {
                None => Ok(()),
                Some((key, _)) => {
                    Err(Unwind::type_error(format!("{name}() got an unexpected keyword argument '{key}'")))
                }
            },
        }
    }

    /// `super()` without arguments.
    pub(super) fn super_of_frame(&mut self, frame: &Frame<'_>) -> Outcome<Value> {
        let class = frame.class.as_ref().and_then(|cell| cell.borrow().clone());
        match (class, &frame.receiver) {
            (Some(class), Some(receiver)) => {
                Ok(Value::Wrapper(Rc::new(Wrapper::Super(class, receiver.clone()))))
            }
            _ => Err(Unwind::raise("RuntimeError", "super(): no arguments")),
        }
    }

    /// What only looks, and cannot here, gives something unknown. In a module that is imported its name keeps the reason.
    pub(in super::super) fn not_looked_at(&self, what: &str) -> Outcome<Value> {
        match self.importing > 0 {
            true => Err(Unwind::unsupported(format!("{what} is not supported"))),
            false => Ok(self.unknown(what)),
        }
    }

    /// The unknown that a call of something unknown gives.
    pub fn unknown(&self, reason: impl Into<String>) -> Value {
        Value::Unknown(Unknown::new(reason, self.call_span()))
    }
}

fn missing_arguments(function: &Name, kind: &str, missing: &[&Name]) -> Unwind {
    let quoted: Vec<String> = missing.iter().map(|name| format!("'{name}'")).collect();
    let list = match &quoted[..] {
        [one] => one.clone(),
        [one, other] => format!("{one} and {other}"),
        [first @ .., last] => format!("{}, and {last}", first.join(", ")),
        [] => String::new(),
    };
    let count = missing.len();
    let plural = if count == 1 { "" } else { "s" };
    Unwind::type_error(format!("{function}() missing {count} required {kind} argument{plural}: {list}"))
}

/// Whether a function is one of a logger's.
fn is_quiet(function: &Foreign) -> bool {
    const METHODS: [&str; 8] = ["debug", "info", "warning", "warn", "error", "exception", "critical", "log"];
    function.path.rsplit_once('.').is_some_and(|(object, method)| {
        METHODS.contains(&method)
            && object.to_lowercase().rsplit('.').next().is_some_and(|it| it.contains("log"))
    })
}

/// Whether a value is data through and through.
fn is_plain(value: &Value, depth: u8) -> bool {
    match value {
        Value::List(items) => depth > 0 && items.borrow().iter().all(|item| is_plain(item, depth - 1)),
        Value::Tuple(items) => depth > 0 && items.iter().all(|item| is_plain(item, depth - 1)),
        Value::Dict(dict) => depth > 0 && dict.borrow().pairs().all(|(_, item)| is_plain(item, depth - 1)),
        Value::Native(native) => !native.reaches_database(),
        Value::Instance(_) | Value::Function(_) | Value::Bound(_) | Value::Module(_) => false,
        _ => true,
    }
}
