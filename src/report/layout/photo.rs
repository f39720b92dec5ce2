//! A photo's page: the picture on film, the verdict and what to do, the evidence, the table, what the file says.

use crate::domain::Paper;
use crate::report::ReportError;
use crate::report::content::photo::Evidence;
use crate::report::content::{Body, Content, PhotoPage};
use crate::report::fonts::Fonts;
use crate::report::words;

use super::canvas::{Canvas, Style};
use super::display::{Frame, Item, PageLayout, PictureKind, Role};
use super::{film, panels, shell, table, tokens as t};

/// Where the verdict's column starts.
const SIDE: f32 = 328.5;
const SIDE_WIDTH: f32 = t::RIGHT - SIDE;
const PANEL_WIDTH: f32 = 157.6;
const PANEL_PITCH: f32 = 170.8;
/// From the notes to the foot: five rows under a heading, and two lines on provenance.
const NOTES_HEIGHT: f32 = 82.0;
/// From the end of the table to the notes.
const ABOVE_NOTES: f32 = 14.5;

/// Where things stand; paper lower than A4 takes it from film, panels and table.
struct Places {
    film: Frame,
    panel_top: f32,
    panel_height: f32,
    palette: Frame,
    table_top: f32,
    notes_top: f32,
}

impl Places {
    fn on(paper: Paper) -> Self {
        let short = t::short(paper);
        let (film_less, panel_less) = (0.2 * short, 0.56 * short);
        let above_palette = film_less + panel_less;
        Self {
            film: Frame::new(t::MARGIN, 104.6, 261.0, 186.0 - film_less),
            panel_top: 324.0 - film_less,
            panel_height: 105.0 - panel_less,
            palette: Frame::new(t::MARGIN, 455.0 - above_palette, t::MEASURE, 12.0),
            table_top: 492.0 - above_palette,
            notes_top: t::foot(paper) - NOTES_HEIGHT,
        }
    }

    fn window(&self) -> Frame {
        Frame::new(self.film.x + 5.4, self.film.y + 16.6, self.film.width - 10.8, self.film.height - 22.0)
    }

    fn panel(&self, index: usize) -> Frame {
        Frame::new(t::MARGIN + index as f32 * PANEL_PITCH, self.panel_top, PANEL_WIDTH, self.panel_height)
    }
}

pub(super) fn place(fonts: &Fonts, content: &Content<'_>, page: &PhotoPage<'_>) -> Result<PageLayout, ReportError> {
    let mut canvas = shell::paper(fonts, content);
    shell::head(&mut canvas, content)?;
    match &page.body {
        Body::Measured(evidence) => measured(&mut canvas, page, evidence)?,
        Body::Unusable { code, note } => unusable(&mut canvas, page, code, note)?,
    }
    Ok(canvas.finish())
}

fn title(canvas: &mut Canvas<'_>, page: &PhotoPage<'_>, facts: &[String]) -> Result<(), ReportError> {
    let style = Style::text(8.2, t::INK_2).tabular();
    let mut right = t::RIGHT;
    canvas.tagged(Role::Paragraph, |canvas| {
        for fact in facts.iter().rev() {
            right = canvas.text_to(right, 80.6, &style, fact)? - 10.0;
        }
        Ok(())
    })?;
    canvas.tagged(Role::Heading1, |canvas| {
        let end =
            canvas.text(t::MARGIN - 0.5, 80.6, &Style::text(23.0, t::INK).tracked(-0.03).tabular(), &page.number.to_string())?;
        let style = Style::strong(10.6, t::INK);
        let name = canvas.shorten(&style, &page.name, right - end - 20.0)?;
        canvas.text(end + 10.0, 80.6, &style, &name)
    })?;
    canvas.section_rule(93.0);
    Ok(())
}

fn measured(canvas: &mut Canvas<'_>, page: &PhotoPage<'_>, evidence: &Evidence<'_>) -> Result<(), ReportError> {
    title(canvas, page, &evidence.facts)?;
    let places = Places::on(canvas.paper());
    picture(canvas, &places, page.number, evidence)?;
    verdict(canvas, &places, page, evidence)?;
    evidence_panels(canvas, &places, page.number, evidence)?;
    if !evidence.photo.palette.is_empty() {
        canvas.figure(evidence.alt.palette.clone(), |canvas| panels::palette(canvas, &evidence.photo.palette, places.palette))?;
    }
    let height = places.notes_top - ABOVE_NOTES - places.table_top - 5.6;
    let pitch = (height / evidence.readings.len().max(1) as f32).min(20.0);
    table::place(canvas, &evidence.readings, places.table_top, pitch)?;
    notes(canvas, places.notes_top, evidence)
}

