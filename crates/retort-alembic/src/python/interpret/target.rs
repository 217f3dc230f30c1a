//! What is assigned to, and `del`.

use super::super::Elements;
use super::super::Interpreter;
use super::super::scope::Frame;
use super::super::syntax::*;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::Value;

impl Interpreter<'_> {
    /// Binds a target to a value.
    pub(in super::super) fn assign(
        &mut self,
        frame: &mut Frame<'_>,
        target: &Expression,
        value: Value,
    ) -> Outcome<()> {
        match &target.kind {
            ExpressionKind::Name(name) => {
                self.doubt_name(&frame.scope, name);
                frame.scope.assign(name, value);
                Ok(())
            }
            ExpressionKind::Attribute(object, name) => {
                let object = self.expression(frame, object)?;
                self.set_attribute(&object, name, value)
            }
            ExpressionKind::Subscript(both) => {
                let object = self.expression(frame, &both.0)?;
                let index = self.expression(frame, &both.1)?;
                self.set_item(&object, &index, Some(value))
            }
            ExpressionKind::List(targets) | ExpressionKind::Tuple(targets) => {
                self.unpack(frame, targets, &value)
            }
            ExpressionKind::Starred(_) => {
                Err(Unwind::raise("SyntaxError", "starred assignment target must be in a list or tuple"))
            }
            _ => Err(Unwind::raise("SyntaxError", "cannot assign to this")),
        }
    }

    #[inline(never)]
    fn unpack(&mut self, frame: &mut Frame<'_>, targets: &[Expression], value: &Value) -> Outcome<()> {
        let values = match self.collect(value)? {
            Elements::Known(values) => values,
            Elements::Unknown(unknown) => {
                for target in targets {
                    let target = match &target.kind {
                        ExpressionKind::Starred(inner) => inner,
                        _ => target,
                    };
                    self.assign(frame, target, Value::Unknown(unknown.clone()))?;
                }
                return Ok(());
            }
        };
        let star = targets.iter().position(|target| matches!(target.kind, ExpressionKind::Starred(_)));
        let (wanted, given) = (targets.len(), values.len());
        let Some(star) = star else {
            if given < wanted {
                let message = format!("not enough values to unpack (expected {wanted}, got {given})");
                return Err(Unwind::value_error(message));
            }
            if given > wanted {
                return Err(Unwind::value_error(format!("too many values to unpack (expected {wanted})")));
            }
            for (target, value) in targets.iter().zip(values) {
                self.assign(frame, target, value)?;
            }
            return Ok(());
        };
        if given + 1 < wanted {
            let least = wanted - 1;
            let message = format!("not enough values to unpack (expected at least {least}, got {given})");
            return Err(Unwind::value_error(message));
        }
        let taken = given + 1 - wanted;
        for (at, target) in targets.iter().enumerate() {
            match &target.kind {
                ExpressionKind::Starred(inner) if at == star => {
                    self.assign(frame, inner, Value::list(values[star..star + taken].to_vec()))?;
                }
                _ => {
                    let index = if at < star { at } else { at + taken - 1 };
                    self.assign(frame, target, values[index].clone())?;
                }
            }
        }
        Ok(())
    }

    #[inline(never)]
    pub(super) fn augmented(
        &mut self,
        frame: &mut Frame<'_>,
        target: &Expression,
        operator: Operator,
        value: &Expression,
    ) -> Outcome<()> {
        match &target.kind {
            ExpressionKind::Attribute(object, name) => {
                let object = self.expression(frame, object)?;
                let before = self.attribute(&object, name)?;
                let value = self.expression(frame, value)?;
                let after = self.in_place(operator, &before, &value)?;
                self.set_attribute(&object, name, after)
            }
            ExpressionKind::Subscript(both) => {
                let object = self.expression(frame, &both.0)?;
                let index = self.expression(frame, &both.1)?;
                let before = self.item(&object, &index)?;
                let value = self.expression(frame, value)?;
                let after = self.in_place(operator, &before, &value)?;
                self.set_item(&object, &index, Some(after))
            }
            _ => {
                let before = self.expression(frame, target)?;
                let value = self.expression(frame, value)?;
                let after = self.in_place(operator, &before, &value)?;
                self.assign(frame, target, after)
            }
        }
    }

    #[inline(never)]
    pub(super) fn delete(&mut self, frame: &mut Frame<'_>, target: &Expression) -> Outcome<()> {
        match &target.kind {
            ExpressionKind::Name(name) => {
                if frame.scope.delete(name) {
                    return Ok(());
                }
                Err(Unwind::raise("NameError", format!("name '{name}' is not defined")))
            }
            ExpressionKind::Attribute(object, name) => {
                let object = self.expression(frame, object)?;
                self.delete_attribute(&object, name)
            }
            ExpressionKind::Subscript(both) => {
                let object = self.expression(frame, &both.0)?;
                let index = self.expression(frame, &both.1)?;
                self.set_item(&object, &index, None)
            }
            ExpressionKind::List(targets) | ExpressionKind::Tuple(targets) => {
                targets.iter().try_for_each(|target| self.delete(frame, target))
            }
            _ => Err(Unwind::raise("SyntaxError", "cannot delete this")),
        }
    }
}
