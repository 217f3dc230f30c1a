//! The life of the engine: which worker is needed, asking it, hearing from it, ending it and starting another.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use yew::UseReducerDispatcher;

use crate::bridge::fetch::fetch;
use crate::bridge::unpack::unpack;
use crate::bridge::worker::{self, EngineLink};
use crate::engine::Program;
use crate::protocol::{Call, Refusal, Reply, Request, Response, Source};
use crate::state::{Action, Kind, State, Trouble};
use crate::{examples, peek};

pub(super) struct Session {
    link: RefCell<Option<EngineLink>>,
    /// The worker has answered: its parts were loaded.
    is_loaded: Cell<bool>,
    /// They could not be loaded: another one is started when something is asked.
    is_dead: Cell<bool>,
    next_id: Cell<u32>,
    /// What is open, to open it again in a new engine, and where to go then.
    source: RefCell<Option<Source>>,
    resume: Cell<Option<usize>>,
    /// The request by which it was opened. A later one may come while it is looked at.
    opening: Cell<u32>,
    /// The step that is being run, and the one to run next. Keys repeat faster than steps run: of those that
    /// come meanwhile only the last is kept.
    stepping: Cell<Option<u32>>,
    next_step: RefCell<Option<Call>>,
    dispatcher: UseReducerDispatcher<State>,
}

impl Session {
    /// `is_idle`: nothing is asked yet. The engine is then loaded while the person looks for something to open.
    pub(super) fn start(dispatcher: UseReducerDispatcher<State>, is_idle: bool) -> Rc<Self> {
        let session = Rc::new(Self {
            link: RefCell::new(None),
            is_loaded: Cell::new(false),
            is_dead: Cell::new(false),
            next_id: Cell::new(1),
            source: RefCell::new(None),
            resume: Cell::new(None),
            opening: Cell::new(0),
            stepping: Cell::new(None),
            next_step: RefCell::new(None),
            dispatcher,
        });
        if is_idle {
            session.connect(Program::Sql);
        }
        session
    }

    /// Ends the worker that runs, and starts one.
    fn connect(self: &Rc<Self>, program: Program) {
        let old = self.link.borrow_mut().take();
        if let Some(old) = old {
            old.end();
        }
        self.is_loaded.set(false);
        self.is_dead.set(false);
        let (hears, dies) = (Rc::clone(self), Rc::clone(self));
        let link = worker::spawn(
            program,
            move |response| hears.answered(response),
            move |message| dies.died(program, message),
        );
        *self.link.borrow_mut() = Some(link);
    }

    /// Starts a worker that can do what this one does, unless it runs.
    fn provide(self: &Rc<Self>, program: Program) {
        let is_needed = self.link.borrow().as_ref().is_none_or(|link| link.program < program);
        if is_needed || self.is_dead.get() {
            self.connect(program);
        }
        if !self.is_loaded.get() {
            self.dispatcher.dispatch(Action::Loading(program));
        }
    }

    pub(super) fn ask(self: &Rc<Self>, call: Call) {
        let id = self.next_id.get();
        let kind = Kind::of(&call);
        if kind == Kind::Step && self.stepping.get().is_some() {
            *self.next_step.borrow_mut() = Some(call);
            return;
        }
        self.next_id.set(id.wrapping_add(1));
        self.dispatcher.dispatch(Action::Asked(id, kind));
        match call {
            Call::Open(source) => self.open(id, source),
            call => {
                if kind == Kind::Step {
                    self.stepping.set(Some(id));
                }
                self.send(Request { id, call });
            }
        }
    }

    fn send(&self, request: Request) {
        if let Some(link) = self.link.borrow().as_ref() {
            link.send(request);
        }
    }

    /// Looks at what is to be opened, and gives it to the worker that can read it.
    fn open(self: &Rc<Self>, id: u32, source: Source) {
        *self.source.borrow_mut() = Some(source.clone());
        self.opening.set(id);
        self.forget_steps();
        match (peek::holds_python(&source), source) {
            (Some(holds_python), Source::Example(name, files)) if files.is_empty() => {
                self.open_example(id, name, holds_python);
            }
            (Some(holds_python), source) => self.start_opening(id, source, holds_python),
            (None, source) => self.open_link(id, source),
        }
    }

