//! The examples: their files lie beside the page, which asks for them when a person does.

/// Names and paths, in order.
const ALL: &[(&str, &[&str])] = include!(concat!(env!("OUT_DIR"), "/examples.rs"));

/// The names of all.
pub fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|(name, _)| *name)
}

/// The paths of the files of an example, from its folder; None where there is no such example.
pub fn files(name: &str) -> Option<&'static [&'static str]> {
    ALL.iter().find(|(known, _)| *known == name).map(|(_, files)| *files)
}

/// Where a file of an example is, seen from the page.
pub fn address(name: &str, file: &str) -> String {
    format!("examples/{name}/{file}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = include_str!("../../index.html");

    #[test]
    fn each_example_has_a_card() {
        let cards = PAGE.split("href=\"#example=").skip(1);
        let mut cards: Vec<&str> = cards.filter_map(|rest| rest.split('"').next()).collect();
        cards.sort_unstable();
        assert_eq!(cards, names().collect::<Vec<_>>());
    }

    #[test]
    fn addresses_need_no_escapes() {
        for name in names() {
            for file in files(name).unwrap() {
                let address = address(name, file);
                let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte);
                assert!(address.bytes().all(is_plain), "{address}");
            }
        }
        assert!(files("nope").is_none());
    }
}
