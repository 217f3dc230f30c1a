//! Any document comes back as it was, and no text that looks like a link brings anything down.
#![cfg(feature = "serde")]

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use retort_core::share::{Document, Edit, Value, View, decode, encode};

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::Integer),
        (-1e300..1e300_f64).prop_map(Value::Real),
        any::<String>().prop_map(Value::Text),
        "([0-9a-f]{2}){0,8}".prop_map(Value::Blob),
    ]
}

fn view() -> impl Strategy<Value = View> {
    let cascade = option::of((any::<String>(), vec((any::<String>(), value()), 0..4)));
    let texts = (any::<String>(), any::<String>(), any::<String>());
    (any::<u32>(), option::of(any::<u32>()), option::of(any::<String>()), texts, cascade).prop_map(
        |(position, peak, table, (inspector, dock, console), cascade)| View {
            position,
            peak,
            table,
            inspector,
            dock,
            console,
            cascade,
        },
    )
}

fn document() -> impl Strategy<Value = Document> {
    let files = vec(("[a-zä0-9_.]{1,20}(/[a-z0-9_]{1,9}\\.sql)?", any::<String>()), 0..6);
    let files = files.prop_filter("names stay in their folder", |files| {
        files.iter().all(|(name, _)| name.split('/').all(|part| part != ".."))
    });
    let edits = vec((any::<u32>(), any::<String>()).prop_map(|(position, sql)| Edit { position, sql }), 0..4);
    (files, option::of(any::<String>()), edits, view()).prop_map(|(files, dialect, edits, view)| Document {
        files,
        dialect,
        edits,
        view,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_document_comes_back_as_it_was(document in document()) {
        let link = encode(&document);
        prop_assert_eq!(&encode(&document), &link);
        prop_assert_eq!(decode(&link), Ok(document));
    }

    #[test]
    fn a_changed_link_is_answered(
        document in document(),
        changes in vec((any::<prop::sample::Index>(), "[A-Za-z0-9_.-]"), 1..4),
        length in any::<prop::sample::Index>(),
    ) {
        let mut link = encode(&document);
        for (at, letter) in changes {
            let at = at.index(link.len());
            link.replace_range(at..=at, &letter);
        }
        let _ = decode(&link);
        let _ = decode(&link[..length.index(link.len())]);
    }

    #[test]
    fn any_text_and_any_bytes_are_answered(text in any::<String>(), bytes in vec(any::<u8>(), 0..200)) {
        use base64::Engine;
        let _ = decode(&text);
        let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&bytes);
        let _ = decode(&format!("1.d.{payload}"));
        let _ = decode(&format!("1.j.{payload}"));
        // Stored, not deflated: the bytes reach the reader of CBOR as they are.
        let length = (bytes.len() as u16).to_le_bytes();
        let inverse = (!(bytes.len() as u16)).to_le_bytes();
        let stored = [&[1][..], &length, &inverse, &bytes].concat();
        let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(stored);
        let _ = decode(&format!("1.d.{payload}"));
    }
}
