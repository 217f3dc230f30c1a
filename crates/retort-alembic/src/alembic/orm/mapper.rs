//! From a declarative class to its table.

use std::cell::RefCell;
use std::rc::Rc;

use super::annotation;
use super::declared::{NativeMappedColumn, made, own_setting, setting, settled};
use super::kind::Kind;
use super::related::NativeRelated;
use super::relationship::NativeRelationship;
use crate::alembic::wrap::{self, NativeColumn, NativeMetaData, NativeTable};
use crate::alembic::{expression, table, world};
use crate::python::{Arguments, Class, Interpreter, Name, Outcome, Unwind, Value};
use crate::sql::From;
use crate::sql::identifier::Identifier;

/// What a class is mapped to.
#[derive(Debug)]
pub(crate) struct Mapper {
    /// Its table.
    pub(crate) table: Rc<NativeTable>,
    /// Attributes with the keys of their columns, in the order of the table.
    pub(crate) columns: Vec<(String, String)>,
    /// What it is among the classes that it inherits from.
    pub(super) kind: Kind,
    /// Attributes that are other objects; the ways back of later classes come to them.
    relationships: RefCell<Rc<Relationships>>,
}

/// Relationships by their names.
type Relationships = Vec<(String, Rc<NativeRelationship>)>;

/// The mapped classes of this run, for relationships that name them.
#[derive(Default)]
pub(super) struct Mapped {
    /// In the order in which they were made.
    pub(super) classes: Vec<Rc<Class>>,
    /// Relationships with `backref=`, and the classes that have them.
    ways_back: Vec<(Rc<Class>, Rc<NativeRelationship>)>,
}

/// What a class is mapped to, if it is.
pub(crate) fn mapper_of(class: &Class) -> Option<Rc<Mapper>> {
    class.data.borrow().clone().and_then(|data| data.downcast::<Mapper>().ok())
}

impl Mapper {
    /// Whether there is a column or relationship of that name.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.columns.iter().any(|(own, _)| own == name) || self.relationship(name).is_some()
    }

    /// The relationships by their names.
    pub(super) fn relationships(&self) -> Rc<Relationships> {
        Rc::clone(&self.relationships.borrow())
    }

    /// The relationship of that name.
    pub(super) fn relationship(&self, name: &str) -> Option<Rc<NativeRelationship>> {
        let relationships = self.relationships.borrow();
        relationships.iter().find(|(own, _)| own == name).map(|(_, related)| Rc::clone(related))
    }

    /// The column of an attribute.
    pub(super) fn column(&self, attribute: &str) -> Option<Rc<NativeColumn>> {
        let (_, key) = self.columns.iter().find(|(own, _)| own == attribute)?;
        self.table.column(key)
    }

    /// The attribute of a column.
    pub(super) fn attribute(&self, key: &str) -> Option<&str> {
        self.columns.iter().find(|(_, own)| own == key).map(|(attribute, _)| attribute.as_str())
    }

    /// The attributes of the primary key.
    pub(super) fn key_attributes(&self) -> Vec<String> {
        let keys = self.table.table.borrow().primary_key_columns().to_vec();
        keys.iter().filter_map(|key| self.attribute(key).map(str::to_owned)).collect()
    }

    /// An attribute of the class.
    pub(super) fn class_attribute(&self, class: &Rc<Class>, name: &str) -> Option<Value> {
        if let Some(column) = self.column(name) {
            return Some(expression::value(column.expression()));
        }
        match name {
            "__table__" => Some(Value::Native(self.table.clone())),
            "__mapper__" => super::inspection::mapper_value(class),
            _ => self.related(class, name, self.table.source()),
        }
    }

    /// A relationship as an attribute of the class, read from its table or another name of it.
    pub(super) fn related(&self, class: &Rc<Class>, name: &str, here: From) -> Option<Value> {
        let relationship = self.relationship(name)?;
        Some(Value::native(NativeRelated { class: Rc::clone(class), here, relationship }))
    }
}

/// What the body of a class and its mixins say.
#[derive(Default)]
struct Found {
    columns: Vec<(String, Rc<NativeColumn>)>,
    relationships: Vec<(String, Rc<NativeRelationship>)>,
}

