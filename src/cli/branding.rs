//! How a report looks, as typed: name, logo, accent, paper.

use std::path::PathBuf;

use super::args::OnBehalf;
use super::{admin, logo};
use crate::domain::{Accent, AgencyId, Branding, Paper};
use crate::http::Services;
use crate::pipeline::Workers;

/// How a report looks.
#[derive(Debug, Default, clap::Args)]
pub struct BrandingArgs {
    /// Name at the head of each page instead of proofsheet's, at most 60 characters.
    #[arg(long, value_name = "TEXT")]
    pub brand_name: Option<String>,
    /// Picture on the first page instead of the name: JPEG, PNG, WebP, TIFF or GIF, on solid ground.
    #[arg(long, value_name = "FILE")]
    pub logo: Option<PathBuf>,
    /// Color that underlines, such as #1f4b8a; its contrast with the page must be at least 4.5 to 1.
    #[arg(long, value_name = "#RRGGBB")]
    pub accent: Option<Accent>,
    /// a4 or letter.
    #[arg(long, value_name = "PAPER")]
    pub paper: Option<Paper>,
}

impl BrandingArgs {
    /// What was typed, over what there is already.
    ///
    /// # Errors
    /// A logo that cannot be read, and what [`Branding::check`] refuses.
    pub async fn over(&self, before: Branding, workers: &Workers) -> anyhow::Result<Branding> {
        let logo = match &self.logo {
            Some(path) => Some(logo::read(path, workers).await?),
            None => before.logo,
        };
        let name = self.brand_name.as_deref().map(|name| name.trim().to_owned()).or(before.name);
        let branding = Branding { name, logo, accent: self.accent.or(before.accent), paper: self.paper.unwrap_or(before.paper) };
        branding.check()?;
        Ok(branding)
    }
}

/// `admin set-branding`: changes what is said and keeps the rest; `clear` begins from proofsheet's own look.
///
/// # Errors
/// As [`BrandingArgs::over`], and what accounts refuse.
pub async fn set(
    agency: &AgencyId,
    clear: bool,
    said: &BrandingArgs,
    on_behalf: &OnBehalf,
    (services, workers): (&Services, &Workers),
) -> anyhow::Result<()> {
    let before = if clear { Branding::default() } else { services.accounts.agency_profile(agency).await?.branding };
    let branding = said.over(before, workers).await?;
    services.accounts.set_branding(agency, &branding).await?;
    admin::log("set-branding", on_behalf, agency.as_str());
    let logo = branding.logo.as_ref().map_or("none".to_owned(), |logo| format!("{} x {} px", logo.width_px, logo.height_px));
    super::say(&format!(
        "name {}, logo {logo}, accent {}, paper {}",
        branding.name.as_deref().unwrap_or("proofsheet"),
        branding.accent.map_or_else(|| "proofsheet's red".to_owned(), |accent| accent.to_string()),
        branding.paper.slug()
    ))?;
    Ok(())
}
