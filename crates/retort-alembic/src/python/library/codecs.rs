//! `base64` and `binascii`.

use super::super::interpret::text::ascii;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::Value;
use super::super::{Arguments, Interpreter};

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
pub(super) const URL_SAFE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The names of either module.
pub(super) fn names(path: &str) -> Vec<(&'static str, Value)> {
    if path == "base64" {
        return super::pure(&[
            ("b64encode", |i, a| encode(i, a, STANDARD)),
            ("standard_b64encode", |i, a| encode(i, a, STANDARD)),
            ("urlsafe_b64encode", |i, a| encode(i, a, URL_SAFE)),
            ("b64decode", |i, a| decode(i, a, STANDARD)),
            ("standard_b64decode", |i, a| decode(i, a, STANDARD)),
            ("urlsafe_b64decode", |i, a| decode(i, a, URL_SAFE)),
        ]);
    }
    super::pure(&[
        ("hexlify", |i, a| {
            let bytes = bytes(i, a)?;
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            Ok(Value::Bytes(digits.as_bytes().into()))
        }),
        ("unhexlify", |i, a| {
            let digits = bytes(i, a)?;
            let pairs = digits.chunks(2).map(|pair| {
                std::str::from_utf8(pair)
                    .ok()
                    .filter(|pair| pair.len() == 2)
                    .and_then(|pair| u8::from_str_radix(pair, 16).ok())
            });
            let bytes: Option<Vec<u8>> = pairs.collect();
            bytes
                .map(|bytes| Value::Bytes(bytes.into()))
                .ok_or_else(|| Unwind::value_error("Non-hexadecimal digit found"))
        }),
    ])
}

fn bytes(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Vec<u8>> {
    let value = arguments.positional.into_iter().next().unwrap_or(Value::None);
    let bytes = match value.plain() {
        Value::Bytes(bytes) => bytes.to_vec(),
        Value::Str(text) => ascii(&text).into_bytes(),
        other => {
            interp.refuse_foreign(&other)?;
            return Err(Unwind::type_error("a bytes-like object is required"));
        }
    };
    interp.meter.spend(bytes.len() * 2)?;
    Ok(bytes)
}

fn encode(interp: &mut Interpreter<'_>, arguments: Arguments, alphabet: &[u8; 64]) -> Outcome<Value> {
    let bytes = bytes(interp, arguments)?;
    Ok(Value::Bytes(encoded(&bytes, alphabet).into()))
}

/// Base64, with its padding.
pub(super) fn encoded(bytes: &[u8], alphabet: &[u8; 64]) -> Vec<u8> {
    let mut made = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let part = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let number = part(0) << 16 | part(1) << 8 | part(2);
        for at in 0..4 {
            made.push(if at <= chunk.len() {
                alphabet[(number >> (18 - 6 * at) & 63) as usize]
            } else {
                b'='
            });
        }
    }
    made
}

fn decode(interp: &mut Interpreter<'_>, arguments: Arguments, alphabet: &[u8; 64]) -> Outcome<Value> {
    let bytes = bytes(interp, arguments)?;
    let (mut made, mut number, mut bits) = (Vec::new(), 0_u32, 0);
    let mut count = 0;
    for byte in bytes.iter().filter(|byte| **byte != b'=') {
        let Some(digit) = alphabet.iter().position(|each| each == byte) else { continue };
        number = number << 6 | digit as u32;
        bits += 6;
        count += 1;
        if bits >= 8 {
            bits -= 8;
            made.push((number >> bits) as u8);
            number &= (1 << bits) - 1;
        }
    }
    let padding = bytes.iter().filter(|byte| **byte == b'=').count();
    if (count + padding) % 4 != 0 {
        return Err(Unwind::value_error("Incorrect padding"));
    }
    Ok(Value::Bytes(made.into()))
}
