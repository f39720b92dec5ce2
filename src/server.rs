//! Every route and the order of middleware, on one page; start and graceful stop.

use std::net::TcpListener;
use std::path::PathBuf;
use std::time::Duration;

use actix_web::middleware::from_fn;
use actix_web::{App as Routes, dev::ServerHandle, web};
use anyhow::Context;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use crate::api;
use crate::app::{App, Background};
use crate::cli::{self, ExitStatus, first_start};
use crate::config::{Config, DataDirError, LogSettings, ServerSettings, StoreSection};
use crate::db::DbError;
use crate::http::listener::{Crowd, Deadlines, Terms};
use crate::http::pace::Pace;
use crate::http::streams::StreamSettings;
use crate::http::{self, Limiter, Services, Settings, Streams};
use crate::pipeline::Workers;
use crate::pipeline::worker::SandboxMode;

/// Every route, in the order it is tried.
fn routes(cfg: &mut web::ServiceConfig) {
    http::extractors::configure(cfg);
    api::configure(cfg);
    crate::web::configure(cfg);
}

/// The listener over the services. Middleware below runs from the last `wrap` to the first.
fn listen(
    listener: TcpListener,
    services: Services,
    (limiter, streams): (Limiter, Streams),
    server: &ServerSettings,
) -> std::io::Result<actix_web::dev::Server> {
    let terms = Terms {
        deadlines: deadlines(server),
        clock: services.clock.clone(),
        crowd: Crowd::affordable(server.connections_max, server.connections_per_address_max),
        public_url: services.public_url.clone(),
        drain: Duration::from_secs(server.stop_secs),
    };
    let settings = web::Data::new(edge_settings(server, &services.public_url));
    let document = web::Data::new(api::openapi::document(&services.public_url));
    let (services, limiter, streams) = (web::Data::new(services), web::Data::new(limiter), web::Data::new(streams));
    http::listener::serve(listener, terms, move || {
        Routes::new()
            .app_data(settings.clone())
            .app_data(document.clone())
            .app_data(services.clone())
            .app_data(limiter.clone())
            .app_data(streams.clone())
            .wrap(from_fn(http::csrf::guard))
            .wrap(from_fn(http::limits::by_address))
            .wrap(from_fn(http::targets::check))
            .wrap(from_fn(http::leaving::tell))
            .wrap(from_fn(http::key_ends::say))
            .wrap(from_fn(http::answers::write_problems))
            .wrap(from_fn(http::headers::secure))
            .wrap(from_fn(http::access_log::record))
            .wrap(from_fn(http::request_id::assign))
            .wrap(from_fn(http::listener::follow))
            .configure(routes)
    })
}

/// How long a client may let us wait, but for a request's body, which is the edges'.
const fn deadlines(server: &ServerSettings) -> Deadlines {
    Deadlines {
        head: Duration::from_secs(server.head_secs),
        keep_alive: Duration::from_secs(server.keep_alive_secs),
        reader: Pace {
            grace: Duration::from_secs(server.reader_grace_secs),
            bytes_per_s_min: server.reader_bytes_per_s_min,
            all: Duration::from_secs(server.reader_secs),
        },
    }
}

/// How many streams of events there may be, and how long.
const fn stream_settings(server: &ServerSettings) -> StreamSettings {
    StreamSettings {
        all_max: server.streams_max,
        per_key_max: server.streams_per_key_max,
        heartbeat: Duration::from_secs(server.heartbeat_secs),
        longest: Duration::from_secs(server.stream_secs_max),
    }
}

/// What the edges keep to.
fn edge_settings(server: &ServerSettings, public_url: &str) -> Settings {
    Settings {
        public_url: public_url.to_owned(),
        body_grace: Duration::from_secs(server.body_grace_secs),
        body_bytes_per_s_min: server.body_bytes_per_s_min,
        body_deadline: Duration::from_secs(server.body_secs),
        wait_max: Duration::from_secs(server.wait_secs_max),
        connections_per_address_max: server.connections_per_address_max,
    }
}

/// A running service.
#[derive(Debug)]
struct Running {
    app: App,
    background: Background,
    handle: ServerHandle,
    ended: oneshot::Receiver<std::io::Result<()>>,
    streams: Streams,
    made: Option<first_start::Credentials>,
}

