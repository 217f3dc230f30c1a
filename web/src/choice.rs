//! Which files of a folder or a zip are read, and what is said of the rest.
//!
//! By names and sizes alone: a folder is often a whole project, most of which is never opened.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// What can be part of a chain.
const ENDINGS: [&str; 6] = [".sql", ".zip", ".ddl", ".txt", ".md", ".retort"];
/// What tells a layout beside the SQL, and what Alembic reads; never large.
const SETTINGS: [&str; 11] =
    [".py", ".ini", ".toml", ".mako", ".prisma", ".conf", ".plan", ".sum", ".gradle", ".go", ".mod"];
/// Of data files, those whose names say that they order revisions.
const DATA: [&str; 4] = [".json", ".xml", ".yaml", ".yml"];
const ORDERING: [&str; 6] = ["_journal", "snapshot", "changelog", "liquibase", "master", "pom.xml"];
/// Folders of tools, whatever their place.
const SKIPPED_FOLDERS: [&str; 7] =
    ["node_modules", "target", "__pycache__", "venv", "dist", "site-packages", "__MACOSX"];
/// What lies beside this file is a virtual environment (docs.python.org/3/library/venv.html).
const VIRTUAL_ENVIRONMENT: &str = "pyvenv.cfg";

const LARGEST: u64 = 32 << 20;
const LARGEST_SETTINGS: u64 = 4 << 20;
const MOST: usize = 4000;
/// Names that a sentence bears.
const MOST_NAMES: usize = 6;

/// What was not read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Names of folders that hold no migrations, with how many there are of each.
    pub folders: BTreeMap<String, u32>,
    /// Files of kinds that no chain consists of.
    pub other_kinds: u32,
    /// Files of the right kind that are too large.
    pub too_large: Vec<String>,
    /// Files that the browser could not read.
    pub unreadable: Vec<String>,
    /// Files of the right kind after the most that are read.
    pub beyond: u32,
}

impl LeftOut {
    /// Whether something is missing that might have been part of the chain.
    pub fn is_worrying(&self) -> bool {
        !self.too_large.is_empty() || !self.unreadable.is_empty() || self.beyond > 0
    }

    /// Counts a folder that is not looked into.
    pub fn folder(&mut self, name: &str) {
        *self.folders.entry(name.to_owned()).or_default() += 1;
    }

    /// One sentence for each reason.
    pub fn sentences(&self) -> Vec<String> {
        let mut said = Vec::new();
        if self.beyond > 0 {
            said.push(format!(
                "{} more files are not read: {MOST} are the most; open a smaller folder",
                self.beyond
            ));
        }
        if !self.too_large.is_empty() {
            said.push(format!("too large to be read: {}", names(self.too_large.iter())));
        }
        if !self.unreadable.is_empty() {
            said.push(format!("could not be read: {}", names(self.unreadable.iter())));
        }
        if self.other_kinds > 0 {
            let noun = if self.other_kinds == 1 { "file" } else { "files" };
            said.push(format!("{} {noun} of kinds that no chain consists of", self.other_kinds));
        }
        if !self.folders.is_empty() {
            said.push(format!("not looked into: {}", names(self.folders.keys())));
        }
        said
    }
}

fn names<'a>(names: impl ExactSizeIterator<Item = &'a String>) -> String {
    let count = names.len();
    let mut listed: Vec<String> = names.take(MOST_NAMES).cloned().collect();
    if count > MOST_NAMES {
        listed.push(format!("and {} more", count - MOST_NAMES));
    }
    listed.join(", ")
}

/// Whether a folder may hold migrations, by its name.
pub fn is_wanted_folder(name: &str) -> bool {
    let is_package = name.ends_with(".egg-info") || name.ends_with(".dist-info");
    !name.starts_with('.') && !is_package && !SKIPPED_FOLDERS.contains(&name)
}

/// Whether a file says by its name that its folder is a virtual environment.
pub fn marks_virtual_environment(name: &str) -> bool {
    name == VIRTUAL_ENVIRONMENT
}

/// Whether a file is Python.
pub fn is_python(path: &str) -> bool {
    path.len() > 3 && path.as_bytes()[path.len() - 3..].eq_ignore_ascii_case(b".py")
}

/// Chooses among files by path and size: the places of those to be read, in order, and what of the rest to say.
pub fn choose(files: &[(String, u64)]) -> (Vec<usize>, LeftOut) {
    let mut left_out = LeftOut::default();
    let environments: Vec<&str> =
        files.iter().filter_map(|(path, _)| path.strip_suffix(VIRTUAL_ENVIRONMENT)).collect();
    let mut folders: BTreeSet<&str> = BTreeSet::new();
    let mut chosen = Vec::new();
    for (place, (path, size)) in files.iter().enumerate() {
        let environment = environments.iter().find(|folder| !folder.is_empty() && path.starts_with(**folder));
        if let Some(folder) = environment.copied().or_else(|| skipped_folder(path)) {
            folders.insert(folder);
            continue;
        }
        match is_wanted(path, *size) {
            Some(true) => chosen.push(place),
            Some(false) => left_out.too_large.push(path.clone()),
            None => left_out.other_kinds += 1,
        }
    }
    for folder in folders {
        let folder = folder.trim_end_matches('/');
        left_out.folder(folder.rsplit('/').next().unwrap_or(folder));
    }
    if chosen.len() > MOST {
        chosen.sort_by_key(|place| (rank(&files[*place].0), *place));
        left_out.beyond = u32::try_from(chosen.len() - MOST).unwrap_or(u32::MAX);
        chosen.truncate(MOST);
        chosen.sort_unstable();
    }
    (chosen, left_out)
}

