//! Names that someone may have meant, and lists of names in sentences.

/// Longer names are compared by their beginnings only: keeps a hostile id from costing time.
const COMPARED: usize = 64;

/// Up to three of the candidates that look most like what was written, best first; ties in their own order.
pub(super) fn nearest<'a>(written: &str, candidates: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let written: Vec<char> = written.chars().take(COMPARED).collect();
    let mut found: Vec<(usize, &str)> = Vec::new();
    for candidate in candidates {
        if let Some(distance) = likeness(&written, candidate) {
            let at = found.partition_point(|&(other, _)| other <= distance);
            if at < 3 {
                found.insert(at, (distance, candidate));
                found.truncate(3);
            }
        }
    }
    found.into_iter().map(|(_, candidate)| candidate).collect()
}

/// How far apart two names are; `None` when nobody would take one for the other.
fn likeness(written: &[char], candidate: &str) -> Option<usize> {
    let candidate: Vec<char> = candidate.chars().take(COMPARED).collect();
    let shared = written.iter().zip(&candidate).take_while(|(a, b)| a == b).count();
    let shorter = written.len().min(candidate.len());
    if shorter >= 3 && shared == shorter {
        return Some(0);
    }
    let allowed = (written.len().max(candidate.len()) / 3).max(1);
    if written.len().abs_diff(candidate.len()) > allowed || shorter == 0 {
        return None;
    }
    Some(edit_distance(written, &candidate)).filter(|&distance| distance <= allowed && distance < shorter)
}

/// Levenshtein's distance, with two rows.
fn edit_distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = (0..=b.len()).collect();
    for (row, left) in a.iter().enumerate() {
        let mut now = vec![row + 1];
        for (column, right) in b.iter().enumerate() {
            let changed = before[column] + usize::from(!left.eq_ignore_ascii_case(right));
            now.push(changed.min(before[column + 1] + 1).min(now[column] + 1));
        }
        before = now;
    }
    before[b.len()]
}

/// "`a`, `b` and 3 more": the first few of some names.
pub(crate) fn name_some<T: std::fmt::Display>(names: impl IntoIterator<Item = T>, shown: usize) -> String {
    let names: Vec<T> = names.into_iter().collect();
    let quoted: Vec<String> = names.iter().take(shown).map(|name| format!("`{name}`")).collect();
    let more = names.len() - quoted.len();
    match quoted.split_last() {
        None => String::new(),
        Some(_) if more > 0 => format!("{} and {more} more", quoted.join(", ")),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// "`a`, `b` or `c`": all of some choices.
pub(super) fn any_of<T: std::fmt::Display>(choices: impl IntoIterator<Item = T>) -> String {
    let quoted: Vec<String> = choices.into_iter().map(|choice| format!("`{choice}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(written: &str, ids: &[&str], expected: &[&str]) {
        assert_eq!(nearest(written, ids.iter().copied()), expected, "{written}");
    }

    #[test]
    fn names_that_look_alike_are_found_best_first() {
        check("ae10", &["b1f2", "ae1", "ae1027a6acf"], &["ae1", "ae1027a6acf"]);
        check("a1f4", &["a1f3", "zzzz"], &["a1f3"]);
        check("biling", &["billing", "shipping"], &["billing"]);
        check("AE1027", &["ae1027"], &["ae1027"]);
        check("a", &["b", "c"], &[]);
        check("", &["b"], &[]);
        check("0007", &["0001", "0002", "0008", "0003"], &["0001", "0002", "0008"]);
    }

    #[test]
    fn lists_read_as_sentences() {
        assert_eq!(name_some(["a"], 3), "`a`");
        assert_eq!(name_some(["a", "b"], 3), "`a` and `b`");
        assert_eq!(name_some(["a", "b", "c"], 2), "`a`, `b` and 1 more");
        assert_eq!(any_of(["a", "b", "c"]), "`a`, `b` or `c`");
    }
}
