//! Regular expressions in Python's syntax, by backtracking with a bound: `re` without a regex crate's size, and with
//! look-around and back references.

mod parse;

pub(super) use parse::{Flags, parse};

/// An instruction of a compiled expression.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// One character of a set.
    Set(Set),
    /// Any character; a line end too, if the flag says so.
    Any(bool),
    /// Go on at either, the first one first.
    Split(usize, usize),
    /// Go on elsewhere.
    Jump(usize),
    /// Remember the position.
    Save(usize),
    /// Only here.
    Assert(Assertion),
    /// What a group matched, again; whether case is heeded.
    Again(usize, bool),
    /// Another expression has to match here (or not); whether it looks back.
    Look {
        /// The expression.
        steps: Vec<Step>,
        /// Whether it must not match.
        negative: bool,
        /// For a look behind, how many characters it spans.
        behind: Option<usize>,
    },
    /// A round of a loop that matched nothing ends the loop: the slot holds where it began.
    Progress(usize),
    /// The end.
    Match,
}

/// Where an assertion holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Assertion {
    Start,
    LineStart,
    End,
    LineEnd,
    /// Before the line end that ends the text, too.
    LastEnd,
    Word,
    NotWord,
}

/// A set of characters.
#[derive(Clone, Debug, Default)]
pub(super) struct Set {
    pub(super) ranges: Vec<(char, char)>,
    pub(super) classes: Vec<(char, bool)>,
    pub(super) negative: bool,
    pub(super) ignore_case: bool,
}

/// A compiled expression.
#[derive(Clone, Debug)]
pub(super) struct Regex {
    pub(super) steps: Vec<Step>,
    pub(super) groups: usize,
    pub(super) names: Vec<(String, usize)>,
    pub(super) slots: usize,
}

/// Where the groups matched: pairs of positions, the whole first.
pub(super) type Places = Vec<Option<usize>>;

/// The steps after which a match is given up.
const LIMIT: usize = 2_000_000;

/// The bound was reached.
#[derive(Debug)]
pub(super) struct TooLong;

impl Set {
    fn has(&self, char: char) -> bool {
        let folded = |other: char| self.has_exactly(other);
        let found = if self.ignore_case {
            self.has_exactly(char) || char.to_lowercase().any(folded) || char.to_uppercase().any(folded)
        } else {
            self.has_exactly(char)
        };
        found != self.negative
    }

    fn has_exactly(&self, char: char) -> bool {
        self.ranges.iter().any(|(first, last)| (*first..=*last).contains(&char))
            || self.classes.iter().any(|(class, positive)| is_of_class(*class, char) == *positive)
    }
}

fn is_of_class(class: char, char: char) -> bool {
    match class {
        'd' => char.is_numeric(),
        's' => char.is_whitespace(),
        _ => char.is_alphanumeric() || char == '_',
    }
}

impl Regex {
    /// Looks for a match that begins exactly at a position.
    pub(super) fn match_at(&self, text: &[char], at: usize) -> Result<Option<Places>, TooLong> {
        let mut budget = LIMIT;
        let places = vec![None; self.slots.max(2)];
        run(&self.steps, text, at, places, &mut budget).map(|found| found.map(|(places, _)| places))
    }

    /// Looks for the first match from a position on.
    pub(super) fn search(&self, text: &[char], from: usize) -> Result<Option<Places>, TooLong> {
        let mut budget = LIMIT;
        for at in from..=text.len() {
            let places = vec![None; self.slots.max(2)];
            if let Some((places, _)) = run(&self.steps, text, at, places, &mut budget)? {
                return Ok(Some(places));
            }
        }
        Ok(None)
    }
}

fn run(
    steps: &[Step],
    text: &[char],
    start: usize,
    mut places: Places,
    budget: &mut usize,
) -> Result<Option<(Places, usize)>, TooLong> {
    // What to go back to: the step, the position, and a place to restore.
    enum Back {
        Try(usize, usize),
        Restore(usize, Option<usize>),
    }
    let mut stack = Vec::new();
    let (mut step, mut at) = (0, start);
    loop {
        if *budget == 0 {
            return Err(TooLong);
        }
        *budget -= 1;
        let goes_on = match steps.get(step) {
            None | Some(Step::Match) => return Ok(Some((places, at))),
            Some(Step::Set(set)) => {
                let fits = text.get(at).is_some_and(|char| set.has(*char));
                at += usize::from(fits);
                fits
            }
            Some(Step::Any(lines)) => {
                let fits = text.get(at).is_some_and(|char| *lines || *char != '\n');
                at += usize::from(fits);
                fits
            }
            Some(Step::Split(first, second)) => {
                stack.push(Back::Try(*second, at));
                step = *first;
                continue;
            }
            Some(Step::Jump(to)) => {
                step = *to;
                continue;
            }
            Some(Step::Save(slot)) => {
                stack.push(Back::Restore(*slot, places[*slot]));
                places[*slot] = Some(at);
                true
            }
            Some(Step::Progress(slot)) => places[*slot] != Some(at),
            Some(Step::Assert(assertion)) => holds(*assertion, text, at),
            Some(Step::Again(group, ignore_case)) => match (places[group * 2], places[group * 2 + 1]) {
                (Some(from), Some(to)) => {
                    let part = &text[from..to];
                    let same =
                        |a: &char, b: &char| a == b || *ignore_case && a.to_lowercase().eq(b.to_lowercase());
                    let fits = text[at..].len() >= part.len()
                        && part.iter().zip(&text[at..]).all(|(a, b)| same(a, b));
                    if fits {
                        at += part.len();
                    }
                    fits
                }
                _ => false,
            },
            Some(Step::Look { steps, negative, behind }) => {
                let found = match behind {
                    Some(length) if *length > at => None,
                    Some(length) => {
                        run(steps, text, at - length, places.clone(), budget)?.filter(|(_, end)| *end == at)
                    }
                    None => run(steps, text, at, places.clone(), budget)?,
                };
                match (found, negative) {
                    (Some((inner, _)), false) => {
                        for (slot, place) in inner.into_iter().enumerate() {
                            if places[slot] != place {
                                stack.push(Back::Restore(slot, places[slot]));
                                places[slot] = place;
                            }
                        }
                        true
                    }
                    (found, negative) => found.is_none() == *negative,
                }
            }
        };
        if goes_on {
            step += 1;
            continue;
        }
        loop {
            match stack.pop() {
                None => return Ok(None),
                Some(Back::Restore(slot, place)) => places[slot] = place,
                Some(Back::Try(other, position)) => {
                    (step, at) = (other, position);
                    break;
                }
            }
        }
    }
}

fn holds(assertion: Assertion, text: &[char], at: usize) -> bool {
    let is_word =
        |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(|char| is_of_class('w', *char));
    let edge = is_word(at.checked_sub(1)) != is_word(Some(at));
    match assertion {
        Assertion::Start => at == 0,
        Assertion::LineStart => at == 0 || text[at - 1] == '\n',
        Assertion::End => at == text.len(),
        Assertion::LastEnd => at == text.len() || at + 1 == text.len() && text[at] == '\n',
        Assertion::LineEnd => at == text.len() || text[at] == '\n',
        Assertion::Word => edge,
        Assertion::NotWord => !edge,
    }
}
