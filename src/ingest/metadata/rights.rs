//! Whose it is, which programs touched it, and how it says that it was made.

use super::dates::{self, Moment};
use super::facts::{Action, History, LIST_MAX, Origin, Rights, SourceType};
use super::fields::Meaning;
use super::privacy::label;
use super::tags::{Block, Tag, Tags};
use super::{mask, text};

/// The list of digital source types of the IPTC (NewsCodes, 2025), retired ones included, and whether a term says that a
/// trained model made the picture or a part of it.
const SOURCE_TYPES: [(&str, bool); 20] = [
    ("digitalCapture", false),
    ("computationalCapture", false),
    ("negativeFilm", false),
    ("positiveFilm", false),
    ("print", false),
    ("humanEdits", false),
    ("minorHumanEdits", false),
    ("compositeCapture", false),
    ("algorithmicallyEnhanced", false),
    ("dataDrivenMedia", false),
    ("digitalArt", false),
    ("digitalCreation", false),
    ("softwareImage", false),
    ("virtualRecording", false),
    ("screenCapture", false),
    ("composite", false),
    ("algorithmicMedia", false),
    ("compositeSynthetic", true),
    ("compositeWithTrainedAlgorithmicMedia", true),
    ("trainedAlgorithmicMedia", true),
];
const SOURCE_TYPE_URI: &str = "cv.iptc.org/newscodes/digitalsourcetype/";

/// Names of picture generators as they write themselves into files; each stands for itself in a report.
const GENERATORS: [&str; 22] = [
    "Midjourney",
    "Adobe Firefly",
    "Stable Diffusion",
    "ComfyUI",
    "AUTOMATIC1111",
    "NovelAI",
    "InvokeAI",
    "DALL-E",
    "DALL·E",
    "ChatGPT",
    "OpenAI",
    "Ideogram",
    "Leonardo.Ai",
    "Made with Google AI",
    "Edited with Google AI",
    "Apple Image Playground",
    "gpt-image",
    "Draw Things",
    "Bing Image Creator",
    "Microsoft Designer",
    "DreamStudio",
    "Fooocus",
];

/// How ComfyUI begins the fields of EXIF that it puts its settings in.
const WORKFLOWS: [&str; 2] = ["workflow:{", "prompt:{"];

fn values(tags: &Tags, wanted: Meaning) -> impl Iterator<Item = &Tag> {
    tags.iter().filter(move |tag| tag.is(wanted))
}

/// The first value, fit to be shown.
fn shown(tags: &Tags, wanted: Meaning) -> Option<String> {
    values(tags, wanted).find_map(|tag| text::clean(&mask::without_contacts(&tag.value)))
}

/// Whose it is.
pub fn rights(tags: &Tags) -> Rights {
    Rights {
        copyright: shown(tags, Meaning::Copyright),
        creator_named: values(tags, Meaning::Creator).next().is_some(),
        credit: shown(tags, Meaning::Credit),
        usage_terms: shown(tags, Meaning::UsageTerms),
        web_statement: shown(tags, Meaning::WebStatement),
        licensor_named: values(tags, Meaning::Licensor).next().is_some(),
        marked: values(tags, Meaning::Marked).find_map(|tag| match tag.value.to_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }),
        model_release: plus(tags, Meaning::ModelRelease),
        property_release: plus(tags, Meaning::PropertyRelease),
        data_mining: plus(tags, Meaning::DataMining),
    }
}

/// A code of the PLUS vocabulary, `MR-NON`, without the address before it.
fn plus(tags: &Tags, wanted: Meaning) -> Option<String> {
    let code = shown(tags, wanted)?;
    // the TDM Reservation Protocol knows yes and no
    let code = match (wanted, code.as_str()) {
        (Meaning::DataMining, "1") => "TDM reserved".to_owned(),
        (Meaning::DataMining, "0") => "TDM not reserved".to_owned(),
        _ => code,
    };
    let code = code.rsplit("/vocab/").next().unwrap_or(&code);
    text::clean(code.trim_matches('/'))
}

