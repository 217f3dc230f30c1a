//! Naming conventions: how constraints and indexes get their names (`sqlalchemy/sql/naming.py`).

use super::error::{ErrorKind, Result, SqlError};
use super::identifier::ConstraintName;
use super::table::{Constraint, ConstraintKind, Index, Table, Target};

/// `naming_convention=`: templates by key (`ix`, `uq`, `ck`, `fk`, `pk`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamingConvention {
    templates: Vec<(String, Option<String>)>,
    tokens: Vec<(String, String)>,
}

impl Default for NamingConvention {
    fn default() -> NamingConvention {
        NamingConvention::new(vec![("ix".to_owned(), Some("ix_%(column_0_label)s".to_owned()))])
    }
}

impl NamingConvention {
    /// A convention of templates. Keys are `ix`, `uq`, `ck`, `fk`, `pk`; a class of Python counts as its key.
    pub fn new(templates: Vec<(String, Option<String>)>) -> NamingConvention {
        NamingConvention { templates, tokens: Vec::new() }
    }

    /// The convention with values for tokens of the project's own, which a function of Python gave.
    #[must_use]
    pub fn with_tokens(mut self, tokens: Vec<(String, String)>) -> NamingConvention {
        self.tokens = tokens;
        self
    }

    /// The template of a key.
    pub fn template(&self, key: &str) -> Option<&str> {
        let found = self.templates.iter().find(|(own, _)| own == key);
        found.and_then(|(_, template)| template.as_deref())
    }
}

/// Names a constraint that comes to a table.
pub(super) fn apply(constraint: &mut Constraint, table: &Table) -> Result<()> {
    let name = convention_name(constraint, table)?;
    if let Some(name) = name {
        constraint.name = ConstraintName::Final(name);
    }
    Ok(())
}

/// Names an index that comes to a table.
pub(super) fn apply_to_index(index: &mut Index, table: &Table) -> Result<()> {
    let columns = index.columns();
    let subject = Subject { name: &index.name, columns: &columns, targets: &[], table };
    if let Some(name) = subject.expand(table.naming.template("ix"))? {
        index.name = ConstraintName::Final(name);
    }
    Ok(())
}

/// The name that a constraint gets by the convention of its table, if it gets one.
pub(crate) fn convention_name(constraint: &Constraint, table: &Table) -> Result<Option<String>> {
    let targets: &[Target] = match &constraint.kind {
        ConstraintKind::ForeignKey { targets, .. } => targets,
        _ => &[],
    };
    if matches!(constraint.kind, ConstraintKind::PrimaryKey { .. }) && constraint.columns().is_empty() {
        return Ok(None);
    }
    let subject = Subject { name: &constraint.name, columns: constraint.columns(), targets, table };
    subject.expand(table.naming.template(constraint.convention_key()))
}

struct Subject<'a> {
    name: &'a ConstraintName,
    columns: &'a [String],
    targets: &'a [Target],
    table: &'a Table,
}

impl Subject<'_> {
    fn expand(&self, template: Option<&str>) -> Result<Option<String>> {
        let Some(template) = template else { return Ok(None) };
        let asks = match self.name {
            ConstraintName::Final(_) | ConstraintName::Quoted(_) => false,
            ConstraintName::None => true,
            ConstraintName::Plain(_) => template.contains("constraint_name"),
        };
        if !asks {
            return Ok(None);
        }
        let mut name = String::new();
        let mut rest = template;
        while let Some(start) = rest.find('%') {
            name.push_str(&rest[..start]);
            rest = &rest[start + 1..];
            if let Some(after) = rest.strip_prefix('%') {
                name.push('%');
                rest = after;
                continue;
            }
            let (token, after) =
                rest.strip_prefix('(').and_then(|rest| rest.split_once(")s")).ok_or_else(|| {
                    SqlError::new(ErrorKind::Value, "unsupported format of a naming convention")
                })?;
            name.push_str(&self.token(token)?);
            rest = after;
        }
        name.push_str(rest);
        Ok(Some(name))
    }

    fn token(&self, token: &str) -> Result<String> {
        if let Some((_, value)) = self.table.naming.tokens.iter().find(|(own, _)| own == token) {
            return Ok(value.clone());
        }
        match token {
            "table_name" => return Ok(self.table.name.to_string()),
            "referred_table_name" => {
                let target = self.targets.first().map(|target| target.table.to_string());
                return Ok(target.unwrap_or_default());
            }
            "constraint_name" => {
                return self.name.text().map(str::to_owned).ok_or_else(|| {
                    SqlError::new(
                        ErrorKind::InvalidRequest,
                        "Naming convention including %(constraint_name)s token requires that constraint is \
                         explicitly named.",
                    )
                });
            }
            _ => {}
        }
        self.column_token(token).ok_or_else(|| SqlError::new(ErrorKind::Key, token.to_owned()))
    }

    /// `column_0_name`, `column_0N_label`, `column_0_N_key`, `referred_column_0_name`, …
    fn column_token(&self, token: &str) -> Option<String> {
        let (referred, rest) = match token.strip_prefix("referred_") {
            Some(rest) => (true, rest),
            None => (false, token),
        };
        let rest = rest.strip_prefix("column_")?;
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let index: usize = rest[..digits].parse().ok()?;
        let (many, attribute) = match &rest[digits..] {
            tail if tail.starts_with("_N_") => (Some("_"), &tail[3..]),
            tail if tail.starts_with("N_") => (Some(""), &tail[2..]),
            tail => (None, tail.strip_prefix('_')?),
        };
        if !matches!(attribute, "name" | "key" | "label") || (referred && attribute != "name") {
            return None;
        }
        let values: Vec<String> = match referred {
            true => self.referred(),
            false => self.columns.iter().map(|key| self.attribute(key, attribute)).collect(),
        };
        Some(match many {
            Some(separator) => values.join(separator),
            None => values.get(index).cloned().unwrap_or_default(),
        })
    }

    fn referred(&self) -> Vec<String> {
        let pairs = self.targets.iter().zip(self.columns);
        pairs
            .map(|(target, own)| target.column.as_ref().map_or_else(|| own.clone(), ToString::to_string))
            .collect()
    }

    fn attribute(&self, key: &str, attribute: &str) -> String {
        let name = self.table.column(key).map_or_else(|| key.to_owned(), |column| column.name.to_string());
        match attribute {
            "key" => key.to_owned(),
            "label" => {
                let schema = self.table.schema.as_ref().map(|schema| schema.replace('.', "_") + "_");
                format!("{}{}_{name}", schema.unwrap_or_default(), self.table.name)
            }
            _ => name,
        }
    }
}
