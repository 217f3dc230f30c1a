//! What was changed in speculation: whether that was done is not known, so neither is what it is now.
//!
//! Names that the speculated statements bind themselves are seen in their text (`forget`). Here are those that the
//! functions bind which they call, and the objects that anything changes.

use std::rc::Rc;

use super::super::Interpreter;
use super::super::scope::Scope;
use super::super::syntax::Name;
use super::super::value::{Unknown, Value};
use super::speculation::unknown_key;

/// Something that was changed in speculation.
pub(in super::super) enum Doubted {
    /// The elements of a list, dict or set.
    Elements(Value),
    /// An attribute of an object.
    Attribute(Value, Name),
    /// A name that a function took from outside.
    Name(Rc<Scope>, Name),
    /// A native object, by what makes it unknown.
    Native(Settle),
}

/// Makes an object unknown.
type Settle = Box<dyn FnOnce(&Rc<Unknown>)>;

impl Interpreter<'_> {
    /// Notes that an object is about to be changed. What an import does is done once and for all.
    fn doubt(&mut self, doubted: impl FnOnce() -> Doubted) {
        if self.speculations > 0 && self.importing == 0 {
            self.doubted.push(doubted());
        }
    }

    /// Notes a change of a list, dict or set.
    pub(in super::super) fn doubt_elements(&mut self, value: &Value) {
        self.doubt(|| Doubted::Elements(value.clone()));
    }

    /// Notes a change of a native object; `settle` makes it unknown.
    pub fn doubt_native(&mut self, settle: impl FnOnce(&Rc<Unknown>) + 'static) {
        self.doubt(|| Doubted::Native(Box::new(settle)));
    }

    /// Notes a change of an attribute.
    pub(super) fn doubt_attribute(&mut self, value: &Value, name: &str) {
        self.doubt(|| Doubted::Attribute(value.clone(), name.into()));
    }

    /// Notes that a name is bound, if that is one of another scope.
    pub(super) fn doubt_name(&mut self, scope: &Rc<Scope>, name: &Name) {
        if self.speculations > 0 {
            let target = scope.target(name);
            if !Rc::ptr_eq(&target, scope) {
                self.doubt(|| Doubted::Name(target, name.clone()));
            }
        }
    }

    /// Makes unknown what was changed since so many changes.
    pub(in super::super) fn settle_doubts(&mut self, since: usize, unknown: &Rc<Unknown>) {
        for doubted in self.doubted.split_off(since.min(self.doubted.len())) {
            match doubted {
                Doubted::Elements(value) => value.blur(unknown),
                Doubted::Attribute(value, name) => {
                    let value_now = Value::Unknown(unknown.derived());
                    match &value {
                        Value::Instance(instance) => instance.set(&name, value_now),
                        Value::Class(class) => drop(class.attributes.borrow_mut().insert(name, value_now)),
                        Value::Module(module) => module.scope.set(name, value_now),
                        _ => {}
                    }
                }
                Doubted::Native(settle) => settle(unknown),
                Doubted::Name(scope, name) => scope.set(name, Value::Unknown(unknown.derived())),
            }
        }
    }
}

impl Value {
    /// Makes the elements of a list, dict or set unknown: one stands for all.
    pub(in super::super) fn blur(&self, unknown: &Rc<Unknown>) {
        let all = Rc::new(Unknown { stands_for_all: true, start: None, ..Unknown::clone(unknown) });
        let (key, one) = (unknown_key(&all), Value::Unknown(all));
        // One that is being looked through just now cannot be changed: who does that sees it as it was.
        match self.plain() {
            Value::List(list) => {
                if let Ok(mut list) = list.try_borrow_mut() {
                    *list = vec![one];
                }
            }
            Value::Dict(dict) => {
                if let Ok(mut dict) = dict.try_borrow_mut() {
                    dict.entries.clear();
                    dict.insert(key, one.clone(), one);
                }
            }
            Value::Set(set) => {
                if let Ok(mut items) = set.items.try_borrow_mut() {
                    items.clear();
                    items.insert(key, one);
                }
            }
            _ => {}
        }
    }

    /// Why the elements of a list, dict or set are not known, if they were changed perhaps.
    pub(in super::super) fn blurred(&self) -> Option<Rc<Unknown>> {
        let of = |value: &Value| match value {
            Value::Unknown(unknown) if unknown.stands_for_all => Some(Rc::clone(unknown)),
            _ => None,
        };
        match self {
            Value::List(list) => list.try_borrow().ok()?.first().and_then(of),
            Value::Dict(dict) => dict.try_borrow().ok()?.entries.first().and_then(|(_, (key, _))| of(key)),
            Value::Set(set) => set.items.try_borrow().ok()?.first().and_then(|(_, item)| of(item)),
            Value::Instance(instance) => {
                instance.payload.try_borrow().ok()?.as_ref().and_then(Value::blurred)
            }
            _ => None,
        }
    }

    /// The value as a program sees it: unknown if its elements are.
    pub(in super::super) fn seen(self) -> Value {
        match self.blurred() {
            Some(unknown) => Value::Unknown(unknown),
            None => self,
        }
    }
}

/// Methods of containers that change them.
pub(in super::super) const MUTATORS: [&str; 23] = [
    "append",
    "extend",
    "insert",
    "add",
    "update",
    "remove",
    "discard",
    "pop",
    "popitem",
    "clear",
    "sort",
    "reverse",
    "setdefault",
    "appendleft",
    "extendleft",
    "popleft",
    "subtract",
    "difference_update",
    "intersection_update",
    "symmetric_difference_update",
    "__setitem__",
    "__delitem__",
    "__iadd__",
];
