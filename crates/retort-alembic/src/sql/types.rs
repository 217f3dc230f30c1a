//! Types: which class of SQLAlchemy they are, and what their author gave to it.

mod classes;
mod build;

use std::rc::Rc;

use super::expression::Expr;
use super::identifier::Identifier;

pub use build::TypeArgument;

/// Where a type class is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Module {
    /// `sqlalchemy`
    Generic,
    /// `sqlalchemy.dialects.postgresql`
    Postgres,
    /// `sqlalchemy.dialects.mysql`
    Mysql,
    /// `sqlalchemy.dialects.sqlite`
    Sqlite,
    /// `pgvector.sqlalchemy`
    Pgvector,
    /// `geoalchemy2`
    Geoalchemy,
}

/// By which rule a type is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is named after the SQL that it writes")]
pub enum Form {
    Varchar,
    Char,
    Nvarchar,
    Nchar,
    Text,
    Clob,
    MysqlText,
    Integer,
    SmallInt,
    BigInt,
    MediumInt,
    TinyInt,
    Year,
    Numeric,
    Decimal,
    Float,
    GenericDouble,
    Double,
    DoublePrecision,
    Real,
    Boolean,
    Date,
    GenericDateTime,
    DateTime,
    Timestamp,
    Time,
    GenericInterval,
    Interval,
    LargeBinary,
    Blob,
    Binary,
    VarBinary,
    Json,
    Jsonb,
    GenericUuid,
    Uuid,
    GenericEnum,
    MysqlEnum,
    Set,
    Array,
    Domain,
    Bit,
    MysqlBit,
    Pickle,
    Tuple,
    Null,
    /// The name of the class, on its own dialect only.
    Word,
    Vector,
    Spatial,
    /// A text that the project's class gives (`get_col_spec`).
    UserDefined,
    /// Another type behind a class of the project.
    Decorator,
}

/// Which types SQLAlchemy holds for the same kind of value (`_type_affinity`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is named after the kind of value")]
pub enum Affinity {
    String,
    Integer,
    Numeric,
    Float,
    Boolean,
    Date,
    DateTime,
    Time,
    Interval,
    Binary,
    Json,
    Uuid,
    Array,
    Hstore,
    Tuple,
    Null,
    /// PostgreSQL's `ENUM` and `DOMAIN`.
    Named,
    /// MySQL's `ENUM`.
    MysqlEnum,
    /// Of its own class only.
    Other,
}

/// A type class.
#[derive(Debug, PartialEq, Eq)]
pub struct TypeClass {
    /// Where it is exported.
    pub module: Module,
    /// Its name in Python.
    pub name: &'static str,
    /// By which rule it is written.
    pub form: Form,
    /// The kind of its values.
    pub affinity: Affinity,
    /// The names of its positional arguments.
    pub parameters: &'static [&'static str],
}

/// The class of that name in a module; `sqlalchemy.dialects.*` also export the generic upper-case ones.
pub fn find_class(module: Module, name: &str) -> Option<&'static TypeClass> {
    let name = match (module, name) {
        (Module::Pgvector, "Vector") => "VECTOR",
        (Module::Generic, "NULLTYPE") => "NullType",
        _ => name,
    };
    let in_module =
        |module: Module| classes::CLASSES.iter().find(|class| class.module == module && class.name == name);
    in_module(module).or_else(|| in_module(Module::Generic).filter(|_| module != Module::Geoalchemy))
}

