//! JSON: paths, members, lists.

use super::{Piece, Rewriter, Unit, join, push};
use crate::dialect::Fidelity;
use crate::schema::TypeKind;
use crate::token::text_literal;

/// A member's name as a path of SQLite's.
fn member(name: &str) -> String {
    format!("$.\"{name}\"")
}

fn step(unit: &Unit<'_>, list: &[Unit<'_>]) -> Option<(String, usize)> {
    match unit {
        Unit::Text(name) if !name.contains('"') => Some((member(name), 2)),
        Unit::Number(number) => Some((format!("$[{number}]"), 2)),
        Unit::Symbol("-") => match list.get(2) {
            Some(Unit::Number(number)) => Some((format!("$[#-{number}]"), 3)),
            _ => None,
        },
        _ => None,
    }
}

impl Rewriter<'_> {
    /// `j -> 'a'`, `j ->> 'a'` (PostgreSQL): the latter is always text there.
    pub(super) fn postgres_path(&mut self, symbol: &str, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let path = list.get(1).and_then(|unit| step(unit, list));
        let (Some(left), Some((path, taken))) = (self.pop_operand(out), path) else {
            self.unsupported(format!("`{symbol}` with these operands"));
            return 1;
        };
        let path = text_literal(&path);
        if symbol == "->" {
            let text = format!("json_extract({}, {path})", left.text);
            // As JSON it goes on into the next step; alone it would lose its quotes.
            let goes_on = matches!(list.get(taken), Some(Unit::Symbol("->" | "->>" | "#>>" | "?" | "@>")));
            let text = if goes_on { text } else { format!("({} -> {path})", left.text) };
            out.push(Piece { text, literal: false, kind: Some(TypeKind::Json { binary: true }) });
        } else {
            self.text_at(&left.text, &path, out);
        }
        taken
    }

    /// What `->>` gives on PostgreSQL: numbers as text, `true` and `false` as words.
    fn text_at(&mut self, x: &str, path: &str, out: &mut Vec<Piece>) {
        let kind = format!("json_type({x}, {path})");
        let text =
            format!("iif({kind} IN ('true', 'false'), {kind}, CAST(json_extract({x}, {path}) AS TEXT))");
        out.push(Piece { text, literal: false, kind: Some(TypeKind::Text { length: None, fixed: false }) });
    }

    /// `j #>> '{a,b}'`
    pub(super) fn deep_path(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let path = match list.get(1) {
            Some(Unit::Text(path)) => path.strip_prefix('{').and_then(|path| path.strip_suffix('}')),
            _ => None,
        };
        let plain =
            |step: &str| !step.is_empty() && !step.contains(['"', '\\', '{']) && step.parse::<i64>().is_err();
        let path = path.filter(|path| path.split(',').all(plain));
        let (Some(left), Some(path)) = (self.pop_operand(out), path) else {
            self.unsupported("the operator `#>>` with these operands");
            return 2;
        };
        let steps: String = path.split(',').map(|step| format!(".\"{step}\"")).collect();
        self.text_at(&left.text, &text_literal(&format!("${steps}")), out);
        2
    }

    /// `j ? 'a'`: whether there is such a member.
    pub(super) fn has_key(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let (Some(left), Some(Unit::Text(name))) = (self.pop_operand(out), list.get(1)) else {
            self.unsupported("the operator `?` with these operands");
            return 2;
        };
        let message = "`?` looks for members of an object, not for items of a list";
        self.note("dialect/json", Fidelity::Weakened, message);
        push(out, format!("(json_type({}, {}) IS NOT NULL)", left.text, text_literal(&member(name))), false);
        2
    }

    /// `tags @> ARRAY['a']`: every item of the right is one of the left.
    pub(super) fn contains(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let left = out.last().and_then(|piece| piece.kind.clone());
        let (items, taken) = match list {
            [_, array, Unit::Bracket(items), ..] if array.is("array") => (items, 3),
            _ => {
                self.unsupported("the operator `@>`");
                return 1;
            }
        };
        let (Some(TypeKind::Array(_)), super::Place::Query, Some(left)) =
            (left, self.place, self.pop_operand(out))
        else {
            self.unsupported("the operator `@>`");
            return taken;
        };
        let tests: Vec<String> = super::units::split(items)
            .into_iter()
            .map(|item| {
                let item = self.say(item);
                format!("EXISTS (SELECT 1 FROM json_each({}) WHERE value = {item})", left.text)
            })
            .collect();
        push(out, format!("({})", tests.join(" AND ")), false);
        taken + self.skipped_cast(list.get(taken..).unwrap_or_default())
    }

    /// A cast that changes nothing: how many units it is.
    fn skipped_cast(&self, list: &[Unit<'_>]) -> usize {
        match list.first() {
            Some(Unit::Symbol("::")) => 1 + super::cast::type_words(list.get(1..).unwrap_or_default()).1,
            _ => 0,
        }
    }

    /// `j -> '$.a'` (MySQL) is JSON, but compares like the value in it.
    pub(super) fn mysql_path(&mut self, symbol: &str, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let Some(Unit::Text(path)) = list.get(1) else {
            self.unsupported(format!("`{symbol}` with a path that is no literal"));
            return 1;
        };
        let compared = matches!(list.get(2), Some(Unit::Symbol("=" | "<>" | "!=" | "<" | ">" | "<=" | ">=")))
            || list.get(2).is_some_and(|unit| unit.is("in") || unit.is("like"));
        let Some(left) = self.pop_operand(out) else {
            self.unsupported(format!("`{symbol}` after this operand"));
            return 2;
        };
        let said = if compared || symbol == "->>" {
            format!("({} ->> {})", left.text, text_literal(path))
        } else {
            format!("({} -> {})", left.text, text_literal(path))
        };
        push(out, said, false);
        2
    }

    /// `ARRAY[…]` as a JSON array.
    pub(super) fn array(&mut self, items: &[Unit<'_>], item: Option<&TypeKind>) -> String {
        let parts = super::units::split(items);
        let said: Vec<String> = parts.into_iter().map(|part| self.array_item(part, item)).collect();
        format!("json_array({})", said.join(", "))
    }

    fn array_item(&mut self, part: &[Unit<'_>], item: Option<&TypeKind>) -> String {
        match (part, item) {
            ([word, Unit::Bracket(items)], _) if word.is("array") => self.array(items, item),
            ([Unit::Bracket(items)], _) => self.array(items, item),
            ([word], _) if word.is("true") || word.is("false") => {
                format!("json('{}')", if word.is("true") { "true" } else { "false" })
            }
            ([Unit::Text(value)], Some(kind)) => self.literal(value, kind),
            _ => {
                let said = self.sequence(part);
                join(&said)
            }
        }
    }
}
