//! The checksums that tools record, each as its tool writes it.

use std::hash::{Hash, Hasher};

use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384};
use siphasher::sip::SipHasher13;

/// Bytes as lower-case hexadecimal digits.
pub(super) fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn sha1(bytes: &[u8]) -> String {
    hex(Sha1::digest(bytes))
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    hex(Sha256::digest(bytes))
}

pub(super) fn sha384(bytes: &[u8]) -> String {
    hex(Sha384::digest(bytes))
}

/// Flyway: CRC-32 over the lines without their ends, as a signed number (`ChecksumCalculator.java`).
pub(super) fn flyway(text: &str) -> String {
    let mut hasher = crc32fast::Hasher::new();
    let text = text.replace("\r\n", "\n");
    for line in text.split(['\n', '\r']) {
        hasher.update(line.as_bytes());
    }
    hasher.finalize().cast_signed().to_string()
}

/// refinery: `SipHash`-1-3 without a key over name, version and text (`refinery_core/src/runner.rs`).
pub(super) fn refinery(name: &str, version: i32, sql: &str) -> String {
    let mut hasher = SipHasher13::new();
    name.hash(&mut hasher);
    version.hash(&mut hasher);
    sql.hash(&mut hasher);
    hasher.finish().to_string()
}

/// Standard base64 with padding (RFC 4648, section 4).
pub(super) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let group = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            if place > chunk.len() {
                out.push('=');
            } else {
                let index = group >> (18 - 6 * place) & 63;
                out.push(ALPHABET.get(index as usize).copied().unwrap_or(b'A').into());
            }
        }
    }
    out
}

/// The lines of `atlas.sum`: each file's hash goes on from the one before it (`sql/migrate/dir.go`).
#[derive(Default)]
pub(super) struct AtlasSum {
    running: Sha256,
    total: Sha256,
}

impl AtlasSum {
    /// Adds a file that has no line of its own (`atlas:sum ignore`).
    pub(super) fn ignore(&mut self, name: &str) {
        self.running.update(name);
    }

    /// Adds a file; gives the hash on its line.
    pub(super) fn add(&mut self, name: &str, text: &str) -> String {
        self.running.update(name);
        self.running.update(text);
        let hash = base64(&self.running.clone().finalize());
        self.total.update(name);
        self.total.update(&hash);
        hash
    }

    /// The hash on the first line.
    pub(super) fn total(self) -> String {
        base64(&self.total.finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_standards() {
        assert_eq!(sha1(b"abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert!(sha384(b"abc").starts_with("cb00753f45a35e8bb5a03d699ac65007272c32ab0eded163"));
        let texts = ["", "f", "fo", "foo", "foob", "fooba", "foobar"];
        let coded = texts.map(|text| base64(text.as_bytes()));
        assert_eq!(coded, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]);
    }

    #[test]
    fn flyway_does_not_see_line_ends() {
        // CRC-32 of "123456789" is 0xcbf43926.
        assert_eq!(flyway("123\r\n456\n789\n"), 0xcbf4_3926_u32.cast_signed().to_string());
    }
}
