//! Keys that work anywhere on the page. None of them acts while a field has the focus (WCAG 2.1.4).

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;
use yew::prelude::*;

use crate::bridge::focus;
use crate::context::Page;
use crate::protocol::Call;
use crate::state::{Action, Dialog, InspectorTab, Screen};

/// Listens on the window, after every panel had its turn: a key that a panel used is left alone.
#[hook]
pub(super) fn use_shortcuts(page: &Page) {
    let latest = use_mut_ref(|| page.clone());
    *latest.borrow_mut() = page.clone();
    use_effect_with((), move |()| {
        let options = EventListenerOptions::enable_prevent_default();
        let window = gloo::utils::window();
        let listener = EventListener::new_with_options(&window, "keydown", options, move |event| {
            let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
            let page = latest.borrow().clone();
            if page.state.screen == Screen::Open && press(&page, event) {
                event.prevent_default();
            }
        });
        move || drop(listener)
    });
}

/// Whether the key meant something.
fn press(page: &Page, event: &KeyboardEvent) -> bool {
    if event.default_prevented() {
        return false;
    }
    if event.key() == "F6" {
        focus::cycle_regions(event.shift_key());
        return true;
    }
    if event.ctrl_key() || event.meta_key() || event.alt_key() || focus::owns_keys(event.target()) {
        return false;
    }
    let tab = |tab| page.act.emit(Action::Inspect(tab));
    match event.key().as_str() {
        "ArrowLeft" if event.shift_key() => page.act.emit(Action::PreviousCall),
        "ArrowRight" if event.shift_key() => page.act.emit(Action::NextCall),
        "ArrowLeft" => page.ask.emit(Call::Down),
        "ArrowRight" => page.ask.emit(Call::Up),
        "Home" => page.ask.emit(Call::Seek(0)),
        "End" => page.ask.emit(Call::Seek(page.state.last_position())),
        "f" | "F" => page.act.emit(Action::Fit),
        "l" | "L" => page.act.emit(Action::ToggleLens),
        "o" | "O" => page.act.emit(Action::ToggleOutline),
        "1" => tab(InspectorTab::Table),
        "2" => tab(InspectorTab::Indexes),
        "3" => tab(InspectorTab::Rows),
        "4" => tab(InspectorTab::Cascade),
        "?" => page.act.emit(Action::Dialog(Some(Dialog::Keys))),
        "Escape" => page.act.emit(Action::Escape),
        _ => return false,
    }
    true
}
