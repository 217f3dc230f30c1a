//! Dicts, sets and ranges, and what makes two keys equal.

use std::cell::RefCell;
use std::sync::Arc;

use indexmap::IndexMap;
use num_bigint::BigInt;
use rustc_hash::FxBuildHasher;

use super::super::syntax::Name;
use super::Value;

/// A dict: hashed keys, each with the key as it was written first and the value.
#[derive(Clone, Default)]
pub struct Dict {
    /// The entries in order of insertion.
    pub entries: IndexMap<Key, (Value, Value), FxBuildHasher>,
}

/// A set or frozenset.
pub struct SetObject {
    /// Whether it is a frozenset.
    pub frozen: bool,
    /// The elements in order of insertion.
    pub items: RefCell<IndexMap<Key, Value, FxBuildHasher>>,
}

/// What makes two keys of a dict equal: numbers by value (`1`, `1.0` and `True` are one key), texts, tuples by
/// element, other objects by identity.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// `None`
    None,
    /// `...`, `NotImplemented`, by a number of their own.
    Singleton(u8),
    /// Whole numbers, booleans, floats without a fraction.
    Int(i64),
    /// Large whole numbers.
    Big(BigInt),
    /// Other floats, by their bits.
    Float(u64),
    /// Texts.
    Str(Name),
    /// Bytes.
    Bytes(Arc<[u8]>),
    /// Tuples.
    Tuple(Vec<Key>),
    /// Frozensets, sorted by their debug form.
    Frozen(Vec<Key>),
    /// Objects that say themselves what they are equal to: a type and a text.
    Named(String, String),
    /// Objects with `__hash__`, by class and number.
    Hashed(usize, i64),
    /// Everything else, by identity.
    Identity(usize),
}

/// A range.
#[derive(Debug, PartialEq, Eq)]
pub struct Range {
    /// The first number.
    pub start: i64,
    /// The number at which it stops.
    pub stop: i64,
    /// The step; not zero.
    pub step: i64,
}

impl Range {
    /// How many numbers it has.
    pub fn length(&self) -> usize {
        let (start, stop, step) = (i128::from(self.start), i128::from(self.stop), i128::from(self.step));
        let count =
            if step > 0 { (stop - start + step - 1) / step } else { (start - stop - step - 1) / -step };
        usize::try_from(count.max(0)).unwrap_or(usize::MAX)
    }

    /// The number at an index.
    pub fn at(&self, index: usize) -> i64 {
        self.start.wrapping_add(self.step.wrapping_mul(index as i64))
    }
}

impl Dict {
    /// The value of a text.
    pub fn get_text(&self, name: &str) -> Option<&Value> {
        self.entries.get(&Key::Str(name.into())).map(|(_, value)| value)
    }

    /// Sets the value of a text.
    pub fn insert_text(&mut self, name: &str, value: Value) {
        let name: Name = name.into();
        self.insert(Key::Str(name.clone()), Value::Str(name), value);
    }

    /// Sets a value; a key that is there already stays as it was written first.
    pub fn insert(&mut self, key: Key, written: Value, value: Value) {
        match self.entries.get_mut(&key) {
            Some(entry) => entry.1 = value,
            None => {
                self.entries.insert(key, (written, value));
            }
        }
    }

    /// The keys and values in order.
    pub fn pairs(&self) -> impl Iterator<Item = (&Value, &Value)> {
        self.entries.values().map(|(key, value)| (key, value))
    }
}
