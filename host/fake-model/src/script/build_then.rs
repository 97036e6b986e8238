//! Constructors and setters of [`Then`].

use super::mutation::Mutation;
use super::then::{BlockedPart, Delivery, Reply, ServiceError, Then, UsageReport};
use std::time::Duration;

impl Then {
    /// The right answer.
    pub fn answer() -> Self {
        Self::default()
    }

    /// The right answer with one change.
    pub fn mutated(mutation: Mutation) -> Self {
        Self::answer().with(mutation)
    }

    /// Any reply.
    pub fn reply(reply: Reply) -> Self {
        Self { reply, ..Self::default() }
    }

    /// An error with this status and the usual body for it.
    pub fn status(status: u16) -> Self {
        Self::reply(Reply::Error(ServiceError::Status(status)))
    }

    /// Too many requests per minute, with a wait hint in seconds.
    pub fn rate_limited(retry_after: impl Into<String>) -> Self {
        Self::reply(Reply::Error(ServiceError::RateLimited)).retry_after(retry_after)
    }

    /// The daily quota is exhausted.
    pub fn daily_quota() -> Self {
        Self::reply(Reply::Error(ServiceError::DailyQuota))
    }

    /// The key is wrong.
    pub fn wrong_key() -> Self {
        Self::reply(Reply::Error(ServiceError::WrongKey))
    }

    /// No credit.
    pub fn billing() -> Self {
        Self::reply(Reply::Error(ServiceError::Billing))
    }

    /// The model does not exist.
    pub fn unknown_model() -> Self {
        Self::reply(Reply::Error(ServiceError::UnknownModel))
    }

    /// The schema is too complex.
    pub fn schema_rejected() -> Self {
        Self::reply(Reply::Error(ServiceError::SchemaRejected))
    }

    /// The prompt is too long.
    pub fn too_large() -> Self {
        Self::reply(Reply::Error(ServiceError::TooLarge))
    }

    /// The prompt is blocked.
    pub fn blocked_prompt() -> Self {
        Self::reply(Reply::Blocked(BlockedPart::Prompt))
    }

    /// The answer is blocked.
    pub fn blocked_answer() -> Self {
        Self::reply(Reply::Blocked(BlockedPart::Answer))
    }

    /// A temporary redirect that keeps method and body (307).
    pub fn redirect(url: impl Into<String>) -> Self {
        Self::reply(Reply::Redirect { status: 307, url: url.into() })
    }

    /// A body of `mib` MiB with a declared length.
    pub fn huge_body(mib: u64) -> Self {
        Self::reply(Reply::Huge { mib, declared: true })
    }

    /// A body of `mib` MiB without a declared length.
    pub fn unannounced_huge_body(mib: u64) -> Self {
        Self::reply(Reply::Huge { mib, declared: false })
    }

    /// A web page with status 200.
    pub fn html() -> Self {
        Self::reply(Reply::Html)
    }

    /// Any status and any body, sent as JSON. See [`Then::raw`].
    pub fn raw_json(status: u16, body: impl Into<String>) -> Self {
        Self::raw(status, "application/json", body)
    }

    /// Any status, content type and body.
    ///
    /// Body and headers may hold placeholders: `{{cap}}`, `{{prompt}}` and `{{total}}` are the tokens of the output cap, of
    /// the prompt and of both; `{{answer}}` is the right answer, escaped for a JSON string, and `{{answer_head}}` and
    /// `{{answer_tail}}` are its halves; `{{first_ms+2000}}` is the arrival of the first completion plus 2000, in
    /// milliseconds since 1970, and `{{first_secs+2}}` the same in seconds.
    pub fn raw(status: u16, content_type: impl Into<String>, body: impl Into<String>) -> Self {
        Self::reply(Reply::Raw { status, content_type: content_type.into(), body: body.into() })
    }

    /// No reply; the connection stays open.
    pub fn hang() -> Self {
        Self::answer().deliver(Delivery::Hang)
    }

    /// Only the head of the answer; the connection stays open.
    pub fn hang_after_headers() -> Self {
        Self::answer().deliver(Delivery::HangAfterHeaders)
    }

    /// No reply; the connection is closed.
    pub fn reset() -> Self {
        Self::answer().deliver(Delivery::Reset)
    }

    /// Half of the answer; then the connection is closed.
    pub fn cut_body() -> Self {
        Self::answer().deliver(Delivery::CutBody)
    }

    /// Changes the answer; has no effect on other replies.
    #[must_use]
    pub fn with(mut self, mutation: Mutation) -> Self {
        self.mutations.push(mutation);
        self
    }

    /// Adds a wait hint in seconds: Gemini `RetryInfo`, OpenAI `retry-after`. Invalid numbers are sent unchanged.
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

    /// Sets the token counts of the answer.
    #[must_use]
    pub fn usage(mut self, usage: UsageReport) -> Self {
        self.usage = usage;
        self
    }

    /// Waits before replying.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Waits until the test releases the request.
    #[must_use]
    pub fn hold(mut self) -> Self {
        self.hold = true;
        self
    }

    /// Sets the delivery of the reply.
    #[must_use]
    pub fn deliver(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }
}
