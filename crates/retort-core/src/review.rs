//! What a person who reviews a step should look at.
//!
//! Rules look at the replayed schemas, not at words: a rule is a function from a step to diagnostics, and the
//! table of rules is the list of what is checked.

use std::fmt;

use crate::diagnostic::Diagnostic;
use crate::project::Project;
use crate::replay::ReplayedStep;
use crate::schema::{Index, Table};
use crate::source::DialectKind;

/// A rule: what it finds in a step.
type Rule = fn(&Project, &ReplayedStep, &mut Vec<Diagnostic>);

const RULES: [Rule; 1] = [duplicate_index];

/// Runs all rules over a step.
pub fn review(project: &Project, replayed: &ReplayedStep) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for rule in RULES {
        rule(project, replayed, &mut findings);
    }
    findings
}

/// An index that another one makes useless.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redundant {
    /// The useless one.
    pub index: String,
    /// The one that serves as well.
    pub served_by: String,
    /// Both are the same; else the useless one is a prefix of the other.
    pub duplicate: bool,
}

impl fmt::Display for Redundant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let relation = if self.duplicate { "duplicate of" } else { "prefix of" };
        write!(f, "{relation} {}", self.served_by)
    }
}

/// The indexes of a table that others make useless: the same parts again, or a plain prefix of another.
/// A unique index is never a mere prefix: it refuses more.
pub fn redundant_indexes(table: &Table, dialect: DialectKind) -> Vec<Redundant> {
    let mut found = Vec::new();
    for (place, index) in
        table.indexes.iter().enumerate().filter(|(_, index)| !index.unique && !index.implied)
    {
        let comparable = |other: &&Index| {
            other.name != index.name && other.predicate == index.predicate && other.method == index.method
        };
        let same =
            table.indexes.iter().enumerate().filter(|(_, other)| comparable(other)).find(|(at, other)| {
                // Of two that are alike the later one is the useless one.
                other.parts == index.parts && (other.unique || *at < place)
            });
        let longer = || {
            let longer = table.indexes.iter().filter(comparable);
            longer
                .into_iter()
                .find(|other| other.parts.len() > index.parts.len() && other.parts.starts_with(&index.parts))
        };
        if let Some((_, other)) = same {
            found.push(Redundant {
                index: index.name.clone(),
                served_by: other.name.clone(),
                duplicate: true,
            });
        } else if let Some(other) = longer() {
            found.push(Redundant {
                index: index.name.clone(),
                served_by: other.name.clone(),
                duplicate: false,
            });
        } else if let Some(name) = key_like(table, index, dialect) {
            found.push(Redundant { index: index.name.clone(), served_by: name, duplicate: true });
        }
    }
    found
}

/// The primary key or UNIQUE constraint over the same columns in the same order.
fn key_like(table: &Table, index: &Index, dialect: DialectKind) -> Option<String> {
    let columns = index.columns().filter(|_| index.predicate.is_none() && index.method.is_none())?;
    let plain = index.parts.iter().all(|part| !part.descending && part.nulls_first.is_none());
    let same = |other: &[String]| {
        plain
            && other.len() == columns.len()
            && other.iter().zip(&columns).all(|(a, b)| crate::schema::same_word(a, b, dialect))
    };
    if table.primary_key.as_ref().is_some_and(|key| same(&key.columns)) {
        return Some("the primary key".to_owned());
    }
    let unique = table.uniques.iter().find(|unique| same(&unique.columns))?;
    Some(unique.name.clone().unwrap_or_else(|| "a UNIQUE constraint".to_owned()))
}

/// `review/duplicate-index`: a step makes an index that is the same as one that is there.
fn duplicate_index(project: &Project, replayed: &ReplayedStep, findings: &mut Vec<Diagnostic>) {
    let dialect = replayed.source.dialect;
    for table in replayed.source.tables.values() {
        for redundant in redundant_indexes(table, dialect).into_iter().filter(|redundant| redundant.duplicate)
        {
            let names = |directive: &&crate::replay::ReplayedDirective| {
                let text = directive.source(project);
                crate::schema::Expression::verbatim(text, dialect).mentions(&redundant.index, dialect)
                    && text.to_ascii_uppercase().contains("INDEX") | text.to_ascii_uppercase().contains("KEY")
            };
            // Said once: at the step that makes it.
            let Some(directive) = replayed.directives.iter().find(names) else { continue };
            findings.push(
                Diagnostic::warning(
                    "review/duplicate-index",
                    format!(
                        "index `{}` of `{}` is a duplicate of {}",
                        redundant.index, table.name, redundant.served_by
                    ),
                )
                .at(directive.span, "each write keeps both up to date, no query needs the second")
                .help(format!("Leave `{}` out, or drop it in a later revision", redundant.index)),
            );
        }
    }
}
