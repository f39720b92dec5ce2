//! All pages of a report at once, which the product never holds: peers get them as a list, and cases are put together from them.

use proofsheet::domain::Paper;
use proofsheet::report::ReportError;
use proofsheet::report::layout::display::PageLayout;
use proofsheet::report::layout::{Draw, OutlineEntry, Pages};

pub struct Placed {
    pub paper: Paper,
    pub pages: Vec<PageLayout>,
    pub outline: Vec<OutlineEntry>,
}

impl Placed {
    pub fn of(layout: &impl Pages) -> Self {
        let mut pages = Vec::with_capacity(layout.count());
        let kept = layout.each(&mut |page| {
            pages.push(page.clone());
            Ok(())
        });
        kept.unwrap();
        Self { paper: layout.paper(), pages, outline: layout.outline().to_vec() }
    }
}

impl Pages for Placed {
    fn paper(&self) -> Paper {
        self.paper
    }

    fn count(&self) -> usize {
        self.pages.len()
    }

    fn outline(&self) -> &[OutlineEntry] {
        &self.outline
    }

    fn each(&self, draw: &mut Draw<'_>) -> Result<(), ReportError> {
        self.pages.iter().try_for_each(draw)
    }
}
