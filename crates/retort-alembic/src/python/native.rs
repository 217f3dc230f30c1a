//! Objects of this program that Python code handles: [`Native`], and the [`Arguments`] of a call.

use std::any::Any;
use std::fmt::Debug;
use std::rc::Rc;

use retort_core::source::Span;

use super::Interpreter;
use super::syntax::{Comparison, Operator, UnaryOperator};
use super::unwind::{Outcome, Unwind};
use super::value::{Class, Instance, Key, Name, Value};

/// The arguments of a call.
#[derive(Clone, Debug)]
pub struct Arguments {
    /// By position.
    pub positional: Vec<Value>,
    /// By keyword, in the order written.
    pub keyword: Vec<(Name, Value)>,
    /// The call expression.
    pub span: Span,
}

/// An object of this program that Python code can hold, ask, and call.
///
/// Every hook has a default that means *not there*: an attribute that is absent, an operator that is not
/// implemented. The interpreter turns that into the exception that Python would raise. Arguments may be
/// [`Value::Unknown`] or [`Value::Foreign`]; a native that cannot do with them ends in
/// [`Interpreter::refuse_foreign`] or gives an unknown again.
pub trait Native: Any + Debug {
    /// The name of its type, as `type(x).__name__` gives it.
    fn type_name(&self) -> &str;

    /// Whether one that it is given to may change a database by it.
    fn reaches_database(&self) -> bool {
        false
    }