/// Maps a class, if it names a table.
pub(super) fn map_class(
    interp: &mut Interpreter<'_>,
    class: &Rc<Class>,
    metadata: Value,
    parent: Option<&Rc<Class>>,
) -> Outcome<()> {
    let is_abstract = class.attributes.borrow().get("__abstract__").and_then(Value::as_bool) == Some(true);
    if is_abstract || class.data.borrow().is_some() {
        return Ok(());
    }
    let found = collect(interp, class, parent)?;
    let written = own_setting(interp, class, parent, "__table__")?;
    let above = class.mro.borrow().iter().skip(1).find_map(|each| mapper_of(each));
    let own_name = class.attributes.borrow().get("__tablename__").cloned();
    let native = if let Some(native) = written.and_then(|table| table.as_native::<NativeTable>()) {
        native
    } else if let (Some(above), None) = (&above, &own_name) {
        // Inheritance within one table: the columns come to that of the class above.
        return inherit(interp, class, above, found);
    } else {
        let Some(name) = setting(interp, class, parent, "__tablename__")? else { return Ok(()) };
        let Some(name) = wrap::identifier(&name) else {
            interp.refuse_foreign(&name)?;
            return Ok(());
        };
        let Some(metadata) = metadata.as_native::<NativeMetaData>() else {
            interp.refuse_foreign(&metadata)?;
            return Err(Unwind::unsupported("a declarative base whose `metadata` is not a MetaData"));
        };
        build(interp, class, parent, name, &metadata, &found)?
    };
    let mut columns: Vec<(String, String)> = Vec::new();
    for column in &native.table.borrow().columns {
        let attribute = found.columns.iter().find(|(_, own)| {
            let own = own.column.borrow();
            own.key == column.key || own.name == column.name
        });
        let attribute = attribute.map_or_else(|| column.key.clone(), |(attribute, _)| attribute.clone());
        columns.push((attribute, column.key.clone()));
    }
    let relationships = RefCell::new(Rc::new(found.relationships));
    let kind = Kind::of(interp, class, above.as_deref(), &native)?;
    finish(interp, class, Mapper { table: native, columns, kind, relationships });
    Ok(())
}

fn finish(interp: &mut Interpreter<'_>, class: &Rc<Class>, mapper: Mapper) {
    {
        let mut attributes = class.attributes.borrow_mut();
        for (name, _) in &mapper.columns {
            attributes.shift_remove(name.as_str());
        }
        for (name, _) in mapper.relationships().iter() {
            attributes.shift_remove(name.as_str());
        }
        attributes.insert("__table__".into(), Value::Native(mapper.table.clone()));
    }
    let own = mapper.relationships();
    *class.data.borrow_mut() = Some(Rc::new(mapper));
    let mapped = world::keeping::<Mapped>(interp);
    mapped.classes.push(class.clone());
    for (from, related) in &mapped.ways_back {
        lead_back(from, related, class);
    }
    for (_, related) in own.iter().filter(|(_, related)| related.has_way_back()) {
        mapped.classes.iter().for_each(|other| lead_back(class, related, other));
        mapped.ways_back.push((class.clone(), Rc::clone(related)));
    }
}

/// What `backref=` of one class says is an attribute of the other.
fn lead_back(from: &Rc<Class>, related: &NativeRelationship, to: &Rc<Class>) {
    if let Some((name, way)) = related.way_back(from, to)
        && let Some(there) = mapper_of(to).filter(|there| there.relationship(&name).is_none())
    {
        Rc::make_mut(&mut there.relationships.borrow_mut()).push((name, Rc::new(way)));
    }
}

fn inherit(interp: &mut Interpreter<'_>, class: &Rc<Class>, above: &Mapper, found: Found) -> Outcome<()> {
    let mut columns = above.columns.clone();
    for (attribute, column) in &found.columns {
        if columns.iter().any(|(own, _)| own == attribute) {
            continue;
        }
        let data = column.column.borrow().clone();
        columns.push((attribute.clone(), data.key.clone()));
        let added = above.table.table.borrow_mut().append_column(data);
        wrap::checked(interp, added)?;
    }
    let given: Vec<Rc<NativeColumn>> = found.columns.into_iter().map(|(_, column)| column).collect();
    above.table.adopt(&given);
    table::settle(&above.table);
    let mut relationships = Vec::clone(&above.relationships());
    relationships.extend(found.relationships);
    let relationships = RefCell::new(Rc::new(relationships));
    let kind = Kind::of(interp, class, Some(above), &above.table)?;
    finish(interp, class, Mapper { table: above.table.clone(), columns, kind, relationships });
    Ok(())
}

fn build(
    interp: &mut Interpreter<'_>,
    class: &Rc<Class>,
    parent: Option<&Rc<Class>>,
    name: Identifier,
    metadata: &Rc<NativeMetaData>,
    found: &Found,
) -> Outcome<Rc<NativeTable>> {
    let mut values: Vec<Value> =
        found.columns.iter().map(|(_, column)| Value::Native(column.clone())).collect();
    let mut keywords: Vec<(Name, Value)> = Vec::new();
    let mut take = |value: &Value, keywords: &mut Vec<(Name, Value)>| match value.as_dict() {
        Some(dict) => {
            for (key, value) in dict.borrow().pairs() {
                keywords.extend(key.as_str().map(|key| (key, value.clone())));
            }
        }
        None => values.push(value.clone()),
    };
    match setting(interp, class, parent, "__table_args__")? {
        Some(arguments @ Value::Dict(_)) => take(&arguments, &mut keywords),
        Some(arguments) => {
            arguments.as_sequence().unwrap_or_default().iter().for_each(|value| take(value, &mut keywords));
        }
        None => {}
    }
    let span = interp.call_span();
    let mut positional = vec![Value::str(name.as_str()), Value::Native(metadata.clone())];
    positional.extend(values);
    let made = table::table(interp, Arguments { positional, keyword: keywords, span })?;
    match made.as_native::<NativeTable>() {
        Some(native) => Ok(native),
        None => Err(Unwind::unsupported(format!("the table of `{}` is not known", class.name))),
    }
}

