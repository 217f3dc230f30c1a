//! A server of one folder on 127.0.0.1: only GET and HEAD, only files inside, nothing of the request kept.

use std::fs;
use std::net::SocketAddr;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::thread;

use anyhow::{Result, anyhow};
use tiny_http::{Header, Method, Request, Response, Server};

const THREADS: usize = 4;

/// A running server; it stops with the process.
pub(crate) struct Serving {
    pub(crate) address: String,
    threads: Vec<thread::JoinHandle<()>>,
}

/// Serves the folder on the port, or on any free port when that one is taken or 0.
pub(crate) fn serve(folder: &Path, port: u16) -> Result<Serving> {
    let open = |port| Server::http(SocketAddr::from(([127, 0, 0, 1], port)));
    let server = open(port).or_else(|_| open(0)).map_err(|error| anyhow!("no port to serve on: {error}"))?;
    let address = format!("http://{}/", server.server_addr());
    let server = Arc::new(server);
    let folder: Arc<Path> = folder.canonicalize()?.into();
    let threads = (0..THREADS)
        .map(|_| {
            let (server, folder) = (Arc::clone(&server), Arc::clone(&folder));
            thread::spawn(move || {
                while let Ok(request) = server.recv() {
                    answer(request, &folder);
                }
            })
        })
        .collect();
    Ok(Serving { address, threads })
}

impl Serving {
    /// Serves until the process is stopped.
    pub(crate) fn wait(self) {
        for thread in self.threads {
            // A thread ends only when the server is gone: nothing is left to do then.
            drop(thread.join());
        }
    }
}

fn answer(request: Request, folder: &Path) {
    let response = if matches!(request.method(), Method::Get | Method::Head) {
        match file_of(folder, request.url()).and_then(|path| Some((fs::read(&path).ok()?, path))) {
            Some((bytes, path)) => {
                Response::from_data(bytes).with_header(header("Content-Type", mime(&path)))
            }
            None => Response::from_string("There is nothing here.\n").with_status_code(404),
        }
    } else {
        Response::from_string("Only GET and HEAD.\n").with_status_code(405)
    };
    let response = response
        .with_header(header("Cache-Control", "no-cache"))
        .with_header(header("X-Content-Type-Options", "nosniff"));
    // The browser may have gone away; that is its right.
    drop(request.respond(response));
}

fn header(name: &str, value: &str) -> Header {
    Header::from_bytes(name, value).expect("names and values are ours, and ASCII")
}

/// The file that an address names; None when there is none or it would be outside.
fn file_of(folder: &Path, url: &str) -> Option<PathBuf> {
    let path = url.split(['?', '#']).next()?.trim_start_matches('/');
    let relative = Path::new(if path.is_empty() { "index.html" } else { path });
    if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
        return None;
    }
    let file = folder.join(relative).canonicalize().ok()?;
    (file.starts_with(folder) && file.is_file()).then_some(file)
}

fn mime(path: &Path) -> &'static str {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("json" | "map") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt" | "sql" | "md") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::{file_of, mime};
    use std::path::Path;

    #[test]
    fn only_files_inside_are_found() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).canonicalize().unwrap();
        assert!(file_of(&folder, "/Cargo.toml?x=1").is_some());
        assert!(file_of(&folder, "/src/main.rs").is_some());
        for outside in
            ["/../../Cargo.toml", "//etc/passwd", "/src", "/%2e%2e/Cargo.toml", "/src/../../x", "/"]
        {
            assert!(file_of(&folder, outside).is_none(), "{outside}");
        }
    }

    #[test]
    fn wasm_has_its_type() {
        assert_eq!(mime(Path::new("a/app_bg.wasm")), "application/wasm");
        assert_eq!(mime(Path::new("LICENSE")), "application/octet-stream");
    }
}
