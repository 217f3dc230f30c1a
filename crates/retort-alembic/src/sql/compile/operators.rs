//! Operators as text, with what is special on each dialect.

use retort_core::source::DialectKind;

use super::Compiler;
use super::literals::quoted;
use crate::sql::error::{Result, SqlError};
use crate::sql::expression::{Expr, Expression, Node, Operator};
use crate::sql::literal::Literal;
use crate::sql::types::{Affinity, DataType};

impl Compiler<'_> {
    pub(super) fn unary(&mut self, operator: &Operator, operand: &Expr) -> Result<String> {
        let text = self.expression(operand)?;
        Ok(match operator {
            Operator::Exists if matches!(operand.node, Node::Subquery(_)) => format!("EXISTS {text}"),
            Operator::Any | Operator::All => format!("{}({text})", operator.text()),
            _ => format!("{}{text}", operator.text()),
        })
    }

    pub(super) fn chain(&mut self, operator: &Operator, items: &[Expr]) -> Result<String> {
        let texts: Vec<String> = items.iter().map(|item| self.expression(item)).collect::<Result<_>>()?;
        Ok(match (operator, self.dialect.kind) {
            (Operator::Concat, DialectKind::Mysql) => format!("concat({})", texts.join(", ")),
            _ => texts.join(operator.text()),
        })
    }

    pub(super) fn binary(
        &mut self,
        operator: &Operator,
        left: &Expr,
        right: &Expr,
        modifier: Option<&str>,
        data_type: &DataType,
    ) -> Result<String> {
        use Operator as O;
        match operator {
            O::In | O::NotIn => self.membership(operator, left, right),
            O::Between | O::NotBetween => {
                let value = self.expression(left)?;
                Ok(format!("{value}{}{}", operator.text(), self.expression(right)?))
            }
            O::Ilike | O::NotIlike if !self.dialect.is_postgres() => {
                let word = if *operator == O::Ilike { "LIKE" } else { "NOT LIKE" };
                let (value, pattern) = (self.expression(left)?, self.expression(right)?);
                Ok(format!("lower({value}) {word} lower({pattern}){}", self.escape(modifier)))
            }
            O::Like | O::NotLike | O::Ilike | O::NotIlike => {
                let text = self.plain(operator.text(), left, right)?;
                Ok(text + &self.escape(modifier))
            }
            O::StartsWith
            | O::NotStartsWith
            | O::EndsWith
            | O::NotEndsWith
            | O::Contains
            | O::NotContains
            | O::Istartswith
            | O::Iendswith
            | O::Icontains => self.affix(operator, left, right, modifier),
            O::Concat if self.dialect.is_mysql() => {
                let left = self.expression(left)?;
                Ok(format!("concat({left}, {})", self.expression(right)?))
            }
            O::Divide => self.divide(left, right),
            O::FloorDivide => self.floor_divide(left, right),
            O::IsDistinct | O::IsNotDistinct => self.distinct(operator, left, right),
            O::Match | O::NotMatch => self.matching(operator, left, right),
            O::Regexp | O::NotRegexp => self.regexp(operator, left, right, modifier),
            O::RegexpReplace => {
                let value = self.expression(left)?;
                let flags = modifier.map(|flags| format!(", {}", quoted(flags, self.dialect)));
                Ok(format!(
                    "REGEXP_REPLACE({value}, {}{})",
                    self.expression(right)?,
                    flags.unwrap_or_default()
                ))
            }
            O::BitXor => self.exclusive_or(left, right),
            O::Item => {
                let left = self.expression(left)?;
                Ok(format!("{left}[{}]", self.expression(right)?))
            }
            O::JsonItem | O::JsonPath => self.json_item(operator, left, right, data_type),
            O::Custom { text, .. } => self.plain(&format!(" {} ", text.trim()), left, right),
            _ => self.plain(operator.text(), left, right),
        }
    }

    fn plain(&mut self, operator: &str, left: &Expr, right: &Expr) -> Result<String> {
        let before = std::mem::replace(&mut self.in_operator, true);
        let left = self.expression(left);
        let right = self.expression(right);
        self.in_operator = before;
        Ok(format!("{}{operator}{}", left?, right?))
    }

    fn escape(&self, escape: Option<&str>) -> String {
        escape.map(|escape| format!(" ESCAPE {}", quoted(escape, self.dialect))).unwrap_or_default()
    }

    fn plain_json(&self, text: String) -> String {
        if self.in_operator { format!("({text})") } else { text }
    }

    fn membership(&mut self, operator: &Operator, left: &Expr, right: &Expr) -> Result<String> {
        let value = self.expression(left)?;
        let is_empty = match &right.node {
            Node::Tuple(items) => items.is_empty(),
            Node::Parameter { name, value, .. } => {
                matches!(self.parameters.get(name).or(value.as_ref()), Some(Literal::Array(items)) if items.is_empty())
            }
            _ => false,
        };
        // SQLAlchemy compares with the empty set instead of an empty list, and puts NOT IN in parentheses.
        let negated = *operator == Operator::NotIn;
        let list = match (&right.node, is_empty) {
            (_, true) if self.dialect.is_sqlite() => "(SELECT 1 FROM (SELECT 1) WHERE 1!=1)".to_owned(),
            (_, true) if negated => "(NULL) OR (1 = 1)".to_owned(),
            (_, true) => "(NULL) AND (1 != 1)".to_owned(),
            (Node::Tuple(items), false)
                if matches!(left.node, Node::Tuple(_)) && self.dialect.is_sqlite() =>
            {
                format!("(VALUES {})", self.list(items)?)
            }
            (_, false) => self.expression(right)?,
        };
        let text = format!("{value}{}{list}", operator.text());
        Ok(if negated { format!("({text})") } else { text })
    }

    /// `startswith` and its kin: LIKE with a pattern that is put together in SQL.
    fn affix(
        &mut self,
        operator: &Operator,
        left: &Expr,
        right: &Expr,
        escape: Option<&str>,
    ) -> Result<String> {
        use Operator as O;
        let percent = || Expression::new(Node::LiteralColumn("'%'".to_owned()), DataType::generic("String"));
        let insensitive = matches!(operator, O::Istartswith | O::Iendswith | O::Icontains);
        let word = if insensitive && self.dialect.is_postgres() { " ILIKE " } else { operator.text() };
        let insensitive = insensitive && !self.dialect.is_postgres();
        let (before, after) = match operator {
            O::StartsWith | O::NotStartsWith | O::Istartswith => (false, true),
            O::EndsWith | O::NotEndsWith | O::Iendswith => (true, false),
            _ => (true, true),
        };
        let mut pattern = self.expression(right)?;
        if insensitive {
            pattern = format!("lower({pattern})");
        }
        let mut items = vec![Expression::new(Node::LiteralColumn(pattern), DataType::generic("String"))];
        if before {
            items.insert(0, percent());
        }
        if after {
            items.push(percent());
        }
        let pattern = self.chain(&Operator::Concat, &items)?;
        let mut value = self.expression(left)?;
        if insensitive {
            value = format!("lower({value})");
        }
        Ok(format!("{value}{word}{pattern}{}", self.escape(escape)))
    }

    fn divide(&mut self, left: &Expr, right: &Expr) -> Result<String> {
        let (dividend, divisor) = (self.expression(left)?, self.expression(right)?);
        Ok(match self.dialect.kind {
            DialectKind::Sqlite => format!("{dividend} / ({divisor} + 0.0)"),
            DialectKind::Postgres if right.data_type.affinity() == Affinity::Integer => {
                format!("{dividend} / CAST({divisor} AS NUMERIC)")
            }
            DialectKind::Postgres | DialectKind::Mysql => format!("{dividend} / {divisor}"),
        })
    }

    fn floor_divide(&mut self, left: &Expr, right: &Expr) -> Result<String> {
        let text = self.plain(" / ", left, right)?;
        let is_plain = right.data_type.affinity() == Affinity::Integer && !self.dialect.is_mysql();
        Ok(if is_plain { text } else { format!("FLOOR({text})") })
    }

    fn distinct(&mut self, operator: &Operator, left: &Expr, right: &Expr) -> Result<String> {
        let differs = *operator == Operator::IsDistinct;
        match self.dialect.kind {
            DialectKind::Postgres => self.plain(operator.text(), left, right),
            DialectKind::Sqlite => self.plain(if differs { " IS NOT " } else { " IS " }, left, right),
            DialectKind::Mysql => {
                let text = self.plain(" <=> ", left, right)?;
                Ok(if differs { format!("NOT ({text})") } else { text })
            }
        }
    }

    fn matching(&mut self, operator: &Operator, left: &Expr, right: &Expr) -> Result<String> {
        let (value, pattern) = (self.expression(left)?, self.expression(right)?);
        let text = match self.dialect.kind {
            DialectKind::Sqlite => return Ok(format!("{value}{}{pattern}", operator.text())),
            DialectKind::Postgres => format!("{value} @@ plainto_tsquery({pattern})"),
            DialectKind::Mysql => format!("MATCH ({value}) AGAINST ({pattern} IN BOOLEAN MODE)"),
        };
        Ok(if *operator == Operator::NotMatch { format!("NOT {text}") } else { text })
    }

    fn regexp(
        &mut self,
        operator: &Operator,
        left: &Expr,
        right: &Expr,
        flags: Option<&str>,
    ) -> Result<String> {
        let negated = *operator == Operator::NotRegexp;
        match (self.dialect.kind, flags) {
            (DialectKind::Postgres, None) => self.plain(if negated { " !~ " } else { " ~ " }, left, right),
            (DialectKind::Postgres, Some("i")) => {
                self.plain(if negated { " !~* " } else { " ~* " }, left, right)
            }
            (DialectKind::Postgres, Some(flags)) => {
                let (value, pattern) = (self.expression(left)?, self.expression(right)?);
                let operator = if negated { "!~" } else { "~" };
                Ok(format!(
                    "{value} {operator} CONCAT('(?', {}, ')', {pattern})",
                    quoted(flags, self.dialect)
                ))
            }
            (DialectKind::Mysql, Some(flags)) if !self.dialect.mariadb => {
                let (value, pattern) = (self.expression(left)?, self.expression(right)?);
                let text = format!("REGEXP_LIKE({value}, {pattern}, {})", quoted(flags, self.dialect));
                Ok(if negated { format!("NOT {text}") } else { text })
            }
            (DialectKind::Mysql, Some(flags)) => {
                let (value, pattern) = (self.expression(left)?, self.expression(right)?);
                let flags = quoted(flags, self.dialect);
                Ok(format!("{value}{}CONCAT('(?', {flags}, ')', {pattern})", operator.text()))
            }
            (DialectKind::Mysql | DialectKind::Sqlite, _) => self.plain(operator.text(), left, right),
        }
    }

    fn exclusive_or(&mut self, left: &Expr, right: &Expr) -> Result<String> {
        match self.dialect.kind {
            DialectKind::Postgres => self.plain(" # ", left, right),
            DialectKind::Mysql => self.plain(" ^ ", left, right),
            DialectKind::Sqlite => {
                let either = self.plain(" | ", left, right)?;
                let both = self.plain(" & ", left, right)?;
                Ok(format!("(({either}) - ({both}))"))
            }
        }
    }

    /// `column["key"]` and `column[["a", "b"]]` of JSON, as a document or (after `as_string()`) as a value.
    fn json_item(
        &mut self,
        operator: &Operator,
        left: &Expr,
        key: &Expr,
        result: &DataType,
    ) -> Result<String> {
        let value = self.expression(left)?;
        let is_path = *operator == Operator::JsonPath;
        let is_document = result.affinity() == Affinity::Json;
        let Node::Value(key) = &key.node else { return self.json_expression(&value, key, is_document) };
        if self.dialect.is_postgres() {
            let key = if is_path {
                postgres_path(key)?
            } else {
                self.expression(&Expression::literal(key.clone()))?
            };
            let (plain, text) = if is_path { ("#>", "#>>") } else { ("->", "->>") };
            let jsonb = left.data_type.resolve(self.dialect).class.name == "JSONB";
            return Ok(match (is_document, result.affinity()) {
                (true, _) if jsonb && !is_path && self.dialect.has_subscripts() => format!("{value}[{key}]"),
                (true, _) => self.plain_json(format!("{value} {plain} {key}")),
                (false, Affinity::String) if result.class.name == "Text" => {
                    self.plain_json(format!("{value} {text} {key}"))
                }
                (false, _) => {
                    let item = self.plain_json(format!("{value} {text} {key}"));
                    format!("CAST({item} AS {})", super::type_sql(result, self.dialect)?)
                }
            });
        }
        let path = quoted(&json_path(key)?, self.dialect);
        if result.class.name == "Text" {
            return Ok(self.plain_json(format!("{value} ->> {path}")));
        }
        let extract = format!("JSON_EXTRACT({value}, {path})");
        if self.dialect.is_sqlite() {
            return Ok(match is_document {
                true => format!("JSON_QUOTE({extract})"),
                false => format!("CAST({extract} AS {})", super::type_sql(result, self.dialect)?),
            });
        }
        if is_document {
            return Ok(extract);
        }
        let end = match result.affinity() {
            Affinity::Integer => format!("ELSE CAST({extract} AS SIGNED INTEGER)"),
            Affinity::Numeric | Affinity::Float => format!("ELSE {extract}+0.0000000000000000000000"),
            Affinity::Boolean => "WHEN true THEN true ELSE false".to_owned(),
            Affinity::String => format!("ELSE JSON_UNQUOTE({extract})"),
            _ => format!("ELSE {extract}"),
        };
        Ok(format!("CASE {extract} WHEN 'null' THEN NULL {end} END"))
    }

    fn json_expression(&mut self, value: &str, key: &Expr, is_document: bool) -> Result<String> {
        let key = self.expression(key)?;
        match self.dialect.kind {
            DialectKind::Postgres => {
                Ok(format!("({value} {} {key})", if is_document { "->" } else { "->>" }))
            }
            DialectKind::Mysql | DialectKind::Sqlite => {
                Err(SqlError::unsupported("a key of a JSON document that is computed"))
            }
        }
    }
}

fn postgres_path(key: &Literal) -> Result<String> {
    let Literal::Array(parts) = key else { return Err(SqlError::unsupported("a JSON path")) };
    let texts: Vec<String> = parts
        .iter()
        .map(|part| match part {
            Literal::Int(number) => Ok(number.to_string()),
            Literal::Str(text) => Ok(text.replace('\'', "''")),
            _ => Err(SqlError::unsupported("a JSON path")),
        })
        .collect::<Result<_>>()?;
    Ok(format!("'{{{}}}'", texts.join(", ")))
}

/// `$."key"`, `$[0]`: the paths of SQLite and MySQL.
fn json_path(key: &Literal) -> Result<String> {
    let step = |part: &Literal| match part {
        Literal::Int(number) => Ok(format!("[{number}]")),
        Literal::Str(text) => Ok(format!(".\"{text}\"")),
        _ => Err(SqlError::unsupported("a JSON path")),
    };
    let steps: Vec<String> = match key {
        Literal::Array(parts) => parts.iter().map(step).collect::<Result<_>>()?,
        single => vec![step(single)?],
    };
    Ok(format!("${}", steps.concat()))
}
