//! What every plugin does at the boundary, whatever its kind.

use super::finding::{Judged, answer, ensure, failed, outcome, refusal, told};
use super::subject::{Opened, Subject};
use super::suite::Step;
use rowsmith_abi::Buffer;
use rowsmith_plugin_api::bridge::client::{CacheClient, ProviderClient, ScraperClient};
use rowsmith_plugin_api::bridge::method;
use rowsmith_plugin_api::manifest::PluginKind;
use rowsmith_plugin_api::{Error, ErrorKind, Result};

pub(super) const CHECKS: &[Step] = &[
    ("a method that does not exist is unsupported", unknown_method),
    ("two instances live side by side", two_instances),
    ("what can be done beyond the basics is what is declared", capabilities),
];

fn unknown_method(subject: &Subject) -> Judged {
    let place = subject.place()?;
    let opened = subject.open(&place, &subject.host(&place))?;
    let error = refusal("calling method 4294967295", opened.call(u32::MAX, Buffer::default()))?;
    ensure(error.kind == ErrorKind::Unsupported, || format!("it is refused with another error: {}", told(&error)))
}

fn two_instances(subject: &Subject) -> Judged {
    let (first, second) = (subject.place()?, subject.place()?);
    let one = subject.open(&first, &subject.host(&first))?;
    let two = subject.open(&second, &subject.host(&second))?;
    greet(subject, &one, "the first instance")?;
    drop(one);
    greet(subject, &two, "the second instance, after the first has gone,")
}

/// Calls a method that costs nothing.
fn greet(subject: &Subject, opened: &Opened, who: &str) -> Judged {
    let method = match subject.manifest.kind {
        // A scraper has no such method; an unknown one is answered all the same.
        PluginKind::Scraper => return unanswered(opened, who),
        PluginKind::Provider => method::INFO,
        PluginKind::Cache => method::STORE,
        PluginKind::Exporter => method::TARGET,
    };
    answer(&format!("a call of {who}"), opened.call(method, Buffer::default())).map(drop)
}

fn unanswered(opened: &Opened, who: &str) -> Judged {
    refusal(&format!("an unknown method of {who}"), opened.call(u32::MAX, Buffer::default())).map(drop)
}

fn capabilities(subject: &Subject) -> Judged {
    let place = subject.place()?;
    let opened = subject.open(&place, &subject.host(&place))?;
    for capability in super::manifest::known_capabilities(subject.manifest.kind) {
        let result = outcome(&format!("using `{capability}`"), using(capability, &opened))?;
        let is_supported = !matches!(&result, Err(Error { kind: ErrorKind::Unsupported, .. }));
        match (subject.manifest.can(capability), is_supported) {
            (true, false) => failed(format!("`{capability}` is declared, but unsupported"))?,
            (false, true) => failed(format!("`{capability}` is not declared, but answered"))?,
            _ => {}
        }
    }
    Ok(())
}

async fn using(capability: &str, opened: &Opened) -> Result<()> {
    let remote = opened.remote.clone();
    match capability {
        "list" => ScraperClient(remote).list().await.map(drop),
        "verify" => ProviderClient(remote).verify().await.map(drop),
        _ => CacheClient(remote).release_many(1, &[[7; 32]]).await,
    }
}
