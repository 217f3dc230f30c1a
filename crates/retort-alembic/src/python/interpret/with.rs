//! `with`.

use super::super::Arguments;
use super::super::Interpreter;
use super::super::library::contextlib::GeneratorContext;
use super::super::scope::Frame;
use super::super::syntax::*;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::Value;
use super::statement::Flow;

impl Interpreter<'_> {
    #[inline(never)]
    pub(super) fn with(
        &mut self,
        frame: &mut Frame<'_>,
        items: &[(Expression, Option<Expression>)],
        body: &[Statement],
    ) -> Outcome<Flow> {
        let Some(((context, target), rest)) = items.split_first() else { return self.body(frame, body) };
        let manager = self.expression(frame, context)?;
        let span = frame.scope.span(context.place);
        if let Some(record) = self.frames.last_mut() {
            record.span = span;
        }
        if let Some(context) = manager.as_native::<GeneratorContext>() {
            return self.with_generator(frame, &context, target.as_ref(), rest, body);
        }
        let entered = self.enter(&manager)?;
        let guard = u32::from(match &manager {
            Value::Native(native) => native.may_swallow(),
            _ => true,
        });
        self.guards += guard;
        let outcome = match target {
            Some(target) => self.assign(frame, target, entered).and_then(|()| self.with(frame, rest, body)),
            None => self.with(frame, rest, body),
        };
        self.guards -= guard;
        match outcome {
            Ok(flow) => {
                self.exit(&manager, None)?;
                Ok(flow)
            }
            Err(Unwind::Raise(raised)) => {
                let value = self.exception_value(&raised);
                if self.exit(&manager, Some(&value))? { Ok(Flow::Next) } else { Err(Unwind::Raise(raised)) }
            }
            Err(Unwind::Close) => {
                self.exit(&manager, None)?;
                Err(Unwind::Close)
            }
            // The program ends here: nothing more is done in its name.
            Err(other) => Err(other),
        }
    }

    /// A generator as a context manager: the body runs inside its `yield`.
    fn with_generator(
        &mut self,
        frame: &mut Frame<'_>,
        context: &GeneratorContext,
        target: Option<&Expression>,
        rest: &[(Expression, Option<Expression>)],
        body: &[Statement],
    ) -> Outcome<Flow> {
        let mut yielded = false;
        let mut flow = None;
        let mut hook = |interp: &mut Interpreter<'_>, value: Value| {
            if std::mem::replace(&mut yielded, true) {
                return Err(Unwind::raise("RuntimeError", "generator didn't stop"));
            }
            let record = interp.frames.pop();
            let outcome = match target {
                Some(target) => interp.assign(frame, target, value),
                None => Ok(()),
            };
            let outcome = outcome.and_then(|()| interp.with(frame, rest, body));
            interp.frames.extend(record);
            flow = Some(outcome?);
            Ok(Value::None)
        };
        let generator = self.begin_generator(&context.function, context.arguments.clone())?;
        let Some((function, scope, receiver)) = generator else {
            return Err(Unwind::unsupported(
                "a context manager that is made of something else than a generator",
            ));
        };
        self.run_generator(&function, scope, receiver, &mut hook)?;
        match (yielded, flow) {
            (false, _) => Err(Unwind::raise("RuntimeError", "generator didn't yield")),
            (true, Some(flow)) => Ok(flow),
            // The generator swallowed the exception of the body.
            (true, None) => Ok(Flow::Next),
        }
    }

    /// Calls `__enter__`.
    pub fn enter(&mut self, manager: &Value) -> Outcome<Value> {
        match manager {
            Value::Unknown(_) => Ok(manager.clone()),
            Value::Native(native) => match native.clone().enter(self)? {
                Some(value) => Ok(value),
                None => Err(self.no_manager(manager)),
            },
            Value::Foreign(_) => {
                self.refuse_foreign(manager)?;
                Ok(Value::None)
            }
            _ => match self.call_special(manager, "__enter__", Vec::new())? {
                Some(value) => Ok(value),
                None => match self.call_special(manager, "__aenter__", Vec::new())? {
                    Some(value) => Ok(value),
                    None => Err(self.no_manager(manager)),
                },
            },
        }
    }

    fn no_manager(&mut self, manager: &Value) -> Unwind {
        let name = self.type_name(manager);
        Unwind::type_error(format!("'{name}' object does not support the context manager protocol"))
    }

    /// Calls `__exit__`; whether the exception is swallowed.
    pub fn exit(&mut self, manager: &Value, exception: Option<&Value>) -> Outcome<bool> {
        match manager {
            Value::Native(native) => native.clone().exit(self, exception),
            Value::Instance(_) => {
                let arguments = match exception {
                    Some(value) => vec![self.type_of(value), value.clone(), Value::None],
                    None => vec![Value::None, Value::None, Value::None],
                };
                let name =
                    if self.find_special(manager, "__exit__").is_some() { "__exit__" } else { "__aexit__" };
                let answer = self.call_special(manager, name, arguments)?.unwrap_or(Value::None);
                Ok(exception.is_some() && self.known_truth(&answer)?)
            }
            _ => Ok(false),
        }
    }

    /// A generator that has begun nothing yet: the function, its scope with the arguments bound, and its receiver.
    pub(in super::super) fn begin_generator(
        &mut self,
        function: &Value,
        arguments: Arguments,
    ) -> Outcome<Option<super::super::iterator::Begun>> {
        let made = self.call(function, arguments)?;
        let Value::Iterator(iteration) = made else { return Ok(None) };
        let state = std::mem::replace(&mut *iteration.borrow_mut(), super::super::Iteration::Done);
        match state {
            super::super::Iteration::Generator(function, scope, receiver) => {
                Ok(Some((function, scope, receiver)))
            }
            _ => Ok(None),
        }
    }
}
