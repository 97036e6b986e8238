//! Conversion of the client's errors to those of plugins.

use redis::{ErrorKind as ClientKind, RedisError};
use rowsmith_plugin_api::prelude::{Error, ErrorKind};
use std::error::Error as StdError;
use std::io;
use std::sync::Arc;

/// Converts an error of the client. `server` is the address, for the message.
pub(crate) fn from_redis(error: &RedisError, server: &str) -> Error {
    if let Some(failed) = io_error(error) {
        return from_io(failed, server);
    }
    match error.kind() {
        ClientKind::Io => Error::new(ErrorKind::Retryable, format!("cannot reach {server}: {error}")),
        ClientKind::Parse | ClientKind::UnexpectedReturnType => {
            Error::new(ErrorKind::InvalidData, format!("{server} sent an unknown reply"))
                .hint("check that `url` in [cache.config] is the address of a Redis or Valkey server")
        }
        ClientKind::InvalidClientConfig => Error::config("url", format!("cannot use {server}: {error}")),
        _ => from_reply(&code(error), &text(error), server),
    }
}

/// Returns true if the connection ended before a reply, so that the command can be retried on another one.
pub(crate) fn is_lost_connection(error: &RedisError) -> bool {
    error.is_connection_dropped()
}

/// Returns true if the connection can be used after the error: the server has replied.
pub(crate) fn is_reply(error: &RedisError) -> bool {
    io_error(error).is_none() && !matches!(error.kind(), ClientKind::Io | ClientKind::Parse)
}

fn io_error(error: &RedisError) -> Option<&io::Error> {
    error.source()?.downcast_ref::<Arc<dyn StdError + Send + Sync>>()?.downcast_ref()
}

/// An interrupted connection is temporary. Data that the protocol of the connection refuses, such as a certificate, is not.
fn from_io(error: &io::Error, server: &str) -> Error {
    match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::PermissionDenied => {
            Error::config("url", format!("cannot connect to {server}: {error}"))
        }
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
            Error::new(ErrorKind::Retryable, format!("{server} did not reply in time"))
        }
        _ => Error::new(ErrorKind::Retryable, format!("cannot reach {server}: {error}")),
    }
}

/// First word of the server's error. That of a transaction is the error of its first command.
fn code(error: &RedisError) -> String {
    let of_commands = error.clone().into_server_errors();
    let first = of_commands.as_deref().and_then(<[_]>::first).map(|(_, error)| error.code().to_owned());
    first.or_else(|| error.code().map(str::to_owned)).unwrap_or_default()
}

fn text(error: &RedisError) -> String {
    let of_commands = error.clone().into_server_errors();
    let first = of_commands.as_deref().and_then(<[_]>::first).and_then(|(_, error)| error.details().map(str::to_owned));
    first.or_else(|| error.detail().map(str::to_owned)).unwrap_or_else(|| error.to_string())
}

/// Converts an error that the server replied.
fn from_reply(code: &str, text: &str, server: &str) -> Error {
    let text = text.trim().trim_end_matches('.');
    let message = |what: &str| format!("{what} {server}: {text}");
    match code {
        "OOM" => Error::new(ErrorKind::NoSpace, format!("the memory of {server} is used up"))
            .hint("raise `maxmemory` of the server; stored answers stay readable"),
        "LOADING" | "BUSY" | "MASTERDOWN" | "TRYAGAIN" | "CLUSTERDOWN" | "NOREPLICAS" | "READONLY" => {
            Error::new(ErrorKind::Busy, message("cannot use"))
        }
        "ERR" if text.contains("max number of clients") => Error::new(ErrorKind::Busy, message("cannot connect to")),
        "NOAUTH" | "WRONGPASS" => Error::new(ErrorKind::Auth, message("cannot log in to"))
            .hint("check `username` and `password` in [cache.config]"),
        "NOPERM" => Error::new(ErrorKind::Auth, message("no permission on"))
            .hint("extend the access control list of the user; docs/cache.md lists the commands"),
        "MISCONF" => Error::new(ErrorKind::Io, message("cannot write to"))
            .hint("the server cannot save its data; its log has the reason"),
        "MOVED" | "ASK" | "CROSSSLOT" => Error::config("url", format!("{server} is a cluster, which is not supported"))
            .hint("use a server without cluster mode"),
        "WRONGTYPE" => Error::config("prefix", message("keys of another program on"))
            .hint("set `prefix` in [cache.config] to another text"),
        _ => Error::new(ErrorKind::Other, message("cannot use")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_have_the_kind_that_the_host_acts_on() {
        for (code, text, kind) in [
            ("OOM", "command not allowed when used memory > 'maxmemory'.", ErrorKind::NoSpace),
            ("LOADING", "Redis is loading the dataset in memory", ErrorKind::Busy),
            ("BUSY", "Redis is busy running a script.", ErrorKind::Busy),
            ("READONLY", "You can't write against a read only replica.", ErrorKind::Busy),
            ("ERR", "max number of clients reached", ErrorKind::Busy),
            ("WRONGPASS", "invalid username-password pair or user is disabled.", ErrorKind::Auth),
            ("NOAUTH", "Authentication required.", ErrorKind::Auth),
            ("NOPERM", "User a has no permissions to run the 'mget' command", ErrorKind::Auth),
            ("MISCONF", "unable to persist to disk.", ErrorKind::Io),
            ("CROSSSLOT", "Keys in request don't hash to the same slot", ErrorKind::Config),
            ("WRONGTYPE", "Operation against a key holding the wrong kind of value", ErrorKind::Config),
            ("ERR", "unknown command", ErrorKind::Other),
        ] {
            let error = from_reply(code, text, "redis://h");
            assert_eq!(error.kind, kind, "{code}");
            assert!(error.message.contains("redis://h") && !error.message.ends_with('.'), "{}", error.message);
        }
    }

    #[test]
    fn connections_are_temporary_and_certificates_are_not() {
        for (kind, expected) in [
            (io::ErrorKind::ConnectionRefused, ErrorKind::Retryable),
            (io::ErrorKind::BrokenPipe, ErrorKind::Retryable),
            (io::ErrorKind::UnexpectedEof, ErrorKind::Retryable),
            (io::ErrorKind::WouldBlock, ErrorKind::Retryable),
            (io::ErrorKind::InvalidData, ErrorKind::Config),
        ] {
            let error = RedisError::from(io::Error::from(kind));
            assert_eq!(from_redis(&error, "redis://h").kind, expected, "{kind:?}");
            assert!(!is_reply(&error), "{kind:?}");
        }
    }
}
