//! What only MySQL says.

use super::{Piece, Rewriter, Unit, push};
use crate::dialect::Fidelity;
use crate::schema::TypeKind;
use crate::token::{lowercase, text_literal};

impl Rewriter<'_> {
    pub(super) fn mysql(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let rest = list.get(1..).unwrap_or_default();
        let said = match &list[0] {
            Unit::Symbol("&&") => "AND",
            Unit::Symbol("||") => "OR",
            Unit::Symbol("<=>") => "IS",
            Unit::Symbol("!") => {
                // It binds closer than any comparison, and NOT does not.
                let Some((operand, taken)) = self.operand(rest) else {
                    self.unsupported("the operator `!` before this operand");
                    return 1;
                };
                let text = format!("(NOT {})", operand.text);
                out.push(Piece { text, literal: false, kind: Some(TypeKind::Boolean) });
                return taken + 1;
            }
            // MySQL's quotient of two whole numbers has decimals.
            Unit::Symbol("/") => "* 1.0 /",
            Unit::Symbol(symbol @ ("->" | "->>")) => return self.mysql_path(symbol, list, out),
            Unit::Symbol("@" | "^" | ":=") => {
                self.unsupported("variables and bits");
                return 1;
            }
            Unit::Word(word) => return self.mysql_word(&lowercase(word), list, out),
            _ => return 0,
        };
        push(out, said.into(), false);
        1
    }

    fn mysql_word(&mut self, word: &str, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let next = list.get(1);
        let said = match word {
            "div" => return self.div(list, out),
            "mod" if !matches!(next, Some(Unit::Group(_))) => "%",
            "rlike" | "regexp" => return self.mysql_regexp(list, out),
            "like" => return self.mysql_like(list, out),
            "xor" | "binary" | "straight_join" | "sounds" | "member" => {
                self.unsupported(word.to_ascii_uppercase());
                return 1;
            }
            // A character set before a literal: `_utf8mb4'x'`.
            _ if word.starts_with("_utf8") && matches!(next, Some(Unit::Text(_))) => return 1,
            "date" | "timestamp" | "time" if matches!(next, Some(Unit::Text(_))) => {
                return self.typed_literal(word, list, out);
            }
            _ => return 0,
        };
        push(out, said.into(), false);
        1
    }

    /// MySQL minds no case in regular expressions unless the collation does.
    fn mysql_regexp(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let Some(Unit::Text(pattern)) = list.get(1) else {
            self.unsupported("a regular expression that is no literal");
            return 1;
        };
        self.note_regexp();
        push(out, format!("REGEXP {}", text_literal(&format!("(?i){pattern}"))), false);
        2
    }

    /// A backslash takes the meaning from what follows it, unless ESCAPE says otherwise.
    fn mysql_like(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let Some(Unit::Text(pattern)) = list.get(1) else { return 0 };
        let escaped = list.get(2).is_some_and(|unit| unit.is("escape"));
        let escape = if pattern.contains('\\') && !escaped { " ESCAPE '\\'" } else { "" };
        push(out, format!("LIKE {}{escape}", text_literal(pattern)), false);
        2
    }

    pub(super) fn note_regexp(&mut self) {
        self.note(
            "dialect/regexp",
            Fidelity::Emulated,
            "REGEXP is a function of Retort's engine; POSIX classes and back references differ, and another program that writes to this file must have it",
        );
    }
}
