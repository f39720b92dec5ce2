//! The API as a person reads it: groups of operations, then the objects they share, each told once.

/// Operations of one tag.
pub struct Group {
    /// The place in the page.
    pub id: String,
    /// The tag.
    pub name: String,
    /// What they are for.
    pub description: Prose,
    /// In the order of the document.
    pub operations: Vec<Operation>,
}

/// One operation, or one webhook.
pub struct Operation {
    /// Its operation id; the place in the page.
    pub id: String,
    /// In capitals.
    pub method: String,
    /// With parameters in braces; of a webhook, the event's name.
    pub path: String,
    /// What it does.
    pub summary: String,
    /// More about it.
    pub description: Prose,
    /// The scope a key needs; empty: no key.
    pub scope: String,
    /// Path, query and headers.
    pub parameters: Vec<Field>,
    /// The bodies it takes.
    pub bodies: Vec<Body>,
    /// What it answers when all is well.
    pub answers: Vec<Answer>,
    /// Codes of the catalogue.
    pub problems: Vec<String>,
    /// A call.
    pub curl: String,
}

/// One body it takes.
pub struct Body {
    /// Media type.
    pub media_type: String,
    /// Its shape.
    pub kind: Kind,
}

/// One answer.
pub struct Answer {
    /// Status, or a class of them.
    pub status: String,
    /// What it means.
    pub description: Prose,
    /// What comes with it.
    pub body: Option<Body>,
    /// Headers of its own, by name.
    pub headers: Vec<String>,
    /// An example of the body, over several lines; empty if there is none.
    pub example: String,
}

/// What a value is, in a word or a link.
pub struct Kind {
    /// As read.
    pub text: String,
    /// The object it names, if that is told on the page.
    pub link: Option<String>,
}

/// A parameter, or a member of an object.
pub struct Field {
    /// Its name.
    pub name: String,
    /// Where a parameter stands.
    pub place: String,
    /// What it holds.
    pub kind: Kind,
    /// Whether it must be there.
    pub required: bool,
    /// What it means.
    pub description: Prose,
}

/// An object that operations share.
pub struct Shape {
    /// Its name; `schema-` and it is the place in the page.
    pub name: String,
    /// What it is.
    pub description: Prose,
    /// Its members.
    pub fields: Vec<Field>,
}

/// A sentence whose words between backquotes are shown as code: every second piece.
pub struct Prose(pub Vec<String>);

impl Prose {
    /// Of a text with backquotes.
    pub fn of(text: &str) -> Self {
        Self(text.split('`').map(str::to_owned).collect())
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(String::is_empty)
    }
}
