//! Liquibase: formatted SQL, and the `include`s of a root changelog (`AbstractFormattedChangeLogParser.java`).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::json::{Json, Node};
use super::liquibase_changeset::{Changeset, changesets, is_formatted, properties};
use super::placeholders::{Filling, fill};
use super::reading::{Reader, chain, makes_transaction, revision, start};
use super::text::{folder, join, lines};
use crate::diagnostic::Diagnostic;
use crate::operation::{Directive, Excerpt};
use crate::revision::{Body, Revision};
use crate::source::{DialectKind, SourceFile, Span};

/// Whether a file is a changelog in XML, YAML or JSON.
pub(super) fn is_root(file: &SourceFile) -> bool {
    let is_kind = [".xml", ".yaml", ".yml", ".json"].iter().any(|ending| file.name.ends_with(ending));
    is_kind && file.text.contains("databaseChangeLog")
}

pub(super) fn read(reader: &mut Reader<'_>) -> Vec<Revision> {
    let files = ordered(reader);
    let mut found: Vec<(Changeset, &SourceFile, Revision)> = Vec::new();
    let mut values: BTreeMap<String, String> = BTreeMap::new();
    for file in files {
        reader.take(file);
        // The first definition of a property counts (`ChangeLogParameters`).
        for (name, value) in properties(file, reader.dialect) {
            values.entry(name).or_insert(value);
        }
        for changeset in changesets(reader, file) {
            if let Some(revision) = draft(reader, file, &changeset, &values) {
                found.push((changeset, file, revision));
            }
        }
    }
    let revisions = named(reader, found);
    chain(revisions)
}

/// The formatted SQL files: as the root changelogs include them, else in the order of their paths.
fn ordered<'a>(reader: &mut Reader<'a>) -> Vec<&'a SourceFile> {
    let roots: Vec<&SourceFile> = reader.files.iter().filter(|file| is_root(file)).collect();
    let mut included: BTreeSet<&str> = BTreeSet::new();
    for root in &roots {
        for target in targets(reader, root) {
            included.extend(target.files.iter().map(|file| file.name.as_str()));
        }
    }
    let mut walk = Walk { reader, seen: BTreeSet::new(), files: Vec::new() };
    // Those that nothing includes are where it begins.
    for root in roots.iter().filter(|root| !included.contains(root.name.as_str())) {
        walk.root(root);
    }
    if roots.is_empty() {
        return walk.reader.sql().filter(|file| is_formatted(file)).collect();
    }
    walk.files
}

struct Walk<'r, 'a> {
    reader: &'r mut Reader<'a>,
    seen: BTreeSet<&'a str>,
    files: Vec<&'a SourceFile>,
}

impl<'a> Walk<'_, 'a> {
    fn root(&mut self, root: &'a SourceFile) {
        if !self.seen.insert(&root.name) {
            return;
        }
        say_inner_changesets(self.reader, root);
        for target in targets(self.reader, root) {
            if target.files.is_empty() {
                let message = format!("`{}` is included, and not there", target.path);
                self.reader.say(
                    Diagnostic::error("layout/missing-file", message)
                        .at(target.span, "left out")
                        .help("Open the folder that the paths of the changelog start at"),
                );
            }
            for file in target.files {
                self.included(file, target.span);
            }
        }
    }

    fn included(&mut self, file: &'a SourceFile, span: Span) {
        if is_root(file) {
            self.root(file);
        } else if is_formatted(file) {
            if self.seen.insert(&file.name) {
                self.files.push(file);
            }
        } else {
            self.reader.take(file);
            let message = format!("`{}` is included, and is no formatted SQL", file.name);
            self.reader.say(
                Diagnostic::warning("layout/no-header", message)
                    .at(span, "left out")
                    .at(start(file), "")
                    .help("Begin it with `--liquibase formatted sql` and a `--changeset author:id` line"),
            );
        }
    }
}

/// Changesets that are written in XML, YAML or JSON are not read.
fn say_inner_changesets(reader: &mut Reader<'_>, root: &SourceFile) {
    let words = ["<changeSet", "changeSet:", "\"changeSet\""];
    let first = words.iter().filter_map(|word| Some((root.text.find(word)?, *word))).min();
    if let Some((at, word)) = first {
        let number = root.text.matches(word).count();
        let message = format!(
            "`{}` has changesets that are no SQL ({number}): they are missing in the chain",
            root.name
        );
        reader.say(
            Diagnostic::warning("layout/code-revision", message)
                .at(Span::new(root.id, at, at + word.len()), "the first; what they do is not known")
                .help("Write as formatted SQL what they do, to see it in the chain"),
        );
    }
}

