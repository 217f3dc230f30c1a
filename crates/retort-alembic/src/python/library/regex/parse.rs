//! From the text of a regular expression to its steps.

use super::{Assertion, Regex, Set, Step};

/// The flags of an expression.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Flags {
    pub(in super::super) ignore_case: bool,
    pub(in super::super) multi_line: bool,
    pub(in super::super) dot_all: bool,
    pub(in super::super) verbose: bool,
}

/// The most steps of one expression.
const STEPS: usize = 20_000;

/// Compiles an expression.
///
/// # Errors
/// A word on what is wrong with it, or not supported.
pub(in super::super) fn parse(text: &str, flags: Flags) -> Result<Regex, String> {
    let mut parser = Parser {
        chars: text.chars().collect(),
        at: 0,
        flags,
        groups: 1,
        names: Vec::new(),
        slots: 0,
        depth: 0,
    };
    let mut steps = vec![Step::Save(0)];
    let body = parser.alternatives()?;
    append(&mut steps, body);
    if parser.at < parser.chars.len() {
        return Err("unbalanced parenthesis".to_owned());
    }
    steps.extend([Step::Save(1), Step::Match]);
    // The slots of loops come after those of the groups.
    let groups = parser.groups;
    place_slots(&mut steps, groups * 2);
    Ok(Regex { steps, groups, names: parser.names, slots: groups * 2 + parser.slots })
}

/// While parsing, slots of loops are numbered from this on: how many groups there are is known at the end only.
const LOOPS: usize = 1 << 30;

