//! `aliased(…)`: a mapped class under another name.

use std::rc::Rc;

use super::mapper::{Mapper, mapper_of};
use crate::alembic::expression;
use crate::python::{Arguments, Class, Interpreter, Native, Outcome, Unwind, Value};
use crate::sql::{From, Identifier};

/// A mapped class that is read from an alias of its table.
#[derive(Debug)]
pub(crate) struct NativeAliased {
    /// The class.
    pub(crate) class: Rc<Class>,
    /// What it is read from.
    pub(crate) from: From,
    mapper: Rc<Mapper>,
}

/// `aliased(element, alias=None, name=None)`
pub(super) fn aliased(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [element, alias, name, _flat, _adapt] =
        arguments.bind("aliased", "element alias? * name? flat? adapt_on_names?")?;
    let element = element.unwrap_or(Value::None);
    let Value::Class(class) = &element else {
        if let Value::Unknown(_) = element {
            return Ok(element);
        }
        interp.refuse_foreign(&element)?;
        return interp.call_method(&element, "alias", name.into_iter().collect());
    };
    let Some(mapper) = mapper_of(class) else {
        return Err(Unwind::unsupported(format!("aliased() of `{}`, which is not mapped", class.name)));
    };
    let from = match alias.filter(|alias| !alias.is_none()) {
        Some(alias) => crate::alembic::bridge::from_of(interp, &alias),
        None => {
            let name = name.and_then(|name| name.as_str()).map(|name| Identifier::new(&*name));
            Some(mapper.table.source().alias(name))
        }
    };
    let Some(from) = from else {
        return Err(Unwind::unsupported("aliased() over something else than a query"));
    };
    Ok(Value::native(NativeAliased { class: Rc::clone(class), from, mapper }))
}

impl Native for NativeAliased {
    fn type_name(&self) -> &str {
        "AliasedClass"
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        if let Some((_, key)) = self.mapper.columns.iter().find(|(attribute, _)| attribute == name) {
            return Ok(Some(expression::value(self.from.column(key))));
        }
        match self.mapper.related(&self.class, name, self.from.clone()) {
            Some(related) => Ok(Some(related)),
            None => interp.find_attribute(&Value::Class(Rc::clone(&self.class)), name),
        }
    }

    fn text(self: Rc<Self>, _interp: &mut Interpreter<'_>, _repr: bool) -> Outcome<Value> {
        Ok(Value::str(format!("<AliasedClass of {}>", self.class.name)))
    }
}
