//! Reads chosen and dropped files, folders too.

use std::future::Future;
use std::pin::Pin;

use js_sys::{Array, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, File, FileList, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry};

/// Path and bytes.
pub type Files = Vec<(String, Vec<u8>)>;

/// What can be part of a chain. A folder is often a whole project: the rest is not even read.
const ENDINGS: [&str; 10] =
    [".sql", ".toml", ".zip", ".py", ".ini", ".ddl", ".txt", ".md", ".retort", ".prisma"];
/// What tells a layout beside the SQL; never large.
const SETTINGS: [&str; 6] = [".conf", ".plan", ".sum", ".gradle", ".go", ".mod"];
/// Of data files, those whose names say that they order revisions.
const DATA: [&str; 4] = [".json", ".xml", ".yaml", ".yml"];
const ORDERING: [&str; 6] = ["_journal", "snapshot", "changelog", "liquibase", "master", "pom.xml"];
const SKIPPED_FOLDERS: [&str; 5] = ["node_modules", "target", "__pycache__", "venv", "dist"];
const LARGEST: f64 = 32.0 * 1024.0 * 1024.0;
const LARGEST_SETTINGS: f64 = 4.0 * 1024.0 * 1024.0;
const MOST: usize = 4000;

fn is_wanted(path: &str, size: f64) -> bool {
    let lower = path.to_ascii_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| lower.ends_with(ending));
    let name = lower.rsplit('/').next().unwrap_or(&lower);
    let orders = ends(&DATA) && ORDERING.iter().any(|word| name.contains(word));
    (size <= LARGEST && ends(&ENDINGS) || size <= LARGEST_SETTINGS && (ends(&SETTINGS) || orders))
        && path.split('/').all(is_wanted_part)
}

fn is_wanted_part(part: &str) -> bool {
    !part.starts_with('.') && !SKIPPED_FOLDERS.contains(&part)
}

/// The files of an `<input type=file>`; of a folder with their paths inside it.
pub async fn read_list(list: FileList) -> Files {
    let chosen: Vec<File> = (0..list.length()).filter_map(|index| list.get(index)).collect();
    let mut files = Files::new();
    for file in chosen {
        let relative =
            Reflect::get(&file, &"webkitRelativePath".into()).ok().and_then(|path| path.as_string());
        let path = relative.filter(|path| !path.is_empty()).unwrap_or_else(|| file.name());
        read_into(&mut files, path, &file).await;
    }
    files
}

/// What of a drop has to be taken while its event lives; the reading may come later.
pub struct Dropped {
    entries: Vec<FileSystemEntry>,
    loose: Option<FileList>,
}

pub fn take_drop(transfer: &DataTransfer) -> Dropped {
    let items = transfer.items();
    let entries: Vec<FileSystemEntry> = (0..items.length())
        .filter_map(|index| items.get(index))
        .filter_map(|item| item.webkit_get_as_entry().ok().flatten())
        .collect();
    let loose = if entries.is_empty() { transfer.files() } else { None };
    Dropped { entries, loose }
}

impl Dropped {
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.loose.as_ref().is_none_or(|list| list.length() == 0)
    }

    pub async fn read(self) -> Files {
        let mut files = Files::new();
        for entry in self.entries {
            walk(&mut files, entry).await;
        }
        if let Some(list) = self.loose {
            files.extend(read_list(list).await);
        }
        files
    }
}

type Walk<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

fn walk(files: &mut Files, entry: FileSystemEntry) -> Walk<'_> {
    Box::pin(async move {
        let path = entry.full_path().trim_start_matches('/').to_owned();
        if entry.is_file() {
            let entry: FileSystemFileEntry = entry.unchecked_into();
            if let Ok(file) = JsFuture::from(file_of(&entry)).await {
                read_into(files, path, &file.unchecked_into::<File>()).await;
            }
        } else if is_wanted_part(&entry.name()) {
            let directory: FileSystemDirectoryEntry = entry.unchecked_into();
            let reader = directory.create_reader();
            // The browser hands out at most 100 entries at a time; an empty answer is the end.
            loop {
                let batch = Promise::new(&mut |resolve, reject| {
                    let _ = reader.read_entries_with_callback_and_callback(&resolve, &reject);
                });
                let Ok(batch) = JsFuture::from(batch).await else { return };
                let batch: Array = batch.unchecked_into();
                if batch.length() == 0 {
                    return;
                }
                for entry in batch.iter() {
                    walk(files, entry.unchecked_into()).await;
                }
            }
        }
    })
}

fn file_of(entry: &FileSystemFileEntry) -> Promise {
    Promise::new(&mut |resolve, reject| entry.file_with_callback_and_callback(&resolve, &reject))
}

async fn read_into(files: &mut Files, path: String, file: &File) {
    if files.len() >= MOST || !is_wanted(&path, file.size()) {
        return;
    }
    let buffer: Result<JsValue, JsValue> = JsFuture::from(file.array_buffer()).await;
    if let Ok(buffer) = buffer {
        files.push((path, Uint8Array::new(&buffer).to_vec()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_project_only_possible_migrations_are_read() {
        assert!(is_wanted("shop/migrations/001_users.sql", 10.0));
        assert!(is_wanted("alembic/versions/A1.PY", 10.0));
        assert!(is_wanted("chain.zip", 10.0));
        assert!(!is_wanted("shop/.git/x.sql", 10.0));
        assert!(!is_wanted("shop/node_modules/p/x.sql", 10.0));
        assert!(is_wanted("db/sqitch.plan", 10.0));
        assert!(is_wanted("drizzle/meta/_journal.json", 10.0));
        assert!(!is_wanted("src/data.json", 10.0));
        assert!(!is_wanted("photo.png", 10.0));
        assert!(!is_wanted("dump.sql", 1e9));
    }
}
