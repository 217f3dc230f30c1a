//! A text without the insides of its functions.
//!
//! Most functions of a module that is imported are never called. What they do is left out before the module is parsed,
//! and parsed when it is asked for: `def f(a):⏎    return a` becomes `def f(a):pass`.

use std::ops::Range;

/// Bodies shorter than this stay: to leave them out would save nothing.
const SHORTEST: usize = 24;

/// What stands in the place of a body.
const STAND_IN: &str = "pass";

/// A text without the insides of its functions.
pub(super) struct Outline {
    /// The text.
    pub(super) text: String,
    /// What was left out, in order.
    pub(super) left_out: Vec<LeftOut>,
}

/// A body that was left out.
#[derive(Clone, Debug)]
pub(super) struct LeftOut {
    /// Where its stand-in begins in the outline.
    pub(super) at: u32,
    /// Where it stood in the whole text; it begins behind the colon.
    pub(super) body: Range<u32>,
}

impl LeftOut {
    /// Where the outline goes on behind the stand-in.
    fn end(&self) -> u32 {
        self.at + STAND_IN.len() as u32
    }
}

/// Where a place of the outline is in the whole text.
pub(super) fn whole(left_out: &[LeftOut], offset: u32) -> u32 {
    let before = left_out.partition_point(|each| each.end() <= offset);
    match before.checked_sub(1).and_then(|last| left_out.get(last)) {
        Some(last) => last.body.end + (offset - last.end()),
        None => offset,
    }
}

/// Leaves out the bodies; None where the text is not laid out simply enough to find them for sure, or has none.
pub(super) fn outline(text: &str) -> Option<Outline> {
    let mut scan = Scan { bytes: text.as_bytes(), at: 0, bodies: Vec::new() };
    scan.block(None)?;
    if scan.bodies.is_empty() {
        return None;
    }
    let mut outline = Outline { text: String::new(), left_out: Vec::with_capacity(scan.bodies.len()) };
    let mut done = 0;
    for body in scan.bodies {
        outline.text.push_str(text.get(done..body.start)?);
        let at = outline.text.len() as u32;
        outline.left_out.push(LeftOut { at, body: body.start as u32..body.end as u32 });
        outline.text.push_str(STAND_IN);
        done = body.end;
    }
    outline.text.push_str(text.get(done..)?);
    Some(outline)
}

struct Scan<'t> {
    bytes: &'t [u8],
    at: usize,
    bodies: Vec<Range<usize>>,
}

/// Where a line of statements was left.
#[derive(PartialEq, Eq)]
enum Left {
    AtColon,
    AtEnd,
}

