//! Checks of the boundary, the same for every kind.

use super::assertion::{CheckResult, describe, ensure, expect_err, expect_ok, fail, wait_for};
use super::exporter::appending;
use super::plugin_under_test::{OpenPlugin, PluginUnderTest, TestFolder};
use super::suite::CheckSpec;
use rowsmith_abi::Buffer;
use rowsmith_plugin_api::bridge::client::{CacheClient, ProviderClient, ScraperClient};
use rowsmith_plugin_api::bridge::method;
use rowsmith_plugin_api::completion::CompletionRequest;
use rowsmith_plugin_api::manifest::{Capability, PluginKind};
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
    for capability in Capability::of_kind(plugin.manifest.kind).iter().copied() {
        let used = use_capability(capability, plugin, &folder, &opened);
        let used = wait_for(&format!("using `{capability}`"), async { used.await.transpose() })?;
        let Some(result) = used.transpose() else { continue };
        let is_supported = !matches!(&result, Err(Error { kind: ErrorKind::Unsupported, .. }));
        match (plugin.manifest.can(capability), is_supported) {
            (true, false) => fail(format!("`{capability}` is declared and unsupported"))?,
            (false, true) => fail(format!("`{capability}` is supported and not declared"))?,
            _ => {}
        }
    }
    Ok(())
}

/// Opens an exporter that appends. One that cannot append refuses the option.
fn append(plugin: &PluginUnderTest, folder: &TestFolder) -> Result<()> {
    plugin
        .open_with(&appending(folder), &plugin.host(folder))
        .map(drop)
        .map_err(|error| if error.kind == ErrorKind::Config { Error::unsupported("append") } else { error })
}

/// Uses a capability that is a method or an option.
async fn use_capability(
    capability: Capability,
    plugin: &PluginUnderTest,
    folder: &TestFolder,
    opened: &OpenPlugin,
) -> Option<Result<()>> {
    let remote = opened.remote.clone();
    Some(match capability {
        Capability::List => ScraperClient(remote).list().await.map(drop),
        Capability::Verify => ProviderClient(remote).verify().await.map(drop),
        Capability::CountTokens => ProviderClient(remote).count_tokens(&CompletionRequest::default()).await.map(drop),
        Capability::ModelInfo => ProviderClient(remote).model_info().await.map(drop),
        Capability::Coordination => CacheClient(remote).release_many(1, &[[7; 32]]).await,
        Capability::Expiry => CacheClient(remote).put_many_expiring(&[], Duration::from_secs(1)).await,
        Capability::Transactions => CacheClient(remote).apply(&[]).await,
        Capability::Append => append(plugin, folder),
        // It concerns programs that the plugin starts.
        Capability::Record => return None,
    })
}
