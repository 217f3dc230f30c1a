//! Walks through expressions.

use std::rc::Rc;

use crate::sql::expression::{Expr, Expression, Node};
use crate::sql::identifier::Identifier;

/// Calls a function for an expression and all below it, outside of subqueries, from left to right.
pub fn visit(expression: &Expr, found: &mut dyn FnMut(&Expr)) {
    found(expression);
    for child in children(expression) {
        visit(&child, found);
    }
}

fn children(expression: &Expr) -> Vec<Expr> {
    let shared = |items: &[Expr]| items.to_vec();
    match &expression.node {
        Node::Cast(value)
        | Node::Coerce(value)
        | Node::Group(value)
        | Node::Extract { value, .. }
        | Node::Label { value, .. }
        | Node::Collate { value, .. }
        | Node::Unary { operand: value, .. }
        | Node::Modifier { operand: value, .. } => vec![Rc::clone(value)],
        Node::Binary { left, right, .. } => vec![Rc::clone(left), Rc::clone(right)],
        Node::List { items, .. } | Node::Tuple(items) | Node::Array(items) => shared(items),
        Node::Function { arguments, .. } => shared(arguments),
        Node::Case { subject, whens, otherwise } => {
            let mut all: Vec<Expr> = subject.iter().cloned().collect();
            all.extend(whens.iter().flat_map(|(condition, value)| [Rc::clone(condition), Rc::clone(value)]));
            all.extend(otherwise.iter().cloned());
            all
        }
        Node::Over { function, partition_by, order_by, .. } => {
            let mut all = vec![Rc::clone(function)];
            all.extend(partition_by.iter().chain(order_by).cloned());
            all
        }
        Node::WithinGroup { function, order_by } | Node::AggregateOrder { value: function, order_by } => {
            let mut all = vec![Rc::clone(function)];
            all.extend(order_by.iter().cloned());
            all
        }
        Node::Filter { function, condition } => vec![Rc::clone(function), Rc::clone(condition)],
        Node::Column { .. }
        | Node::LiteralColumn(_)
        | Node::Value(_)
        | Node::Parameter { .. }
        | Node::Text { .. }
        | Node::Null
        | Node::True
        | Node::False
        | Node::Star(_)
        | Node::Subquery(_)
        | Node::NextValue { .. } => Vec::new(),
    }
}

/// The expression with other names for its columns. Forms in which indexes and CHECKs do not stand are left.
pub(in crate::sql) fn map_columns(expression: &Expr, name: &dyn Fn(&Identifier) -> Identifier) -> Expr {
    let map = |value: &Expr| map_columns(value, name);
    let all = |items: &[Expr]| items.iter().map(map).collect::<Vec<_>>();
    let node = match &expression.node {
        Node::Column { from, name: own } => Node::Column { from: from.clone(), name: name(own) },
        Node::Group(value) => Node::Group(map(value)),
        Node::Cast(value) => Node::Cast(map(value)),
        Node::Coerce(value) => Node::Coerce(map(value)),
        Node::Unary { operator, operand } => {
            Node::Unary { operator: operator.clone(), operand: map(operand) }
        }
        Node::Modifier { operator, operand } => {
            Node::Modifier { operator: operator.clone(), operand: map(operand) }
        }
        Node::Binary { operator, left, right, modifier } => Node::Binary {
            operator: operator.clone(),
            left: map(left),
            right: map(right),
            modifier: modifier.clone(),
        },
        Node::List { operator, items } => Node::List { operator: operator.clone(), items: all(items) },
        Node::Tuple(items) => Node::Tuple(all(items)),
        Node::Function { name, arguments } => {
            Node::Function { name: name.clone(), arguments: all(arguments) }
        }
        Node::Collate { value, collation } => {
            Node::Collate { value: map(value), collation: collation.clone() }
        }
        other => other.clone(),
    };
    Rc::new(Expression { node, data_type: Rc::clone(&expression.data_type) })
}
