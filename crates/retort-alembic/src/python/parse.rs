//! From a text to a syntax tree.
//!
//! A text that nests so deeply that parsing or walking it could use up the stack is refused before it is parsed.

use std::sync::Arc;

use retort_core::diagnostic::Diagnostic;
use retort_core::source::{SourceFile, Span};
use ruff_python_ast::{ModModule, Stmt};
use ruff_python_parser::parse_module;

use super::lower::{lower, lower_inside, lower_outline};
use super::outline::outline;
use super::syntax::{Body, Code, Expression, ExpressionKind, ModuleCode, Statement, StatementKind};

/// How deeply brackets, operators and blocks may nest together.
const DEPTH: u32 = 400;

/// Parses a file.
///
/// # Errors
/// A diagnostic at the first fault, if it is not Python (syntax of 3.14), or nests too deeply.
pub fn parse(file: &Arc<SourceFile>) -> Result<ModuleCode, Diagnostic> {
    Ok(lower(file, &parse_tree(file)?.body))
}

/// Parses a module: what its functions do is parsed when they are called.
///
/// # Errors
/// As [`parse`], of what stands outside of functions.
pub(super) fn parse_module_file(file: &Arc<SourceFile>) -> Result<ModuleCode, Diagnostic> {
    if file.text.fault().is_none()
        && let Some(outline) = outline(&file.text)
        && let Ok(tree) = parse_text(&outline.text)
    {
        return Ok(lower_outline(file, &tree.body, &outline.left_out));
    }
    parse(file)
}

/// Parses a text that is no file of its own.
pub(super) fn parse_text(text: &str) -> Result<ModModule, ()> {
    if too_deep(text).is_some() {
        return Err(());
    }
    parse_module(text).map(ruff_python_parser::Parsed::into_syntax).map_err(drop)
}

impl Code {
    /// Its inside, which is parsed when it is asked for first.
    pub fn body(&self) -> &Body {
        self.body.get_or_init(|| self.parse_body())
    }

    fn parse_body(&self) -> Body {
        let start = if self.is_async { "async def f():" } else { "def f():" };
        let text = self.file.text.get(self.text.start as usize..self.text.end as usize).unwrap_or_default();
        let tree = parse_text(&format!("{start}{text}")).ok();
        if let Some(Stmt::FunctionDef(node)) = tree.as_ref().and_then(|tree| tree.body.first()) {
            // What is counted from the start of that text is counted from the start of the file.
            let shift = self.text.start.wrapping_sub(start.len() as u32);
            return lower_inside(&self.file, node, shift);
        }
        let kind = ExpressionKind::Unsupported("a body that is not Python, or nests too deeply");
        let kind = StatementKind::Expression(Expression { place: self.place, kind });
        Body { statements: vec![Statement { kind, place: self.place }], ..Body::default() }
    }
}

/// Parses a file, and leaves its syntax tree as the parser gives it.
///
/// # Errors
/// As [`parse`].
pub(crate) fn parse_tree(file: &SourceFile) -> Result<ModModule, Diagnostic> {
    if let Some(fault) = file.text.fault() {
        let message = format!("`{}` cannot be read: {fault}", file.name);
        return Err(
            Diagnostic::error("alembic/unreadable", message).at(Span::new(file.id, 0, 0), "this file")
        );
    }
    if let Some(at) = too_deep(&file.text) {
        let span = Span::new(file.id, at, at + 1);
        let message = format!("this is nested more than {DEPTH} levels deep");
        return Err(Diagnostic::error("alembic/nested-too-deeply", message).at(span, "here"));
    }
    match parse_module(&file.text) {
        Ok(parsed) => Ok(parsed.into_syntax()),
        Err(error) => {
            let range = error.location;
            let span = Span::new(file.id, range.start().to_usize(), range.end().to_usize());
            let message = format!("`{}` is not Python: {}", file.name, error.error);
            Err(Diagnostic::error("alembic/syntax-error", message).at(span, "here"))
        }
    }
}

/// The place where the depth of the tree may pass the bound: an upper estimate made of the characters alone.
///
/// Every operator, dot, bracket and block counts one; a comma or the end of a line ends what was counted at its own
/// level of brackets. A `lambda` counts until its bracket closes: commas stand among its parameters.
fn too_deep(text: &str) -> Option<usize> {
    let mut scan =
        Scan { bytes: text.as_bytes(), at: 0, levels: vec![0], lambdas: vec![0], total: 0, indents: vec![0] };
    scan.run()
}

