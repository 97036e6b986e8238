//! Short ways to write an [`Act`] down.

use super::act::{Act, Block, Delivery, Failure, Reply, UsageReport};
use super::mutation::Mutation;
use std::time::Duration;

impl Act {
    /// The right answer.
    pub fn answer() -> Self {
        Self::default()
    }

    /// The right answer with one change.
    pub fn mutated(mutation: Mutation) -> Self {
        Self::answer().with(mutation)
    }

    /// A reply of the caller's choice.
    pub fn reply(reply: Reply) -> Self {
        Self { reply, ..Self::default() }
    }

    /// An error with this status and the dialect's usual body for it.
    pub fn status(status: u16) -> Self {
        Self::reply(Reply::Failure(Failure::Status(status)))
    }

    /// Too many requests per minute, with a hint how long to wait, in seconds.
    pub fn rate_limited(retry_after: impl Into<String>) -> Self {
        Self::reply(Reply::Failure(Failure::RateLimited)).retry_after(retry_after)
    }

    /// No more requests today.
    pub fn daily_quota() -> Self {
        Self::reply(Reply::Failure(Failure::DailyQuota))
    }

    /// The key is wrong.
    pub fn wrong_key() -> Self {
        Self::reply(Reply::Failure(Failure::WrongKey))
    }

    /// No credit.
    pub fn billing() -> Self {
        Self::reply(Reply::Failure(Failure::Billing))
    }

    /// There is no such model.
    pub fn unknown_model() -> Self {
        Self::reply(Reply::Failure(Failure::UnknownModel))
    }

    /// The schema is too complex.
    pub fn schema_rejected() -> Self {
        Self::reply(Reply::Failure(Failure::SchemaRejected))
    }

    /// The prompt is too long.
    pub fn too_large() -> Self {
        Self::reply(Reply::Failure(Failure::TooLarge))
    }

    /// The prompt is blocked.
    pub fn blocked_prompt() -> Self {
        Self::reply(Reply::Blocked(Block::Prompt))
    }

    /// The answer is blocked.
    pub fn blocked_answer() -> Self {
        Self::reply(Reply::Blocked(Block::Answer))
    }

    /// A temporary redirect that keeps method and body (307).
    pub fn redirect(url: impl Into<String>) -> Self {
        Self::reply(Reply::Redirect { status: 307, url: url.into() })
    }

    /// A body of `mib` MiB that `content-length` announces.
    pub fn huge_body(mib: u64) -> Self {
        Self::reply(Reply::Huge { mib, declared: true })
    }

    /// A body of `mib` MiB that nothing announces.
    pub fn unannounced_huge_body(mib: u64) -> Self {
        Self::reply(Reply::Huge { mib, declared: false })
    }

    /// A web page with status 200.
    pub fn html() -> Self {
        Self::reply(Reply::Html)
    }

    /// Any status and JSON body.
    pub fn raw_json(status: u16, body: impl Into<String>) -> Self {
        Self::reply(Reply::Raw { status, content_type: "application/json".to_owned(), body: body.into() })
    }

    /// No reply, on a connection that stays open.
    pub fn hang() -> Self {
        Self::answer().deliver(Delivery::Hang)
    }

    /// Only the head of the answer, on a connection that stays open.
    pub fn hang_after_headers() -> Self {
        Self::answer().deliver(Delivery::HangAfterHeaders)
    }

    /// No reply, on a connection that is closed.
    pub fn reset() -> Self {
        Self::answer().deliver(Delivery::Reset)
    }

    /// Half of the answer, on a connection that is closed.
    pub fn cut_body() -> Self {
        Self::answer().deliver(Delivery::CutBody)
    }

    /// Changes the answer; without effect on other replies.
    #[must_use]
    pub fn with(mut self, mutation: Mutation) -> Self {
        self.mutations.push(mutation);
        self
    }

    /// Hints how long to wait, in seconds, as the dialect does it: Gemini `RetryInfo`, OpenAI `retry-after`. A text
    /// that is no number is sent as it is.
    #[must_use]
    pub fn retry_after(mut self, hint: impl Into<String>) -> Self {
        self.retry_after = Some(hint.into());
        self
    }

    /// Adds a header field to the reply.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.insert(name.into(), value.into());
        self
    }

    /// Sets what the answer says about tokens.
    #[must_use]
    pub fn usage(mut self, usage: UsageReport) -> Self {
        self.usage = usage;
        self
    }

    /// Waits before replying.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        self
    }

    /// Waits until the test releases the request.
    #[must_use]
    pub fn hold(mut self) -> Self {
        self.hold = true;
        self
    }

    /// Sets how the reply is brought across.
    #[must_use]
    pub fn deliver(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }
}
