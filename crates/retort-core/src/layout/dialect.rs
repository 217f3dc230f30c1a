//! Which dialect the files are written for: said by a header or by the tool's own settings, else guessed.

use std::collections::BTreeMap;

use super::LayoutKind;
use super::decode::is_sql;
use super::json::Node;
use super::text::{file_name, settings};
use crate::diagnostic::{Checked, Diagnostic};
use crate::source::{DialectKind, SourceFile, SourceId, Span};
use crate::token::{self, TokenKind};

/// Says which dialect the files of a layout are written for, and why.
pub fn dialect_of(
    layout: LayoutKind,
    files: &[SourceFile],
    chosen: Option<DialectKind>,
) -> Checked<(DialectKind, String)> {
    if chosen.is_none() && layout == LayoutKind::Supabase {
        return Checked::clean((DialectKind::Postgres, "Supabase is PostgreSQL".to_owned()));
    }
    let said = files.iter().find_map(|file| Some((tool_dialect(layout, file)?, file)));
    match said.filter(|_| chosen.is_none()) {
        Some((dialect, file)) => Checked::clean((dialect, format!("said by `{}`", file.name))),
        None => dialect(files, chosen),
    }
}

/// What a settings file of the tool says.
fn tool_dialect(layout: LayoutKind, file: &SourceFile) -> Option<DialectKind> {
    let name = file_name(&file.name);
    let setting = |key: &str| {
        let found = settings(file).into_iter().find(|setting| setting.key == key)?;
        DialectKind::from_name(found.value)
    };
    match (layout, name) {
        (LayoutKind::Prisma, "migration_lock.toml") => setting("provider"),
        (LayoutKind::Drizzle, "_journal.json" | "snapshot.json") => {
            DialectKind::from_name(Node::parse(&file.text)?.get("dialect")?.text()?)
        }
        (LayoutKind::Sqitch, "sqitch.conf") => setting("core.engine"),
        (LayoutKind::Sqlx | LayoutKind::Diesel | LayoutKind::Refinery, "Cargo.toml") => features(&file.text),
        (LayoutKind::Flyway, "flyway.conf") => jdbc(file, "flyway.url"),
        (LayoutKind::Flyway, "flyway.toml") => jdbc(file, "environments.default.url"),
        _ => None,
    }
}

/// `jdbc:postgresql://…`
fn jdbc(file: &SourceFile, key: &str) -> Option<DialectKind> {
    let url = settings(file).into_iter().find(|setting| setting.key == key)?.value;
    DialectKind::from_name(url.strip_prefix("jdbc:")?.split(':').next()?)
}

/// The one database whose feature a `Cargo.toml` asks for; None where it asks for several.
fn features(text: &str) -> Option<DialectKind> {
    let is_said = |words: &[&str]| words.iter().any(|word| text.contains(&format!("\"{word}\"")));
    let mut said = [
        (DialectKind::Postgres, is_said(&["postgres", "tokio-postgres"])),
        (DialectKind::Mysql, is_said(&["mysql", "mysql_async"])),
        (DialectKind::Sqlite, is_said(&["sqlite", "rusqlite"])),
    ]
    .into_iter()
    .filter(|(_, is_said)| *is_said);
    let first = said.next()?;
    said.next().is_none().then_some(first.0)
}

/// Says which dialect the files are written for, and why.
pub fn dialect(files: &[SourceFile], chosen: Option<DialectKind>) -> Checked<(DialectKind, String)> {
    if let Some(dialect) = chosen {
        return Checked::clean((dialect, "chosen".to_owned()));
    }
    let mut named: BTreeMap<DialectKind, SourceId> = BTreeMap::new();
    for file in files.iter().filter(|file| is_sql(file)) {
        if let Some(dialect) = header_dialect(file) {
            named.entry(dialect).or_insert(file.id);
        }
    }
    let mut diagnostics = Vec::new();
    if named.len() > 1 {
        let mut mixed =
            Diagnostic::warning("layout/mixed-dialects", "the files are written for different dialects")
                .help("A chain runs for one dialect; say which with `--dialect`");
        for (dialect, source) in &named {
            mixed = mixed.at(Span::new(*source, 0, 0), format!("this one for {dialect}"));
        }
        diagnostics.push(mixed);
    }
    let value = match named.keys().next() {
        Some(dialect) => (*dialect, "said by the files".to_owned()),
        None => guess(files),
    };
    Checked { value, diagnostics }
}