/// The columns and relationships of a class: its own first, then those of its mixins, as copies.
fn collect(interp: &mut Interpreter<'_>, class: &Rc<Class>, parent: Option<&Rc<Class>>) -> Outcome<Found> {
    let mut found = Found::default();
    let map = setting(interp, class, parent, "type_annotation_map")?;
    let mut classes: Vec<Rc<Class>> = class.mro.borrow().clone();
    classes.extend(parent.cloned());
    for (place, each) in classes.iter().enumerate() {
        if place > 0 && mapper_of(each).is_some() {
            continue;
        }
        let names: Vec<(Name, Value)> =
            each.attributes.borrow().iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        let annotations = each.attributes.borrow().get("__annotations__").and_then(Value::as_dict);
        let annotations: Vec<(Name, Value)> = annotations
            .map(|dict| {
                let dict = dict.borrow();
                dict.pairs().filter_map(|(name, value)| Some((name.as_str()?, value.clone()))).collect()
            })
            .unwrap_or_default();
        // Annotated attributes stand in the order of the annotations, which is that of the body.
        let mut order: Vec<Name> = Vec::new();
        for name in annotations.iter().map(|(name, _)| name).chain(names.iter().map(|(name, _)| name)) {
            if !order.contains(name) {
                order.push(name.clone());
            }
        }
        for name in order {
            let is_known = found.columns.iter().any(|(own, _)| **own == *name)
                || found.relationships.iter().any(|(own, _)| **own == *name);
            if is_known || name.starts_with("__") {
                continue;
            }
            let value = names.iter().find(|(own, _)| *own == name).map(|(_, value)| value);
            let annotation = annotations.iter().find(|(own, _)| *own == name).map(|(_, value)| value);
            let value = match value {
                Some(value) => Some(settled(interp, class, value)?),
                None => None,
            };
            let said = Said { value: value.as_ref(), annotation, map: map.as_ref() };
            take(interp, &mut found, &name, said, place > 0)?;
        }
    }
    if world::has_sqlalchemy_1(interp) {
        // SQLAlchemy 1.4, `_produce_column_copies` and `_extract_mappable_attributes`: as they were made.
        found.columns.sort_by_key(|(_, column)| column.order);
    }
    Ok(found)
}

/// What a class says of one attribute.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    /// What it is set to.
    pub(super) value: Option<&'a Value>,
    /// Its annotation.
    pub(super) annotation: Option<&'a Value>,
    /// `type_annotation_map`
    pub(super) map: Option<&'a Value>,
}

fn take(
    interp: &mut Interpreter<'_>,
    found: &mut Found,
    name: &Name,
    said: Said<'_>,
    copied: bool,
) -> Outcome<()> {
    let Said { value, annotation, map } = said;
    if let Some(related) = value.and_then(|value| value.as_native::<NativeRelationship>()) {
        found.relationships.push((name.to_string(), related));
        return Ok(());
    }
    let column = match value {
        Some(value) => match value.as_native::<NativeColumn>() {
            Some(column) if copied => {
                let mut copy =
                    NativeColumn::new(column.column.borrow().clone(), column.written_type.borrow().clone());
                copy.written_default = column.written_default.clone();
                copy.written_onupdate = column.written_onupdate.clone();
                copy.order = column.order;
                Some(Rc::new(copy))
            }
            Some(column) => Some(column),
            None => match value.as_native::<NativeMappedColumn>() {
                Some(mapped) => Some(made(interp, name, &mapped.arguments, said)?),
                None => None,
            },
        },
        None => match annotation {
            Some(annotation) => {
                let read = annotation::read(interp, annotation, map)?;
                match read {
                    Some(_) => {
                        let none = Arguments::none(interp.call_span());
                        Some(made(interp, name, &none, said)?)
                    }
                    None => None,
                }
            }
            None => None,
        },
    };
    let Some(column) = column else { return Ok(()) };
    {
        let mut data = column.column.borrow_mut();
        if data.name.is_empty() {
            data.name = Identifier::new(&**name);
            data.key = name.to_string();
        }
    }
    found.columns.push((name.to_string(), column));
    Ok(())
}
