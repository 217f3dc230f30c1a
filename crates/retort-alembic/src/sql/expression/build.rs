//! How operators put expressions together: parentheses, NOT, comparison with None, chains.

use std::rc::Rc;

use super::{Expr, Expression, Node, Operator};
use crate::sql::literal::Literal;
use crate::sql::types::{Affinity, DataType};

impl Expression {
    /// The expression as an operand of an operator: in parentheses where they are needed (`self_group`).
    pub fn grouped(self: &Rc<Self>, against: &Operator) -> Expr {
        let needs = match &self.node {
            Node::Binary { operator, .. } | Node::List { operator, .. } => {
                is_precedent(operator, against) || (*against == Operator::Not && !operator.is_boolean())
            }
            Node::Modifier { operator: Operator::IsTrue | Operator::IsFalse, .. } => false,
            Node::Modifier { .. } if matches!(against, Operator::NullsFirst | Operator::NullsLast) => false,
            Node::Unary { operator, .. } | Node::Modifier { operator, .. } => is_precedent(operator, against),
            Node::Column { .. } | Node::Function { .. } | Node::Cast(_) | Node::LiteralColumn(_)
                if matches!(against, Operator::And | Operator::Or)
                    && self.data_type.affinity() == Affinity::Boolean =>
            {
                return Expression::condition(self, Operator::IsTrue);
            }
            Node::Label { value, .. } => return value.grouped(against),
            Node::Case { .. } | Node::Over { .. } => false,
            Node::Text { .. } => matches!(against, Operator::In | Operator::NotIn),
            Node::Coerce(value) => {
                let inner = value.grouped(against);
                return Rc::new(Expression {
                    node: Node::Coerce(inner),
                    data_type: Rc::clone(&self.data_type),
                });
            }
            _ => false,
        };
        if !needs {
            return Rc::clone(self);
        }
        Rc::new(Expression { node: Node::Group(Rc::clone(self)), data_type: Rc::clone(&self.data_type) })
    }

    /// `left operator right`, with the rules of SQLAlchemy for None, True, False, and chains.
    pub fn binary(left: &Expr, operator: Operator, right: &Expr) -> Expr {
        let operator = match (&right.node, operator) {
            (Node::Null, Operator::Equal) => Operator::Is,
            (Node::Null, Operator::NotEqual) => Operator::IsNot,
            (_, other) => other,
        };
        let data_type = result_type(left, &operator, right);
        let operator = match (&operator, data_type.affinity()) {
            (Operator::Add, Affinity::String) => Operator::Concat,
            _ => operator,
        };
        if operator.is_associative()
            && let Some(list) = chain(left, &operator, right, &data_type)
        {
            return list;
        }
        let (left, right) = (left.grouped(&operator), right.grouped(&operator));
        Expression::new(Node::Binary { operator, left, right, modifier: None }, data_type)
    }

    /// `left operator value`: the value takes its type from the other side where that is known.
    pub fn binary_value(left: &Expr, operator: Operator, value: Literal) -> Expr {
        let right = Expression::operand(left, &operator, value);
        Expression::binary(left, operator, &right)
    }

    /// A value as the other operand of an expression.
    pub fn operand(other: &Expr, operator: &Operator, value: Literal) -> Expr {
        match (&value, operator) {
            (Literal::Null, _) => Expression::untyped(Node::Null),
            (Literal::Bool(flag), Operator::Equal | Operator::NotEqual | Operator::Is | Operator::IsNot) => {
                let node = if *flag { Node::True } else { Node::False };
                Expression::new(node, DataType::generic("Boolean"))
            }
            _ => {
                let data_type = coerced_type(other, operator, &value);
                Expression::typed_literal(value, data_type)
            }
        }
    }

    /// `value IN (…)` or `NOT IN`; the list is never rewritten, an empty one says so in SQL.
    pub fn in_list(value: &Expr, items: Vec<Literal>, negate: bool) -> Expr {
        let data_type = (*value.data_type).clone();
        let item = |item: Literal| match (item, &value.node) {
            (Literal::Array(parts), Node::Tuple(columns)) => {
                let pairs = parts.into_iter().zip(columns);
                let parts =
                    pairs.map(|(part, column)| Expression::typed_literal(part, (*column.data_type).clone()));
                Expression::untyped(Node::Tuple(parts.collect()))
            }
            (item, _) if data_type.is_null() => Expression::literal(item),
            (item, _) => Expression::typed_literal(item, data_type.clone()),
        };
        let items = items.into_iter().map(item).collect();
        let operator = if negate { Operator::NotIn } else { Operator::In };
        let list = Expression::new(Node::Tuple(items), data_type);
        let left = value.grouped(&operator);
        let node = Node::Binary { operator, left, right: list, modifier: None };
        Expression::new(node, DataType::generic("Boolean"))
    }

