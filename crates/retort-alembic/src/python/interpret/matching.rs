//! `match`.

use super::super::Interpreter;
use super::super::scope::Frame;
use super::super::syntax::*;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::{Dict, Shape, Value};
use super::expression::constant_value;
use super::speculation::Truth;
use super::statement::Flow;

impl Interpreter<'_> {
    #[inline(never)]
    pub(super) fn match_statement(
        &mut self,
        frame: &mut Frame<'_>,
        subject: &Expression,
        cases: &[MatchCase],
    ) -> Outcome<Flow> {
        let subject = self.expression(frame, subject)?;
        if let Value::Unknown(unknown) = &subject {
            let mut exit = None;
            for case in cases {
                let flow = self.speculate_body(frame, &case.body, unknown)?;
                exit = exit.max(flow.and_then(|flow| flow.exit()));
            }
            return Ok(exit.map_or(Flow::Next, |exit| Flow::Perhaps(unknown.clone(), exit)));
        }
        for case in cases {
            if !self.matches(frame, &case.pattern, &subject)? {
                continue;
            }
            if let Some(guard) = &case.guard {
                let value = self.expression(frame, guard)?;
                match self.truth(&value)? {
                    Truth::Yes => {}
                    Truth::No => continue,
                    Truth::Unknown(unknown) => {
                        let reason = format!("a `case` depends on {}", unknown.reason);
                        return Err(Unwind::unsupported(reason));
                    }
                }
            }
            return self.body(frame, &case.body);
        }
        Ok(Flow::Next)
    }

    fn matches(&mut self, frame: &mut Frame<'_>, pattern: &Pattern, subject: &Value) -> Outcome<bool> {
        self.meter.enter()?;
        let matched = self.matches_inside(frame, pattern, subject);
        self.meter.leave();
        matched
    }

    fn matches_inside(&mut self, frame: &mut Frame<'_>, pattern: &Pattern, subject: &Value) -> Outcome<bool> {
        match pattern {
            Pattern::Value(value) => {
                let value = self.expression(frame, value)?;
                self.is_equal(subject, &value)
            }
            Pattern::Singleton(constant) => Ok(subject.is(&constant_value(constant))),
            Pattern::Sequence(patterns) => match subject.as_sequence() {
                Some(values) => self.matches_sequence(frame, patterns, &values),
                None => Ok(false),
            },
            Pattern::Mapping(pairs, rest) => self.matches_mapping(frame, pairs, rest.as_ref(), subject),
            Pattern::Class(class, positional, keywords) => {
                let class = self.expression(frame, class)?;
                self.matches_class(frame, &class, positional, keywords, subject)
            }
            Pattern::Star(_) => Ok(true),
            Pattern::As(inner, name) => {
                if let Some(inner) = inner
                    && !self.matches(frame, inner, subject)?
                {
                    return Ok(false);
                }
                if let Some(name) = name {
                    frame.scope.assign(name, subject.clone());
                }
                Ok(true)
            }
            Pattern::Or(patterns) => {
                for pattern in patterns {
                    if self.matches(frame, pattern, subject)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
        }
    }

    fn matches_sequence(
        &mut self,
        frame: &mut Frame<'_>,
        patterns: &[Pattern],
        values: &[Value],
    ) -> Outcome<bool> {
        let star = patterns.iter().position(|pattern| matches!(pattern, Pattern::Star(_)));
        let fixed = patterns.len() - usize::from(star.is_some());
        if values.len() < fixed || (star.is_none() && values.len() != fixed) {
            return Ok(false);
        }
        let taken = values.len() - fixed;
        for (at, pattern) in patterns.iter().enumerate() {
            let matched = match (star, pattern) {
                (Some(star), Pattern::Star(name)) if at == star => {
                    if let Some(name) = name {
                        let rest = values[star..star + taken].to_vec();
                        frame.scope.assign(name, Value::list(rest));
                    }
                    true
                }
                (Some(star), _) if at > star => self.matches(frame, pattern, &values[at + taken - 1])?,
                _ => self.matches(frame, pattern, &values[at])?,
            };
            if !matched {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn matches_mapping(
        &mut self,
        frame: &mut Frame<'_>,
        pairs: &[(Expression, Pattern)],
        rest: Option<&Name>,
        subject: &Value,
    ) -> Outcome<bool> {
        let Some(dict) = subject.as_dict() else { return Ok(false) };
        let mut left: Dict = dict.borrow().clone();
        for (key, pattern) in pairs {
            let key = self.expression(frame, key)?;
            let key = self.key(&key)?;
            let Some((_, value)) = left.entries.shift_remove(&key) else { return Ok(false) };
            if !self.matches(frame, pattern, &value)? {
                return Ok(false);
            }
        }
        if let Some(rest) = rest {
            frame.scope.assign(rest, Value::dict(left));
        }
        Ok(true)
    }

    fn matches_class(
        &mut self,
        frame: &mut Frame<'_>,
        class: &Value,
        positional: &[Pattern],
        keywords: &[(Name, Pattern)],
        subject: &Value,
    ) -> Outcome<bool> {
        if !self.is_instance(subject, class)? {
            return Ok(false);
        }
        let names = self.match_names(class)?;
        for (at, pattern) in positional.iter().enumerate() {
            let value = match names.get(at) {
                Some(name) => self.find_attribute(subject, name)?,
                // `str(x)`: the value itself.
                None if names.is_empty() && at == 0 => Some(subject.clone()),
                None => return Err(Unwind::type_error("too many positional sub-patterns")),
            };
            match value {
                Some(value) if self.matches(frame, pattern, &value)? => {}
                _ => return Ok(false),
            }
        }
        for (name, pattern) in keywords {
            match self.find_attribute(subject, name)? {
                Some(value) if self.matches(frame, pattern, &value)? => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }

    fn match_names(&mut self, class: &Value) -> Outcome<Vec<Name>> {
        let Value::Class(class) = class else { return Ok(Vec::new()) };
        if let Some(names) = class.find("__match_args__") {
            let names = self.values(&names)?;
            return Ok(names.iter().filter_map(Value::as_str).collect());
        }
        Ok(match &*class.shape.borrow() {
            Shape::Data(shape) => shape.fields.iter().map(|field| field.name.clone()).collect(),
            Shape::NamedTuple(fields, _) => fields.to_vec(),
            Shape::Plain | Shape::Enum(_) => Vec::new(),
        })
    }
}
