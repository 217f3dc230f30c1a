//! Constraints and indexes on another server.

use super::{Carry, title};
use crate::dialect::{Fidelity, words};
use crate::operation::{self, Operation};
use crate::schema::{
    Check, Column, Deferral, Exclusion, Expression, ForeignKey, Index, IndexKey, IndexPart, PrimaryKey,
    ReferentialAction, Schema, TypeKind, Unique,
};
use crate::source::DialectKind;

impl Carry<'_> {
    fn deferral(&mut self, deferral: Deferral, what: &str) -> Deferral {
        if self.to_postgres() || deferral == Deferral::NotDeferrable {
            return deferral;
        }
        self.note(
            "dialect/deferrable",
            Fidelity::Weakened,
            format!("{what} is checked with each row, not at the end of the transaction"),
        );
        Deferral::NotDeferrable
    }

    pub(super) fn primary_key(&mut self) {
        let Some(key) = self.from.primary_key.clone() else { return };
        if self.from() == DialectKind::Sqlite {
            for column in self.table.columns.iter_mut().filter(|column| key.columns.contains(&column.name)) {
                column.nullable = false;
            }
        }
        let deferral = self.deferral(key.deferral, "the primary key");
        // MySQL calls every primary key PRIMARY: that is no name.
        let given = key.name.filter(|_| self.to_postgres() && self.from() != DialectKind::Mysql);
        let name =
            self.to_postgres().then(|| given.unwrap_or_else(|| format!("{}_pkey", self.table.name.name)));
        let name = name.map(|name| super::shorten(name, DialectKind::Postgres));
        self.table.primary_key = Some(PrimaryKey { deferral, ..PrimaryKey::new(name, key.columns) });
    }

    pub(super) fn uniques(&mut self) {
        for unique in self.from.uniques.clone() {
            let given = unique
                .name
                .clone()
                .unwrap_or_else(|| format!("{}_{}_key", self.table.name.name, unique.columns.join("_")));
            let name = if self.to_postgres() {
                self.free_name(&given)
            } else {
                super::shorten(given, self.able.dialect)
            };
            let deferral = self.deferral(unique.deferral, &format!("`{name}`"));
            if unique.nulls_not_distinct && !self.able.nulls_not_distinct {
                self.note(
                    "dialect/nulls-not-distinct",
                    Fidelity::Weakened,
                    format!("`{name}` lets more than one NULL in"),
                );
            }
            self.table.uniques.push(Unique { deferral, ..Unique::new(Some(name), unique.columns) });
        }
        for exclusion in self.from.exclusions.clone() {
            self.exclusion(&exclusion);
        }
    }

    /// EXCLUDE with nothing but `=` is UNIQUE.
    fn exclusion(&mut self, exclusion: &Exclusion) {
        let name = exclusion.name.clone().unwrap_or_default();
        let columns: Option<Vec<String>> = exclusion
            .parts
            .iter()
            .map(|(part, operator)| match &part.key {
                IndexKey::Column(column) if operator == "=" => Some(column.clone()),
                IndexKey::Column(_) | IndexKey::Expression(_) => None,
            })
            .collect();
        match columns.filter(|_| exclusion.predicate.is_none()) {
            Some(columns) => {
                self.note("dialect/exclude", Fidelity::Emulated, format!("`{name}` is a unique key"));
                self.table.uniques.push(Unique::new(Some(name), columns));
            }
            None => self.note(
                "dialect/exclude",
                Fidelity::Weakened,
                format!("`{name}` is not enforced: {} has no EXCLUDE", title(self.able)),
            ),
        }
    }

    pub(super) fn checks(&mut self) {
        for check in &self.from.checks {
            self.check(check);
        }
    }

    pub(super) fn check(&mut self, check: &Check) {
        let name = check.name.clone();
        let shown = name.clone().unwrap_or_else(|| check.expression.text().to_owned());
        let said = self.say(&check.expression).and_then(|said| self.without_counter(said));
        match said {
            Ok(expression) => {
                let name = name.unwrap_or_else(|| {
                    format!("{}_check{}", self.table.name.name, self.table.checks.len() + 1)
                });
                self.put_check(name, expression);
                if let Some(held) = self.table.checks.last_mut() {
                    held.enforced = check.enforced || !self.able.not_enforced;
                    held.validated = check.validated
                        || !self.able.not_enforced && self.able.dialect != DialectKind::Postgres;
                    if self.able.dialect == DialectKind::Mysql {
                        held.validated = held.enforced;
                    }
                }
                if !check.validated && !self.to_postgres() {
                    self.note(
                        "dialect/not-valid",
                        Fidelity::Weakened,
                        format!("`{shown}` is checked for the rows that are there, too"),
                    );
                }
            }
            Err(why) => self.note(
                "dialect/check",
                Fidelity::Weakened,
                format!("the check `{shown}` is not enforced: {why}"),
            ),
        }
    }

    /// A check of MySQL cannot look at a column that numbers itself (MySQL 8.4, 15.1.20.6).
    fn without_counter(&self, said: Expression) -> Result<Expression, String> {
        let counts =
            |column: &&Column| column.identity.is_some() && said.mentions(&column.name, DialectKind::Mysql);
        match self.table.columns.iter().filter(|_| !self.to_postgres()).find(counts) {
            Some(column) => Err(format!(
                "{} checks no column that numbers itself, as `{}` does",
                title(self.able),
                column.name
            )),
            None => Ok(said),
        }
    }

    /// MySQL names checks for the whole database; MariaDB and PostgreSQL for each table.
    pub(super) fn put_check(&mut self, name: String, expression: Expression) {
        let own = |name: &str| self.table.checks.iter().any(|check| check.name.as_deref() == Some(name));
        let mut name = if self.able.dialect == DialectKind::Mysql && !self.able.mariadb {
            self.free_name(&name)
        } else {
            super::shorten(name, self.able.dialect)
        };
        let mut number = 1;
        while own(&name) {
            number += 1;
            name = format!("{name}{number}");
        }
        self.table.checks.push(Check::new(Some(name), expression));
    }

    pub(super) fn foreign_keys(&mut self) {
        for key in self.from.foreign_keys.clone() {
            let given = key
                .name
                .clone()
                .unwrap_or_else(|| format!("{}_{}_fkey", self.table.name.name, key.columns.join("_")));
            // MySQL names foreign keys for the whole database, PostgreSQL for each table.
            let name = if self.to_postgres() {
                super::shorten(given, self.able.dialect)
            } else {
                self.free_name(&given)
            };
            let what = format!("`{name}`");
            let deferral = self.deferral(key.deferral, &what);
            let mut new = ForeignKey {
                name: Some(name),
                deferral,
                ref_table: super::carried_name(&key.ref_table),
                ..key
            };
            if new.ref_columns.is_empty() {
                let parent = self.source.table(&new.ref_table).and_then(|parent| parent.primary_key.as_ref());
                new.ref_columns = parent.map(|key| key.columns.clone()).unwrap_or_default();
            }
            self.foreign_key_limits(&mut new, &what);
            self.table.foreign_keys.push(new);
        }
    }

    fn foreign_key_limits(&mut self, key: &mut ForeignKey, what: &str) {
        if !self.able.set_some_columns && !key.set_columns.is_empty() {
            key.set_columns.clear();
            self.note("dialect/foreign-key", Fidelity::Weakened, format!("{what} sets all its columns"));
        }
        if self.to_postgres() {
            return;
        }
        if key.match_full {
            key.match_full = false;
            self.note(
                "dialect/foreign-key",
                Fidelity::Weakened,
                format!("{what} is MATCH SIMPLE: MATCH FULL is not enforced"),
            );
        }
        for action in [&mut key.on_delete, &mut key.on_update] {
            if *action == ReferentialAction::SetDefault {
                *action = ReferentialAction::NoAction;
                let note = crate::dialect::Note::new(
                    "dialect/foreign-key",
                    Fidelity::Weakened,
                    format!("{what} refuses: InnoDB has no SET DEFAULT"),
                );
                self.done.notes.push(note);
            }
        }
        if !key.validated {
            key.validated = true;
            self.note(
                "dialect/not-valid",
                Fidelity::Weakened,
                format!("{what} is checked for the rows that are there, too"),
            );
        }
        key.enforced = true;
    }

    pub(super) fn indexes(&mut self) {
        for index in self.from.indexes.clone() {
            // An index that MySQL made for a foreign key is of use on every server.
            self.index(&index);
        }
    }

    fn index(&mut self, index: &Index) {
        let dropped = |why: String| (why, Fidelity::Dropped);
        let made = self.index_there(index).map_err(dropped);
        match made {
            Ok(new) => {
                if new.name != index.name {
                    let message = format!("`{}` is called `{}` there", index.name, new.name);
                    self.note("dialect/index-name", Fidelity::Emulated, message);
                }
                self.table.indexes.push(new);
            }
            Err((why, fidelity)) => {
                let fidelity = if index.unique { Fidelity::Weakened } else { fidelity };
                let more = if index.unique { "; equal keys are not refused" } else { "" };
                self.note(
                    "dialect/index",
                    fidelity,
                    format!("the index `{}` is not made: {why}{more}", index.name),
                );
            }
        }
    }

    fn index_there(&mut self, index: &Index) -> Result<Index, String> {
        let server = title(self.able);
        match index.method.as_deref() {
            Some("hash" | "brin" | "btree") | None => {}
            Some(method) => return Err(format!("{server} has no {method} index like it")),
        }
        let name = if self.to_postgres() {
            self.free_name(&index.name)
        } else {
            super::shorten(index.name.clone(), self.able.dialect)
        };
        let mut new = Index { unique: index.unique, ..Index::new(name, Vec::new()) };
        for part in &index.parts {
            let part = self.index_part(part, index)?;
            new.parts.push(part);
        }
        if let Some(predicate) = &index.predicate {
            let said = self.say(predicate)?;
            if self.able.partial_indexes {
                new.predicate = Some(said);
            } else if index.unique {
                new.parts = self.parts_where(&new.parts, &said)?;
                self.note(
                    "dialect/partial-index",
                    Fidelity::Emulated,
                    format!("`{}` is an index of expressions that are NULL for the other rows", index.name),
                );
            } else {
                self.note(
                    "dialect/partial-index",
                    Fidelity::Exact,
                    format!("`{}` covers all rows", index.name),
                );
            }
        }
        if index.nulls_not_distinct {
            if self.able.nulls_not_distinct {
                new.nulls_not_distinct = true;
            } else {
                self.note(
                    "dialect/nulls-not-distinct",
                    Fidelity::Weakened,
                    format!("`{}` lets more than one NULL in", index.name),
                );
            }
        }
        if !index.include.is_empty() {
            if self.to_postgres() {
                new.include.clone_from(&index.include);
            } else {
                self.note(
                    "dialect/index-include",
                    Fidelity::Exact,
                    format!("INCLUDE of `{}` is left out; it changes no meaning", index.name),
                );
            }
        }
        Ok(new)
    }

    /// A unique index of some rows: its parts are NULL for the others, and NULLs are all different.
    fn parts_where(&mut self, parts: &[IndexPart], predicate: &Expression) -> Result<Vec<IndexPart>, String> {
        if !self.able.expression_indexes {
            return Err(format!("{} has indexes of all rows only", title(self.able)));
        }
        let dialect = self.able.dialect;
        Ok(parts
            .iter()
            .map(|part| {
                let value = match &part.key {
                    IndexKey::Column(column) => words::quote(column, dialect),
                    IndexKey::Expression(expression) => format!("({})", expression.text()),
                };
                let text = format!("CASE WHEN {} THEN {value} END", predicate.text());
                IndexPart {
                    prefix_length: None,
                    ..IndexPart {
                        key: IndexKey::Expression(Expression::verbatim(&text, dialect)),
                        ..part.clone()
                    }
                }
            })
            .collect())
    }

    fn index_part(&mut self, part: &IndexPart, index: &Index) -> Result<IndexPart, String> {
        let key = match (&part.key, part.prefix_length) {
            (IndexKey::Column(column), Some(length)) if self.to_postgres() => {
                self.note(
                    "dialect/index-prefix",
                    Fidelity::Emulated,
                    format!("the first {length} characters of `{column}` are indexed by an expression"),
                );
                let text = format!("\"left\"({}, {length})", words::quote(column, DialectKind::Postgres));
                IndexKey::Expression(Expression::verbatim(&text, DialectKind::Postgres))
            }
            (IndexKey::Column(column), _) => IndexKey::Column(column.clone()),
            (IndexKey::Expression(_), _) if !self.able.expression_indexes => {
                return Err(format!("{} has no indexes of expressions", title(self.able)));
            }
            (IndexKey::Expression(expression), _) => IndexKey::Expression(self.say(expression)?),
        };
        let mut new =
            IndexPart { descending: part.descending && self.able.descending_keys, ..IndexPart::new(key) };
        if let Some(class) = &part.operator_class {
            self.note(
                "dialect/operator-class",
                Fidelity::Weakened,
                format!("the operator class `{class}` of `{}` is left out", index.name),
            );
        }
        if !self.to_postgres() {
            new.prefix_length = self.prefix(&new);
        }
        Ok(new)
    }

    /// Long texts and bytes can be indexed by their beginning only (MySQL 8.4, 10.3.5).
    fn prefix(&mut self, part: &IndexPart) -> Option<u32> {
        let IndexKey::Column(name) = &part.key else { return None };
        let column = self.table.column(name, DialectKind::Mysql)?;
        let long = matches!(
            column.column_type.kind(DialectKind::Mysql),
            TypeKind::Text { length: None, .. } | TypeKind::Blob { length: None }
        );
        if !long {
            return None;
        }
        let message = format!("the first 255 characters of `{name}` are indexed");
        self.note("dialect/index-prefix", Fidelity::Emulated, message);
        Some(255)
    }

    /// What a server adds by itself, as the model says it: names, NOT NULL of keys, indexes of foreign keys.
    pub(super) fn settle(&mut self) {
        let mut alone = Schema::empty(self.able.dialect);
        let indexes = std::mem::take(&mut self.table.indexes);
        let table = Box::new(self.table.clone());
        let create = Operation::CreateTable { table, likes: Vec::new(), if_not_exists: false };
        if operation::apply(&mut alone, &create).is_err() {
            self.table.indexes = indexes;
            return;
        }
        for index in indexes {
            let (table, index) = (self.table.name.clone(), Box::new(index));
            let create = Operation::CreateIndex { table, index, if_not_exists: false, concurrently: false };
            // An index of a column that is not there was said to be lost before.
            let _ = operation::apply(&mut alone, &create);
        }
        if let Some(table) = alone.table(&self.table.name) {
            self.table = (**table).clone();
        }
    }
}
