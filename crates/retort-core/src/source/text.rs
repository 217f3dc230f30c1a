//! Texts that may be fetched later: of a large project only few files are ever looked at.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

/// Gives the bytes of a file, or a sentence about why there are none.
pub type Fetch = Arc<dyn Fn() -> Result<Vec<u8>, String> + Send + Sync>;

/// What is known of a file before it is decoded.
pub trait Content {
    /// Its bytes, where they are at hand.
    fn bytes(&self) -> &[u8];

    /// What fetches them, where they are not. None if they are at hand.
    fn fetch(&self) -> Option<Fetch> {
        None
    }
}

impl Content for Vec<u8> {
    fn bytes(&self) -> &[u8] {
        self
    }
}

/// A text, fetched when it is first looked at. A copy is the same text: it is fetched once.
#[derive(Clone)]
pub struct Text(Arc<Inner>);

struct Inner {
    text: OnceLock<Result<Arc<str>, String>>,
    fetch: Option<Fetch>,
}

impl Text {
    /// A text that is fetched later. What of the bytes is no UTF-8 is replaced, since only SQL is held to it.
    pub fn later(fetch: Fetch) -> Text {
        Text(Arc::new(Inner { text: OnceLock::new(), fetch: Some(fetch) }))
    }

    /// Why there is no text; the text is empty then.
    pub fn fault(&self) -> Option<&str> {
        self.read().as_ref().err().map(String::as_str)
    }

    fn read(&self) -> &Result<Arc<str>, String> {
        self.0.text.get_or_init(|| match &self.0.fetch {
            Some(fetch) => fetch().and_then(|bytes| lenient(&bytes)),
            None => Ok(Arc::default()),
        })
    }
}

/// Bytes without the mark of byte order at their start.
pub(super) fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// The text of bytes. What is no UTF-8 in Python can only be in comments and strings.
pub(crate) fn lenient(bytes: &[u8]) -> Result<Arc<str>, String> {
    let bytes = without_mark(bytes);
    match bytes.contains(&0) {
        true => Err("it is no text".to_owned()),
        false => Ok(match std::str::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(_) => String::from_utf8_lossy(bytes).into(),
        }),
    }
}

impl From<Arc<str>> for Text {
    fn from(text: Arc<str>) -> Text {
        Text(Arc::new(Inner { text: OnceLock::from(Ok(text)), fetch: None }))
    }
}

impl From<&Text> for Arc<str> {
    fn from(text: &Text) -> Arc<str> {
        text.read().clone().unwrap_or_default()
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.read().as_deref().unwrap_or_default()
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Text) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || **self == **other
    }
}

impl Eq for Text {}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.text.get() {
            Some(Ok(text)) => text.fmt(f),
            Some(Err(_)) | None => f.write_str("Text"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    fn later(bytes: &'static [u8]) -> Text {
        Text::later(Arc::new(|| Ok(bytes.to_vec())))
    }

    #[test]
    fn a_text_is_fetched_once_and_only_when_it_is_looked_at() {
        let calls = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&calls);
        let text = Text::later(Arc::new(move || {
            counter.fetch_add(1, Ordering::Relaxed);
            Ok(b"\xef\xbb\xbfa".to_vec())
        }));
        let copy = text.clone();
        assert_eq!(calls.load(Ordering::Relaxed), 0);
        assert_eq!((&*text, &*copy, calls.load(Ordering::Relaxed)), ("a", "a", 1));
    }

    #[test]
    fn what_is_no_text_is_empty_and_says_why() {
        assert_eq!(&*later(b"a\xffb"), "a\u{fffd}b");
        assert_eq!((&*later(b"a\0"), later(b"a\0").fault()), ("", Some("it is no text")));
        let lost = Text::later(Arc::new(|| Err("gone".to_owned())));
        assert_eq!((&*lost, lost.fault()), ("", Some("gone")));
        assert_eq!(later(b"a").fault(), None);
    }
}
