//! Every text and the longest list of the facts, in one place: whoever receives them checks or cleans all of them.

use super::facts::{Action, Privacy, Rights, Statements};

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
            &mut self.gps_fields,
        ];
        lists.into_iter().flatten().chain(&mut self.maker_note_vendor)
    }

    /// The longest list.
    pub fn longest(&self) -> usize {
        let lists = [
            &self.device_ids,
            &self.names,
            &self.places,
            &self.people,
            &self.captions,
            &self.contacts,
            &self.paths,
            &self.gps_fields,
        ];
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
            &mut dates.digitized_offset,
            &mut dates.modified,
            &mut dates.modified_offset,
            &mut dates.metadata_modified,
            &mut dates.gps_utc,
        ];
        let source = self.origin.source_type.iter_mut().flat_map(|source| source.term.iter_mut().chain([&mut source.value]));
        let scrub = &mut self.scrub;
        let lists =
            [&mut self.history.programs, &mut self.origin.generators, &mut scrub.remove, &mut scrub.keep, &mut scrub.anonymous];
        let names = self.blocks.iter_mut().flat_map(|block| &mut block.names);
        let conflicts = self.conflicts.iter_mut().flat_map(|conflict| {
            std::iter::once(&mut conflict.field).chain(conflict.values.iter_mut().map(|said| &mut said.value))
        });
        let actions = self.history.actions.iter_mut().flat_map(Action::texts_mut);
        let listed = lists.into_iter().flatten().chain(names).chain(conflicts).chain(actions);
        times.into_iter().flatten().chain(source).chain(listed)
    }

    /// The longest list.
    pub fn longest(&self) -> usize {
        let lists = [
            self.blocks.len(),
            self.conflicts.len(),
            self.history.programs.len(),
            self.history.actions.len(),
            self.dates.notes.len(),
            self.origin.generators.len(),
            self.densities.len(),
            self.scrub.remove.len(),
            self.scrub.keep.len(),
            self.scrub.anonymous.len(),
        ];
        let conflicts = self.conflicts.iter().map(|conflict| conflict.blocks.len().max(conflict.values.len()));
        lists.into_iter().chain(conflicts).max().unwrap_or_default()
    }

    /// The longest list of names of fields.
    pub fn longest_inventory(&self) -> usize {
        self.blocks.iter().map(|block| block.names.len()).max().unwrap_or_default()
    }
}

impl Action {
    fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        [&mut self.action, &mut self.when, &mut self.program, &mut self.parameters].into_iter().flatten()
    }
}
