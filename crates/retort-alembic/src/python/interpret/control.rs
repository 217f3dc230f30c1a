//! Loops, `try`, and what is raised.

use std::rc::Rc;

use super::super::Interpreter;
use super::super::scope::Frame;
use super::super::syntax::*;
use super::super::unwind::{Exception, Outcome, Raised, Unwind};
use super::super::value::{Unknown, Value};
use super::speculation::Truth;
use super::statement::{Exit, Flow};

impl Interpreter<'_> {
    #[inline(never)]
    pub(super) fn for_loop(&mut self, frame: &mut Frame<'_>, node: &For) -> Outcome<Flow> {
        let iterable = self.expression(frame, &node.iterable)?;
        let mut round = Round::default();
        // What a generator gives only perhaps: its body is run in the generator's own speculation.
        let mut perhaps = None;
        let speculations = self.speculations;
        let unknown = {
            let (round, perhaps) = (&mut round, &mut perhaps);
            let frame = &mut *frame;
            self.iterate(&iterable, &mut |interp, value| {
                interp.assign(frame, &node.target, value)?;
                let flow = match round.perhaps.clone() {
                    Some(unknown) => {
                        interp.speculate_body(frame, &node.body, &unknown)?.unwrap_or(Flow::Next)
                    }
                    None => interp.body(frame, &node.body)?,
                };
                if interp.speculations > speculations {
                    let before = perhaps.take().and_then(|exit| exit);
                    *perhaps = Some(flow.exit().max(before));
                    return Ok(true);
                }
                Ok(round.take(flow))
            })?
        };
        match (unknown, perhaps) {
            (Some(unknown), None) => self.rows_loop(frame, node, &unknown),
            (Some(unknown), Some(exit)) => {
                self.forget(frame, &node.body, &unknown);
                self.assign(frame, &node.target, Value::Unknown(unknown.clone()))?;
                let flow = exit.map(|exit| Flow::Perhaps(unknown.clone(), exit));
                self.finish_rows_loop(frame, flow, &node.otherwise, &unknown)
            }
            (None, _) => self.finish_loop(frame, round, &node.otherwise),
        }
    }

    /// A loop over elements that only rows could give: the body is run once, in speculation.
    fn rows_loop(&mut self, frame: &mut Frame<'_>, node: &For, unknown: &Rc<Unknown>) -> Outcome<Flow> {
        self.assign(frame, &node.target, Value::Unknown(unknown.clone()))?;
        let flow = self.speculate_body(frame, &node.body, unknown)?;
        self.finish_rows_loop(frame, flow, &node.otherwise, unknown)
    }

    fn finish_rows_loop(
        &mut self,
        frame: &mut Frame<'_>,
        flow: Option<Flow>,
        otherwise: &[Statement],
        unknown: &Rc<Unknown>,
    ) -> Outcome<Flow> {
        let exit = flow.and_then(|flow| flow.exit());
        match exit {
            None | Some(Exit::Continue) => self.body(frame, otherwise),
            Some(Exit::Break) => {
                if !otherwise.is_empty() {
                    self.speculate_body(frame, otherwise, unknown)?;
                }
                Ok(Flow::Next)
            }
            Some(Exit::Return) => {
                if !otherwise.is_empty() {
                    self.speculate_body(frame, otherwise, unknown)?;
                }
                Ok(Flow::Perhaps(unknown.clone(), Exit::Return))
            }
        }
    }

    fn finish_loop(&mut self, frame: &mut Frame<'_>, round: Round, otherwise: &[Statement]) -> Outcome<Flow> {
        if let Some(value) = round.returned {
            return Ok(match round.perhaps {
                Some(unknown) => Flow::Perhaps(unknown, Exit::Return),
                None => Flow::Return(value),
            });
        }
        if let Some(unknown) = round.perhaps {
            if !otherwise.is_empty() {
                self.speculate_body(frame, otherwise, &unknown)?;
            }
            return Ok(if round.may_return { Flow::Perhaps(unknown, Exit::Return) } else { Flow::Next });
        }
        if round.broken {
            return Ok(Flow::Next);
        }
        self.body(frame, otherwise)
    }

    #[inline(never)]
    pub(super) fn while_loop(
        &mut self,
        frame: &mut Frame<'_>,
        test: &Expression,
        body: &[Statement],
        otherwise: &[Statement],
    ) -> Outcome<Flow> {
        let mut round = Round::default();
        loop {
            self.meter.step()?;
            let value = self.expression(frame, test)?;
            match self.truth(&value)? {
                Truth::Yes => {}
                Truth::No => break,
                Truth::Unknown(unknown) => {
                    let flow = self.speculate_body(frame, body, &unknown)?;
                    return self.finish_rows_loop(frame, flow, otherwise, &unknown);
                }
            }
            let flow = self.body(frame, body)?;
            let goes_on = round.take(flow);
            if round.perhaps.is_some() {
                // How often it goes on depends on what is not known: what it did so far stands for all rounds.
                if let Some(unknown) = &round.perhaps {
                    self.forget(frame, body, unknown);
                }
                break;
            }
            if !goes_on {
                break;
            }
        }
        self.finish_loop(frame, round, otherwise)
    }

    #[inline(never)]
    pub(super) fn raise(
        &mut self,
        frame: &mut Frame<'_>,
        exception: Option<&Expression>,
        cause: Option<&Expression>,
    ) -> Outcome<Flow> {
        let Some(exception) = exception else {
            return Err(match self.handled.last() {
                Some(handled) => Unwind::raise_value(handled.clone()),
                None => Unwind::raise("RuntimeError", "No active exception to reraise"),
            });
        };
        let value = self.expression(frame, exception)?;
        let value = self.exception_of(value)?;
        if let (Some(cause), Value::Instance(instance)) = (cause, &value) {
            let cause = self.expression(frame, cause)?;
            instance.set("__cause__", cause);
        }
        Err(Unwind::raise_value(value))
    }

    #[inline(never)]
    pub(super) fn try_statement(&mut self, frame: &mut Frame<'_>, node: &Try) -> Outcome<Flow> {
        if node.is_star {
            return Err(Unwind::unsupported("`except*` is not supported"));
        }
        let handled = self.handled.len();
        self.guards += 1;
        let mut outcome = self.body(frame, &node.body);
        self.guards -= 1;
        if let (Ok(Flow::Next), false) = (&outcome, node.otherwise.is_empty()) {
            outcome = self.body(frame, &node.otherwise);
        } else if let Err(Unwind::Raise(raised)) = outcome {
            outcome = self.handlers(frame, node, &raised);
        }
        self.handled.truncate(handled);
        if node.finally.is_empty() || matches!(outcome, Err(Unwind::Unsupported(_) | Unwind::Bound(_))) {
            return outcome;
        }
        match self.body(frame, &node.finally)? {
            Flow::Next => outcome,
            leaving => Ok(leaving),
        }
    }

    fn handlers(&mut self, frame: &mut Frame<'_>, node: &Try, raised: &Raised) -> Outcome<Flow> {
        let value = self.exception_value(raised);
        for handler in &node.handlers {
            let matches = match &handler.kind {
                None => true,
                Some(kind) => {
                    let kind = self.expression(frame, kind)?;
                    self.catches(&kind, &value)?
                }
            };
            if !matches {
                continue;
            }
            if let Some(name) = &handler.name {
                frame.scope.assign(name, value.clone());
            }
            self.handled.push(value.clone());
            let outcome = self.body(frame, &handler.body);
            self.handled.pop();
            if let Some(name) = &handler.name {
                frame.scope.delete(name);
            }
            return outcome.map_err(|unwind| with_context(unwind, &value));
        }
        Err(Unwind::Raise(Box::new(Raised { exception: Exception::Value(value), span: raised.span })))
    }
}

/// Hangs the exception that was being handled on one that was raised meanwhile.
fn with_context(unwind: Unwind, context: &Value) -> Unwind {
    if let Unwind::Raise(raised) = &unwind
        && let Exception::Value(value @ Value::Instance(instance)) = &raised.exception
        && !value.is(context)
        && instance.attribute("__context__").is_none()
    {
        instance.set("__context__", context.clone());
    }
    unwind
}

/// What the rounds of a loop came to.
#[derive(Default)]
struct Round {
    returned: Option<Value>,
    broken: bool,
    /// Set once the loop may have been left: the rounds after are speculation.
    perhaps: Option<Rc<Unknown>>,
    may_return: bool,
}

impl Round {
    /// Takes how a round ended; whether there is another one.
    fn take(&mut self, flow: Flow) -> bool {
        match flow {
            Flow::Next | Flow::Continue | Flow::Perhaps(_, Exit::Continue) => true,
            Flow::Break => {
                self.broken = true;
                false
            }
            Flow::Return(value) => {
                self.returned = Some(value);
                false
            }
            Flow::Perhaps(unknown, exit) => {
                self.perhaps.get_or_insert(unknown);
                self.may_return |= exit == Exit::Return;
                true
            }
        }
    }
}
