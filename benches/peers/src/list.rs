//! A placed report as `benches/report/list.rs` writes it.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Deserializer};

/// RGB, 8 bit.
pub type Ink = [u8; 3];
/// Left, top, width, height, in points from the left top corner.
pub type Frame = [f32; 4];

#[derive(Deserialize)]
pub struct List {
    pub title: String,
    pub fonts: BTreeMap<String, Bytes>,
    pub pictures: BTreeMap<String, Bytes>,
    pub marks: BTreeMap<String, Mark>,
    pub pages: Vec<Page>,
    pub outline: Vec<Entry>,
    pub attachment: Bytes,
}

#[derive(Clone)]
pub struct Bytes(pub std::sync::Arc<Vec<u8>>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let bytes = BASE64_STANDARD.decode(String::deserialize(from)?).map_err(serde::de::Error::custom)?;
        Ok(Self(std::sync::Arc::new(bytes)))
    }
}

#[derive(Deserialize)]
pub struct Mark {
    pub width: f32,
    pub height: f32,
    pub steps: Vec<(char, f32, f32)>,
}

#[derive(Deserialize)]
pub struct Entry {
    pub title: String,
    pub page: usize,
    pub below: Vec<Entry>,
}

#[derive(Deserialize)]
pub struct Page {
    pub tags: Vec<Tag>,
    pub items: Vec<Placed>,
}

#[derive(Deserialize)]
pub struct Tag {
    pub role: String,
    pub parent: Option<usize>,
    pub alt: Option<String>,
}

#[derive(Deserialize)]
pub struct Placed {
    pub node: usize,
    pub item: Item,
}

#[derive(Deserialize)]
pub struct Run {
    pub face: String,
    pub x: f32,
    pub text: String,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Item {
    Text { y: f32, size: f32, ink: Ink, runs: Vec<Run> },
    Fill { frame: Frame, ink: Ink },
    Area { points: Vec<(f32, f32)>, ink: Ink },
    Stroke { points: Vec<(f32, f32)>, width: f32, ink: Ink, dash: Vec<f32>, round: bool },
    Picture { frame: Frame, key: String },
    Tiles { frame: Frame, columns: u32, cells: Vec<Ink>, opacity: f32 },
    Bits { frame: Frame, side: u32, cells: Vec<bool>, ink: Ink },
    Mark { frame: Frame, id: String, ink: Ink, halo: bool },
    Wash { frame: Frame, gray: bool },
    Clip { frames: Vec<Frame> },
    EndClip,
    Link { frame: Frame, page: usize, words: String },
}
