//! What can be typed.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use super::branding::BrandingArgs;
use crate::accounts::KEY_LIFE_DAYS_MAX;
use crate::domain::{AgencyId, Product, Role, ScopeSet};

/// Transient photo analysis: photos are measured in memory, the report ends on time.
#[derive(Debug, Parser)]
#[command(name = "proofsheet", version, about, max_term_width = 100)]
pub struct Args {
    /// Configuration file; without it ./proofsheet.toml is read if it exists. PROOFSHEET_* variables override it.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// What to do; `serve` if nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Answer web and API requests.
    Serve,
    /// Run the whole main job on sample photos: real HTTP, real webhook, verified. Needs nothing, leaves only the report.
    Demo {
        /// Where to put the report; a new temporary directory if not said.
        #[arg(long, value_name = "DIR")]
        output: Option<PathBuf>,
    },
    /// Measure photos without a server and write the report.
    Analyze(AnalyzeArgs),
    /// Make agencies, people and API keys.
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Print the OpenAPI document of the API.
    Openapi,
    /// Bring the database's tables up to date.
    Migrate,
    /// Look for everything that would keep the service from working, and say all of it.
    Doctor {
        /// Try every operation on the configured object store instead, each with its time.
        #[arg(long)]
        store: bool,
    },
    /// Receive webhooks on this machine, or check one that was kept: what a receiver does, with the reason in words.
    #[command(subcommand)]
    Webhook(WebhookCommand),
}

/// What to measure and where to put the report.
#[derive(Debug, clap::Args)]
pub struct AnalyzeArgs {
    /// 1 to 50 photos: JPEG, PNG, WebP, TIFF or GIF.
    #[arg(required = true, value_name = "PHOTO", num_args = 1..=50)]
    pub photos: Vec<PathBuf>,
    /// What to answer: snapshot, portfolio or provenance.
    #[arg(long, default_value = "snapshot", value_name = "P")]
    pub product: Product,
    /// Whether the report may show the photos: full or none.
    #[arg(long, value_enum, default_value_t = Previews::Full)]
    pub previews: Previews,
    /// Title of the report, your own reference.
    #[arg(long, value_name = "TEXT")]
    pub reference: Option<String>,
    /// How the report looks.
    #[command(flatten)]
    pub branding: BrandingArgs,
    /// Make the report again that belongs to this result JSON: its ids, dates, names and look. The photos must be the same files in
    /// the same order; a logo is given with --logo.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["product", "previews", "reference", "brand_name", "accent", "paper"])]
    pub facts: Option<PathBuf>,
    /// Where to write the PDF.
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Where to write the result JSON.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

/// Whether a report may hold picture content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Previews {
    /// Previews, overlays and maps.
    Full,
    /// Nothing that shows the pictures.
    None,
}

/// What an operator can make. Who did it and why is logged.
#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// Make an agency; prints its id.
    CreateAgency {
        /// Its name as it stands on reports.
        #[arg(long)]
        name: String,
        #[command(flatten)]
        on_behalf: OnBehalf,
    },
    /// Make a person who can sign in; asks for the password on standard input.
    CreateUser {
        /// The agency; none for an admin.
        #[arg(long, value_name = "AGENCY", required_unless_present = "admin")]
        agency: Option<AgencyId>,
        /// Make an admin, who runs the service and sees no photos or reports.
        #[arg(long, conflicts_with = "agency")]
        admin: bool,
        /// owner or member.
        #[arg(long, default_value = "member")]
        role: Role,
        /// Mail address, used to sign in.
        #[arg(long)]
        email: String,
        #[command(flatten)]
        on_behalf: OnBehalf,
    },
    /// Make an API key; prints it once.
    CreateKey {
        /// The agency.
        #[arg(long)]
        agency: AgencyId,
        /// What it is for.
        #[arg(long, default_value = "command line")]
        label: String,
        /// Scopes with spaces between.
        #[arg(long, default_value = "analyses:write analyses:read analyses:delete webhooks:manage keys:manage")]
        scopes: ScopeSet,
        /// Make a test key: the real thing, but its reports say so on every page and nothing is counted.
        #[arg(long)]
        test: bool,
        /// End it after so many days, at most 731; without it, it does not end.
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u64).range(1..=KEY_LIFE_DAYS_MAX))]
        expires_days: Option<u64>,
        /// A network or address it may be used from; again for more, at most 16. Without it, from everywhere.
        #[arg(long = "network", value_name = "CIDR")]
        networks: Vec<String>,
        #[command(flatten)]
        on_behalf: OnBehalf,
    },
    /// Say how an agency's reports look from now on; what is not said stays as it is. Prints the whole look.
    SetBranding {
        /// The agency.
        #[arg(long)]
        agency: AgencyId,
        /// Begin from proofsheet's own look.
        #[arg(long)]
        clear: bool,
        #[command(flatten)]
        branding: BrandingArgs,
        #[command(flatten)]
        on_behalf: OnBehalf,
    },
    /// Remove objects no report knows and count reports that have lost theirs; prints both.
    Reconcile {
        /// Leave objects younger than this alone; less than 3600 only while no node runs.
        #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
        min_age_secs: u64,
        #[command(flatten)]
        on_behalf: OnBehalf,
    },
    /// The bucket's lifecycle rules, the backstop of our own deletions.
    #[command(subcommand)]
    Lifecycle(LifecycleCommand),
}

