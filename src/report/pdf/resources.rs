//! Pictures, grids, marks and graphics states, under our own names; each is in the file once, and only if it is drawn.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use printpdf::{
    BlendMode, DictItem, ExtendedGraphicsState, ExtendedGraphicsStateId, ExternalStream, ExternalXObject, NonSeperableBlendMode,
    PdfResources, XObject, XObjectId,
};

use crate::measure::{PhotoOutcome, Preview};
use crate::report::layout::display::PictureKind;
use crate::report::layout::tokens::Ink;
use crate::report::{ReportError, marks};

use super::{Sources, jpeg};

/// Width of the halo around a mark, in units of its view box.
const HALO_WIDTH: f32 = 2.6;

/// What the pages draw on.
pub struct Store<'a> {
    sources: &'a Sources<'a>,
    objects: BTreeMap<String, ExternalXObject>,
    /// Encoded pictures: their bytes stay where they are until the file is written.
    encoded: BTreeMap<String, &'a [u8]>,
    states: BTreeMap<&'static str, ExtendedGraphicsState>,
    grids: usize,
}

/// A graphics state of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Takes the colors out of what lies below.
    Gray,
    /// A veil.
    Veil,
    /// The halo of a mark.
    Halo,
    /// A grid over a picture.
    Grid,
    /// A line one sees through.
    Trace,
}

impl<'a> Store<'a> {
    /// An empty store over the report's pictures.
    pub fn new(sources: &'a Sources<'a>) -> Self {
        Self { sources, objects: BTreeMap::new(), encoded: BTreeMap::new(), states: BTreeMap::new(), grids: 0 }
    }

    /// Gives everything that was drawn to the document; answers the bytes of the encoded pictures by their names, which the document
    /// does not hold.
    pub fn hand_over(self, resources: &mut PdfResources) -> BTreeMap<String, &'a [u8]> {
        for (name, object) in self.objects {
            resources.xobjects.map.insert(XObjectId(name), XObject::External(object));
        }
        for (name, state) in self.states {
            resources.extgstates.map.insert(ExtendedGraphicsStateId(name.to_owned()), state);
        }
        self.encoded
    }

    /// The name of a graphics state.
    pub fn state(&mut self, state: State) -> ExtendedGraphicsStateId {
        let plain = ExtendedGraphicsState::default();
        let (name, state) = match state {
            State::Gray => ("GGray", plain.with_blend_mode(BlendMode::NonSeperable(NonSeperableBlendMode::Saturation))),
            State::Veil => ("GVeil", plain.with_current_fill_alpha(0.6)),
            State::Halo => ("GHalo", plain.with_current_fill_alpha(0.55).with_current_stroke_alpha(0.55)),
            State::Grid => ("GGrid", plain.with_current_fill_alpha(0.88)),
            State::Trace => ("GTrace", plain.with_current_stroke_alpha(0.14)),
        };
        self.states.insert(name, state);
        ExtendedGraphicsStateId(name.to_owned())
    }

    /// The name of a photo's encoded picture. The bytes go in as they are.
    ///
    /// # Errors
    /// [`ReportError::Preview`] when there is none, or it is not the JPEG it says it is.
    pub fn picture(&mut self, photo: u16, kind: PictureKind) -> Result<XObjectId, ReportError> {
        let (letter, which) = match kind {
            PictureKind::Preview => ('P', "preview"),
            PictureKind::Thumbnail => ('T', "thumbnail"),
        };
        let name = format!("Im{photo}{letter}");
        if !self.objects.contains_key(&name) {
            let wrong = ReportError::Preview { number: photo, which };
            let picture = self.find(photo, kind).ok_or_else(|| wrong.clone())?;
            let object = encoded(&picture.jpeg, (picture.width_px, picture.height_px)).ok_or(wrong)?;
            self.objects.insert(name.clone(), object);
            self.encoded.insert(name.clone(), &picture.jpeg);
        }
        Ok(XObjectId(name))
    }

    /// The name of the agency's logo.
    ///
    /// # Errors
    /// [`ReportError::Logo`] when there is none, or it is not the JPEG it says it is.
    pub fn logo(&mut self) -> Result<XObjectId, ReportError> {
        let logo = self.sources.logo.ok_or(ReportError::Logo)?;
        let object = encoded(&logo.jpeg, (logo.width_px, logo.height_px)).ok_or(ReportError::Logo)?;
        self.objects.insert("ImLogo".to_owned(), object);
        self.encoded.insert("ImLogo".to_owned(), &logo.jpeg);
        Ok(XObjectId("ImLogo".to_owned()))
    }

    fn find(&self, photo: u16, kind: PictureKind) -> Option<&'a Preview> {
        let photo = self.sources.photos.iter().find(|candidate| candidate.number == photo)?;
        let PhotoOutcome::Measured(measured) = &photo.outcome else { return None };
        let pictures = measured.pictures.as_ref()?;
        Some(match kind {
            PictureKind::Preview => &pictures.preview,
            PictureKind::Thumbnail => &pictures.thumbnail,
        })
    }

    /// The name of a grid of colors.
    pub fn tiles(&mut self, columns: u16, cells: &[Ink]) -> XObjectId {
        let rows = cells.len() / usize::from(columns.max(1));
        let mut dict = image(u32::from(columns), rows as u32, 8);
        dict.insert("ColorSpace".into(), named("DeviceRGB"));
        let samples = cells.iter().take(rows * usize::from(columns)).flatten().copied().collect();
        self.grid(external(dict, samples))
    }

    /// The name of a stencil whose set cells take the current color.
    pub fn stencil(&mut self, side: u16, cells: &[bool]) -> XObjectId {
        let mut dict = image(u32::from(side), u32::from(side), 1);
        dict.insert("ImageMask".into(), DictItem::Bool(true));
        let samples = cells
            .chunks(usize::from(side.max(1)))
            .flat_map(|row| row.chunks(8))
            .map(|eight| {
                eight.iter().enumerate().fold(0xff_u8, |byte, (bit, set)| if *set { byte & !(0x80 >> bit) } else { byte })
            })
            .collect();
        self.grid(external(dict, samples))
    }

    fn grid(&mut self, object: ExternalXObject) -> XObjectId {
        self.grids += 1;
        let name = format!("Gr{}", self.grids);
        self.objects.insert(name.clone(), object);
        XObjectId(name)
    }

    /// The name of a drawn mark; it takes the current colors, and the halo strokes around it.
    ///
    /// # Errors
    /// [`ReportError::Mark`] when the mark is missing or its path cannot be read.
    pub fn mark(&mut self, id: &'static str, halo: bool) -> Result<XObjectId, ReportError> {
        let name = format!("Mk-{id}{}", if halo { "-halo" } else { "" });
        if !self.objects.contains_key(&name) {
            let mark = marks::find(id).ok_or(ReportError::Mark { id })?;
            let mut content = String::new();
            if halo {
                let _ = write!(content, "{HALO_WIDTH} w 1 j 1 J ");
            }
            path(&mut content, mark.data).ok_or(ReportError::Mark { id })?;
            content.push_str(if halo { "B" } else { "f" });
            let edge = [-4.0, -4.0, mark.width + 4.0, mark.height + 4.0];
            let dict = BTreeMap::from([
                ("Type".to_owned(), named("XObject")),
                ("Subtype".to_owned(), named("Form")),
                ("FormType".to_owned(), DictItem::Int(1)),
                ("BBox".to_owned(), DictItem::Array(edge.into_iter().map(DictItem::Real).collect())),
                ("Resources".to_owned(), DictItem::Dict { map: BTreeMap::new() }),
            ]);
            self.objects.insert(name.clone(), external(dict, content.into_bytes()));
        }
        Ok(XObjectId(name))
    }
}

