//! The names of a result's columns.

use std::collections::BTreeMap;

use super::{Expr, Expression, Node};
use std::rc::Rc;

/// Counts the names that SQLAlchemy makes up: `anon_1`, `count_1`, `users_1`.
#[derive(Clone, Debug, Default)]
pub struct Labels {
    counts: BTreeMap<String, usize>,
}

impl Labels {
    /// The next name on a base.
    pub fn next(&mut self, base: &str) -> String {
        let count = self.counts.entry(base.to_owned()).or_insert(0);
        *count += 1;
        format!("{base}_{count}")
    }
}

/// Columns with `table.*` taken apart where the columns are known.
pub(in crate::sql) fn flatten(columns: &[Expr]) -> Vec<Expr> {
    let mut flat: Vec<Expr> = Vec::new();
    for column in columns {
        match &column.node {
            Node::Star(Some(from)) => match from.columns() {
                known if known.is_empty() => flat.push(Rc::clone(column)),
                known => flat.extend(known.into_iter().map(|(_, column)| column)),
            },
            _ => flat.push(Rc::clone(column)),
        }
    }
    flat
}

/// The base of the name that an expression without one gets in a list of columns, or None if it stays nameless.
pub(in crate::sql) fn label_base(value: &Expression) -> Option<String> {
    match &value.node {
        Node::Column { .. }
        | Node::LiteralColumn(_)
        | Node::Text { .. }
        | Node::Star(_)
        | Node::Label { .. } => None,
        Node::Function { name, .. } => name.last().map(|name| name.as_str().to_owned()),
        Node::Over { function, .. } | Node::Filter { function, .. } | Node::WithinGroup { function, .. } => {
            label_base(function).filter(|_| false).or(Some("anon".to_owned()))
        }
        _ => Some("anon".to_owned()),
    }
}

/// The names of the columns of `SELECT columns`, in order, as `row._mapping` has them.
pub fn result_names(columns: &[Expr]) -> Vec<String> {
    let mut labels = Labels::default();
    let mut names: Vec<String> = Vec::new();
    for column in flatten(columns) {
        let name = match (&column.node, column.name()) {
            (_, Some(name)) => name.to_owned(),
            (Node::Text { sql, .. }, None) => sql.clone(),
            (_, None) => labels.next(&label_base(&column).unwrap_or_else(|| "anon".to_owned())),
        };
        // SQLAlchemy gives a second column of the same name the suffix `_1`.
        let taken = names.iter().filter(|known| **known == name).count();
        names.push(if taken == 0 { name } else { format!("{name}_{taken}") });
    }
    names
}
