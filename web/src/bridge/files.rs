//! Reads chosen and dropped files, folders too: of a large one so much as can be part of a chain.

use std::future::Future;
use std::pin::Pin;

use js_sys::{Array, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, File, FileList, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry};

use crate::choice::{self, LeftOut};
use crate::protocol::Source;

/// More entries of a dropped folder are not even listed.
const MOST_LISTED: usize = 100_000;

/// Files that may be read, and what was passed over on the way to them.
#[derive(Default)]
struct Found {
    files: Vec<(String, File)>,
    left_out: LeftOut,
}

impl Found {
    /// Reads those of them that can be part of a chain.
    async fn read(mut self) -> Source {
        // In the order of their paths, whatever order the browser has.
        self.files.sort_by(|(one, _), (other, _)| one.cmp(other));
        let listed: Vec<(String, u64)> =
            self.files.iter().map(|(path, file)| (path.clone(), file.size() as u64)).collect();
        let (chosen, mut left_out) = choice::choose(&listed);
        for (name, count) in self.left_out.folders {
            *left_out.folders.entry(name).or_default() += count;
        }
        left_out.beyond += self.left_out.beyond;
        left_out.unreadable = self.left_out.unreadable;
        let mut read = Vec::with_capacity(chosen.len());
        for place in chosen {
            let (path, file) = &self.files[place];
            let buffer: Result<JsValue, JsValue> = JsFuture::from(file.array_buffer()).await;
            match buffer {
                Ok(buffer) => read.push((path.clone(), Uint8Array::new(&buffer).to_vec())),
                Err(_) => left_out.unreadable.push(path.clone()),
            }
        }
        Source::Files(read, left_out)
    }
}

/// The files of an `<input type=file>`; of a folder with their paths inside it.
pub async fn read_list(list: FileList) -> Source {
    let mut found = Found::default();
    list_files(&mut found, &list);
    found.read().await
}

fn list_files(found: &mut Found, list: &FileList) {
    for file in (0..list.length()).filter_map(|index| list.get(index)) {
        let relative =
            Reflect::get(&file, &"webkitRelativePath".into()).ok().and_then(|path| path.as_string());
        let path = relative.filter(|path| !path.is_empty()).unwrap_or_else(|| file.name());
        found.files.push((path, file));
    }
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

    pub async fn read(self) -> Source {
        let mut found = Found::default();
        for entry in self.entries {
            walk(&mut found, entry).await;
        }
        if let Some(list) = self.loose {
            list_files(&mut found, &list);
        }
        found.read().await
    }
}

type Walk<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

fn walk(found: &mut Found, entry: FileSystemEntry) -> Walk<'_> {
    Box::pin(async move {
        if entry.is_directory() {
            let name = entry.name();
            if choice::is_wanted_folder(&name) {
                walk_folder(found, entry.unchecked_into()).await;
            } else {
                found.left_out.folder(&name);
            }
        } else if found.files.len() >= MOST_LISTED {
            found.left_out.beyond += 1;
        } else {
            let path = entry.full_path().trim_start_matches('/').to_owned();
            let entry: FileSystemFileEntry = entry.unchecked_into();
            match JsFuture::from(file_of(&entry)).await {
                Ok(file) => found.files.push((path, file.unchecked_into())),
                Err(_) => found.left_out.unreadable.push(path),
            }
        }
    })
}

async fn walk_folder(found: &mut Found, folder: FileSystemDirectoryEntry) {
    let reader = folder.create_reader();
    let mut entries: Vec<FileSystemEntry> = Vec::new();
    // The browser hands out at most 100 entries at a time; an empty answer is the end.
    loop {
        let batch = Promise::new(&mut |resolve, reject| {
            let _ = reader.read_entries_with_callback_and_callback(&resolve, &reject);
        });
        let Ok(batch) = JsFuture::from(batch).await else { break };
        let batch: Array = batch.unchecked_into();
        if batch.length() == 0 {
            break;
        }
        entries.extend(batch.iter().map(JsCast::unchecked_into::<FileSystemEntry>));
    }
    if entries.iter().any(|entry| choice::marks_virtual_environment(&entry.name())) {
        found.left_out.folder(&folder.name());
        return;
    }
    for entry in entries {
        walk(found, entry).await;
    }
}

fn file_of(entry: &FileSystemFileEntry) -> Promise {
    Promise::new(&mut |resolve, reject| entry.file_with_callback_and_callback(&resolve, &reject))
}