impl Scan<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Goes over lines that are indented deeper than `outer`; gives the end of the last of them. Within a function
    /// nothing is recorded.
    fn block(&mut self, outer: Option<usize>) -> Option<usize> {
        let mut end = self.at;
        loop {
            let start = self.at;
            let Some(indent) = self.indent()? else {
                self.line_end();
                if self.peek().is_none() {
                    return Some(end);
                }
                self.at += 1;
                continue;
            };
            if outer.is_some_and(|outer| indent <= outer) {
                self.at = start;
                return Some(end);
            }
            if outer.is_none() && self.is_function() {
                self.function(indent)?;
            } else {
                self.statement(false)?;
            }
            end = self.at;
            if self.peek().is_none() {
                return Some(end);
            }
            self.at += 1;
        }
    }

    /// The blanks before a statement; `Some(None)` for a line that has none.
    fn indent(&mut self) -> Option<Option<usize>> {
        let start = self.at;
        while self.peek() == Some(b' ') {
            self.at += 1;
        }
        match self.peek() {
            None | Some(b'\n' | b'#') => Some(None),
            Some(b'\r') if self.bytes.get(self.at + 1) == Some(&b'\n') => Some(None),
            // How deep a tab goes depends on what stands around it.
            Some(b'\t' | b'\x0c' | b'\r') => None,
            Some(_) => Some(Some(self.at - start)),
        }
    }

    fn line_end(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    }

    fn is_function(&self) -> bool {
        let rest = &self.bytes[self.at..];
        rest.starts_with(b"def ") || rest.starts_with(b"async def ")
    }

    fn function(&mut self, indent: usize) -> Option<()> {
        if self.statement(true)? != Left::AtColon {
            return None;
        }
        let start = self.at;
        while matches!(self.peek(), Some(b' ' | b'\r')) {
            self.at += 1;
        }
        match self.peek() {
            Some(b'#') => self.line_end(),
            Some(b'\n') => {}
            _ => {
                self.statement(false)?;
                return Some(());
            }
        }
        self.peek()?;
        self.at += 1;
        let end = self.block(Some(indent))?;
        // The line that ends the function is gone over again, as a statement after it.
        self.at = end;
        if end >= start + SHORTEST {
            self.bodies.push(start..end);
        }
        Some(())
    }

    /// Goes over a statement up to its end, or to its colon if that is asked for.
    fn statement(&mut self, to_colon: bool) -> Option<Left> {
        let mut depth = 0_u32;
        loop {
            while self.bytes.get(self.at).is_some_and(|&byte| !IS_MARK[usize::from(byte)]) {
                self.at += 1;
            }
            let Some(byte) = self.peek() else { return (depth == 0).then_some(Left::AtEnd) };
            match byte {
                b'\n' if depth == 0 => return Some(Left::AtEnd),
                b'#' => {
                    self.line_end();
                    continue;
                }
                b'\'' | b'"' => {
                    self.string(byte)?;
                    continue;
                }
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' => depth = depth.checked_sub(1)?,
                b'\\' if self.bytes.get(self.at + 1) == Some(&b'\r') => self.at += 2,
                b'\\' => self.at += 1,
                b':' if to_colon && depth == 0 => {
                    self.at += 1;
                    return Some(Left::AtColon);
                }
                _ => {}
            }
            self.at += 1;
        }
    }

    /// Goes over a string. In an f-string the quote may stand again within braces: that is left to the parser.
    fn string(&mut self, quote: u8) -> Option<()> {
        let is_format = self.is_format();
        let length = if self.bytes[self.at..].starts_with(&[quote; 3]) { 3 } else { 1 };
        let close = &[quote; 3][..length];
        self.at += length;
        let mut braces = 0_u32;
        loop {
            match self.peek()? {
                b'\\' => self.at += 1,
                b'\n' if length == 1 => return None,
                b'{' if is_format && braces == 0 && self.bytes.get(self.at + 1) == Some(&b'{') => {
                    self.at += 1;
                }
                b'{' if is_format => braces += 1,
                b'}' if is_format => braces = braces.saturating_sub(1),
                byte if byte == quote => {
                    if braces > 0 {
                        return None;
                    }
                    if self.bytes[self.at..].starts_with(close) {
                        self.at += length;
                        return Some(());
                    }
                }
                _ => {}
            }
            self.at += 1;
        }
    }

    /// Whether the letters before a quote make it an f-string, or a template.
    fn is_format(&self) -> bool {
        let before = &self.bytes[..self.at];
        let letters =
            before.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        letters <= 2
            && before[before.len() - letters..].iter().any(|byte| matches!(byte, b'f' | b'F' | b't' | b'T'))
    }
}

/// The bytes that decide where a statement ends.
const IS_MARK: [bool; 256] = {
    let mut marks = [false; 256];
    let bytes = b"\n#'\"()[]{}\\:";
    let mut at = 0;
    while at < bytes.len() {
        marks[bytes[at] as usize] = true;
        at += 1;
    }
    marks
};

#[cfg(test)]
mod tests {
    use super::*;

    fn without(text: &str) -> Option<String> {
        let outline = outline(text)?;
        for (at, byte) in outline.text.bytes().enumerate() {
            let left_out = |each: &LeftOut| (each.at..each.end()).contains(&(at as u32));
            if !outline.left_out.iter().any(left_out) {
                assert_eq!(text.as_bytes()[whole(&outline.left_out, at as u32) as usize], byte);
            }
        }
        Some(outline.text)
    }

    #[test]
    fn bodies_of_functions_are_left_out() {
        let text = "import a\n\n@b(1)\ndef f(x: dict[str, int] = {1: 2}) -> int:  # why\n    '''a: b\n# no comment'''\n    \
                    return (\n1,\n)\n\n# end\nclass C:\n    y = 1\n\n    async def g(self):\n        # nothing\n        \
                    if self.y:\n            return 'def h():'\n\n    z = 2\n";
        assert_eq!(
            without(text).unwrap(),
            "import a\n\n@b(1)\ndef f(x: dict[str, int] = {1: 2}) -> int:pass\n\n# end\nclass C:\n    y = 1\n\n    \
             async def g(self):pass\n\n    z = 2\n"
        );
    }

    #[test]
    fn a_function_at_the_end_of_the_text_and_one_on_one_line() {
        assert_eq!(without("def f():\n    return 'a long text here'").unwrap(), "def f():pass");
        assert_eq!(without("def f(): return 'a long text here'\n"), None);
        let text = "if a:\n    def f():\n        return 'a long text here'\nelse:\n    f = 1\n";
        assert_eq!(without(text).unwrap(), "if a:\n    def f():pass\nelse:\n    f = 1\n");
    }

    #[test]
    fn what_is_not_simple_is_left_to_the_parser() {
        for text in [
            "def f():\n\treturn 'a long text here'\n",
            "x = f'{a['b']}'\ndef f():\n    return 'a long text here'\n",
            "def f(:\n    return 'a long text here'\n",
            "def f():\n    return 'a long text here\n",
        ] {
            assert_eq!(without(text), None, "{text}");
        }
    }
}
