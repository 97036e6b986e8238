//! The help desk's API: what is asked, and what the answers mean.

use crate::config::Config;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::BaseUrl;
use std::fmt::Write as _;

/// How often the host repeats a request that failed for a passing reason. It waits as the server asks.
const RETRIES: u8 = 4;

/// One ticket: as the API sends it, and as the row that it becomes.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub(crate) struct Ticket {
    id: u64,
    subject: String,
    #[serde(default)]
    body: String,
    status: String,
}

/// Some tickets, and where the following ones are.
#[derive(Debug, Deserialize)]
pub(crate) struct Page {
    pub(crate) tickets: Vec<Ticket>,
    /// Names the next page; absent on the last one.
    pub(crate) next: Option<String>,
    /// How many tickets the queue has, when the desk counts them.
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

/// The API behind one config.
pub(crate) struct Desk {
    base_url: BaseUrl,
    token: Option<Secret>,
    host: Host,
}

impl Desk {
    /// Makes the client; nothing is sent yet.
    pub(crate) fn new(config: &Config, host: Host) -> Result<Self> {
        let (base_url, token) = config.check()?;
        Ok(Self { base_url, token, host })
    }

    /// Some tickets of a queue, from the page that `cursor` names, or the first.
    pub(crate) async fn page(&self, queue: &str, page_size: u32, cursor: Option<&str>) -> Result<Page> {
        let mut path = format!("queues/{}/tickets?per_page={page_size}", encoded(queue));
        if let Some(cursor) = cursor {
            path = format!("{path}&cursor={}", encoded(cursor));
        }
        self.get(&path).await?.json()
    }

    /// What can be scraped.
    pub(crate) async fn queues(&self) -> Result<Vec<Listing>> {
        let answer: Queues = self.get("queues").await?.json()?;
        Ok(answer.queues.into_iter().map(|queue| Listing { name: queue.name, about: queue.title }).collect())
    }

    async fn get(&self, path: &str) -> Result<HttpResponse> {
        // `new` and not `get`: a request with a token follows no redirect, so that the token stays with its host.
        let mut request = HttpRequest::new(Method::GET, self.base_url.join(path)).retries(RETRIES);
        if let Some(token) = &self.token {
            request = request.bearer(token);
        }
        let response = self.host.http().send(&request).await?;
        response.ok().map_err(|error| match error.kind {
            ErrorKind::Auth => error.hint("set `token` to a reference to a token that may read tickets"),
            ErrorKind::NotFound => error.hint("check `base_url` and `queue`; `rowsmith list` names the queues"),
            _ => error,
        })
    }
}

/// The text as a part of an address: all but letters, digits and `-._~` as `%XX`.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            write!(out, "%{byte:02X}").unwrap_or_default();
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn names_cannot_leave_their_place_in_the_address() {
        for (text, expected) in [
            ("printers", "printers"),
            ("2nd floor/é", "2nd%20floor%2F%C3%A9"),
            ("../admin?all=1&x#y", "..%2Fadmin%3Fall%3D1%26x%23y"),
        ] {
            assert_eq!(encoded(text), expected);
        }
    }
}
