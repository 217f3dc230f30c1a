//! Classes: the statement, the order of ancestors, and making objects.

pub(in super::super) mod enumeration;
pub(in super::super) mod instance;

use std::cell::RefCell;
use std::rc::Rc;

use super::super::Arguments;
use super::super::Interpreter;
use super::super::library::typing::Form;
use super::super::native::Native;
use super::super::scope::{Frame, Scope, ScopeKind};
use super::super::syntax::*;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::{Class, Foreign, Layout, Names, Shape, Value, Wrapper};

/// What a class is made of.
pub(in super::super) struct Draft {
    pub(in super::super) name: Name,
    pub(in super::super) bases: Vec<Value>,
    pub(in super::super) keywords: Vec<(Name, Value)>,
    pub(in super::super) names: Names,
    pub(in super::super) module: Name,
}

impl Interpreter<'_> {
    #[inline(never)]
    pub(super) fn define_class(
        &mut self,
        frame: &mut Frame<'_>,
        node: &std::sync::Arc<ClassDefinition>,
        place: Place,
    ) -> Outcome<()> {
        let mut decorators = Vec::with_capacity(node.decorators.len());
        for decorator in &node.decorators {
            decorators.push((self.expression(frame, decorator)?, decorator.place));
        }
        let mut bases = Vec::new();
        for base in &node.arguments.positional {
            match &base.kind {
                ExpressionKind::Starred(inner) => {
                    let inner = self.expression(frame, inner)?;
                    bases.extend(self.values(&inner)?);
                }
                _ => bases.push(self.expression(frame, base)?),
            }
        }
        let mut keywords = Vec::new();
        for (name, value) in &node.arguments.keyword {
            let value = self.expression(frame, value)?;
            if let Some(name) = name {
                keywords.push((name.clone(), value));
            }
        }
        let scope = Scope::inside(&frame.scope, ScopeKind::Class);
        if let Some(text) = &node.docstring {
            scope.set("__doc__".into(), Value::Str(text.clone()));
        }
        let module = match frame.scope.global().get("__name__") {
            Some(Value::Str(name)) => name,
            _ => "__main__".into(),
        };
        let cell = Rc::new(RefCell::new(None));
        let mut inner = Frame { scope: scope.clone(), hook: None, class: Some(cell.clone()), receiver: None };
        self.body(&mut inner, &node.body)?;
        let names = scope.names.borrow().clone();
        let draft = Draft { name: node.name.clone(), bases, keywords, names, module };
        let class = self.make_class(draft, Some(frame.scope.span(place)))?;
        *cell.borrow_mut() = Some(class.clone());
        self.finish_class(&class)?;
        let mut value = Value::Class(class);
        for (decorator, place) in decorators.into_iter().rev() {
            value = self.decorate(frame, &decorator, value, place)?;
        }
        frame.scope.assign(&node.name, value);
        Ok(())
    }

    /// Makes a class; [`Interpreter::finish_class`] has to follow once methods can see it.
    pub(in super::super) fn make_class(
        &mut self,
        draft: Draft,
        span: Option<super::super::Span>,
    ) -> Outcome<Rc<Class>> {
        let mut parents: Vec<Rc<Class>> = Vec::new();
        let mut natives: Vec<Rc<dyn Native>> = Vec::new();
        let mut foreign: Option<Rc<Foreign>> = None;
        let mut is_named_tuple = false;
        for base in &draft.bases {
            match base {
                Value::Class(class) => parents.push(class.clone()),
                Value::Foreign(path) => {
                    foreign.get_or_insert_with(|| path.clone());
                }
                Value::Native(native) if native.is_base() => natives.push(native.clone()),
                Value::Native(native) => match base.as_native::<Form>() {
                    Some(form) if form.path == "NamedTuple" => is_named_tuple = true,
                    Some(form) if form.path == "TypedDict" => parents.extend(self.class("dict")),
                    Some(form) => parents.extend(form.class.clone()),
                    None => {
                        let name = native.type_name();
                        return Err(Unwind::unsupported(format!(
                            "inheriting from `{name}` is not supported"
                        )));
                    }
                },
                Value::Unknown(unknown) => {
                    return Err(Unwind::unsupported(format!("a class inherits from {}", unknown.reason)));
                }
                other => {
                    let name = self.type_name(other);
                    return Err(Unwind::type_error(format!(
                        "cannot inherit from an object of type '{name}'"
                    )));
                }
            }
        }
        for parent in &parents {
            for native in &parent.natives {
                if !natives.iter().any(|each| Rc::ptr_eq(each, native)) {
                    natives.push(native.clone());
                }
            }
            if foreign.is_none() {
                foreign.clone_from(&parent.foreign);
            }
        }
        if is_named_tuple {
            parents.extend(self.class("tuple"));
        }
        let layout = parents.iter().map(|parent| parent.layout).find(|layout| *layout != Layout::Plain);
        let mut keywords = draft.keywords;
        let metaclass = match keywords.iter().position(|(name, _)| &**name == "metaclass") {
            Some(at) => match keywords.remove(at).1 {
                Value::Class(class) if class.construct.is_none() => Some(class),
                _ => None,
            },
            None => None,
        };
        let metaclass = metaclass.or_else(|| parents.iter().find_map(|parent| parent.metaclass.clone()));
        let class = Rc::new(Class {
            bases: draft.bases,
            attributes: RefCell::new(draft.names),
            layout: layout.unwrap_or(Layout::Plain),
            natives,
            foreign,
            metaclass,
            keywords,
            span,
            ..Class::bare(draft.name, draft.module)
        });
        let mut mro = vec![class.clone()];
        mro.extend(linearise(&parents).ok_or_else(|| {
            Unwind::type_error("Cannot create a consistent method resolution order (MRO) for bases")
        })?);
        let object = self.class("object");
        mro.retain(|each| object.as_ref().is_none_or(|object| !Rc::ptr_eq(each, object)));
        mro.extend(object);
        *class.mro.borrow_mut() = mro;
        if is_named_tuple {
            self.shape_named_tuple(&class);
        } else if let Some(shape) = parents.iter().find_map(inherited_shape) {
            *class.shape.borrow_mut() = shape;
        }
        Ok(class)
    }

    /// What happens once a class is made: members of an enumeration, hooks of its bases.
    pub(in super::super) fn finish_class(&mut self, class: &Rc<Class>) -> Outcome<()> {
        if self.class("Enum").is_some_and(|base| class.inherits(&base)) {
            self.make_members(class)?;
        }
        let names: Vec<(Name, Value)> =
            class.attributes.borrow().iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        for (name, value) in names {
            if matches!(value, Value::Instance(_)) {
                let owner = Value::Class(class.clone());
                self.call_special(&value, "__set_name__", vec![owner, Value::Str(name)])?;
            }
        }
        for native in class.natives.clone() {
            native.subclassed(self, class)?;
        }
        let inherited = class
            .mro
            .borrow()
            .iter()
            .skip(1)
            .find_map(|each| each.attributes.borrow().get("__init_subclass__").cloned());
        if let Some(function) = inherited {
            let function = match function {
                Value::Wrapper(wrapper) => match &*wrapper {
                    Wrapper::ClassMethod(inner) | Wrapper::Static(inner) => inner.clone(),
                    _ => return Ok(()),
                },
                other => other,
            };
            let mut arguments = Arguments::of(vec![Value::Class(class.clone())], self.call_span());
            arguments.keyword.clone_from(&class.keywords);
            self.call(&function, arguments)?;
        }
        Ok(())
    }

    fn shape_named_tuple(&mut self, class: &Rc<Class>) {
        let annotations = class.attributes.borrow().get("__annotations__").and_then(Value::as_dict);
        let mut fields = Vec::new();
        let mut defaults = Vec::new();
        if let Some(annotations) = annotations {
            for (name, _) in annotations.borrow().pairs() {
                let Some(name) = name.as_str() else { continue };
                if let Some(default) = class.attributes.borrow_mut().shift_remove(&name) {
                    defaults.push(default);
                }
                fields.push(name);
            }
        }
        *class.shape.borrow_mut() = Shape::NamedTuple(fields.into(), defaults.into());
    }
}

fn inherited_shape(parent: &Rc<Class>) -> Option<Shape> {
    match &*parent.shape.borrow() {
        Shape::Plain | Shape::Enum(_) => None,
        shape => Some(shape.clone()),
    }
}

/// The order in which the ancestors are looked at (C3); `None` if there is none.
fn linearise(parents: &[Rc<Class>]) -> Option<Vec<Rc<Class>>> {
    let mut sequences: Vec<Vec<Rc<Class>>> =
        parents.iter().map(|parent| parent.mro.borrow().clone()).collect();
    sequences.push(parents.to_vec());
    let mut order: Vec<Rc<Class>> = Vec::new();
    loop {
        sequences.retain(|sequence| !sequence.is_empty());
        if sequences.is_empty() {
            return Some(order);
        }
        let is_later = |candidate: &Rc<Class>| {
            sequences.iter().any(|sequence| sequence.iter().skip(1).any(|each| Rc::ptr_eq(each, candidate)))
        };
        let next =
            sequences.iter().map(|sequence| &sequence[0]).find(|candidate| !is_later(candidate))?.clone();
        for sequence in &mut sequences {
            if Rc::ptr_eq(&sequence[0], &next) {
                sequence.remove(0);
            }
        }
        order.push(next);
    }
}
