//! Brings the first page to life. It is plain HTML that is there before the app, so nothing of it is drawn
//! here: what was clicked, typed or chosen before the app came up is still there and is picked up.

use gloo::events::{EventListener, EventListenerOptions};
use gloo::utils::document;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DragEvent, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};
use yew::Callback;

use super::files;
use crate::protocol::Source;

/// Listens for everything by which a document can be opened without an address.
pub fn listen(open: &Callback<Source>) -> Vec<EventListener> {
    let mut listeners = Vec::new();
    for id in ["choose-files", "choose-folder"] {
        if let Some(input) = element::<HtmlInputElement>(id) {
            let open = open.clone();
            read_input(&input, &open);
            let field = input.clone();
            listeners.push(EventListener::new(&input, "change", move |_| read_input(&field, &open)));
        }
    }
    if let Some(form) = document().get_element_by_id("paste") {
        let open = open.clone();
        if form.has_attribute("data-wanted") {
            let _ = form.remove_attribute("data-wanted");
            submit_paste(&open);
        }
        listeners.push(EventListener::new(&form, "submit", move |_| submit_paste(&open)));
    }
    listeners.extend(listen_for_drops(open));
    listeners
}

fn element<T: JsCast>(id: &str) -> Option<T> {
    document().get_element_by_id(id)?.dyn_into::<T>().ok()
}

fn read_input(input: &HtmlInputElement, open: &Callback<Source>) {
    let Some(list) = input.files().filter(|list| list.length() > 0) else { return };
    let (input, open) = (input.clone(), open.clone());
    spawn_local(async move {
        let read = files::read_list(list).await;
        // So that choosing the same files again is a change again.
        input.set_value("");
        open.emit(read);
    });
}

fn submit_paste(open: &Callback<Source>) {
    let text = element::<HtmlTextAreaElement>("paste-text").map(|area| area.value()).unwrap_or_default();
    if text.trim().is_empty() {
        super::focus::focus("paste-text");
        return;
    }
    let dialect = element::<HtmlSelectElement>("paste-dialect").map(|select| select.value());
    open.emit(Source::Pasted { text, dialect: dialect.filter(|dialect| dialect != "auto") });
}

/// Files may be dropped anywhere on the page at any time: a chain in place of the one before.
fn listen_for_drops(open: &Callback<Source>) -> Vec<EventListener> {
    let options = EventListenerOptions::enable_prevent_default;
    let open = open.clone();
    let over = EventListener::new_with_options(&document(), "dragover", options(), |event| {
        event.prevent_default();
        set_dragging(true);
    });
    let leave = EventListener::new(&document(), "dragleave", |event| {
        let left = event.dyn_ref::<DragEvent>().is_some_and(|event| event.related_target().is_none());
        if left {
            set_dragging(false);
        }
    });
    let drop = EventListener::new_with_options(&document(), "drop", options(), move |event| {
        event.prevent_default();
        set_dragging(false);
        let transfer = event.dyn_ref::<DragEvent>().and_then(DragEvent::data_transfer);
        let Some(dropped) = transfer.map(|transfer| files::take_drop(&transfer)) else { return };
        if !dropped.is_empty() {
            let open = open.clone();
            spawn_local(async move { open.emit(dropped.read().await) });
        }
    });
    vec![over, leave, drop]
}

fn set_dragging(dragging: bool) {
    let body = gloo::utils::body();
    let _ = if dragging {
        body.set_attribute("data-dragging", "")
    } else {
        body.remove_attribute("data-dragging")
    };
}
