//! What can be said of a photo in CMYK: its headers. Four inks have no brightness or colour without the press they are meant
//! for, so nothing is claimed about what the picture looks like.

use crate::ingest::Photo;

use super::blockiness::Blockiness;
use super::clipping::BurntArea;
use super::findings::{Evidence, findings};
use super::profile::Profile;
use super::{PhotoMeasurements, facts, jpeg, metadata, numbers, print, sha256};

/// Puts together what the headers told.
pub fn measured(bytes: &[u8], photo: &Photo<'_>, profile: &Profile) -> PhotoMeasurements {
    let file = facts::file(photo, profile, facts::Seen::default(), bytes.len() as u64, sha256(bytes));
    let measurements = numbers::unseen(photo);
    let jpeg = photo.container.jpeg.as_ref().map(jpeg::facts);
    let privacy = photo.metadata.privacy.clone();
    let metadata = metadata::facts(photo, profile, None);
    let findings = findings(&Evidence {
        file: &file,
        rows_share: 100.0,
        measurements: &measurements,
        percentiles: None,
        burnt: BurntArea::default(),
        blockiness: Blockiness::TooSmall,
        jpeg: jpeg.as_ref(),
        privacy: &privacy,
        metadata: &metadata,
    });
    PhotoMeasurements {
        measurements,
        histogram: None,
        percentiles: None,
        palette: Vec::new(),
        jpeg,
        capture: facts::capture(&photo.metadata.capture),
        privacy,
        rights: photo.metadata.rights.clone(),
        metadata,
        print_sizes: print::print_sizes((file.width_px, file.height_px), None),
        composition: None,
        findings,
        pictures: None,
        file,
    }
}
