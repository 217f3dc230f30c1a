//! Rails: `db/structure.sql`, a dump that ends with the versions whose work it holds
//! (`active_record/schema_migration.rb`). The revisions themselves are Ruby.

use super::reading::{Reader, revision, start};
use super::text::file_name;
use crate::diagnostic::Diagnostic;
use crate::revision::{Body, Revision, Role};
use crate::source::{DialectKind, SourceFile};
use crate::token::{Scanner, TokenKind, string_value};

/// Where the versions begin: the table's name, quoted or not, behind INSERT INTO.
pub(super) fn is_structure(file: &SourceFile) -> bool {
    let name = file_name(&file.name);
    (name == "structure.sql" || name.ends_with("_structure.sql")) && file.text.contains("schema_migrations")
}

pub(super) fn read(reader: &mut Reader<'_>) -> Vec<Revision> {
    let Some(file) = reader.sql().find(|file| is_structure(file)) else { return Vec::new() };
    let versions = versions(file, reader.dialect);
    let upgrade = reader.whole(file);
    let Some(last) = versions.iter().max() else {
        reader.say(
            Diagnostic::error("layout/no-versions", format!("`{}` names no versions", file.name))
                .at(start(file), "it does not end with the rows of `schema_migrations`")
                .help("Make it anew with `rails db:schema:dump`"),
        );
        return Vec::new();
    };
    let message = format!("structure.sql, the work of {} revisions", versions.len());
    let mut found = revision(last, message, file, upgrade);
    found.native.role = Role::Baseline;
    let reason = "a dump of the schema is not undone".to_owned();
    found.downgrade = Body::Irreversible { reason };
    found.native.covers = versions;
    reader.say(
        Diagnostic::note(
            "layout/baseline",
            "the revisions of Rails are Ruby: the chain is the dump they lead to",
        )
        .at(found.span, "one revision"),
    );
    vec![found]
}

/// The texts between `INSERT INTO schema_migrations` and its end.
fn versions(file: &SourceFile, dialect: DialectKind) -> Vec<String> {
    let mut found = Vec::new();
    let mut words: Vec<&str> = Vec::new();
    let mut is_inside = false;
    for token in Scanner::new(&file.text, dialect) {
        let text = token.text(&file.text);
        if text == ";" {
            words.clear();
            is_inside = false;
        } else if words.len() < 6 {
            words.push(text);
            let is_insert = words.first().is_some_and(|word| word.eq_ignore_ascii_case("insert"));
            is_inside |= is_insert && text.trim_matches(['"', '`']) == "schema_migrations";
        }
        if is_inside && token.kind == TokenKind::Text {
            found.extend(string_value(text, dialect));
        }
    }
    found
}
