//! Maps on the wire frame: thousands of small numbers as one text instead of one number each, which costs a worker and the server a
//! tenth of the time. The numbers come back bit for bit. The published JSON has numbers; it is built by `report`.

use std::marker::PhantomData;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::de::{Deserializer, Error, Unexpected, Visitor};
use serde::ser::Serializer;

/// What fits into whole bytes of its own.
trait Packed: Sized {
    /// Bytes of one.
    const BYTES: usize;

    fn pack(&self, bytes: &mut Vec<u8>);
    /// From exactly [`Self::BYTES`].
    fn unpack(bytes: &[u8]) -> Option<Self>;
}

impl Packed for u8 {
    const BYTES: usize = 1;

    fn pack(&self, bytes: &mut Vec<u8>) {
        bytes.push(*self);
    }

    fn unpack(bytes: &[u8]) -> Option<Self> {
        bytes.first().copied()
    }
}

/// None is not a number.
impl Packed for Option<f32> {
    const BYTES: usize = 4;

    fn pack(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.unwrap_or(f32::NAN).to_le_bytes());
    }

    fn unpack(bytes: &[u8]) -> Option<Self> {
        let level = f32::from_le_bytes(bytes.try_into().ok()?);
        Some(if level.is_nan() { None } else { Some(level) })
    }
}

fn write<T: Packed, S: Serializer>(items: &[T], serializer: S) -> Result<S::Ok, S::Error> {
    let mut bytes = Vec::with_capacity(items.len() * T::BYTES);
    items.iter().for_each(|item| item.pack(&mut bytes));
    serializer.serialize_str(&STANDARD_NO_PAD.encode(&bytes))
}

fn read<'de, T: Packed, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    deserializer.deserialize_str(Text(PhantomData))
}

struct Text<T>(PhantomData<T>);

impl<T: Packed> Visitor<'_> for Text<T> {
    type Value = Vec<T>;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a map in base64")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Vec<T>, E> {
        let refused = || E::invalid_value(Unexpected::Other("a text that is no map"), &self);
        let bytes = STANDARD_NO_PAD.decode(text).map_err(|_| refused())?;
        if bytes.len() % T::BYTES != 0 {
            return Err(refused());
        }
        bytes.chunks_exact(T::BYTES).map(T::unpack).collect::<Option<_>>().ok_or_else(refused)
    }
}

/// Of a clipping map.
pub(super) mod bytes {
    use super::{Deserializer, Serializer};

    /// One text.
    pub fn serialize<S: Serializer>(items: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        super::write(items, serializer)
    }

    /// From that text only.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        super::read(deserializer)
    }
}

/// Of focus and error level maps; what is not a number comes back as None.
pub(super) mod levels {
    use super::{Deserializer, Serializer};

    /// One text.
    pub fn serialize<S: Serializer>(items: &[Option<f32>], serializer: S) -> Result<S::Ok, S::Error> {
        super::write(items, serializer)
    }

    /// From that text only.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Option<f32>>, D::Error> {
        super::read(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ClippingMap, ErrorLevelMap, FocusMap};

    #[test]
    fn every_bit_comes_back() {
        let burnt: Vec<u8> = (0..=255).collect();
        let lost = burnt.iter().rev().copied().collect();
        let clipping = ClippingMap { columns: 16, rows: 16, burnt, lost };
        assert_eq!(serde_json::from_slice::<ClippingMap>(&serde_json::to_vec(&clipping).unwrap()).unwrap(), clipping);
        let levels = [Some(0.0), Some(-0.0), None, Some(f32::MIN_POSITIVE / 8.0), Some(0.1), Some(f32::MAX), Some(f32::INFINITY)];
        let focus = FocusMap { columns: 7, rows: 1, tiles: levels.to_vec(), tenengrad: levels.iter().rev().copied().collect() };
        let back: FocusMap = serde_json::from_slice(&serde_json::to_vec(&focus).unwrap()).unwrap();
        let bits = |map: &FocusMap| map.tiles.iter().chain(&map.tenengrad).map(|tile| tile.map(f32::to_bits)).collect::<Vec<_>>();
        assert_eq!(bits(&back), bits(&focus));
    }

    #[test]
    fn what_is_no_map_is_refused() {
        let focus = |tiles: &str| {
            serde_json::from_str::<FocusMap>(&format!(r#"{{"columns":1,"rows":1,"tiles":{tiles},"tenengrad":""}}"#))
        };
        assert_eq!(focus(r#""""#).unwrap().tiles, []);
        assert_eq!(focus(r#""AADAfw""#).unwrap().tiles, [None]);
        for refused in [r#""AAAA""#, r#""AADAfw==""#, r#""AADAf""#, r#""....""#, r#""AADAf\u0000""#, "[1.5]", "null", "7"] {
            assert!(focus(refused).is_err(), "{refused}");
        }
        assert!(serde_json::from_str::<ErrorLevelMap>(r#"{"columns":1,"rows":1,"cells":"AA"}"#).is_err());
    }
}