struct Scan<'t> {
    bytes: &'t [u8],
    at: usize,
    levels: Vec<u32>,
    lambdas: Vec<u32>,
    total: u32,
    indents: Vec<usize>,
}

impl Scan<'_> {
    fn run(&mut self) -> Option<usize> {
        self.indent();
        while self.at < self.bytes.len() {
            self.token();
            if self.total + self.indents.len() as u32 > DEPTH {
                return Some(self.at.min(self.bytes.len().saturating_sub(1)));
            }
        }
        None
    }

    fn token(&mut self) {
        let byte = self.bytes[self.at];
        match byte {
            b'#' => self.skip_until(|byte| byte == b'\n'),
            b'\'' | b'"' => self.string(),
            b'(' | b'[' | b'{' => {
                // Counted outside: what a call or an index is applied to lies below it in the tree.
                self.count();
                self.levels.push(0);
                self.lambdas.push(0);
                self.at += 1;
            }
            b')' | b']' | b'}' => {
                if self.levels.len() > 1 {
                    self.total -= self.levels.pop().unwrap_or(0) + self.lambdas.pop().unwrap_or(0);
                }
                self.at += 1;
            }
            b',' | b';' => {
                self.reset();
                self.at += 1;
            }
            b'\n' => {
                self.at += 1;
                if self.levels.len() == 1 {
                    self.reset();
                    self.total -= std::mem::take(&mut self.lambdas[0]);
                    self.indent();
                }
            }
            b'\\' => self.at += 2,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word(),
            b' ' => self.skip_until(|byte| byte != b' '),
            b'0'..=b'9' => self.skip_until(|byte| !byte.is_ascii_alphanumeric() && byte != b'_'),
            b'.' | b'+' | b'-' | b'*' | b'/' | b'%' | b'@' | b'&' | b'|' | b'^' | b'~' | b'<' | b'>' => {
                self.count();
                self.at += 1;
            }
            _ => self.at += 1,
        }
    }

    fn count(&mut self) {
        self.total += 1;
        if let Some(level) = self.levels.last_mut() {
            *level += 1;
        }
    }

    fn reset(&mut self) {
        if let Some(level) = self.levels.last_mut() {
            self.total -= *level;
            *level = 0;
        }
    }

    fn skip_until(&mut self, end: impl Fn(u8) -> bool) {
        while self.at < self.bytes.len() && !end(self.bytes[self.at]) {
            self.at += 1;
        }
    }

    fn word(&mut self) {
        let start = self.at;
        self.skip_until(|byte| !byte.is_ascii_alphanumeric() && byte != b'_' && byte < 0x80);
        let next = self.bytes.get(self.at).copied();
        match &self.bytes[start..self.at] {
            b"lambda" => {
                self.total += 1;
                if let Some(level) = self.lambdas.last_mut() {
                    *level += 1;
                }
            }
            b"not" | b"and" | b"or" | b"if" | b"else" | b"await" | b"in" | b"is" | b"yield" | b"for"
            | b"case" => self.count(),
            prefix if prefix.len() <= 2 && matches!(next, Some(b'\'' | b'"')) => {
                let is_format = prefix.iter().any(|byte| matches!(byte, b'f' | b'F' | b't' | b'T'));
                if is_format {
                    self.format_string();
                } else {
                    self.string();
                }
            }
            _ => {}
        }
    }

    /// The quotes that a string at this place begins with.
    fn quotes(&self) -> (u8, usize) {
        let quote = self.bytes[self.at];
        let is_triple = self.bytes[self.at..].starts_with(&[quote; 3]);
        (quote, if is_triple { 3 } else { 1 })
    }

    fn at_end(&self, quote: u8, length: usize) -> bool {
        self.bytes[self.at] == quote && (length == 1 || self.bytes[self.at..].starts_with(&[quote; 3]))
    }

    fn string(&mut self) {
        let (quote, length) = self.quotes();
        self.at += length;
        while self.at < self.bytes.len() {
            if self.at_end(quote, length) {
                self.at += length;
                return;
            }
            match self.bytes[self.at] {
                b'\\' => self.at += 2,
                b'\n' if length == 1 => return,
                _ => self.at += 1,
            }
        }
    }

    /// An f-string: what stands in braces counts as if every bracket stayed open until the string's end.
    fn format_string(&mut self) {
        let (quote, length) = self.quotes();
        self.at += length;
        let (before, mut level, mut deepest) = (self.total, 0_u32, 0_u32);
        while self.at < self.bytes.len() {
            if level == 0 && self.at_end(quote, length) {
                self.at += length;
                break;
            }
            match self.bytes[self.at] {
                b'\\' => self.at += 1,
                b'\n' if length == 1 && level == 0 => break,
                b'{' if level == 0 && self.bytes.get(self.at + 1) == Some(&b'{') => self.at += 1,
                b'{' | b'(' | b'[' => level += u32::from(level > 0 || self.bytes[self.at] == b'{'),
                b'}' | b')' | b']' => level = level.saturating_sub(1),
                b'.' | b'+' | b'-' | b'*' | b'/' | b'%' | b'~' | b' ' | b'\'' | b'"' if level > 0 => {
                    deepest += 1;
                }
                _ => {}
            }
            deepest = deepest.max(level);
            self.total = self.total.max(before + level + deepest / 2);
            self.at += 1;
            if self.total > DEPTH {
                return;
            }
            if level == 0 {
                deepest = 0;
            }
        }
        self.total = before;
    }

    fn indent(&mut self) {
        let start = self.at;
        self.skip_until(|byte| byte != b' ' && byte != b'\t');
        let width = self.at - start;
        if matches!(self.bytes.get(self.at), None | Some(b'\n' | b'#' | b'\r')) {
            return;
        }
        while self.indents.last().is_some_and(|&last| last > width) {
            self.indents.pop();
        }
        if self.indents.last().is_none_or(|&last| last < width) {
            self.indents.push(width);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use retort_core::source::SourceId;

    fn file(text: &str) -> Arc<SourceFile> {
        Arc::new(SourceFile::new(SourceId(0), "a.py", text))
    }

    #[test]
    fn faults_have_a_place() {
        let error = parse(&file("x = 1\ny = (\n")).unwrap_err();
        assert_eq!(error.code, "alembic/syntax-error");
        assert!(error.labels[0].span.start >= 6);
    }

    #[test]
    fn what_nests_too_deeply_is_refused() {
        let deep = |open: &str, middle: &str, close: &str| {
            let text = format!("x = {}{middle}{}\n", open.repeat(5000), close.repeat(5000));
            parse(&file(&text)).map(|_| ()).map_err(|error| error.code)
        };
        for (open, middle, close) in [
            ("(", "1", ")"),
            ("[", "", "]"),
            ("-", "1", ""),
            ("not ", "1", ""),
            ("1 + ", "1", ""),
            ("a.", "b", ""),
            ("", "f", "()"),
            ("lambda: ", "1", ""),
            ("lambda a, b: ", "1", ""),
            ("1 if a else ", "1", ""),
            ("f'{", "1", "}'"),
            ("f'{((", "1", "))}'"),
            ("2**", "1", ""),
            ("{1: ", "1", "}"),
        ] {
            let got = deep(open, middle, close);
            assert_eq!(got, Err("alembic/nested-too-deeply"), "{open} {close}");
        }
        let blocks: String = (0..500).map(|n| format!("{}if 1:\n", " ".repeat(n))).collect();
        assert!(parse(&file(&format!("{blocks}{}pass\n", " ".repeat(500)))).is_err());
    }

    #[test]
    fn what_is_long_is_not_deep() {
        let rows = "    {'a': f'{b.c} {d!r}', \"e\": g(1 + 2), 'h': -1},\n".repeat(5000);
        assert!(parse(&file(&format!("x = [\n{rows}]\n"))).is_ok());
        let lines = "x = a.b(c)\n# (((( it's\n'''(((('''\n".repeat(5000);
        assert!(parse(&file(&lines)).is_ok());
        let text = "sql = '''\n".to_owned() + &"select ((1 + 2) * 3) from a.b;\n".repeat(5000) + "'''\n";
        assert!(parse(&file(&text)).is_ok());
    }
}