/// What an `include` or `includeAll` names.
struct Target<'a> {
    path: String,
    span: Span,
    files: Vec<&'a SourceFile>,
}

fn targets<'a>(reader: &Reader<'a>, root: &SourceFile) -> Vec<Target<'a>> {
    let mut includes = Vec::new();
    if root.name.ends_with(".xml") {
        xml(root, &mut includes);
    } else if root.name.ends_with(".json") {
        if let Some(node) = Node::parse(&root.text) {
            json(&node, &mut includes);
        }
    } else {
        yaml(root, &mut includes);
    }
    let target = |(path, is_all, range): (String, bool, Range<usize>)| {
        let files = if is_all { all_below(reader, root, &path) } else { one(reader, root, &path) };
        Target { path, span: Span::new(root.id, range.start, range.end), files }
    };
    includes.into_iter().map(target).collect()
}

/// A path, whether it names a folder, and where it stands.
type Include = (String, bool, Range<usize>);

fn xml(root: &SourceFile, found: &mut Vec<Include>) {
    let text = &root.text;
    for (at, _) in text.match_indices("<include") {
        if text[..at].rfind("<!--").is_some_and(|open| !text[open..at].contains("-->")) {
            continue;
        }
        let tag = text[at..].split('>').next().unwrap_or("");
        let is_all = tag.starts_with("<includeAll");
        let key = if is_all { "path=" } else { "file=" };
        let value = tag.find(key).and_then(|place| tag[place + key.len()..].split(['"', '\'']).nth(1));
        found.extend(value.map(|value| (value.to_owned(), is_all, at..at + tag.len())));
    }
}

fn yaml(root: &SourceFile, found: &mut Vec<Include>) {
    let mut open: Option<bool> = None;
    for line in lines(&root.text) {
        let content = line.text.trim().trim_start_matches("- ").trim_start();
        let (key, value) = content.split_once(':').unwrap_or((content, ""));
        match (key.trim(), open) {
            ("include", _) => open = Some(false),
            ("includeAll", _) => open = Some(true),
            ("changeSet", _) => open = None,
            ("file", Some(false)) | ("path", Some(true)) => {
                let value = value.trim().trim_matches(['"', '\'']);
                found.push((value.to_owned(), open == Some(true), line.start..line.end));
            }
            _ => {}
        }
    }
}

fn json(node: &Node, found: &mut Vec<Include>) {
    match &node.value {
        Json::List(items) => items.iter().for_each(|item| json(item, found)),
        Json::Object(fields) => {
            for (key, inner) in fields {
                let value = match key.as_str() {
                    "include" => inner.get("file").map(|value| (value, false)),
                    "includeAll" => inner.get("path").map(|value| (value, true)),
                    _ => None,
                };
                let text = value.and_then(|(value, is_all)| Some((value.text()?, is_all)));
                found.extend(text.map(|(path, is_all)| (path.to_owned(), is_all, inner.range.clone())));
                if value.is_none() {
                    json(inner, found);
                }
            }
        }
        Json::Text(_) | Json::Word(_) => {}
    }
}

/// Paths start at the changelog, or at some folder of the search path: the end of the path tells.
fn one<'a>(reader: &Reader<'a>, root: &SourceFile, path: &str) -> Vec<&'a SourceFile> {
    let path = path.trim_start_matches("classpath:").trim_start_matches("./").trim_start_matches('/');
    let beside = join(folder(&root.name), path);
    let exact = reader.files.iter().find(|file| file.name == beside || file.name == path);
    let ending = format!("/{path}");
    exact.or_else(|| reader.files.iter().find(|file| file.name.ends_with(&ending))).into_iter().collect()
}

fn all_below<'a>(reader: &Reader<'a>, root: &SourceFile, path: &str) -> Vec<&'a SourceFile> {
    let path = path.trim_start_matches("classpath:").trim_start_matches("./").trim_matches('/');
    let beside = format!("{}/", join(folder(&root.name), path));
    let below = |file: &&SourceFile| {
        let is_below = file.name.starts_with(&beside)
            || file.name.starts_with(&format!("{path}/"))
            || file.name.contains(&format!("/{path}/"));
        is_below && (is_formatted(file) || is_root(file)) && file.id != root.id
    };
    reader.files.iter().filter(below).collect()
}

