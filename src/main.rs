//! The one binary: server, workers and commands. The only place that knows all of them.

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use proofsheet::app::App;
use proofsheet::cli::{self, AdminCommand, Args, Command, ExitStatus};
use proofsheet::config::{self, Config};
use proofsheet::domain::{Clock, SystemClock};
use proofsheet::pipeline::Workers;
use proofsheet::pipeline::worker::child::{self, WorkerKind};
use proofsheet::server;

/// Freed memory is overwritten: pixels, file names and keys do not outlive their use.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> = zeroizing_alloc::ZeroAlloc(std::alloc::System);

fn main() -> ExitCode {
    // Before anything else: a worker must enter its sandbox with one thread and nothing open.
    let mut words = std::env::args_os().skip(1);
    if words.next().is_some_and(|word| word == "worker") {
        let kind = words.next().and_then(|word| WorkerKind::from_word(word.to_str()?));
        return kind.map_or(ExitStatus::Failure.into(), |kind| ExitCode::from(child::run(kind) as u8));
    }
    match run(Args::parse()) {
        Ok(status) => status.into(),
        Err(error) => {
            let status = server::exit_status(&error);
            eprint_error(&error);
            status.into()
        }
    }
}

fn eprint_error(error: &anyhow::Error) {
    use std::io::Write;
    // Nobody reads a closed standard error.
    drop(writeln!(std::io::stderr().lock(), "proofsheet: {error:#}"));
}

fn run(args: Args) -> anyhow::Result<ExitStatus> {
    // Reads FAILPOINTS; kept until the end.
    #[cfg(feature = "failpoints")]
    let _failpoints = fail::FailScenario::setup();
    proofsheet::webhooks::install_tls_provider();
    let config = Config::load(args.config.as_deref())?;
    let runtime = Arc::new(tokio::runtime::Builder::new_multi_thread().enable_all().build()?);
    match args.command.unwrap_or(Command::Serve) {
        Command::Serve => server::serve(config, &runtime),
        Command::Openapi => server::openapi(&config),
        Command::Demo { output } => server::demo(output, &runtime),
        Command::Analyze(analyze) => runtime.block_on(async {
            let workers = Workers::new(config.worker.clone(), config.photo.limits());
            cli::analyze::run(&analyze, &workers, config.worker.parallel_workers(), SystemClock.now()).await
        }),
        Command::Admin(AdminCommand::Lifecycle(command)) => runtime.block_on(async {
            server::start_log(&config.log);
            cli::lifecycle::run(&command, &config).await
        }),
        Command::Admin(command) => runtime.block_on(async {
            server::start_log(&config.log);
            let url = config.public_url(config.server.listen.port());
            let workers = Workers::new(config.worker.clone(), config.photo.limits());
            let app = App::open(config, url).await?;
            cli::admin::run(command, &app.services, &workers).await?;
            Ok(ExitStatus::Success)
        }),
        Command::Migrate => runtime.block_on(async {
            cli::migrate::run(&config).await?;
            Ok(ExitStatus::Success)
        }),
        Command::Webhook(command) => runtime.block_on(cli::webhook::run(&command, config::webhook_secret(), &SystemClock)),
        Command::Doctor { store: true } => runtime.block_on(cli::store_check::run(&config, SystemClock.now())),
        Command::Doctor { store: false } => runtime.block_on(cli::doctor::run(&config, SystemClock.now())),
    }
}
