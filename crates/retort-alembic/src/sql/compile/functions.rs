//! Functions: those with a form of their own, and all others by their name.

use retort_core::source::DialectKind;

use super::Compiler;
use crate::sql::error::Result;
use crate::sql::expression::{Expr, Operator};
use crate::sql::identifier::Identifier;
use crate::sql::types::DataType;

impl Compiler<'_> {
    pub(super) fn function(
        &mut self,
        name: &[Identifier],
        arguments: &[Expr],
        data_type: &DataType,
    ) -> Result<String> {
        let _ = data_type;
        let Some((own, packages)) = name.split_last() else { return Ok(String::new()) };
        let lower = own.to_lowercase();
        if packages.is_empty()
            && let Some(text) = self.special(&lower, arguments)?
        {
            return Ok(text);
        }
        let generic = match lower.as_str() {
            "coalesce" | "random" | "sysdate" if packages.is_empty() => lower.clone(),
            _ => self.function_name(own),
        };
        let mut text = String::new();
        for package in packages {
            text.push_str(&self.function_name(package));
            text.push('.');
        }
        Ok(format!("{text}{generic}({})", self.arguments(arguments)?))
    }

    /// Function names are quoted for their characters and case only when they are not plain words; reserved
    /// words stay bare (`func.left`, `func.replace`).
    fn function_name(&self, name: &Identifier) -> String {
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$');
        if plain && !name.starts_with(|c: char| c.is_ascii_digit()) {
            name.to_string()
        } else {
            name.sql(self.dialect)
        }
    }

    fn arguments(&mut self, arguments: &[Expr]) -> Result<String> {
        let grouped: Vec<Expr> =
            arguments.iter().map(|argument| argument.grouped(&Operator::Comma)).collect();
        self.list(&grouped)
    }

    /// The functions that SQLAlchemy writes in a way of their own.
    fn special(&mut self, name: &str, arguments: &[Expr]) -> Result<Option<String>> {
        let kind = self.dialect.kind;
        let word = match (name, kind) {
            ("now", DialectKind::Sqlite) => "CURRENT_TIMESTAMP",
            ("sysdate", DialectKind::Mysql) => "SYSDATE()",
            ("sysdate", _) => "sysdate",
            ("localtimestamp", DialectKind::Sqlite) => "DATETIME(CURRENT_TIMESTAMP, 'localtime')",
            ("current_date", _) => "CURRENT_DATE",
            ("current_time", _) => "CURRENT_TIME",
            ("current_timestamp", _) => "CURRENT_TIMESTAMP",
            ("current_user", _) => "CURRENT_USER",
            ("localtime", _) => "LOCALTIME",
            ("localtimestamp", _) => "LOCALTIMESTAMP",
            ("session_user", _) => "SESSION_USER",
            ("user", _) => "USER",
            _ => "",
        };
        if !word.is_empty() {
            // These are written without parentheses unless they have arguments: `CURRENT_TIMESTAMP(6)`.
            let bare = arguments.is_empty() || name == "now";
            return Ok(Some(if bare {
                word.to_owned()
            } else {
                format!("{word}({})", self.arguments(arguments)?)
            }));
        }
        match (name, kind) {
            ("count", _) if arguments.is_empty() => Ok(Some("count(*)".to_owned())),
            ("char_length", DialectKind::Sqlite) => {
                Ok(Some(format!("length({})", self.arguments(arguments)?)))
            }
            ("random", DialectKind::Mysql) => Ok(Some(format!("rand({})", self.arguments(arguments)?))),
            ("pow", DialectKind::Postgres) => Ok(Some(format!("power({})", self.arguments(arguments)?))),
            ("concat", _) => Ok(Some(format!("concat({})", self.arguments(arguments)?))),
            ("substring", DialectKind::Postgres) if (2..=3).contains(&arguments.len()) => {
                let parts: Vec<String> =
                    arguments.iter().map(|argument| self.expression(argument)).collect::<Result<_>>()?;
                let end = parts.get(2).map(|length| format!(" FOR {length}")).unwrap_or_default();
                Ok(Some(format!("SUBSTRING({} FROM {}{end})", parts[0], parts[1])))
            }
            ("aggregate_strings", _) if arguments.len() == 2 => {
                let (value, separator) = (self.expression(&arguments[0])?, self.expression(&arguments[1])?);
                Ok(Some(match kind {
                    DialectKind::Sqlite => format!("group_concat({value}, {separator})"),
                    DialectKind::Postgres => format!("string_agg({value}, {separator})"),
                    DialectKind::Mysql => format!("group_concat({value} SEPARATOR {separator})"),
                }))
            }
            _ => Ok(None),
        }
    }
}
