//! A server of one folder on 127.0.0.1: only GET and HEAD, only files inside, nothing of the request kept.
//!
//! One thread and one answer for each connection. Browsers open several at once and keep some open without asking
//! anything; with connections that are kept and a pool of threads these block the ones that ask.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

/// The longest request that is read, and how long a connection may take to send it.
const MOST_BYTES: u64 = 64 << 10;
const PATIENCE: Duration = Duration::from_secs(30);

const TEXT: &str = "text/plain; charset=utf-8";

/// A running server; it stops with the process.
pub(crate) struct Serving {
    pub(crate) address: String,
    thread: thread::JoinHandle<()>,
}

/// Serves the folder on the port, or on any free port when that one is taken or 0.
pub(crate) fn serve(folder: &Path, port: u16) -> Result<Serving> {
    let open = |port| TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port)));
    let listener = open(port).or_else(|_| open(0)).context("no port to serve on")?;
    let address = format!("http://{}/", listener.local_addr()?);
    let folder: Arc<Path> = folder.canonicalize()?.into();
    let thread = thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let folder = Arc::clone(&folder);
            // The browser may go away in the middle; that is its right.
            thread::spawn(move || drop(answer(&stream, &folder)));
        }
    });
    Ok(Serving { address, thread })
}

impl Serving {
    /// Serves until the process is stopped.
    pub(crate) fn wait(self) {
        // The thread ends only when the listener is gone: nothing is left to do then.
        drop(self.thread.join());
    }
}

fn answer(mut stream: &TcpStream, folder: &Path) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut lines = BufReader::new(stream.take(MOST_BYTES)).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    // Read to its end: a connection that is closed over unread bytes is reset, and the answer with it.
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let mut words = request.split(' ');
    let (method, url) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (status, kind, bytes) = match method {
        "GET" | "HEAD" => match file_of(folder, url).and_then(|path| Some((fs::read(&path).ok()?, path))) {
            Some((bytes, path)) => ("200 OK", mime(&path), bytes),
            None => ("404 Not Found", TEXT, b"There is nothing here.\n".to_vec()),
        },
        _ => ("405 Method Not Allowed", TEXT, b"Only GET and HEAD.\n".to_vec()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nCache-Control: no-cache\r\n\
         X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n",
        bytes.len()
    );
    stream.write_all(head.as_bytes())?;
    if method != "HEAD" {
        stream.write_all(&bytes)?;
    }
    stream.shutdown(Shutdown::Write)
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
        Some("txt" | "sql" | "md") => TEXT,
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::{file_of, mime, serve};
    use std::io::{Read, Write};
    use std::net::TcpStream;
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

    #[test]
    fn connections_that_ask_nothing_are_in_nobodys_way() {
        let serving = serve(Path::new(env!("CARGO_MANIFEST_DIR")), 0).unwrap();
        let address = serving.address.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let _silent: Vec<TcpStream> = (0..20).map(|_| TcpStream::connect(&address).unwrap()).collect();
        let ask = |request: &str| {
            let mut stream = TcpStream::connect(&address).unwrap();
            write!(stream, "{request} HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer
        };
        let found = ask("GET /Cargo.toml");
        assert!(found.starts_with("HTTP/1.1 200 OK\r\n") && found.contains("\r\n\r\n[package]"), "{found}");
        assert!(ask("HEAD /Cargo.toml").ends_with("\r\n\r\n"));
        assert!(ask("GET /../xtask/Cargo.toml").starts_with("HTTP/1.1 404 "));
        assert!(ask("POST /Cargo.toml").starts_with("HTTP/1.1 405 "));
    }
}
