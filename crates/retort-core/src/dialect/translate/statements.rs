//! Statements that change no structure, and details that were read past.

use super::super::emulate::schema_names;
use super::super::{Fidelity, Note, rewrite};
use super::{Translated, Translator};
use crate::operation::SqlClass;
use crate::schema::Expression;

impl Translator {
    /// Statements that change no structure we model.
    pub(super) fn other_sql(&mut self, sql: &Expression, class: SqlClass, done: &mut Translated) {
        let mut say = |code, fidelity, message: &str| done.notes.push(Note::new(code, fidelity, message));
        match class {
            SqlClass::Data => self.data(sql, done),
            SqlClass::Session if is_foreign_key_switch(sql.text()) => {
                done.foreign_keys_off = true;
                say(
                    "dialect/foreign-keys",
                    Fidelity::Emulated,
                    "foreign keys are off for the whole revision and checked at its end",
                );
            }
            SqlClass::Query => say("dialect/query", Fidelity::Dropped, "only reads: not run"),
            SqlClass::Session => say(
                "dialect/session",
                Fidelity::Dropped,
                "a setting of the session that SQLite does not have",
            ),
            SqlClass::Transaction => {
                say(
                    "dialect/transaction",
                    Fidelity::Dropped,
                    "not run: each revision runs in a transaction that Retort makes",
                );
            }
            SqlClass::Access => say("dialect/access", Fidelity::Dropped, "SQLite has no users and rights"),
            SqlClass::Routine => say("dialect/routine", Fidelity::Dropped, "SQLite has no stored routines"),
            SqlClass::Storage => {
                say("dialect/storage", Fidelity::Dropped, "about storage only: nothing to do on SQLite");
            }
            SqlClass::Structure => {
                say(
                    "dialect/opaque",
                    Fidelity::Opaque,
                    "this kind of object is not modelled yet: not run, and what builds on it may fail",
                );
            }
            SqlClass::Unknown => say("dialect/opaque", Fidelity::Opaque, "not understood: not run on SQLite"),
        }
    }

    fn data(&mut self, sql: &Expression, done: &mut Translated) {
        let said = rewrite::to_sqlite(sql.text(), self.source.dialect, &schema_names(&self.source));
        done.notes.extend(said.notes);
        let first = sql.text().split_whitespace().next().unwrap_or("").to_ascii_uppercase();
        if !said.unsupported.is_empty()
            || matches!(first.as_str(), "COPY" | "LOAD" | "MERGE" | "TRUNCATE" | "REFRESH")
        {
            let what = if said.unsupported.is_empty() { first } else { said.unsupported.join(", ") };
            let message = format!("not run: SQLite has no words for {what}, so the rows stay as they are");
            done.notes.push(Note::new("dialect/data", Fidelity::Dropped, message));
            return;
        }
        done.sql.push(said.sql);
    }
}

fn is_foreign_key_switch(text: &str) -> bool {
    let text = text.to_ascii_uppercase();
    text.contains("FOREIGN_KEY_CHECKS") || text.contains("SESSION_REPLICATION_ROLE")
}

/// What was read past, and whether it matters on SQLite.
pub(super) fn skipped_note(detail: &str) -> Note {
    let storage = [
        "USING BTREE",
        "USING HASH",
        "CHARACTER SET",
        "CHARSET",
        "TABLESPACE",
        "WITH (",
        "ALGORITHM",
        "LOCK",
        "STORAGE",
        "COMPRESSION",
        "COMMENT",
        "KEY_BLOCK_SIZE",
        "SET (",
        "RESET (",
        "CLUSTER ON",
        "VISIBLE",
        "DEFINER",
        "SET LOGGED",
        "SET UNLOGGED",
        "REPLICA IDENTITY",
    ];
    let upper = detail.to_ascii_uppercase();
    if storage.iter().any(|word| upper.starts_with(word)) {
        return Note::new(
            "dialect/detail",
            Fidelity::Exact,
            format!("`{detail}` is left out; it changes no meaning here"),
        );
    }
    Note::new("dialect/detail", Fidelity::Weakened, format!("`{detail}` is left out"))
}