fn picture(canvas: &mut Canvas<'_>, places: &Places, number: u16, evidence: &Evidence<'_>) -> Result<(), ReportError> {
    canvas.fill(places.film, t::FILM);
    let window = places.window();
    let style = Style::mono(6.75, t::ON_FILM);
    canvas.text(window.x, places.film.y + 11.2, &style, &number.to_string())?;
    let Some(pictures) = &evidence.photo.pictures else {
        let words = if evidence.photo.histogram.is_some() { words::COLORS_ONLY } else { words::NO_PICTURE_OF_INKS };
        canvas.text_to(window.right(), places.film.y + 11.2, &style.ink(t::ON_FILM_2), words)?;
        film::stripes(canvas, &evidence.photo.palette, window);
        return Ok(());
    };
    let (width, height) = (pictures.preview.width_px, pictures.preview.height_px);
    canvas.text_to(
        window.right(),
        places.film.y + 11.2,
        &style.ink(t::ON_FILM_2),
        &format!("long edge {} px", width.max(height)),
    )?;
    canvas.figure(evidence.alt.preview.clone(), |canvas| {
        let frame = window.fit(width as f32, height as f32);
        canvas.push(Item::Picture { frame, photo: number, kind: PictureKind::Preview });
        Ok(())
    })
}

fn headline(canvas: &mut Canvas<'_>, page: &PhotoPage<'_>) -> Result<f32, ReportError> {
    canvas.mark(SIDE, 108.0, 32.0, shell::large_mark(page.verdict), shell::verdict_ink(page.verdict));
    let style = Style::text(21.5, t::INK).tracked(-0.03);
    canvas.tagged(Role::Heading2, |canvas| {
        let width = SIDE_WIDTH - 43.0;
        let lines = canvas.break_lines(width, 2, &[(style, &page.headline)])?.len();
        let first = if lines == 1 { 131.0 } else { 122.5 };
        canvas.paragraph((SIDE + 43.0, first, width), 24.0, 2, &[(style, &page.headline)])
    })?;
    Ok(168.0)
}

fn verdict(canvas: &mut Canvas<'_>, places: &Places, page: &PhotoPage<'_>, evidence: &Evidence<'_>) -> Result<(), ReportError> {
    let mut y = headline(canvas, page)?;
    let ink = Style::text(10.0, t::INK);
    y = canvas.tagged(Role::Paragraph, |canvas| canvas.paragraph((SIDE, y, SIDE_WIDTH), 14.2, 3, &[(ink, &page.sentence)]))?;
    let bottom = places.film.bottom() - 15.0;
    if !evidence.advice.is_empty() {
        y += 3.0;
        canvas.text(SIDE, y, &Style::text(7.8, t::INK_2), "What to do")?;
        y += 13.0;
        for (index, advice) in evidence.advice.iter().enumerate() {
            if y + 12.0 > bottom {
                break;
            }
            let lines = (((bottom - y) / 12.0) as usize).min(2);
            canvas.text(SIDE, y, &Style::text(8.6, t::INK_2).tabular(), &(index + 1).to_string())?;
            y = canvas.tagged(Role::Paragraph, |canvas| {
                canvas.paragraph((SIDE + 12.0, y, SIDE_WIDTH - 12.0), 12.0, lines, &[(Style::text(8.6, t::INK), advice)])
            })? + 1.6;
        }
    }
    sum(canvas, evidence, bottom)
}

fn sum(canvas: &mut Canvas<'_>, evidence: &Evidence<'_>, y: f32) -> Result<(), ReportError> {
    let style = Style::text(7.8, t::INK_2).tabular();
    canvas.rule(SIDE, y - 7.0, t::RIGHT, 0.6, t::HAIRLINE);
    let text = if evidence.also.is_empty() { evidence.sum.clone() } else { format!("{} {}", evidence.also, evidence.sum) };
    canvas.tagged(Role::Paragraph, |canvas| canvas.paragraph((SIDE, y + 4.5, SIDE_WIDTH), 10.4, 2, &[(style, &text)]))?;
    Ok(())
}

fn evidence_panels(canvas: &mut Canvas<'_>, places: &Places, number: u16, evidence: &Evidence<'_>) -> Result<(), ReportError> {
    let title_y = places.panel_top - 7.0;
    let panel = |index: usize| places.panel(index);
    let Some(counts) = &evidence.photo.histogram else {
        return canvas.tagged(Role::Paragraph, |canvas| {
            let place = (t::MARGIN, places.panel_top + 8.0, t::MEASURE);
            canvas.paragraph(place, 13.0, 3, &[(Style::text(9.0, t::INK_2), words::INKS_NOT_MEASURED)]).map(drop)
        });
    };
    let histogram = match &evidence.photo.pictures {
        Some(pictures) => {
            canvas.tagged(Role::Heading2, |canvas| panels::heading(canvas, panel(0).x, title_y, "Focus map"))?;
            canvas.figure(evidence.alt.focus.clone(), |canvas| panels::focus(canvas, number, pictures, panel(0)))?;
            canvas.tagged(Role::Heading2, |canvas| panels::heading(canvas, panel(1).x, title_y, "Clipping"))?;
            canvas.figure(evidence.alt.clipping.clone(), |canvas| {
                panels::clipping(canvas, number, evidence.photo, pictures, panel(1))
            })?;
            panel(2)
        }
        None => Frame { width: t::MEASURE, ..panel(0) },
    };
    canvas.tagged(Role::Heading2, |canvas| panels::heading(canvas, histogram.x, title_y, "Histogram"))?;
    canvas.figure(evidence.alt.histogram.clone(), |canvas| panels::histogram(canvas, evidence.photo, counts, histogram, title_y))
}