    /// Gets the files of an example while the worker for it is loaded.
    fn open_example(self: &Rc<Self>, id: u32, name: String, holds_python: bool) {
        let Some(paths) = examples::files(&name) else {
            return self.refuse(id, no_example(&name));
        };
        self.provide(Program::that_reads(holds_python));
        let session = Rc::clone(self);
        spawn_local(async move {
            let addresses: Vec<String> = paths.iter().map(|path| examples::address(&name, path)).collect();
            let found = fetch(&addresses).await;
            if session.opening.get() != id {
                return;
            }
            match found {
                Ok(found) => {
                    let files = paths.iter().map(|path| (*path).to_owned()).zip(found).collect();
                    let source = Source::Example(name, files);
                    *session.source.borrow_mut() = Some(source.clone());
                    session.start_opening(id, source, holds_python);
                }
                Err((address, why)) => session.refuse(id, not_there(&address, &why)),
            }
        });
    }

    fn refuse(&self, id: u32, refusal: Refusal) {
        self.dispatcher.dispatch(Action::Answered(Response { id, reply: Reply::Refused(refusal) }));
    }

    /// Unpacks a link to see what it holds.
    fn open_link(self: &Rc<Self>, id: u32, source: Source) {
        let session = Rc::clone(self);
        spawn_local(async move {
            let packed = match &source {
                Source::Link(link) => peek::packed(link),
                _ => None,
            };
            let document = match packed {
                Some(packed) => unpack(packed).await,
                None => None,
            };
            let holds_python = document.is_some_and(|document| peek::document_holds_python(&document));
            if session.opening.get() == id {
                session.start_opening(id, source, holds_python);
            }
        });
    }

    fn start_opening(self: &Rc<Self>, id: u32, source: Source, holds_python: bool) {
        self.provide(Program::that_reads(holds_python));
        self.send(Request { id, call: Call::Open(source) });
    }

    fn open_with_python(self: &Rc<Self>, id: u32) {
        let source = self.source.borrow().clone();
        if let Some(source) = source.filter(|_| id == self.opening.get()) {
            self.start_opening(id, source, true);
        }
    }

    fn answered(self: &Rc<Self>, response: Response) {
        self.is_loaded.set(true);
        if matches!(response.reply, Reply::NeedsPython) {
            let (session, id) = (Rc::clone(self), response.id);
            // Not now: the worker that is to be ended is the one that speaks.
            spawn_local(async move { session.open_with_python(id) });
            return;
        }
        let progress = matches!(response.reply, Reply::Progress { .. });
        let stepped = !progress && self.stepping.get() == Some(response.id);
        if stepped {
            self.stepping.set(None);
        }
        let opened_at = match &response.reply {
            Reply::Opened(opened) => Some(opened.step.position),
            _ => None,
        };
        self.dispatcher.dispatch(Action::Answered(response));
        let next = if stepped { self.next_step.take() } else { None };
        if let Some(next) = next {
            self.ask(next);
        }
        if let Some(present) = opened_at
            && let Some(position) = self.resume.take().filter(|position| *position != present)
        {
            self.ask(Call::Seek(position));
        }
    }

    fn died(&self, program: Program, message: String) {
        let trouble = if self.is_loaded.get() {
            Trouble::Dead(message)
        } else {
            self.is_dead.set(true);
            Trouble::NotLoaded(program, message)
        };
        self.dispatcher.dispatch(Action::Troubled(trouble));
    }

    fn forget_steps(&self) {
        self.stepping.set(None);
        self.next_step.take();
    }

    /// Ends the engine, whatever it does, and opens the document again in a new one.
    pub(super) fn restart(self: &Rc<Self>, position: usize) {
        let old = self.link.borrow_mut().take();
        if let Some(old) = old {
            old.end();
        }
        self.forget_steps();
        self.dispatcher.dispatch(Action::Restarted);
        let source = self.source.borrow().clone();
        match source {
            Some(source) => {
                self.resume.set(Some(position).filter(|position| *position > 0));
                self.ask(Call::Open(source));
            }
            None => self.connect(Program::Sql),
        }
    }
}

fn no_example(name: &str) -> Refusal {
    Refusal {
        code: "load/no-example".to_owned(),
        title: "No such example".to_owned(),
        detail: format!("There is no example “{name}”."),
        help: vec!["Choose one of those on the first page.".to_owned()],
    }
}

fn not_there(address: &str, why: &str) -> Refusal {
    Refusal {
        code: "load/example".to_owned(),
        title: "The example did not arrive".to_owned(),
        detail: format!("`{address}` could not be loaded: {why}."),
        help: vec!["Look at the connection and open it again; files of your own open without it.".to_owned()],
    }
}
