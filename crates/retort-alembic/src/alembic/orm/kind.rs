//! Classes that inherit from mapped ones: what tells their rows apart, and what is not followed.

use std::rc::Rc;

use super::declared::own_setting;
use super::mapper::{Mapper, mapper_of};
use crate::alembic::wrap::{NativeColumn, NativeTable};
use crate::python::{Class, Interpreter, Outcome, Unwind, Value};

/// What a class is among those that it inherits from.
#[derive(Debug, Default)]
pub(super) struct Kind {
    /// The attribute that tells what a row is (`polymorphic_on`).
    attribute: Option<String>,
    /// What it says of this class (`polymorphic_identity`).
    identity: Option<Value>,
    /// Why objects of it are not followed.
    refusal: Option<&'static str>,
    /// Its rows are some of a table that it shares.
    is_part: bool,
}

impl Kind {
    /// What `__mapper_args__` says of a class, and what follows from the class above.
    pub(super) fn of(
        interp: &mut Interpreter<'_>,
        class: &Rc<Class>,
        above: Option<&Mapper>,
        table: &Rc<NativeTable>,
    ) -> Outcome<Kind> {
        let mut kind =
            Kind { attribute: above.and_then(|above| above.kind.attribute.clone()), ..Kind::default() };
        let said = arguments(interp, class)?;
        let is_concrete =
            said.iter().any(|(name, value)| name == "concrete" && value.as_bool() == Some(true));
        if let Some(above) = above.filter(|_| !is_concrete) {
            kind.is_part = Rc::ptr_eq(&above.table, table);
            if !kind.is_part {
                kind.refusal = Some("their rows stand in the tables of several classes");
            }
        }
        for (name, value) in said {
            match name.as_str() {
                "polymorphic_identity" => kind.identity = Some(value),
                "polymorphic_on" if !value.is_none() => {
                    kind.attribute = attribute_of(class, table, &value);
                    if kind.attribute.is_none() {
                        kind.refusal = Some("what they are is told by an expression");
                    }
                }
                _ => {}
            }
        }
        Ok(kind)
    }

    /// What a new object has in the attribute that tells what it is.
    pub(super) fn value(&self, attribute: &str) -> Option<&Value> {
        self.identity.as_ref().filter(|_| self.attribute.as_deref() == Some(attribute))
    }

    /// Refuses what is done with objects that are not followed.
    pub(super) fn follow(&self, class: &Class) -> Outcome<()> {
        match self.refusal {
            Some(reason) => Err(Unwind::unsupported(format!("objects of `{}`: {reason}", class.name))),
            None => Ok(()),
        }
    }

    /// Refuses to read objects whose rows are some of a table.
    pub(super) fn read(&self, class: &Class) -> Outcome<()> {
        self.follow(class)?;
        match self.is_part && self.attribute.is_some() {
            true => {
                let reason =
                    format!("queries of `{}`, which shares its table with other classes", class.name);
                Err(Unwind::unsupported(reason))
            }
            false => Ok(()),
        }
    }
}

/// What a class is mapped to, if it is and its objects can be read.
///
/// # Errors
/// That they cannot, and why.
pub(crate) fn readable(class: &Class) -> Outcome<Option<Rc<Mapper>>> {
    let mapper = mapper_of(class);
    mapper.as_ref().map_or(Ok(()), |mapper| mapper.kind.read(class))?;
    Ok(mapper)
}

/// `__mapper_args__` of a class and its mixins; what a mapped class above says is its own.
fn arguments(interp: &mut Interpreter<'_>, class: &Rc<Class>) -> Outcome<Vec<(String, Value)>> {
    let written = own_setting(interp, class, None, "__mapper_args__")?;
    let Some(dict) = written.and_then(|written| written.as_dict()) else { return Ok(Vec::new()) };
    let dict = dict.borrow();
    Ok(dict.pairs().filter_map(|(key, value)| Some((key.as_str()?.to_string(), value.clone()))).collect())
}

/// The attribute of a column that is named, or given as it stands in the class.
fn attribute_of(class: &Rc<Class>, table: &Rc<NativeTable>, value: &Value) -> Option<String> {
    if let Some(name) = value.as_str() {
        return Some(name.to_string());
    }
    let is_it = |other: &Value| matches!(value, Value::Native(_)) && value.is(other);
    let mro = class.mro.borrow();
    let named = mro.iter().find_map(|each| {
        let attributes = each.attributes.borrow();
        attributes.iter().find(|(_, other)| is_it(other)).map(|(name, _)| name.to_string())
    });
    named.or_else(|| {
        let column = value.as_native::<NativeColumn>()?;
        let key = column.column.borrow().key.clone();
        table.column(&key).map(|_| key)
    })
}
