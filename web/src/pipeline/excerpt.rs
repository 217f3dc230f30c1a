//! Texts as long as a person reads them: a page that is sent megabytes stands still.

/// So much of a file goes to the page.
pub(super) const MOST_OF_FILE: usize = 200_000;
/// So much of a statement, and of what became of it.
pub(super) const MOST_OF_STATEMENT: usize = 4_000;
/// So much of all statements of a step together.
const MOST_OF_STEP: usize = 200_000;

/// So much of each of so many statements.
pub(super) fn most_of_each(count: usize) -> usize {
    (MOST_OF_STEP / count.max(1)).min(MOST_OF_STATEMENT)
}

/// The beginning of a text, and how much is left out.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(most);
    format!("{}\n… {} more bytes are not shown", &text[..end], text.len() - end)
}

/// The first of some statements, and how many are left out.
pub(super) fn listed(statements: &[String], most: usize) -> Vec<String> {
    let mut left = most;
    let mut shown = Vec::new();
    for statement in statements {
        if left == 0 {
            let more = statements.len() - shown.len();
            shown.push(format!("-- {more} more statements are not shown"));
            break;
        }
        shown.push(cut(statement, left));
        left = left.saturating_sub(statement.len());
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_counted() {
        assert_eq!(cut("aäb", 3), "aäb".to_owned().replace('b', "\n… 1 more bytes are not shown"));
        assert_eq!(cut("aäb", 2), "a\n… 3 more bytes are not shown");
        let long = vec!["x".repeat(MOST_OF_STATEMENT); 3];
        assert_eq!(listed(&long, MOST_OF_STATEMENT)[1], "-- 2 more statements are not shown");
        assert_eq!(listed(&long[..1], MOST_OF_STATEMENT), long[..1]);
    }
}