/// Programs and documents.
pub fn history(tags: &Tags, photoshop_resources: u32) -> History {
    let mut programs: Vec<String> = Vec::new();
    for program in values(tags, Meaning::Program).filter_map(|tag| text::clean(&mask::without_contacts(&tag.value))) {
        // a path can hide in any text, and a path can name a person
        if programs.len() < LIST_MAX && !mask::is_path(&program) && !programs.contains(&program) {
            programs.push(program);
        }
    }
    let count = |wanted| values(tags, wanted).count() as u32;
    History {
        programs,
        steps: count(Meaning::HistoryStep),
        actions: actions(tags),
        document_id: count(Meaning::DocumentId) > 0,
        original_document_id: count(Meaning::OriginalDocumentId) > 0,
        ancestors: count(Meaning::Ancestor),
        derived: count(Meaning::Derived) > 0,
        photoshop_resources,
        raw_settings: tags.iter().filter(|tag| tag.block == Block::Xmp && tag.name.starts_with("crs:")).count() as u32,
    }
}

/// Steps of the XMP history, each an entry of its list.
fn actions(tags: &Tags) -> Vec<Action> {
    let (mut actions, mut entry): (Vec<Action>, _) = (Vec::new(), None);
    for (tag, field) in tags.iter().filter_map(|tag| Some((tag, tag.name.strip_prefix("xmpMM:History/stEvt:")?))) {
        if entry != Some(tag.entry) {
            if actions.len() == LIST_MAX {
                break;
            }
            entry = Some(tag.entry);
            actions.push(Action::default());
        }
        let Some(action) = actions.last_mut() else { break };
        let plain = || text::clean(&mask::without_contacts(&tag.value)).filter(|_| !mask::is_path(&tag.value));
        match field {
            "action" => action.action = plain(),
            "when" => action.when = Moment::parse(&tag.value).map(dates::with_offset),
            "softwareAgent" => action.program = plain(),
            "parameters" => action.parameters = plain(),
            _ => {}
        }
    }
    actions.retain(|action| *action != Action::default());
    actions
}

/// How it was made, as declared.
pub fn origin(tags: &Tags) -> Origin {
    let source_type = values(tags, Meaning::SourceType).next().and_then(|tag| source_type(&tag.value));
    let mut generators: Vec<String> = Vec::new();
    let mut add = |words: String| {
        if generators.len() < LIST_MAX && !generators.contains(&words) {
            generators.push(words);
        }
    };
    for tag in tags.iter() {
        if tag.is(Meaning::Prompt) {
            add(mask::length(&label(tag), &tag.value));
        } else if tag.is(Meaning::Program) || tag.is(Meaning::Credit) {
            let value = tag.value.to_lowercase();
            if let Some(name) = GENERATORS.iter().find(|name| value.contains(&name.to_lowercase())) {
                add(format!("{} names {name}", label(tag)));
            }
        } else if tag.block == Block::Exif && WORKFLOWS.iter().any(|head| tag.value.starts_with(head)) {
            add(mask::length(&label(tag), &tag.value));
        } else if tag.is(Meaning::Caption) && tag.value.contains("Steps: ") && tag.value.contains("Sampler: ") {
            add(format!("{} holds settings of a generator", label(tag)));
        }
    }
    Origin { source_type, generators }
}

