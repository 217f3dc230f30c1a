//! Files on their way to the worker: as JSON texts, since a list of ten million numbers holds the page up.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The bytes of a file.
#[derive(Serialize, Deserialize)]
enum Content<'a> {
    /// They are UTF-8.
    Text(Cow<'a, str>),
    /// One character for each byte.
    Binary(String),
}

/// Writes paths and bytes.
///
/// # Errors
/// The serializer's own.
pub(super) fn serialize<S: Serializer>(
    files: &[(String, Vec<u8>)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(files.iter().map(|(path, bytes)| match std::str::from_utf8(bytes) {
        Ok(text) => (path, Content::Text(Cow::Borrowed(text))),
        Err(_) => (path, Content::Binary(bytes.iter().map(|byte| char::from(*byte)).collect())),
    }))
}

/// Reads paths and bytes.
///
/// # Errors
/// The deserializer's own.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<(String, Vec<u8>)>, D::Error> {
    let files: Vec<(String, Content<'_>)> = Deserialize::deserialize(deserializer)?;
    let bytes = |content: Content<'_>| match content {
        Content::Text(text) => text.into_owned().into_bytes(),
        Content::Binary(text) => text.chars().map(|character| character as u8).collect(),
    };
    Ok(files.into_iter().map(|(path, content)| (path, bytes(content))).collect())
}

#[cfg(test)]
mod tests {
    use crate::choice::LeftOut;
    use crate::protocol::Source;

    #[test]
    fn files_arrive_as_they_were() {
        let sent = vec![("a.sql".to_owned(), "ä\n\"".into()), ("b.zip".to_owned(), (0..=255).collect())];
        let text = serde_json::to_string(&Source::Files(sent.clone(), LeftOut::default())).unwrap();
        let Source::Files(found, _) = serde_json::from_str(&text).unwrap() else { panic!("{text}") };
        assert_eq!(found, sent);
    }
}
