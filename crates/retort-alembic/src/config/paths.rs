//! Paths of a project: relative to it, with `/`, without `.` and `..`.

/// The folder of a file; empty at the top.
pub(crate) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A path below a folder.
pub(crate) fn join(folder: &str, path: &str) -> String {
    if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") }
}

/// The path without `.`, `..` and needless strokes. What would lead out of the project stays inside.
pub(crate) fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Cuts a list of paths by `path_separator`; where nothing is said, at the characters of old.
pub(super) fn split(value: &str, separator: Option<&str>, legacy: &[char]) -> Vec<String> {
    let parts: Vec<&str> = match separator.map(str::trim) {
        // `os.pathsep` of everything but Windows.
        Some("os" | ":") => value.split(':').collect(),
        Some(";") => value.split(';').collect(),
        Some("space") => value.split(' ').collect(),
        Some("newline") => value.split('\n').collect(),
        _ => value.split(|found: char| legacy.contains(&found) && !is_package(value, found)).collect(),
    };
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// `package:path` is one path.
fn is_package(value: &str, found: char) -> bool {
    found == ':' && !value.contains('/') && value.matches(':').count() == 1
}
