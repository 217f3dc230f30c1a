//! Casts: on a literal they mostly go, else they become CAST or a function.

use super::{Piece, Rewriter, Unit, join, push, whole};
use crate::dialect::Fidelity;
use crate::schema::{SqlType, TypeKind};
use crate::source::DialectKind;

impl Rewriter<'_> {
    /// `x::type`.
    pub(super) fn cast_after(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let (name, taken) = type_words(list.get(1..).unwrap_or_default());
        let Some(operand) = self.pop_operand(out) else {
            self.unsupported("a cast of this operand");
            return taken + 1;
        };
        self.cast(operand, &name, out);
        taken + 1
    }

    pub(super) fn cast(&mut self, operand: Piece, type_name: &str, out: &mut Vec<Piece>) {
        let kind = self.kind_of_type(&SqlType::new(type_name));
        if operand.literal
            && let Some(value) = crate::token::string_value(&operand.text, DialectKind::Sqlite)
            && !matches!(
                kind,
                TypeKind::Text { .. }
                    | TypeKind::Integer { .. }
                    | TypeKind::Real
                    | TypeKind::Decimal { .. }
                    | TypeKind::Named(_)
            )
        {
            let text = self.literal(&value, &kind);
            out.push(Piece { text, literal: true, kind: Some(kind) });
            return;
        }
        self.cast_value(operand, &kind, type_name, out);
    }

    fn cast_value(&mut self, operand: Piece, kind: &TypeKind, type_name: &str, out: &mut Vec<Piece>) {
        let x = operand.text.clone();
        let call = |text: String| Piece { text, literal: false, kind: Some(kind.clone()) };
        let said = match kind {
            TypeKind::Integer { .. } => return self.cast_integer(operand, out),
            TypeKind::Named(name)
                if matches!(name.as_str(), "signed" | "unsigned" | "signed.integer" | "unsigned.integer") =>
            {
                return self.cast_integer(operand, out);
            }
            TypeKind::Text { length: Some(length), fixed } if !self.is_whole_char(type_name) => {
                return self.cut(operand, *length, *fixed, out);
            }
            TypeKind::Text { .. } if operand.kind == Some(TypeKind::Boolean) => {
                call(format!("CASE {x} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END"))
            }
            TypeKind::Boolean => return self.cast_boolean(&operand, out),
            TypeKind::Date if !operand.literal => call(format!("date({x})")),
            TypeKind::Time if !operand.literal => call(format!("time({x})")),
            TypeKind::Timestamp { .. } if matches!(operand.kind, Some(TypeKind::Date)) => {
                call(format!("datetime({x})"))
            }
            TypeKind::Timestamp { .. } if matches!(operand.kind, Some(TypeKind::Timestamp { .. })) => operand,
            // CAST AS NUMERIC leaves a whole number whole, and its quotient too.
            TypeKind::Real | TypeKind::Decimal { .. } => return self.cast_real(&operand, kind, out),
            // Kept as text here, so that nothing changes; lists print as JSON already.
            _ if operand.literal
                || operand.text.starts_with("json_array")
                || operand.kind.as_ref() == Some(kind) =>
            {
                Piece { kind: Some(kind.clone()), ..operand }
            }
            TypeKind::Text { .. } => call(format!("CAST({x} AS TEXT)")),
            TypeKind::Json { .. } => Piece { kind: Some(kind.clone()), ..operand },
            TypeKind::Blob { .. } => call(format!("CAST({x} AS BLOB)")),
            TypeKind::Named(name) if name == "regclass" => operand,
            TypeKind::Enum(_) => Piece { kind: Some(kind.clone()), ..operand },
            _ => {
                self.note(
                    "dialect/cast",
                    Fidelity::Weakened,
                    format!("the cast to `{type_name}` is left out: SQLite would not check the value"),
                );
                operand
            }
        };
        out.push(said);
    }

    fn cast_integer(&mut self, operand: Piece, out: &mut Vec<Piece>) {
        let x = operand.text;
        let text = match &operand.kind {
            Some(TypeKind::Integer { .. }) => x,
            Some(TypeKind::Text { .. } | TypeKind::Boolean) => format!("CAST({x} AS INTEGER)"),
            _ if operand.literal && !x.starts_with('\'') && x.parse::<i64>().is_ok() => x,
            _ if operand.literal && x.starts_with('\'') => format!("CAST({x} AS INTEGER)"),
            // Servers round a number; SQLite would cut off its fraction.
            _ => format!("CAST(iif(typeof({x}) = 'real', round({x}), {x}) AS INTEGER)"),
        };
        out.push(Piece { text, literal: false, kind: Some(whole()) });
    }

    fn cast_real(&mut self, operand: &Piece, kind: &TypeKind, out: &mut Vec<Piece>) {
        let bare = operand.literal && !operand.text.starts_with('\'') && operand.text.contains('.');
        let mut text = if bare { operand.text.clone() } else { format!("CAST({} AS REAL)", operand.text) };
        if let TypeKind::Decimal { precision: Some(_), scale } = kind {
            text = format!("round({text}, {scale})");
        }
        out.push(Piece { text, literal: false, kind: Some(TypeKind::Real) });
    }

    fn cast_boolean(&mut self, operand: &Piece, out: &mut Vec<Piece>) {
        let x = &operand.text;
        let text = match &operand.kind {
            Some(TypeKind::Boolean) => x.clone(),
            Some(TypeKind::Integer { .. }) => format!("({x} <> 0)"),
            _ => format!(
                "CASE WHEN lower({x}) IN ('t', 'true', 'y', 'yes', 'on', '1') THEN 1 WHEN lower({x}) IN ('f', 'false', 'n', 'no', 'off', '0') THEN 0 END"
            ),
        };
        out.push(Piece { text, literal: false, kind: Some(TypeKind::Boolean) });
    }

    /// MySQL's `CAST(x AS CHAR)` cuts nothing off.
    fn is_whole_char(&self, type_name: &str) -> bool {
        self.from == DialectKind::Mysql && !type_name.contains('(')
    }

    /// A cast to a text of so many characters cuts the rest off.
    fn cut(&mut self, operand: Piece, length: u32, fixed: bool, out: &mut Vec<Piece>) {
        if fixed && self.from == DialectKind::Postgres {
            self.note("dialect/cast", Fidelity::Weakened, "a cast to char(n) does not pad with blanks");
        }
        let fits = operand.text.starts_with('\'') && operand.text.chars().count() <= length as usize + 2;
        if operand.literal && fits {
            out.push(operand);
            return;
        }
        push(out, format!("substr(CAST({} AS TEXT), 1, {length})", operand.text), false);
    }

    pub(super) fn cast_call(&mut self, arguments: &[Unit<'_>], out: &mut Vec<Piece>) {
        let Some(place) = arguments.iter().rposition(|unit| unit.is("as")) else {
            self.unsupported("this CAST");
            return;
        };
        let said = self.sequence(arguments.get(..place).unwrap_or_default());
        let (type_name, _) = type_words(arguments.get(place + 1..).unwrap_or_default());
        let operand = match said.as_slice() {
            [one] => one.clone(),
            // The fraction of a quotient is part of it.
            _ => {
                let kind =
                    said.iter().all(|piece| piece.text != "/").then(|| super::kind_of_sum(&said)).flatten();
                Piece { text: format!("({})", join(&said)), literal: false, kind }
            }
        };
        self.cast(operand, &type_name, out);
    }
}

/// The words of a type after `::`, and how many units they are.
pub(in crate::dialect) fn type_words(list: &[Unit<'_>]) -> (String, usize) {
    let mut name = String::new();
    let mut taken = 0;
    for unit in list {
        let follows = ["varying", "precision", "with", "without", "time", "zone"];
        match unit {
            Unit::Symbol(".") => name.push('.'),
            Unit::Group(inner) if taken > 0 => {
                let numbers = inner.iter().filter_map(|unit| match unit {
                    Unit::Number(number) => Some(&**number),
                    _ => None,
                });
                name.push_str(&format!("({})", numbers.collect::<Vec<_>>().join(", ")));
            }
            Unit::Bracket(_) => name.push_str("[]"),
            _ => match unit.name() {
                Some(word)
                    if taken == 0
                        || name.ends_with('.')
                        || follows.iter().any(|f| word.eq_ignore_ascii_case(f)) =>
                {
                    if !name.is_empty() && !name.ends_with('.') {
                        name.push(' ');
                    }
                    name.push_str(word);
                }
                _ => break,
            },
        }
        taken += 1;
    }
    (name, taken)
}
