//! The files that a chain consists of. A project in Python has many more: it is often a whole program, of which
//! the revisions import a few modules.
//!
//! Simple on purpose: imports are told by the words of a line, and a dotted name by the end of a path. That finds
//! more than what is imported, never less, where names are written out.

use std::collections::{BTreeMap, BTreeSet};

use retort_core::layout::LayoutKind;
use retort_core::source::{SourceFile, SourceId};

use super::session::Session;
use crate::choice::is_python;

impl Session {
    /// The files that matter, in their order.
    pub(super) fn matters(&self) -> Vec<&SourceFile> {
        let files = &self.project.files;
        if self.project.layout != LayoutKind::Alembic {
            return files.iter().collect();
        }
        let revisions = self.project.graph.iter().map(|revision| revision.source);
        let said = self.diagnostics.iter().flat_map(|said| &said.labels).map(|label| label.span.source);
        let wanted = reachable(files, &revisions.chain(said).collect());
        files.iter().filter(|file| wanted.contains(&file.id)).collect()
    }
}

/// Everything but Python, the revisions with what lies beside them, and what they import, again and again.
fn reachable(files: &[SourceFile], revisions: &BTreeSet<SourceId>) -> BTreeSet<SourceId> {
    let modules = Modules::new(files);
    let beside: BTreeSet<&str> =
        files.iter().filter(|file| revisions.contains(&file.id)).map(|file| folder(&file.name)).collect();
    let is_first = |file: &&SourceFile| {
        !is_python(&file.name)
            || revisions.contains(&file.id)
            || beside.contains(folder(&file.name))
            || file.name.rsplit('/').next() == Some("env.py")
    };
    let mut wanted: BTreeSet<SourceId> = files.iter().filter(is_first).map(|file| file.id).collect();
    // `env.py` is read for its literals and never run: what it imports is of no use.
    let is_run = |file: &&SourceFile| {
        is_python(&file.name) && wanted.contains(&file.id) && !file.name.ends_with("env.py")
    };
    let mut open: Vec<&SourceFile> = files.iter().filter(is_run).collect();
    while let Some(file) = open.pop() {
        for name in imports(file) {
            for found in modules.find(&name) {
                if wanted.insert(found.id) {
                    open.push(found);
                }
            }
        }
    }
    wanted
}

/// Files by the last part of their module's name.
struct Modules<'a>(BTreeMap<&'a str, Vec<(&'a str, &'a SourceFile)>>);

impl<'a> Modules<'a> {
    fn new(files: &'a [SourceFile]) -> Modules<'a> {
        let mut modules: BTreeMap<&str, Vec<(&str, &SourceFile)>> = BTreeMap::new();
        for file in files.iter().filter(|file| is_python(&file.name)) {
            let path = &file.name[..file.name.len() - ".py".len()];
            let path = path.strip_suffix("/__init__").unwrap_or(path);
            let last = path.rsplit('/').next().unwrap_or(path);
            modules.entry(last).or_default().push((path, file));
        }
        Modules(modules)
    }

    /// The modules of a dotted name, and the packages on the way to it.
    fn find(&self, name: &str) -> Vec<&'a SourceFile> {
        let mut found = Vec::new();
        let parts: Vec<&str> = name.split('.').collect();
        for count in 1..=parts.len() {
            let path = parts[..count].join("/");
            let named = self.0.get(parts[count - 1]).into_iter().flatten();
            let is_it = |known: &str| known == path || known.ends_with(&format!("/{path}"));
            found.extend(named.filter(|(known, _)| is_it(known)).map(|(_, file)| *file));
        }
        found
    }
}

/// The dotted names that a file may import: of `from a import b` both `a` and `a.b`.
fn imports(file: &SourceFile) -> Vec<String> {
    let mut found = Vec::new();
    // A list in brackets goes over several lines.
    let joined = join_brackets(&file.text);
    for line in joined.lines() {
        let line = line.split('#').next().unwrap_or(line).trim_start();
        if let Some(rest) = line.strip_prefix("import ") {
            found.extend(rest.split(',').map(|part| first_word(part).to_owned()));
        } else if let Some((from, names)) =
            line.strip_prefix("from ").and_then(|rest| rest.split_once(" import "))
        {
            let from = absolute(from.trim(), &file.name);
            let names = names.split(',').map(|part| first_word(part.trim_matches([' ', '(', ')', '\t'])));
            found.extend(names.filter(|name| !name.is_empty()).map(|name| format!("{from}.{name}")));
            found.push(from);
        } else if line.contains("import_module(") || line.contains("__import__(") {
            found.extend(line.split(['"', '\'']).skip(1).step_by(2).map(str::to_owned));
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

/// The text with the lists after `import (` on one line each.
fn join_brackets(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    let mut is_open = false;
    for line in text.lines() {
        let code = line.split('#').next().unwrap_or(line);
        is_open |= code.contains(" import (");
        joined.push_str(if is_open { code } else { line });
        is_open &= !code.contains(')');
        joined.push(if is_open { ' ' } else { '\n' });
    }
    joined
}

/// `..models` of `app/db/x.py` is `app.models`.
fn absolute(name: &str, path: &str) -> String {
    let dots = name.len() - name.trim_start_matches('.').len();
    if dots == 0 {
        return name.to_owned();
    }
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.truncate(parts.len().saturating_sub(dots));
    parts.extend(name[dots..].split('.').filter(|part| !part.is_empty()));
    parts.join(".")
}

fn first_word(part: &str) -> &str {
    part.split_whitespace().next().unwrap_or("")
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(texts: &[(&str, &str)]) -> Vec<SourceFile> {
        let file =
            |(at, (name, text)): (usize, &(&str, &str))| SourceFile::new(SourceId(at as u32), *name, *text);
        texts.iter().enumerate().map(file).collect()
    }

    #[test]
    fn imports_are_followed() {
        let files = files(&[
            ("alembic.ini", ""),
            ("db/env.py", "from shop.models import Base\n"),
            (
                "db/versions/a.py",
                "from shop.kinds import (\n    A,  # x)\n    B,\n)\nimport helpers.text as t, os\n",
            ),
            ("db/versions/b.py", "    from ..common import c\n"),
            ("db/versions/notes.py", ""),
            ("db/common.py", ""),
            ("helpers/__init__.py", "from .more import m\n"),
            ("helpers/text.py", "import importlib\nx = importlib.import_module(\"shop.late\")\n"),
            ("helpers/more.py", ""),
            ("helpers/unused.py", ""),
            ("src/shop/__init__.py", ""),
            ("src/shop/kinds/__init__.py", "from shop.kinds import A\n"),
            ("src/shop/kinds/A.py", ""),
            ("src/shop/late.py", ""),
            ("src/shop/models.py", "import helpers.unused\n"),
            ("tests/test_a.py", "import shop\n"),
        ]);
        let wanted = reachable(&files, &[SourceId(2), SourceId(3)].into());
        let left: Vec<&str> =
            files.iter().filter(|file| !wanted.contains(&file.id)).map(|file| file.name.as_str()).collect();
        assert_eq!(left, ["helpers/unused.py", "src/shop/models.py", "tests/test_a.py"]);
    }
}
