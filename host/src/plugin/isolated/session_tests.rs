use super::super::child_stub::{Services, Then, send, session};
use super::ChildSession;
use crate::limit::stop::{Stop, StopReason};
use crate::plugin::isolated::connection::Failed;
use crate::plugin::isolated::frame::{Frame, Kind};
use crate::plugin::isolated::start::Refusal;
use rowsmith_plugin_api::{Error, ErrorKind};
use std::cell::RefCell;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

/// A call that the child answers with an error.
async fn failure(session: &ChildSession) -> String {
    match session.call(1, b"payload").await.unwrap_err() {
        Failed::Gone(how) => format!("gone: {how}"),
        Failed::Answered(Refusal::Failed(error)) => format!("{}: {error}", error.kind.as_str()),
        Failed::Answered(other) => format!("{other:?}"),
    }
}

/// Polls a call until it is in flight, then drops it.
async fn cancelled(session: &ChildSession) {
    let call = session.call(1, b"to be cancelled");
    assert!(tokio::time::timeout(Duration::ZERO, call).await.is_err());
}

#[tokio::test]
async fn replies_find_their_calls_in_any_order() {
    // Holds the first call until the second one arrives, and answers the second one first.
    let session = session(
        |frame, stream| {
            if frame.id == 2 {
                send(stream, Kind::Ok, 2, 0, b"two");
                send(stream, Kind::Err, 1, 0, &Error::new(ErrorKind::Busy, "one").encode());
            }
            Then::Goes
        },
        Arc::new(Services::default()),
        &Stop::default(),
    );
    let (one, two) = tokio::join!(failure(&session), session.call(7, b""));
    assert_eq!(one, "busy: one");
    assert_eq!(&two.unwrap()[..], b"two");
}

#[tokio::test]
async fn the_end_of_a_child_fails_every_open_call_at_once_and_all_later_ones() {
    let session = session(
        |frame, _| if frame.id == 2 { Then::Dies } else { Then::Goes },
        Arc::new(Services::default()),
        &Stop::default(),
    );
    let (one, two) = tokio::join!(failure(&session), failure(&session));
    assert_eq!(one, "gone: was killed by signal 11 (SIGSEGV)");
    assert_eq!(two, one);
    assert_eq!(failure(&session).await, one);
    assert!(session.is_over());
}

#[tokio::test]
async fn bytes_that_are_not_a_message_are_a_violation_of_the_protocol() {
    let printing = session(
        |_, stream| {
            std::io::Write::write_all(stream, b"Hello from a plugin that prints").unwrap();
            Then::Goes
        },
        Arc::new(Services::default()),
        &Stop::default(),
    );
    let text = failure(&printing).await;
    assert!(text.starts_with("gone: ") && text.contains("1819043144 bytes"), "{text}");
    let confused = session(
        |_, stream| {
            send(stream, Kind::Stopping, 0, 0, b"");
            Then::Goes
        },
        Arc::new(Services::default()),
        &Stop::default(),
    );
    let text = failure(&confused).await;
    assert!(text.starts_with("gone: ") && text.ends_with("kind 6"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_child_is_killed_when_a_cancelled_call_continues() {
    let session = session(|_, _| Then::Goes, Arc::new(Services::default()), &Stop::default());
    let start = tokio::time::Instant::now();
    cancelled(&session).await;
    let text = failure(&session).await;
    assert!(text.starts_with("gone: was killed") && text.contains("2 s"), "{text}");
    assert_eq!(start.elapsed().as_secs(), 2);
}

#[tokio::test]
async fn a_child_survives_a_cancelled_call_that_ends() {
    let session = session(
        |frame, stream| {
            match frame.kind {
                Kind::Cancel => send(stream, Kind::Cancelled, frame.id, 0, b""),
                Kind::Call if frame.payload.is_empty() => send(stream, Kind::Ok, frame.id, 0, b"later"),
                _ => {}
            }
            Then::Goes
        },
        Arc::new(Services::default()),
        &Stop::default(),
    );
    cancelled(&session).await;
    assert_eq!(&session.call(1, b"").await.unwrap()[..], b"later");
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(60)).await;
    assert!(!session.is_over());
}

#[tokio::test]
async fn services_answer_and_their_panics_are_errors_and_logs_arrive() {
    let services = Arc::new(Services::default());
    // Calls two services, and answers with the result of the second one.
    let session = session(
        |frame, stream| {
            match frame.kind {
                Kind::Call => {
                    send(stream, Kind::Log, 6, 3, b"targethow it goes");
                    send(stream, Kind::Service, 1, 5, b"echo");
                }
                Kind::ServiceOk => {
                    assert_eq!(frame.payload, b"echo");
                    send(stream, Kind::Service, 2, 13, b"");
                }
                Kind::ServiceErr => send(stream, Kind::Err, 1, 0, &frame.payload),
                _ => {}
            }
            Then::Goes
        },
        Arc::clone(&services) as _,
        &Stop::default(),
    );
    rowsmith_abi::install_panic_hook();
    let said = failure(&session).await;
    assert!(said.starts_with("panic: ") && said.contains("no such service"), "{said}");
    assert_eq!(*services.0.lock().unwrap(), ["3 target: how it goes"]);
}

thread_local! {
    /// The earlier messages to the child of this thread.
    static CAME: RefCell<Vec<Kind>> = const { RefCell::new(Vec::new()) };
}

/// Ends when the first message is not the start, like a real child; answers call 1 after the stop signal.
fn told(frame: &Frame, stream: &mut UnixStream) -> Then {
    let came = CAME.with_borrow_mut(|came| {
        came.push(frame.kind);
        came.clone()
    });
    match came.as_slice() {
        [Kind::Start] => send(stream, Kind::Ok, 0, 0, b""),
        [Kind::Start, Kind::Stopping, Kind::Call] | [Kind::Start, Kind::Call, Kind::Stopping] => {
            send(stream, Kind::Ok, 1, 0, b"told");
        }
        [Kind::Start, .., Kind::End] => return Then::Dies,
        [Kind::Start, ..] => {}
        _ => return Then::Dies,
    }
    Then::Goes
}

#[tokio::test]
async fn a_child_is_told_when_the_run_stops() {
    let stop = Stop::default();
    let session = session(told, Arc::new(Services::default()), &stop);
    session.start(b"").await.unwrap();
    stop.request(StopReason::Interrupted);
    assert_eq!(&session.call(1, b"").await.unwrap()[..], b"told");
}

#[tokio::test]
async fn a_child_that_starts_while_the_run_stops_is_told_after_its_start() {
    let stop = Stop::default();
    stop.request(StopReason::Interrupted);
    let session = session(told, Arc::new(Services::default()), &stop);
    // Gives a signal that comes too early the time to arrive.
    tokio::task::yield_now().await;
    session.start(b"").await.unwrap();
    assert_eq!(&session.call(1, b"").await.unwrap()[..], b"told");
}
