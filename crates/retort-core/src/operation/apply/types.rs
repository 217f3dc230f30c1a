//! Enumerated types.

use super::{Refusal, exists, missing, refuse};
use crate::schema::{EnumType, ObjectName, Schema};

pub(super) fn edit_enum(
    schema: &mut Schema,
    name: &ObjectName,
    edit: impl FnOnce(&mut EnumType) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let Some(mut enum_type) = schema.enum_type(name).map(|enum_type| (**enum_type).clone()) else {
        return missing("type", name, false);
    };
    edit(&mut enum_type)?;
    schema.put_enum(enum_type);
    Ok(())
}

pub(super) fn add_label(
    enum_type: &mut EnumType,
    label: &str,
    place: Option<&(bool, String)>,
    if_not_exists: bool,
) -> Result<(), Refusal> {
    if enum_type.labels.iter().any(|other| other == label) {
        return exists("label", &ObjectName::bare(label), if_not_exists);
    }
    let at = match place {
        None => enum_type.labels.len(),
        Some((before, neighbour)) => {
            let Some(at) = enum_type.labels.iter().position(|other| other == neighbour) else {
                return refuse(
                    "replay/no-such-label",
                    format!("type `{}` has no label `{neighbour}`", enum_type.name),
                );
            };
            at + usize::from(!before)
        }
    };
    enum_type.labels.insert(at, label.to_owned());
    Ok(())
}
