//! Which SQLAlchemy a project asks for: the first major version orders the columns of mixins in another way.

use retort_core::source::SourceFile;

/// Whether the project's requirements exclude SQLAlchemy 2: `<2`, `~=1.4`, `==1.4.*`, `^1.4`.
///
/// `pyproject.toml`, `setup.cfg`, `requirements.txt` and a distribution's `METADATA` are looked into.
pub fn asks_for_sqlalchemy_1(files: &[SourceFile]) -> bool {
    let holds_requirements = |file: &&SourceFile| {
        let name = file.name.rsplit('/').next().unwrap_or("");
        file.name.matches('/').count() < 2
            && (matches!(name, "pyproject.toml" | "setup.cfg" | "METADATA")
                || name.ends_with("requirements.txt"))
    };
    files.iter().filter(holds_requirements).any(|file| file.text.lines().any(excludes_2))
}

fn excludes_2(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    lower.match_indices("sqlalchemy").any(|(start, name)| {
        let (before, after) = (lower[..start].chars().next_back(), &lower[start + name.len()..]);
        if before.is_some_and(is_of_name) || after.starts_with(is_of_name) {
            return false;
        }
        // A requirement within quotes ends with them; Poetry's has its versions in quotes.
        let end = match before {
            Some(quote @ ('"' | '\'')) => after.find(quote),
            _ => None,
        };
        let versions = &after[..end.unwrap_or(after.len())];
        versions.split([';', '#']).next().unwrap_or("").split(',').any(is_below_2)
    })
}

/// Whether one condition on a version excludes all from 2.0 on.
fn is_below_2(condition: &str) -> bool {
    let condition: String = condition.chars().filter(|c| !matches!(c, ' ' | '"' | '\'')).collect();
    let Some(start) = condition.find(|c: char| c.is_ascii_digit()) else { return false };
    let (before, version) = condition.split_at(start);
    let operator = &before[before.trim_end_matches(['<', '>', '=', '~', '^', '!']).len()..];
    // Poetry's `name = "<2"`.
    let operator = match operator.strip_prefix('=') {
        Some(rest) if !rest.is_empty() && rest != "=" => rest,
        _ => operator,
    };
    let mut parts = version.split('.').map(|part| {
        let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        part[..end].parse::<u32>().unwrap_or(0)
    });
    let major = parts.next().unwrap_or(0);
    match operator {
        "<" => major < 2 || major == 2 && parts.all(|part| part == 0),
        "<=" | "=" | "==" | "===" | "~=" | "~" | "^" => major < 2,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_requirement_excludes_the_second_version_or_not() {
        for line in [
            "Requires-Dist: sqlalchemy<2,>=1.4",
            "    \"SQLAlchemy[asyncio] >=1.4, <2.0\",",
            "dependencies = [\"flask>=2\", \"sqlalchemy~=1.4.0\", \"x<1\"]",
            "sqlalchemy==1.4.54  # pinned",
            "SQLAlchemy = \"^1.4\"",
            "sqlalchemy = { version = \"<2.0.0\", extras = [\"asyncio\"] }",
            "sqlalchemy<=1.4.99; python_version < '4'",
        ] {
            assert!(excludes_2(line), "{line}");
        }
        for line in [
            "sqlalchemy>=1.4",
            "sqlalchemy>=1.4,<2.1",
            "sqlalchemy",
            "\"sqlalchemy\", \"foo<2\"",
            "sqlalchemy-utils<0.43,>=0.38.0",
            "preset-sqlalchemy<2",
            "SQLAlchemy = \"^2.0\"",
            "sqlalchemy<2.0.40,>=2",
            "sqlalchemy>=2 ; python_version < '3.9'",
            "[tool.sqlalchemy]",
            "sqlalchemy!=1.4.3",
        ] {
            assert!(!excludes_2(line), "{line}");
        }
    }
}
