//! `hashlib`: MD5, SHA-1, SHA-256 and SHA-512.

use std::cell::RefCell;
use std::rc::Rc;

use sha1::{Digest, Sha1};
use sha2::{Sha256, Sha512};

use super::super::builtins::text_argument;
use super::super::native::Native;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::Value;
use super::super::{Arguments, Interpreter};

/// A hash that is being made.
#[derive(Debug)]
struct Hash {
    name: &'static str,
    bytes: RefCell<Vec<u8>>,
}

impl Native for Hash {
    fn type_name(&self) -> &str {
        "HASH"
    }

    fn attribute(self: Rc<Self>, _interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        Ok((name == "name").then(|| Value::str(self.name)))
    }

    fn has_method(&self, name: &str) -> bool {
        matches!(name, "update" | "hexdigest" | "digest" | "copy")
    }

    fn call_method(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        name: &str,
        arguments: Arguments,
    ) -> Outcome<Value> {
        let digest = || digest(self.name, &self.bytes.borrow());
        match name {
            "update" => {
                let [more] = arguments.exactly("update")?;
                let more = bytes_of(interp, &more)?;
                interp.meter.spend(more.len())?;
                self.bytes.borrow_mut().extend(more);
                Ok(Value::None)
            }
            "hexdigest" => {
                Ok(Value::str(digest().iter().map(|byte| format!("{byte:02x}")).collect::<String>()))
            }
            "digest" => Ok(Value::Bytes(digest().into())),
            _ => Ok(Value::native(Hash { name: self.name, bytes: self.bytes.clone() })),
        }
    }
}

fn bytes_of(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Vec<u8>> {
    match value.plain() {
        Value::Bytes(bytes) => Ok(bytes.to_vec()),
        Value::Str(_) => Err(Unwind::type_error("Strings must be encoded before hashing")),
        other => {
            interp.refuse_foreign(&other)?;
            Err(Unwind::type_error("object supporting the buffer API required"))
        }
    }
}

fn digest(name: &str, bytes: &[u8]) -> Vec<u8> {
    match name {
        "md5" => md5(bytes).to_vec(),
        "sha1" => sha1(bytes),
        "sha256" => Sha256::digest(bytes).to_vec(),
        _ => Sha512::digest(bytes).to_vec(),
    }
}

/// SHA-1 of bytes.
pub(super) fn sha1(bytes: &[u8]) -> Vec<u8> {
    Sha1::digest(bytes).to_vec()
}

/// MD5 of bytes (RFC 1321).
pub(in super::super) fn md5(bytes: &[u8]) -> [u8; 16] {
    const SHIFTS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
    let table = |at: usize| ((at as f64 + 1.0).sin().abs() * 4_294_967_296.0) as u32;
    let mut message = bytes.to_vec();
    message.push(0x80);
    while message.len() % 64 != 56 {
        message.push(0);
    }
    message.extend((bytes.len() as u64).wrapping_mul(8).to_le_bytes());
    let mut state: [u32; 4] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    for chunk in message.chunks_exact(64) {
        let word = |at: usize| {
            u32::from_le_bytes([chunk[at * 4], chunk[at * 4 + 1], chunk[at * 4 + 2], chunk[at * 4 + 3]])
        };
        let [mut a, mut b, mut c, mut d] = state;
        for at in 0..64 {
            let (mixed, from) = match at / 16 {
                0 => ((b & c) | (!b & d), at),
                1 => ((d & b) | (!d & c), (5 * at + 1) % 16),
                2 => (b ^ c ^ d, (3 * at + 5) % 16),
                _ => (c ^ (b | !d), (7 * at) % 16),
            };
            let sum = mixed.wrapping_add(a).wrapping_add(table(at)).wrapping_add(word(from));
            (a, d, c) = (d, c, b);
            b = b.wrapping_add(sum.rotate_left(SHIFTS[at / 16][at % 4]));
        }
        for (total, part) in state.iter_mut().zip([a, b, c, d]) {
            *total = total.wrapping_add(part);
        }
    }
    let mut digest = [0; 16];
    for (place, part) in digest.chunks_exact_mut(4).zip(state) {
        place.copy_from_slice(&part.to_le_bytes());
    }
    digest
}

/// The names of the module.
pub(super) fn names() -> Vec<(&'static str, Value)> {
    let mut names = Vec::new();
    for name in ["md5", "sha1", "sha256", "sha512"] {
        names
            .push((name, Value::pure_function(name, move |interp, arguments| make(interp, name, arguments))));
    }
    names.push((
        "new",
        Value::pure_function("new", |interp, mut arguments| {
            if arguments.positional.is_empty() {
                return Err(Unwind::type_error("new() needs a name"));
            }
            let wanted = arguments.positional.remove(0);
            let wanted = text_argument(interp, &wanted)?.to_lowercase();
            match ["md5", "sha1", "sha256", "sha512"].into_iter().find(|name| *name == wanted) {
                Some(name) => make(interp, name, arguments),
                None => Err(Unwind::unsupported(format!("the hash `{wanted}` is not supported"))),
            }
        }),
    ));
    names
}

fn make(interp: &mut Interpreter<'_>, name: &'static str, mut arguments: Arguments) -> Outcome<Value> {
    arguments.take("usedforsecurity");
    let [start] = arguments.bind(name, "string?")?;
    let bytes = match start {
        Some(start) => bytes_of(interp, &start)?,
        None => Vec::new(),
    };
    Ok(Value::native(Hash { name, bytes: RefCell::new(bytes) }))
}
