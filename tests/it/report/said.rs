//! What a talkative file says, made up.

use proofsheet::measure::metadata::*;

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

pub fn privacy() -> PrivacyFacts {
    PrivacyFacts {
        gps_position: true,
        device_ids: texts(&["BodySerialNumber …4471", "XMP aux:LensSerialNumber …0012"]),
        names: texts(&[
            "Artist (12 characters)",
            "IPTC By-line (12 characters)",
            "XMP Iptc4xmpExt:PersonInImage (2 entries, 17 characters)",
        ]),
        maker_note_bytes: Some(48_120),
        maker_note_vendor: Some("Nikon".into()),
        position: Some(Position {
            blocks: vec![Block::Exif, Block::Xmp],
            resolution_m: Some(0.2),
            altitude: true,
            direction: false,
            time: true,
        }),
        gps_fields: texts(&["GPSLatitude", "GPSLongitude", "XMP exif:GPSLatitude"]),
        places: texts(&["IPTC City (4 characters)", "IPTC Country-PrimaryLocationName (11 characters)"]),
        people: texts(&["XMP Iptc4xmpExt:PersonInImage (2 entries, 17 characters)"]),
        face_regions: 2,
        captions: texts(&["ImageDescription (88 characters)", "XMP dc:subject (7 entries, 51 characters)"]),
        contacts: texts(&["XMP Iptc4xmpCore:CiEmailWork (21 characters)", "a telephone number in UserComment"]),
        paths: texts(&["XMP photoshop:DocumentAncestors (41 characters)"]),
        paths_name_user: true,
    }
}

pub fn rights() -> RightsFacts {
    RightsFacts {
        copyright: Some("© 2026 Northlight".into()),
        creator_named: true,
        credit: Some("Northlight/Agency".into()),
        usage_terms: Some("One use in print".into()),
        web_statement: Some("https://northlight.example/licence".into()),
        licensor_named: true,
        marked: Some(true),
        model_release: Some("MR-UMR".into()),
        property_release: None,
        data_mining: Some("DMI-PROHIBITED".into()),
    }
}

pub fn metadata() -> MetadataFacts {
    let block = |block, bytes, fields| BlockFacts { block, bytes, fields, names: texts(&["Make", "Artist"]), damaged: false };
    let density = |block, ppi| Density { block, x_ppi: ppi, y_ppi: ppi };
    MetadataFacts {
        said: Statements {
            blocks: vec![block(Block::Exif, 61_004, 62), block(Block::Iptc, 412, 14), block(Block::Xmp, 18_230, 41)],
            conflicts: vec![Conflict {
                field: "creator".into(),
                blocks: vec![Block::Exif, Block::Xmp],
                values: vec![
                    Said { block: Block::Exif, value: "12 characters".into() },
                    Said { block: Block::Xmp, value: "9 characters".into() },
                ],
            }],
            history: History {
                programs: texts(&["Lightroom 14.1", "Photoshop 26.0"]),
                steps: 6,
                actions: vec![Action {
                    action: Some("saved".into()),
                    when: Some("2026-11-20 18:20:00 +01:00".into()),
                    program: Some("Photoshop 26.0".into()),
                    parameters: None,
                }],
                document_id: true,
                original_document_id: true,
                ancestors: 2,
                derived: true,
                photoshop_resources: 31,
                raw_settings: 104,
            },
            dates: Dates {
                original: Some("2026-11-20 14:03:11".into()),
                original_offset: Some("+01:00".into()),
                digitized: Some("2026-11-20 14:03:11".into()),
                digitized_offset: Some("+01:00".into()),
                modified: Some("2026-11-19 09:12:40".into()),
                modified_offset: None,
                metadata_modified: None,
                gps_utc: Some("2026-11-20 13:02:58".into()),
                notes: vec![DateNote::ModifiedBeforeOriginal],
            },
            origin: Origin {
                source_type: Some(SourceType {
                    term: Some("compositeWithTrainedAlgorithmicMedia".into()),
                    value: "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia".into(),
                    declares_ai: true,
                }),
                generators: texts(&["XMP xmp:CreatorTool names Adobe Firefly"]),
            },
            densities: vec![density(Block::Jfif, 72.0), density(Block::Exif, 300.0)],
            declared_px: Some((6000, 4000)),
            scrub: Scrub {
                remove: texts(&["EXIF:MakerNote", "EXIF:GPS", "EXIF:BodySerialNumber", "IPTC:City"]),
                keep: texts(&["EXIF:Artist", "IPTC:By-line", "XMP dc:rights"]),
                anonymous: texts(&["EXIF:Artist", "IPTC:By-line", "XMP dc:rights", "XMP xmpMM:DocumentID"]),
            },
        },
        size_as_declared: Some(false),
        size_change: Some(SizeChange::OtherShape),
        densities_differ: true,
        color_space_conflict: true,
        embedded: vec![
            EmbeddedPicture {
                place: Place::ExifThumbnail,
                bytes: 8120,
                size_px: Some((160, 120)),
                shape_differs: Some(true),
                pdq_distance: None,
            },
            EmbeddedPicture { place: Place::MakerNote, bytes: 91_000, size_px: None, shape_differs: None, pdq_distance: None },
        ],
        extras: vec![Extra { kind: ExtraKind::Video, bytes: 2_400_000 }],
    }
}
