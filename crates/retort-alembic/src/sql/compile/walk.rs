//! Walks through expressions.

use std::rc::Rc;

use crate::sql::expression::{Expr, Node};

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
