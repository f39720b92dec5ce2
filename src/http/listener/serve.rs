//! Threads, sockets and the framework's own settings: what `HttpServer` does, over guarded connections.

use std::cell::RefCell;
use std::fmt;
use std::net::TcpListener;
use std::rc::Rc;
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{HttpService, KeepAlive, Request, Response};
use actix_server::Server;
use actix_service::{IntoServiceFactory, Service, ServiceFactory, ServiceFactoryExt as _, fn_service, map_config};
use actix_web::body::MessageBody;
use actix_web::dev::AppConfig;
use socket2::SockRef;
use tokio::net::TcpStream;

use super::crowd::refuse;
use super::{Guarded, REFUSALS_MAX, Terms, Watch};

/// Threads that read and answer requests; measuring has processes of its own.
const THREADS: usize = 2;
/// Connections the kernel holds until a thread takes them.
const BACKLOG: i32 = 1024;
/// How long an answer lingers for a client that is still sending.
const DISCONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Bytes the kernel takes beyond what the client's window has room for. Without it that is up to 4 MiB for each client who does not
/// read, and the guard, which sees only what the kernel does not take, would not know of them.
const UNSENT_BYTES: u32 = 64 * 1024;

/// Serves `app` on a listener that is bound already. Must be called within an actix system; the server runs once it is awaited.
///
/// # Errors
/// When the listener cannot be used.
pub fn serve<F, I, S, B>(listener: TcpListener, terms: Terms, app: F) -> std::io::Result<Server>
where
    F: Fn() -> I + Send + Clone + 'static,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig> + 'static,
    S::Error: Into<actix_web::Error> + 'static,
    S::InitError: fmt::Debug,
    S::Response: Into<Response<B>> + 'static,
    <S::Service as Service<Request>>::Future: 'static,
    S::Service: 'static,
    B: MessageBody + 'static,
{
    let builder = Server::build()
        .workers(THREADS)
        // One thread may come to hold all of them, and has to take those it refuses.
        .max_concurrent_connections(terms.crowd.all_max().saturating_add(REFUSALS_MAX))
        .shutdown_timeout(terms.drain.as_secs())
        .disable_signals();
    let stopping = builder.graceful_shutdown_signal();
    let address = listener.local_addr()?;
    rustix::net::listen(&listener, BACKLOG)?;
    let built = builder.listen("http", listener, move || {
        let stopping = stopping.clone();
        let terms = Rc::new(terms.clone());
        let app = app().into_factory().map_err(|error| error.into().error_response());
        let http = HttpService::build()
            // Without it a connection that is kept would outlive the stop by its whole pause.
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            // Heads and pauses are the guard's: the framework's own timers know neither a second head nor a slow reader.
            .client_request_timeout(Duration::ZERO)
            .keep_alive(KeepAlive::Os)
            .client_disconnect_timeout(DISCONNECT_TIMEOUT)
            .local_addr(address)
            .on_connect_ext(|io: &Guarded<TcpStream>, data| {
                data.insert::<Rc<RefCell<Watch>>>(io.watch());
            })
            .h1(map_config(app, |()| AppConfig::default()));
        fn_service(move |io: TcpStream| {
            let terms = Rc::clone(&terms);
            async move {
                let peer = io.peer_addr().ok();
                match terms.crowd.admit(peer.map(|peer| peer.ip())) {
                    Ok(place) => {
                        prepare(&io, &terms);
                        Ok((Guarded::new(io, terms).holding(place), peer))
                    }
                    Err(kind) => {
                        refuse(io, kind, &terms).await;
                        Err(DispatchError::Io(std::io::ErrorKind::ConnectionRefused.into()))
                    }
                }
            }
        })
        .and_then(http)
    })?;
    Ok(built.run())
}

/// A kernel that does not know these serves all the same, only less strictly.
fn prepare(io: &TcpStream, terms: &Terms) {
    let socket = SockRef::from(io);
    let told = socket.set_tcp_notsent_lowat(UNSENT_BYTES);
    // Also what was given to the kernel ends, if its reader is gone without a word.
    let told = told.and_then(|()| socket.set_tcp_user_timeout(Some(terms.deadlines.reader.all)));
    if let Err(error) = told {
        tracing::debug!(%error, "a socket keeps the kernel's own limits");
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use tokio::net::TcpSocket;

    use super::super::Deadlines;
    use super::*;
    use crate::http::pace::Pace;

    /// Bytes the kernels take of an answer nobody reads.
    async fn swallowed(is_prepared: bool) -> usize {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let reader = TcpSocket::new_v4().unwrap();
        reader.set_recv_buffer_size(4096).unwrap();
        let _reader = reader.connect(listener.local_addr().unwrap()).await.unwrap();
        let (io, _) = listener.accept().await.unwrap();
        if is_prepared {
            let second = Duration::from_secs(1);
            let reader = Pace { grace: second, bytes_per_s_min: 1, all: second * 7 };
            let deadlines = Deadlines { head: second, keep_alive: second, reader };
            prepare(&io, &Terms::for_test(deadlines));
            assert_eq!(SockRef::from(&io).tcp_user_timeout().unwrap(), Some(second * 7));
        }
        let mut total = 0;
        loop {
            io.writable().await.unwrap();
            match io.try_write(&[0; 32 * 1024]) {
                Ok(written) => total += written,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return total,
                Err(error) => panic!("{error}"),
            }
        }
    }

    #[tokio::test]
    async fn the_kernel_does_not_swallow_an_answer_whole() {
        let (prepared, bare) = (swallowed(true).await, swallowed(false).await);
        println!("the kernels took {prepared} bytes, without the limit {bare}");
        assert!(prepared <= 4 * UNSENT_BYTES as usize, "{prepared}, without the limit {bare}");
        assert!(prepared < bare, "{prepared}, without the limit {bare}");
    }
}