/// Whether a class is another or derives from it, as `isinstance` asks. Both are names within `sqlalchemy`.
pub fn derives_from(class: &TypeClass, ancestor: &str) -> bool {
    if class.name == ancestor || ancestor == "TypeEngine" {
        return true;
    }
    match ancestor {
        "String" => {
            class.affinity == Affinity::String
                || class.form == Form::MysqlEnum
                || class.form == Form::GenericEnum
        }
        "Text" => matches!(class.form, Form::Text | Form::Clob) || class.name == "CITEXT",
        "Unicode" => matches!(class.form, Form::Nvarchar | Form::Nchar),
        "Integer" => class.affinity == Affinity::Integer,
        "SmallInteger" => class.form == Form::SmallInt,
        "BigInteger" => class.form == Form::BigInt,
        "Numeric" => matches!(class.affinity, Affinity::Numeric | Affinity::Float),
        "Float" => class.affinity == Affinity::Float,
        "Double" => matches!(class.form, Form::Double | Form::DoublePrecision),
        "Boolean" => class.affinity == Affinity::Boolean,
        "Date" => class.affinity == Affinity::Date,
        "DateTime" => class.affinity == Affinity::DateTime,
        "Time" => class.affinity == Affinity::Time,
        "LargeBinary" => matches!(class.form, Form::Blob) || class.name == "BYTEA",
        "JSON" => class.affinity == Affinity::Json,
        "Uuid" => class.affinity == Affinity::Uuid,
        "Enum" => matches!(class.form, Form::MysqlEnum | Form::GenericEnum),
        "_Binary" => class.affinity == Affinity::Binary,
        "Interval" => class.affinity == Affinity::Interval && class.module == Module::Generic,
        _ => false,
    }
}

/// A type with its arguments. What a class does not have stays at its default.
#[derive(Clone, Debug)]
pub struct DataType {
    /// Which class.
    pub class: &'static TypeClass,
    /// Characters or bytes; `dim` of a vector.
    pub length: Option<i64>,
    /// Digits; of seconds for times on PostgreSQL; SRID of a spatial type.
    pub precision: Option<i64>,
    /// Digits after the point.
    pub scale: Option<i64>,
    /// MySQL: digits that are shown.
    pub display_width: Option<i64>,
    /// MySQL: digits of seconds.
    pub fsp: Option<i64>,
    /// Dimensions of an ARRAY or of a spatial type.
    pub dimensions: Option<i64>,
    /// How texts are compared.
    pub collation: Option<String>,
    /// MySQL: how texts are encoded.
    pub charset: Option<String>,
    /// Fields of an INTERVAL, kind of a geometry, text of a user-defined type.
    pub text: Option<String>,
    /// The name of an enum, domain or CHECK; of the project's class for decorators.
    pub name: Option<Identifier>,
    /// The schema of a named type.
    pub schema: Option<Identifier>,
    /// Labels of an enum or set.
    pub values: Vec<String>,
    /// What an ARRAY holds, a DOMAIN restricts, a decorator wraps.
    pub inner: Option<Rc<DataType>>,
    /// DOMAIN: its default.
    pub default: Option<Expr>,
    /// DOMAIN: its condition.
    pub check: Option<Expr>,
    /// DOMAIN: the name of its condition.
    pub check_name: Option<String>,
    /// Yes or no.
    pub flags: TypeFlags,
    /// Other types for some dialects (`with_variant`), by the dialect's name.
    pub variants: Vec<(String, Rc<DataType>)>,
    /// A decorator: which of the program's objects makes its values of SQL (`process_bind_param`), and those of Python
    /// (`process_result_value`).
    pub converter: Option<usize>,
}

/// The switches of types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeFlags {
    /// Times know their zone.
    pub timezone: bool,
    /// MySQL: no negative numbers.
    pub unsigned: bool,
    /// MySQL: filled with zeros.
    pub zerofill: bool,
    /// MySQL: `ASCII`
    pub ascii: bool,
    /// MySQL: `UNICODE`
    pub unicode: bool,
    /// MySQL: `BINARY`
    pub binary: bool,
    /// MySQL: `NATIONAL`
    pub national: bool,
    /// PostgreSQL: `BIT VARYING`
    pub varying: bool,
    /// JSON: None is NULL, not `null`.
    pub none_as_null: bool,
    /// UUIDs are objects, not texts.
    pub as_uuid: bool,
    /// Use the server's own type where it has one (Uuid, Enum, Interval).
    pub native: bool,
    /// Add a CHECK where the server has no such type (Boolean, Enum).
    pub create_constraint: bool,
    /// PostgreSQL: create the type with the table.
    pub create_type: bool,
    /// PostgreSQL: the type lives in its table's schema.
    pub inherit_schema: bool,
    /// The type was given a `schema`, be it None.
    pub schema_given: bool,
    /// The type was given a `metadata`.
    pub has_metadata: bool,
    /// DOMAIN: `NOT NULL`
    pub not_null: bool,
    /// Spatial types: make an index.
    pub spatial_index: bool,
}

