//! The files of a project, read from disk. Names are relative to the project, with `/`.

use std::fs::{self, DirEntry, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use retort_core::diagnostic::Diagnostic;
use retort_core::layout::is_wanted;
use retort_core::source::{Content, Fetch};

/// More bytes are refused: a folder was named that is no migration folder.
const MOST_BYTES: u64 = 64 * 1024 * 1024;
/// More files are refused for the same reason.
const MOST_FILES: usize = 20_000;
/// What tells a layout beside the SQL is never larger.
const MOST_COMPANION: u64 = 4 * 1024 * 1024;
/// Folders that never hold revisions.
const SKIPPED: [&str; 5] = ["node_modules", "target", "venv", "__pycache__", "site-packages"];
/// Python of this many bytes together is read: revisions import modules of their project.
const MOST_PYTHON: u64 = 48 * 1024 * 1024;

/// Names and contents.
pub(crate) type Files = Vec<(String, Found)>;

/// A file of a project.
pub(crate) enum Found {
    /// One that is read at once.
    Read(Vec<u8>),
    /// A module of Python, read when it is imported: few of a large project's are.
    Later(Fetch),
}

impl Content for Found {
    fn bytes(&self) -> &[u8] {
        match self {
            Found::Read(bytes) => bytes,
            Found::Later(_) => &[],
        }
    }

    fn fetch(&self) -> Option<Fetch> {
        match self {
            Found::Read(_) => None,
            Found::Later(fetch) => Some(Arc::clone(fetch)),
        }
    }
}

/// Reads the `.sql` files in a folder and the folders below it, the files beside them that tell a layout, and the
/// names of the `.py` files; or the one file that was named.
///
/// Folders behind symbolic links are passed over: they may lead in a circle.
pub(crate) fn read(project: &Path) -> Result<Files, Diagnostic> {
    let meta = fs::metadata(project).map_err(|error| unreadable(project, &error))?;
    if meta.is_file() {
        let name = project.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let bytes = fs::read(project).map_err(|error| unreadable(project, &error))?;
        return Ok(vec![(name, Found::Read(bytes))]);
    }
    let mut walk = Walk {
        project,
        files: Files::new(),
        python: Files::new(),
        left: MOST_BYTES,
        python_left: Arc::new(AtomicU64::new(MOST_PYTHON)),
        folders: vec![(project.to_owned(), String::new())],
    };
    while let Some((folder, prefix)) = walk.folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| unreadable(&folder, &error))? {
            walk.take(&entry.map_err(|error| unreadable(&folder, &error))?, &prefix)?;
        }
    }
    Ok(with_python(walk.files, walk.python))
}

/// Adds Python as far as there is room for it: what lies near revisions first.
fn with_python(mut files: Files, mut python: Files) -> Files {
    const NEAR: [&str; 4] = ["alembic", "migration", "version", "env.py"];
    let room = MOST_FILES.saturating_sub(files.len());
    if python.len() > room {
        python.sort_by_cached_key(|(name, _)| (!NEAR.iter().any(|word| name.contains(word)), name.clone()));
        python.truncate(room);
    }
    files.append(&mut python);
    files
}

/// What is found on a walk through a project's folders.
struct Walk<'a> {
    project: &'a Path,
    files: Files,
    python: Files,
    left: u64,
    python_left: Arc<AtomicU64>,
    folders: Vec<(PathBuf, String)>,
}

impl Walk<'_> {
    fn take(&mut self, entry: &DirEntry, prefix: &str) -> Result<(), Diagnostic> {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        let kind = entry.file_type().map_err(|error| unreadable(&path, &error))?;
        if name.starts_with('.') || (kind.is_dir() && SKIPPED.contains(&name.as_str())) {
            return Ok(());
        }
        let full = format!("{prefix}{name}");
        if kind.is_dir() {
            self.folders.push((path, format!("{full}/")));
            return Ok(());
        }
        if !is_wanted(&full) {
            return Ok(());
        }
        if is_python(&name) && kind.is_file() {
            let left = Arc::clone(&self.python_left);
            let fetch = move || read_python(&path, &left);
            self.python.push((full, Found::Later(Arc::new(fetch))));
            return Ok(());
        }
        if self.files.len() >= MOST_FILES {
            return Err(too_many(self.project));
        }
        let meta = if kind.is_symlink() { fs::metadata(&path) } else { entry.metadata() };
        let Some(meta) = meta.ok().filter(fs::Metadata::is_file) else { return Ok(()) };
        if !is_sql(&name) && meta.len() > MOST_COMPANION {
            return Ok(());
        }
        self.left = self.left.checked_sub(meta.len()).ok_or_else(|| too_large(self.project))?;
        let bytes = fs::read(&path).map_err(|error| unreadable(&path, &error))?;
        self.files.push((full, Found::Read(bytes)));
        Ok(())
    }
}

/// Reads a module, as long as there is room for it.
fn read_python(path: &Path, left: &AtomicU64) -> Result<Vec<u8>, String> {
    let mut file = File::open(path).map_err(|error| error.to_string())?;
    let length = file.metadata().map_err(|error| error.to_string())?.len();
    if length > MOST_COMPANION {
        return Err("it has more than 4 MiB".to_owned());
    }
    let take = |left: u64| left.checked_sub(length);
    if left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_err() {
        return Err("more than 48 MiB of Python were read before it".to_owned());
    }
    // One byte more than it has: its end is seen without asking again.
    let mut bytes = Vec::with_capacity(length as usize + 1);
    file.read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    Ok(bytes)
}

fn unreadable(path: &Path, error: &io::Error) -> Diagnostic {
    let message = format!("`{}` cannot be read: {error}", path.display());
    Diagnostic::error("project/unreadable", message).help("Name the folder of the chain with `--project`")
}

fn is_python(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".py")
}

fn is_sql(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".sql")
}

fn too_many(project: &Path) -> Diagnostic {
    let message = format!("there are more than {MOST_FILES} files in `{}`", project.display());
    Diagnostic::error("project/too-large", message)
        .help("Name the folder that holds only the chain with `--project`")
}

fn too_large(project: &Path) -> Diagnostic {
    let message = format!("the `.sql` files in `{}` have more than 64 MiB together", project.display());
    Diagnostic::error("project/too-large", message)
        .help("Name the folder that holds only the chain with `--project`")
}
