//! `secrets` and `os.urandom`: what they give must not be guessed. On a database it is made of the chance of its
//! machine; a replay has none, and makes none up.

use super::super::builtins::int_argument;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::Value;
use super::super::{Arguments, Interpreter};
use super::{codecs, random};

/// The bytes of a token of which no length is said (`secrets.DEFAULT_ENTROPY`).
const DEFAULT: i64 = 32;
const MOST: i64 = 1_000_000;

/// The names of the module.
pub(super) fn names() -> Vec<(&'static str, Value)> {
    let of = |name: &'static str, write: fn(&[u8]) -> Value| {
        (name, Value::function(name, move |interp, arguments| token(interp, arguments, write)))
    };
    vec![
        of("token_bytes", |bytes| Value::Bytes(bytes.into())),
        of("token_hex", |bytes| {
            Value::str(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
        }),
        of("token_urlsafe", |bytes| {
            let text = codecs::encoded(bytes, codecs::URL_SAFE);
            Value::str(String::from_utf8_lossy(&text).trim_end_matches('='))
        }),
        (
            "choice",
            Value::function("choice", |interp, arguments| {
                let [items] = arguments.exactly("choice")?;
                match is_known(interp) {
                    true => {
                        let items = interp.values(&items)?;
                        random::pick(interp, &items)
                    }
                    false => Ok(unknown(interp)),
                }
            }),
        ),
        (
            "randbelow",
            Value::function("randbelow", |interp, arguments| {
                let [stop] = arguments.exactly("randbelow")?;
                let stop = int_argument(interp, &stop)?;
                match is_known(interp) {
                    true => random::between(interp, 0, stop).map(Value::Int),
                    false => Ok(unknown(interp)),
                }
            }),
        ),
    ]
}

/// `os.urandom`
pub(super) fn urandom() -> (&'static str, Value) {
    let made = |interp: &mut Interpreter<'_>, arguments| {
        token(interp, arguments, |bytes: &[u8]| Value::Bytes(bytes.into()))
    };
    ("urandom", Value::function("urandom", made))
}

fn token(interp: &mut Interpreter<'_>, arguments: Arguments, write: fn(&[u8]) -> Value) -> Outcome<Value> {
    let [count] = arguments.bind("token", "nbytes?")?;
    let count = match count {
        None | Some(Value::None) => DEFAULT,
        Some(count) => int_argument(interp, &count)?,
    };
    if !(0..=MOST).contains(&count) {
        return Err(Unwind::value_error("negative argument not allowed"));
    }
    if !is_known(interp) {
        return Ok(unknown(interp));
    }
    let mut bytes = Vec::with_capacity(count as usize);
    while bytes.len() < count as usize {
        bytes.extend(random::drawn(interp).to_be_bytes());
    }
    bytes.truncate(count as usize);
    interp.meter.spend(bytes.len() * 2)?;
    Ok(write(&bytes))
}

fn is_known(interp: &mut Interpreter<'_>) -> bool {
    interp.chance().is_some()
}

fn unknown(interp: &Interpreter<'_>) -> Value {
    interp.unknown("a secret, which only a run on a database makes")
}
