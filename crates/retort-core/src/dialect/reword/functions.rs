//! Function calls: which of them the other server has, under which name, in which form.

use super::super::rewrite::units::Unit;
use super::operators::path_of;
use super::{Piece, Rewording, operand, other};
use crate::dialect::Fidelity;
use crate::source::DialectKind;

const MYSQL: DialectKind = DialectKind::Mysql;
const POSTGRES: DialectKind = DialectKind::Postgres;

/// Functions that PostgreSQL (18, chapter 9) and MySQL (8.4, chapter 14) have under the same name and meaning.
const SAME: &str = "abs acos asin atan atan2 avg ceil ceiling char_length character_length coalesce concat_ws cos cot \
    count cume_dist degrees dense_rank exp first_value floor lag last_value lead left ln lower lpad ltrim max md5 min \
    mod ntile nth_value nullif octet_length percent_rank pi position power radians rank repeat replace reverse right \
    round row_number rpad rtrim sign sin sqrt substr substring sum tan trim upper ascii bit_length grouping stddev_pop \
    stddev_samp var_pop var_samp bit_and bit_or pow";

/// Words that take parentheses and are no functions.
const KEYWORDS: &str = "and or not in values exists check on using as between case when then else is like select where \
    from join conflict any all some over filter into set limit by having union intersect except distinct key";

/// Functions under another name: from PostgreSQL to MySQL.
const TO_MYSQL: [(&str, &str); 17] = [
    ("length", "char_length"),
    ("gen_random_uuid", "uuid"),
    ("uuid_generate_v4", "uuid"),
    ("clock_timestamp", "sysdate"),
    ("random", "rand"),
    ("strpos", "instr"),
    ("log", "log10"),
    ("bool_and", "min"),
    ("bool_or", "max"),
    ("every", "min"),
    ("array_agg", "json_arrayagg"),
    ("json_agg", "json_arrayagg"),
    ("jsonb_agg", "json_arrayagg"),
    ("json_build_object", "json_object"),
    ("jsonb_build_object", "json_object"),
    ("jsonb_array_length", "json_length"),
    ("json_array_length", "json_length"),
];

/// Functions under another name: from MySQL to PostgreSQL.
const TO_POSTGRES: [(&str, &str); 18] = [
    ("ifnull", "coalesce"),
    ("uuid", "gen_random_uuid"),
    ("length", "octet_length"),
    ("lcase", "lower"),
    ("ucase", "upper"),
    ("mid", "substr"),
    ("rand", "random"),
    ("instr", "strpos"),
    ("log10", "log"),
    ("sysdate", "clock_timestamp"),
    ("json_object", "jsonb_build_object"),
    ("json_array", "jsonb_build_array"),
    ("json_arrayagg", "jsonb_agg"),
    ("json_objectagg", "jsonb_object_agg"),
    ("json_length", "jsonb_array_length"),
    ("truncate", "trunc"),
    ("std", "stddev_pop"),
    ("any_value", "min"),
];

fn listed(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|other| other == word)
}

