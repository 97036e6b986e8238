//! From a failed response of any service to the class of its failure.
//!
//! All providers share it, because services behind gateways and proxies answer in each other's words. Everything here is
//! pure. The order matters: codes come before texts, texts before the status, refusals of content before permissions,
//! daily quotas before the short waits that some services send with them.

#[expect(clippy::module_inception, reason = "the file is named after its type")]
mod diagnosis;
#[cfg(test)]
mod long_prompt_tests;
mod patterns;
mod quota;
mod refusal;
#[cfg(test)]
mod refusal_tests;
mod rejected_part;
mod report;
mod reset;
mod size_numbers;
mod sizes;
#[cfg(test)]
mod sizes_tests;
#[cfg(test)]
mod tests;
mod wording;
#[cfg(test)]
mod wordings_tests;

pub(super) use diagnosis::{AskedFor, Diagnosis};
pub use rejected_part::RequestPart;
pub use report::FailureReport;