/// One changeset as a revision; its id is given later. None where it is not for this database.
fn draft(
    reader: &mut Reader<'_>,
    file: &SourceFile,
    changeset: &Changeset,
    values: &BTreeMap<String, String>,
) -> Option<Revision> {
    if let Some(reason) = passed_over(changeset, reader.dialect) {
        let message = format!("the changeset `{}` is passed over: {reason}", changeset.id);
        reader.say(Diagnostic::note("layout/left-out", message).at(changeset.span, ""));
        return None;
    }
    let upgrade = directives(reader, file, &changeset.upgrade, values);
    let mut found = revision(&changeset.id, changeset.message(), file, upgrade);
    (found.span, found.down_span) = (changeset.span, changeset.span);
    let is_bare = changeset.says("runInTransaction", "false");
    found.native.bare_upgrade = is_bare && !makes_transaction(found.upgrade.directives());
    found.native.bare_downgrade = is_bare;
    found.native.labels = changeset.labels();
    found.downgrade = match &changeset.rollback {
        Ok(parts) => {
            let parts: Vec<Directive> =
                parts.iter().flat_map(|part| directives(reader, file, part, values)).collect();
            Body::Directives(parts)
        }
        Err(reason) => Body::Irreversible { reason: reason.clone() },
    };
    Some(found)
}

fn directives(
    reader: &mut Reader<'_>,
    file: &SourceFile,
    part: &Excerpt,
    values: &BTreeMap<String, String>,
) -> Vec<Directive> {
    let mut part = part.clone();
    let given = reader.given;
    // Liquibase leaves what it does not know as it is.
    let value = |name: &str| {
        let found = given.get(name).or_else(|| values.get(name));
        found.map_or(Filling::Keep, |value| Filling::Value(value.clone()))
    };
    let mut filled = fill(reader, file, part.range.clone(), ("${", "}"), value);
    filled.retain(|(place, _)| {
        part.replaced.iter().all(|(other, _)| place.end <= other.start || place.start >= other.end)
    });
    part.replaced.extend(filled);
    part.replaced.sort_by_key(|(place, _)| place.start);
    reader.directives(file, part)
}

/// Why Liquibase does not run a changeset here.
fn passed_over(changeset: &Changeset, dialect: DialectKind) -> Option<String> {
    if changeset.says("ignore", "true") {
        return Some("it says `ignore:true`".to_owned());
    }
    let list = changeset.attribute("dbms")?;
    let is_here = |name: &str| name == "all" || DialectKind::from_name(name) == Some(dialect);
    let mut names = list.split(',').map(str::trim);
    let (not, only): (Vec<&str>, Vec<&str>) = names.by_ref().partition(|name| name.starts_with('!'));
    let is_not = not.iter().any(|name| is_here(&name[1..]));
    let is_only = only.is_empty() || only.iter().any(|name| is_here(name));
    (is_not || !is_only).then(|| format!("it is for `{list}`"))
}

/// Ids must differ between revisions; Liquibase's only within author and file.
fn named(reader: &mut Reader<'_>, found: Vec<(Changeset, &SourceFile, Revision)>) -> Vec<Revision> {
    let mut ids: BTreeMap<String, usize> = BTreeMap::new();
    let mut authored: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (changeset, _, _) in &found {
        *ids.entry(changeset.id.clone()).or_default() += 1;
        *authored.entry((changeset.id.clone(), changeset.author.clone())).or_default() += 1;
    }
    let mut seen: BTreeMap<(String, String, String), Span> = BTreeMap::new();
    let mut revisions = Vec::new();
    for (changeset, file, mut revision) in found {
        let (id, author) = (changeset.id.clone(), changeset.author.clone());
        let key = (id.clone(), author.clone(), changeset.path(file));
        if let Some(first) = seen.get(&key) {
            let message = format!("two changesets are `{author}:{id}` in one file");
            reader.say(
                Diagnostic::error("layout/duplicate-version", message)
                    .at(changeset.span, "this one is left out")
                    .at(*first, "this one is kept")
                    .help("Give one of them another id"),
            );
            continue;
        }
        seen.insert(key, changeset.span);
        let is_one = ids.get(&id) == Some(&1);
        let is_one_of_author = authored.get(&(id.clone(), author.clone())) == Some(&1);
        let name = match (is_one, is_one_of_author) {
            (true, _) => id.clone(),
            (false, true) => format!("{author}/{id}"),
            (false, false) => format!("{}/{author}/{id}", changeset.path(file)),
        };
        revision.id = crate::revision::RevisionId::new(name);
        revision.native.key = Some(format!("{author}:{id}"));
        revisions.push(revision);
    }
    revisions
}
