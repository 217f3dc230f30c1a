//! The size of an element, as the browser tells it when it has laid out the page: asking would make it do so at once.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, ResizeObserver, ResizeObserverEntry};

/// Tells width and height of an element at first and when they change, until it is dropped.
pub struct SizeListener {
    observer: Option<ResizeObserver>,
    _told: Closure<dyn FnMut(js_sys::Array)>,
}

impl SizeListener {
    pub fn new(element: &Element, tell: impl Fn((f64, f64)) + 'static) -> Self {
        let told = Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
            if let Ok(entry) = entries.get(0).dyn_into::<ResizeObserverEntry>() {
                let rect = entry.content_rect();
                tell((rect.width(), rect.height()));
            }
        });
        let observer = ResizeObserver::new(told.as_ref().unchecked_ref()).ok();
        if let Some(observer) = &observer {
            observer.observe(element);
        }
        Self { observer, _told: told }
    }
}

impl Drop for SizeListener {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}
