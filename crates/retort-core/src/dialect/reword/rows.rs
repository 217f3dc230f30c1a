//! INSERT and what it does when a row is there already.

use super::super::rewrite::units::Unit;
use super::{Piece, Rewording, other};
use crate::dialect::Fidelity;
use crate::source::DialectKind;

fn begins(list: &[Unit<'_>], words: &[&str]) -> bool {
    words
        .iter()
        .enumerate()
        .all(|(at, word)| matches!(list.get(at), Some(Unit::Word(found)) if found.eq_ignore_ascii_case(word)))
}

impl Rewording<'_> {
    /// The words around a row that is there already; None where nothing of the kind begins here.
    pub(super) fn insert_word(
        &mut self,
        word: &str,
        list: &[Unit<'_>],
        out: &mut Vec<Piece>,
    ) -> Option<usize> {
        let to_mysql = self.to() == DialectKind::Mysql;
        match word {
            "insert" if begins(list, &["insert", "or"]) => {
                self.unsupported("INSERT OR …");
                None
            }
            "insert" if begins(list, &["insert", "ignore"]) && !to_mysql => Some(self.ignore(list, out)),
            "replace" if out.is_empty() && !to_mysql => {
                self.unsupported("REPLACE");
                None
            }
            "on" if begins(list, &["on", "duplicate", "key", "update"]) && !to_mysql => {
                self.unsupported("ON DUPLICATE KEY UPDATE");
                None
            }
            "on" if begins(list, &["on", "conflict"]) && to_mysql => Some(self.conflict(list, out)),
            _ => None,
        }
    }

    fn ignore(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        self.note(
            "dialect/ignore",
            Fidelity::Weakened,
            "a row that is there already is left out; other errors are not ignored",
        );
        other(out, "INSERT");
        let mut said = self.sequence(&list[2..]);
        out.append(&mut said);
        other(out, "ON CONFLICT DO NOTHING");
        list.len()
    }

    /// `ON CONFLICT (a) DO UPDATE SET b = excluded.b` → `ON DUPLICATE KEY UPDATE b = VALUES(b)`
    fn conflict(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let at = 2 + usize::from(matches!(list.get(2), Some(Unit::Group(_))));
        if begins(&list[at..], &["do", "nothing"]) {
            if let Some(insert) = out.first_mut().filter(|piece| piece.text.eq_ignore_ascii_case("insert")) {
                insert.text = "INSERT IGNORE".to_owned();
            }
            self.note("dialect/ignore", Fidelity::Weakened, "IGNORE lets other errors pass too, as warnings");
            return at + 2;
        }
        if !begins(&list[at..], &["do", "update", "set"]) {
            self.unsupported("this ON CONFLICT");
            return list.len();
        }
        self.note(
            "dialect/conflict",
            Fidelity::Emulated,
            "a clash with any key updates the row, not only with the one named",
        );
        other(out, "ON DUPLICATE KEY UPDATE");
        let mut at = at + 3;
        while at < list.len() {
            let is_new =
                begins(&list[at..], &["excluded"]) && matches!(list.get(at + 1), Some(Unit::Symbol(".")));
            match list.get(at + 2).and_then(Unit::name).filter(|_| is_new) {
                Some(column) => {
                    let column = crate::dialect::words::quote(column, DialectKind::Mysql);
                    super::operand(out, format!("VALUES({column})"));
                    at += 3;
                }
                None => at += self.next(&list[at..], out).max(1),
            }
        }
        list.len()
    }
}
