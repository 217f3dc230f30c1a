//! The worker as both sides see it: what goes in, what comes out, how it is encoded.
//!
//! What the worker does with a request is a [`Handler`] which `bin/worker.rs` and `bin/worker_python.rs` install. The page names only
//! [`Engine`], so nothing of the core is reachable from its binary.

use std::cell::RefCell;

use gloo_worker::{Codec, HandlerId, Registrable, Worker, WorkerScope};
use js_sys::{Array, Uint8Array};
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};

use crate::protocol::{Call, Reply, Request, Response, content};

/// The workers, each a program of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Program {
    /// Reads SQL.
    Sql,
    /// Reads Python as well: larger, so it is loaded when it is needed.
    Python,
}

impl Program {
    /// The script that starts it, beside the page (Trunk's loader shim).
    pub fn loader(self) -> &'static str {
        match self {
            Self::Sql => "./worker_loader.js",
            Self::Python => "./worker_python_loader.js",
        }
    }

    /// The smallest that is needed.
    pub fn that_reads(python: bool) -> Self {
        if python { Self::Python } else { Self::Sql }
    }

    /// What is loaded, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Sql => "the engine",
            Self::Python => "the engine with the reader of Python files",
        }
    }
}

/// Answers calls; lives as long as the worker.
pub trait Handler {
    /// Does one call. `progress` may be called with [`Reply::Progress`] any number of times before.
    fn handle(&mut self, call: Call, progress: &mut dyn FnMut(Reply)) -> Reply;
}

thread_local! {
    static HANDLER: RefCell<Option<Box<dyn Handler>>> = const { RefCell::new(None) };
}

/// Serves requests with this handler for the life of the worker.
pub fn serve(handler: impl Handler + 'static) {
    HANDLER.with_borrow_mut(|slot| *slot = Some(Box::new(handler)));
    Engine::registrar().encoding::<Json>().register();
}

/// The type of the worker.
#[derive(Debug)]
pub struct Engine;

impl Worker for Engine {
    type Message = ();
    type Input = Request;
    type Output = Response;

    fn create(_: &WorkerScope<Self>) -> Self {
        Self
    }

    fn update(&mut self, _: &WorkerScope<Self>, (): ()) {}

    fn received(&mut self, scope: &WorkerScope<Self>, request: Request, page: HandlerId) {
        let id = request.id;
        let reply = HANDLER.with_borrow_mut(|slot| {
            let handler = slot.as_mut().expect("the worker installs its handler before it registers");
            handler.handle(request.call, &mut |reply| scope.respond(page, Response { id, reply }))
        });
        scope.respond(page, Response { id, reply });
    }
}

/// Messages as JSON text: self-describing, so that the two sides may skip or add fields, and one string to hand
/// over. As JavaScript objects (serde-wasm-bindgen) the state of a chain of 100 tables took twice as long.
///
/// The bytes of files are no text: where a message has any it is a list, the text first and then each file's.
#[derive(Debug)]
pub struct Json;

impl Codec for Json {
    fn encode<I: Serialize>(input: I) -> JsValue {
        let (text, beside) =
            content::beside(|| serde_json::to_string(&input).expect("messages hold plain data only"));
        if beside.is_empty() {
            return JsValue::from_str(&text);
        }
        let message = Array::of1(&JsValue::from_str(&text));
        for bytes in beside {
            message.push(&Uint8Array::from(bytes.as_slice()));
        }
        message.into()
    }

    fn decode<O: for<'de> Deserialize<'de>>(input: JsValue) -> O {
        let (text, beside) = match input.dyn_ref::<Array>() {
            None => (input.as_string(), Vec::new()),
            Some(message) => {
                let files = message.iter().skip(1).map(|bytes| Uint8Array::new(&bytes).to_vec());
                (message.get(0).as_string(), files.collect())
            }
        };
        let text = text.expect("messages are texts");
        content::with(beside, || serde_json::from_str(&text).expect("page and worker come from one build"))
    }
}
