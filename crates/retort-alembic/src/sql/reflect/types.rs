//! Types as they are reflected from their text.

use std::rc::Rc;

use retort_core::schema::{ObjectName, Schema};
use retort_core::source::DialectKind;

use crate::sql::dialect::Dialect;
use crate::sql::types::{DataType, Form, Module, find_class};

/// A type's text cut into its words, arguments and brackets.
struct TypeText {
    /// Before the arguments, blanks made single.
    name: String,
    arguments: Vec<String>,
    /// Behind the arguments.
    rest: String,
    dimensions: usize,
}

impl TypeText {
    fn read(text: &str) -> TypeText {
        let dimensions = text.matches('[').count();
        let text = text.split('[').next().unwrap_or(text).trim();
        let (name, tail) = text.split_once('(').unwrap_or((text, ""));
        let end = close_of(tail);
        let (inside, rest) = tail.split_at(end.min(tail.len()));
        TypeText {
            name: name.split_whitespace().collect::<Vec<_>>().join(" "),
            arguments: split_arguments(inside),
            rest: rest.trim_start_matches(')').trim().to_owned(),
            dimensions,
        }
    }

    fn number(&self, index: usize) -> Option<i64> {
        self.arguments.get(index)?.trim().parse().ok()
    }

    /// Name and what stands behind the arguments, in lower case: `timestamp with time zone`.
    fn words(&self) -> String {
        format!("{} {}", self.name, self.rest).trim().to_lowercase()
    }
}

/// Where the parenthesis closes that was open before the text.
fn close_of(text: &str) -> usize {
    let mut quoted = false;
    for (place, c) in text.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            ')' if !quoted => return place,
            _ => {}
        }
    }
    text.len()
}

fn split_arguments(text: &str) -> Vec<String> {
    let mut arguments = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '\'' => {
                quoted = !quoted;
                if let Some(last) = arguments.last_mut() {
                    last.push(c);
                }
            }
            ',' if !quoted => arguments.push(String::new()),
            _ => {
                if let Some(last) = arguments.last_mut() {
                    last.push(c);
                }
            }
        }
    }
    arguments
        .iter()
        .map(|argument| argument.trim().to_owned())
        .filter(|argument| !argument.is_empty())
        .collect()
}

/// The type object that SQLAlchemy makes of a column's type.
pub fn reflected_type(text: &str, collation: Option<&str>, schema: &Schema, dialect: Dialect) -> DataType {
    let parts = TypeText::read(text);
    let mut data_type = match dialect.kind {
        DialectKind::Sqlite => sqlite(&parts),
        DialectKind::Postgres => postgres(&parts, schema),
        DialectKind::Mysql => mysql(&parts),
    };
    if let Some(collation) = collation.filter(|_| !dialect.is_sqlite()) {
        data_type.collation = Some(collation.to_owned());
    }
    data_type
}

/// The names that SQLite's dialect knows, and the classes they become.
const SQLITE_NAMES: [(&str, &str); 28] = [
    ("BIGINT", "BIGINT"),
    ("BLOB", "BLOB"),
    ("BOOL", "BOOLEAN"),
    ("BOOLEAN", "BOOLEAN"),
    ("CHAR", "CHAR"),
    ("DATE", "DATE"),
    ("DATE_CHAR", "DATE"),
    ("DATETIME", "DATETIME"),
    ("DATETIME_CHAR", "DATETIME"),
    ("DOUBLE", "DOUBLE"),
    ("DOUBLE_PRECISION", "DOUBLE_PRECISION"),
    ("DECIMAL", "DECIMAL"),
    ("FLOAT", "FLOAT"),
    ("INT", "INTEGER"),
    ("INTEGER", "INTEGER"),
    ("JSON", "JSON"),
    ("JSONB", "JSONB"),
    ("NUMERIC", "NUMERIC"),
    ("REAL", "REAL"),
    ("SMALLINT", "SMALLINT"),
    ("TEXT", "TEXT"),
    ("TIME", "TIME"),
    ("TIME_CHAR", "TIME"),
    ("TIMESTAMP", "TIMESTAMP"),
    ("VARCHAR", "VARCHAR"),
    ("NVARCHAR", "NVARCHAR"),
    ("NCHAR", "NCHAR"),
    ("", "NullType"),
];

