//! The chains, as `cargo xtask` unpacked them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use retort_core::graph::{Heads, Target};
use retort_core::plan::{Goal, Plan, plan};
use retort_core::project::{Options, Project, open};
use retort_core::source::{Content, DialectKind, Fetch};
use serde_json::Value;

/// A project's files.
pub(crate) type Files = Vec<(String, Shared)>;

/// Bytes that a copy of the list does not copy; modules are decoded when they are imported.
#[derive(Clone)]
pub(crate) struct Shared(Arc<[u8]>);

impl Shared {
    /// These bytes.
    pub(crate) fn new(bytes: impl Into<Arc<[u8]>>) -> Shared {
        Shared(bytes.into())
    }
}

impl Content for Shared {
    fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn fetch(&self) -> Option<Fetch> {
        let bytes = Arc::clone(&self.0);
        Some(Arc::new(move || Ok(bytes.to_vec())))
    }
}

/// A chain of `tests/corpus/chains.json`.
pub(crate) struct Chain(Value);

/// All chains.
pub(crate) fn chains() -> Vec<Chain> {
    let list: Vec<Value> = serde_json::from_str(&fs::read_to_string(table("chains.json")).unwrap()).unwrap();
    list.into_iter().map(Chain).collect()
}

/// A chain by its name.
pub(crate) fn chain(name: &str) -> Chain {
    chains().into_iter().find(|chain| chain.name() == name).unwrap()
}

/// A file of `tests/corpus`.
pub(crate) fn table(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name)
}

impl Chain {
    /// Its name here.
    pub(crate) fn name(&self) -> &str {
        self.text("name")
    }

    /// How many revisions it has.
    pub(crate) fn revisions(&self) -> usize {
        self.0["revisions"].as_u64().unwrap() as usize
    }

    /// The package's modules, and beside them the two files that a project has of its own.
    pub(crate) fn files(&self) -> Files {
        let unpacked = std::env::var_os("RETORT_CORPUS").expect(
            "RETORT_CORPUS names the folder of the packages: `cargo xtask test --only corpus` sets it",
        );
        let mut files = Files::new();
        read(&Path::new(&unpacked).join(self.name()), "", &mut files);
        assert!(!files.is_empty(), "{} is not unpacked", self.name());
        files.push(("alembic.ini".to_owned(), Shared::new(self.settings().into_bytes())));
        files.push(("own_env/env.py".to_owned(), Shared::new(self.environment().into_bytes())));
        files
    }

    /// Whether a file is one of its revisions.
    pub(crate) fn is_revision(&self, name: &str) -> bool {
        let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
        name.ends_with(".py") && self.folders().any(|own| own == folder)
    }

    /// The project of these files, for a dialect.
    pub(crate) fn open(&self, files: &[(String, Shared)], dialect: DialectKind) -> Project {
        let options =
            Options { dialect: Some(dialect), programs: Some(retort_alembic::read), ..Options::default() };
        open(files, &options).value
    }

    fn text(&self, key: &str) -> &str {
        self.0[key].as_str().unwrap()
    }

    fn folders(&self) -> impl Iterator<Item = &str> {
        self.0["versions"].as_array().unwrap().iter().filter_map(Value::as_str)
    }

    fn settings(&self) -> String {
        let folders: String = self.folders().map(|folder| format!("    %(here)s/{folder}\n")).collect();
        format!(
            "[alembic]\nscript_location = %(here)s/own_env\nprepend_sys_path = %(here)s\npath_separator = newline\n\
             version_locations =\n{folders}"
        )
    }

    fn environment(&self) -> String {
        format!(
            "target_metadata = MetaData(naming_convention={})\ncontext.configure(target_metadata=target_metadata, \
             version_table={:?})\n",
            self.0["naming_convention"],
            self.text("version_table")
        )
    }
}

fn read(folder: &Path, prefix: &str, files: &mut Files) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()).collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            read(&entry.path(), &format!("{name}/"), files);
        } else if name.ends_with(".py") {
            files.push((name, Shared::new(fs::read(entry.path()).unwrap())));
        }
    }
}

/// The way from an empty database to a target.
pub(crate) fn upgrade(project: &Project, target: &str) -> Plan {
    plan(&project.graph, &Heads::base(), &Goal::Upgrade(vec![Target::parse(target).unwrap()])).unwrap()
}
