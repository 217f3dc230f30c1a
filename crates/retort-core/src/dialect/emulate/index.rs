//! UNIQUE constraints and indexes on SQLite.

use super::{Emulation, SQLITE, flat};
use crate::dialect::Fidelity;
use crate::dialect::sqlite::quote;
use crate::schema::{Deferral, Expression, Index, IndexKey, IndexPart, ObjectName, Unique, same_name};

impl Emulation<'_> {
    /// A UNIQUE constraint is a unique index here, so that it can come and go without a rebuild.
    pub(super) fn unique(&mut self, unique: &Unique) {
        let parts: Vec<IndexPart> = unique.columns.iter().map(IndexPart::column).collect();
        let parts = if unique.nulls_not_distinct { null_is_a_value(&parts) } else { parts };
        let name = unique.name.clone().unwrap_or_else(|| unique.columns.join("_"));
        if unique.deferral != Deferral::NotDeferrable {
            let message = format!("`{name}` is checked row by row, not at the end of the transaction");
            self.note("dialect/deferrable-unique", Fidelity::Weakened, message);
        }
        self.note("dialect/unique", Fidelity::Emulated, format!("`{name}` is a unique index"));
        self.done.table.indexes.push(Index { unique: true, ..Index::new(self.index_name(&name), parts) });
    }

    /// SQLite names indexes for the whole database, MySQL for each table.
    fn index_name(&self, name: &str) -> String {
        let own = flat(&self.from.name);
        let by_table = format!("{own}__{name}");
        let taken = match self.engine.table_of_index(None, name) {
            Some(table) => !same_name(&table.name, &own, SQLITE),
            None => self.engine.table(&ObjectName::bare(name)).is_some(),
        };
        let kept = self.engine.table(&own).is_some_and(|table| table.index(&by_table, SQLITE).is_some());
        if taken || kept { by_table } else { name.to_owned() }
    }

    pub(super) fn index(&mut self, index: &Index) {
        if let Some(method) = index.method.as_deref() {
            if !matches!(method, "hash" | "brin") {
                let message = format!("SQLite has no {method} index: `{}` is not made", index.name);
                self.note("dialect/index-method", Fidelity::Dropped, message);
                return;
            }
            let message = format!("`{}` is a plain index, not {method}", index.name);
            self.note("dialect/index-method", Fidelity::Weakened, message);
        }
        let mut problems = Vec::new();
        let mut parts = Vec::new();
        for part in &index.parts {
            parts.push(self.index_part(index, part, &mut problems));
        }
        let predicate = index.predicate.as_ref().map(|predicate| self.expression(predicate, &mut problems));
        if !problems.is_empty() {
            let message =
                format!("`{}` is not made: SQLite has no words for {}", index.name, problems.join(", "));
            self.note("dialect/index-expression", Fidelity::Dropped, message);
            return;
        }
        if !index.include.is_empty() {
            let message = format!(
                "INCLUDE ({}) of `{}` is left out; it changes no meaning",
                index.include.join(", "),
                index.name
            );
            self.note("dialect/index-include", Fidelity::Exact, message);
        }
        let name = self.index_name(&index.name);
        if name != index.name {
            let message = format!(
                "`{}` is called `{name}`: index names are unique in the whole database here",
                index.name
            );
            self.note("dialect/index-name", Fidelity::Emulated, message);
        }
        let parts = if index.unique && index.nulls_not_distinct { null_is_a_value(&parts) } else { parts };
        self.done.table.indexes.push(Index { unique: index.unique, predicate, ..Index::new(name, parts) });
    }

    fn expression(&mut self, expression: &Expression, problems: &mut Vec<String>) -> Expression {
        let said = self.say(expression);
        self.done.notes.extend(said.notes);
        problems.extend(said.unsupported);
        Expression::new(&said.sql, SQLITE)
    }

    fn index_part(&mut self, index: &Index, part: &IndexPart, problems: &mut Vec<String>) -> IndexPart {
        let key = match (&part.key, part.prefix_length) {
            (IndexKey::Column(column), Some(length)) => {
                let message =
                    format!("the first {length} characters of `{column}` are indexed by an expression");
                self.note("dialect/index-prefix", Fidelity::Emulated, message);
                let text = format!("substr({}, 1, {length})", quote(column));
                IndexKey::Expression(Expression::verbatim(&text, SQLITE))
            }
            (IndexKey::Column(column), None) => IndexKey::Column(column.clone()),
            (IndexKey::Expression(expression), _) => {
                IndexKey::Expression(self.expression(expression, problems))
            }
        };
        // SQLite puts NULL first when ascending and last when descending (sqlite.org/lang_select.html, 4).
        // PostgreSQL's default is the opposite, and matters only for the order of reading.
        if part.nulls_first.is_some_and(|first| first == part.descending) {
            let message = format!("`{}` keeps NULLs where SQLite puts them", index.name);
            self.note("dialect/index-nulls", Fidelity::Weakened, message);
        }
        if let Some(class) = &part.operator_class {
            let message = format!("the operator class `{class}` of `{}` is left out", index.name);
            self.note("dialect/operator-class", Fidelity::Weakened, message);
        }
        IndexPart { descending: part.descending, ..IndexPart::new(key) }
    }
}

/// Two NULLs are the same where NULL is indexed as a value and as being one.
fn null_is_a_value(parts: &[IndexPart]) -> Vec<IndexPart> {
    let expression = |text: String| IndexPart::new(IndexKey::Expression(Expression::verbatim(&text, SQLITE)));
    let pair = |part: &IndexPart| {
        let text = match &part.key {
            IndexKey::Column(column) => quote(column),
            IndexKey::Expression(expression) => format!("({})", expression.text()),
        };
        [expression(format!("coalesce({text}, 0)")), expression(format!("{text} IS NULL"))]
    };
    parts.iter().flat_map(pair).collect()
}
