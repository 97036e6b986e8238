//! One client connection: requests and replies in turn, until one side ends it.

use crate::call::Call;
use crate::http::{HttpReply, HttpRequest};
use crate::reply::compose;
use crate::script::{Delivery, Then};
use crate::state::Shared;
use std::io::{self, BufReader, Write};
use std::net::{Shutdown, TcpStream};
use std::ops::ControlFlow;
use std::time::Duration;

/// Serves a connection to its end. An error ends this connection only.
pub(crate) fn serve(shared: &Shared, stream: &TcpStream) {
    let Ok(Some(number)) = shared.connect(stream) else {
        return;
    };
    drop(converse(shared, stream));
    // Other handles of the socket are still open here; without this the peer would not see the end.
    drop(stream.shutdown(Shutdown::Both));
    shared.disconnect(number);
}

fn converse(shared: &Shared, stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    let continues = || {
        let mut writer = stream;
        writer.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")
    };
    while let Some(request) = HttpRequest::read(&mut reader, continues)? {
        let close = request.wants_close();
        if respond(shared, stream, request)?.is_break() || close {
            break;
        }
    }
    Ok(())
}

fn respond(shared: &Shared, stream: &TcpStream, request: HttpRequest) -> io::Result<ControlFlow<()>> {
    let (call, record) = Call::read(request);
    let malformed = call.malformed.then(|| Then::status(400));
    let admitted = shared.admit(record, &call.operation, malformed);
    let latency = if call.operation.is_completion() { shared.script.latency() } else { Duration::ZERO };
    if !shared.wait_turn(&admitted, latency) {
        return Ok(ControlFlow::Break(()));
    }
    let reply = compose(&shared.script, &admitted, &call);
    let delivery = admitted.then.delivery;
    let silent = matches!(delivery, Delivery::Hang | Delivery::Reset);
    shared.settle(admitted.index, (!silent).then_some(reply.status));
    deliver(shared, stream, &reply, delivery, admitted.index)
}

fn deliver(
    shared: &Shared,
    mut writer: &TcpStream,
    reply: &HttpReply,
    delivery: Delivery,
    index: usize,
) -> io::Result<ControlFlow<()>> {
    match delivery {
        Delivery::Whole => {
            reply.write(&mut writer, true)?;
            shared.sent(index);
            return Ok(if reply.ends_connection() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) });
        }
        Delivery::Hang => shared.wait_for_stop(),
        Delivery::HangAfterHeaders => {
            reply.write_head(&mut writer)?;
            shared.wait_for_stop();
        }
        Delivery::ShortLength => reply.write_short(&mut writer)?,
        Delivery::Drip(pause) => {
            reply.write_head(&mut writer)?;
            for byte in reply.bytes() {
                writer.write_all(&[*byte])?;
                if !shared.wait(pause) {
                    break;
                }
            }
        }
        Delivery::EndlessChunks => reply.write_endless(&mut writer)?,
        Delivery::Reset => {}
        Delivery::CutBody => reply.write(&mut writer, false)?,
    }
    Ok(ControlFlow::Break(()))
}
