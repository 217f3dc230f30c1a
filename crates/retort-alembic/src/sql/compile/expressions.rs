//! Expressions as text.

use std::rc::Rc;

use retort_core::source::DialectKind;

use super::{Compiler, NewRow, literal_sql};
use crate::sql::error::{ErrorKind, Result, SqlError};
use crate::sql::expression::{Expr, Expression, From, Node, Operator};
use crate::sql::identifier::{Identifier, qualified};
use crate::sql::literal::Literal;
use crate::sql::types::DataType;

impl Compiler<'_> {
    pub(super) fn expression(&mut self, expression: &Expr) -> Result<String> {
        let data_type = &expression.data_type;
        match &expression.node {
            Node::Column { from, name } => self.column(from.as_ref(), name),
            Node::LiteralColumn(sql) => Ok(sql.clone()),
            Node::Value(value) => literal_sql(value, data_type, self.dialect),
            Node::Parameter { name, value, expanding } => {
                self.parameter(name, value.as_ref(), *expanding, data_type)
            }
            Node::Text { sql, parameters } => self.text(sql, parameters),
            Node::Null => Ok("NULL".to_owned()),
            Node::True => Ok(if self.dialect.is_sqlite() { "1" } else { "true" }.to_owned()),
            Node::False => Ok(if self.dialect.is_sqlite() { "0" } else { "false" }.to_owned()),
            Node::Star(None) => Ok("*".to_owned()),
            Node::Star(Some(from)) => Ok(format!("{}.*", self.name_of(from)?)),
            Node::Function { name, arguments } => self.function(name, arguments, data_type),
            Node::Cast(value) => self.cast(value, data_type),
            Node::Coerce(value) => self.coerce(value, data_type),
            Node::Extract { field, value } => self.extract(field, value),
            Node::Case { subject, whens, otherwise } => {
                self.case(subject.as_ref(), whens, otherwise.as_ref())
            }
            Node::Unary { operator, operand } => self.unary(operator, operand),
            Node::Modifier { operator: Operator::IsTrue, operand } if self.dialect.is_postgres() => {
                self.expression(operand)
            }
            Node::Modifier { operator: Operator::IsFalse, operand } if self.dialect.is_postgres() => {
                Ok(format!("NOT {}", self.expression(operand)?))
            }
            Node::Modifier { operator, operand } => {
                Ok(format!("{}{}", self.expression(operand)?, operator.text()))
            }
            Node::Binary { operator, left, right, modifier } => {
                self.binary(operator, left, right, modifier.as_deref(), data_type)
            }
            Node::List { operator, items } => self.chain(operator, items),
            Node::Group(value) => Ok(format!("({})", self.expression(value)?)),
            Node::Label { value, .. } => self.expression(value),
            Node::Collate { value, collation } => {
                let name = Identifier::new(collation).sql(self.dialect);
                Ok(format!("{} COLLATE {name}", self.expression(&value.grouped(&Operator::Collate))?))
            }
            Node::Tuple(items) => Ok(format!("({})", self.list(items)?)),
            Node::Array(items) => self.array(items, data_type),
            Node::Over { function, partition_by, order_by, frame } => {
                self.over(function, partition_by, order_by, frame.as_deref())
            }
            Node::WithinGroup { function, order_by } => {
                let function = self.expression(function)?;
                Ok(format!("{function} WITHIN GROUP (ORDER BY {})", self.list(order_by)?))
            }
            Node::Filter { function, condition } => {
                let function = self.expression(function)?;
                Ok(format!("{function} FILTER (WHERE {})", self.expression(condition)?))
            }
            Node::AggregateOrder { value, order_by } => {
                let value = self.expression(value)?;
                Ok(format!("{value} ORDER BY {}", self.list(order_by)?))
            }
            Node::Subquery(query) => Ok(format!("({})", self.inner_query(query)?)),
            Node::NextValue { schema, name } => self.next_value(schema.as_ref(), name),
        }
    }

    fn column(&mut self, from: Option<&From>, name: &Identifier) -> Result<String> {
        let own = name.sql(self.dialect);
        match from {
            Some(From::NewRow) => Ok(match &self.new_row {
                NewRow::Excluded => format!("excluded.{own}"),
                NewRow::Values => format!("VALUES({own})"),
                NewRow::Alias(alias) => format!("{alias}.{own}"),
            }),
            Some(from) if self.include_table => Ok(format!("{}.{own}", self.name_of(from)?)),
            _ => Ok(own),
        }
    }

    fn parameter(
        &mut self,
        name: &str,
        value: Option<&Literal>,
        expanding: bool,
        data_type: &DataType,
    ) -> Result<String> {
        let given = self.parameters.get(name).or(value);
        let Some(value) = given else { return Err(missing(name)) };
        match value {
            Literal::Array(items) if expanding => self.expanded(items, data_type),
            _ => self.value_of(value, data_type),
        }
    }

    /// A value in the type of its parameter, or in its own where that is not known.
    fn value_of(&self, value: &Literal, data_type: &DataType) -> Result<String> {
        match data_type.is_null() {
            true => literal_sql(value, &crate::sql::expression::type_of(value), self.dialect),
            false => literal_sql(value, data_type, self.dialect),
        }
    }

    fn expanded(&self, items: &[Literal], data_type: &DataType) -> Result<String> {
        let texts: Vec<String> =
            items.iter().map(|item| self.value_of(item, data_type)).collect::<Result<_>>()?;
        Ok(format!("({})", texts.join(", ")))
    }

    /// `text()`: `:name` is a parameter, `\:` a colon; `::` and a colon after a word are left alone.
    fn text(&mut self, sql: &str, bound: &[(String, Literal)]) -> Result<String> {
        let mut text = String::with_capacity(sql.len());
        let mut rest = sql;
        let mut before = None;
        while let Some(place) = rest.find(':') {
            let (head, tail) = rest.split_at(place);
            text.push_str(head);
            let previous = head.chars().next_back().or(before);
            let word: String = tail[1..].chars().take_while(|c| is_word(*c)).collect();
            let after = tail[1 + word.len()..].chars().next();
            let escaped = previous == Some('\\');
            let free = !previous.is_some_and(|c| c == ':' || c == '\\' || is_word(c));
            if free && !word.is_empty() && after != Some(':') {
                let value = bound.iter().find(|(name, _)| *name == word).map(|(_, value)| value);
                let Some(value) = self.parameters.get(&word).or(value) else { return Err(missing(&word)) };
                text.push_str(&self.parameter_in_text(value)?);
                before = word.chars().next_back();
                rest = &tail[1 + word.len()..];
                continue;
            }
            if escaped {
                text.pop();
            }
            text.push(':');
            before = Some(':');
            rest = &tail[1..];
        }
        text.push_str(rest);
        Ok(text)
    }

    fn parameter_in_text(&self, value: &Literal) -> Result<String> {
        match value {
            Literal::Array(items) => self.expanded(items, &DataType::null()),
            Literal::Null => Ok("NULL".to_owned()),
            _ => literal_sql(value, &crate::sql::expression::type_of(value), self.dialect),
        }
    }

    fn cast(&mut self, value: &Expr, data_type: &DataType) -> Result<String> {
        let inner = self.expression(&retype_value(value, data_type))?;
        match super::types::cast_sql(data_type, self.dialect)? {
            Some(text) => Ok(format!("CAST({inner} AS {text})")),
            None => self.expression(&value.grouped(&Operator::And)),
        }
    }

    /// `type_coerce`: a value is written in the new type, all else stays.
    fn coerce(&mut self, value: &Expr, data_type: &DataType) -> Result<String> {
        self.expression(&retype_value(value, data_type))
    }

    fn extract(&mut self, field: &str, value: &Expr) -> Result<String> {
        let text = self.expression(value)?;
        if !self.dialect.is_sqlite() {
            let field = match (self.dialect.kind, field) {
                (DialectKind::Mysql, "milliseconds") => "millisecond",
                _ => field,
            };
            return Ok(format!("EXTRACT({field} FROM {text})"));
        }
        let format = match field {
            "month" => "%m",
            "day" => "%d",
            "year" => "%Y",
            "second" => "%S",
            "hour" => "%H",
            "doy" => "%j",
            "minute" => "%M",
            "epoch" => "%s",
            "dow" => "%w",
            "week" => "%W",
            _ => return Err(SqlError::compile(format!("{field} is not a valid extract argument."))),
        };
        Ok(format!("CAST(STRFTIME('{format}', {text}) AS INTEGER)"))
    }

    fn case(
        &mut self,
        subject: Option<&Expr>,
        whens: &[(Expr, Expr)],
        otherwise: Option<&Expr>,
    ) -> Result<String> {
        let mut text = "CASE ".to_owned();
        if let Some(subject) = subject {
            text.push_str(&self.expression(subject)?);
            text.push(' ');
        }
        for (condition, value) in whens {
            // SQLAlchemy groups every operator in a condition.
            let condition = match condition.node {
                Node::Binary { .. } | Node::List { .. } | Node::Unary { .. } => {
                    format!("({})", self.expression(condition)?)
                }
                _ => self.expression(condition)?,
            };
            text.push_str(&format!("WHEN {condition} THEN {} ", self.expression(value)?));
        }
        if let Some(value) = otherwise {
            text.push_str(&format!("ELSE {} ", self.expression(value)?));
        }
        text.push_str("END");
        Ok(text)
    }

    fn array(&mut self, items: &[Expr], data_type: &DataType) -> Result<String> {
        if items.is_empty() && data_type.inner.as_ref().is_some_and(|inner| !inner.is_null()) {
            return Ok(format!("ARRAY[]::{}", super::type_sql(data_type, self.dialect)?));
        }
        Ok(format!("ARRAY[{}]", self.list(items)?))
    }

    fn over(
        &mut self,
        function: &Expr,
        partition: &[Expr],
        order: &[Expr],
        frame: Option<&str>,
    ) -> Result<String> {
        let text = self.expression(function)?;
        let mut parts = Vec::new();
        if !partition.is_empty() {
            parts.push(format!("PARTITION BY {}", self.list(partition)?));
        }
        if !order.is_empty() {
            parts.push(format!("ORDER BY {}", self.list(order)?));
        }
        parts.extend(frame.map(str::to_owned));
        Ok(format!("{text} OVER ({})", parts.join(" ")))
    }

    fn next_value(&self, schema: Option<&Identifier>, name: &Identifier) -> Result<String> {
        let qualified = qualified(schema, name, self.dialect);
        match self.dialect.kind {
            DialectKind::Postgres => Ok(format!("nextval('{}')", qualified.replace('\'', "''"))),
            DialectKind::Mysql if self.dialect.mariadb => Ok(format!("nextval({qualified})")),
            DialectKind::Mysql | DialectKind::Sqlite => Err(SqlError::new(
                ErrorKind::NotImplemented,
                format!("Dialect '{}' does not support sequence increments.", self.dialect.name()),
            )),
        }
    }
}

/// A bare value takes the type that stands around it.
fn retype_value(value: &Expr, data_type: &DataType) -> Expr {
    match &value.node {
        Node::Value(literal) if value.data_type.is_null() || !matches!(literal, Literal::Null) => {
            let node = Node::Value(literal.clone());
            Rc::new(Expression { node, data_type: Rc::new(data_type.clone()) })
        }
        _ => Rc::clone(value),
    }
}

fn missing(name: &str) -> SqlError {
    SqlError::new(ErrorKind::InvalidRequest, format!("A value is required for bind parameter '{name}'"))
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
