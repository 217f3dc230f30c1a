//! Flyway: `V1_2__add_users.sql`, undo `U`, repeatable `R`, baseline `B` (`ResourceNameParser.java`,
//! `MigrationVersion.java`, `ParserSqlScript.java`).

use super::hash;
use super::placeholders::{Filling, fill};
use super::reading::{Reader, chain, count, in_order, must_be_bare, revision, start};
use super::text::{file_name, is_digits, number_key, settings, sql_stem, words};
use crate::diagnostic::Diagnostic;
use crate::operation::{Directive, Excerpt};
use crate::revision::{Body, Revision, Role};
use crate::source::SourceFile;

/// What a file's name says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) prefix: char,
    /// As Flyway shows it: with dots; empty for a repeatable.
    pub(super) version: String,
    pub(super) description: String,
}

/// A version as Flyway compares it: number by number, zeros at the end do not count.
type Key = Vec<(usize, String)>;

/// Reads a name; None where it is none of Flyway's.
pub(super) fn parse_name(file: &str) -> Option<Name> {
    let stem = sql_stem(file)?;
    let prefix = stem.chars().next().filter(|prefix| "VURB".contains(*prefix))?;
    let (version, description) = stem[1..].split_once("__").unwrap_or((&stem[1..], ""));
    let version = version.replace('_', ".");
    let is_version = version.split('.').all(is_digits);
    let fits = if prefix == 'R' { version.is_empty() && stem.contains("__") } else { is_version };
    fits.then(|| Name { prefix, version, description: words(description) })
}

/// How Flyway compares a version.
pub(super) fn version_key(version: &str) -> Key {
    let mut key: Key = version.replace('_', ".").split('.').map(number_key).collect();
    while key.last().is_some_and(|(length, _)| *length == 0) {
        key.pop();
    }
    key
}

/// The settings of a project that change how its files are read.
struct Config {
    open: String,
    close: String,
    replaces: bool,
    values: Vec<(String, String)>,
}

impl Config {
    fn read(reader: &Reader<'_>) -> Config {
        let mut config =
            Config { open: "${".to_owned(), close: "}".to_owned(), replaces: true, values: Vec::new() };
        for file in reader.named("flyway.conf").chain(reader.named("flyway.toml")) {
            for setting in settings(file) {
                let key = setting.key.strip_prefix("flyway.").unwrap_or(&setting.key);
                match key {
                    "placeholderPrefix" => config.open = setting.value.to_owned(),
                    "placeholderSuffix" => config.close = setting.value.to_owned(),
                    "placeholderReplacement" => config.replaces = setting.value != "false",
                    _ => {
                        let name = key.strip_prefix("placeholders.");
                        config.values.extend(name.map(|name| (name.to_owned(), setting.value.to_owned())));
                    }
                }
            }
        }
        config.values.extend(reader.given.iter().map(|(name, value)| (name.clone(), value.clone())));
        config
    }

    fn value(&self, file: &str, name: &str) -> Filling {
        // The last one said counts: what was given to Retort comes after the settings of the tool.
        let found = self.values.iter().rev().find(|(known, _)| known.eq_ignore_ascii_case(name));
        match (found, name.to_ascii_lowercase().as_str()) {
            (Some((_, value)), _) => Filling::Value(value.clone()),
            (None, "flyway:filename") => Filling::Value(file.to_owned()),
            (None, "flyway:table") => Filling::Value("flyway_schema_history".to_owned()),
            (None, lower) if lower.starts_with("flyway:") => {
                Filling::Unknown("Flyway knows it when it runs".to_owned())
            }
            (None, _) => Filling::Unknown("no placeholder of this name is set".to_owned()),
        }
    }
}

/// A file on its way to a revision.
struct Script<'a> {
    file: &'a SourceFile,
    name: Name,
    directives: Vec<Directive>,
    is_bare: bool,
}

