//! A client for the help desk's API.

use crate::config::Config;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::BaseUrl;
use std::fmt::Write as _;

/// Maximum retries of a request by the host, which honours the wait of the server.
const RETRIES: u8 = 4;

/// A ticket, as the API returns it and as a row.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub(crate) struct Ticket {
    id: u64,
    subject: String,
    #[serde(default)]
    body: String,
    status: String,
}

/// A page of tickets.
#[derive(Debug, Deserialize)]
pub(crate) struct Page {
    pub(crate) tickets: Vec<Ticket>,
    /// Cursor of the next page; absent on the last page.
    pub(crate) next: Option<String>,
    /// Number of tickets in the queue, if the help desk reports it.
    pub(crate) total: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Queues {
    queues: Vec<Queue>,
}

#[derive(Debug, Deserialize)]
struct Queue {
    name: String,
    #[serde(default)]
    title: String,
}

/// A client of the API.
pub(crate) struct Desk {
    base_url: BaseUrl,
    token: Option<Secret>,
    host: Host,
}

impl Desk {
    /// Creates the client. Sends no request yet.
    pub(crate) fn new(config: &Config, host: Host) -> Result<Self> {
        let (base_url, token) = config.check()?;
        Ok(Self { base_url, token, host })
    }

    /// Fetches a page of a queue: the one at `cursor`, or the first.
    pub(crate) async fn page(&self, queue: &str, page_size: u32, cursor: Option<&str>) -> Result<Page> {
        let mut path = format!("queues/{}/tickets?per_page={page_size}", encoded(queue));
        if let Some(cursor) = cursor {
            path = format!("{path}&cursor={}", encoded(cursor));
        }
        self.get(&path).await?.json()
    }

    /// Fetches the queues.
    pub(crate) async fn queues(&self) -> Result<Vec<Listing>> {
        let answer: Queues = self.get("queues").await?.json()?;
        Ok(answer.queues.into_iter().map(|queue| Listing { name: queue.name, about: queue.title }).collect())
    }

    async fn get(&self, path: &str) -> Result<HttpResponse> {
        // `new` and not `get`: a request with a token follows no redirects, so that no other host receives the token.
        let mut request = HttpRequest::new(Method::GET, self.base_url.join(path)).retries(RETRIES);
        if let Some(token) = &self.token {
            request = request.bearer(token);
        }
        let response = self.host.http().send(&request).await?;
        response.ok().map_err(|error| match error.kind {
            ErrorKind::Auth => error.hint("set `token` to a reference to a token that may read tickets"),
            ErrorKind::NotFound => error.hint("check `base_url` and `queue`; list the queues with `rowsmith list`"),
            _ => error,
        })
    }
}

/// Percent-encodes a text for a URL: all bytes except letters, digits and `-._~`.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            write!(out, "%{byte:02X}").unwrap_or_default();
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn names_cannot_change_the_structure_of_the_url() {
        for (text, expected) in [
            ("printers", "printers"),
            ("2nd floor/é", "2nd%20floor%2F%C3%A9"),
            ("../admin?all=1&x#y", "..%2Fadmin%3Fall%3D1%26x%23y"),
        ] {
            assert_eq!(encoded(text), expected);
        }
    }
}
