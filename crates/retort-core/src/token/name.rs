//! Names: what an identifier token stands for, and how a name is written.

use std::borrow::Cow;

use super::value::unicode_escaped;
use crate::source::DialectKind;

/// The name that an identifier token stands for: quotes taken off, and a bare PostgreSQL name folded to lower
/// case (PostgreSQL 18, 4.1.1; MySQL and SQLite keep the case as written).
pub fn identifier(text: &str, dialect: DialectKind) -> String {
    name_of(text, dialect).into_owned()
}

/// The same, as it stands in the text where it can.
pub(crate) fn name_of(text: &str, dialect: DialectKind) -> Cow<'_, str> {
    match text.as_bytes() {
        [quote @ (b'"' | b'`'), _, ..] => {
            let quote = char::from(*quote);
            let inner = text[1..].strip_suffix(quote).unwrap_or(&text[1..]);
            if inner.bytes().any(|byte| byte == quote as u8) {
                return Cow::Owned(inner.replace(&format!("{quote}{quote}"), &quote.to_string()));
            }
            Cow::Borrowed(inner)
        }
        [b'[', _, ..] => Cow::Borrowed(text[1..].strip_suffix(']').unwrap_or(&text[1..])),
        [b'U' | b'u', b'&', ..] => {
            unicode_escaped(text, dialect).map_or_else(|| bare(text, dialect), Cow::Owned)
        }
        _ => bare(text, dialect),
    }
}

fn bare(text: &str, dialect: DialectKind) -> Cow<'_, str> {
    if dialect == DialectKind::Postgres { folded(text) } else { Cow::Borrowed(text) }
}

/// A bare name as PostgreSQL folds it.
pub(crate) fn folded(word: &str) -> Cow<'_, str> {
    if word.is_ascii() { lowercase(word) } else { Cow::Owned(word.to_lowercase()) }
}

/// A word with its ASCII letters in lower case; most are written so.
pub(crate) fn lowercase(word: &str) -> Cow<'_, str> {
    if word.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Cow::Owned(word.to_ascii_lowercase());
    }
    Cow::Borrowed(word)
}

