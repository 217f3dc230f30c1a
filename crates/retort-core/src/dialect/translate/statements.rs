//! Statements that change no structure, and details that were read past.

use super::super::words::read_object;
use super::super::{Fidelity, Note, rewrite, rows};
use super::{Translated, Translator, timescale};
use crate::operation::{Operation, SqlClass};
use crate::schema::Expression;
use crate::source::DialectKind;
use crate::token::{self, Scanner, Token};

const NO_FUNCTION: &str = "not run: it only reads, or calls functions that SQLite does not have";

/// What is said where [`moves_names`].
pub(super) const NAMES_STAY: &str =
    "not followed: names without a schema mean after it what they meant before it";

/// Whether a setting changes what names without a schema mean: `SET search_path TO app`, `SET SCHEMA 'app'`, `USE app`;
/// not where it names the usual schema or none.
pub(super) fn moves_names(sql: &str, dialect: DialectKind) -> bool {
    const MOST: usize = 6;
    let tokens = Scanner::new(sql, dialect).take(MOST);
    let words: Vec<String> = tokens.map(|token| token.text(sql).to_ascii_lowercase()).collect();
    let at = words.iter().position(|word| matches!(word.as_str(), "search_path" | "schema" | "use"));
    let mut rest = at.map_or(&words[..0], |at| &words[at + 1..]).iter();
    let first = rest.find(|word| !matches!(word.as_str(), "to" | "="));
    let name = first.map(|word| word.trim_matches(['\'', '"', '`']));
    name.is_some_and(|name| !matches!(name, "" | "public" | "default" | "$user" | "pg_catalog"))
}

