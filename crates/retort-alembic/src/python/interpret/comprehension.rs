//! Comprehensions.

use std::rc::Rc;
use std::sync::Arc;

use super::super::Interpreter;
use super::super::iterator::{Iteration, Pending};
use super::super::scope::{Frame, Scope, ScopeKind};
use super::super::syntax::*;
use super::super::unwind::Outcome;
use super::super::value::{Dict, Unknown, Value};
use super::speculation::Truth;

/// Takes one element of a comprehension.
pub(in super::super) type Sink<'s> = dyn FnMut(&mut Interpreter<'_>, &mut Frame<'_>) -> Outcome<()> + 's;

impl Interpreter<'_> {
    #[inline(never)]
    pub(super) fn comprehension(
        &mut self,
        frame: &mut Frame<'_>,
        comprehension: &Arc<Comprehension>,
    ) -> Outcome<Value> {
        let Some(clause) = comprehension.clauses.first() else { return Ok(Value::None) };
        let first = self.expression(frame, &clause.iterable)?;
        if comprehension.kind == ComprehensionKind::Generator {
            let pending = Pending {
                comprehension: comprehension.clone(),
                scope: frame.scope.clone(),
                first,
                class: frame.class.clone(),
                receiver: frame.receiver.clone(),
            };
            return Ok(Iteration::Expression(pending).value());
        }
        let scope = Scope::inside(&frame.scope, ScopeKind::Comprehension);
        let outside = std::mem::replace(&mut frame.scope, scope);
        let made = self.gather(frame, comprehension, first);
        frame.scope = outside;
        made
    }

    fn gather(
        &mut self,
        frame: &mut Frame<'_>,
        comprehension: &Comprehension,
        first: Value,
    ) -> Outcome<Value> {
        let mut values = Vec::new();
        let mut dict = Dict::default();
        let mut sink = |interp: &mut Interpreter<'_>, frame: &mut Frame<'_>| {
            interp.meter.spend(32)?;
            let element = interp.expression(frame, &comprehension.element)?;
            match &comprehension.value {
                Some(value) => {
                    let value = interp.expression(frame, value)?;
                    let key = interp.key(&element)?;
                    dict.insert(key, element, value);
                }
                None => values.push(element),
            }
            Ok(())
        };
        if let Some(unknown) = self.clauses(frame, &comprehension.clauses, Some(first), &mut sink)? {
            return Ok(Value::Unknown(unknown));
        }
        match comprehension.kind {
            ComprehensionKind::List | ComprehensionKind::Generator => Ok(Value::list(values)),
            ComprehensionKind::Set => self.make_set(values, false),
            ComprehensionKind::Dict => Ok(Value::dict(dict)),
        }
    }

    /// Runs the `for` and `if` clauses. Gives back why, if the elements are not known: the element was evaluated in
    /// speculation then.
    pub(in super::super) fn clauses(
        &mut self,
        frame: &mut Frame<'_>,
        clauses: &[Clause],
        first: Option<Value>,
        sink: &mut Sink<'_>,
    ) -> Outcome<Option<Rc<Unknown>>> {
        let Some((clause, rest)) = clauses.split_first() else {
            sink(self, frame)?;
            return Ok(None);
        };
        let iterable = match first {
            Some(first) => first,
            None => self.expression(frame, &clause.iterable)?,
        };
        let mut inner = None;
        let mut was_run = false;
        let speculations = self.speculations;
        let unknown = {
            let (inner, was_run) = (&mut inner, &mut was_run);
            let (frame, sink) = (&mut *frame, &mut *sink);
            self.iterate(&iterable, &mut |interp, value| {
                interp.assign(frame, &clause.target, value)?;
                // A generator gave this element only perhaps: it stands for all.
                *was_run |= interp.speculations > speculations;
                if let Some(unknown) = interp.element(frame, clause, rest, sink)? {
                    inner.get_or_insert(unknown);
                }
                Ok(true)
            })?
        };
        if let Some(unknown) = unknown {
            if was_run {
                return Ok(Some(unknown));
            }
            self.assign(frame, &clause.target, Value::Unknown(unknown.clone()))?;
            self.speculate(&unknown, |interp| interp.element(frame, clause, rest, sink))?;
            return Ok(Some(unknown));
        }
        Ok(inner)
    }

    fn element(
        &mut self,
        frame: &mut Frame<'_>,
        clause: &Clause,
        rest: &[Clause],
        sink: &mut Sink<'_>,
    ) -> Outcome<Option<Rc<Unknown>>> {
        for condition in &clause.conditions {
            let value = self.expression(frame, condition)?;
            match self.truth(&value)? {
                Truth::Yes => {}
                Truth::No => return Ok(None),
                Truth::Unknown(unknown) => {
                    self.speculate(&unknown, |interp| interp.clauses(frame, rest, None, sink))?;
                    return Ok(Some(unknown));
                }
            }
        }
        self.clauses(frame, rest, None, sink)
    }
}
