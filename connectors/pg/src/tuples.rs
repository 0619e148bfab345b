//! Rows as the tuples of COPY's binary format: a form that a batch can have where PostgreSQL reads what PostgreSQL
//! has written, so that nobody between the two has to look at a value.
//!
//! A batch of this form has one column of bytes, of which each value is one tuple: a field count, then length and bytes
//! of each field, in the order of the stream's columns and in the binary form of their native types. There is neither header nor
//! trailer. The format is described in the manual's page on COPY.

use rapidbyte_sdk::arrow::{keys, DataType, Field, Schema};

/// The form's name.
pub const FORM: &str = "postgres.copy-binary";

/// The schema of a batch of this form.
pub fn schema() -> Schema {
    Schema::new(vec![Field::new("tuple", DataType::Binary, false)]).with_metadata(keys::FORM, FORM)
}

/// Whether a batch of this schema is of this form.
pub fn is_form_of(schema: &Schema) -> bool {
    schema.metadata(keys::FORM) == Some(FORM) && matches!(&*schema.fields, [one] if one.data_type == DataType::Binary)
}

/// Says that the rows of this schema can come in this form as well.
pub fn offer(schema: Schema) -> Schema {
    schema.with_metadata(keys::FORMS, FORM)
}

/// Whether [`offer`] said so.
pub fn is_offered(schema: &Schema) -> bool {
    schema.metadata(keys::FORMS).is_some_and(|forms| forms.split(' ').any(|form| form == FORM))
}
