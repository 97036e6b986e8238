//! Checks of a provider's description, keys and cassette.

use super::calls::{call_service, describe, question};
use crate::conformance::assertion::{CheckResult, CheckStop, ensure, expect_ok, skip};
use crate::conformance::call_watch::{limited, patience};
use crate::conformance::config_completion::has_secret;
use crate::conformance::plugin_under_test::PluginUnderTest;
use crate::record_replay::{find_keys, has_test_cases, replay_test_cases};
use crate::run::block_on_for;
use crate::secret_marker;
use rowsmith_plugin_api::HttpResponse;
use rowsmith_plugin_api::bridge::client::ProviderClient;
use rowsmith_plugin_api::http::HeaderValue;

pub(super) fn info(plugin: &PluginUnderTest) -> CheckResult {
    let (first, second) = (plugin.test_folder()?, plugin.test_folder()?);
    let one = ProviderClient(plugin.open(&first, &plugin.host(&first))?.remote);
    let two = ProviderClient(plugin.open(&second, &plugin.host(&second))?.remote);
    let info = expect_ok("describing the provider", one.info())?;
    let again = expect_ok("describing the provider again", one.info())?;
    let other = expect_ok("describing a second instance", two.info())?;
    ensure(info == again, || "one instance has two descriptions".to_owned())?;
    ensure(info == other, || "two instances of one config have two descriptions".to_owned())?;
    ensure(!info.model.trim().is_empty(), || "the model has no name".to_owned())?;
    ensure(info.identity.as_object().is_some_and(|identity| !identity.is_empty()), || {
        format!("expected an object with entries as identity, got {}", info.identity)
    })?;
    // The identity is part of cache keys and reports.
    let text = format!("{} {}", info.model, info.identity);
    ensure(!secret_marker::is_in(&text), || "the identity contains a secret".to_owned())
}

pub(super) fn keys(plugin: &PluginUnderTest) -> CheckResult {
    let requests = call_service(plugin, |_| Ok(HttpResponse::new(500, "{}")))?.requests;
    for request in &requests {
        ensure(!secret_marker::is_in(&request.url), || "the address contains the secret".to_owned())?;
        let body = String::from_utf8_lossy(&request.body);
        ensure(!secret_marker::is_in(&body), || "the body contains the secret".to_owned())?;
    }
    if !has_secret(&plugin.config) {
        return skip("the config has no secret");
    }
    let mut values = requests.iter().flat_map(|request| request.headers.values());
    let is_secret = |value: &HeaderValue| value.to_str().is_ok_and(secret_marker::is_in);
    ensure(values.any(is_secret), || "no header has the secret".to_owned())
}

pub(super) fn dropped(plugin: &PluginUnderTest) -> CheckResult {
    let folder = plugin.test_folder()?;
    let host = plugin.host(&folder).with_held_http();
    let opened = plugin.open(&folder, &host)?;
    let client = ProviderClient(opened.remote.clone());
    let question = question(describe(&client)?.structured_output);
    let ended = limited("asking", || block_on_for(client.complete(&question), patience(), || host.has_held()));
    if !host.has_held() {
        return skip("the provider sends no request");
    }
    ensure(ended.is_none(), || "the call ended before its request was answered".to_owned())?;
    expect_ok("describing the provider after a dropped call", client.info()).map(drop)
}

pub(super) fn cassette(plugin: &PluginUnderTest) -> CheckResult {
    let Some(cassette) = plugin.cassette.as_ref().filter(|cassette| has_test_cases(cassette)) else {
        return skip("no cassette with test cases is given");
    };
    replay_test_cases(cassette, &|config, host| Ok(ProviderClient(plugin.open_without_audit(config, host)?)))
        .and_then(|()| find_keys(cassette))
        .map_err(CheckStop::Failed)
}
