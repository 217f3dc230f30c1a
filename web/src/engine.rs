//! The worker as both sides see it: what goes in, what comes out, how it is encoded.
//!
//! What the worker does with a request is a [`Handler`] which `bin/worker.rs` and `bin/worker_python.rs` install. The page names only
//! [`Engine`], so nothing of the core is reachable from its binary.

use std::cell::RefCell;

use gloo_worker::{Codec, HandlerId, Registrable, Worker, WorkerScope};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;

use crate::protocol::{Call, Reply, Request, Response};

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
#[derive(Debug)]
pub struct Json;

impl Codec for Json {
    fn encode<I: Serialize>(input: I) -> JsValue {
        JsValue::from_str(&serde_json::to_string(&input).expect("messages hold plain data only"))
    }

    fn decode<O: for<'de> Deserialize<'de>>(input: JsValue) -> O {
        let text = input.as_string().expect("messages are texts");
        serde_json::from_str(&text).expect("page and worker come from one build")
    }
}