/// `SQLiteDialect._resolve_type_affinity`
fn sqlite(parts: &TypeText) -> DataType {
    let name: String = parts
        .name
        .to_uppercase()
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_' || *c == ' ')
        .collect();
    // `\w+ ` of the pattern keeps words behind the name out of the list of known names.
    let known = SQLITE_NAMES
        .iter()
        .find(|(own, _)| *own == name && *own != "DOUBLE_PRECISION")
        .map(|(_, class)| *class);
    let class = known.unwrap_or_else(|| {
        let has = |word: &str| name.contains(word);
        match () {
            () if has("INT") => "INTEGER",
            () if has("CHAR") || has("CLOB") || has("TEXT") => "TEXT",
            () if has("BLOB") || name.is_empty() => "NullType",
            () if has("REAL") || has("FLOA") || has("DOUB") => "REAL",
            () => "NUMERIC",
        }
    });
    let module = if class.starts_with("JSON") { Module::Sqlite } else { Module::Generic };
    let mut data_type = find_class(module, class).map_or_else(DataType::null, DataType::of);
    let numbers: Vec<i64> = parts.arguments.iter().filter_map(|argument| argument.parse().ok()).collect();
    place_numbers(&mut data_type, &numbers);
    data_type
}

/// The arguments of a type go where its class takes them; too many of them are left out altogether.
fn place_numbers(data_type: &mut DataType, numbers: &[i64]) {
    if numbers.len() > data_type.class.parameters.len() {
        return;
    }
    for (name, number) in data_type.class.parameters.iter().zip(numbers) {
        match *name {
            "length" => data_type.length = Some(*number),
            "precision" => data_type.precision = Some(*number),
            "scale" => data_type.scale = Some(*number),
            "display_width" => data_type.display_width = Some(*number),
            _ => {}
        }
    }
}

fn postgres(parts: &TypeText, schema: &Schema) -> DataType {
    let words = parts.words();
    let bare = words.strip_prefix("pg_catalog.").unwrap_or(&words);
    let class =
        |module: Module, name: &str| find_class(module, name).map_or_else(DataType::null, DataType::of);
    let generic = |name: &str| class(Module::Generic, name);
    let length = |mut data_type: DataType| {
        data_type.length = parts.number(0);
        data_type
    };
    let moment = |name: &str, timezone: bool| {
        let mut data_type = class(Module::Postgres, name);
        data_type.flags.timezone = timezone;
        data_type.precision = parts.number(0);
        data_type
    };
    let mut data_type = match bare {
        "integer" | "int" | "int4" | "serial" | "serial4" => generic("INTEGER"),
        "bigint" | "int8" | "bigserial" | "serial8" => generic("BIGINT"),
        "smallint" | "int2" | "smallserial" | "serial2" => generic("SMALLINT"),
        "character varying" | "varchar" => length(generic("VARCHAR")),
        "character" | "char" | "bpchar" => {
            let mut char = length(generic("CHAR"));
            char.length = char.length.or((bare != "bpchar").then_some(1));
            char
        }
        "text" => generic("TEXT"),
        "name" | "\"char\"" => generic("String"),
        "numeric" | "decimal" => {
            let mut numeric = generic("NUMERIC");
            numeric.precision = parts.number(0);
            numeric.scale = parts.number(1).or(numeric.precision.map(|_| 0));
            numeric
        }
        "real" | "float4" => generic("REAL"),
        "double precision" | "float8" | "float" => {
            let mut double = generic("DOUBLE_PRECISION");
            double.precision = Some(53);
            double
        }
        "boolean" | "bool" => generic("BOOLEAN"),
        "date" => generic("DATE"),
        "timestamp" | "timestamp without time zone" => moment("TIMESTAMP", false),
        "timestamptz" | "timestamp with time zone" => moment("TIMESTAMP", true),
        "time" | "time without time zone" => moment("TIME", false),
        "timetz" | "time with time zone" => moment("TIME", true),
        "uuid" => generic("UUID"),
        "bit" => {
            let mut bit = length(class(Module::Postgres, "BIT"));
            bit.length = bit.length.or(Some(1));
            bit
        }
        "bit varying" | "varbit" => {
            let mut bit = length(class(Module::Postgres, "BIT"));
            bit.flags.varying = true;
            bit
        }
        _ if bare == "interval" || bare.starts_with("interval ") => {
            let mut interval = class(Module::Postgres, "INTERVAL");
            interval.text = bare.strip_prefix("interval ").map(str::to_owned);
            interval.precision = parts.number(0);
            interval
        }
        _ => postgres_word(bare, parts, schema),
    };
    if parts.dimensions > 0 {
        let inner = data_type;
        data_type = class(Module::Postgres, "ARRAY");
        data_type.inner = Some(Rc::new(inner));
    }
    data_type
}

