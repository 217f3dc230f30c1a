//! Moves the keyboard focus.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// Focuses the element of this id, HTML or SVG.
pub fn focus(id: &str) {
    let Some(element) = gloo::utils::document().get_element_by_id(id) else { return };
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.focus();
    } else if let Some(element) = element.dyn_ref::<web_sys::SvgElement>() {
        let _ = element.focus();
    }
}

/// Brings the element of this id into view, scrolling as little as can be.
pub fn reveal(id: &str) {
    if let Some(element) = gloo::utils::document().get_element_by_id(id) {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        options.set_inline(web_sys::ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// Focuses the next or previous visible region (`data-region`), around the end.
pub fn cycle_regions(backwards: bool) {
    let document = gloo::utils::document();
    let Ok(found) = document.query_selector_all("[data-region]") else { return };
    let regions: Vec<HtmlElement> = (0..found.length())
        .filter_map(|index| found.item(index)?.dyn_into::<HtmlElement>().ok())
        .filter(|region| region.get_client_rects().length() > 0)
        .collect();
    if regions.is_empty() {
        return;
    }
    let active = document.active_element();
    let holds = |region: &HtmlElement| region.contains(active.as_ref().map(AsRef::as_ref));
    let here = regions.iter().position(holds);
    let count = regions.len();
    let next = match (here, backwards) {
        (Some(here), false) => (here + 1) % count,
        (Some(here), true) => (here + count - 1) % count,
        (None, _) => 0,
    };
    let _ = regions[next].focus();
}

/// Whether keys typed here belong to what has the focus: fields, and panes which scroll by arrow keys.
pub fn owns_keys(target: Option<web_sys::EventTarget>) -> bool {
    let Some(element) = target.and_then(|target| target.dyn_into::<Element>().ok()) else { return false };
    let own = "input, textarea, select, [contenteditable], [data-keys=own], dialog";
    element.closest(own).ok().flatten().is_some()
}