    /// `value BETWEEN low AND high`
    pub fn between(value: &Expr, low: &Expr, high: &Expr, negate: bool) -> Expr {
        let operator = if negate { Operator::NotBetween } else { Operator::Between };
        let bounds = vec![Rc::clone(low), Rc::clone(high)];
        let right = Expression::untyped(Node::List { operator: Operator::And, items: bounds });
        let node = Node::Binary { left: value.grouped(&operator), operator, right, modifier: None };
        Expression::new(node, DataType::generic("Boolean"))
    }

    /// LIKE and its kin, with `escape=`.
    pub fn like(value: &Expr, operator: Operator, pattern: &Expr, escape: Option<String>) -> Expr {
        let (left, right) = (value.grouped(&operator), pattern.grouped(&operator));
        let node = Node::Binary { operator, left, right, modifier: escape };
        Expression::new(node, DataType::generic("Boolean"))
    }

    /// `and_(…)`, `or_(…)`: one item stands for itself; true and false are taken out as SQLAlchemy does.
    pub fn all_of(operator: Operator, items: Vec<Expr>) -> Expr {
        let boolean = DataType::generic("Boolean");
        let is_and = operator == Operator::And;
        let ends = |item: &Expr| matches!((&item.node, is_and), (Node::False, true) | (Node::True, false));
        let skips = |item: &Expr| matches!((&item.node, is_and), (Node::True, true) | (Node::False, false));
        if let Some(end) = items.iter().find(|item| ends(item)) {
            return Rc::clone(end);
        }
        let skipped = items.iter().find(|item| skips(item)).cloned();
        let mut kept: Vec<Expr> = Vec::new();
        for item in items.into_iter().filter(|item| !skips(item)) {
            match &item.node {
                Node::List { operator: own, items } if *own == operator => kept.extend(items.iter().cloned()),
                _ => kept.push(item),
            }
        }
        match (kept.len(), skipped) {
            (0, Some(constant)) => constant,
            (1, _) => kept.swap_remove(0),
            _ => {
                let items = kept.iter().map(|item| item.grouped(&operator)).collect();
                Expression::new(Node::List { operator, items }, boolean)
            }
        }
    }

    /// `~value`, `not_(value)`
    pub fn negate(self: &Rc<Self>) -> Expr {
        let same = |node: Node| Rc::new(Expression { node, data_type: Rc::clone(&self.data_type) });
        match &self.node {
            Node::True => same(Node::False),
            Node::False => same(Node::True),
            Node::Group(inner) => {
                let negated = inner.negate();
                negated.grouped(&Operator::And)
            }
            Node::Binary { operator, left, right, modifier } if operator.opposite().is_some() => {
                let operator = operator.opposite().unwrap_or(Operator::Not);
                let (left, right, modifier) = (Rc::clone(left), Rc::clone(right), modifier.clone());
                same(Node::Binary { operator, left, right, modifier })
            }
            Node::Modifier { operator: Operator::IsTrue, operand } => {
                Expression::condition(operand, Operator::IsFalse)
            }
            Node::Modifier { operator: Operator::IsFalse, operand } => {
                Expression::condition(operand, Operator::IsTrue)
            }
            Node::Column { .. } if self.data_type.affinity() == Affinity::Boolean => {
                Expression::condition(self, Operator::IsFalse)
            }
            Node::Unary { operator: Operator::Not, operand } => match &operand.node {
                Node::Group(inner) => Rc::clone(inner),
                _ => Rc::clone(operand),
            },
            _ => {
                let operand = self.grouped(&Operator::Not);
                let node = Node::Unary { operator: Operator::Not, operand };
                Expression::new(node, DataType::generic("Boolean"))
            }
        }
    }

    /// `-value`, `~value`, `distinct(value)`, `exists(…)`, `any_(…)`
    pub fn unary(operator: Operator, operand: &Expr) -> Expr {
        let grouped = operand.grouped(&operator);
        let data_type = match operator {
            Operator::Exists => DataType::generic("Boolean"),
            _ => (*operand.data_type).clone(),
        };
        Expression::new(Node::Unary { operator, operand: grouped }, data_type)
    }

