//! The result beside the report: the canonical JSON as an associated file (ISO 19005-3, 6.8; ISO 32000-1, 7.11.4).

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, StringFormat, dictionary};

use super::{About, xmp};

/// Its name in the file.
pub const NAME: &str = "result.json";

/// Embeds a result of so many bytes; answers its file specification, and the stream that the bytes go into.
pub fn attach(document: &mut Document, about: &About, size_bytes: usize) -> (ObjectId, ObjectId) {
    let date = Object::String(xmp::pdf_date(about).into_bytes(), StringFormat::Literal);
    let head = dictionary! {
        "Type" => "EmbeddedFile",
        "Subtype" => "application/json",
        "Params" => dictionary! { "Size" => size_bytes as i64, "ModDate" => date },
    };
    let file = document.add_object(Stream::new(head, Vec::new()));
    let specification = document.add_object(dictionary! {
        "Type" => "Filespec",
        "F" => Object::string_literal(NAME),
        "UF" => Object::string_literal(NAME),
        "Desc" => Object::string_literal("All measurements of this report, as JSON"),
        "AFRelationship" => "Data",
        "EF" => dictionary! { "F" => file, "UF" => file },
    });
    (specification, file)
}

/// The name tree that lists it.
pub fn names(attached: ObjectId) -> Dictionary {
    dictionary! { "Names" => vec![Object::string_literal(NAME), Object::Reference(attached)] }
}
