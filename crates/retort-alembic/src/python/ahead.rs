//! Parses what will be imported while the program runs.
//!
//! A project's modules import each other: to parse them takes about as long as to run them. A thread of its own goes
//! along the imports, in the order in which the program will come to them. What it finds is only looked up: whether a
//! module is imported, and what then comes of it, the program alone decides.

#[cfg(not(target_family = "wasm"))]
pub(super) use threads::Ahead;

/// Where there are no threads, nothing is parsed before it is needed.
#[cfg(target_family = "wasm")]
pub(super) struct Ahead;

#[cfg(target_family = "wasm")]
impl Ahead {
    pub(super) fn new() -> Ahead {
        Ahead
    }

    pub(super) fn begin(&self, _library: &std::sync::Arc<super::modules::Library>, _path: &str) {}
}

#[cfg(not(target_family = "wasm"))]
mod threads {
    use std::collections::HashSet;
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::sync::{Arc, Mutex, PoisonError, Weak};
    use std::thread;

    use super::super::modules::{Found, Library, relative};
    use super::super::syntax::{ExpressionKind, Statement, StatementKind};
    use crate::parallel::processors;

    /// More modules than this are not looked at.
    const MOST: usize = 5_000;

    /// The thread, by the way to it.
    pub(in super::super) struct Ahead(Mutex<State>);

    enum State {
        NotBegun,
        /// It ends when its sender goes, with the library.
        Runs(Sender<String>),
        /// There is but one processor, or no thread to be had.
        Impossible,
    }

    impl Ahead {
        /// None has begun.
        pub(in super::super) fn new() -> Ahead {
            Ahead(Mutex::new(State::NotBegun))
        }

        /// Goes along the imports of a file.
        pub(in super::super) fn begin(&self, library: &Arc<Library>, path: &str) {
            let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if let State::NotBegun = *state {
                *state = start(Arc::downgrade(library)).map_or(State::Impossible, State::Runs);
            }
            if let State::Runs(sender) = &*state {
                // A thread that has ended parses nothing: the program will.
                let _ = sender.send(path.to_owned());
            }
        }
    }

    fn start(library: Weak<Library>) -> Option<Sender<String>> {
        if processors() < 2 {
            return None;
        }
        let (sender, paths) = channel();
        thread::Builder::new().name("imports".to_owned()).spawn(move || follow(&library, &paths)).ok()?;
        Some(sender)
    }

    fn follow(library: &Weak<Library>, paths: &Receiver<String>) {
        let mut walk = Walk::default();
        while let Ok(path) = paths.recv() {
            let Some(library) = library.upgrade() else { return };
            walk.file(&library, path);
        }
    }

    /// A walk along imports.
    #[derive(Default)]
    struct Walk {
        /// The dotted names that were looked at.
        seen: HashSet<String>,
    }

    impl Walk {
        /// Parses a revision's file, then what it imports, and so on.
        fn file(&mut self, library: &Library, path: String) {
            let mut open = vec![(path, String::new())];
            while let Some((path, package)) = open.pop() {
                let Some(Ok(code)) = library.parse(&path) else { continue };
                let mut names = Vec::new();
                imports(&code.body, &package, &mut names);
                let mut found: Vec<_> =
                    names.into_iter().filter_map(|name| self.find(library, name)).collect();
                // The first is gone along first.
                found.reverse();
                open.append(&mut found);
            }
        }

        /// The file of a module that was not seen before, and the package that it is or is in.
        fn find(&mut self, library: &Library, name: String) -> Option<(String, String)> {
            if self.seen.len() >= MOST || !self.seen.insert(name.clone()) {
                return None;
            }
            match library.find(&name)? {
                Found::File(path, true) => Some((path, name)),
                Found::File(path, false) => {
                    let package = name.rsplit_once('.').map_or("", |(package, _)| package);
                    Some((path, package.to_owned()))
                }
                Found::Namespace | Found::Companion(_) => None,
            }
        }
    }

    /// The dotted names that statements import when they run, those of parents before those of children. What stands
    /// in functions is left out.
    fn imports(body: &[Statement], package: &str, names: &mut Vec<String>) {
        for statement in body {
            match &statement.kind {
                StatementKind::Import(aliases) => {
                    aliases.iter().for_each(|alias| with_parents(&alias.name, names));
                }
                StatementKind::ImportFrom { level, module, names: aliases } => {
                    let module = module.as_deref().unwrap_or_default();
                    let path = match level {
                        0 => Some(module.to_owned()),
                        _ if package.is_empty() => None,
                        level => relative(package, *level, module),
                    };
                    let Some(path) = path else { continue };
                    with_parents(&path, names);
                    names.extend(aliases.iter().map(|alias| format!("{path}.{}", alias.name)));
                }
                StatementKind::If(branches, otherwise) => {
                    for (test, body) in branches {
                        let name = match &test.kind {
                            ExpressionKind::Name(name) | ExpressionKind::Attribute(_, name) => &**name,
                            _ => "",
                        };
                        if name != "TYPE_CHECKING" {
                            imports(body, package, names);
                        }
                    }
                    imports(otherwise, package, names);
                }
                StatementKind::Try(node) => imports(&node.body, package, names),
                StatementKind::With(_, body) => imports(body, package, names),
                _ => {}
            }
        }
    }

    fn with_parents(path: &str, names: &mut Vec<String>) {
        names.extend(path.match_indices('.').map(|(at, _)| path[..at].to_owned()));
        names.push(path.to_owned());
    }

    #[cfg(test)]
    mod tests {
        use std::collections::BTreeMap;

        use retort_core::source::{SourceFile, SourceId};

        use super::*;

        fn library(files: &[(&str, &str)]) -> Arc<Library> {
            let file = |text: &str| Arc::new(SourceFile::new(SourceId(0), "a.py", text));
            let files: BTreeMap<String, Arc<SourceFile>> =
                files.iter().map(|(name, text)| ((*name).to_owned(), file(text))).collect();
            Arc::new(Library::new(files, vec![String::new()]))
        }

        #[test]
        fn what_a_revision_imports_is_parsed() {
            let library = library(&[
                ("r.py", "from a.b import c\nimport d\n"),
                ("a/__init__.py", "from . import e\n"),
                ("a/b.py", "try:\n    from .f import x\nexcept ImportError:\n    pass\nfrom .. import g\n"),
                ("a/e.py", "from .b import c\nfrom .none import c\n"),
                ("a/f.py", "if TYPE_CHECKING:\n    import h\ndef x():\n    import h\n"),
                ("d.py", "1 +\n"),
                ("g.py", ""),
                ("h.py", ""),
            ]);
            Walk::default().file(&library, "r.py".to_owned());
            let parsed = ["a/__init__.py", "a/b.py", "a/e.py", "a/f.py", "d.py", "r.py"];
            assert_eq!(library.known(), parsed);
        }

        #[test]
        fn the_thread_ends_with_its_library() {
            let library = library(&[("r.py", "import a\n"), ("a.py", "")]);
            library.look_ahead("r.py");
            let weak = Arc::downgrade(&library);
            drop(library);
            while weak.strong_count() > 0 {
                thread::yield_now();
            }
        }
    }
}
