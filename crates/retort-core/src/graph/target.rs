//! Where to go, as people write it: `head`, `billing@head`, `ae10-2`, `+1`.
//!
//! Reading a target needs no graph; what it means in one is found by the `resolve` functions of
//! [`RevisionGraph`](super::RevisionGraph).

use std::fmt;

use crate::diagnostic::Diagnostic;

/// Where to go, as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    text: String,
    branch: Option<String>,
    symbol: Symbol,
    steps: Option<i64>,
}

/// The word of a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Symbol {
    /// No word: where the database is, as in `+1`.
    Here,
    /// The single head.
    Head,
    /// All heads.
    Heads,
    /// Before everything.
    Base,
    /// Where the database is.
    Current,
    /// An id, the beginning of one, or a branch label.
    Name(String),
}

impl Target {
    /// Reads `[branch@]symbol`, `[branch@]symbol±N` or `[branch@]±N`.
    ///
    /// A text that is exactly the id of a revision means this revision, whatever characters are in it; only
    /// the graph can tell.
    ///
    /// # Errors
    /// `target/unreadable` for a text without a word or steps, or with nothing on one side of the `@`.
    pub fn parse(text: &str) -> Result<Target, Diagnostic> {
        let text = text.trim();
        let (branch, rest) = match text.split_once('@') {
            Some((branch, rest)) => (Some(branch), rest),
            None => (None, text),
        };
        if rest.is_empty() || branch == Some("") {
            return Err(unreadable(text));
        }
        let (word, steps) = split_steps(rest);
        let symbol = match word {
            "" => Symbol::Here,
            "head" => Symbol::Head,
            "heads" => Symbol::Heads,
            "base" => Symbol::Base,
            "current" => Symbol::Current,
            name => Symbol::Name(name.to_owned()),
        };
        Ok(Target { text: text.to_owned(), branch: branch.map(str::to_owned), symbol, steps })
    }

    /// The text as written, without blanks around it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What stands before the `@`: a branch label, an id or the beginning of one.
    pub fn branch(&self) -> Option<&str> {
        self.branch.as_deref()
    }

    /// The word.
    pub fn symbol(&self) -> &Symbol {
        &self.symbol
    }

    /// Whether it can only be read as words of the grammar, even where a revision has this very id.
    pub(super) fn is_only_words(&self) -> bool {
        let has_name = matches!(self.symbol, Symbol::Name(_));
        self.branch.is_none() && (self.symbol == Symbol::Here || (!has_name && self.steps.is_none()))
    }

    /// Revisions to walk from there: up when positive, down when negative.
    pub fn steps(&self) -> Option<i64> {
        self.steps
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Splits `+N` or `-N` from the end. More steps than a number holds are as many as it holds: no chain is longer.
fn split_steps(rest: &str) -> (&str, Option<i64>) {
    let Some(at) = rest.rfind(['+', '-']) else { return (rest, None) };
    let (word, signed) = rest.split_at(at);
    let digits = &signed[1..];
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return (rest, None);
    }
    let count = digits.parse::<i64>().unwrap_or(i64::MAX);
    (word, Some(if signed.starts_with('-') { -count } else { count }))
}

fn unreadable(text: &str) -> Diagnostic {
    Diagnostic::error("target/unreadable", format!("`{text}` is not a target"))
        .help("Write a revision id, `head`, `heads`, `base`, `+1`, `-1`, `branch@head` or `id-2`.")
}

/// Two targets with a colon between: from the first, exclusive, to the second. Either may be left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// The lower end; `None`: base.
    pub from: Option<Target>,
    /// The upper end; `None`: heads.
    pub to: Option<Target>,
}

impl Range {
    /// Whether a text is meant as a range.
    pub fn is_range(text: &str) -> bool {
        text.contains(':')
    }

    /// Reads `A:B`, `A:` or `:B`.
    ///
    /// # Errors
    /// `target/not-a-range` without a single colon, or `target/unreadable` for one of its ends.
    pub fn parse(text: &str) -> Result<Range, Diagnostic> {
        match text.split_once(':') {
            Some((from, to)) if !to.contains(':') => Ok(Range { from: end(from)?, to: end(to)? }),
            _ => Err(Diagnostic::error("target/not-a-range", format!("`{}` is not a range", text.trim()))
                .help("Write two targets with one colon between, such as `base:head`, `ae10:` or `:ae10`.")),
        }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [from, to] = [&self.from, &self.to].map(|end| end.as_ref().map_or("", Target::text));
        write!(f, "{from}:{to}")
    }
}

fn end(text: &str) -> Result<Option<Target>, Diagnostic> {
    if text.trim().is_empty() { Ok(None) } else { Target::parse(text).map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, branch: Option<&str>, symbol: &Symbol, steps: Option<i64>) {
        let target = Target::parse(text).unwrap();
        let found = (target.branch(), target.symbol(), target.steps());
        assert_eq!(found, (branch, symbol, steps), "{text}");
        assert_eq!(target.to_string(), text);
    }

    #[test]
    fn the_whole_grammar_is_read() {
        let name = |name: &str| Symbol::Name(name.to_owned());
        check("head", None, &Symbol::Head, None);
        check("heads", None, &Symbol::Heads, None);
        check("base", None, &Symbol::Base, None);
        check("current", None, &Symbol::Current, None);
        check("ae10", None, &name("ae10"), None);
        check("+2", None, &Symbol::Here, Some(2));
        check("-1", None, &Symbol::Here, Some(-1));
        check("ae10+1", None, &name("ae10"), Some(1));
        check("head-2", None, &Symbol::Head, Some(-2));
        check("billing@head", Some("billing"), &Symbol::Head, None);
        check("billing@heads", Some("billing"), &Symbol::Heads, None);
        check("billing@base+2", Some("billing"), &Symbol::Base, Some(2));
        check("billing@-1", Some("billing"), &Symbol::Here, Some(-1));
        check("my-branch@+3", Some("my-branch"), &Symbol::Here, Some(3));
        check("a-b", None, &name("a-b"), None);
        check("a+", None, &name("a+"), None);
        check("+99999999999999999999", None, &Symbol::Here, Some(i64::MAX));
    }

    #[test]
    fn what_is_no_target_is_refused() {
        for text in ["", "  ", "@", "@head", "billing@"] {
            assert_eq!(Target::parse(text).unwrap_err().code, "target/unreadable", "{text}");
        }
    }

    #[test]
    fn ranges_have_two_ends_or_one() {
        let range = |text| Range::parse(text).map(|range| range.to_string()).map_err(|error| error.code);
        assert_eq!(range("base:head"), Ok("base:head".to_owned()));
        assert_eq!(range(" -3 : current"), Ok("-3:current".to_owned()));
        assert_eq!(range(":"), Ok(":".to_owned()));
        assert_eq!(range("head"), Err("target/not-a-range"));
        assert_eq!(range("a:b:c"), Err("target/not-a-range"));
        assert_eq!(range("a:@"), Err("target/unreadable"));
    }
}