/// The other types of PostgreSQL by name: its own words, enums, domains; what nobody knows keeps its text.
fn postgres_word(name: &str, parts: &TypeText, schema: &Schema) -> DataType {
    let upper = name.to_uppercase();
    if let Some(class) = find_class(Module::Postgres, &upper)
        && class.module == Module::Postgres
        && matches!(class.form, Form::Word | Form::Json | Form::Jsonb)
    {
        return DataType::of(class);
    }
    let written = parts.name.replace('"', "");
    let object = match written.split_once('.') {
        Some((schema, name)) => ObjectName::qualified(schema, name),
        None => ObjectName::bare(&written),
    };
    if let Some(found) = schema.enum_type(&object) {
        let mut data_type = find_class(Module::Postgres, "ENUM").map_or_else(DataType::null, DataType::of);
        data_type.values.clone_from(&found.labels);
        data_type.name = Some((&*object.name).into());
        data_type.schema = object.schema.as_deref().map(Into::into);
        data_type.flags.schema_given = data_type.schema.is_some();
        return data_type;
    }
    if let Some(found) = schema.domain(&object) {
        let mut data_type = find_class(Module::Postgres, "DOMAIN").map_or_else(DataType::null, DataType::of);
        data_type.name = Some((&*object.name).into());
        data_type.schema = object.schema.as_deref().map(Into::into);
        data_type.flags.create_type = false;
        data_type.flags.not_null = !found.nullable;
        let base = postgres(&TypeText::read(found.base.text()), schema);
        data_type.inner = Some(Rc::new(base));
        return data_type;
    }
    for (module, names) in [(Module::Pgvector, ["VECTOR", "HALFVEC", "SPARSEVEC"])] {
        if names.contains(&upper.as_str()) {
            let mut data_type = find_class(module, &upper).map_or_else(DataType::null, DataType::of);
            data_type.length = parts.number(0);
            return data_type;
        }
    }
    DataType::null()
}

fn mysql(parts: &TypeText) -> DataType {
    let words = parts.words();
    let name = parts.name.split_whitespace().next().unwrap_or_default().to_uppercase();
    let name = match name.as_str() {
        "INT" => "INTEGER",
        "BOOL" | "BOOLEAN" => "TINYINT",
        "DEC" | "FIXED" => "DECIMAL",
        other => other,
    };
    let class = find_class(Module::Mysql, name);
    let mut data_type = class.map_or_else(DataType::null, DataType::of);
    if matches!(data_type.class.form, Form::MysqlEnum | Form::Set) {
        let unquote = |value: &String| value.trim_matches('\'').replace("''", "'");
        data_type.values = parts.arguments.iter().map(unquote).collect();
    } else if matches!(data_type.class.form, Form::DateTime | Form::Timestamp | Form::Time) {
        data_type.fsp = parts.number(0);
    } else {
        let numbers: Vec<i64> = parts.arguments.iter().filter_map(|argument| argument.parse().ok()).collect();
        place_numbers(&mut data_type, &numbers);
        if name == "DECIMAL" && data_type.precision.is_some() {
            data_type.scale = data_type.scale.or(Some(0));
        }
    }
    if words.starts_with("bool") {
        data_type.display_width = Some(1);
    }
    data_type.flags.unsigned = words.contains("unsigned");
    data_type.flags.zerofill = words.contains("zerofill");
    data_type
}
