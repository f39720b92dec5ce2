//! The small fields beside the photos, the same for form, query and page.

use crate::domain::Product;
use crate::http::{Problem, ProblemKind};

/// Longest small field, in bytes.
pub const FIELD_BYTES_MAX: usize = 4 * 1024;
/// Longest reference, in characters.
pub const REFERENCE_CHARS_MAX: usize = 100;

/// Longest life of a report that any product has, in days; the product's own may be shorter.
pub const LIFE_DAYS_MAX: u32 = Product::Provenance.retention_days();

/// What was asked about the photos, each field at most once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields {
    product: Option<Product>,
    previews: Option<bool>,
    reference: Option<String>,
    life_days: Option<u32>,
    /// A page's form: its id.
    pub(super) form_id: Option<String>,
}

/// Everything that was sent, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// What to answer.
    pub product: Product,
    /// Whether the report may hold picture content.
    pub previews: bool,
    /// The customer's own reference.
    pub reference: Option<String>,
    /// Days the report lives; None: the product's.
    pub life_days: Option<u32>,
    /// The id of the page's form that was sent; None from programs.
    pub form_id: Option<String>,
}

fn put<T>(slot: &mut Option<T>, name: &str, value: T) -> Result<(), Problem> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(Problem::field(name, "repeated", "Send this field once.")),
    }
}

impl Fields {
    /// Takes one field.
    ///
    /// # Errors
    /// 422 naming the field: unknown, repeated, too long or with a value we do not have.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), Problem> {
        match name {
            "product" => {
                let product = value
                    .parse()
                    .map_err(|_| Problem::field(name, "unknown_value", "The products are snapshot, portfolio and provenance."))?;
                put(&mut self.product, name, product)
            }
            "previews" => match value {
                "full" => put(&mut self.previews, name, true),
                "none" => put(&mut self.previews, name, false),
                _ => Err(Problem::field(name, "unknown_value", "previews is full or none.")),
            },
            "reference" if value.chars().count() > REFERENCE_CHARS_MAX => Err(too_long(name)),
            "reference" => put(&mut self.reference, name, value.to_owned()),
            "life_days" => {
                let days = value.parse().ok().filter(|days| (1..=LIFE_DAYS_MAX).contains(days)).ok_or_else(|| {
                    Problem::field(name, "not_allowed", format!("life_days is a whole number of days, 1 to {LIFE_DAYS_MAX}."))
                })?;
                put(&mut self.life_days, name, days)
            }
            _ => Err(unknown(name)),
        }
    }

    /// The whole, once the last field was read.
    ///
    /// # Errors
    /// 422 naming every field that is missing.
    pub fn finish(self, photo_count: usize) -> Result<Sent, Problem> {
        let mut problem = Problem::new(ProblemKind::InvalidFields);
        if photo_count == 0 {
            problem = problem.and_field("photos", "missing", "Send at least one photo.");
        }
        match self.product {
            Some(_) if photo_count > 0 => self.finish_open(),
            Some(_) => Err(problem),
            None => Err(without_product(problem)),
        }
    }

    /// The whole, where photos come later.
    ///
    /// # Errors
    /// As [`Fields::finish`].
    pub fn finish_open(self) -> Result<Sent, Problem> {
        let product = self.product.ok_or_else(|| without_product(Problem::new(ProblemKind::InvalidFields)))?;
        Ok(Sent {
            product,
            previews: self.previews.unwrap_or(true),
            reference: self.reference.filter(|text| !text.trim().is_empty()),
            life_days: self.life_days,
            form_id: self.form_id,
        })
    }
}

fn without_product(problem: Problem) -> Problem {
    problem.and_field("product", "missing", "Say which product: snapshot, portfolio or provenance.")
}

/// 422 for a field that is longer than it may be.
pub fn too_long(name: &str) -> Problem {
    let limit = if name == "reference" { REFERENCE_CHARS_MAX } else { FIELD_BYTES_MAX };
    let unit = if name == "reference" { "characters" } else { "bytes" };
    Problem::field(name, "too_long", format!("At most {limit} {unit}.")).limit(limit as u64, None)
}

/// 422 for a field nobody reads: better than to let a spelling mistake pass.
pub fn unknown(name: &str) -> Problem {
    Problem::field(
        name,
        "unknown_field",
        "There is no such field. The fields are photos, product, previews, reference and life_days.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(result: Result<(), Problem>) -> (String, &'static str) {
        let problem = result.unwrap_err();
        let error = &problem.field_errors()[0];
        (error.field.clone(), error.code)
    }

    #[test]
    fn each_wrong_field_is_named() {
        let mut fields = Fields::default();
        assert_eq!(code(fields.set("product", "poster")), ("product".into(), "unknown_value"));
        assert_eq!(code(fields.set("previews", "yes")), ("previews".into(), "unknown_value"));
        assert_eq!(code(fields.set("colour", "red")), ("colour".into(), "unknown_field"));
        assert_eq!(code(fields.set("reference", &"ä".repeat(101))), ("reference".into(), "too_long"));
        fields.set("reference", &"ä".repeat(100)).unwrap();
        for wrong in ["a week", "0", "31"] {
            assert_eq!(code(fields.set("life_days", wrong)), ("life_days".into(), "not_allowed"), "{wrong}");
        }
        fields.set("life_days", "30").unwrap();
        fields.set("product", "snapshot").unwrap();
        assert_eq!(code(fields.set("product", "snapshot")), ("product".into(), "repeated"));
    }

    #[test]
    fn what_is_missing_is_named_all_at_once() {
        let problem = Fields::default().finish(0).unwrap_err();
        let names: Vec<&str> = problem.field_errors().iter().map(|error| error.field.as_str()).collect();
        assert_eq!(names, ["photos", "product"]);
    }

    #[test]
    fn previews_are_on_unless_left_out_and_an_empty_reference_is_none() {
        let mut fields = Fields::default();
        fields.set("product", "portfolio").unwrap();
        fields.set("reference", "  ").unwrap();
        let sent = fields.finish(1).unwrap();
        assert_eq!(sent, Sent { product: Product::Portfolio, previews: true, reference: None, life_days: None, form_id: None });
    }
}
