//! The outermost middleware: tells the connection when the application has a request and when it has answered, and paces the body.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::HttpMessage as _;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::middleware::Next;
use actix_web::web::{self, Bytes};
use futures_util::Stream;
use tokio::time::Instant;

use super::Watch;
use crate::http::Settings;
use crate::http::pace::paced;

/// Middleware: follows a request from its head to the last byte of its answer.
///
/// # Errors
/// Those of the inner services.
pub async fn follow(mut request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse<Followed>, actix_web::Error> {
    let body = request.take_payload();
    let has_body = !matches!(body, Payload::None);
    let turn = Turn::begin(request.conn_data::<Rc<RefCell<Watch>>>().cloned(), has_body);
    let pace = request.app_data::<web::Data<Settings>>().map(|settings| settings.body_pace());
    match pace {
        Some(pace) if has_body => {
            let body = Incoming { body: Box::pin(paced(body, pace)), watch: turn.0.clone() };
            request.set_payload(Payload::Stream { payload: Box::pin(body) });
        }
        _ => request.set_payload(body),
    }
    let response = next.call(request).await?;
    Ok(response.map_body(|_, body| Followed { body, turn }))
}

/// A request the application has; over when its answer was given, or nobody wants it any more.
#[derive(Debug)]
struct Turn(Option<Rc<RefCell<Watch>>>);

impl Turn {
    fn begin(watch: Option<Rc<RefCell<Watch>>>, has_body: bool) -> Self {
        if let Some(watch) = &watch {
            watch.borrow_mut().asked(has_body);
        }
        Self(watch)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(watch) = &self.0 {
            watch.borrow_mut().answered(Instant::now());
        }
    }
}

/// A request's body, whose end is told.
struct Incoming {
    body: Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>>,
    watch: Option<Rc<RefCell<Watch>>>,
}

impl Stream for Incoming {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let piece = this.body.as_mut().poll_next(cx);
        if let (Poll::Ready(None), Some(watch)) = (&piece, &this.watch) {
            watch.borrow_mut().body_ended();
        }
        piece
    }
}

/// An answer's body, whose end is told: the dispatcher drops it as soon as it has its last byte.
#[derive(Debug)]
pub struct Followed {
    body: BoxBody,
    #[expect(dead_code, reason = "held for its drop")]
    turn: Turn,
}

impl MessageBody for Followed {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_next(cx)
    }
}
