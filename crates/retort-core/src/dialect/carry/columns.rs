//! Columns on another server: types, defaults, numbering, what is computed.

use super::Carry;
use crate::dialect::{Fidelity, Note, reword, words};
use crate::schema::{
    Check, Column, EnumType, Expression, Generated, Identity, IdentityKind, IndexKey, ObjectName, Routine,
    RoutineKind, SqlType, Trigger, TypeKind, same_word,
};
use crate::source::DialectKind;

impl Carry<'_> {
    pub(super) fn column(&mut self, column: &Column) {
        let domain = self.domain_of(column);
        let declared =
            domain.as_ref().map_or_else(|| column.column_type.clone(), |domain| domain.base.clone());
        let held = self.hold(column, &declared, self.is_keyed(&column.name));
        let mut new = Column::new(column.name.clone(), SqlType::new(&held.text));
        if let Some((fidelity, message)) = &held.note {
            self.note(
                type_code(*fidelity),
                *fidelity,
                format!("`{}` {}: {message}", column.name, column.column_type),
            );
        }
        if let Some(labels) = held.labels {
            let name = self.enum_name(column);
            new.column_type = SqlType::new(&words::object(&name, DialectKind::Postgres));
            self.done.enums.push(EnumType { name, labels });
        }
        new.nullable = column.nullable && domain.as_ref().is_none_or(|domain| domain.nullable);
        new.comment.clone_from(&column.comment);
        new.collation = held.collation.map(str::to_owned);
        new.options.extend(held.charset.map(|charset| ("CHARSET".to_owned(), charset.to_owned())));
        self.collation(column, &declared, &mut new);
        self.identity(column, &mut new);
        let default =
            column.default.clone().or_else(|| domain.as_ref().and_then(|domain| domain.default.clone()));
        new.default = default.and_then(|default| self.default(column, &declared, &new, &default));
        new.generated = self.generated(column);
        if let Some(check) = held.check {
            self.put_check(
                format!("{}_{}_type", self.table.name.name, column.name),
                Expression::new(&check, self.able.dialect),
            );
        }
        for check in domain.iter().flat_map(|domain| &domain.checks) {
            let name = check.name.clone().unwrap_or_else(|| "check".to_owned());
            let expression = check.expression.rename_word("value", &column.name, self.from());
            self.check(&Check::new(
                Some(format!("{}_{}_{name}", self.table.name.name, column.name)),
                expression,
            ));
        }
        self.table.columns.push(new);
        if let Some(on_update) = &column.on_update {
            self.on_update(column, on_update);
        }
    }

    /// Whether a column is part of a key, an index or a foreign key.
    fn is_keyed(&self, name: &str) -> bool {
        let dialect = self.from();
        let is = |other: &String| same_word(other, name, dialect);
        let from = self.from;
        let refers = |table: &crate::schema::Table| {
            table.foreign_keys.iter().any(|key| {
                crate::schema::same_name(&key.ref_table, &from.name, dialect)
                    && key.ref_columns.iter().any(is)
            })
        };
        from.primary_key.as_ref().is_some_and(|key| key.columns.iter().any(is))
            || from.uniques.iter().any(|unique| unique.columns.iter().any(is))
            || from.foreign_keys.iter().any(|key| key.columns.iter().any(is))
            || self.source.children(&from.name).into_iter().any(|child| refers(child))
            || from.indexes.iter().any(|index| {
                index.unique
                    && index
                        .parts
                        .iter()
                        .any(|part| matches!(&part.key, IndexKey::Column(column) if is(column)))
            })
    }

    /// Whether texts are compared with case is the collation's affair.
    fn collation(&mut self, column: &Column, declared: &SqlType, new: &mut Column) {
        let kind = declared.kind(self.from());
        if !matches!(kind, TypeKind::Text { .. } | TypeKind::Enum(_) | TypeKind::Set(_)) {
            return;
        }
        let said = column.collation.clone().unwrap_or_default().to_ascii_lowercase();
        let of_table = self.from.options.get("COLLATE").cloned().unwrap_or_default().to_ascii_lowercase();
        let binary = |name: &str| name.ends_with("_bin") || name.ends_with("_cs") || name == "binary";
        match self.from() {
            DialectKind::Mysql => {
                let own = if said.is_empty() { of_table } else { said };
                if !binary(&own) && matches!(kind, TypeKind::Text { .. }) {
                    let message =
                        format!("`{}` is compared with case; MySQL's collation minds none", column.name);
                    self.note("dialect/collation", Fidelity::Weakened, message);
                }
            }
            DialectKind::Sqlite if said == "nocase" && !self.to_postgres() => {
                new.collation = Some("utf8mb4_general_ci".to_owned());
            }
            DialectKind::Postgres | DialectKind::Sqlite => {
                if !matches!(said.as_str(), "" | "c" | "posix" | "binary" | "default" | "pg_catalog.default")
                {
                    let message = format!("`{}` is compared by its bytes, not by `{said}`", column.name);
                    self.note("dialect/collation", Fidelity::Weakened, message);
                }
            }
        }
    }

    fn identity(&mut self, column: &Column, new: &mut Column) {
        let rowid = self.from() == DialectKind::Sqlite
            && column.column_type.text().eq_ignore_ascii_case("integer")
            && self.is_sole_key(&column.name);
        let Some(identity) =
            column.identity.clone().or_else(|| rowid.then(|| Identity::new(IdentityKind::Auto)))
        else {
            return;
        };
        let name = &column.name;
        new.nullable = false;
        if self.to_postgres() {
            let start = self.from.options.get("AUTO_INCREMENT").and_then(|start| start.parse().ok());
            new.identity = Some(Identity {
                start: identity.start.or(start),
                increment: identity.increment,
                kind: IdentityKind::ByDefault,
            });
            if matches!(new.column_type.kind(DialectKind::Postgres), TypeKind::Decimal { .. }) {
                new.column_type = SqlType::new("bigint");
                self.note(
                    "dialect/identity",
                    Fidelity::Weakened,
                    format!("`{name}` numbers itself up to 9223372036854775807 only"),
                );
            }
            let message =
                format!("`{name}` is an identity column: ids given by hand do not move its counter");
            return self.note("dialect/identity", Fidelity::Emulated, message);
        }
        let others = self.table.columns.iter().any(|other| other.identity.is_some());
        if !self.from.is_indexed(std::slice::from_ref(name), self.from()) || others {
            let message = format!(
                "`{name}` does not number itself: {} numbers only one column, the first of a key",
                super::title(self.able)
            );
            return self.note("dialect/identity", Fidelity::Weakened, message);
        }
        new.identity = Some(Identity::new(IdentityKind::Auto));
        if let Some(start) = identity.start.filter(|start| *start != 1) {
            self.table.options.insert("AUTO_INCREMENT".to_owned(), start.to_string());
        }
        if identity.increment.is_some_and(|step| step != 1) {
            self.note(
                "dialect/identity-options",
                Fidelity::Weakened,
                format!("`{name}` counts in steps of 1"),
            );
        }
        if identity.kind == IdentityKind::Always {
            self.note(
                "dialect/identity-always",
                Fidelity::Weakened,
                format!("values given for `{name}` are taken"),
            );
        }
        self.note(
            "dialect/identity",
            Fidelity::Emulated,
            format!("`{name}` numbers itself by AUTO_INCREMENT; ids given by hand move the counter"),
        );
    }

    fn is_sole_key(&self, name: &str) -> bool {
        let key = self.from.primary_key.as_ref();
        key.is_some_and(|key| matches!(key.columns.as_slice(), [one] if same_word(one, name, self.from())))
    }

    fn default(
        &mut self,
        column: &Column,
        declared: &SqlType,
        new: &Column,
        default: &Expression,
    ) -> Option<Expression> {
        let dialect = self.able.dialect;
        let kind = declared.kind(self.from());
        if self.from() == DialectKind::Mysql
            && let Some(bits) = default.text().strip_prefix(['b', 'B']).filter(|bits| bits.starts_with('\''))
        {
            let one = bits.trim_matches('\'') == "1";
            let text = if kind == TypeKind::Boolean {
                if one { "TRUE" } else { "FALSE" }.to_owned()
            } else {
                format!("B{bits}")
            };
            return Some(Expression::new(&text, dialect));
        }
        let said = match self.say(default) {
            Ok(said) => said,
            Err(why) => {
                self.note(
                    "dialect/default",
                    Fidelity::Weakened,
                    format!("`{}` has no default there: {why}", column.name),
                );
                return None;
            }
        };
        if matches!(kind, TypeKind::Array(_)) {
            let list = array_literal(default.text(), self.from());
            return list.map(|list| Expression::new(&words::text(&list, dialect), dialect)).or(Some(said));
        }
        if self.to_postgres() {
            return Some(self.default_postgres(&kind, new, said));
        }
        if !self.able.default_expressions
            && !words::is_literal(said.text(), dialect)
            && !said.text().starts_with("CURRENT_TIMESTAMP")
        {
            self.note(
                "dialect/default",
                Fidelity::Weakened,
                format!("`{}` has no default there: it is no literal", column.name),
            );
            return None;
        }
        if said.text().starts_with("CURRENT_TIMESTAMP") {
            // It must be as precise as the column (MySQL 8.4, 13.2.5).
            let lower = new.column_type.text();
            let digits = lower
                .split_once('(')
                .and_then(|(_, rest)| rest.split_once(')'))
                .map_or("0", |(digits, _)| digits);
            let is_time = lower.starts_with("timestamp") || lower.starts_with("datetime");
            let text = match (is_time, digits) {
                (true, "0") => "CURRENT_TIMESTAMP".to_owned(),
                (true, digits) => format!("CURRENT_TIMESTAMP({digits})"),
                (false, _) => "curdate()".to_owned(),
            };
            return Some(Expression::new(&text, dialect));
        }
        Some(said)
    }

    fn default_postgres(&mut self, kind: &TypeKind, new: &Column, said: Expression) -> Expression {
        let dialect = self.able.dialect;
        let text = said.text();
        let truth = match text.trim_matches('\'') {
            "0" => Some("FALSE"),
            "1" => Some("TRUE"),
            _ => None,
        };
        match (kind, truth) {
            (TypeKind::Boolean, Some(truth)) => Expression::new(truth, dialect),
            // MySQL's zero dates are no dates.
            (TypeKind::Date | TypeKind::Timestamp { .. }, _) if text.starts_with("'0000-00-00") => {
                self.note(
                    "dialect/zero-date",
                    Fidelity::Weakened,
                    format!("the zero date of `{}` is the year 1 there", new.name),
                );
                Expression::new("'0001-01-01'", dialect)
            }
            (TypeKind::Integer { .. } | TypeKind::Decimal { .. } | TypeKind::Real, _)
                if reword::is_text(text, dialect) && text.trim_matches('\'').parse::<f64>().is_ok() =>
            {
                Expression::new(text.trim_matches('\''), dialect)
            }
            _ => said,
        }
    }

    fn generated(&mut self, column: &Column) -> Option<Generated> {
        let generated = column.generated.as_ref()?;
        match self.say(&generated.expression) {
            Ok(expression) => {
                let stored = generated.stored || !self.able.virtual_columns;
                if stored && !generated.stored {
                    let message =
                        format!("`{}` is kept in the row, not computed when it is read", column.name);
                    self.note("dialect/generated", Fidelity::Emulated, message);
                }
                Some(Generated { expression, stored })
            }
            Err(why) => {
                self.note(
                    "dialect/generated",
                    Fidelity::Weakened,
                    format!("`{}` is a plain column there: {why}", column.name),
                );
                None
            }
        }
    }

    /// MySQL sets the column when another one changed and nobody set it (MySQL 8.4, 13.2.5): a trigger does it.
    fn on_update(&mut self, column: &Column, on_update: &Expression) {
        if !self.to_postgres() {
            return;
        }
        let Ok(now) = self.say(on_update) else { return };
        let table = self.table.name.clone();
        let own = words::quote(&column.name, DialectKind::Postgres);
        let called =
            super::shorten(format!("{}_{}_on_update", table.name, column.name), DialectKind::Postgres);
        let function = ObjectName { schema: table.schema.clone(), name: called.clone().into() };
        let (said, on) =
            (words::object(&function, DialectKind::Postgres), words::object(&table, DialectKind::Postgres));
        let body = format!("BEGIN NEW.{own} := {}; RETURN NEW; END", now.text());
        let definition = format!("CREATE FUNCTION {said}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$");
        self.done.routines.push(Routine {
            name: ObjectName { schema: table.schema.clone(), name: format!("{called}()").into() },
            kind: RoutineKind::Function,
            returns: Some("trigger".to_owned()),
            language: Some("plpgsql".to_owned()),
            body: Some(format!(" {body} ")),
            definition: Expression::verbatim(&definition, DialectKind::Postgres),
        });
        let trigger = format!(
            "CREATE TRIGGER {} BEFORE UPDATE ON {on} FOR EACH ROW WHEN (OLD.{own} IS NOT DISTINCT FROM NEW.{own} AND OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION {said}()",
            words::quote(&called, DialectKind::Postgres)
        );
        self.done.triggers.push(Trigger {
            name: ObjectName::bare(&called),
            table,
            definition: Expression::verbatim(&trigger, DialectKind::Postgres),
        });
        self.put_note(Note::new(
            "dialect/on-update",
            Fidelity::Emulated,
            format!("`{}` ON UPDATE CURRENT_TIMESTAMP is a trigger", column.name),
        ));
    }
}

fn type_code(fidelity: Fidelity) -> &'static str {
    if fidelity == Fidelity::Emulated { "dialect/type-emulated" } else { "dialect/type-approximated" }
}

/// `'{a,b}'` and `ARRAY[…]::text[]` without items as JSON; None for what has inner braces or quotes.
fn array_literal(text: &str, dialect: DialectKind) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("array[]") {
        return Some("[]".to_owned());
    }
    let literal =
        crate::token::tokens(text, dialect).first().map(|token| token.text(text)).unwrap_or_default();
    let value = crate::token::string_value(literal, dialect)?;
    let inner = value.strip_prefix('{')?.strip_suffix('}')?;
    if inner.contains(['{', '"', '\\']) {
        return None;
    }
    let item = |item: &str| match item.trim() {
        number if number.parse::<f64>().is_ok() => number.to_owned(),
        "NULL" => "null".to_owned(),
        word => format!("\"{word}\""),
    };
    let items: Vec<String> = inner.split(',').filter(|part| !part.trim().is_empty()).map(item).collect();
    Some(format!("[{}]", items.join(",")))
}
