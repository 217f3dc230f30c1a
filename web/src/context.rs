//! What every panel is given: the state, and the two things that can be done.

use std::rc::Rc;

use gloo::timers::callback::Timeout;
use yew::prelude::*;

use crate::protocol::Call;
use crate::state::{Action, State};

/// The page as panels see it.
#[derive(Clone)]
pub struct Page {
    pub state: Rc<State>,
    /// Changes the state.
    pub act: Callback<Action>,
    /// Asks the worker.
    pub ask: Callback<Call>,
}

impl PartialEq for Page {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.state, &other.state)
    }
}

impl Page {
    /// A callback that does the same action each time.
    pub fn on<E: 'static>(&self, action: impl Fn() -> Action + 'static) -> Callback<E> {
        let act = self.act.clone();
        Callback::from(move |_| act.emit(action()))
    }

    /// A callback that asks the same each time.
    pub fn asks<E: 'static>(&self, call: impl Fn() -> Call + 'static) -> Callback<E> {
        let ask = self.ask.clone();
        Callback::from(move |_| ask.emit(call()))
    }
}

/// The page; panels are only ever drawn inside its provider.
#[hook]
pub fn use_page() -> Page {
    use_context::<Page>().expect("panels are drawn inside the page's provider")
}

/// What is over sooner is not shown: it would flicker, and drawing it delays what comes after.
const FLICKER_MILLISECONDS: u32 = 150;

/// Whether something goes on that has lasted long enough to be shown.
#[hook]
pub fn use_lasting(active: bool) -> bool {
    let lasting = use_state_eq(|| false);
    let set = lasting.setter();
    use_effect_with(active, move |active| {
        let timeout = active.then(|| {
            let set = set.clone();
            Timeout::new(FLICKER_MILLISECONDS, move || set.set(true))
        });
        move || {
            drop(timeout);
            set.set(false);
        }
    });
    active && *lasting
}
