//! A stream that keeps the deadlines of its [`Watch`]: past one, reading and writing fail and the connection is dropped.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};

use super::raw::bare_problem;
use super::{Cause, ConnectionPlace, Terms, Watch};

/// What bytes travel on.
pub trait Transport: AsyncRead + AsyncWrite + Unpin {
    /// What was not taken yet is thrown away when this is dropped, instead of being kept for a reader who may never come.
    fn forget_unsent(&self);
}

impl Transport for TcpStream {
    fn forget_unsent(&self) {
        if let Err(error) = self.set_zero_linger() {
            tracing::debug!(%error, "a connection keeps its unsent bytes");
        }
    }
}

/// A connection whose every wait has an end.
///
/// It relies on how the dispatcher above it works: each time it is woken it reads until nothing is there, writes what it has, and asks
/// for a flush once all of it was accepted. So the deadlines are looked at wherever one of the three has to wait.
#[derive(Debug)]
pub struct Guarded<T> {
    io: T,
    watch: Rc<RefCell<Watch>>,
    timer: Pin<Box<Sleep>>,
    terms: Rc<Terms>,
    place: Option<ConnectionPlace>,
}

impl<T: Transport> Guarded<T> {
    /// Of a connection opened now.
    pub fn new(io: T, terms: Rc<Terms>) -> Self {
        let now = Instant::now();
        let watch = Watch::begin(terms.deadlines, now);
        Self { io, watch: Rc::new(RefCell::new(watch)), timer: Box::pin(tokio::time::sleep_until(now)), terms, place: None }
    }

    /// With its place among all connections, given back at its end.
    #[must_use]
    pub fn holding(mut self, place: ConnectionPlace) -> Self {
        self.place = Some(place);
        self
    }

    /// Its time, for [`super::follow()`] to tell it what the application is at.
    pub fn watch(&self) -> Rc<RefCell<Watch>> {
        Rc::clone(&self.watch)
    }

    /// Wakes the task at the next deadline, and fails past it.
    fn judge(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let Some((deadline, cause)) = self.watch.borrow().deadline() else { return Ok(()) };
        if self.timer.deadline() != deadline {
            self.timer.as_mut().reset(deadline);
        }
        if Instant::now() >= deadline || self.timer.as_mut().poll(cx).is_ready() {
            self.end(cause, cx);
            return Err(io::ErrorKind::TimedOut.into());
        }
        Ok(())
    }

    fn end(&mut self, cause: Cause, cx: &mut Context<'_>) {
        match cause {
            Cause::Silent | Cause::Idle => return,
            Cause::Head => self.say_too_late(cx),
            Cause::Reader => self.io.forget_unsent(),
        }
        tracing::info!(cause = cause.slug(), "connection cut");
    }

    /// 408, as far as the kernel takes it at once. No answer is half written: a head is only waited for after the last one.
    fn say_too_late(&mut self, cx: &mut Context<'_>) {
        if self.watch.borrow().is_waiting() {
            return;
        }
        let date = self.terms.clock.now().http_date();
        let answer = format!("HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\ndate: {date}\r\n\r\n");
        // Nobody can be told if this fails.
        drop(Pin::new(&mut self.io).poll_write(cx, answer.as_bytes()));
    }
}

impl<T: Transport> AsyncRead for Guarded<T> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        match Pin::new(&mut this.io).poll_read(cx, buf) {
            Poll::Pending => {
                this.judge(cx)?;
                Poll::Pending
            }
            Poll::Ready(Ok(())) if buf.filled().len() > before => {
                this.watch.borrow_mut().heard(Instant::now());
                Poll::Ready(Ok(()))
            }
            ended => ended,
        }
    }
}

impl<T: Transport> AsyncWrite for Guarded<T> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if let Some(kind) = bare_problem(buf).filter(|_| !this.watch.borrow().is_answering()) {
            let answer = this.terms.answer(kind);
            // As far as the kernel takes it at once; the connection ends with it.
            return Pin::new(&mut this.io).poll_write(cx, answer.as_bytes()).map_ok(|_| buf.len());
        }
        match Pin::new(&mut this.io).poll_write(cx, buf) {
            Poll::Pending => {
                this.watch.borrow_mut().waits(Instant::now());
                this.judge(cx)?;
                Poll::Pending
            }
            Poll::Ready(Ok(bytes)) => {
                this.watch.borrow_mut().took(bytes, Instant::now());
                Poll::Ready(Ok(bytes))
            }
            failed => failed,
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(Pin::new(&mut this.io).poll_flush(cx))?;
        this.watch.borrow_mut().delivered(Instant::now());
        this.judge(cx)?;
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
    use tokio::time::sleep;

    use super::super::Deadlines;
    use super::*;
    use crate::http::pace::Pace;

    const SHORT: Duration = Duration::from_millis(60);
    const LONG: Duration = Duration::from_secs(3600);

    impl Transport for DuplexStream {
        fn forget_unsent(&self) {}
    }

    /// Both ends of a pipe of 64 bytes.
    fn pipe(head: Duration, reader_grace: Duration) -> (Guarded<DuplexStream>, DuplexStream) {
        let (ours, theirs) = duplex(64);
        let reader = Pace { grace: reader_grace, bytes_per_s_min: 1024, all: LONG };
        let deadlines = Deadlines { head, keep_alive: LONG, reader };
        (Guarded::new(ours, Rc::new(Terms::for_test(deadlines))), theirs)
    }

    async fn is_ended<T: std::fmt::Debug>(wait: impl Future<Output = io::Result<T>>) {
        let ended = tokio::time::timeout(SHORT * 100, wait).await.expect("it is woken at its deadline");
        assert_eq!(ended.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn what_is_here_at_the_deadline_is_in_time() {
        let (mut ours, mut theirs) = pipe(SHORT, LONG);
        theirs.write_all(b"GET / HTTP").await.unwrap();
        sleep(SHORT * 2).await;
        assert_eq!(ours.read(&mut [0; 64]).await.unwrap(), 10);
        is_ended(ours.read(&mut [0; 64])).await;
        let mut said = [0; 32];
        theirs.read_exact(&mut said).await.unwrap();
        assert_eq!(&said, b"HTTP/1.1 408 Request Timeout\r\nco");
    }

    #[tokio::test]
    async fn a_task_that_only_waits_is_woken_to_end() {
        let (mut ours, _theirs) = pipe(SHORT, LONG);
        is_ended(ours.read(&mut [0; 64])).await;
        let (mut ours, _theirs) = pipe(LONG, SHORT);
        ours.watch().borrow_mut().asked(false);
        is_ended(ours.write_all(&[b'x'; 65])).await;
    }

    #[tokio::test]
    async fn a_reader_who_takes_it_at_the_deadline_has_taken_it() {
        let (mut ours, mut theirs) = pipe(LONG, SHORT * 4);
        ours.watch().borrow_mut().asked(false);
        let writing = async {
            ours.write_all(&[b'x'; 128]).await.unwrap();
            ours.flush().await.unwrap();
        };
        let reading = async {
            sleep(SHORT).await;
            theirs.read_exact(&mut [0; 128]).await.unwrap();
        };
        tokio::join!(writing, reading);
        assert!(ours.watch().borrow().deadline().is_none(), "nothing waits, the application is at it");
        ours.watch().borrow_mut().answered(Instant::now());
        ours.flush().await.unwrap();
        assert!(matches!(ours.watch().borrow().deadline(), Some((_, Cause::Idle))));
    }
}
