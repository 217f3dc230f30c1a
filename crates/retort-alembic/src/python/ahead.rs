//! Parses what will be imported while the program runs.
//!
//! A project's modules import each other: to parse them takes about as long as to run them. A thread of its own goes
//! along the imports, in the order in which the program will come to them; a program that comes to a file that is
//! just being parsed takes part instead of waiting. What is found is only looked up: whether a module is imported, and
//! what then comes of it, the program alone decides.

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

    pub(super) fn step(&self, _library: &super::modules::Library) -> bool {
        false
    }
}

#[cfg(not(target_family = "wasm"))]
mod threads {
    use std::collections::{HashSet, VecDeque};
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::sync::{Arc, Mutex, Weak};
    use std::thread;

    use super::super::modules::{Found, Library, lock, relative};
    use super::super::syntax::{ExpressionKind, Statement, StatementKind};
    use crate::parallel::processors;

    /// More modules than this are not looked at.
    const MOST: usize = 5_000;

    /// The walk along the imports, and the thread that goes it.
    pub(in super::super) struct Ahead {
        walk: Mutex<Walk>,
        thread: Mutex<Thread>,
    }

    #[derive(Default)]
    struct Walk {
        /// Files to be parsed, the next one last, each with the package that it is or is in.
        open: VecDeque<(String, String)>,
        /// The dotted names, and the paths of revisions, that were met.
        seen: HashSet<String>,
    }

    enum Thread {
        NotBegun,
        /// By the way to wake it. It ends when its sender goes, with the library.
        Runs(Sender<()>),
        /// There is but one processor, or no thread to be had.
        Impossible,
    }

    impl Ahead {
        /// None has begun.
        pub(in super::super) fn new() -> Ahead {
            Ahead { walk: Mutex::default(), thread: Mutex::new(Thread::NotBegun) }
        }

        /// Goes along the imports of a file, and then of all whose trees are kept: who runs one revision mostly runs
        /// the others too.
        pub(in super::super) fn begin(&self, library: &Arc<Library>, path: &str) {
            let mut thread = lock(&self.thread);
            let mut paths = vec![path.to_owned()];
            if let Thread::NotBegun = *thread {
                *thread = start(Arc::downgrade(library)).map_or(Thread::Impossible, Thread::Runs);
                paths.extend(library.kept());
            }
            let Thread::Runs(sender) = &*thread else { return };
            let mut walk = lock(&self.walk);
            for path in paths {
                if walk.seen.insert(path.clone()) {
                    walk.open.push_front((path, String::new()));
                }
            }
            // A thread that has ended parses nothing: the program will.
            let _ = sender.send(());
        }

        /// Parses the next file and opens what it imports; false if there is none.
        pub(in super::super) fn step(&self, library: &Library) -> bool {
            let Some((path, package)) = lock(&self.walk).open.pop_back() else { return false };
            let Some(Ok(code)) = library.parse(&path) else { return true };
            let mut names = Vec::new();
            imports(&code.body, &package, &mut names);
            let mut walk = lock(&self.walk);
            let room = MOST.saturating_sub(walk.seen.len());
            names.retain(|name| walk.seen.insert(name.clone()));
            drop(walk);
            let found: Vec<_> = names.into_iter().take(room).filter_map(|name| find(library, name)).collect();
            // The first is gone along first.
            lock(&self.walk).open.extend(found.into_iter().rev());
            true
        }
    }

    fn start(library: Weak<Library>) -> Option<Sender<()>> {
        if processors() < 2 {
            return None;
        }
        let (sender, wakes) = channel();
        thread::Builder::new().name("imports".to_owned()).spawn(move || follow(&library, &wakes)).ok()?;
        Some(sender)
    }

    fn follow(library: &Weak<Library>, wakes: &Receiver<()>) {
        while wakes.recv().is_ok() {
            while library.upgrade().is_some_and(|library| library.ahead().step(&library)) {}
        }
    }

    /// The file of a module, and the package that it is or is in.
    fn find(library: &Library, name: String) -> Option<(String, String)> {
        match library.find(&name)? {
            Found::File(path, true) => Some((path, name)),
            Found::File(path, false) => {
                let package = name.rsplit_once('.').map_or("", |(package, _)| package);
                Some((path, package.to_owned()))
            }
            Found::Namespace | Found::Companion(_) => None,
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
            let ahead = Ahead::new();
            lock(&ahead.walk).open.push_front(("r.py".to_owned(), String::new()));
            while ahead.step(&library) {}
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
