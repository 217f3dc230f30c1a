//! INSERT and REPLACE.

use super::words::Words;
use super::{Teller, name_of, where_clause};
use crate::dialect::emulate::numbering;
use crate::dialect::rewrite::Unit;
use crate::dialect::rewrite::units::split;
use crate::dialect::{Fidelity, sqlite};
use crate::schema::{Column, IdentityKind, Table, TypeKind};
use crate::source::DialectKind;

/// Where the rows of an INSERT end.
const AFTER_ROWS: [&str; 4] = ["on conflict", "on duplicate key", "returning", "as"];

/// An INSERT with its parts found.
pub(super) struct Insert<'s> {
    pub(super) table: &'s Table,
    /// `INSERT INTO` or `REPLACE INTO`.
    verb: &'static str,
    alias: Option<String>,
    /// In the order of the values; none of them is left out.
    columns: Vec<&'s Column>,
    /// The columns are to be named.
    named: bool,
    /// Values for the identity column are taken although it refuses them.
    overriding: bool,
    /// `IGNORE`
    ignore: bool,
    /// MySQL's name for the new row, and for its columns.
    pub(super) new_row: Option<(String, Vec<String>)>,
}

impl<'s> Teller<'s> {
    pub(super) fn insert(
        &mut self,
        words: &mut Words<'_, '_>,
        replace: bool,
        condition: Option<&str>,
    ) -> Vec<String> {
        let Some(mut insert) = self.insert_head(words) else {
            self.unsupported("this INSERT");
            return Vec::new();
        };
        if replace {
            insert.verb = "REPLACE INTO";
            let message = "rows with the same key are deleted first; delete triggers do not see them";
            self.note("dialect/replace", Fidelity::Emulated, message);
        }
        let user_value = words.eat("overriding user value");
        insert.overriding = words.eat("overriding system value");
        let rows = self.source_of_rows(&mut insert, words, user_value, condition);
        let tail = self.tail(&mut insert, words);
        if !words.is_done() {
            self.unsupported("the end of this INSERT");
        }
        let mut sql: Vec<String> = rows.into_iter().map(|rows| format!("{rows}{tail}")).collect();
        if insert.overriding {
            self.around_guard(&insert, &mut sql);
        }
        sql
    }