/// A name in the dialect's quotes.
pub fn quote(name: &str, dialect: DialectKind) -> String {
    match dialect {
        DialectKind::Mysql => format!("`{}`", name.replace('`', "``")),
        DialectKind::Sqlite | DialectKind::Postgres => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}

/// A name, quoted where a bare word would not mean it.
pub fn quote_if_needed(name: &str, dialect: DialectKind) -> String {
    let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && name.bytes().next().is_some_and(|b| !b.is_ascii_digit());
    let reserved = || {
        is_among(name, &RESERVED, &STARTS)
            || (dialect != DialectKind::Sqlite && is_among(name, &RESERVED_ON_SERVERS, &STARTS_ON_SERVERS))
    };
    if plain && !reserved() { name.to_owned() } else { quote(name, dialect) }
}

/// Whether a name is one of the words, whose letters begin at these places.
fn is_among(name: &str, words: &[&str], starts: &[u8; 27]) -> bool {
    let letter = name.bytes().next().filter(u8::is_ascii_lowercase).map(|first| usize::from(first - b'a'));
    let range = letter.map(|letter| usize::from(starts[letter])..usize::from(starts[letter + 1]));
    range.and_then(|range| words.get(range)).is_some_and(|words| words.contains(&name))
}

const STARTS: [u8; 27] = starts(&RESERVED);
const STARTS_ON_SERVERS: [u8; 27] = starts(&RESERVED_ON_SERVERS);

/// The places at which the words of each letter begin and end.
const fn starts(words: &[&str]) -> [u8; 27] {
    let mut starts = [0; 27];
    let mut at = 0;
    while at < words.len() {
        let mut after = (words[at].as_bytes()[0] - b'a') as usize + 1;
        at += 1;
        while after < starts.len() {
            starts[after] = at as u8;
            after += 1;
        }
    }
    starts
}

/// Words that are reserved in at least one of the dialects (PostgreSQL 18 appendix C, MySQL 8.4 11.3,
/// `sqlite.org/lang_keywords.html`) and short or common enough to be met as names. Sorted.
#[rustfmt::skip]
const RESERVED: [&str; 147] = [
    "abort", "action", "add", "after", "all", "alter", "always", "analyze", "and", "any", "array", "as",
    "asc", "attach", "autoincrement", "before", "begin", "between", "both", "by", "call", "cascade",
    "case", "cast", "change", "check", "collate", "column", "commit", "condition", "constraint", "create",
    "cross", "current_date", "current_time", "current_timestamp", "current_user", "database", "default",
    "deferrable", "deferred", "delete", "desc", "describe", "detach", "distinct", "div", "do", "drop",
    "each", "else", "end", "escape", "except", "exclude", "exists", "explain", "fail", "false", "fetch",
    "for", "foreign", "from", "full", "function", "generated", "glob", "grant", "group", "groups",
    "having", "if", "ignore", "immediate", "in", "index", "indexed", "inner", "insert", "instead",
    "intersect", "interval", "into", "is", "isnull", "join", "key", "keys", "left", "like", "limit",
    "lock", "match", "natural", "no", "not", "nothing", "notnull", "null", "of", "offset", "on", "option",
    "or", "order", "outer", "over", "partition", "plan", "pragma", "primary", "procedure", "query",
    "raise", "range", "rank", "read", "references", "regexp", "reindex", "release", "rename", "replace",
    "restrict", "returning", "right", "rollback", "row", "rows", "savepoint", "select", "set", "system",
    "table", "then", "to", "transaction", "trigger", "true", "union", "unique", "update", "user", "using",
    "values", "when", "where",
];

/// More words that PostgreSQL 18 (appendix C), MySQL 8.4 (11.3) or MariaDB 11 reserve. SQLite needs no quotes
/// around them. Sorted.
#[rustfmt::skip]
const RESERVED_ON_SERVERS: [&str; 187] = [
    "accessible", "analyse", "asensitive", "asymmetric", "authorization", "bigint", "binary", "blob",
    "char", "character", "concurrently", "convert", "cube", "cume_dist", "current_catalog", "current_role",
    "current_schema", "cursor", "databases", "day_hour", "day_microsecond", "day_minute", "day_second",
    "dec", "decimal", "declare", "delayed", "delete_domain_id", "dense_rank", "deterministic",
    "distinctrow", "do_domain_ids", "double", "dual", "elseif", "empty", "enclosed", "escaped", "exit",
    "first_value", "float", "float4", "float8", "force", "freeze", "fulltext", "get", "grouping",
    "high_priority", "hour_microsecond", "hour_minute", "hour_second", "ignore_domain_ids", "ilike",
    "infile", "initially", "inout", "insensitive", "int", "int1", "int2", "int3", "int4", "int8",
    "integer", "io_after_gtids", "io_before_gtids", "iterate", "json_table", "kill", "lag", "last_value",
    "lateral", "lead", "leading", "leave", "linear", "lines", "load", "localtime", "localtimestamp",
    "long", "longblob", "longtext", "loop", "low_priority", "manual", "master_bind",
    "master_ssl_verify_server_cert", "maxvalue", "mediumblob", "mediumint", "mediumtext", "middleint",
    "minute_microsecond", "minute_second", "mod", "modifies", "no_write_to_binlog", "nth_value", "ntile",
    "numeric", "only", "optimize", "optimizer_costs", "optionally", "out", "outfile", "over", "overlaps",
    "page_checksum", "parallel", "parse_vcol_expr", "percent_rank", "placing", "portion", "precision",
    "purge", "qualify", "read_write", "reads", "real", "recursive", "ref_system_id", "repeat", "require",
    "resignal", "return", "revoke", "rlike", "row_number", "schema", "schemas", "second_microsecond",
    "sensitive", "separator", "session_user", "show", "signal", "similar", "smallint", "some", "spatial",
    "specific", "sql", "sql_big_result", "sql_calc_found_rows", "sql_small_result", "sqlexception",
    "sqlstate", "sqlwarning", "ssl", "starting", "stats_auto_recalc", "stats_persistent",
    "stats_sample_pages", "stored", "straight_join", "symmetric", "tablesample", "terminated", "tinyblob",
    "tinyint", "tinytext", "trailing", "undo", "unlock", "unsigned", "usage", "use", "utc_date",
    "utc_time", "utc_timestamp", "varbinary", "varchar", "varcharacter", "variadic", "varying", "verbose",
    "virtual", "while", "window", "with", "write", "xor", "year_month", "zerofill",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_words_are_sorted() {
        assert!(RESERVED.is_sorted() && RESERVED_ON_SERVERS.is_sorted());
        assert_eq!(quote_if_needed("where", DialectKind::Sqlite), "\"where\"");
        assert_eq!(quote_if_needed("zerofill", DialectKind::Mysql), "`zerofill`");
        assert_eq!(quote_if_needed("zerofill", DialectKind::Sqlite), "zerofill");
    }
}
