//! Pictures, grids, marks and graphics states, under our own names ([`super::names`]); each is in the file once, and only if it is drawn.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use printpdf::{
    BlendMode, DictItem, ExtendedGraphicsState, ExtendedGraphicsStateId, ExternalStream, ExternalXObject, NonSeperableBlendMode,
    PdfResources, XObject, XObjectId,
};

use crate::measure::{PhotoOutcome, Preview};
use crate::report::layout::display::{Item, PictureKind};
use crate::report::layout::tokens::Ink;
use crate::report::{ReportError, marks};

use super::names::{self, Names, State};
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

impl<'a> Store<'a> {
    /// An empty store over the report's pictures.
    pub fn new(sources: &'a Sources<'a>) -> Self {
        Self { sources, objects: BTreeMap::new(), encoded: BTreeMap::new(), states: BTreeMap::new(), grids: 0 }
    }

    /// Takes what an item draws on.
    ///
    /// # Errors
    /// [`ReportError::Preview`], [`ReportError::Logo`] when there is no such picture, or it is not the JPEG it says it is;
    /// [`ReportError::Mark`] when the mark is missing or its path cannot be read.
    pub fn note(&mut self, item: &Item) -> Result<(), ReportError> {
        match item {
            Item::Picture { photo, kind, .. } => self.picture(*photo, *kind)?,
            Item::Logo { .. } => self.logo()?,
            Item::Tiles { columns, cells, opacity, .. } => {
                self.tiles(*columns, cells);
                if *opacity < 1.0 {
                    self.state(State::Grid);
                }
            }
            Item::Bits { side, cells, .. } => self.stencil(*side, cells),
            Item::Mark { id, halo, .. } => {
                if *halo {
                    self.state(State::Halo);
                    self.mark(id, true)?;
                }
                self.mark(id, false)?;
            }
            Item::Trace { .. } => self.state(State::Trace),
            Item::Wash { wash, .. } => self.state(State::of(*wash)),
            Item::Text { .. }
            | Item::Fill { .. }
            | Item::Stroke { .. }
            | Item::Area { .. }
            | Item::Clip(_)
            | Item::EndClip
            | Item::Link { .. } => {}
        }
        Ok(())
    }

    /// Gives everything that was noted to the document; answers its names, and the bytes of the encoded pictures by theirs, which the
    /// document does not hold.
    pub fn hand_over(self, resources: &mut PdfResources) -> (Names, BTreeMap<String, &'a [u8]>) {
        let known = self.objects.keys().cloned().chain(self.states.keys().map(|name| (*name).to_owned())).collect();
        for (name, object) in self.objects {
            resources.xobjects.map.insert(XObjectId(name), XObject::External(object));
        }
        for (name, state) in self.states {
            resources.extgstates.map.insert(ExtendedGraphicsStateId(name.to_owned()), state);
        }
        (Names::new(known), self.encoded)
    }

    fn state(&mut self, state: State) {
        let plain = ExtendedGraphicsState::default();
        let described = match state {
            State::Gray => plain.with_blend_mode(BlendMode::NonSeperable(NonSeperableBlendMode::Saturation)),
            State::Veil => plain.with_current_fill_alpha(0.6),
            State::Halo => plain.with_current_fill_alpha(0.55).with_current_stroke_alpha(0.55),
            State::Grid => plain.with_current_fill_alpha(0.88),
            State::Trace => plain.with_current_stroke_alpha(0.14),
        };
        self.states.insert(state.name(), described);
    }

    /// A photo's encoded picture. The bytes go in as they are.
    fn picture(&mut self, photo: u16, kind: PictureKind) -> Result<(), ReportError> {
        let name = names::picture(photo, kind);
        if !self.objects.contains_key(&name) {
            let which = match kind {
                PictureKind::Preview => "preview",
                PictureKind::Thumbnail => "thumbnail",
            };
            let wrong = ReportError::Preview { number: photo, which };
            let picture = self.find(photo, kind).ok_or_else(|| wrong.clone())?;
            let object = encoded(&picture.jpeg, (picture.width_px, picture.height_px)).ok_or(wrong)?;
            self.objects.insert(name.clone(), object);
            self.encoded.insert(name, &picture.jpeg);
        }
        Ok(())
    }

    fn logo(&mut self) -> Result<(), ReportError> {
        let logo = self.sources.logo.ok_or(ReportError::Logo)?;
        let object = encoded(&logo.jpeg, (logo.width_px, logo.height_px)).ok_or(ReportError::Logo)?;
        self.objects.insert(names::LOGO.to_owned(), object);
        self.encoded.insert(names::LOGO.to_owned(), &logo.jpeg);
        Ok(())
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

    /// A grid of colors.
    fn tiles(&mut self, columns: u16, cells: &[Ink]) {
        let rows = cells.len() / usize::from(columns.max(1));
        let mut dict = image(u32::from(columns), rows as u32, 8);
        dict.insert("ColorSpace".into(), named("DeviceRGB"));
        let samples = cells.iter().take(rows * usize::from(columns)).flatten().copied().collect();
        self.grid(external(dict, samples));
    }

    /// A stencil whose set cells take the current color.
    fn stencil(&mut self, side: u16, cells: &[bool]) {
        let mut dict = image(u32::from(side), u32::from(side), 1);
        dict.insert("ImageMask".into(), DictItem::Bool(true));
        let samples = cells
            .chunks(usize::from(side.max(1)))
            .flat_map(|row| row.chunks(8))
            .map(|eight| {
                eight.iter().enumerate().fold(0xff_u8, |byte, (bit, set)| if *set { byte & !(0x80 >> bit) } else { byte })
            })
            .collect();
        self.grid(external(dict, samples));
    }

    fn grid(&mut self, object: ExternalXObject) {
        self.grids += 1;
        self.objects.insert(names::grid(self.grids), object);
    }

    /// A drawn mark; it takes the current colors, and the halo strokes around it.
    fn mark(&mut self, id: &'static str, halo: bool) -> Result<(), ReportError> {
        let name = names::mark(id, halo);
        if self.objects.contains_key(&name) {
            return Ok(());
        }
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
        self.objects.insert(name, external(dict, content.into_bytes()));
        Ok(())
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
