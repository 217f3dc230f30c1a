//! Types from the arguments that Python gives to their classes.

use std::rc::Rc;

use super::{DataType, Form, Module, TypeClass};
use crate::sql::error::{ErrorKind, Result, SqlError};
use crate::sql::expression::Expr;
use crate::sql::identifier::Identifier;
use crate::sql::literal::Literal;

/// An argument of a type class.
#[derive(Clone, Debug)]
pub enum TypeArgument {
    /// A value.
    Value(Literal),
    /// A type.
    Type(Box<DataType>),
    /// An expression.
    Expression(Expr),
}

impl DataType {
    /// A type from positional and keyword arguments. Labels of enums are given as texts (for a Python enum:
    /// the names of its members, and `name` as its class in lower case unless it is said).
    pub fn build(
        class: &'static TypeClass,
        positional: &[TypeArgument],
        keywords: &[(String, TypeArgument)],
    ) -> Result<DataType> {
        let mut data_type = DataType::of(class);
        if class.form == Form::GenericEnum || class.form == Form::MysqlEnum || class.form == Form::Set {
            data_type.values = labels(positional)?;
        } else if class.form != Form::Tuple {
            if positional.len() > class.parameters.len() {
                let message = format!("{}() takes fewer arguments", class.name);
                return Err(SqlError::new(ErrorKind::Type, message));
            }
            for (name, argument) in class.parameters.iter().zip(positional) {
                data_type.put(name, argument)?;
            }
        }
        for (name, argument) in keywords {
            data_type.put(name, argument)?;
        }
        data_type.finish();
        Ok(data_type)
    }

    fn finish(&mut self) {
        match (self.class.module, self.class.form) {
            (Module::Mysql, Form::Nvarchar | Form::Nchar) => self.flags.national = true,
            (Module::Postgres, Form::Bit) if !self.flags.varying => {
                self.length = self.length.or(Some(1));
            }
            (Module::Geoalchemy, _) => {
                self.dimensions = self.dimensions.or(Some(2));
                self.precision = self.precision.or(Some(-1));
            }
            _ => {}
        }
    }

    fn put(&mut self, name: &str, argument: &TypeArgument) -> Result<()> {
        match argument {
            TypeArgument::Type(inner) if !matches!(name, "astext_type" | "text_type") => {
                self.inner = Some(Rc::new((**inner).clone()));
            }
            TypeArgument::Type(_) => {}
            TypeArgument::Expression(expression) if name == "check" => self.check = Some(expression.clone()),
            TypeArgument::Expression(expression) if name == "default" => {
                self.default = Some(expression.clone());
            }
            TypeArgument::Expression(_) => {}
            TypeArgument::Value(value) => self.put_value(name, value)?,
        }
        Ok(())
    }

    fn put_value(&mut self, name: &str, value: &Literal) -> Result<()> {
        let flag = truth(value);
        match name {
            "length" | "dim" => self.length = number(name, value)?,
            "precision" => self.put_precision(value)?,
            "second_precision" | "srid" => self.precision = number(name, value)?,
            "scale" => self.scale = number(name, value)?,
            "display_width" => self.display_width = number(name, value)?,
            "fsp" => self.fsp = number(name, value)?,
            "dimensions" | "dimension" => self.dimensions = number(name, value)?,
            "collation" => self.collation = text(value),
            "charset" => self.charset = text(value),
            "fields" | "geometry_type" => self.text = text(value),
            "name" => self.name = text(value).map(Identifier::new),
            "schema" => {
                self.schema = text(value).map(Identifier::new);
                self.flags.schema_given = true;
            }
            "constraint_name" => self.check_name = text(value),
            "timezone" => self.flags.timezone = flag,
            "unsigned" => self.flags.unsigned = flag,
            "zerofill" => self.flags.zerofill = flag,
            "ascii" => self.flags.ascii = flag,
            "unicode" => self.flags.unicode = flag,
            "binary" => self.flags.binary = flag,
            "national" => self.flags.national = flag,
            "varying" => self.flags.varying = flag,
            "none_as_null" => self.flags.none_as_null = flag,
            "as_uuid" => self.flags.as_uuid = flag,
            "native" | "native_uuid" | "native_enum" => self.flags.native = flag,
            "create_constraint" => self.flags.create_constraint = flag,
            "create_type" => self.flags.create_type = flag,
            "inherit_schema" => self.flags.inherit_schema = flag,
            "metadata" => self.flags.has_metadata = flag,
            "not_null" => self.flags.not_null = flag,
            "spatial_index" => self.flags.spatial_index = flag,
            // Of Python's side only: asdecimal, validate_strings, values_callable, pickler, …
            _ => {}
        }
        Ok(())
    }

    /// SQLAlchemy writes what it is given, in practice `Float(precision="24,8")` too.
    fn put_precision(&mut self, value: &Literal) -> Result<()> {
        match precision_and_scale(value) {
            Some((precision, scale)) => (self.precision, self.scale) = (Some(precision), Some(scale)),
            None => self.precision = number("precision", value)?,
        }
        Ok(())
    }
}

/// The two numbers of `"24,8"`.
fn precision_and_scale(value: &Literal) -> Option<(i64, i64)> {
    let Literal::Str(text) = value else { return None };
    let (precision, scale) = text.split_once(',')?;
    Some((precision.trim().parse().ok()?, scale.trim().parse().ok()?))
}

fn labels(arguments: &[TypeArgument]) -> Result<Vec<String>> {
    let mut labels = Vec::new();
    for argument in arguments {
        match argument {
            TypeArgument::Value(Literal::Str(label)) => labels.push(label.clone()),
            TypeArgument::Value(Literal::Array(several)) => {
                labels.extend(several.iter().filter_map(text));
            }
            TypeArgument::Value(_) | TypeArgument::Type(_) | TypeArgument::Expression(_) => {
                return Err(SqlError::unsupported("a label of an enum that is no text"));
            }
        }
    }
    Ok(labels)
}

fn truth(value: &Literal) -> bool {
    !matches!(value, Literal::Null | Literal::Bool(false) | Literal::Int(0))
}

fn text(value: &Literal) -> Option<String> {
    match value {
        Literal::Str(text) => Some(text.clone()),
        _ => None,
    }
}

fn number(name: &str, value: &Literal) -> Result<Option<i64>> {
    match value {
        Literal::Null => Ok(None),
        Literal::Bool(flag) => Ok(Some(i64::from(*flag))),
        Literal::Int(number) => Ok(i64::try_from(*number).ok()),
        Literal::Str(digits) if digits.trim().parse::<i64>().is_ok() => Ok(digits.trim().parse().ok()),
        _ => Err(SqlError::unsupported(format!("`{name}` of a type that is no whole number"))),
    }
}
