//! `uuid`.
//!
//! `uuid4()` and `uuid1()` are deterministic and yet differ within a run: they are made of [`Options::salt`] and a
//! counter. `uuid3` and `uuid5` are exact.
//!
//! [`Options::salt`]: super::super::Options::salt

use std::rc::Rc;

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::super::builtins::text_argument;
use super::super::native::{Native, equality};
use super::super::unwind::{Outcome, Unwind};
use super::super::value::{Key, Value};
use super::super::{Arguments, Comparison, Interpreter};
use super::hashes::{md5, sha1};
use super::plain::compare_by;

/// A UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Uuid(pub u128);

/// The class.
#[derive(Debug)]
struct UuidClass;

/// How many were made.
#[derive(Default)]
struct Counter(u64);

impl Uuid {
    /// The text with hyphens.
    pub fn hyphenated(self) -> String {
        let hex = format!("{:032x}", self.0);
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    fn parse(text: &str) -> Option<Uuid> {
        let clean = text.replace("urn:", "").replace("uuid:", "");
        let clean: String = clean.trim_matches(['{', '}']).chars().filter(|char| *char != '-').collect();
        if clean.len() != 32 || !clean.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        u128::from_str_radix(&clean, 16).ok().map(Uuid)
    }

    fn of_hash(bytes: &[u8], version: u128) -> Uuid {
        let number = bytes.iter().take(16).fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
        let number = number & !(0xf << 76) | version << 76;
        Uuid(number & !(0xc << 60) | 0x8 << 60)
    }
}

impl Native for Uuid {
    fn type_name(&self) -> &str {
        "UUID"
    }

    fn class(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Option<Value> {
        Some(Value::native(UuidClass))
    }

    fn attribute(self: Rc<Self>, _interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        Ok(Some(match name {
            "hex" => Value::str(format!("{:032x}", self.0)),
            "int" => Value::big(BigInt::from(self.0)),
            "bytes" => Value::Bytes(self.0.to_be_bytes().as_slice().into()),
            "urn" => Value::str(format!("urn:uuid:{}", self.hyphenated())),
            "version" => Value::Int((self.0 >> 76 & 0xf) as i64),
            _ => return Ok(None),
        }))
    }

    fn has_method(&self, name: &str) -> bool {
        name == "__int__" || name == "__str__"
    }

    fn call_method(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        name: &str,
        _arguments: Arguments,
    ) -> Outcome<Value> {
        Ok(if name == "__int__" { Value::big(BigInt::from(self.0)) } else { Value::str(self.hyphenated()) })
    }

    compare_by!(|own, other: Uuid| own.0.cmp(&other.0));

    fn text(self: Rc<Self>, _interp: &mut Interpreter<'_>, repr: bool) -> Outcome<Value> {
        let text = self.hyphenated();
        Ok(Value::str(if repr { format!("UUID('{text}')") } else { text }))
    }

    fn key(&self) -> Option<Key> {
        Some(Key::Named("uuid".to_owned(), self.hyphenated()))
    }
}

impl Native for UuidClass {
    fn type_name(&self) -> &str {
        "type"
    }

    fn attribute(self: Rc<Self>, _interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        Ok((name == "__name__").then(|| Value::str("UUID")))
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn key(&self) -> Option<Key> {
        Some(Key::Named("class".to_owned(), "uuid.UUID".to_owned()))
    }

    fn compare(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        comparison: Comparison,
        other: &Value,
    ) -> Outcome<Option<Value>> {
        let same = other.as_native::<UuidClass>().is_some();
        Ok(equality(comparison, same))
    }

    fn call(self: Rc<Self>, interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
        if let Some(unknown) = arguments.values().find(|value| matches!(value, Value::Unknown(_))) {
            return Ok(unknown.clone());
        }
        let [hex, bytes, number, _version] = arguments.bind("UUID", "hex? bytes? int? version?")?;
        match (hex, bytes, number) {
            (Some(hex), ..) => {
                if let Some(uuid) = hex.as_native::<Uuid>() {
                    let text = uuid.hyphenated();
                    return Err(Unwind::raise(
                        "AttributeError",
                        format!("'UUID' object has no attribute 'replace': {text}"),
                    ));
                }
                let text = text_argument(interp, &hex)?;
                match Uuid::parse(&text) {
                    Some(uuid) => Ok(Value::native(uuid)),
                    None => Err(Unwind::value_error("badly formed hexadecimal UUID string")),
                }
            }
            (_, Some(Value::Bytes(bytes)), _) if bytes.len() == 16 => {
                let number = bytes.iter().fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
                Ok(Value::native(Uuid(number)))
            }
            (_, _, Some(number)) => {
                match super::super::interpret::operate::as_big(&number).and_then(|number| number.to_u128()) {
                    Some(number) => Ok(Value::native(Uuid(number))),
                    None => Err(Unwind::value_error("int is out of range (need a 128-bit value)")),
                }
            }
            _ => Err(Unwind::type_error(
                "one of the hex, bytes, bytes_le, fields, or int arguments must be given",
            )),
        }
    }

    fn has_instance(self: Rc<Self>, _interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Option<bool>> {
        Ok(Some(value.as_native::<Uuid>().is_some()))
    }
}

/// The names of the module.
pub(super) fn names() -> Vec<(&'static str, Value)> {
    let mut names = super::plain(&[
        ("uuid4", |interp, _| Ok(made(interp, 4))),
        ("uuid1", |interp, _| Ok(made(interp, 1))),
        ("uuid3", |interp, arguments| named(interp, arguments, 3)),
        ("uuid5", |interp, arguments| named(interp, arguments, 5)),
    ]);
    names.push(("UUID", Value::native(UuidClass)));
    for (name, last) in
        [("NAMESPACE_DNS", 0x10), ("NAMESPACE_URL", 0x11), ("NAMESPACE_OID", 0x12), ("NAMESPACE_X500", 0x14)]
    {
        names.push((name, Value::native(Uuid(0x6ba7_b800_9dad_11d1_80b4_00c0_4fd4_30c8 | last << 96))));
    }
    names
}

fn made(interp: &mut Interpreter<'_>, version: u128) -> Value {
    let counter = interp.slot::<Counter>();
    counter.0 += 1;
    let count = counter.0;
    let text = format!("{count}/{}/{version}", interp.salt());
    Value::native(Uuid::of_hash(&sha1(text.as_bytes()), version))
}

fn named(interp: &mut Interpreter<'_>, arguments: Arguments, version: u128) -> Outcome<Value> {
    if let Some(unknown) = arguments.values().find(|value| matches!(value, Value::Unknown(_))) {
        return Ok(unknown.clone());
    }
    let [namespace, name] = arguments.exactly("uuid5")?;
    let Some(namespace) = namespace.as_native::<Uuid>() else {
        return Err(Unwind::type_error("uuid5() needs a UUID"));
    };
    let name = text_argument(interp, &name)?;
    let bytes = [&namespace.0.to_be_bytes()[..], name.as_bytes()].concat();
    Ok(Value::native(if version == 3 {
        Uuid::of_hash(&md5(&bytes), 3)
    } else {
        Uuid::of_hash(&sha1(&bytes), 5)
    }))
}
