//! The page as a whole: state, engine, keys, and which screen is shown.

mod session;
mod shortcuts;

use std::rc::Rc;

use gloo::timers::callback::Timeout;
use yew::prelude::*;

use crate::bridge::{first_page, location, properties};
use crate::context::Page;
use crate::panels::{KeysDialog, Opening, Refused, ShareDialog, TroubleBanner, Workspace};
use crate::protocol::{Call, Opened, Source};
use crate::state::{Action, Dialog, Screen, Shared, State, Trouble};
use session::Session;

/// How long the engine may be silent before the page offers to restart it.
const PATIENCE_MILLISECONDS: u32 = 20_000;

/// Draws the page over the static one.
pub fn start() {
    let root = gloo::utils::document().get_element_by_id("app").expect("index.html has the element `app`");
    yew::Renderer::<App>::with_root(root).render();
}

impl Reducible for State {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut next = (*self).clone();
        next.apply(action);
        Rc::new(next)
    }
}

#[component]
pub fn App() -> Html {
    let handle = use_reducer(State::default);
    let session = {
        let dispatcher = handle.dispatcher();
        (*use_memo((), |()| Session::start(dispatcher, location::source().is_none()))).clone()
    };
    let state = Rc::new((*handle).clone());
    let dispatcher = handle.dispatcher();
    let act = use_callback((), move |action: Action, ()| dispatcher.dispatch(action));
    let ask = {
        let session = session.clone();
        use_callback((), move |call: Call, ()| session.ask(call))
    };
    let restart = {
        let (session, position) = (session.clone(), state.position());
        Callback::from(move |()| session.restart(position))
    };
    let page = Page { state, act, ask };
    use_sources(&page);
    use_patience(&page);
    use_screen(&page);
    use_view_of_link(&page);
    shortcuts::use_shortcuts(&page);
    let screen = match &page.state.screen {
        Screen::Start => html! {},
        Screen::Opening => html! { <Opening /> },
        Screen::Open => html! { <Workspace /> },
        Screen::Refused(refusal) => html! { <Refused refusal={refusal.clone()} /> },
    };
    html! {
        <ContextProvider<Page> context={page.clone()}>
            { screen }
            <TroubleBanner {restart} />
            if page.state.dialog == Some(Dialog::Share) { <ShareDialog /> }
            if page.state.dialog == Some(Dialog::Keys) { <KeysDialog /> }
            <div class="visually-hidden" role="status" aria-live="polite">{ &page.state.announcement }</div>
            <div class="visually-hidden" role="alert">{ &page.state.alert }</div>
        </ContextProvider<Page>>
    }
}

/// Opens what the address, the first page or a drop asks for.
#[hook]
fn use_sources(page: &Page) {
    let (act, ask) = (page.act.clone(), page.ask.clone());
    use_effect_with((), move |()| {
        let open = {
            let ask = ask.clone();
            Callback::from(move |source: Source| {
                // The address speaks of another document now.
                if matches!(source, Source::Files(..) | Source::Pasted { .. }) {
                    location::clear_fragment();
                }
                ask.emit(Call::Open(source));
            })
        };
        let listeners = first_page::listen(&open);
        let changed = Callback::from(move |source: Option<Source>| match source {
            Some(source) => ask.emit(Call::Open(source)),
            None => act.emit(Action::Home),
        });
        if let Some(source) = location::source() {
            changed.emit(Some(source));
        }
        let hash = location::listen(changed);
        move || drop((listeners, hash))
    });
}

/// Starts counting with each request and each sign of life.
#[hook]
fn use_patience(page: &Page) {
    let act = page.act.clone();
    let waiting = (!page.state.pending.is_empty(), page.state.pending.len(), page.state.heartbeat);
    use_effect_with(waiting, move |(waiting, _, _)| {
        let timeout = waiting
            .then(|| Timeout::new(PATIENCE_MILLISECONDS, move || act.emit(Action::Troubled(Trouble::Slow))));
        move || drop(timeout)
    });
}

/// Tells the static part of the page which screen is shown, and the tab its title.
#[hook]
fn use_screen(page: &Page) {
    let screen = match page.state.screen {
        Screen::Start => "start",
        Screen::Opening => "opening",
        Screen::Open => "open",
        Screen::Refused(_) => "refused",
    };
    let title = match (&page.state.screen, &page.state.document) {
        (Screen::Open, Some(document)) => {
            format!(
                "{} · step {} of {} · Retort",
                document.name,
                page.state.position(),
                page.state.last_position()
            )
        }
        _ => "Retort".to_owned(),
    };
    use_effect_with(screen, |screen| properties::set_screen(screen));
    use_effect_with(title, |title| properties::set_title(title));
}

/// A link may ask for the preview of a delete; it is worked out anew.
#[hook]
fn use_view_of_link(page: &Page) {
    let ask = page.ask.clone();
    use_effect_with(page.state.document.clone(), move |document: &Option<Shared<Opened>>| {
        let asked = document.as_ref().and_then(|document| document.view.cascade.clone());
        if let Some((table, key)) = asked {
            ask.emit(Call::Cascade { table, key });
        }
    });
}