    fn insert_head(&mut self, words: &mut Words<'_, '_>) -> Option<Insert<'s>> {
        let mut ignore = false;
        while ["low_priority", "delayed", "high_priority", "ignore"].iter().any(|word| words.is(word)) {
            ignore |= words.is("ignore");
            words.next();
        }
        words.eat("into");
        let name = words.object()?;
        let table = self.table(&name)?;
        if words.is("partition") {
            self.unsupported("INSERT INTO a partition");
        }
        let alias = if words.is("as") { words.alias() } else { None };
        let mut insert = Insert {
            table,
            verb: "INSERT INTO",
            alias,
            columns: table.columns.iter().collect(),
            named: false,
            overriding: false,
            ignore,
            new_row: None,
        };
        let is_list = matches!(words.peek(), Some(Unit::Group(inner)) if !inner.first().is_some_and(|f| f.is("select") || f.is("with")));
        if is_list && let Some(names) = words.group() {
            insert.named = !names.is_empty();
            if insert.named {
                insert.columns = self.named_columns(table, names)?;
            }
        }
        Some(insert)
    }

    fn named_columns(&mut self, table: &'s Table, names: &[Unit<'_>]) -> Option<Vec<&'s Column>> {
        let dialect = self.dialect();
        let mut columns = Vec::new();
        for part in split(names) {
            match part.last().and_then(|unit| unit.identifier(dialect)) {
                Some(name) if part.len() == 1 || part.len() == 3 => columns.push(self.column(table, &name)?),
                _ => {
                    self.unsupported("a part of a column in INSERT");
                    return None;
                }
            }
        }
        Some(columns)
    }

    /// The statements up to the end of the rows.
    fn source_of_rows(
        &mut self,
        insert: &mut Insert<'s>,
        words: &mut Words<'_, '_>,
        user_value: bool,
        condition: Option<&str>,
    ) -> Vec<String> {
        if words.eat("default values") {
            return vec![self.defaults(insert, condition)];
        }
        if words.eat("values") || words.eat("value") {
            let rows = words.until(&AFTER_ROWS);
            self.new_row(insert, words);
            return self.values(insert, rows, user_value, condition);
        }
        if self.is_mysql() && words.eat("set") {
            return self.set_values(insert, words, condition);
        }
        let query = words.until(&["on conflict", "on duplicate key", "returning"]);
        self.select(insert, query, condition)
    }

    fn defaults(&mut self, insert: &Insert<'_>, condition: Option<&str>) -> String {
        if condition.is_some() {
            self.unsupported("a row of defaults in a trigger");
        }
        format!("{} {} DEFAULT VALUES", insert.verb, name_of(&insert.table.name))
    }

    /// `AS new` and `AS new (a, b)` after the rows (MySQL).
    fn new_row(&mut self, insert: &mut Insert<'_>, words: &mut Words<'_, '_>) {
        if !words.is("as") {
            return;
        }
        let dialect = self.dialect();
        let alias = words.alias().unwrap_or_default();
        let names = words.group().unwrap_or_default();
        let names = split(names).iter().filter_map(|part| part.first()?.identifier(dialect)).collect();
        insert.new_row = Some((alias, names));
    }

    /// `SET a = 1, b = 2` (MySQL).
    fn set_values(
        &mut self,
        insert: &mut Insert<'s>,
        words: &mut Words<'_, '_>,
        condition: Option<&str>,
    ) -> Vec<String> {
        let list = words.until(&AFTER_ROWS);
        self.new_row(insert, words);
        let (mut columns, mut values) = (Vec::new(), Vec::new());
        for part in split(list) {
            let Some(equals) = part.iter().position(|unit| unit.is_symbol("=")) else { continue };
            let name = part.get(..equals).and_then(|name| name.last()).and_then(Unit::name);
            let Some(column) = name.and_then(|name| self.column(insert.table, name)) else {
                return Vec::new();
            };
            columns.push(column);
            values.push(part.get(equals + 1..).unwrap_or_default());
        }
        insert.columns = columns;
        insert.named = true;
        self.row_groups(insert, vec![values], false, condition)
    }

    fn values(
        &mut self,
        insert: &Insert<'s>,
        list: &[Unit<'_>],
        user_value: bool,
        condition: Option<&str>,
    ) -> Vec<String> {
        let mut rows = Vec::new();
        for part in split(list) {
            match part {
                [Unit::Group(row)] => rows.push(split(row)),
                [word, Unit::Group(row)] if word.is("row") => rows.push(split(row)),
                _ => self.unsupported("this list of VALUES"),
            }
        }
        self.row_groups(insert, rows, user_value, condition)
    }

    /// Rows that fill the same columns go into one statement: SQLite has no DEFAULT among values.
    fn row_groups(
        &mut self,
        insert: &Insert<'s>,
        rows: Vec<Vec<&[Unit<'_>]>>,
        user_value: bool,
        condition: Option<&str>,
    ) -> Vec<String> {
        let mut sql: Vec<String> = Vec::new();
        let mut open: Option<(Vec<&'s Column>, Vec<Vec<String>>)> = None;
        for row in rows {
            if row.len() > insert.columns.len() {
                self.unsupported("more values than columns");
                return Vec::new();
            }
            let (columns, values) = self.row(insert, &row, user_value);
            match &mut open {
                Some((same, rows))
                    if same.len() == columns.len()
                        && same.iter().zip(&columns).all(|(a, b)| a.name == b.name)
                        && !columns.is_empty() =>
                {
                    rows.push(values);
                }
                _ => {
                    sql.extend(
                        open.take().map(|(columns, rows)| self.rows_text(insert, &columns, &rows, condition)),
                    );
                    open = Some((columns, vec![values]));
                }
            }
        }
        sql.extend(open.map(|(columns, rows)| self.rows_text(insert, &columns, &rows, condition)));
        sql
    }

    /// The columns that a row fills, and with what.
    fn row(
        &mut self,
        insert: &Insert<'s>,
        row: &[&[Unit<'_>]],
        user_value: bool,
    ) -> (Vec<&'s Column>, Vec<String>) {
        let (mut columns, mut values) = (Vec::new(), Vec::new());
        for (column, value) in insert.columns.iter().zip(row) {
            let is_default = matches!(value, [word] if word.is("default"));
            let numbering = numbering(self.source, insert.table, column);
            let numbers_itself = numbering.is_some();
            let filled = match value {
                [word] if word.is("null") => false,
                [Unit::Number(zero)] if zero == "0" => false,
                _ => true,
            };
            if is_default || (user_value && numbers_itself) || (self.is_mysql() && numbers_itself && !filled)
            {
                continue;
            }
            if numbering.is_some_and(|numbering| numbering.is_key) {
                self.given_identity(column);
            }
            columns.push(*column);
            values.push(self.rewriter.value(value, column));
        }
        (columns, values)
    }

    /// On PostgreSQL a value given by hand leaves the counter where it is.
    fn given_identity(&mut self, column: &Column) {
        if self.dialect() == DialectKind::Postgres {
            let message = format!(
                "`{}` counts on from the values given by hand here; on PostgreSQL its sequence stays where it is",
                column.name
            );
            self.note("dialect/identity-given", Fidelity::Weakened, message);
        }
    }

    fn rows_text(
        &mut self,
        insert: &Insert<'_>,
        columns: &[&Column],
        rows: &[Vec<String>],
        condition: Option<&str>,
    ) -> String {
        if columns.is_empty() {
            return self.defaults(insert, condition);
        }
        let head = self.head(insert, columns);
        let row = |row: &Vec<String>| row.join(", ");
        if let Some(condition) = condition {
            let selects: Vec<String> = rows
                .iter()
                .map(|values| format!("SELECT {}{}", row(values), where_clause(Some(condition.to_owned()))))
                .collect();
            return format!("{head} {}", selects.join(" UNION ALL "));
        }
        let rows: Vec<String> = rows.iter().map(row).collect();
        [&*head, " VALUES (", &rows.join("), ("), ")"].concat()
    }

    fn head(&mut self, insert: &Insert<'_>, columns: &[&Column]) -> String {
        let all = insert
            .table
            .columns
            .iter()
            .map(|column| &column.name)
            .eq(columns.iter().map(|column| &column.name));
        let list = if all && !insert.named {
            String::new()
        } else {
            let names: Vec<String> = columns.iter().map(|column| sqlite::quote(&column.name)).collect();
            format!(" ({})", names.join(", "))
        };
        let alias =
            insert.alias.as_ref().map_or_else(String::new, |alias| format!(" AS {}", sqlite::quote(alias)));
        [insert.verb, " ", &name_of(&insert.table.name), &alias, &list].concat()
    }

    /// `INSERT … SELECT`: the literals it selects are said as the columns keep them.
    fn select(&mut self, insert: &Insert<'s>, query: &[Unit<'_>], condition: Option<&str>) -> Vec<String> {
        let inner = match query {
            [Unit::Group(inner)] => inner.as_slice(),
            other => other,
        };
        if condition.is_some()
            && inner
                .iter()
                .any(|unit| unit.is("union") || unit.is("order") || unit.is("limit") || unit.is("group"))
        {
            self.unsupported("this SELECT in a trigger");
        }
        let plain = inner.first().is_some_and(|unit| unit.is("select"))
            && !["distinct", "all"].iter().any(|word| inner.get(1).is_some_and(|unit| unit.is(word)))
            && !inner.iter().any(|unit| ["union", "except", "intersect"].iter().any(|word| unit.is(word)));
        let columns: Vec<&Column> =
            insert.columns.iter().filter(|column| column.generated.is_none()).copied().collect();
        let said = if plain { self.selected(&columns, inner) } else { self.say(inner) };
        let is_key =
            |column: &Column| numbering(self.source, insert.table, column).is_some_and(|held| held.is_key);
        let keys: Vec<&Column> = columns.iter().filter(|column| is_key(column)).copied().collect();
        for column in keys {
            self.given_identity(column);
        }
        if !plain
            && columns.iter().any(|column| wants_conversion(&self.rewriter.kind_of_type(&column.column_type)))
        {
            self.note("dialect/values", Fidelity::Weakened, "values that are selected are kept as they are");
        }
        let has = |word: &str| inner.iter().any(|unit| unit.is(word));
        let tail = match condition {
            Some(condition) if has("where") => {
                // AND binds closer than OR of the condition that is there.
                format!(" AND ({condition})")
            }
            Some(condition) => format!(" WHERE {condition}"),
            // SQLite would take the ON of a conflict for one of a join (sqlite.org/lang_upsert.html, 3).
            None if plain
                && has("from")
                && !["where", "group", "order", "limit", "having"].iter().any(|word| has(word)) =>
            {
                " WHERE TRUE".to_owned()
            }
            None => String::new(),
        };
        if condition.is_some() && has("where") && has("or") {
            self.unsupported("a SELECT with OR in a trigger");
        }
        let head = self.head(insert, &columns);
        vec![format!("{head} {said}{tail}")]
    }

    fn selected(&mut self, columns: &[&Column], query: &[Unit<'_>]) -> String {
        let mut words = Words::new(query, self.dialect());
        words.eat("select");
        let items = words.until(&["from", "where", "group", "having", "order", "limit", "window"]);
        let items = split(items);
        let mut said = Vec::new();
        for (place, item) in items.iter().enumerate() {
            let as_place = item.iter().rposition(|unit| unit.is("as"));
            let value = item.get(..as_place.unwrap_or(item.len())).unwrap_or_default();
            let has_star = value.last().is_some_and(|unit| unit.is_symbol("*"));
            said.push(match columns.get(place).filter(|_| items.len() == columns.len() && !has_star) {
                Some(column) => self.rewriter.value(value, column),
                None => self.say(value),
            });
        }
        let rest = self.say(words.rest());
        let rest = if rest.is_empty() { rest } else { format!(" {rest}") };
        format!("SELECT {}{rest}", said.join(", "))
    }

    /// ON CONFLICT, ON DUPLICATE KEY UPDATE, RETURNING.
    fn tail(&mut self, insert: &mut Insert<'s>, words: &mut Words<'_, '_>) -> String {
        let mut tail = String::new();
        if words.eat("on conflict") {
            tail.push_str(&self.on_conflict(insert.table, words));
        } else if words.eat("on duplicate key update") {
            tail.push_str(&self.on_duplicate(insert, words));
        } else if insert.ignore {
            let message = "rows whose key is there already are left out; what MySQL would adjust or skip besides fails here";
            self.note("dialect/insert-ignore", Fidelity::Emulated, message);
            tail.push_str(" ON CONFLICT DO NOTHING");
        }
        if words.eat("returning") {
            let list = words.until(&[";"]);
            tail.push_str(&format!(" RETURNING {}", self.say(list)));
        }
        tail
    }

    /// `OVERRIDING SYSTEM VALUE`: our trigger that refuses given values goes for the length of the statement.
    fn around_guard(&mut self, insert: &Insert<'_>, sql: &mut Vec<String>) {
        let always = insert.table.columns.iter().any(|column| {
            column.identity.as_ref().is_some_and(|identity| identity.kind == IdentityKind::Always)
        });
        if !always {
            return;
        }
        let own = crate::dialect::emulate::flat(&insert.table.name);
        let guards: Vec<_> = self
            .engine
            .triggers_of(&own)
            .into_iter()
            .filter(|trigger| {
                trigger.name.name.starts_with("_retort_") && trigger.name.name.ends_with("_always")
            })
            .collect();
        for guard in guards {
            sql.insert(0, format!("DROP TRIGGER {}", sqlite::table_name(&guard.name)));
            sql.push(guard.definition.text().to_owned());
        }
    }
}

/// Types whose literals are kept in another form than they may be written.
fn wants_conversion(kind: &TypeKind) -> bool {
    matches!(
        kind,
        TypeKind::Boolean
            | TypeKind::Array(_)
            | TypeKind::Blob { .. }
            | TypeKind::Timestamp { .. }
            | TypeKind::Date
    )
}

impl Insert<'_> {
    /// The name of the column that a value goes into.
    pub(super) fn column_at(&self, place: usize) -> Option<&str> {
        self.columns.get(place).map(|column| column.name.as_str())
    }
}
