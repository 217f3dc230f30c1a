//! The written form of version 1: maps with small whole numbers as keys, lists as pairs.
//!
//! | document | edit | view | value |
//! |---|---|---|---|
//! | 0 files `[[name, text]]` | `[position, sql]` | 0 position · 1 peak · 2 table | null, number, text, |
//! | 1 dialect · 2 edits · 3 view | | 3 inspector · 4 dock · 5 console · 6 cascade `[table, [[column, value]]]` | `[hex]` for a blob |
//!
//! These numbers are promises. Keys are left out where their value is empty; unknown ones are passed over.
//! Written by hand, not derived: renaming a field must not change a link, and lists stop being read at their
//! bound instead of filling the memory.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{Document, Edit, MOST_EDITS, MOST_FILES, Value, View};

/// Said when the list of files is too long; recognised by the caller.
pub(super) const TOO_MANY_FILES: &str = "too many files in the document";

/// A document to be written.
pub(super) struct Written<'a>(pub(super) &'a Document);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Document { files, dialect, edits, view } = self.0;
        let edits: Vec<(u32, &str)> = edits.iter().map(|edit| (edit.position, edit.sql.as_str())).collect();
        let has_view = *view != View::default();
        let count =
            1 + usize::from(dialect.is_some()) + usize::from(!edits.is_empty()) + usize::from(has_view);
        let mut map = serializer.serialize_map(Some(count))?;
        map.serialize_entry(&0, files)?;
        if dialect.is_some() {
            map.serialize_entry(&1, dialect)?;
        }
        if !edits.is_empty() {
            map.serialize_entry(&2, &edits)?;
        }
        if has_view {
            map.serialize_entry(&3, &WrittenView(view))?;
        }
        map.end()
    }
}

struct WrittenView<'a>(&'a View);

impl Serialize for WrittenView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let View { position, peak, table, inspector, dock, console, cascade } = self.0;
        let cascade = cascade.as_ref().map(|(table, key)| {
            let key: Vec<(&str, WrittenValue)> =
                key.iter().map(|(column, value)| (column.as_str(), WrittenValue(value))).collect();
            (table, key)
        });
        let texts = [inspector, dock, console];
        let options = [peak.is_some(), table.is_some(), cascade.is_some()];
        let count = 1
            + options.iter().filter(|&&is| is).count()
            + texts.iter().filter(|text| !text.is_empty()).count();
        let mut map = serializer.serialize_map(Some(count))?;
        map.serialize_entry(&0, position)?;
        if peak.is_some() {
            map.serialize_entry(&1, peak)?;
        }
        if table.is_some() {
            map.serialize_entry(&2, table)?;
        }
        for (key, text) in (3..).zip(texts).filter(|(_, text)| !text.is_empty()) {
            map.serialize_entry(&key, text)?;
        }
        if cascade.is_some() {
            map.serialize_entry(&6, &cascade)?;
        }
        map.end()
    }
}

struct WrittenValue<'a>(&'a Value);

impl Serialize for WrittenValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => serializer.serialize_unit(),
            Value::Integer(number) => serializer.serialize_i64(*number),
            Value::Real(number) => serializer.serialize_f64(*number),
            Value::Text(text) => serializer.serialize_str(text),
            Value::Blob(digits) => [digits].serialize(serializer),
        }
    }
}

/// A document that was read.
pub(super) struct Read(pub(super) Document);

impl<'de> Deserialize<'de> for Read {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Read, D::Error> {
        deserializer.deserialize_map(DocumentVisitor).map(Read)
    }
}

struct DocumentVisitor;

impl<'de> Visitor<'de> for DocumentVisitor {
    type Value = Document;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a document")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Document, A::Error> {
        let mut files: Option<Few<(String, String), MOST_FILES>> = None;
        let mut document = Document::default();
        while let Some(Key(key)) = map.next_key()? {
            match key {
                Some(0) => files = Some(map.next_value()?),
                Some(1) => document.dialect = map.next_value()?,
                Some(2) => {
                    let edits: Few<(u32, String), MOST_EDITS> = map.next_value()?;
                    document.edits =
                        edits.0.into_iter().map(|(position, sql)| Edit { position, sql }).collect();
                }
                Some(3) => document.view = map.next_value::<ReadView>()?.0,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        document.files = files.ok_or_else(|| A::Error::custom("there are no files in it"))?.0;
        Ok(document)
    }
}

struct ReadView(View);

impl<'de> Deserialize<'de> for ReadView {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ReadView, D::Error> {
        deserializer.deserialize_map(ViewVisitor).map(ReadView)
    }
}

struct ViewVisitor;

impl<'de> Visitor<'de> for ViewVisitor {
    type Value = View;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a view")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<View, A::Error> {
        let mut view = View::default();
        while let Some(Key(key)) = map.next_key()? {
            match key {
                Some(0) => view.position = map.next_value()?,
                Some(1) => view.peak = map.next_value()?,
                Some(2) => view.table = map.next_value()?,
                Some(3) => view.inspector = map.next_value()?,
                Some(4) => view.dock = map.next_value()?,
                Some(5) => view.console = map.next_value()?,
                Some(6) => {
                    let cascade: Option<(String, Few<(String, ReadValue), MOST_EDITS>)> = map.next_value()?;
                    view.cascade = cascade.map(|(table, key)| {
                        (table, key.0.into_iter().map(|(column, value)| (column, value.0)).collect())
                    });
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(view)
    }
}

struct ReadValue(Value);

impl<'de> Deserialize<'de> for ReadValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ReadValue, D::Error> {
        deserializer.deserialize_any(ValueVisitor).map(ReadValue)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of a key")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Integer(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        i64::try_from(number).map(Value::Integer).map_err(|_| E::custom("a number beyond 64 bits"))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Real(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let digits: String = list.next_element()?.ok_or_else(|| A::Error::custom("a blob without digits"))?;
        let is_whole =
            digits.len().is_multiple_of(2) && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        if !is_whole || list.next_element::<IgnoredAny>()?.is_some() {
            return Err(A::Error::custom("a blob that is not one text of hexadecimal digits"));
        }
        Ok(Value::Blob(digits))
    }
}

/// A key; `None` for one that this version does not have. JSON writes numbers as texts.
struct Key(Option<u64>);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_any(KeyVisitor)
    }
}

struct KeyVisitor;

impl Visitor<'_> for KeyVisitor {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number as key")
    }

    fn visit_u64<E: Error>(self, key: u64) -> Result<Key, E> {
        Ok(Key(Some(key)))
    }

    fn visit_i64<E: Error>(self, key: i64) -> Result<Key, E> {
        Ok(Key(u64::try_from(key).ok()))
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Key, E> {
        Ok(Key(key.parse().ok()))
    }
}

/// A list that stops being read when it has more than `MOST` elements.
struct Few<T, const MOST: usize>(Vec<T>);

impl<'de, T: Deserialize<'de>, const MOST: usize> Deserialize<'de> for Few<T, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Few<T, MOST>, D::Error> {
        deserializer.deserialize_seq(FewVisitor::<T, MOST>(PhantomData)).map(Few)
    }
}

struct FewVisitor<T, const MOST: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MOST: usize> Visitor<'de> for FewVisitor<T, MOST> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
        // The declared length is not believed: nothing is set aside for it.
        let mut few = Vec::new();
        while let Some(element) = list.next_element()? {
            if few.len() == MOST {
                let files = MOST == MOST_FILES;
                return Err(A::Error::custom(if files { TOO_MANY_FILES } else { "a list that is too long" }));
            }
            few.push(element);
        }
        Ok(few)
    }
}
