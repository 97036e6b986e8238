//! One client connection: requests in, replies out, one after the other, until one side ends it.

use crate::ask::Ask;
use crate::dialect::{Dialect, Route};
use crate::http::HttpRequest;
use crate::record::RequestRecord;
use crate::reply::{Question, compose};
use crate::script::{Act, Delivery};
use crate::state::Shared;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{self, BufReader, Write};
use std::net::{Shutdown, TcpStream};
use std::ops::ControlFlow;
use std::time::Duration;

/// Serves a connection to its end. What goes wrong on it ends it and concerns nobody else.
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
    let google_key = request.headers.contains_key("x-goog-api-key");
    let (dialect, route) = Route::read(&request.method, &request.target, google_key);
    let body: Option<Value> = serde_json::from_slice(&request.body).ok();
    let broken = (route.is_completion() && body.is_none()).then(|| Act::status(400));
    let body = body.unwrap_or_default();
    let ask = if route.is_completion() { Ask::read(dialect, &body) } else { Ask::default() };
    let model = match &route {
        Route::Completion { model: Some(model) } | Route::ShowModel { model } => Some(model.clone()),
        Route::Completion { model: None } => body.get("model").and_then(Value::as_str).map(str::to_owned),
        Route::ListModels | Route::Unknown => None,
    };
    let record = RequestRecord {
        index: 0,
        at: Duration::ZERO,
        path: request.target,
        dialect,
        completion: route.is_completion(),
        model: model.clone(),
        key: key(dialect, &request.headers),
        headers: request.headers,
        body,
        rows: ask.rows.clone(),
        status: None,
        sent: false,
    };
    let admitted = shared.admit(record, route != Route::Unknown, broken);
    let latency = if route.is_completion() { shared.script.latency() } else { Duration::ZERO };
    if !shared.wait_turn(&admitted, latency) {
        return Ok(ControlFlow::Break(()));
    }
    let question = Question { index: admitted.index, dialect, route: &route, model: model.as_deref(), ask: &ask };
    let reply = compose(&shared.script, &admitted.act, &question);
    let delivery = admitted.act.delivery;
    let silent = matches!(delivery, Delivery::Hang | Delivery::Reset);
    shared.settle(admitted.index, (!silent).then_some(reply.status));

    let mut writer = stream;
    match delivery {
        Delivery::Whole => {
            reply.write(&mut writer, true)?;
            shared.sent(admitted.index, reply.status);
            return Ok(if reply.ends_connection() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) });
        }
        Delivery::Hang => shared.wait_for_stop(),
        Delivery::HangAfterHeaders => {
            reply.write_head(&mut writer)?;
            shared.wait_for_stop();
        }
        Delivery::Reset => {}
        Delivery::CutBody => reply.write(&mut writer, false)?,
    }
    Ok(ControlFlow::Break(()))
}

fn key(dialect: Dialect, headers: &BTreeMap<String, String>) -> Option<String> {
    match dialect {
        Dialect::Gemini => headers.get("x-goog-api-key").cloned(),
        Dialect::OpenAi => {
            let value = headers.get("authorization")?;
            Some(value.strip_prefix("Bearer ").unwrap_or(value).to_owned())
        }
    }
}