fn source_type(value: &str) -> Option<SourceType> {
    let shown = text::clean(&mask::without_contacts(value))?;
    let word = shown.rsplit_once(SOURCE_TYPE_URI).map_or(shown.as_str(), |(_, term)| term);
    let term = SOURCE_TYPES.iter().find(|(term, _)| term.eq_ignore_ascii_case(word));
    Some(SourceType {
        term: term.map(|(term, _)| (*term).to_owned()),
        declares_ai: term.is_some_and(|(_, ai)| *ai),
        value: shown,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_are_shown_without_contacts_and_creators_only_counted() {
        let rights = rights(&Tags::of(&[
            (Block::Iptc, "CopyrightNotice", "© Studio, mail me@studio.example"),
            (Block::Xmp, "dc:creator", "Jane Exposed"),
            (Block::Xmp, "photoshop:Credit", "Studio/Agency"),
            (Block::Xmp, "xmpRights:Marked", "True"),
            (Block::Xmp, "plus:Licensor/plus:LicensorURL", "https://studio.example/licence"),
            (Block::Xmp, "plus:ModelReleaseStatus", "http://ns.useplus.org/ldf/vocab/MR-UMR"),
            (Block::Xmp, "plus:DataMining", "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED"),
        ]));
        assert_eq!(rights.copyright.as_deref(), Some("© Studio, mail […]"));
        assert_eq!((rights.creator_named, rights.licensor_named, rights.marked), (true, true, Some(true)));
        assert_eq!(rights.credit.as_deref(), Some("Studio/Agency"));
        assert_eq!((rights.model_release.as_deref(), rights.data_mining.as_deref()), (Some("MR-UMR"), Some("DMI-PROHIBITED")));
        assert!(!format!("{rights:?}").contains("Jane"));
        let reserved = super::rights(&Tags::of(&[(Block::Xmp, "tdm:reservation", "1")]));
        assert_eq!(reserved.data_mining.as_deref(), Some("TDM reserved"));
    }

    #[test]
    fn source_types_are_those_of_the_list_and_others_are_kept() {
        let of = |value: &str| origin(&Tags::of(&[(Block::Xmp, "Iptc4xmpExt:DigitalSourceType", value)])).source_type.unwrap();
        for (term, declares_ai) in SOURCE_TYPES {
            let uri = format!("http://cv.iptc.org/newscodes/digitalsourcetype/{term}");
            assert_eq!(of(&uri), SourceType { term: Some(term.to_owned()), value: uri.clone(), declares_ai });
        }
        let strange = of("http://example.org/types/dreamt");
        assert_eq!((strange.term, strange.value.as_str(), strange.declares_ai), (None, "http://example.org/types/dreamt", false));
    }

    #[test]
    fn generators_name_themselves() {
        let origin = origin(&Tags::of(&[
            (Block::PngText, "parameters", "a cat, Steps: 20, Sampler: x"),
            (Block::Xmp, "xmp:CreatorTool", "Adobe Firefly 3"),
            (Block::Exif, "UserComment", "a cat Steps: 20, Sampler: x"),
            (Block::Exif, "Software", "Lightroom 14"),
            (Block::Exif, "Make", "workflow:{\"id\": 1}"),
        ]));
        let expected = [
            "PNG parameters (28 characters)",
            "XMP xmp:CreatorTool names Adobe Firefly",
            "UserComment holds settings of a generator",
            "Make (18 characters)",
        ];
        assert_eq!(origin.generators, expected);
    }

    #[test]
    fn programs_are_listed_once_and_paths_are_no_programs() {
        let history = history(
            &Tags::of(&[
                (Block::Exif, "Software", "Editor 5"),
                (Block::Xmp, "xmp:CreatorTool", "Editor 5"),
                (Block::Xmp, "xmpMM:History/stEvt:softwareAgent", "Raw 3"),
                (Block::Xmp, "xmpMM:History/stEvt:action", "saved"),
                (Block::Xmp, "xmpMM:History/stEvt:action", "derived"),
                (Block::Exif, "ProcessingSoftware", "/home/jane/bin/edit"),
                (Block::Xmp, "crs:Exposure2012", "+0.50"),
                (Block::Xmp, "xmpMM:DerivedFrom/stRef:documentID", "xmp.did:1"),
            ]),
            7,
        );
        assert_eq!(history.programs, ["Editor 5", "Raw 3"]);
        assert_eq!(history.actions.iter().filter_map(|action| action.action.as_deref()).collect::<Vec<_>>(), ["derived"]);
        assert_eq!((history.steps, history.raw_settings, history.photoshop_resources, history.derived), (2, 1, 7, true));
    }
}
