//! Checks of the boundary, the same for every kind.

use super::assertion::{CheckResult, describe, ensure, expect_err, expect_ok, fail, wait_for};
use super::exporter::appending;
use super::plugin_under_test::{OpenPlugin, PluginUnderTest};
use super::suite::CheckSpec;
use rowsmith_abi::Buffer;
use rowsmith_plugin_api::bridge::client::{CacheClient, ProviderClient, ScraperClient};
use rowsmith_plugin_api::bridge::method;
use rowsmith_plugin_api::manifest::PluginKind;
use rowsmith_plugin_api::{Error, ErrorKind, Result};
use std::time::Duration;

pub(super) const CHECKS: &[CheckSpec] = &[
    ("unknown_method", "an unknown method is unsupported", unknown_method),
    ("two_instances", "two instances work side by side", two_instances),
    ("capabilities_work", "exactly the declared capabilities work", capabilities),
];

fn unknown_method(plugin: &PluginUnderTest) -> CheckResult {
    let folder = plugin.test_folder()?;
    let opened = plugin.open(&folder, &plugin.host(&folder))?;
    let error = expect_err("calling method 4294967295", opened.call(u32::MAX, Buffer::default()))?;
    ensure(error.kind == ErrorKind::Unsupported, || {
        format!("expected an error of the kind `unsupported`, got: {}", describe(&error))
    })
}

fn two_instances(plugin: &PluginUnderTest) -> CheckResult {
    let (first, second) = (plugin.test_folder()?, plugin.test_folder()?);
    let one = plugin.open(&first, &plugin.host(&first))?;
    let two = plugin.open(&second, &plugin.host(&second))?;
    call_cheap_method(plugin, &one, "the first instance")?;
    drop(one);
    call_cheap_method(plugin, &two, "the second instance, after the first was dropped,")
}

fn call_cheap_method(plugin: &PluginUnderTest, opened: &OpenPlugin, instance: &str) -> CheckResult {
    let method = match plugin.manifest.kind {
        // A scraper has no cheap method; a response to an unknown one shows that it works.
        PluginKind::Scraper => return call_unknown_method(opened, instance),
        PluginKind::Provider => method::INFO,
        PluginKind::Cache => method::STORE,
        PluginKind::Exporter => method::TARGET,
    };
    expect_ok(&format!("a call of {instance}"), opened.call(method, Buffer::default())).map(drop)
}

fn call_unknown_method(opened: &OpenPlugin, instance: &str) -> CheckResult {
    expect_err(&format!("an unknown method of {instance}"), opened.call(u32::MAX, Buffer::default())).map(drop)
}

fn capabilities(plugin: &PluginUnderTest) -> CheckResult {
    let folder = plugin.test_folder()?;
    let opened = plugin.open(&folder, &plugin.host(&folder))?;
    for capability in super::manifest::known_capabilities(plugin.manifest.kind) {
        let result = match *capability {
            "append" => plugin.open_with(&appending(&folder), &plugin.host(&folder)).map(drop).map_err(as_unsupported),
            _ => wait_for(&format!("using `{capability}`"), use_capability(capability, &opened))?,
        };
        let is_supported = !matches!(&result, Err(Error { kind: ErrorKind::Unsupported, .. }));
        match (plugin.manifest.can(capability), is_supported) {
            (true, false) => fail(format!("`{capability}` is declared and unsupported"))?,
            (false, true) => fail(format!("`{capability}` is supported and not declared"))?,
            _ => {}
        }
    }
    Ok(())
}

/// An exporter that cannot append refuses the option.
fn as_unsupported(error: Error) -> Error {
    if error.kind == ErrorKind::Config { Error::unsupported("append") } else { error }
}

async fn use_capability(capability: &str, opened: &OpenPlugin) -> Result<()> {
    let remote = opened.remote.clone();
    match capability {
        "list" => ScraperClient(remote).list().await.map(drop),
        "verify" => ProviderClient(remote).verify().await.map(drop),
        "expiry" => CacheClient(remote).put_many_expiring(&[], Duration::from_secs(1)).await,
        "transactions" => CacheClient(remote).apply(&[]).await,
        _ => CacheClient(remote).release_many(1, &[[7; 32]]).await,
    }
}