impl Default for TypeFlags {
    fn default() -> TypeFlags {
        TypeFlags {
            timezone: false,
            unsigned: false,
            zerofill: false,
            ascii: false,
            unicode: false,
            binary: false,
            national: false,
            varying: false,
            none_as_null: false,
            as_uuid: true,
            native: true,
            create_constraint: false,
            create_type: true,
            inherit_schema: false,
            schema_given: false,
            has_metadata: false,
            not_null: false,
            spatial_index: true,
        }
    }
}

impl DataType {
    /// A type of a class, without arguments.
    pub fn of(class: &'static TypeClass) -> DataType {
        DataType {
            class,
            length: None,
            precision: None,
            scale: None,
            display_width: None,
            fsp: None,
            dimensions: None,
            collation: None,
            charset: None,
            text: None,
            name: None,
            schema: None,
            values: Vec::new(),
            inner: None,
            default: None,
            check: None,
            check_name: None,
            flags: TypeFlags::default(),
            variants: Vec::new(),
            converter: None,
        }
    }

    /// A generic type by name; `NullType` for a name that is none.
    pub fn generic(name: &str) -> DataType {
        let class = find_class(Module::Generic, name).unwrap_or(&classes::CLASSES[0]);
        DataType::of(class)
    }

    /// The type of expressions about which nothing is known.
    pub fn null() -> DataType {
        DataType::generic("NullType")
    }

    /// A type whose text the project gives.
    pub fn user_defined(class_name: &str, text: impl Into<String>) -> DataType {
        DataType {
            text: Some(text.into()),
            name: Some(class_name.into()),
            ..DataType::generic("UserDefinedType")
        }
    }

    /// Another type behind a class of the project.
    pub fn decorator(class_name: &str, inner: DataType) -> DataType {
        DataType {
            name: Some(class_name.into()),
            inner: Some(Rc::new(inner)),
            ..DataType::generic("TypeDecorator")
        }
    }

    /// Whether nothing is known of it.
    pub fn is_null(&self) -> bool {
        self.class.form == Form::Null
    }

    /// The type with another one for some dialects.
    #[must_use]
    pub fn with_variant(mut self, other: DataType, dialects: &[String]) -> DataType {
        let other = Rc::new(other);
        for dialect in dialects {
            self.variants.retain(|(name, _)| name != dialect);
            self.variants.push((dialect.clone(), Rc::clone(&other)));
        }
        self
    }

    /// The type that counts on a dialect: variants and decorators followed to the end.
    pub fn resolve(&self, dialect: super::Dialect) -> &DataType {
        let variant = self.variants.iter().find(|(name, _)| name == dialect.name());
        match (variant, &self.inner) {
            (Some((_, variant)), _) => variant.resolve(dialect),
            (None, Some(inner)) if self.class.form == Form::Decorator => inner.resolve(dialect),
            (None, _) => self,
        }
    }

    /// The type that counts where no dialect is known.
    pub fn base(&self) -> &DataType {
        match &self.inner {
            Some(inner) if self.class.form == Form::Decorator => inner.base(),
            _ => self,
        }
    }

    /// The kind of its values; decorators have that of what they wrap.
    pub fn affinity(&self) -> Affinity {
        self.base().class.affinity
    }

    /// Whether two types hold the same kind of value.
    pub fn same_affinity(&self, other: &DataType) -> bool {
        let (own, others) = (self.base(), other.base());
        match own.class.affinity {
            Affinity::Other => std::ptr::eq(own.class, others.class),
            affinity => affinity == others.class.affinity,
        }
    }
}
