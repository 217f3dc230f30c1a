//! Truth, and what happens where it is not known.

use std::rc::Rc;

use super::super::Interpreter;
use super::super::scope::Frame;
use super::super::syntax::*;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::{Key, Unknown, Value};
use super::doubt::MUTATORS;
use super::statement::{Exit, Flow};

/// Whether a value counts as true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// Only rows of a database could say.
    Unknown(Rc<Unknown>),
}

impl From<bool> for Truth {
    fn from(bool: bool) -> Truth {
        if bool { Truth::Yes } else { Truth::No }
    }
}

impl Interpreter<'_> {
    /// Whether a value counts as true.
    pub fn truth(&mut self, value: &Value) -> Outcome<Truth> {
        let bool = match value {
            Value::None => false,
            Value::Bool(bool) => *bool,
            Value::Int(number) => *number != 0,
            Value::Float(number) => *number != 0.0,
            Value::Str(text) => !text.is_empty(),
            Value::Bytes(bytes) => !bytes.is_empty(),
            Value::List(list) => !list.borrow().is_empty(),
            Value::Tuple(tuple) => !tuple.is_empty(),
            Value::Dict(dict) => !dict.borrow().entries.is_empty(),
            Value::Set(set) => !set.items.borrow().is_empty(),
            Value::Range(range) => range.length() > 0,
            Value::Unknown(unknown) => return Ok(Truth::Unknown(unknown.clone())),
            Value::Native(native) => {
                let truth = native.clone().truth(self)?;
                return match truth {
                    Value::Native(_) => Ok(Truth::Yes),
                    other => self.truth(&other),
                };
            }
            Value::Foreign(foreign) => {
                let unknown = self.foreign_value(foreign)?;
                return self.truth(&unknown);
            }
            Value::Instance(instance) => {
                for name in ["__bool__", "__len__"] {
                    if let Some(answer) = self.call_special(value, name, Vec::new())? {
                        return self.truth(&answer);
                    }
                }
                if self.class("Flag").is_some_and(|flag| instance.class().inherits(&flag)) {
                    let bits = instance.attribute("_value_").unwrap_or(Value::None);
                    return self.truth(&bits);
                }
                let payload = instance.payload.borrow().clone();
                match payload {
                    Some(Value::Instance(_)) | None => true,
                    Some(payload) => return self.truth(&payload),
                }
            }
            Value::Ellipsis
            | Value::NotImplemented
            | Value::Big(_)
            | Value::Slice(_)
            | Value::Function(_)
            | Value::Bound(_)
            | Value::Builtin(_)
            | Value::Class(_)
            | Value::Module(_)
            | Value::Iterator(_)
            | Value::Wrapper(_) => true,
        };
        Ok(bool.into())
    }

    /// Whether a value counts as true, where it has to be known.
    ///
    /// # Errors
    /// [`Unwind::Unsupported`] with the reason of an unknown.
    pub fn known_truth(&mut self, value: &Value) -> Outcome<bool> {
        match self.truth(value)? {
            Truth::Yes => Ok(true),
            Truth::No => Ok(false),
            Truth::Unknown(unknown) => Err(Unwind::unsupported(format!("this needs {}", unknown.reason))),
        }
    }

    /// Runs what depends on an unknown value; `None` if it ended by an exception or could not be followed.
    pub(in super::super) fn speculate<T>(
        &mut self,
        unknown: &Rc<Unknown>,
        run: impl FnOnce(&mut Self) -> Outcome<T>,
    ) -> Outcome<Option<T>> {
        let span = self.call_span();
        self.world.begin_speculation(unknown);
        self.speculations += 1;
        let doubts = self.doubted.len();
        let outcome = run(self);
        self.speculations -= 1;
        self.settle_doubts(doubts, unknown);
        let failure = match &outcome {
            Err(Unwind::Unsupported(failure)) => Some((**failure).clone()),
            // A recursion whose end depends on the value never ends here.
            Err(Unwind::Bound(bound)) if self.meter.goes_on() => Some((**bound).clone()),
            _ => None,
        };
        self.world.end_speculation(unknown, span, failure.as_ref());
        match outcome {
            Ok(value) => Ok(Some(value)),
            Err(Unwind::Raise(_) | Unwind::Unsupported(_)) => Ok(None),
            Err(Unwind::Bound(_)) if failure.is_some() => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// Runs statements that may run or not; what they bind is unknown afterwards.
    pub(super) fn speculate_body(
        &mut self,
        frame: &mut Frame<'_>,
        body: &[Statement],
        unknown: &Rc<Unknown>,
    ) -> Outcome<Option<Flow>> {
        let flow = self.speculate(unknown, |interp| interp.body(frame, body))?;
        self.forget(frame, body, unknown);
        Ok(flow)
    }

    /// Whether the program goes on after a statement of that kind that could not be followed.
    pub(super) fn may_pass_over(&self, kind: &StatementKind) -> bool {
        // What defines a name that is not there would be missed as an error of the program's own.
        let is_needed = matches!(
            kind,
            StatementKind::Function(_)
                | StatementKind::Class(_)
                | StatementKind::Import(_)
                | StatementKind::ImportFrom { .. }
                | StatementKind::Raise(..)
        );
        !is_needed && self.speculations == 0 && self.importing == 0 && self.world.goes_on()
    }

    /// Goes on after a statement that could not be followed: it may do anything, and what it binds is unknown.
    pub(super) fn pass_over(&mut self, frame: &mut Frame<'_>, statement: &Statement) -> Outcome<Flow> {
        let unknown = Unknown::new("what cannot be followed here", self.call_span());
        let body = std::slice::from_ref(statement);
        self.speculate(&unknown, |interp| match interp.body(frame, body) {
            // It did not come as far as that before: what it did then is not seen.
            Err(Unwind::Raise(_)) => Err(Unwind::unsupported("an exception in its midst")),
            other => other,
        })?;
        self.forget(frame, body, &unknown);
        Ok(match exit_within(&statement.kind) {
            Some(_) if matches!(statement.kind, StatementKind::Return(_)) => {
                Flow::Return(Value::Unknown(unknown))
            }
            Some(exit) => Flow::Perhaps(unknown, exit),
            None => Flow::Next,
        })
    }

    /// Makes unknown what statements bind or change.
    pub(super) fn forget(&mut self, frame: &Frame<'_>, body: &[Statement], unknown: &Rc<Unknown>) {
        let mut changes = Changes::default();
        changes.body(body);
        changes.appended.retain(|name| !changes.bound.contains(name));
        for name in changes.appended {
            // A text stays one that begins as it began: that much of it is known.
            let value = match frame.scope.find(&name) {
                Some(Value::Str(text)) => unknown.beginning(&text),
                Some(Value::Unknown(own)) if own.start.is_some() => Value::Unknown(own),
                _ => Value::Unknown(unknown.clone()),
            };
            frame.scope.assign(&name, value);
        }
        for name in changes.bound {
            let keeps = matches!(
                frame.scope.find(&name),
                Some(Value::Function(_) | Value::Class(_) | Value::Module(_) | Value::Builtin(_))
            );
            if !keeps {
                frame.scope.assign(&name, Value::Unknown(unknown.clone()));
            }
        }
        for name in changes.mutated {
            let is_container = matches!(
                frame.scope.find(&name),
                Some(Value::List(_) | Value::Dict(_) | Value::Set(_) | Value::Instance(_))
            );
            if is_container {
                frame.scope.assign(&name, Value::Unknown(unknown.clone()));
            }
        }
    }

    /// `if` and its `elif`s: the first true branch runs; from an unknown test on all that are left do, in speculation.
    pub(super) fn conditional(
        &mut self,
        frame: &mut Frame<'_>,
        branches: &[(Expression, Vec<Statement>)],
        otherwise: &[Statement],
    ) -> Outcome<Flow> {
        for (at, (test, body)) in branches.iter().enumerate() {
            let value = self.expression(frame, test)?;
            match self.truth(&value)? {
                Truth::Yes => return self.body(frame, body),
                Truth::No => {}
                Truth::Unknown(unknown) => {
                    return self.fork(frame, body, &branches[at + 1..], otherwise, &unknown);
                }
            }
        }
        self.body(frame, otherwise)
    }

    #[inline(never)]
    fn fork(
        &mut self,
        frame: &mut Frame<'_>,
        first: &[Statement],
        rest: &[(Expression, Vec<Statement>)],
        otherwise: &[Statement],
        unknown: &Rc<Unknown>,
    ) -> Outcome<Flow> {
        let mut flows =
            vec![self.speculate_branch(frame, unknown, |interp, frame| interp.body(frame, first))?];
        flows.push(
            self.speculate_branch(frame, unknown, |interp, frame| {
                interp.conditional(frame, rest, otherwise)
            })?,
        );
        self.forget(frame, first, unknown);
        for (_, body) in rest {
            self.forget(frame, body, unknown);
        }
        self.forget(frame, otherwise, unknown);
        // A branch that raises ends the program: what follows belongs to the others.
        if flows.iter().all(|flow| matches!(flow, Some(Flow::Return(_)) | None))
            && flows.iter().any(Option::is_some)
            && !otherwise.is_empty()
        {
            return Ok(Flow::Return(Value::Unknown(unknown.clone())));
        }
        let exit: Option<Exit> = flows.iter().flatten().filter_map(Flow::exit).max();
        Ok(match exit {
            Some(exit) => Flow::Perhaps(unknown.clone(), exit),
            None => Flow::Next,
        })
    }

    /// One branch of several: the names are as before afterwards, for the next branch.
    fn speculate_branch(
        &mut self,
        frame: &mut Frame<'_>,
        unknown: &Rc<Unknown>,
        run: impl FnOnce(&mut Self, &mut Frame<'_>) -> Outcome<Flow>,
    ) -> Outcome<Option<Flow>> {
        let before = frame.scope.names.borrow().clone();
        let flow = self.speculate(unknown, |interp| run(interp, frame))?;
        *frame.scope.names.borrow_mut() = before;
        Ok(flow)
    }
}

/// How far a statement may leave the body that it stands in.
fn exit_within(kind: &StatementKind) -> Option<Exit> {
    let of = |body: &[Statement]| body.iter().filter_map(|statement| exit_within(&statement.kind)).max();
    match kind {
        StatementKind::Return(_) | StatementKind::Raise(..) | StatementKind::Assert(..) => Some(Exit::Return),
        StatementKind::Break => Some(Exit::Break),
        StatementKind::Continue => Some(Exit::Continue),
        StatementKind::For(node) => {
            of(&node.body).filter(|exit| *exit == Exit::Return).max(of(&node.otherwise))
        }
        StatementKind::While(_, body, otherwise) => {
            of(body).filter(|exit| *exit == Exit::Return).max(of(otherwise))
        }
        StatementKind::If(branches, otherwise) => {
            branches.iter().filter_map(|(_, body)| of(body)).max().max(of(otherwise))
        }
        StatementKind::With(_, body) => of(body),
        StatementKind::Match(_, cases) => cases.iter().filter_map(|case| of(&case.body)).max(),
        StatementKind::Try(node) => {
            let handlers = node.handlers.iter().filter_map(|handler| of(&handler.body)).max();
            of(&node.body).max(handlers).max(of(&node.otherwise)).max(of(&node.finally))
        }
        _ => None,
    }
}

/// Names that statements bind, and names whose objects they change.
#[derive(Default)]
struct Changes {
    bound: Vec<Name>,
    /// Names to which something is added, and no more.
    appended: Vec<Name>,
    mutated: Vec<Name>,
}

impl Changes {
    fn body(&mut self, body: &[Statement]) {
        for statement in body {
            self.statement(&statement.kind);
        }
    }

    fn statement(&mut self, kind: &StatementKind) {
        match kind {
            StatementKind::Expression(value) => self.mutation(value),
            StatementKind::Assign(targets, _) => targets.iter().for_each(|target| self.target(target)),
            StatementKind::Augmented(target, Operator::Add, _) => match &target.kind {
                ExpressionKind::Name(name) => self.appended.push(name.clone()),
                _ => self.target(target),
            },
            StatementKind::Augmented(target, ..) => self.target(target),
            StatementKind::Annotated(node) if node.value.is_some() => self.target(&node.target),
            StatementKind::For(node) => {
                self.target(&node.target);
                self.body(&node.body);
                self.body(&node.otherwise);
            }
            StatementKind::While(_, body, otherwise) => {
                self.body(body);
                self.body(otherwise);
            }
            StatementKind::If(branches, otherwise) => {
                branches.iter().for_each(|(_, body)| self.body(body));
                self.body(otherwise);
            }
            StatementKind::With(items, body) => {
                items.iter().flat_map(|(_, target)| target).for_each(|target| self.target(target));
                self.body(body);
            }
            StatementKind::Match(_, cases) => cases.iter().for_each(|case| self.body(&case.body)),
            StatementKind::Try(node) => {
                self.body(&node.body);
                node.handlers.iter().for_each(|handler| self.body(&handler.body));
                self.body(&node.otherwise);
                self.body(&node.finally);
            }
            StatementKind::Delete(targets) => targets.iter().for_each(|target| self.target(target)),
            StatementKind::Annotated(_)
            | StatementKind::Function(_)
            | StatementKind::Class(_)
            | StatementKind::Return(_)
            | StatementKind::Raise(..)
            | StatementKind::Assert(..)
            | StatementKind::Import(_)
            | StatementKind::ImportFrom { .. }
            | StatementKind::TypeAlias(..)
            | StatementKind::Break
            | StatementKind::Continue
            | StatementKind::Pass => {}
        }
    }

    fn target(&mut self, target: &Expression) {
        match &target.kind {
            ExpressionKind::Name(name) => self.bound.push(name.clone()),
            ExpressionKind::List(items) | ExpressionKind::Tuple(items) => {
                items.iter().for_each(|item| self.target(item));
            }
            ExpressionKind::Starred(inner) => self.target(inner),
            ExpressionKind::Subscript(_) | ExpressionKind::Attribute(..) => self.root(target),
            _ => {}
        }
    }

    /// The name at the bottom of `a.b[c].d(…)`.
    fn root(&mut self, value: &Expression) {
        match &value.kind {
            ExpressionKind::Name(name) => self.mutated.push(name.clone()),
            ExpressionKind::Attribute(inner, _) => self.root(inner),
            ExpressionKind::Subscript(both) => self.root(&both.0),
            ExpressionKind::Call(both) => self.root(&both.0),
            _ => {}
        }
    }

    fn mutation(&mut self, value: &Expression) {
        let ExpressionKind::Call(call) = &value.kind else { return };
        let ExpressionKind::Attribute(receiver, name) = &call.0.kind else { return };
        if MUTATORS.contains(&&**name) {
            self.root(receiver);
        }
    }
}

/// A key that is the same for the same value and cannot be that of a known one.
pub(in super::super) fn unknown_key(unknown: &Rc<Unknown>) -> Key {
    Key::Identity(Rc::as_ptr(unknown) as usize)
}
