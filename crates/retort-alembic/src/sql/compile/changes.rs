//! INSERT, UPDATE, DELETE.

use std::rc::Rc;

use super::queries::froms_of;
use super::{Compiler, NewRow};
use crate::sql::error::{ErrorKind, Result, SqlError};
use crate::sql::expression::{
    Assignment, Conflict, ConflictAction, Delete, Expr, Expression, From, Insert, InsertSource, Node, Source,
    SourceColumn, Update,
};
use crate::sql::identifier::{Identifier, qualified};

impl Compiler<'_> {
    pub(super) fn insert(&mut self, insert: &Insert) -> Result<String> {
        let mut text = "INSERT ".to_owned();
        for prefix in &insert.prefixes {
            text.push_str(prefix);
            text.push(' ');
        }
        text.push_str(&format!("INTO {}", self.target(&insert.table)));
        match &insert.source {
            InsertSource::Rows(rows) => text.push_str(&self.rows(&insert.table, rows)?),
            InsertSource::Select { columns, query, defaults } => {
                let (names, query) = self.insert_select(&insert.table, columns, query, *defaults)?;
                text.push_str(&format!(" ({names}) {query}"));
            }
        }
        if let Some(conflict) = &insert.conflict {
            let is_select = matches!(insert.source, InsertSource::Select { .. });
            text.push_str(&self.conflict(&insert.table, conflict, is_select)?);
        }
        text.push_str(&self.returning(&insert.returning)?);
        Ok(text)
    }

    fn target(&self, table: &Source) -> String {
        qualified(table.schema.as_ref(), &table.name, self.dialect)
    }

    fn rows(&mut self, table: &Source, rows: &[Vec<Assignment>]) -> Result<String> {
        let first: Vec<(Identifier, Expr)> =
            self.row(table, rows.first().map_or(&[][..], Vec::as_slice), true)?;
        if first.is_empty() {
            return Ok(if self.dialect.is_mysql() { " () VALUES ()" } else { " DEFAULT VALUES" }.to_owned());
        }
        let names: Vec<String> = first.iter().map(|(name, _)| name.sql(self.dialect)).collect();
        let mut tuples = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let row = if index == 0 { first.clone() } else { self.row(table, row, true)? };
            let mut values = Vec::new();
            for (name, _) in &first {
                let found = row.iter().find(|(own, _)| own == name).map(|(_, value)| value);
                let Some(value) = found else {
                    let message = format!(
                        "INSERT value for column {}.{name} is explicitly rendered as a boundparameter in the VALUES clause; a Python-side value or SQL expression is required",
                        table.name
                    );
                    return Err(SqlError::compile(message));
                };
                values.push(self.expression(&as_value(value))?);
            }
            tuples.push(format!("({})", values.join(", ")));
        }
        Ok(format!(" ({}) VALUES {}", names.join(", "), tuples.join(", ")))
    }

    /// The values of a row in the order of the table's columns; columns with a default of the client's are added.
    fn row(
        &mut self,
        table: &Source,
        given: &[Assignment],
        inserting: bool,
    ) -> Result<Vec<(Identifier, Expr)>> {
        let mut row = Vec::new();
        let mut used: Vec<&str> = Vec::new();
        for column in &table.columns {
            let found = given
                .iter()
                .find(|a| a.key == column.key)
                .or_else(|| given.iter().find(|a| *a.key == *column.name));
            let default = if inserting { &column.default } else { &column.onupdate };
            let default = default.as_ref().filter(|default| self.can_default(default));
            match (found, default) {
                (Some(assignment), _) => {
                    used.push(&assignment.key);
                    row.push((column.name.clone(), typed(&assignment.value, column)));
                }
                (None, Some(default)) => row.push((column.name.clone(), typed(default, column))),
                (None, None) => {}
            }
        }
        let unknown: Vec<&Assignment> = given.iter().filter(|a| !used.contains(&a.key.as_str())).collect();
        if let (Some(assignment), false) = (unknown.first(), table.columns.is_empty()) {
            let message = format!("Unconsumed column names: {}", assignment.key);
            return Err(SqlError::new(ErrorKind::Compile, message));
        }
        row.extend(unknown.iter().map(|a| (Identifier::new(&a.key), Rc::clone(&a.value))));
        Ok(row)
    }

    fn insert_select(
        &mut self,
        table: &Source,
        columns: &[String],
        query: &crate::sql::expression::Query,
        defaults: bool,
    ) -> Result<(String, String)> {
        let written = |key: &String| {
            let found = table.columns.iter().find(|column| column.key == *key || *column.name == **key);
            found.map_or_else(|| Identifier::new(key), |column| column.name.clone())
        };
        let mut names: Vec<String> = columns.iter().map(|key| written(key).sql(self.dialect)).collect();
        let mut query = query.clone();
        if let (true, crate::sql::expression::Query::Select(select)) = (defaults, &mut query) {
            for column in table.columns.iter().filter(|column| !columns.contains(&column.key)) {
                if let Some(default) = column.default.as_ref().filter(|default| self.can_default(default)) {
                    names.push(column.name.sql(self.dialect));
                    select.columns.push(typed(default, column));
                }
            }
        }
        let text = self.query(&query, false)?;
        Ok((names.join(", "), text))
    }

    /// A sequence as a default is passed over where there are none.
    fn can_default(&self, default: &Expr) -> bool {
        let has_sequences = self.dialect.is_postgres() || self.dialect.mariadb;
        has_sequences || !matches!(default.node, Node::NextValue { .. })
    }

    fn conflict(&mut self, table: &Source, conflict: &Conflict, is_select: bool) -> Result<String> {
        if self.dialect.is_mysql() {
            return self.duplicate_key(table, conflict, is_select);
        }
        let mut target = String::new();
        if let Some(name) = &conflict.constraint {
            target = format!(" ON CONSTRAINT {}", name.sql(self.dialect));
        } else if !conflict.elements.is_empty() {
            let elements = self.without_table(|compiler| compiler.list(&conflict.elements))?;
            target = format!(" ({elements})");
            if let Some(predicate) = &conflict.predicate {
                let predicate = self.without_table(|compiler| compiler.expression(predicate))?;
                target.push_str(&format!(" WHERE {predicate}"));
            }
        }
        match &conflict.action {
            ConflictAction::Nothing => Ok(format!(" ON CONFLICT{target} DO NOTHING")),
            ConflictAction::Update { assignments, condition } => {
                let mut text =
                    format!(" ON CONFLICT{target} DO UPDATE SET {}", self.upsert_values(table, assignments)?);
                if let Some(condition) = condition {
                    text.push_str(&format!(" WHERE {}", self.expression(condition)?));
                }
                Ok(text)
            }
        }
    }

    fn upsert_values(&mut self, table: &Source, assignments: &[Assignment]) -> Result<String> {
        let mut texts = Vec::new();
        for (name, value) in ordered(table, assignments) {
            let value = self.expression(&as_value(&value))?;
            texts.push(format!("{} = {value}", name.sql(self.dialect)));
        }
        Ok(texts.join(", "))
    }

    fn duplicate_key(&mut self, table: &Source, conflict: &Conflict, is_select: bool) -> Result<String> {
        let ConflictAction::Update { assignments, .. } = &conflict.action else {
            return Err(SqlError::unsupported("ON CONFLICT DO NOTHING on MySQL"));
        };
        let alias = !is_select && self.dialect.names_new_row();
        let name = if table.name.eq_ignore_ascii_case("new") { "new_1" } else { "new" };
        let before = self.new_row.clone();
        self.new_row = if alias { NewRow::Alias(name) } else { NewRow::Values };
        let values = self.upsert_values(table, assignments);
        self.new_row = before;
        let start = if alias { format!(" AS {name}") } else { String::new() };
        Ok(format!("{start} ON DUPLICATE KEY UPDATE {}", values?))
    }

    fn returning(&mut self, columns: &[Expr]) -> Result<String> {
        if columns.is_empty() {
            return Ok(String::new());
        }
        let is_sqlite = self.dialect.is_sqlite();
        let before = self.include_table;
        self.include_table = before && !is_sqlite;
        let text = self.list(&crate::sql::expression::flatten(columns));
        self.include_table = before;
        Ok(format!(" RETURNING {}", text?))
    }

    pub(super) fn update(&mut self, update: &Update) -> Result<String> {
        let own = From::Table(Rc::clone(&update.table));
        let others = self.others(&own, &update.conditions, &update.assignments);
        let several = !others.is_empty();
        let mut reads = vec![own.clone()];
        reads.extend(others.clone());
        self.around.push(reads);
        let text = self.update_body(update, &others, several);
        self.around.pop();
        text
    }

    fn update_body(&mut self, update: &Update, others: &[From], several: bool) -> Result<String> {
        let mut tables = vec![self.target(&update.table)];
        let is_mysql = self.dialect.is_mysql();
        let clauses: Vec<String> = others.iter().map(|from| self.read_clause(from)).collect::<Result<_>>()?;
        if is_mysql {
            tables.extend(clauses.iter().cloned());
        }
        let row = match update.ordered {
            true => update.assignments.iter().map(|a| named(&update.table, a)).collect(),
            false => self.row(&update.table, &update.assignments, false)?,
        };
        let mut settings = Vec::new();
        for (name, value) in row {
            // MySQL names the table of what it sets when it reads from several.
            let prefix =
                if several && is_mysql { format!("{}.", self.target(&update.table)) } else { String::new() };
            let value = self.expression(&as_value(&value))?;
            settings.push(format!("{prefix}{}={value}", name.sql(self.dialect)));
        }
        let mut text = format!("UPDATE {} SET {}", tables.join(", "), settings.join(", "));
        if several && !is_mysql {
            text.push_str(&format!(" FROM {}", clauses.join(", ")));
        }
        text.push_str(&self.criteria(" WHERE ", &update.conditions)?);
        text.push_str(&self.returning(&update.returning)?);
        Ok(text)
    }

    pub(super) fn delete(&mut self, delete: &Delete) -> Result<String> {
        let own = From::Table(Rc::clone(&delete.table));
        let others = self.others(&own, &delete.conditions, &[]);
        if !others.is_empty() && self.dialect.is_sqlite() {
            let message = "This backend does not support multiple-table criteria within DELETE";
            return Err(SqlError::new(ErrorKind::NotImplemented, message));
        }
        let mut reads = vec![own];
        reads.extend(others.clone());
        self.around.push(reads);
        let text = self.delete_body(delete, &others);
        self.around.pop();
        text
    }

    fn delete_body(&mut self, delete: &Delete, others: &[From]) -> Result<String> {
        let table = self.target(&delete.table);
        let mut text = format!("DELETE FROM {table}");
        let mut clauses: Vec<String> =
            others.iter().map(|from| self.read_clause(from)).collect::<Result<_>>()?;
        if !clauses.is_empty() {
            if self.dialect.is_mysql() {
                clauses.insert(0, table);
            }
            text.push_str(&format!(" USING {}", clauses.join(", ")));
        }
        text.push_str(&self.criteria(" WHERE ", &delete.conditions)?);
        text.push_str(&self.returning(&delete.returning)?);
        Ok(text)
    }

    /// The other tables that conditions and values name.
    fn others(&self, own: &From, conditions: &[Expr], assignments: &[Assignment]) -> Vec<From> {
        let mut others: Vec<From> = Vec::new();
        let values = assignments.iter().map(|assignment| &assignment.value);
        for from in conditions.iter().chain(values).flat_map(froms_of) {
            if from != *own && !others.contains(&from) {
                others.push(from);
            }
        }
        others
    }
}

