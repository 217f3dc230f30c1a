//! SELECT and UNION.

use std::rc::Rc;

use super::{Compiler, visit};
use crate::sql::error::Result;
use crate::sql::expression::{
    AliasKind, Combination, Expr, Expression, ForUpdate, From, Node, Operator, Query, Select, Statement,
};
use crate::sql::identifier::Identifier;

impl Compiler<'_> {
    /// A whole statement, WITH in front.
    pub(super) fn statement(&mut self, statement: &Statement) -> Result<String> {
        let text = self.nested(statement)?;
        let with = self.with_clause();
        Ok(format!("{with}{text}"))
    }

    /// A statement whose CTEs belong to the one around it.
    pub(super) fn nested(&mut self, statement: &Statement) -> Result<String> {
        match statement {
            Statement::Query(query) => self.query(query, false),
            Statement::Insert(insert) => self.insert(insert),
            Statement::Update(update) => self.update(update),
            Statement::Delete(delete) => self.delete(delete),
            Statement::Text(text) => self.expression(text),
        }
    }

    /// A query that stands for a value.
    pub(super) fn inner_query(&mut self, query: &Query) -> Result<String> {
        let before = (
            std::mem::replace(&mut self.include_table, true),
            std::mem::replace(&mut self.in_operator, false),
        );
        let text = self.query(query, false);
        (self.include_table, self.in_operator) = before;
        text
    }

    /// A query to read from: it does not see what stands beside it.
    pub(super) fn read_query(&mut self, query: &Query) -> Result<String> {
        let around = std::mem::take(&mut self.around);
        let text = self.query(query, true);
        self.around = around;
        text
    }

    pub(super) fn query(&mut self, query: &Query, as_from: bool) -> Result<String> {
        match query {
            Query::Select(select) => self.select(select, as_from),
            Query::Combination(combination) => self.combination(combination, as_from),
            Query::Text(text) => self.expression(text),
        }
    }

    fn combination(&mut self, combination: &Combination, as_from: bool) -> Result<String> {
        let mut texts = Vec::new();
        for query in &combination.queries {
            let text = self.query(query, as_from)?;
            let grouped = match query {
                Query::Combination(_) => true,
                Query::Select(select) => {
                    select.limit.is_some() || select.offset.is_some() || !select.order_by.is_empty()
                }
                Query::Text(_) => false,
            };
            texts.push(if grouped && !self.dialect.is_sqlite() { format!("({text})") } else { text });
        }
        let mut text = texts.join(&format!(" {} ", combination.operation.text()));
        let tail = self.without_table(|compiler| {
            let order = compiler.order_clause(&combination.order_by, &[])?;
            Ok(order + &compiler.limit_clause(combination.limit.as_ref(), combination.offset.as_ref())?)
        })?;
        text.push_str(&tail);
        Ok(text)
    }

    fn select(&mut self, select: &Select, as_from: bool) -> Result<String> {
        for alias in &select.ctes {
            if let AliasKind::Cte(cte) = &alias.kind {
                self.add_cte(alias, cte)?;
            }
        }
        let froms = self.froms(select);
        self.around.push(froms.clone());
        let text = self.select_body(select, &froms, as_from);
        self.around.pop();
        text
    }

    fn select_body(&mut self, select: &Select, froms: &[From], as_from: bool) -> Result<String> {
        let mut text = "SELECT ".to_owned();
        for prefix in &select.prefixes {
            text.push_str(prefix);
            text.push(' ');
        }
        if !select.distinct_on.is_empty() && self.dialect.is_postgres() {
            text.push_str(&format!("DISTINCT ON ({}) ", self.list(&select.distinct_on)?));
        } else if select.distinct || !select.distinct_on.is_empty() {
            text.push_str("DISTINCT ");
        }
        text.push_str(&self.select_columns(&select.columns, as_from)?);
        let clauses: Vec<String> = froms.iter().map(|from| self.read_clause(from)).collect::<Result<_>>()?;
        if !clauses.is_empty() {
            text = format!("{} \nFROM {}", text.trim_end(), clauses.join(", "));
        } else if self.dialect.is_mysql() && !select.conditions.is_empty() {
            text.push_str(" FROM DUAL");
        }
        text.push_str(&self.criteria(" \nWHERE ", &select.conditions)?);
        if !select.group_by.is_empty() {
            let keys: Vec<Expr> = select.group_by.iter().map(|key| label_or(key, &select.columns)).collect();
            text.push_str(&format!(" GROUP BY {}", self.list(&keys)?));
        }
        text.push_str(&self.criteria(" \nHAVING ", &select.having)?);
        text.push_str(&self.order_clause(&select.order_by, &select.columns)?);
        text.push_str(&self.limit_clause(select.limit.as_ref(), select.offset.as_ref())?);
        if let Some(lock) = &select.for_update {
            text.push_str(&self.lock_clause(lock));
        }
        Ok(text)
    }

    pub(super) fn criteria(&mut self, word: &str, conditions: &[Expr]) -> Result<String> {
        if conditions.is_empty() {
            return Ok(String::new());
        }
        let condition = Expression::all_of(Operator::And, conditions.to_vec());
        let text = match (&condition.node, self.dialect.is_sqlite()) {
            // A bare constant is no condition where there are no booleans.
            (Node::True, true) => "1 = 1".to_owned(),
            (Node::False, true) => "0 = 1".to_owned(),
            _ => self.expression(&match condition.node {
                Node::Column { .. } | Node::Function { .. } | Node::Cast(_) | Node::LiteralColumn(_) => {
                    condition.grouped(&Operator::And)
                }
                // Only what binds less than anything gets parentheses here (`startswith`).
                _ => condition.grouped(&Operator::Comma),
            })?,
        };
        Ok(if text.is_empty() { text } else { format!("{word}{text}") })
    }

    fn select_columns(&mut self, columns: &[Expr], as_from: bool) -> Result<String> {
        let mut texts = Vec::new();
        let mut seen: Vec<String> = Vec::new();
        for column in crate::sql::expression::flatten(columns) {
            let text = self.expression(&column)?;
            let label = match &column.node {
                Node::Label { name: Some(name), .. } => Some(name.to_string()),
                Node::Label { name: None, .. } => Some(self.labels.next("anon")),
                Node::Column { name, .. } if seen.contains(&name.to_string()) => Some(self.labels.next(name)),
                Node::Column { from: Some(_), name } if as_from => Some(name.to_string()),
                Node::Column { .. } | Node::LiteralColumn(_) | Node::Text { .. } | Node::Star(_) => None,
                Node::Cast(_) | Node::Coerce(_) if column.name().is_some() => {
                    column.name().map(str::to_owned)
                }
                // `-x` and DISTINCT stay nameless outside of a subquery (`UnaryExpression`).
                Node::Unary {
                    operator: Operator::Negate | Operator::Distinct | Operator::BitNot, ..
                } if !as_from => None,
                _ => crate::sql::expression::label_base(&column).map(|base| self.labels.next(&base)),
            };
            seen.extend(column.name().map(str::to_owned));
            texts.push(match label {
                Some(label) => format!("{text} AS {}", Identifier::new(label).sql(self.dialect)),
                None => text,
            });
        }
        Ok(texts.join(", "))
    }

    fn order_clause(&mut self, order_by: &[Expr], columns: &[Expr]) -> Result<String> {
        if order_by.is_empty() {
            return Ok(String::new());
        }
        let keys: Vec<Expr> = order_by.iter().map(|key| label_or(key, columns)).collect();
        Ok(format!(" ORDER BY {}", self.list(&keys)?))
    }

    fn limit_clause(&mut self, limit: Option<&Expr>, offset: Option<&Expr>) -> Result<String> {
        use retort_core::source::DialectKind as Kind;
        let mut part = |value: Option<&Expr>| value.map(|value| self.expression(value)).transpose();
        let (limit, offset) = (part(limit)?, part(offset)?);
        Ok(match (self.dialect.kind, limit, offset) {
            (_, None, None) => String::new(),
            (Kind::Mysql, Some(limit), None) => format!(" \n LIMIT {limit}"),
            (Kind::Mysql, limit, Some(offset)) => {
                format!(" \n LIMIT {offset}, {}", limit.unwrap_or_else(|| "18446744073709551615".to_owned()))
            }
            (Kind::Postgres, Some(limit), None) => format!(" \n LIMIT {limit}"),
            (Kind::Postgres, Some(limit), Some(offset)) => format!(" \n LIMIT {limit} OFFSET {offset}"),
            (Kind::Postgres, None, Some(offset)) => format!("\n LIMIT ALL OFFSET {offset}"),
            (Kind::Sqlite, limit, offset) => {
                let limit = limit.unwrap_or_else(|| "-1".to_owned());
                format!("\n LIMIT {limit} OFFSET {}", offset.unwrap_or_else(|| "0".to_owned()))
            }
        })
    }

    fn lock_clause(&self, lock: &ForUpdate) -> String {
        if self.dialect.is_sqlite() {
            return String::new();
        }
        let mut text = match (self.dialect.is_postgres(), lock.read, lock.key_share) {
            (true, true, true) => " FOR KEY SHARE",
            (true, true, false) => " FOR SHARE",
            (true, false, true) => " FOR NO KEY UPDATE",
            (false, true, _) if self.dialect.has_for_share() => " FOR SHARE",
            (false, true, _) => " LOCK IN SHARE MODE",
            (_, false, _) => " FOR UPDATE",
        }
        .to_owned();
        if lock.nowait {
            text.push_str(" NOWAIT");
        }
        if lock.skip_locked {
            text.push_str(" SKIP LOCKED");
        }
        text
    }

    /// All that a query reads from: what was said, and what its columns and conditions name, less what a join
    /// holds already and what the query around it reads (SQLAlchemy's auto-correlation).
    fn froms(&mut self, select: &Select) -> Vec<From> {
        let mut froms: Vec<From> = Vec::new();
        let add = |from: From, froms: &mut Vec<From>| {
            if !froms.contains(&from) {
                froms.push(from);
            }
        };
        for from in &select.from {
            add(from.clone(), &mut froms);
        }
        for expression in select.columns.iter().chain(&select.conditions) {
            for from in froms_of(expression) {
                add(from, &mut froms);
            }
        }
        let hidden: Vec<From> = froms.iter().flat_map(inside).collect();
        froms.retain(|from| !hidden.contains(from));
        let outer: &[From] = self.around.last().map_or(&[], Vec::as_slice);
        let is_outer = |from: &From, outer: &[From]| {
            outer.iter().any(|around| around == from || inside(around).contains(from))
        };
        let outer = select.correlate.as_deref().unwrap_or(outer);
        let rest: Vec<From> = froms.iter().filter(|from| !is_outer(from, outer)).cloned().collect();
        // A query that would read from nothing keeps its tables.
        if rest.is_empty() && select.correlate.is_none() { froms } else { rest }
    }
}