    /// `value.desc()`, `value.nulls_last()`
    pub fn modified(operand: &Expr, operator: Operator) -> Expr {
        let data_type = (*operand.data_type).clone();
        let operand = operand.grouped(&operator);
        Expression::new(Node::Modifier { operator, operand }, data_type)
    }

    /// `value[key]`: JSON by key or path, ARRAY and HSTORE by item.
    pub fn item(value: &Expr, key: Literal) -> Expr {
        let is_json = value.data_type.affinity() == Affinity::Json;
        let (operator, data_type) = match (&key, is_json) {
            (Literal::Array(_), true) => (Operator::JsonPath, (*value.data_type).clone()),
            (_, true) => (Operator::JsonItem, (*value.data_type).clone()),
            (_, false) => {
                let inner = value.data_type.base().inner.as_deref().cloned();
                (Operator::Item, inner.unwrap_or_else(|| DataType::generic("Text")))
            }
        };
        let (left, right) = (value.grouped(&operator), Expression::literal(key));
        Expression::new(Node::Binary { operator, left, right, modifier: None }, data_type)
    }

    /// The same expression taken for a value of another type: `as_string()`, `astext`, `type_coerce`.
    pub fn retyped(&self, data_type: DataType) -> Expr {
        Expression::new(self.node.clone(), data_type)
    }

    /// `value.label("name")`
    pub fn label(self: &Rc<Self>, name: Option<&str>) -> Expr {
        let node = Node::Label { name: name.map(Into::into), value: Rc::clone(self) };
        Rc::new(Expression { node, data_type: Rc::clone(&self.data_type) })
    }
}

impl Expression {
    /// A boolean column as a condition: `= 1` where the server has no booleans.
    fn condition(value: &Expr, operator: Operator) -> Expr {
        Expression::new(Node::Modifier { operator, operand: Rc::clone(value) }, DataType::generic("Boolean"))
    }
}

fn is_precedent(operator: &Operator, against: &Operator) -> bool {
    if operator == against && operator.is_self_precedent() {
        return false;
    }
    operator.precedence() <= against.precedence()
}

fn chain(left: &Expr, operator: &Operator, right: &Expr, data_type: &DataType) -> Option<Expr> {
    let flat = |side: &Expr| match &side.node {
        Node::List { operator: own, items } if own == operator => Some(items.clone()),
        Node::Binary { operator: own, left, right, .. } if own == operator => {
            Some(vec![Rc::clone(left), Rc::clone(right)])
        }
        _ => None,
    };
    let same = |side: &Expr| data_type.same_affinity(&side.data_type);
    let (left_items, right_items) = (flat(left).filter(|_| same(left)), flat(right).filter(|_| same(right)));
    if left_items.is_none() && right_items.is_none() {
        return None;
    }
    let mut items = left_items.unwrap_or_else(|| vec![Rc::clone(left)]);
    items.extend(right_items.unwrap_or_else(|| vec![Rc::clone(right)]));
    let items = items.iter().map(|item| item.grouped(operator)).collect();
    Some(Expression::new(Node::List { operator: operator.clone(), items }, data_type.clone()))
}

/// The type of a value beside an expression (`coerce_compared_value`).
fn coerced_type(other: &Expr, operator: &Operator, value: &Literal) -> DataType {
    let own = super::type_of(value);
    let base = other.data_type.base();
    match base.class.affinity {
        Affinity::Null | Affinity::Other => own,
        Affinity::Json if matches!(operator, Operator::JsonItem | Operator::JsonPath) => own,
        Affinity::Json if matches!(value, Literal::Str(_)) && !operator.is_boolean() => own,
        affinity if affinity == own.class.affinity || own.is_null() => (*other.data_type).clone(),
        Affinity::Named | Affinity::MysqlEnum | Affinity::Uuid | Affinity::Json | Affinity::Array => {
            (*other.data_type).clone()
        }
        _ if other.data_type.class.form == crate::sql::types::Form::Decorator => (*other.data_type).clone(),
        _ => own,
    }
}

fn result_type(left: &Expr, operator: &Operator, right: &Expr) -> DataType {
    if operator.is_boolean() {
        return DataType::generic("Boolean");
    }
    match left.data_type.is_null() {
        true => (*right.data_type).clone(),
        false => (*left.data_type).clone(),
    }
}
