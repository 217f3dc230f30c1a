//! The files of a project, read from disk. Names are relative to the project, with `/`.

use std::collections::VecDeque;
use std::fs::{self, DirEntry, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::{panic, thread};

use retort_core::diagnostic::Diagnostic;
use retort_core::layout::is_wanted;
use retort_core::source::{Content, Fetch};

/// More bytes are refused: a folder was named that is no migration folder.
const MOST_BYTES: u64 = 64 * 1024 * 1024;
/// More files are refused for the same reason.
const MOST_FILES: usize = 20_000;
/// So many open folders are enough for two to walk through.
const ENOUGH: usize = 12;
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
    let room = Room::new(project);
    let mut walk = Walk::new(&room);
    let mut open = VecDeque::from([(project.to_owned(), String::new())]);
    while open.len() < ENOUGH
        && let Some(folder) = open.pop_front()
    {
        walk.enter(&folder)?;
        open.extend(walk.folders.drain(..));
    }
    if !open.is_empty() {
        walk.share(open)?;
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

/// How much may be read, of all that walk together.
struct Room<'a> {
    project: &'a Path,
    files: AtomicU64,
    bytes: AtomicU64,
    python: Arc<AtomicU64>,
}

impl Room<'_> {
    fn new(project: &Path) -> Room<'_> {
        Room {
            project,
            files: AtomicU64::new(MOST_FILES as u64),
            bytes: AtomicU64::new(MOST_BYTES),
            python: Arc::new(AtomicU64::new(MOST_PYTHON)),
        }
    }
}

/// A folder, and what the names of its files begin with.
type Folder = (PathBuf, String);

/// What is found on a walk through a project's folders.
struct Walk<'a> {
    room: &'a Room<'a>,
    files: Files,
    python: Files,
    folders: Vec<Folder>,
}

impl<'a> Walk<'a> {
    fn new(room: &'a Room<'a>) -> Walk<'a> {
        Walk { room, files: Files::new(), python: Files::new(), folders: Vec::new() }
    }

    /// Goes through folders, and those below them, with a second walker: they wait for the system most of the time.
    fn share(&mut self, open: VecDeque<Folder>) -> Result<(), Diagnostic> {
        let open = Mutex::new(open);
        let mut other = Walk::new(self.room);
        thread::scope(|scope| {
            let beside = scope.spawn(|| other.follow(&open));
            let own = self.follow(&open);
            beside.join().unwrap_or_else(|panic| panic::resume_unwind(panic)).and(own)
        })?;
        self.files.append(&mut other.files);
        self.python.append(&mut other.python);
        Ok(())
    }

    /// Takes one open folder after the other and goes through all below it.
    fn follow(&mut self, open: &Mutex<VecDeque<Folder>>) -> Result<(), Diagnostic> {
        let next = || open.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        while let Some(folder) = self.folders.pop().or_else(next) {
            self.enter(&folder)?;
        }
        Ok(())
    }

    fn enter(&mut self, (folder, prefix): &Folder) -> Result<(), Diagnostic> {
        for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
            self.take(&entry.map_err(|error| unreadable(folder, &error))?, prefix)?;
        }
        Ok(())
    }

    fn take(&mut self, entry: &DirEntry, prefix: &str) -> Result<(), Diagnostic> {
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().map_err(|error| unreadable(&entry.path(), &error))?;
        if name.starts_with('.') || (kind.is_dir() && SKIPPED.contains(&name.as_str())) {
            return Ok(());
        }
        let full = format!("{prefix}{name}");
        if kind.is_dir() {
            self.folders.push((entry.path(), format!("{full}/")));
            return Ok(());
        }
        if !is_wanted(&full) {
            return Ok(());
        }
        let path = entry.path();
        if is_python(&name) && kind.is_file() {
            let left = Arc::clone(&self.room.python);
            let fetch = move || read_python(&path, &left);
            self.python.push((full, Found::Later(Arc::new(fetch))));
            return Ok(());
        }
        if !take_from(&self.room.files, 1) {
            return Err(too_many(self.room.project));
        }
        let meta = if kind.is_symlink() { fs::metadata(&path) } else { entry.metadata() };
        let Some(meta) = meta.ok().filter(fs::Metadata::is_file) else { return Ok(()) };
        if !is_sql(&name) && meta.len() > MOST_COMPANION {
            return Ok(());
        }
        if !take_from(&self.room.bytes, meta.len()) {
            return Err(too_large(self.room.project));
        }
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
    if !take_from(left, length) {
        return Err("more than 48 MiB of Python were read before it".to_owned());
    }
    // One byte more than it has: its end is seen without asking again.
    let mut bytes = Vec::with_capacity(length as usize + 1);
    file.read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    Ok(bytes)
}

/// Takes what is asked for, if so much is left.
fn take_from(left: &AtomicU64, count: u64) -> bool {
    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(count)).is_ok()
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
