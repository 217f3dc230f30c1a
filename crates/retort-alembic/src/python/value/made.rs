//! Texts that are put together, and what is known of one whose end is not.

use std::rc::Rc;

use super::{Name, Unknown, Value};

/// A text that is put together of pieces, not all of which are known.
#[derive(Default)]
pub struct MadeText {
    text: String,
    unknown: Option<Value>,
}

impl MadeText {
    /// Adds a text.
    pub fn push_str(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Adds one character.
    pub fn push_char(&mut self, char: char) {
        self.text.push(char);
    }

    /// Adds a text or an unknown.
    pub fn push(&mut self, piece: Value) {
        match piece {
            Value::Str(text) => self.text.push_str(&text),
            _ if self.unknown.is_some() => {}
            Value::Unknown(unknown) => self.unknown = Some(unknown.behind(&self.text)),
            other => self.unknown = Some(other),
        }
    }

    /// How long it is so far.
    pub fn length(&self) -> usize {
        self.text.len()
    }

    /// The text, or an unknown that says how it begins.
    pub fn finish(self) -> Value {
        self.unknown.unwrap_or_else(|| Value::str(self.text))
    }
}

impl Unknown {
    /// The unknown as a text that begins like this.
    pub fn beginning(&self, start: &str) -> Value {
        let (reason, span) = (self.reason.clone(), self.span);
        Value::Unknown(Rc::new(Unknown {
            reason,
            span,
            start: Some(Name::from(start)),
            stands_for_all: false,
        }))
    }

    /// The unknown as a text that stands behind another one.
    pub fn behind(&self, text: &str) -> Value {
        self.beginning(&format!("{text}{}", self.start.as_deref().unwrap_or_default()))
    }

    /// The text without its last characters, so many at most.
    pub(in super::super) fn without_last(&self, count: usize) -> Value {
        let start = self.start.as_deref().unwrap_or_default();
        let end = start.char_indices().rev().nth(count.saturating_sub(1)).map_or(0, |(at, _)| at);
        self.beginning(&start[..end])
    }

    /// An unknown that is made of this one, of whose text nothing is known.
    pub fn derived(self: &Rc<Self>) -> Rc<Unknown> {
        match self.start.is_none() && !self.stands_for_all {
            true => Rc::clone(self),
            false => Unknown::new(self.reason.clone(), self.span),
        }
    }

    /// Whether the text, run as SQL, can change no more than rows, whatever the rest of it is: each statement in what is
    /// known begins with a word that says so.
    pub fn changes_rows_at_most(&self) -> bool {
        const WORDS: [&str; 4] = ["INSERT", "UPDATE", "DELETE", "REPLACE"];
        let Some(start) = &self.start else { return false };
        start.split(';').all(|statement| {
            let statement = statement.trim_start();
            let word = statement.split(|char: char| !char.is_ascii_alphabetic()).next().unwrap_or_default();
            // A query of no table may call a function that does anything: `SELECT create_hypertable(…)`.
            let reads = || statement.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case("FROM"));
            word.len() < statement.len()
                && (WORDS.iter().any(|known| word.eq_ignore_ascii_case(known))
                    || (word.eq_ignore_ascii_case("SELECT") && reads()))
        })
    }
}
