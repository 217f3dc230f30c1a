//! A worker that is running, which can be ended from outside.

use gloo::events::EventListener;
use gloo_worker::{Spawnable, WorkerBridge};
use wasm_bindgen::JsCast;

use crate::engine::{Engine, Json, Program};
use crate::protocol::{Request, Response};

pub struct EngineLink {
    pub program: Program,
    bridge: WorkerBridge<Engine>,
    /// The worker itself. gloo-worker keeps it private and can only ask it to end, which an engine in an
    /// endless loop never hears; `boot.js` remembers the last worker made for us.
    worker: Option<web_sys::Worker>,
    _died: Option<EventListener>,
}

impl EngineLink {
    pub fn send(&self, request: Request) {
        self.bridge.send(request);
    }

    pub fn end(self) {
        if let Some(worker) = &self.worker {
            worker.terminate();
        }
    }
}

/// Starts a worker. `died` is told when it stops by a fault, with the browser's words.
pub fn spawn(
    program: Program,
    answered: impl Fn(Response) + 'static,
    died: impl Fn(String) + 'static,
) -> EngineLink {
    let mut spawner = Engine::spawner().encoding::<Json>();
    let bridge = spawner.callback(answered).with_loader(true).spawn(program.loader());
    let worker = js_sys::Reflect::get(&gloo::utils::window(), &"retortWorker".into())
        .ok()
        .and_then(|worker| worker.dyn_into::<web_sys::Worker>().ok());
    let listener = worker.as_ref().map(|worker| {
        EventListener::new(worker, "error", move |event| {
            let message = event.dyn_ref::<web_sys::ErrorEvent>().map(web_sys::ErrorEvent::message);
            died(
                message
                    .filter(|text| !text.is_empty())
                    .unwrap_or_else(|| "its script could not be loaded".into()),
            );
        })
    });
    EngineLink { program, bridge, worker, _died: listener }
}