/// A value that is set: every operator is put in parentheses.
fn as_value(value: &Expr) -> Expr {
    match &value.node {
        Node::Binary { .. } | Node::List { .. } | Node::Unary { .. } => Rc::new(Expression {
            node: Node::Group(Rc::clone(value)),
            data_type: Rc::clone(&value.data_type),
        }),
        _ => Rc::clone(value),
    }
}

fn named(table: &Source, assignment: &Assignment) -> (Identifier, Expr) {
    let column = table.columns.iter().find(|column| column.key == assignment.key);
    match column {
        Some(column) => (column.name.clone(), typed(&assignment.value, column)),
        None => (Identifier::new(&assignment.key), Rc::clone(&assignment.value)),
    }
}

/// Assignments in the order of the table's columns, then those that name none of them.
fn ordered(table: &Source, assignments: &[Assignment]) -> Vec<(Identifier, Expr)> {
    let mut row: Vec<(Identifier, Expr)> = Vec::new();
    for column in &table.columns {
        if let Some(assignment) = assignments.iter().find(|a| a.key == column.key) {
            row.push((column.name.clone(), typed(&assignment.value, column)));
        }
    }
    let rest = assignments.iter().filter(|a| !table.columns.iter().any(|column| column.key == a.key));
    row.extend(rest.map(|assignment| (Identifier::new(&assignment.key), Rc::clone(&assignment.value))));
    row
}

/// A bare value takes the type of its column.
fn typed(value: &Expr, column: &SourceColumn) -> Expr {
    match &value.node {
        Node::Value(literal) => Rc::new(Expression {
            node: Node::Value(literal.clone()),
            data_type: Rc::clone(&column.data_type),
        }),
        Node::Parameter { .. } if value.data_type.is_null() => {
            Rc::new(Expression { node: value.node.clone(), data_type: Rc::clone(&column.data_type) })
        }
        _ => Rc::clone(value),
    }
}