fn place_slots(steps: &mut [Step], base: usize) {
    for step in steps {
        match step {
            Step::Save(slot) | Step::Progress(slot) if *slot >= LOOPS => *slot = *slot - LOOPS + base,
            Step::Look { steps, .. } => place_slots(steps, base),
            _ => {}
        }
    }
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    flags: Flags,
    groups: usize,
    names: Vec<(String, usize)>,
    slots: usize,
    depth: u32,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn takes(&mut self, text: &str) -> bool {
        let found = text.chars().enumerate().all(|(at, char)| self.chars.get(self.at + at) == Some(&char));
        if found {
            self.at += text.chars().count();
        }
        found
    }

    fn alternatives(&mut self) -> Result<Vec<Step>, String> {
        self.depth += 1;
        if self.depth > 100 {
            return Err("too many nested groups".to_owned());
        }
        let mut steps = self.sequence()?;
        while self.takes("|") {
            let other = self.sequence()?;
            let mut both = vec![Step::Split(1, steps.len() + 2)];
            append(&mut both, steps);
            both.push(Step::Jump(both.len() + 1 + other.len()));
            append(&mut both, other);
            steps = both;
        }
        self.depth -= 1;
        Ok(steps)
    }

    fn sequence(&mut self) -> Result<Vec<Step>, String> {
        let mut steps = Vec::new();
        while let Some(char) = self.peek() {
            if char == '|' || char == ')' {
                break;
            }
            if self.flags.verbose && (char.is_whitespace() || char == '#') {
                if char == '#' {
                    while self.peek().is_some_and(|char| char != '\n') {
                        self.at += 1;
                    }
                } else {
                    self.at += 1;
                }
                continue;
            }
            let item = self.item()?;
            let item = self.repeated(item)?;
            append(&mut steps, item);
            if steps.len() > STEPS {
                return Err("the expression is too large".to_owned());
            }
        }
        Ok(steps)
    }

    fn repeated(&mut self, mut item: Vec<Step>) -> Result<Vec<Step>, String> {
        loop {
            let (least, most) = match self.peek() {
                Some('*') => (0, None),
                Some('+') => (1, None),
                Some('?') => (0, Some(1)),
                Some('{') => match self.counts() {
                    Some(counts) => counts,
                    None => return Ok(item),
                },
                _ => return Ok(item),
            };
            if self.peek() != Some('{') {
                self.at += 1;
            } else {
                while self.peek() != Some('}') {
                    self.at += 1;
                }
                self.at += 1;
            }
            let lazy = self.takes("?");
            if self.takes("+") {
                return Err("possessive quantifiers are not supported".to_owned());
            }
            let copies = least.max(most.unwrap_or(0)) + 1;
            if item.len().saturating_mul(copies) > STEPS {
                return Err("the expression is too large".to_owned());
            }
            item = self.repeat(&item, least, most, lazy);
        }
    }

    /// `{m}`, `{m,}`, `{,n}`, `{m,n}`; anything else is text.
    fn counts(&self) -> Option<(usize, Option<usize>)> {
        let rest: String = self.chars[self.at + 1..].iter().take_while(|char| **char != '}').collect();
        if self.chars.get(self.at + 1 + rest.chars().count()) != Some(&'}') {
            return None;
        }
        match rest.split_once(',') {
            None => rest.parse().ok().map(|count| (count, Some(count))),
            Some((least, most)) => {
                let least = if least.is_empty() { 0 } else { least.parse().ok()? };
                Some((least, if most.is_empty() { None } else { Some(most.parse().ok()?) }))
            }
        }
    }

    fn repeat(&mut self, item: &[Step], least: usize, most: Option<usize>, lazy: bool) -> Vec<Step> {
        let mut steps = Vec::new();
        for _ in 0..least {
            append(&mut steps, item.to_vec());
        }
        let split = |inside: usize, outside: usize| {
            if lazy { Step::Split(outside, inside) } else { Step::Split(inside, outside) }
        };
        match most {
            None => {
                let slot = LOOPS + self.slots;
                self.slots += 1;
                let start = steps.len();
                let after = start + item.len() + 4;
                steps.push(split(start + 1, after));
                steps.push(Step::Save(slot));
                append(&mut steps, item.to_vec());
                steps.push(Step::Progress(slot));
                steps.push(Step::Jump(start));
            }
            Some(most) => {
                let more = most.saturating_sub(least);
                let end = steps.len() + more * (item.len() + 1);
                for _ in 0..more {
                    steps.push(split(steps.len() + 1, end));
                    append(&mut steps, item.to_vec());
                }
            }
        }
        steps
    }

    fn item(&mut self) -> Result<Vec<Step>, String> {
        let Some(char) = self.peek() else { return Ok(Vec::new()) };
        self.at += 1;
        Ok(vec![match char {
            '.' => Step::Any(self.flags.dot_all),
            '^' if self.flags.multi_line => Step::Assert(Assertion::LineStart),
            '^' => Step::Assert(Assertion::Start),
            '$' if self.flags.multi_line => Step::Assert(Assertion::LineEnd),
            '$' => Step::Assert(Assertion::LastEnd),
            '[' => Step::Set(self.set()?),
            '(' => return self.group(),
            '\\' => return self.escape().map(|step| vec![step]),
            '*' | '+' | '?' => return Err("nothing to repeat".to_owned()),
            char => self.literal(char),
        }])
    }

    fn literal(&self, char: char) -> Step {
        Step::Set(Set { ranges: vec![(char, char)], ignore_case: self.flags.ignore_case, ..Set::default() })
    }

    fn group(&mut self) -> Result<Vec<Step>, String> {
        let mut steps = Vec::new();
        let before = self.flags;
        if self.takes("?:") {
            steps = self.alternatives()?;
        } else if self.takes("?P<") {
            let name = self.until('>')?;
            let group = self.groups;
            self.groups += 1;
            self.names.push((name, group));
            steps = self.captured(group)?;
        } else if self.takes("?P=") {
            let name = self.until(')')?;
            let found = self.names.iter().find(|(each, _)| *each == name);
            let group = found.ok_or_else(|| format!("unknown group name '{name}'"))?.1;
            return Ok(vec![Step::Again(group, self.flags.ignore_case)]);
        } else if self.takes("?=") || self.takes("?!") || self.takes("?<=") || self.takes("?<!") {
            let negative = self.chars[self.at - 1] == '!';
            let is_behind = self.chars[self.at - 2] == '<';
            let mut inner = self.alternatives()?;
            inner.push(Step::Match);
            let behind = if is_behind {
                let width = width(&inner).ok_or("look-behind requires fixed-width pattern")?;
                Some(width)
            } else {
                None
            };
            steps.push(Step::Look { steps: inner, negative, behind });
        } else if self.takes("?#") {
            self.until(')')?;
            return Ok(steps);
        } else if self.takes("?") {
            return self.inline_flags(before);
        } else {
            let group = self.groups;
            self.groups += 1;
            steps = self.captured(group)?;
        }
        if !self.takes(")") {
            return Err("missing ), unterminated subpattern".to_owned());
        }
        Ok(steps)
    }

    fn captured(&mut self, group: usize) -> Result<Vec<Step>, String> {
        let mut steps = vec![Step::Save(group * 2)];
        let inner = self.alternatives()?;
        append(&mut steps, inner);
        steps.push(Step::Save(group * 2 + 1));
        Ok(steps)
    }

    /// `(?i)`, `(?i:…)`
    fn inline_flags(&mut self, before: Flags) -> Result<Vec<Step>, String> {
        while let Some(char) = self.peek() {
            self.at += 1;
            match char {
                'i' => self.flags.ignore_case = true,
                'm' => self.flags.multi_line = true,
                's' => self.flags.dot_all = true,
                'x' => self.flags.verbose = true,
                'u' | 'a' | 'L' => {}
                ')' => return Ok(Vec::new()),
                ':' => {
                    let steps = self.alternatives()?;
                    self.flags = before;
                    return if self.takes(")") { Ok(steps) } else { Err("missing )".to_owned()) };
                }
                other => return Err(format!("unknown extension ?{other}")),
            }
        }
        Err("unexpected end of pattern".to_owned())
    }

    fn until(&mut self, end: char) -> Result<String, String> {
        let mut text = String::new();
        while let Some(char) = self.peek() {
            self.at += 1;
            if char == end {
                return Ok(text);
            }
            text.push(char);
        }
        Err("unexpected end of pattern".to_owned())
    }

    fn escape(&mut self) -> Result<Step, String> {
        let Some(char) = self.peek() else { return Err("bad escape (end of pattern)".to_owned()) };
        self.at += 1;
        Ok(match char {
            'd' | 'w' | 's' | 'D' | 'W' | 'S' => {
                let classes = vec![(char.to_ascii_lowercase(), char.is_ascii_lowercase())];
                Step::Set(Set { classes, ..Set::default() })
            }
            'b' => Step::Assert(Assertion::Word),
            'B' => Step::Assert(Assertion::NotWord),
            'A' => Step::Assert(Assertion::Start),
            'Z' => Step::Assert(Assertion::End),
            '1'..='9' => {
                let mut number = char.to_digit(10).unwrap_or(0) as usize;
                if let Some(digit) = self.peek().and_then(|char| char.to_digit(10))
                    && number * 10 + (digit as usize) < self.groups
                {
                    number = number * 10 + digit as usize;
                    self.at += 1;
                }
                if number >= self.groups {
                    return Err(format!("invalid group reference {number}"));
                }
                Step::Again(number, self.flags.ignore_case)
            }
            other => {
                let char = self.escaped(other)?;
                self.literal(char)
            }
        })
    }

    /// A character behind a backslash, in or outside a set.
    fn escaped(&mut self, char: char) -> Result<char, String> {
        Ok(match char {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'f' => '\u{c}',
            'v' => '\u{b}',
            'a' => '\u{7}',
            '0' => '\0',
            'x' | 'u' | 'U' => {
                let count = match char {
                    'x' => 2,
                    'u' => 4,
                    _ => 8,
                };
                let digits: String = self.chars[self.at..].iter().take(count).collect();
                self.at += digits.chars().count();
                let code = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
                code.ok_or_else(|| format!("incomplete escape \\{char}{digits}"))?
            }
            char if char.is_ascii_alphanumeric() => return Err(format!("bad escape \\{char}")),
            other => other,
        })
    }

    fn set(&mut self) -> Result<Set, String> {
        let mut set =
            Set { negative: self.takes("^"), ignore_case: self.flags.ignore_case, ..Set::default() };
        let mut is_first = true;
        loop {
            let Some(char) = self.peek() else { return Err("unterminated character set".to_owned()) };
            self.at += 1;
            if char == ']' && !std::mem::take(&mut is_first) {
                return Ok(set);
            }
            is_first = false;
            let Some(first) = self.set_item(char, &mut set)? else { continue };
            let is_range =
                self.peek() == Some('-') && self.chars.get(self.at + 1).is_some_and(|char| *char != ']');
            if !is_range {
                set.ranges.push((first, first));
                continue;
            }
            self.at += 1;
            let Some(char) = self.peek() else { return Err("unterminated character set".to_owned()) };
            self.at += 1;
            match self.set_item(char, &mut set)? {
                Some(last) if last >= first => set.ranges.push((first, last)),
                _ => return Err("bad character range".to_owned()),
            }
        }
    }

    fn set_item(&mut self, char: char, set: &mut Set) -> Result<Option<char>, String> {
        if char != '\\' {
            return Ok(Some(char));
        }
        let Some(escaped) = self.peek() else { return Err("bad escape (end of pattern)".to_owned()) };
        self.at += 1;
        if matches!(escaped, 'd' | 'w' | 's' | 'D' | 'W' | 'S') {
            set.classes.push((escaped.to_ascii_lowercase(), escaped.is_ascii_lowercase()));
            return Ok(None);
        }
        if escaped == 'b' {
            return Ok(Some('\u{8}'));
        }
        self.escaped(escaped).map(Some)
    }
}