/// SVG path data of absolute `M`, `L`, `Z` -> PDF path operators.
fn path(out: &mut String, data: &str) -> Option<()> {
    for step in marks::steps(data) {
        let _ = match step? {
            marks::Step::Move(x, y) => write!(out, "{x} {y} m "),
            marks::Step::Line(x, y) => write!(out, "{x} {y} l "),
            marks::Step::Close => write!(out, "h "),
        };
    }
    Some(())
}

/// A JPEG as it is; None if it is not of this size.
fn encoded(bytes: &[u8], size: (u32, u32)) -> Option<ExternalXObject> {
    let header = jpeg::header(bytes).filter(|header| (header.width, header.height) == size)?;
    let space = if header.components == 1 { "DeviceGray" } else { "DeviceRGB" };
    let mut dict = image(header.width, header.height, 8);
    dict.insert("ColorSpace".into(), named(space));
    dict.insert("Filter".into(), named("DCTDecode"));
    Some(external(dict, Vec::new()))
}

fn image(width: u32, height: u32, bits: i64) -> BTreeMap<String, DictItem> {
    BTreeMap::from([
        ("Type".to_owned(), named("XObject")),
        ("Subtype".to_owned(), named("Image")),
        ("Width".to_owned(), DictItem::Int(i64::from(width))),
        ("Height".to_owned(), DictItem::Int(i64::from(height))),
        ("BitsPerComponent".to_owned(), DictItem::Int(bits)),
    ])
}

fn named(name: &str) -> DictItem {
    DictItem::Name(name.as_bytes().to_vec())
}

/// Compressed, if at all, when the file is written.
const fn external(dict: BTreeMap<String, DictItem>, content: Vec<u8>) -> ExternalXObject {
    ExternalXObject { stream: ExternalStream { dict, content, compress: false }, width: None, height: None, dpi: None }
}
