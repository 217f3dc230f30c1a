//! The files of the project, found by dotted name and parsed once.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use retort_core::diagnostic::Diagnostic;
use retort_core::source::{SourceFile, SourceId};
use ruff_python_ast::ModModule;

use super::ahead::Ahead;
use super::lower::lower;
use super::parse::parse_module_file;
use super::syntax::ModuleCode;

/// Where the texts of modules come from.
pub trait Modules: Send + Sync {
    /// A file by its path: `/`-separated, relative to the project.
    fn file(&self, path: &str) -> Option<Arc<SourceFile>>;

    /// Whether a folder of this path has any file in it.
    fn has_folder(&self, path: &str) -> bool;
}

impl Modules for BTreeMap<String, Arc<SourceFile>> {
    fn file(&self, path: &str) -> Option<Arc<SourceFile>> {
        self.get(path).cloned()
    }

    fn has_folder(&self, path: &str) -> bool {
        let start = format!("{path}/");
        self.range(start.clone()..).next().is_some_and(|(path, _)| path.starts_with(&start))
    }
}

/// A package that is not of the project, as far as we know it: modules by their dotted names, and their texts.
pub type Companions = &'static [(&'static str, &'static str)];

/// Where spans in companions point: to no file of the project.
pub const COMPANION: SourceId = SourceId(u32::MAX);

/// A parsed file, or why it is none.
pub type Parsed = Result<Arc<ModuleCode>, Diagnostic>;

/// The modules of a project: the texts, the folders that stand on the path, and what was parsed so far. One library
/// serves many interpreters, also of several threads.
pub struct Library {
    modules: Box<dyn Modules>,
    roots: Vec<String>,
    companions: Companions,
    parsed: Mutex<BTreeMap<String, Arc<OnceLock<Parsed>>>>,
    ahead: Ahead,
    /// Trees of files that were parsed for something else and are not lowered yet.
    trees: Mutex<BTreeMap<String, ModModule>>,
    id: u64,
}

/// Where a dotted name leads.
pub(super) enum Found {
    /// To a file; whether it is the `__init__.py` of a package.
    File(String, bool),
    /// To a folder without one.
    Namespace,
    /// To a companion.
    Companion(String),
}

/// Why a module has no code.
pub(super) enum ModuleError {
    Absent,
    Syntax(Diagnostic),
}

impl std::fmt::Debug for Library {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Library").field("roots", &self.roots).finish_non_exhaustive()
    }
}

impl Library {
    /// A library of these files. `roots` are the folders in which absolute imports are looked for, in order: what
    /// `prepend_sys_path` says, `""` for the project itself.
    pub fn new(modules: impl Modules + 'static, roots: Vec<String>) -> Library {
        Library {
            modules: Box::new(modules),
            roots,
            companions: &[],
            parsed: Mutex::default(),
            ahead: Ahead::new(),
            trees: Mutex::default(),
            id: next_id(),
        }
    }

    /// A number that no other library of this process has.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The library with companions behind its modules.
    #[must_use]
    pub fn with_companions(self, companions: Companions) -> Library {
        Library { companions, ..self }
    }

    /// Parses a file; a second time the first answer is given again.
    ///
    /// # Errors
    /// A diagnostic if it is not Python; `None` stands for a file that is not there.
    pub fn parse(&self, path: &str) -> Option<Parsed> {
        let known = lock(&self.parsed).get(path).cloned();
        let file = match known.as_ref().and_then(|known| known.get()) {
            Some(parsed) => return Some(parsed.clone()),
            None => self.modules.file(path).or_else(|| self.companion_file(path))?,
        };
        let parsed = lock(&self.parsed).entry(path.to_owned()).or_default().clone();
        // Two threads that ask for the same file parse it once.
        Some(parsed.get_or_init(|| self.parse_file(path, &file).map(Arc::new)).clone())
    }

    fn parse_file(&self, path: &str, file: &Arc<SourceFile>) -> Result<ModuleCode, Diagnostic> {
        let tree = lock(&self.trees).remove(path);
        match tree {
            Some(tree) => Ok(lower(file, &tree.body)),
            None => parse_module_file(file),
        }
    }

