//! Statements, but for the compound ones.

use std::rc::Rc;
use std::sync::Arc;

use super::super::Interpreter;
use super::super::scope::Frame;
use super::super::syntax::*;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::{Function, Unknown, Value};

/// How a statement ended, if not early.
#[derive(Clone, Debug)]
pub(in super::super) enum Flow {
    /// The next statement follows.
    Next,
    /// The function returns.
    Return(Value),
    /// The loop ends.
    Break,
    /// The next round of the loop follows.
    Continue,
    /// One of the others may have happened: an unknown value decides. What follows is speculation.
    Perhaps(Rc<Unknown>, Exit),
}

/// What may have happened, the farther-reaching the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Exit {
    Continue,
    Break,
    Return,
}

impl Flow {
    /// What it leaves, if it does or may.
    pub(super) fn exit(&self) -> Option<Exit> {
        match self {
            Flow::Next => None,
            Flow::Return(_) => Some(Exit::Return),
            Flow::Break => Some(Exit::Break),
            Flow::Continue => Some(Exit::Continue),
            Flow::Perhaps(_, exit) => Some(*exit),
        }
    }
}

impl Interpreter<'_> {
    /// Runs statements one after the other.
    pub(in super::super) fn body(&mut self, frame: &mut Frame<'_>, body: &[Statement]) -> Outcome<Flow> {
        for (at, statement) in body.iter().enumerate() {
            match self.statement(frame, statement)? {
                Flow::Next => {}
                Flow::Perhaps(unknown, exit) => {
                    let rest = &body[at + 1..];
                    return self.after_perhaps(frame, rest, unknown, exit);
                }
                other => return Ok(other),
            }
        }
        Ok(Flow::Next)
    }

    /// The statements after one that may have left the body: they may run or not.
    fn after_perhaps(
        &mut self,
        frame: &mut Frame<'_>,
        rest: &[Statement],
        unknown: Rc<Unknown>,
        exit: Exit,
    ) -> Outcome<Flow> {
        if rest.is_empty() {
            return Ok(Flow::Perhaps(unknown, exit));
        }
        let flow = self.speculate_body(frame, rest, &unknown)?;
        let exit = flow.and_then(|flow| flow.exit()).map_or(exit, |other| other.max(exit));
        Ok(Flow::Perhaps(unknown, exit))
    }

    fn statement(&mut self, frame: &mut Frame<'_>, statement: &Statement) -> Outcome<Flow> {
        let span = frame.scope.span(statement.place);
        if let Some(record) = self.frames.last_mut() {
            record.span = span;
        }
        self.meter.enter()?;
        let flow = match self.statement_kind(frame, statement) {
            Err(Unwind::Unsupported(_)) if self.may_pass_over(&statement.kind) => {
                self.pass_over(frame, statement)
            }
            other => other,
        };
        self.meter.leave();
        flow.map_err(|unwind| unwind.at(self.frames.last().map_or(span, |record| record.span)))
    }

    fn statement_kind(&mut self, frame: &mut Frame<'_>, statement: &Statement) -> Outcome<Flow> {
        match &statement.kind {
            StatementKind::Expression(value) => {
                self.outside = None;
                let value = self.expression(frame, value)?;
                self.refuse_foreign_call(&value)?;
            }
            StatementKind::Assign(targets, value) => {
                let value = self.expression(frame, value)?;
                for target in targets {
                    self.assign(frame, target, value.clone())?;
                }
            }
            StatementKind::Augmented(target, operator, value) => {
                self.augmented(frame, target, *operator, value)?;
            }
            StatementKind::Annotated(node) => self.annotated(frame, node)?,
            StatementKind::Function(node) => self.define_function(frame, node)?,
            StatementKind::Class(node) => self.define_class(frame, node, statement.place)?,
            StatementKind::Return(None) => return Ok(Flow::Return(Value::None)),
            StatementKind::Return(Some(value)) => return Ok(Flow::Return(self.expression(frame, value)?)),
            StatementKind::Delete(targets) => {
                for target in targets {
                    self.delete(frame, target)?;
                }
            }
            StatementKind::For(node) => return self.for_loop(frame, node),
            StatementKind::While(test, body, otherwise) => {
                return self.while_loop(frame, test, body, otherwise);
            }
            StatementKind::If(branches, otherwise) => return self.conditional(frame, branches, otherwise),
            StatementKind::With(items, body) => return self.with(frame, items, body),
            StatementKind::Match(subject, cases) => return self.match_statement(frame, subject, cases),
            StatementKind::Raise(exception, cause) => {
                return self.raise(frame, exception.as_ref(), cause.as_ref());
            }
            StatementKind::Try(node) => return self.try_statement(frame, node),
            StatementKind::Assert(test, message) => self.assert(frame, test, message.as_ref())?,
            StatementKind::Import(names) => self.import_statement(frame, names)?,
            StatementKind::ImportFrom { level, module, names } => {
                self.import_from(frame, *level, module.as_ref(), names)?;
            }
            StatementKind::TypeAlias(name, value) => {
                let value = self.lenient(frame, value)?;
                self.assign(frame, name, value)?;
            }
            StatementKind::Break => return Ok(Flow::Break),
            StatementKind::Continue => return Ok(Flow::Continue),
            StatementKind::Pass => {}
        }
        Ok(Flow::Next)
    }

    #[inline(never)]
    fn annotated(&mut self, frame: &mut Frame<'_>, node: &Annotated) -> Outcome<()> {
        if let Some(value) = &node.value {
            let value = self.expression(frame, value)?;
            self.assign(frame, &node.target, value)?;
        }
        let is_class_body = frame.scope.kind == super::super::ScopeKind::Class;
        let (true, ExpressionKind::Name(name)) = (is_class_body, &node.target.kind) else { return Ok(()) };
        let annotation = self.lenient(frame, &node.annotation)?;
        let names = match frame.scope.get("__annotations__") {
            Some(Value::Dict(names)) => names,
            _ => {
                let names = Value::dict_of(Vec::<(&str, Value)>::new());
                frame.scope.set("__annotations__".into(), names.clone());
                names.as_dict().unwrap_or_default()
            }
        };
        names.borrow_mut().insert_text(name, annotation);
        Ok(())
    }

    /// A type as written: where it cannot be evaluated its text stands for it, as if it had been quoted.
    fn lenient(&mut self, frame: &mut Frame<'_>, annotation: &Expression) -> Outcome<Value> {
        match self.expression(frame, annotation) {
            Ok(value) => Ok(value),
            Err(bound @ Unwind::Bound(_)) => Err(bound),
            Err(_) => {
                let span = frame.scope.span(annotation.place);
                Ok(Value::str(frame.scope.file.slice(span)))
            }
        }
    }

    #[inline(never)]
    fn define_function(&mut self, frame: &mut Frame<'_>, node: &FunctionDefinition) -> Outcome<()> {
        let mut decorators = Vec::with_capacity(node.decorators.len());
        for decorator in &node.decorators {
            decorators.push((self.expression(frame, decorator)?, decorator.place));
        }
        let mut value = self.make_function(frame, &node.code, None)?;
        for (decorator, place) in decorators.into_iter().rev() {
            value = self.decorate(frame, &decorator, value, place)?;
        }
        frame.scope.assign(&node.code.name, value);
        Ok(())
    }

    /// Calls a decorator. One from outside the project is taken to give the thing itself back.
    pub(super) fn decorate(
        &mut self,
        frame: &Frame<'_>,
        decorator: &Value,
        value: Value,
        place: Place,
    ) -> Outcome<Value> {
        if matches!(decorator, Value::Foreign(_)) {
            return Ok(value);
        }
        let span = frame.scope.span(place);
        self.call(decorator, super::super::Arguments::of(vec![value], span))
    }

    /// Makes a function of its code; the defaults are evaluated now.
    pub(super) fn make_function(
        &mut self,
        frame: &mut Frame<'_>,
        code: &Arc<Code>,
        lambda: Option<Arc<Expression>>,
    ) -> Outcome<Value> {
        let mut defaults = Vec::new();
        for parameter in &code.parameters.positional {
            if let Some(default) = &parameter.default {
                defaults.push(self.expression(frame, default)?);
            }
        }
        let mut keyword_defaults = Vec::new();
        for parameter in &code.parameters.keyword_only {
            if let Some(default) = &parameter.default {
                keyword_defaults.push((parameter.name.clone(), self.expression(frame, default)?));
            }
        }
        Ok(Value::Function(Rc::new(Function {
            code: code.clone(),
            lambda,
            defaults,
            keyword_defaults,
            scope: frame.scope.clone(),
            class: frame.class.clone(),
            attributes: std::cell::RefCell::default(),
        })))
    }

    #[inline(never)]
    fn assert(
        &mut self,
        frame: &mut Frame<'_>,
        test: &Expression,
        message: Option<&Expression>,
    ) -> Outcome<()> {
        let value = self.expression(frame, test)?;
        // An assertion on unknown rows is taken to hold: a program that fails here changes nothing.
        if let super::speculation::Truth::No = self.truth(&value)? {
            let message = match message {
                Some(message) => {
                    let message = self.expression(frame, message)?;
                    self.text(&message)?
                }
                None => String::new(),
            };
            return Err(Unwind::raise("AssertionError", message));
        }
        Ok(())
    }
}