impl Translator {
    /// Statements that change no structure we model.
    pub(super) fn other_sql(&mut self, sql: &Expression, class: SqlClass, done: &mut Translated) {
        if class == SqlClass::Query && self.sets_sequence(sql, done) {
            return;
        }
        let mut say = |code, fidelity, message: &str| done.notes.push(Note::new(code, fidelity, message));
        match class {
            SqlClass::Data => self.data(sql, done),
            SqlClass::Session if is_foreign_key_switch(sql.text()) => {
                done.foreign_keys_off = true;
                done.foreign_keys_switch = Some(!is_switched_off(sql.text()));
                say(
                    "dialect/foreign-keys",
                    Fidelity::Emulated,
                    "foreign keys are off for the whole revision and checked at its end",
                );
            }
            SqlClass::Query => {
                let reason = timescale::left_out(sql.text());
                let reason = reason.as_deref();
                say("dialect/query", Fidelity::Dropped, reason.unwrap_or(NO_FUNCTION));
            }
            SqlClass::Session if moves_names(sql.text(), self.source.dialect) => {
                say("dialect/search-path", Fidelity::Weakened, NAMES_STAY);
            }
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

    /// `SELECT setval('s', 5, true)`, as dumps end with; true when the statement is that.
    fn sets_sequence(&mut self, sql: &Expression, done: &mut Translated) -> bool {
        let Some((name, value, is_last)) = setval(sql.text(), self.source.dialect) else { return false };
        let name = read_object(&name, self.source.dialect);
        let said = rewrite::query(&value, &self.source);
        if !said.unsupported.is_empty() {
            let message =
                format!("the counter stays: SQLite has no words for {}", said.unsupported.join(", "));
            done.notes.push(Note::new("dialect/sequence", Fidelity::Weakened, message));
            return true;
        }
        done.notes.extend(said.notes);
        self.set_sequence(&name, &said.sql, is_last, done);
        let (fidelity, message) = if done.sql.is_empty() {
            (Fidelity::Dropped, format!("there is no sequence `{name}` whose counter could be set"))
        } else {
            (Fidelity::Emulated, format!("the counter of `{name}` is set"))
        };
        done.notes.push(Note::new("dialect/sequence", fidelity, message));
        true
    }

    fn data(&mut self, sql: &Expression, done: &mut Translated) {
        let told = rows::tell(sql.text(), &self.source, &self.engine);
        add_rows(told, done);
    }

    /// TRUNCATE, which is read into an operation of its own.
    pub(super) fn truncate(&self, operation: &Operation, done: &mut Translated) {
        if let Operation::Truncate { tables, restart_identity, cascade } = operation {
            let told = rows::truncate(tables, *restart_identity, *cascade, &self.source, &self.engine);
            add_rows(told, done);
        }
    }
}

fn add_rows(told: rows::Told, done: &mut Translated) {
    if told.unsupported.is_empty() {
        done.notes.extend(told.notes);
        done.sql.extend(told.sql);
        return;
    }
    let what = told.unsupported.join(", ");
    let message = format!("not run: SQLite has no words for {what}, so the rows stay as they are");
    done.notes.push(Note::new("dialect/data", Fidelity::Dropped, message));
}

/// The sequence, the number and whether it was given out already. `setval(…, (SELECT …))` is read; a FROM after
/// it is not.
fn setval(text: &str, dialect: DialectKind) -> Option<(String, String, bool)> {
    let tokens = token::tokens(text, dialect);
    let word = |at: usize| tokens.get(at).map_or("", |token: &Token| token.text(text));
    let mut at = 1;
    if word(at).eq_ignore_ascii_case("pg_catalog") && word(at + 1) == "." {
        at += 2;
    }
    if !word(at).eq_ignore_ascii_case("setval") || word(at + 1) != "(" {
        return None;
    }
    let mut depth = 0usize;
    let mut arguments: Vec<String> = Vec::new();
    let mut start = tokens.get(at + 1)?.end as usize;
    for (place, token) in tokens.iter().enumerate().skip(at + 1) {
        match token.text(text) {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            "," if depth == 1 => {}
            _ => continue,
        }
        let ends = depth == 0;
        if ends || (depth == 1 && token.text(text) == ",") {
            arguments.push(text.get(start..token.start as usize)?.trim().to_owned());
            start = token.end as usize;
        }
        if ends {
            let is_whole = place + 1 == tokens.len();
            let name = token::string_value(
                token::tokens(&arguments[0], dialect).first()?.text(&arguments[0]),
                dialect,
            )?;
            let is_last = arguments.get(2).is_none_or(|last| !last.eq_ignore_ascii_case("false"));
            return Some((name, arguments.get(1)?.clone(), is_last)).filter(|_| is_whole);
        }
    }
    None
}

/// A command of psql without which the statements mean the same: dumps of PostgreSQL 18, and of the minor versions
/// from 13.22 to 17.6 on, stand between `\restrict` and `\unrestrict` (PostgreSQL 18, psql). What reads files or
/// changes the connection is none of these: the server refuses it.
pub(super) fn is_for_psql(text: &str) -> bool {
    let Some(command) = text.strip_prefix('\\') else { return false };
    let word = command.split_whitespace().next().unwrap_or("");
    ["restrict", "unrestrict", "echo", "qecho", "warn", "timing", "pset", "set", "unset"].contains(&word)
}

fn is_foreign_key_switch(text: &str) -> bool {
    let text = text.to_ascii_uppercase();
    text.contains("FOREIGN_KEY_CHECKS") || text.contains("SESSION_REPLICATION_ROLE")
}

/// `SET FOREIGN_KEY_CHECKS = 0`, `SET session_replication_role = replica`; the words of mysqldump save the old
/// value in a variable and switch off too.
fn is_switched_off(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let after =
        |word: &str| text.split(word).nth(1).unwrap_or_default().trim_start_matches([' ', '=']).to_owned();
    match text.contains("session_replication_role") {
        true => !after("session_replication_role").contains("origin") && !text.contains("default"),
        false => {
            text.split([' ', '=', ',']).any(|word| word == "0")
                || after("foreign_key_checks").starts_with("off")
        }
    }
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
    if upper.starts_with("OWNER TO") {
        let message = format!("`{detail}` is left out: there are no such roles here");
        return Note::new("dialect/access", Fidelity::Dropped, message);
    }
    Note::new("dialect/detail", Fidelity::Weakened, format!("`{detail}` is left out"))
}