pub(super) fn read(reader: &mut Reader<'_>) -> Vec<Revision> {
    let config = Config::read(reader);
    let mut scripts = Vec::new();
    for file in reader.sql() {
        match parse_name(file_name(&file.name)) {
            Some(name) => scripts.extend(script(reader, &config, file, name)),
            None => say_no_name(reader, file),
        }
    }
    let (undos, scripts): (Vec<_>, Vec<_>) = scripts.into_iter().partition(|s| s.name.prefix == 'U');
    let (repeatables, scripts): (Vec<_>, Vec<_>) = scripts.into_iter().partition(|s| s.name.prefix == 'R');
    let (baselines, versioned): (Vec<_>, Vec<_>) = scripts.into_iter().partition(|s| s.name.prefix == 'B');
    let drafts = versioned.into_iter().map(|script| (version_key(&script.name.version), draft(script)));
    let versioned = in_order(reader, drafts.collect());
    let versioned = with_undos(reader, versioned, undos);
    let baselines = baselines.into_iter().map(|script| (version_key(&script.name.version), draft(script)));
    let baselines = in_order(reader, baselines.collect());
    let mut revisions = above_baseline(reader, versioned, baselines);
    let repeatables = repeatables.into_iter().map(|s| (s.name.description.clone(), draft(s)));
    revisions.extend(in_order(reader, repeatables.collect()));
    chain(revisions)
}

fn draft(script: Script<'_>) -> Revision {
    let Script { file, name, directives, is_bare } = script;
    let id = if name.prefix == 'R' {
        sql_stem(file_name(&file.name)).unwrap_or_default().to_owned()
    } else {
        name.version
    };
    let mut found = revision(&id, name.description.clone(), file, directives);
    found.native.checksum = Some(hash::flyway(&file.text));
    found.native.bare_upgrade = is_bare;
    match name.prefix {
        'R' => {
            found.native.role = Role::Repeatable;
            found.native.key = Some(name.description);
            let reason = "a repeatable script is run again, not undone".to_owned();
            found.downgrade = Body::Irreversible { reason };
        }
        'B' => found.native.role = Role::Baseline,
        _ => {
            let reason = format!("there is no undo script `U{}__….sql`", id.replace('.', "_"));
            found.downgrade = Body::Irreversible { reason };
        }
    }
    found
}

/// Reads a script with the settings beside it; None where these say not to run it.
fn script<'a>(
    reader: &mut Reader<'_>,
    config: &Config,
    file: &'a SourceFile,
    name: Name,
) -> Option<Script<'a>> {
    let beside = reader.at(&format!("{}.conf", file.name)).map(settings).unwrap_or_default();
    let said = |key: &str| beside.iter().find(|setting| setting.key == key);
    let is_off = |key: &str| said(key).is_some_and(|setting| setting.value.eq_ignore_ascii_case("false"));
    if let Some(setting) = said("shouldExecute").filter(|_| is_off("shouldExecute")) {
        reader.take(file);
        let message = format!("`{}` is not run: its settings say so", file.name);
        reader.say(Diagnostic::note("layout/left-out", message).at(setting.span, ""));
        return None;
    }
    let mut part = Excerpt::from(0..file.text.len());
    if config.replaces && !is_off("placeholderReplacement") {
        let ends = (config.open.as_str(), config.close.as_str());
        let value = |name: &str| config.value(file_name(&file.name), name);
        part.replaced = fill(reader, file, part.range.clone(), ends, value);
    }
    let directives = reader.directives(file, part);
    let bare: Vec<bool> = directives.iter().map(|found| must_be_bare(reader, file, found)).collect();
    let is_bare = is_off("executeInTransaction") || bare.contains(&true);
    if bare.contains(&true) && bare.contains(&false) && said("executeInTransaction").is_none() {
        let place = bare.iter().position(|bare| *bare).and_then(|at| directives.get(at));
        let message = format!("`{}` mixes statements with and without a transaction", file.name);
        reader.say(
            Diagnostic::warning("layout/mixed-transaction", message)
                .at(place.map_or(start(file), |found| found.span), "this one cannot run in a transaction")
                .help("Move it to a file of its own: Flyway refuses the mixture unless `mixed` is set"),
        );
    }
    Some(Script { file, name, directives, is_bare })
}