/// Binds, opens everything, starts everything. The listener has a thread of its own, because actix brings its own runtime.
async fn start(config: Config) -> anyhow::Result<Running> {
    let address = config.server.listen;
    let listener = TcpListener::bind(address).with_context(|| format!("cannot listen on {address}"))?;
    listener.set_nonblocking(true)?;
    if config.worker.sandbox == SandboxMode::Required {
        let workers = Workers::new(config.worker.clone(), config.photo.limits());
        workers.probe().await.context("worker.sandbox is \"required\", and this kernel does not give the whole sandbox")?;
    }
    let url = config.public_url(listener.local_addr()?.port());
    let app = App::open(config, url).await?;
    let made = first_start::prepare(&app.services.accounts).await?;
    let background = app.start_background().await?;
    let limiter = Limiter::new(&app.config.rates);
    let streams = Streams::new(stream_settings(&app.config.server));
    let (services, edge, ours) = (app.services.clone(), app.config.server.clone(), streams.clone());
    let (handles, handle) = oneshot::channel();
    let (ends, ended) = oneshot::channel();
    std::thread::Builder::new().name("http".to_owned()).spawn(move || {
        let listened = actix_web::rt::System::new().block_on(async move {
            let server = listen(listener, services, (limiter, ours), &edge)?;
            drop(handles.send(server.handle()));
            server.await
        });
        drop(ends.send(listened));
    })?;
    let handle = handle.await.context("the listener did not start")?;
    Ok(Running { app, background, handle, ended, streams, made })
}

impl Running {
    /// Says that it will not be ready, takes nothing new, sends streams to other nodes, finishes what is here, ends the rest as interrupted.
    async fn stop(self) -> anyhow::Result<()> {
        let Self { app, background, handle, ended, streams, .. } = self;
        app.services.health.begin_stop();
        tokio::time::sleep(Duration::from_secs(app.config.server.leave_secs)).await;
        streams.close();
        let drain = Duration::from_secs(app.config.server.stop_secs);
        tokio::join!(handle.stop(true), app.services.pipeline.stop(drain));
        background.stop().await;
        ended.await.context("the listener broke off")??;
        Ok(())
    }
}

/// `serve`: runs until it is told to stop.
///
/// # Errors
/// What keeps it from starting; [`exit_status`] gives each its code.
pub fn serve(config: Config, runtime: &Runtime) -> anyhow::Result<ExitStatus> {
    start_log(&config.log);
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let running = start(config).await?;
        first_start::print(&running.app.services.public_url, running.made.as_ref())?;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
        running.stop().await?;
        Ok(ExitStatus::Success)
    })
}

/// `openapi`: the document of an installation that is configured like this, for who generates a client.
///
/// # Errors
/// Standard output is closed.
pub fn openapi(config: &Config) -> anyhow::Result<ExitStatus> {
    let url = config.public_url(config.server.listen.port());
    cli::say(api::openapi::document(&url).json.trim_end())?;
    Ok(ExitStatus::Success)
}

/// `demo`: a service on a free port with data that is removed at the end, and a customer's program against it.
///
/// # Errors
/// The first step that does not hold.
pub fn demo(output: Option<PathBuf>, runtime: &Runtime) -> anyhow::Result<ExitStatus> {
    let mut config = Config::load(None)?;
    let output = cli::demo::output_directory(output)?;
    config.data.directory = output.join("data");
    config.server.listen.set_port(0);
    config.server.public_url = String::new();
    config.database.url = String::new();
    config.store = StoreSection::default();
    config.webhooks.allow_loopback = true;
    start_log(&LogSettings { filter: "error".to_owned(), ..config.log.clone() });
    runtime.block_on(async {
        let data = config.data.directory.clone();
        let running = start(config).await?;
        let api_key = running.made.as_ref().map(|made| made.api_key.to_string()).context("the demo's data is not new")?;
        let stage = cli::demo::Stage { url: running.app.services.public_url.clone(), api_key };
        let played = cli::demo::run(&stage, &output).await;
        running.stop().await?;
        std::fs::remove_dir_all(&data).with_context(|| format!("{} cannot be removed", data.display()))?;
        played.map(|()| ExitStatus::Success)
    })
}

/// Writes the log to standard error; a second call changes nothing.
pub fn start_log(settings: &LogSettings) {
    let filter = tracing_subscriber::EnvFilter::try_new(&settings.filter)
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(LogSettings::default().filter));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = if settings.json { builder.json().try_init() } else { builder.try_init() };
    drop(started);
}

/// The exit code of what kept a command from working.
pub fn exit_status(error: &anyhow::Error) -> ExitStatus {
    let in_use = |cause: &std::io::Error| cause.kind() == std::io::ErrorKind::AddrInUse;
    for cause in error.chain() {
        if cause.downcast_ref::<std::io::Error>().is_some_and(in_use) {
            return ExitStatus::AddressInUse;
        }
        if matches!(cause.downcast_ref(), Some(DataDirError::InUse(_))) {
            return ExitStatus::DataDirInUse;
        }
        if matches!(cause.downcast_ref(), Some(DbError::SchemaTooNew { .. } | DbError::SchemaTooOld { .. })) {
            return ExitStatus::OtherSchema;
        }
    }
    ExitStatus::Failure
}
