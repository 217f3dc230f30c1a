//! Files on their way to the worker: their bytes lie beside the message, which has their places.
//!
//! Ten million bytes in the message itself, as numbers or as text, hold both sides up.

use std::cell::RefCell;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

thread_local! {
    /// What lies beside the message that is being written or read.
    static BESIDE: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// Writes a message; what lies beside it comes with the answer.
pub(crate) fn beside<T>(write: impl FnOnce() -> T) -> (T, Vec<Vec<u8>>) {
    BESIDE.take();
    let written = write();
    (written, BESIDE.take())
}

/// Reads a message beside which this lies.
pub(crate) fn with<T>(beside: Vec<Vec<u8>>, read: impl FnOnce() -> T) -> T {
    BESIDE.set(beside);
    let read = read();
    BESIDE.take();
    read
}

/// Writes paths and the places of their bytes.
///
/// # Errors
/// The serializer's own.
pub(super) fn serialize<S: Serializer>(
    files: &[(String, Vec<u8>)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let put = |(path, bytes): &(String, Vec<u8>)| {
        let place = BESIDE.with_borrow_mut(|beside| {
            beside.push(bytes.clone());
            beside.len() - 1
        });
        (path.clone(), place)
    };
    files.iter().map(put).collect::<Vec<_>>().serialize(serializer)
}

/// Reads paths, and takes their bytes.
///
/// # Errors
/// The deserializer's own, and a place at which nothing lies.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<(String, Vec<u8>)>, D::Error> {
    let files: Vec<(String, usize)> = Deserialize::deserialize(deserializer)?;
    let take = |(path, place): (String, usize)| {
        let bytes = BESIDE.with_borrow_mut(|beside| beside.get_mut(place).map(std::mem::take));
        bytes.map(|bytes| (path, bytes)).ok_or_else(|| Error::custom("a file did not come with the message"))
    };
    files.into_iter().map(take).collect()
}

#[cfg(test)]
mod tests {
    use super::{beside, with};
    use crate::choice::LeftOut;
    use crate::protocol::Source;

    #[test]
    fn files_arrive_as_they_were() {
        let sent = vec![("a.sql".to_owned(), "ä\n\"".into()), ("b.zip".to_owned(), (0..=255).collect())];
        let source = Source::Files(sent.clone(), LeftOut::default());
        let (text, bytes) = beside(|| serde_json::to_string(&source).unwrap());
        assert_eq!(bytes.len(), 2);
        let Source::Files(found, _) = with(bytes, || serde_json::from_str(&text).unwrap()) else {
            panic!("{text}")
        };
        assert_eq!(found, sent);
        assert!(with(Vec::new(), || serde_json::from_str::<Source>(&text)).is_err());
    }
}