/// Appends steps, whose targets count from their own start.
fn append(steps: &mut Vec<Step>, more: Vec<Step>) {
    let base = steps.len();
    steps.extend(more.into_iter().map(|step| match step {
        Step::Split(first, second) => Step::Split(first + base, second + base),
        Step::Jump(to) => Step::Jump(to + base),
        other => other,
    }));
}

/// How many characters steps without loops match, if all ways match the same number.
fn width(steps: &[Step]) -> Option<usize> {
    fn from(steps: &[Step], at: usize, budget: &mut u32) -> Option<usize> {
        let (mut at, mut count) = (at, 0);
        loop {
            *budget = budget.checked_sub(1)?;
            match steps.get(at)? {
                Step::Match => return Some(count),
                Step::Set(_) | Step::Any(_) => count += 1,
                Step::Split(first, second) => {
                    let (a, b) = (from(steps, *first, budget)?, from(steps, *second, budget)?);
                    return (a == b).then_some(count + a);
                }
                Step::Jump(to) if *to > at => {
                    at = *to;
                    continue;
                }
                Step::Jump(_) | Step::Progress(_) | Step::Again(..) => return None,
                Step::Save(_) | Step::Assert(_) | Step::Look { .. } => {}
            }
            at += 1;
        }
    }
    from(steps, 0, &mut 10_000)
}
