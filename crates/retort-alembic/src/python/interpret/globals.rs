//! `globals()` and `sys.modules`: dicts that are looked into while they change.

use std::rc::Rc;

use super::super::native::Native;
use super::super::scope::Scope;
use super::super::unwind::Outcome;
use super::super::value::Value;
use super::super::{Arguments, Comparison, Interpreter};

/// `globals()`
pub(in super::super) struct Globals(pub(in super::super) Rc<Scope>);

/// `sys.modules`
#[derive(Debug)]
pub(in super::super) struct LoadedModules;

impl std::fmt::Debug for Globals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Globals")
    }
}

impl Globals {
    /// The names as they are now.
    fn now(&self) -> Value {
        let names = self.0.names.borrow();
        Value::dict_of(names.iter().map(|(name, value)| (name.clone(), value.clone())))
    }
}

impl Native for Globals {
    fn type_name(&self) -> &str {
        "dict"
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        if name != "update" && name != "setdefault" {
            return interp.find_attribute(&self.now(), name);
        }
        let scope = self.0.clone();
        let keeps = name == "setdefault";
        Ok(Some(Value::function(name, move |interp, arguments| change(interp, &scope, arguments, keeps))))
    }

    fn item(self: Rc<Self>, interp: &mut Interpreter<'_>, index: &Value) -> Outcome<Option<Value>> {
        interp.item(&self.now(), index).map(Some)
    }

    fn set_item(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        index: &Value,
        value: Option<Value>,
    ) -> Outcome<bool> {
        let Some(name) = index.as_str() else { return Ok(false) };
        match value {
            Some(value) => self.0.set(name, value),
            None => drop(self.0.names.borrow_mut().shift_remove(&name)),
        }
        Ok(true)
    }

    fn iterate(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        Ok(Some(self.now()))
    }

    fn length(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        Ok(Some(Value::Int(self.0.names.borrow().len() as i64)))
    }

    fn compare(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        comparison: Comparison,
        other: &Value,
    ) -> Outcome<Option<Value>> {
        contains(interp, comparison, other, &self.now())
    }
}

impl Native for LoadedModules {
    fn type_name(&self) -> &str {
        "dict"
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        let modules = interp.loaded_modules();
        interp.find_attribute(&modules, name)
    }

    fn item(self: Rc<Self>, interp: &mut Interpreter<'_>, index: &Value) -> Outcome<Option<Value>> {
        let modules = interp.loaded_modules();
        interp.item(&modules, index).map(Some)
    }

    fn iterate(self: Rc<Self>, interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        Ok(Some(interp.loaded_modules()))
    }

    fn compare(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        comparison: Comparison,
        other: &Value,
    ) -> Outcome<Option<Value>> {
        let now = interp.loaded_modules();
        contains(interp, comparison, other, &now)
    }
}

fn change(
    interp: &mut Interpreter<'_>,
    scope: &Rc<Scope>,
    arguments: Arguments,
    keeps: bool,
) -> Outcome<Value> {
    if keeps {
        let [name, value] = arguments.bind("setdefault", "key default?")?;
        let name = interp.text(&name.unwrap_or(Value::None))?;
        if let Some(found) = scope.get(&name) {
            return Ok(found);
        }
        let value = value.unwrap_or(Value::None);
        scope.set(name.as_str().into(), value.clone());
        return Ok(value);
    }
    for dict in arguments.positional.iter().filter_map(Value::as_dict) {
        for (name, value) in dict.borrow().pairs() {
            name.as_str().into_iter().for_each(|name| scope.set(name, value.clone()));
        }
    }
    arguments.keyword.into_iter().for_each(|(name, value)| scope.set(name, value));
    Ok(Value::None)
}

/// `other in dict`
fn contains(
    interp: &mut Interpreter<'_>,
    comparison: Comparison,
    other: &Value,
    dict: &Value,
) -> Outcome<Option<Value>> {
    match comparison {
        Comparison::In | Comparison::NotIn => interp.compare(comparison, other, dict).map(Some),
        _ => Ok(None),
    }
}