/// What can be done with the bucket's rules.
#[derive(Debug, Subcommand)]
pub enum LifecycleCommand {
    /// Set a rule for each retention class, a day after its end; keeps rules of others. Needs a token that may administer the bucket.
    Apply {
        /// Print the rules, for a dashboard or wrangler, and set nothing.
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        on_behalf: OnBehalf,
    },
}

/// What can be done as a receiver.
#[derive(Debug, Subcommand)]
pub enum WebhookCommand {
    /// Check one delivery that was kept. Ends with 0 if it is to be believed, 1 if not, 2 if it could not be looked at.
    Verify(VerifyArgs),
    /// Receive on 127.0.0.1, verify, and print a line for each delivery, until Ctrl-C. The service must run with
    /// PROOFSHEET_WEBHOOKS__ALLOW_LOOPBACK=true.
    Listen(ListenArgs),
}

/// A delivery that was kept.
#[derive(Debug, clap::Args)]
pub struct VerifyArgs {
    /// The body, byte for byte as it came; - for standard input.
    #[arg(value_name = "BODYFILE")]
    pub body: PathBuf,
    /// A file with the request's headers, one `name: value` a line.
    #[arg(long, value_name = "FILE", required_unless_present = "header")]
    pub headers: Option<PathBuf>,
    /// A header as `name: value`; may be given several times.
    #[arg(short = 'H', long, value_name = "NAME: VALUE")]
    pub header: Vec<String>,
    /// Judge the timestamp at this time (RFC 3339) instead of now, for a delivery that was kept longer than five minutes.
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// A file with the endpoint's secret; the answer that created the endpoint will do, and with several secrets any may fit.
    /// Without it PROOFSHEET_WEBHOOK_SECRET is read.
    #[arg(long, value_name = "FILE")]
    pub secret_file: Option<PathBuf>,
}

/// A receiver on this machine.
#[derive(Debug, clap::Args)]
pub struct ListenArgs {
    /// Port on 127.0.0.1; 0 takes any free one.
    #[arg(long, default_value_t = 9009)]
    pub port: u16,
    /// What to answer to a delivery that is verified, to try failures with; one that is not is answered 400.
    #[arg(long, default_value_t = 204, value_parser = clap::value_parser!(u16).range(200..=599))]
    pub status: u16,
    /// Stop after the first verified delivery of this type.
    #[arg(long, value_name = "TYPE")]
    pub until: Option<String>,
    /// A file with the endpoint's secret; the answer that created the endpoint will do, and with several secrets any may fit.
    /// Without it PROOFSHEET_WEBHOOK_SECRET is read.
    #[arg(long, value_name = "FILE")]
    pub secret_file: Option<PathBuf>,
}

/// Who does it, and why.
#[derive(Debug, clap::Args)]
pub struct OnBehalf {
    /// Who does this.
    #[arg(long = "as", value_name = "OPERATOR")]
    pub operator: String,
    /// Why.
    #[arg(long)]
    pub reason: String,
}
