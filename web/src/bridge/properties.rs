//! Custom properties on the root element. The content security policy forbids `style` attributes; setting
//! properties through the object model is allowed.

use wasm_bindgen::JsCast;

pub fn set(name: &str, value: &str) {
    let root = gloo::utils::document().document_element();
    if let Some(root) = root.and_then(|root| root.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = root.style().set_property(name, value);
    }
}

/// Says on the root element which page is shown; the static first page is hidden by it.
pub fn set_screen(screen: &str) {
    if let Some(root) = gloo::utils::document().document_element() {
        let _ = root.set_attribute("data-screen", screen);
    }
}

pub fn set_title(title: &str) {
    gloo::utils::document().set_title(title);
}