fn header_dialect(file: &SourceFile) -> Option<DialectKind> {
    let header = file.text.lines().take_while(|line| line.trim().is_empty() || line.trim().starts_with("--"));
    header
        .filter_map(|line| line.trim().strip_prefix("--")?.trim().strip_prefix("dialect:"))
        .find_map(DialectKind::from_name)
}

/// Words that only one dialect has.
const MARKS: [(&str, DialectKind); 18] = [
    ("AUTO_INCREMENT", DialectKind::Mysql),
    ("ENGINE", DialectKind::Mysql),
    ("UNSIGNED", DialectKind::Mysql),
    ("TINYINT", DialectKind::Mysql),
    ("DATETIME", DialectKind::Mysql),
    ("SERIAL", DialectKind::Postgres),
    ("BIGSERIAL", DialectKind::Postgres),
    ("JSONB", DialectKind::Postgres),
    ("TIMESTAMPTZ", DialectKind::Postgres),
    ("BYTEA", DialectKind::Postgres),
    ("CONCURRENTLY", DialectKind::Postgres),
    ("EXTENSION", DialectKind::Postgres),
    ("UUID", DialectKind::Postgres),
    ("AUTOINCREMENT", DialectKind::Sqlite),
    ("ROWID", DialectKind::Sqlite),
    ("PRAGMA", DialectKind::Sqlite),
    ("GLOB", DialectKind::Sqlite),
    ("STRICT", DialectKind::Sqlite),
];

/// The dialect whose marks stand in the texts; SQLite where none do. Backticks tell least: tools write them for
/// SQLite too.
fn guess(files: &[SourceFile]) -> (DialectKind, String) {
    let mut has_backtick = false;
    for file in files.iter().filter(|file| is_sql(file)) {
        for token in token::Scanner::new(&file.text, DialectKind::Sqlite) {
            let word = token.text(&file.text);
            if word == "::" {
                return (DialectKind::Postgres, "guessed from `::`".to_owned());
            }
            has_backtick |= token.kind == TokenKind::Quoted && word.starts_with('`');
            let mark = MARKS.iter().find(|(mark, _)| word.eq_ignore_ascii_case(mark));
            if let (TokenKind::Word, Some((mark, dialect))) = (token.kind, mark) {
                return (*dialect, format!("guessed from `{mark}`"));
            }
        }
    }
    match has_backtick {
        true => (DialectKind::Mysql, "guessed from a name in backticks".to_owned()),
        false => (DialectKind::Sqlite, "no dialect is said, and nothing tells".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, text: &str) -> [SourceFile; 1] {
        [SourceFile::new(SourceId(0), name, text)]
    }

    #[test]
    fn the_dialect_is_said_or_guessed() {
        let kind = |text: &str| dialect(&file("a.sql", text), None).value;
        assert_eq!(kind("-- dialect: mysql\n").1, "said by the files");
        assert_eq!(kind("CREATE TABLE `a` (b int)").0, DialectKind::Mysql);
        assert_eq!(kind("CREATE TABLE `a` (b INTEGER PRIMARY KEY AUTOINCREMENT)").0, DialectKind::Sqlite);
        assert_eq!(kind("CREATE TABLE a (b jsonb)").0, DialectKind::Postgres);
        assert_eq!(kind("CREATE TABLE a (b int) -- jsonb").0, DialectKind::Sqlite);
    }

    #[test]
    fn the_settings_of_a_tool_say_it() {
        let said = |layout, name: &str, text: &str| dialect_of(layout, &file(name, text), None).value;
        let lock = "provider = \"mysql\"\n";
        assert_eq!(
            said(LayoutKind::Prisma, "prisma/migrations/migration_lock.toml", lock).0,
            DialectKind::Mysql
        );
        let journal = "{\"dialect\": \"postgresql\"}";
        let found = said(LayoutKind::Drizzle, "meta/_journal.json", journal);
        assert_eq!(found, (DialectKind::Postgres, "said by `meta/_journal.json`".to_owned()));
        let url = "flyway.url=jdbc:postgresql://h/d\n";
        assert_eq!(said(LayoutKind::Flyway, "flyway.conf", url).0, DialectKind::Postgres);
        let one = "sqlx = { version = \"0.8\", features = [\"postgres\"] }\n";
        assert_eq!(said(LayoutKind::Sqlx, "Cargo.toml", one).0, DialectKind::Postgres);
        let two = "sqlx = { features = [\"postgres\", \"mysql\"] }\n";
        assert_eq!(said(LayoutKind::Sqlx, "Cargo.toml", two).0, DialectKind::Sqlite);
    }
}