/// What an expression names, outside of its subqueries.
pub(super) fn froms_of(expression: &Expr) -> Vec<From> {
    let mut froms = Vec::new();
    visit(expression, &mut |value: &Expr| match &value.node {
        Node::Column { from: Some(from), .. } | Node::Star(Some(from)) if *from != From::NewRow => {
            froms.push(from.clone());
        }
        _ => {}
    });
    froms
}

/// What a join holds.
fn inside(from: &From) -> Vec<From> {
    match from {
        From::Join(join) => {
            let mut all = vec![join.left.clone(), join.right.clone()];
            all.extend(inside(&join.left));
            all.extend(inside(&join.right));
            all
        }
        From::Table(_) | From::Alias(_) | From::Function(_) | From::Text(_) | From::NewRow => Vec::new(),
    }
}

/// In ORDER BY and GROUP BY a label of the columns is called by its name.
fn label_or(key: &Expr, columns: &[Expr]) -> Expr {
    let as_name = |name: &Identifier| {
        Expression::new(Node::Column { from: None, name: name.clone() }, (*key.data_type).clone())
    };
    match &key.node {
        Node::Label { name: Some(name), .. }
            if columns
                .iter()
                .any(|column| matches!(&column.node, Node::Label { name: Some(own), .. } if own == name)) =>
        {
            as_name(name)
        }
        Node::Modifier { operator, operand } => {
            let operand = label_or(operand, columns);
            let node = Node::Modifier { operator: operator.clone(), operand };
            Rc::new(Expression { node, data_type: Rc::clone(&key.data_type) })
        }
        _ => Rc::clone(key),
    }
}
