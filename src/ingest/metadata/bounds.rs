//! Every text and the longest list of the facts, in one place: whoever receives them checks or cleans all of them.

use super::facts::{Privacy, Rights, Statements};

impl Privacy {
    /// Every text, to be checked or cleaned.
    pub fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        let lists = [
            &mut self.device_ids,
            &mut self.names,
            &mut self.places,
            &mut self.people,
            &mut self.captions,
            &mut self.contacts,
            &mut self.paths,
        ];
        lists.into_iter().flatten().chain(&mut self.maker_note_vendor)
    }

    /// The longest list.
    pub fn longest(&self) -> usize {
        let lists = [&self.device_ids, &self.names, &self.places, &self.people, &self.captions, &self.contacts, &self.paths];
        let blocks = self.position.as_ref().map_or(0, |position| position.blocks.len());
        lists.into_iter().map(Vec::len).max().unwrap_or_default().max(blocks)
    }
}

impl Rights {
    /// Every text, to be checked or cleaned.
    pub fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        let texts = [
            &mut self.copyright,
            &mut self.credit,
            &mut self.usage_terms,
            &mut self.web_statement,
            &mut self.model_release,
            &mut self.property_release,
            &mut self.data_mining,
        ];
        texts.into_iter().flatten()
    }
}

impl Statements {
    /// Every text, to be checked or cleaned.
    pub fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        let dates = &mut self.dates;
        let times = [
            &mut dates.original,
            &mut dates.original_offset,
            &mut dates.digitized,
            &mut dates.modified,
            &mut dates.metadata_modified,
            &mut dates.gps_utc,
        ];
        let source = self.origin.source_type.iter_mut().flat_map(|source| source.term.iter_mut().chain([&mut source.value]));
        let lists = [&mut self.history.programs, &mut self.origin.generators, &mut self.scrub.remove, &mut self.scrub.keep];
        let conflicts = self.conflicts.iter_mut().map(|conflict| &mut conflict.field);
        times.into_iter().flatten().chain(source).chain(lists.into_iter().flatten()).chain(conflicts)
    }

    /// The longest list.
    pub fn longest(&self) -> usize {
        let lists = [
            self.blocks.len(),
            self.conflicts.len(),
            self.history.programs.len(),
            self.dates.notes.len(),
            self.origin.generators.len(),
            self.densities.len(),
            self.scrub.remove.len(),
            self.scrub.keep.len(),
        ];
        let conflicts = self.conflicts.iter().map(|conflict| conflict.blocks.len());
        lists.into_iter().chain(conflicts).max().unwrap_or_default()
    }
}