/// The path of the first folder on the way to a file that is not looked into.
fn skipped_folder(path: &str) -> Option<&str> {
    let folder = path.rfind('/').map_or("", |end| &path[..end]);
    let mut start = 0;
    for part in folder.split('/').filter(|_| !folder.is_empty()) {
        let end = start + part.len();
        if !is_wanted_folder(part) {
            return Some(&folder[..end]);
        }
        start = end + 1;
    }
    None
}

/// Whether a file is of a kind that is read, and then whether it is small enough.
fn is_wanted(path: &str, size: u64) -> Option<bool> {
    let lower = path.to_ascii_lowercase();
    let name = lower.rsplit('/').next().unwrap_or(&lower);
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    let orders = ends(&DATA) && ORDERING.iter().any(|word| name.contains(word));
    if name.starts_with('.') {
        None
    } else if ends(&ENDINGS) {
        Some(size <= LARGEST)
    } else if ends(&SETTINGS) || orders {
        Some(size <= LARGEST_SETTINGS)
    } else {
        None
    }
}

/// What goes first where not all can be read: SQL and settings, then Python among migrations, tests last.
fn rank(path: &str) -> u8 {
    let is_below = |words: &[&str]| path.split('/').any(|part| words.contains(&part));
    match () {
        () if !is_python(path) => 0,
        () if is_below(&["versions", "migrations", "alembic", "migration"]) => 1,
        () if is_below(&["test", "tests"]) => 3,
        () => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(paths: &[&str]) -> (Vec<String>, LeftOut) {
        let files: Vec<(String, u64)> = paths.iter().map(|path| ((*path).to_owned(), 10)).collect();
        let (places, left_out) = choose(&files);
        (places.into_iter().map(|place| files[place].0.clone()).collect(), left_out)
    }

    #[test]
    fn of_a_project_only_possible_migrations_are_read() {
        for path in [
            "shop/migrations/001_users.sql",
            "alembic/versions/A1.PY",
            "alembic/script.py.mako",
            "setup/alembic.ini",
            "chain.zip",
            "db/sqitch.plan",
            "drizzle/meta/_journal.json",
        ] {
            assert_eq!(is_wanted(path, 10), Some(true), "{path}");
            assert_eq!(chosen(&[path]).0, [path]);
        }
        assert_eq!(is_wanted("src/data.json", 10), None);
        assert_eq!(is_wanted("photo.png", 10), None);
        assert_eq!(is_wanted("shop/.hidden.py", 10), None);
        assert_eq!(is_wanted("dump.sql", 1 << 30), Some(false));
        assert_eq!(is_wanted("table.py", 5 << 20), Some(false));
    }

    #[test]
    fn folders_of_tools_are_counted_not_read() {
        let (read, left_out) = chosen(&[
            "p/alembic.ini",
            "p/.git/config.ini",
            "p/node_modules/x/a.sql",
            "p/node_modules/y/b.sql",
            "p/web/node_modules/z.sql",
            "p/versions/__pycache__/a.py",
            "p/own/pyvenv.cfg",
            "p/own/lib/python3/x.py",
            "p/photo.png",
            "p/owner/x.py",
        ]);
        assert_eq!(read, ["p/alembic.ini", "p/owner/x.py"]);
        let folders: Vec<(&str, u32)> =
            left_out.folders.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        assert_eq!(folders, [(".git", 1), ("__pycache__", 1), ("node_modules", 2), ("own", 1)]);
        assert!(!left_out.is_worrying());
        assert_eq!(
            left_out.sentences(),
            [
                "1 file of kinds that no chain consists of",
                "not looked into: .git, __pycache__, node_modules, own"
            ]
        );
    }

    #[test]
    fn where_not_all_can_be_read_migrations_go_first() {
        let mut files: Vec<(String, u64)> = (0..MOST).map(|n| (format!("p/tests/t{n}.py"), 1)).collect();
        files.extend((0..MOST).map(|n| (format!("p/a{n}.py"), 1)));
        files.push(("p/z/versions/a.py".to_owned(), 1));
        files.push(("p/zz/alembic.ini".to_owned(), 1));
        files.push(("p/zz/huge.sql".to_owned(), LARGEST + 1));
        let (places, left_out) = choose(&files);
        assert_eq!(places.len(), MOST);
        let read: Vec<&str> = places.iter().map(|place| files[*place].0.as_str()).collect();
        assert!(read.contains(&"p/z/versions/a.py") && read.contains(&"p/zz/alembic.ini"));
        assert!(read.iter().all(|path| !path.contains("tests")));
        assert_eq!((left_out.beyond as usize, left_out.too_large.len()), (MOST + 2, 1));
        assert!(left_out.is_worrying());
    }
}