    /// Begins to parse what a file imports, beside what else is done, where there are threads for it.
    pub fn look_ahead(self: &Arc<Library>, path: &str) {
        self.ahead.begin(self, path);
    }

    #[cfg(not(target_family = "wasm"))]
    pub(super) fn ahead(&self) -> &Ahead {
        &self.ahead
    }

    /// The paths of the files that were parsed.
    #[cfg(test)]
    pub(super) fn known(&self) -> Vec<String> {
        lock(&self.parsed).keys().cloned().collect()
    }

    /// Keeps the tree of a file that was parsed for something else.
    pub(crate) fn keep(&self, path: &str, tree: ModModule) {
        lock(&self.trees).insert(path.to_owned(), tree);
    }

    /// The paths of the trees that are kept.
    #[cfg(not(target_family = "wasm"))]
    pub(super) fn kept(&self) -> Vec<String> {
        lock(&self.trees).keys().cloned().collect()
    }

    fn companion_file(&self, path: &str) -> Option<Arc<SourceFile>> {
        let name = path.strip_prefix('<')?.strip_suffix('>')?;
        let (_, text) = self.companions.iter().find(|(own, _)| covers(own, name))?;
        Some(Arc::new(SourceFile::new(COMPANION, path, *text)))
    }

    /// Looks for a companion: the module, or the package that one is in.
    pub(super) fn find_companion(&self, name: &str) -> Option<Found> {
        let is_in = |own: &str| own.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
        if self.companions.iter().any(|(own, _)| covers(own, name)) {
            return Some(Found::Companion(format!("<{name}>")));
        }
        self.companions.iter().any(|(own, _)| is_in(own)).then_some(Found::Namespace)
    }

    /// The text of a file of the project.
    pub(super) fn text(&self, path: &str) -> Option<Arc<str>> {
        self.modules.file(path).map(|file| Arc::from(&file.text))
    }

    pub(super) fn code(&self, path: &str) -> Result<Arc<ModuleCode>, ModuleError> {
        let begun = lock(&self.parsed).get(path).cloned();
        // While the other thread parses this one, others are parsed here.
        while begun.as_ref().is_some_and(|begun| begun.get().is_none()) && self.ahead.step(self) {}
        match self.parse(path) {
            None => Err(ModuleError::Absent),
            Some(Ok(code)) => Ok(code),
            Some(Err(diagnostic)) => Err(ModuleError::Syntax(diagnostic)),
        }
    }

    /// Looks for a module in the roots: a package or file of the first root that has one, else a bare folder.
    pub(super) fn find(&self, name: &str) -> Option<Found> {
        let mut namespace = None;
        for root in &self.roots {
            match self.find_in(root, name) {
                Some(Found::Namespace) => namespace = Some(Found::Namespace),
                Some(found) => return Some(found),
                None => {}
            }
        }
        namespace
    }

    /// Looks for a module in a folder.
    pub(super) fn find_in(&self, root: &str, name: &str) -> Option<Found> {
        let relative = name.replace('.', "/");
        if relative.split('/').any(str::is_empty) {
            return None;
        }
        let root = root.trim_matches('/').trim_start_matches("./");
        let base = match root {
            "" | "." => relative,
            root => format!("{root}/{relative}"),
        };
        for (path, is_package) in [(format!("{base}/__init__.py"), true), (format!("{base}.py"), false)] {
            if self.modules.file(&path).is_some() {
                return Some(Found::File(path, is_package));
            }
        }
        self.modules.has_folder(&base).then_some(Found::Namespace)
    }
}

/// The dotted name of what `from ..module import` means in a package; None beyond its top.
pub(super) fn relative(package: &str, level: u32, module: &str) -> Option<String> {
    let mut start = package;
    for _ in 1..level {
        start = start.rsplit_once('.')?.0;
    }
    Some(if module.is_empty() { start.to_owned() } else { format!("{start}.{module}") })
}

pub(super) fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn next_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Whether a companion is the module of that name.
fn covers(own: &str, name: &str) -> bool {
    match own.strip_suffix(".*") {
        Some(package) => {
            name.strip_prefix(package).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        }
        None => own == name,
    }
}