/// Says why a file that looks like one of Flyway's is none.
fn say_no_name(reader: &mut Reader<'_>, file: &SourceFile) {
    let Some(stem) = sql_stem(file_name(&file.name)) else { return };
    let rest = stem.strip_prefix(['V', 'U', 'R', 'B', 'v']).unwrap_or("");
    let (message, help) = if stem.starts_with('R') && rest.starts_with(|c: char| c.is_ascii_digit()) {
        ("a repeatable script has no version", "Write nothing between `R` and `__`")
    } else if stem.starts_with('v') && rest.starts_with(|c: char| c.is_ascii_digit()) {
        ("Flyway's prefixes are upper case", "Begin the name with `V`")
    } else if rest.starts_with(|c: char| c.is_ascii_digit()) {
        ("two strokes must part version and description", "Write `V1__description.sql`")
    } else if ["before", "after"].iter().any(|word| stem.starts_with(word)) {
        reader.take(file);
        let message =
            format!("`{}` is a callback: Flyway runs it around the revisions, Retort does not", file.name);
        reader.say(Diagnostic::note("layout/callback", message).at(start(file), ""));
        return;
    } else {
        return;
    };
    reader.take(file);
    reader.say(
        Diagnostic::warning("layout/bad-name", format!("Flyway does not take `{}`: {message}", file.name))
            .at(start(file), "the file is left out")
            .help(help),
    );
}

/// Gives each revision its undo script.
fn with_undos(
    reader: &mut Reader<'_>,
    mut revisions: Vec<Revision>,
    undos: Vec<Script<'_>>,
) -> Vec<Revision> {
    for undo in undos {
        let key = version_key(&undo.name.version);
        match revisions.iter_mut().find(|revision| version_key(revision.id.as_str()) == key) {
            Some(revision) => {
                revision.downgrade = Body::Directives(undo.directives);
                revision.native.bare_downgrade = undo.is_bare;
            }
            None => {
                let message = format!("`{}` undoes a version that is not there", undo.file.name);
                reader.say(
                    Diagnostic::warning("layout/no-upgrade", message)
                        .at(start(undo.file), "the file is left out")
                        .help(format!("Add `V{}__….sql`, or delete this file", undo.name.version)),
                );
            }
        }
    }
    revisions
}

/// A new database begins with the highest baseline and goes on with the versions above it.
fn above_baseline(
    reader: &mut Reader<'_>,
    versioned: Vec<Revision>,
    mut baselines: Vec<Revision>,
) -> Vec<Revision> {
    let Some(mut baseline) = baselines.pop() else { return versioned };
    let key = version_key(baseline.id.as_str());
    let (above, covered): (Vec<Revision>, Vec<Revision>) =
        versioned.into_iter().partition(|revision| version_key(revision.id.as_str()) > key);
    let all = covered.iter().chain(&baselines);
    baseline.native.covers = all.map(|revision| revision.id.as_str().to_owned()).collect();
    if !baseline.native.covers.is_empty() {
        let covered = count(baseline.native.covers.len(), "revision");
        let message =
            format!("the chain begins with the baseline `{}`: {covered} up to it left out", baseline.id);
        reader.say(
            Diagnostic::note("layout/baseline", message).at(baseline.span, "a new database starts here"),
        );
    }
    let reason = "a baseline is not undone".to_owned();
    baseline.downgrade = Body::Irreversible { reason };
    std::iter::once(baseline).chain(above).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_flyways() {
        let check = |file: &str, expected: Option<(char, &str, &str)>| {
            let found = parse_name(file).map(|n| (n.prefix, n.version, n.description));
            assert_eq!(found, expected.map(|(p, v, d)| (p, v.to_owned(), d.to_owned())), "{file}");
        };
        check("V1_2__add_users.sql", Some(('V', "1.2", "add users")));
        check("V2024.01.02__x.SQL", Some(('V', "2024.01.02", "x")));
        check("V1.sql", Some(('V', "1", "")));
        check("R__views.sql", Some(('R', "", "views")));
        check("U1__x.sql", Some(('U', "1", "x")));
        check("R1__views.sql", None);
        check("V1_add.sql", None);
        check("v1__x.sql", None);
        check("beforeMigrate.sql", None);
    }

    #[test]
    fn versions_compare_by_number() {
        let key = version_key;
        assert_eq!(key("1"), key("1.0"));
        assert_eq!(key("1_0_0"), key("01"));
        assert!(key("1.9") < key("1.10"));
        assert!(key("1") < key("1.0.1"));
        assert!(key("9") < key("99999999999999999999999"));
    }
}