    /// Its class as a value, for `type(x)` and `isinstance`; by default none, and `isinstance` asks
    /// [`Native::has_instance`] of the class instead.
    fn class(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Option<Value> {
        None
    }

    /// An attribute; `None` if there is none.
    fn attribute(self: Rc<Self>, _interp: &mut Interpreter<'_>, _name: &str) -> Outcome<Option<Value>> {
        Ok(None)
    }

    /// Sets an attribute; `false` if there is none of this name.
    fn set_attribute(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        _name: &str,
        _value: Value,
    ) -> Outcome<bool> {
        Ok(false)
    }

    /// Whether [`Native::call_method`] knows this name. `x.name` without a call gives a bound method then.
    fn has_method(&self, _name: &str) -> bool {
        false
    }

    /// Calls a method for which [`Native::has_method`] said yes.
    fn call_method(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        name: &str,
        _arguments: Arguments,
    ) -> Outcome<Value> {
        Err(Unwind::raise(
            "AttributeError",
            format!("'{}' object has no attribute '{name}'", self.type_name()),
        ))
    }

    /// Whether `callable(x)` holds.
    fn is_callable(&self) -> bool {
        false
    }

    /// Calls the object itself: makes an instance, if it is a class.
    fn call(self: Rc<Self>, _interp: &mut Interpreter<'_>, _arguments: Arguments) -> Outcome<Value> {
        Err(Unwind::type_error(format!("'{}' object is not callable", self.type_name())))
    }

    /// `self op other`, or `other op self` if `reflected`; `None` if not implemented.
    fn binary(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        _operator: Operator,
        _other: &Value,
        _reflected: bool,
    ) -> Outcome<Option<Value>> {
        Ok(None)
    }

    /// `self op other` for `==`, `!=`, `<`, `<=`, `>`, `>=` (the interpreter exchanges the sides for a reflected
    /// one), and `other in self` as [`Comparison::In`]; `None` if not implemented (identity decides `==` then).
    fn compare(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        _comparison: Comparison,
        _other: &Value,
    ) -> Outcome<Option<Value>> {
        Ok(None)
    }

    /// `-x`, `+x`, `~x`; `None` if not implemented. `not x` is [`Native::truth`].
    fn unary(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        _operator: UnaryOperator,
    ) -> Outcome<Option<Value>> {
        Ok(None)
    }

    /// Its elements; `None` if it cannot be iterated over. `Some(Value::Unknown)` if only rows could give them.
    fn iterate(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        Ok(None)
    }

    /// `len(x)`; `None` if it has no length.
    fn length(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        Ok(None)
    }

    /// `x[index]`; `None` if it has no elements.
    fn item(self: Rc<Self>, _interp: &mut Interpreter<'_>, _index: &Value) -> Outcome<Option<Value>> {
        Ok(None)
    }

    /// `x[index] = value`, or `del x[index]` without value; `false` if that is not possible.
    fn set_item(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        _index: &Value,
        _value: Option<Value>,
    ) -> Outcome<bool> {
        Ok(false)
    }

    /// Its truth: a boolean, or an unknown value. By default the length decides, then it is true.
    fn truth(self: Rc<Self>, interp: &mut Interpreter<'_>) -> Outcome<Value> {
        match self.length(interp)? {
            Some(Value::Int(length)) => Ok(Value::Bool(length != 0)),
            Some(unknown @ Value::Unknown(_)) => Ok(unknown),
            _ => Ok(Value::Bool(true)),
        }
    }

    /// `with x as …`: the value bound; `None` if it is no context manager.
    fn enter(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        Ok(None)
    }

    /// The end of the `with`: the exception that ended its body, if any. `true` swallows the exception.
    fn exit(self: Rc<Self>, _interp: &mut Interpreter<'_>, _exception: Option<&Value>) -> Outcome<bool> {
        Ok(false)
    }

    /// Whether [`Native::exit`] may swallow an exception.
    fn may_swallow(&self) -> bool {
        false
    }

    /// `str(x)` or, if `repr`, `repr(x)`; a text or an unknown value.
    fn text(self: Rc<Self>, _interp: &mut Interpreter<'_>, _repr: bool) -> Outcome<Value> {
        Ok(Value::str(format!("<{} object>", self.type_name())))
    }

    /// `format(x, spec)`; by default that of `str(x)`.
    fn format(self: Rc<Self>, _interp: &mut Interpreter<'_>, _spec: &str) -> Outcome<Option<Value>> {
        Ok(None)
    }

    /// What makes it equal to another key of a dict; identity by default.
    fn key(&self) -> Option<Key> {
        None
    }

    /// Whether a value is an instance of this class (`isinstance(value, self)`); `None` if this is no class.
    fn has_instance(self: Rc<Self>, _interp: &mut Interpreter<'_>, _value: &Value) -> Outcome<Option<bool>> {
        Ok(None)
    }

    /// Whether a class is a subclass of this class; `None` if this is no class.
    fn has_subclass(self: Rc<Self>, _interp: &mut Interpreter<'_>, class: &Value) -> Outcome<Option<bool>> {
        let Value::Class(class) = class else { return Ok(None) };
        let this: *const () = Rc::as_ptr(&self).cast();
        Ok(Some(class.natives.iter().any(|native| Rc::as_ptr(native).cast::<()>() == this)))
    }

    /// Whether a class statement may name it as a base.
    fn is_base(&self) -> bool {
        false
    }

    /// A class inherits from this: called when its body has run and the class is whole. Attributes may be added.
    fn subclassed(self: Rc<Self>, _interp: &mut Interpreter<'_>, _class: &Rc<Class>) -> Outcome<()> {
        Ok(())
    }

    /// Whether this made an attribute of a class that inherits from it its own, so that [`Native::class_attribute`] and
    /// [`Native::instance_attribute`] go before what the ancestors of the class have. Asked where `Class::data` is set.
    fn hides(&self, _class: &Class, _name: &str) -> bool {
        false
    }

    /// An attribute of a class that inherits from this, which neither it nor its Python ancestors have.
    fn class_attribute(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        _class: &Rc<Class>,
        _name: &str,
    ) -> Outcome<Option<Value>> {
        Ok(None)
    }

    /// An attribute of an instance of a class that inherits from this, which neither has.
    fn instance_attribute(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        _instance: &Rc<Instance>,
        _name: &str,
    ) -> Outcome<Option<Value>> {
        Ok(None)
    }

    /// An attribute is set on an instance of a class that inherits from this: `true` if that is done here.
    fn set_instance_attribute(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        _instance: &Rc<Instance>,
        _name: &str,
        _value: &Value,
    ) -> Outcome<bool> {
        Ok(false)
    }

    /// `__init__` of this base for an instance of a class that inherits from it: reached when no Python class has an
    /// `__init__`, or through `super().__init__(…)`.
    fn initialise(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        _instance: &Rc<Instance>,
        _arguments: Arguments,
    ) -> Outcome<()> {
        Ok(())
    }
}

impl Arguments {
    /// No arguments, at a place.
    pub fn none(span: Span) -> Arguments {
        Arguments { positional: Vec::new(), keyword: Vec::new(), span }
    }

