//! Questions of a chain in the engine's words.

use super::super::reword::{Names, reword};
use super::super::rewrite;
use super::Translator;
use crate::source::DialectKind;

impl Translator {
    /// A statement that only asks, as the engine can be asked.
    ///
    /// # Errors
    /// What the engine has no words for.
    pub fn question(&self, text: &str) -> Result<String, String> {
        if self.is_native() {
            return Ok(text.to_owned());
        }
        let (sql, unsupported) = if self.capabilities.dialect == DialectKind::Sqlite {
            let said = rewrite::query(text, &self.source);
            (said.sql, said.unsupported)
        } else {
            let said = reword(text, &Names::of_schema(&self.source, &self.capabilities));
            (said.sql, said.unsupported)
        };
        if unsupported.is_empty() { Ok(sql) } else { Err(unsupported.join(", ")) }
    }
}
