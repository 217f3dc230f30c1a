//! The life of the engine: asking it, hearing from it, ending it and starting another.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use yew::UseReducerDispatcher;

use crate::bridge::worker::{self, EngineLink};
use crate::protocol::{Call, Reply, Request, Response, Source};
use crate::state::{Action, Kind, State, Trouble};

pub(super) struct Session {
    link: RefCell<Option<EngineLink>>,
    next_id: Cell<u32>,
    /// What is open, to open it again in a new engine, and where to go then.
    source: RefCell<Option<Source>>,
    resume: Cell<Option<usize>>,
    /// The step that is being run, and the one to run next. Keys repeat faster than steps run: of those that
    /// come meanwhile only the last is kept.
    stepping: Cell<Option<u32>>,
    next_step: RefCell<Option<Call>>,
    dispatcher: UseReducerDispatcher<State>,
}

impl Session {
    pub(super) fn start(dispatcher: UseReducerDispatcher<State>) -> Rc<Self> {
        let session = Rc::new(Self {
            link: RefCell::new(None),
            next_id: Cell::new(1),
            source: RefCell::new(None),
            resume: Cell::new(None),
            stepping: Cell::new(None),
            next_step: RefCell::new(None),
            dispatcher,
        });
        session.connect();
        session
    }

    fn connect(self: &Rc<Self>) {
        let (hears, dies) = (Rc::clone(self), Rc::clone(self));
        let link = worker::spawn(
            move |response| hears.answered(response),
            move |message| dies.dispatcher.dispatch(Action::Troubled(Trouble::Dead(message))),
        );
        *self.link.borrow_mut() = Some(link);
    }

    pub(super) fn ask(&self, call: Call) {
        let id = self.next_id.get();
        let kind = Kind::of(&call);
        if kind == Kind::Step && self.stepping.get().is_some() {
            *self.next_step.borrow_mut() = Some(call);
            return;
        }
        self.next_id.set(id.wrapping_add(1));
        match &call {
            Call::Open(source) => {
                *self.source.borrow_mut() = Some(source.clone());
                self.forget_steps();
            }
            _ if kind == Kind::Step => self.stepping.set(Some(id)),
            _ => {}
        }
        self.dispatcher.dispatch(Action::Asked(id, kind));
        if let Some(link) = self.link.borrow().as_ref() {
            link.send(Request { id, call });
        }
    }

    fn answered(&self, response: Response) {
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
        self.connect();
        let source = self.source.borrow().clone();
        if let Some(source) = source {
            self.resume.set(Some(position).filter(|position| *position > 0));
            self.ask(Call::Open(source));
        }
    }
}