impl Rewording<'_> {
    /// Says a call; None where the word is no function.
    pub(super) fn call(
        &mut self,
        name: &str,
        arguments: &[Unit<'_>],
        list: &[Unit<'_>],
        out: &mut Vec<Piece>,
    ) -> Option<usize> {
        if listed(KEYWORDS, name) {
            return None;
        }
        if matches!(name, "insert" | "replace") && out.is_empty() {
            return None;
        }
        let special = match self.to() {
            MYSQL => self.call_mysql(name, arguments),
            _ => self.call_postgres(name, arguments),
        };
        if let Some(said) = special {
            operand(out, said);
            return Some(2);
        }
        let renamed = self.renamed(name);
        if renamed.is_none() && !listed(SAME, name) {
            // A name that is known is a table with its columns.
            if self.names.written.contains_key(name) {
                return None;
            }
            self.unsupported(format!("the function `{name}`"));
        }
        let said = self.said(arguments);
        operand(out, format!("{}({said})", renamed.unwrap_or(name)));
        if list
            .get(2)
            .is_some_and(|unit| matches!(unit, Unit::Word(word) if word.eq_ignore_ascii_case("over")))
        {
            other(out, "OVER");
            return Some(3);
        }
        Some(2)
    }

    fn renamed(&self, name: &str) -> Option<&'static str> {
        let find = |table: &[(&'static str, &'static str)]| {
            table.iter().find(|(own, _)| *own == name).map(|(_, other)| *other)
        };
        match (self.names.from, self.to()) {
            (DialectKind::Sqlite, MYSQL) => match name {
                "ifnull" => Some("ifnull"),
                "instr" => Some("instr"),
                "length" => Some("char_length"),
                "json_extract" => Some("json_extract"),
                "json_object" => Some("json_object"),
                "json_array" => Some("json_array"),
                "json_array_length" => Some("json_length"),
                "json_valid" => Some("json_valid"),
                "hex" => Some("hex"),
                "total" => Some("sum"),
                _ => None,
            },
            (DialectKind::Sqlite, _) => match name {
                "ifnull" => Some("coalesce"),
                "length" => Some("length"),
                "instr" => Some("strpos"),
                "json_array" => Some("jsonb_build_array"),
                "json_object" => Some("jsonb_build_object"),
                "json_array_length" => Some("jsonb_array_length"),
                "total" => Some("sum"),
                _ => None,
            },
            (_, MYSQL) => find(&TO_MYSQL),
            (..) => find(&TO_POSTGRES),
        }
    }

    fn call_mysql(&mut self, name: &str, list: &[Unit<'_>]) -> Option<String> {
        let said = self.arguments(list);
        Some(match (name, said.as_slice()) {
            (
                "now"
                | "transaction_timestamp"
                | "statement_timestamp"
                | "current_timestamp"
                | "localtimestamp",
                _,
            ) => self.now(),
            ("datetime", [now]) if now == "'now'" => self.now(),
            ("date", [now]) if now == "'now'" => "CURRENT_DATE".to_owned(),
            ("date", [value]) => format!("date({value})"),
            ("timezone", [zone, value])
                if zone.eq_ignore_ascii_case("'utc'") && value.starts_with("CURRENT_TIMESTAMP") =>
            {
                "utc_timestamp(6)".to_owned()
            }
            ("nextval", [sequence]) if self.names.able.sequences && sequence.starts_with('\'') => {
                let name = crate::dialect::words::read_object(sequence.trim_matches('\''), POSTGRES);
                format!("nextval({})", crate::dialect::words::object(&name, MYSQL))
            }
            // PostgreSQL's concat() leaves NULLs out; MySQL's is NULL then.
            ("concat", _) if self.names.from == POSTGRES => format!("concat_ws('', {})", said.join(", ")),
            ("greatest" | "least", _) => {
                self.note(
                    "dialect/null-arguments",
                    Fidelity::Weakened,
                    format!("{name}() is NULL where one of its arguments is"),
                );
                format!("{name}({})", said.join(", "))
            }
            ("string_agg" | "group_concat", [value, separator]) => {
                format!("group_concat({value} SEPARATOR {separator})")
            }
            ("group_concat", [value]) => format!("group_concat({value} SEPARATOR ',')"),
            ("iif" | "if", [test, yes, no]) => format!("if({test}, {yes}, {no})"),
            ("cast", _) => self.cast_call(list)?,
            ("extract", _) => self.extract(list)?,
            _ => return None,
        })
    }

    fn call_postgres(&mut self, name: &str, list: &[Unit<'_>]) -> Option<String> {
        let said = self.arguments(list);
        let part = |field: &str, value: &str| format!("extract({field} from {value})");
        Some(match (name, said.as_slice()) {
            ("now" | "current_timestamp" | "localtime" | "localtimestamp", _) => self.now(),
            ("datetime", [now]) if now == "'now'" => self.now(),
            ("utc_timestamp", _) => "(now() AT TIME ZONE 'utc')".to_owned(),
            ("date", [now]) if now == "'now'" => "CURRENT_DATE".to_owned(),
            ("date", [value]) => format!("CAST({value} AS date)"),
            ("curdate" | "current_date", _) => "CURRENT_DATE".to_owned(),
            ("curtime" | "current_time", _) => "LOCALTIME".to_owned(),
            ("if" | "iif", [test, yes, no]) => format!("CASE WHEN {test} THEN {yes} ELSE {no} END"),
            ("isnull", [value]) => format!("({value} IS NULL)"),
            ("concat", _) if self.names.from == MYSQL => {
                let texts = said.iter().map(|value| {
                    if value.starts_with('\'') { value.clone() } else { format!("{value}::text") }
                });
                format!("({})", texts.collect::<Vec<_>>().join(" || "))
            }
            ("locate", [needle, text]) => format!("strpos({text}, {needle})"),
            ("group_concat", _) => self.string_agg(list, &said),
            ("datediff", [a, b]) => format!("(CAST({a} AS date) - CAST({b} AS date))"),
            ("year" | "month" | "hour" | "minute", [value]) => part(name, value),
            ("day" | "dayofmonth", [value]) => part("day", value),
            ("unix_timestamp", []) => "CAST(extract(epoch from now()) AS bigint)".to_owned(),
            ("unix_timestamp", [value]) => format!("CAST(extract(epoch from {value}) AS bigint)"),
            ("date_add" | "adddate", [value, span]) if span.starts_with("interval") => {
                format!("({value} + {span})")
            }
            ("date_sub" | "subdate", [value, span]) if span.starts_with("interval") => {
                format!("({value} - {span})")
            }
            ("json_extract", [json, path]) => self.json_path(json, &path_of(path.trim_matches('\''))?, false),
            ("json_unquote", [inner]) if inner.contains(" #> ") => inner.replace(" #> ", " #>> "),
            ("greatest" | "least", _) => {
                self.note(
                    "dialect/null-arguments",
                    Fidelity::Weakened,
                    format!("{name}() leaves out arguments that are NULL"),
                );
                format!("{name}({})", said.join(", "))
            }
            ("cast", _) => self.cast_call(list)?,
            ("extract", _) => self.extract(list)?,
            _ => return None,
        })
    }

    /// `GROUP_CONCAT(a ORDER BY b SEPARATOR ';')`
    fn string_agg(&mut self, list: &[Unit<'_>], said: &[String]) -> String {
        let is = |unit: &Unit<'_>, word: &str| matches!(unit, Unit::Word(found) if found.eq_ignore_ascii_case(word));
        let at = list.iter().position(|unit| is(unit, "separator"));
        let separator = match at.and_then(|at| list.get(at + 1)) {
            Some(Unit::Text(separator)) => crate::dialect::words::text(separator, POSTGRES),
            _ => said
                .get(1)
                .filter(|_| self.names.from == DialectKind::Sqlite)
                .cloned()
                .unwrap_or_else(|| "','".to_owned()),
        };
        let inner = &list[..at.unwrap_or(list.len())];
        let inner = if self.names.from == DialectKind::Sqlite {
            inner.split(|unit| matches!(unit, Unit::Symbol(","))).next().unwrap_or_default()
        } else {
            inner
        };
        let order = inner.iter().position(|unit| is(unit, "order")).unwrap_or(inner.len());
        let value = self.said(&inner[..order]);
        let order = self.said(&inner[order..]);
        let order = if order.is_empty() { order } else { format!(" {order}") };
        match value.to_ascii_lowercase().strip_prefix("distinct ") {
            Some(_) => format!("string_agg(DISTINCT CAST({} AS text), {separator}{order})", &value[9..]),
            None => format!("string_agg(CAST({value} AS text), {separator}{order})"),
        }
    }

    /// `CAST(x AS type)`
    fn cast_call(&mut self, list: &[Unit<'_>]) -> Option<String> {
        let at = list
            .iter()
            .rposition(|unit| matches!(unit, Unit::Word(word) if word.eq_ignore_ascii_case("as")))?;
        let value = self.said(&list[..at]);
        let (name, _) = super::super::rewrite::type_words(&list[at + 1..]);
        Some(self.cast(&value, &name))
    }

    /// `EXTRACT(YEAR FROM x)`: the fields that both have.
    fn extract(&mut self, list: &[Unit<'_>]) -> Option<String> {
        let field = list.first()?.name()?.to_ascii_lowercase();
        let known = ["year", "quarter", "month", "week", "day", "hour", "minute"];
        if !known.contains(&field.as_str()) {
            self.unsupported(format!("EXTRACT({field})"));
        }
        let value = self.said(list.get(2..)?);
        Some(format!("extract({field} from {value})"))
    }
}