fn notes(canvas: &mut Canvas<'_>, top: f32, evidence: &Evidence<'_>) -> Result<(), ReportError> {
    labelled(canvas, (0, top), "Capture", &evidence.capture, "The file says nothing about its capture.")?;
    labelled(canvas, (1, top), "File", &evidence.file, "")?;
    let (lead, rest) = &evidence.privacy;
    let x = column(2);
    canvas.tagged(Role::Heading2, |canvas| canvas.text(x, top, &Style::strong(8.0, t::INK), "Privacy and rights"))?;
    let lead = format!("{lead} ");
    canvas.tagged(Role::Paragraph, |canvas| {
        canvas.paragraph(
            (x, top + 10.4, PANEL_WIDTH),
            9.4,
            5,
            &[(Style::strong(7.2, t::INK), &lead), (Style::text(7.2, t::INK_2), rest)],
        )
    })?;
    provenance(canvas, top + 62.4, &evidence.provenance)
}

/// What the file says about its origin, over the whole width.
fn provenance(canvas: &mut Canvas<'_>, y: f32, said: &str) -> Result<(), ReportError> {
    let (heading, text) = (Style::strong(8.0, t::INK), Style::text(7.2, t::INK_2));
    let x = canvas.tagged(Role::Heading2, |canvas| canvas.text(t::MARGIN, y, &heading, "Provenance"))? + 8.0;
    canvas.tagged(Role::Paragraph, |canvas| canvas.paragraph((x, y, t::RIGHT - x), 9.4, 2, &[(text, said)])).map(drop)
}

fn column(index: usize) -> f32 {
    t::MARGIN + index as f32 * PANEL_PITCH
}

fn labelled(
    canvas: &mut Canvas<'_>,
    (index, top): (usize, f32),
    heading: &str,
    rows: &[(&str, String)],
    empty: &str,
) -> Result<(), ReportError> {
    let x = column(index);
    canvas.tagged(Role::Heading2, |canvas| canvas.text(x, top, &Style::strong(8.0, t::INK), heading))?;
    let (label, value) = (Style::text(7.2, t::INK_2), Style::text(7.2, t::INK));
    canvas.tagged(Role::Paragraph, |canvas| {
        if rows.is_empty() {
            canvas.paragraph((x, top + 10.4, PANEL_WIDTH), 9.4, 4, &[(label, empty)])?;
        }
        for (row, (name, text)) in rows.iter().take(5).enumerate() {
            let y = top + 10.4 + 9.4 * row as f32;
            canvas.text(x, y, &label, name)?;
            canvas.paragraph((x + 36.0, y, PANEL_WIDTH - 36.0), 9.4, 1, &[(value, text)])?;
        }
        Ok(())
    })
}

/// A compact page: what is wrong, what to do, and that nothing else is claimed.
fn unusable(canvas: &mut Canvas<'_>, page: &PhotoPage<'_>, code: &str, note: &str) -> Result<(), ReportError> {
    title(canvas, page, &["not measured".to_owned()])?;
    let places = Places::on(canvas.paper());
    canvas.fill(places.film, t::FILM);
    canvas.text(places.film.x + 5.4, places.film.y + 11.2, &Style::mono(6.75, t::ON_FILM), &page.number.to_string())?;
    let window = places.window();
    canvas.push(Item::Mark { frame: window.fit(150.0, 100.0), id: "mark-frame-fail", ink: t::WAX_FAIL, halo: false });
    let mut y = headline(canvas, page)?;
    y = canvas.tagged(Role::Paragraph, |canvas| {
        canvas.paragraph((SIDE, y, SIDE_WIDTH), 14.2, 5, &[(Style::text(10.0, t::INK), &page.sentence)])
    })?;
    y = canvas.tagged(Role::Paragraph, |canvas| {
        canvas.paragraph((SIDE, y + 6.0, SIDE_WIDTH), 12.0, 6, &[(Style::text(8.6, t::INK_2), note)])
    })?;
    canvas.tagged(Role::Paragraph, |canvas| {
        let x = canvas.text(SIDE, y + 6.0, &Style::text(7.8, t::INK_2), "In the result: ")?;
        canvas.text(x, y + 6.0, &Style::mono(7.4, t::INK), code)
    })?;
    Ok(())
}