    /// Arguments by position.
    pub fn of(positional: Vec<Value>, span: Span) -> Arguments {
        Arguments { positional, keyword: Vec::new(), span }
    }

    /// A keyword argument, by name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.keyword.iter().find(|(each, _)| &**each == name).map(|(_, value)| value)
    }

    /// Takes a keyword argument out.
    pub fn take(&mut self, name: &str) -> Option<Value> {
        let at = self.keyword.iter().position(|(each, _)| &**each == name)?;
        Some(self.keyword.remove(at).1)
    }

    /// Puts an argument in front.
    #[must_use]
    pub fn with_first(mut self, first: Value) -> Arguments {
        self.positional.insert(0, first);
        self
    }

    /// All values, by position and by keyword.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.positional.iter().chain(self.keyword.iter().map(|(_, value)| value))
    }

    /// Binds the arguments to parameters, each of which may be given by position or by name.
    ///
    /// `signature` lists the names, blank-separated: `*` before those that are given by name only, `name?` for one
    /// that may be absent. The answer has one place per name.
    ///
    /// # Errors
    /// Python's `TypeError` for an argument too many, unknown, given twice, or missing.
    pub fn bind<const N: usize>(self, function: &str, signature: &str) -> Outcome<[Option<Value>; N]> {
        let mut bound: [Option<Value>; N] = [const { None }; N];
        let mut keyword = self.keyword;
        let mut positional = self.positional.into_iter();
        let mut by_name_only = false;
        let mut index = 0;
        for word in signature.split(' ').filter(|word| !word.is_empty()) {
            if word == "*" {
                by_name_only = true;
                continue;
            }
            let name = word.trim_end_matches('?');
            let mut value = if by_name_only { None } else { positional.next() };
            if let Some(at) = keyword.iter().position(|(each, _)| &**each == name) {
                if value.is_some() {
                    let message = format!("{function}() got multiple values for argument '{name}'");
                    return Err(Unwind::type_error(message));
                }
                value = Some(keyword.remove(at).1);
            }
            if value.is_none() && !word.ends_with('?') {
                let message = format!("{function}() missing required argument: '{name}'");
                return Err(Unwind::type_error(message));
            }
            if let Some(slot) = bound.get_mut(index) {
                *slot = value;
            }
            index += 1;
        }
        debug_assert_eq!(index, N, "the signature `{signature}` and the names bound differ");
        if positional.next().is_some() {
            return Err(Unwind::type_error(format!("{function}() takes at most {N} positional arguments")));
        }
        match keyword.first() {
            None => Ok(bound),
            Some((name, _)) => {
                let message = format!("{function}() got an unexpected keyword argument '{name}'");
                Err(Unwind::type_error(message))
            }
        }
    }

    /// Binds exactly `N` arguments given by position.
    ///
    /// # Errors
    /// Python's `TypeError` if there are more or fewer, or keywords.
    pub fn exactly<const N: usize>(self, function: &str) -> Outcome<[Value; N]> {
        let given = self.positional.len();
        if let Some((name, _)) = self.keyword.first() {
            return Err(Unwind::type_error(format!(
                "{function}() got an unexpected keyword argument '{name}'"
            )));
        }
        self.positional
            .try_into()
            .map_err(|_| Unwind::type_error(format!("{function}() takes {N} arguments ({given} given)")))
    }
}

/// The answer of a comparison between things that are the same or not, and have no order.
pub(crate) fn equality(comparison: Comparison, same: bool) -> Option<Value> {
    match comparison {
        Comparison::Eq => Some(Value::Bool(same)),
        Comparison::NotEq => Some(Value::Bool(!same)),
        _ => None,
    }
}
