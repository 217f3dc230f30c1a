//! The files of a project, read from disk. Names are relative to the project, with `/`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use retort_core::diagnostic::Diagnostic;
use retort_core::layout::is_wanted;

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

/// Names and bytes.
pub(crate) type Files = Vec<(String, Vec<u8>)>;

/// Reads the `.sql` and `.py` files in a folder and the folders below it, and the files beside them that tell a
/// layout; or the one file that was named.
///
/// Folders behind symbolic links are passed over: they may lead in a circle.
pub(crate) fn read(project: &Path) -> Result<Files, Diagnostic> {
    let unreadable = |path: &Path, error: &io::Error| {
        let message = format!("`{}` cannot be read: {error}", path.display());
        Diagnostic::error("project/unreadable", message).help("Name the folder of the chain with `--project`")
    };
    let meta = fs::metadata(project).map_err(|error| unreadable(project, &error))?;
    if meta.is_file() {
        let name = project.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let bytes = fs::read(project).map_err(|error| unreadable(project, &error))?;
        return Ok(vec![(name, bytes)]);
    }
    let mut files = Files::new();
    let mut left = MOST_BYTES;
    let mut python = Vec::new();
    let mut folders = vec![(project.to_owned(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        let entries = fs::read_dir(&folder).map_err(|error| unreadable(&folder, &error))?;
        for entry in entries {
            let entry = entry.map_err(|error| unreadable(&folder, &error))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = entry.path();
            let kind = entry.file_type().map_err(|error| unreadable(&path, &error))?;
            if name.starts_with('.') || (kind.is_dir() && SKIPPED.contains(&name.as_str())) {
                continue;
            }
            let full = format!("{prefix}{name}");
            if kind.is_dir() {
                folders.push((path, format!("{full}/")));
                continue;
            }
            let meta = if kind.is_symlink() { fs::metadata(&path) } else { entry.metadata() };
            let is_file = meta.as_ref().is_ok_and(fs::Metadata::is_file);
            if is_file && is_wanted(&full) {
                let length = meta.map_or(0, |meta| meta.len());
                if !is_sql(&name) && length > MOST_COMPANION {
                    continue;
                }
                if is_python(&name) {
                    python.push((full, path, length));
                    continue;
                }
                if files.len() >= MOST_FILES {
                    return Err(too_many(project));
                }
                left = left.checked_sub(length).ok_or_else(|| too_large(project))?;
                let bytes = fs::read(&path).map_err(|error| unreadable(&path, &error))?;
                files.push((full, bytes));
            }
        }
    }
    read_python(python, &mut files)?;
    Ok(files)
}

/// Reads Python as far as there is room for it: what lies near revisions first.
fn read_python(mut python: Vec<(String, PathBuf, u64)>, files: &mut Files) -> Result<(), Diagnostic> {
    const NEAR: [&str; 4] = ["alembic", "migration", "version", "env.py"];
    python.sort_by_cached_key(|(name, ..)| (!NEAR.iter().any(|word| name.contains(word)), name.clone()));
    let mut left = MOST_PYTHON;
    for (name, path, length) in python {
        if length > left || files.len() >= MOST_FILES {
            continue;
        }
        left -= length;
        let bytes = fs::read(&path).map_err(|error| {
            let message = format!("`{}` cannot be read: {error}", path.display());
            Diagnostic::error("project/unreadable", message)
        })?;
        files.push((name, bytes));
    }
    Ok(())
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
