//! Who a provider is, and what it sends.

use super::question::{asked_service, question_for};
use crate::conformance::filling::has_secret;
use crate::conformance::finding::{Judged, PATIENCE, answer, done, ensure, failed, skipped};
use crate::conformance::subject::Subject;
use crate::marker;
use crate::recording;
use crate::run::block_on_for;
use rowsmith_plugin_api::HttpResponse;
use rowsmith_plugin_api::bridge::client::ProviderClient;
use rowsmith_plugin_api::http::HeaderValue;

pub(super) fn info(subject: &Subject) -> Judged {
    let (first, second) = (subject.place()?, subject.place()?);
    let one = ProviderClient(subject.open(&first, &subject.host(&first))?.remote);
    let two = ProviderClient(subject.open(&second, &subject.host(&second))?.remote);
    let said = answer("asking the provider what it is", one.info())?;
    let again = answer("asking the provider what it is again", one.info())?;
    let other = answer("asking a second instance what it is", two.info())?;
    ensure(said == again, || "the same instance describes itself in two ways".to_owned())?;
    ensure(said == other, || "two instances of one config describe themselves in two ways".to_owned())?;
    ensure(!said.model.trim().is_empty(), || "the model has no name".to_owned())?;
    ensure(said.identity.as_object().is_some_and(|identity| !identity.is_empty()), || {
        format!("the identity is not an object with something in it: {}", said.identity)
    })?;
    // The identity goes into cache keys and reports.
    let told = format!("{} {}", said.model, said.identity);
    ensure(!told.contains(marker::SECRET), || "a secret is part of the identity".to_owned())
}

pub(super) fn one_request(subject: &Subject) -> Judged {
    for status in [200, 429, 500, 503] {
        let (_, requests) = asked_service(subject, move || Ok(HttpResponse::new(status, "{}")))?;
        ensure(requests.len() == 1, || {
            format!("a call that is answered with status {status} sends {} requests, not one", requests.len())
        })?;
        for request in requests {
            ensure(request.retries == 0, || {
                "the host is asked to repeat requests, which is the pipeline's".to_owned()
            })?;
            ensure(request.redirects == 0, || "redirects are followed, so keys would travel".to_owned())?;
        }
    }
    Ok(())
}

pub(super) fn keys(subject: &Subject) -> Judged {
    let (_, requests) = asked_service(subject, || Ok(HttpResponse::new(500, "{}")))?;
    for request in &requests {
        ensure(!request.url.contains(marker::SECRET), || "the secret is part of the address".to_owned())?;
        let body = String::from_utf8_lossy(&request.body);
        ensure(!body.contains(marker::SECRET), || "the secret is part of the body".to_owned())?;
    }
    if !has_secret(&subject.config) {
        return skipped("the config has no secret");
    }
    let mut values = requests.iter().flat_map(|request| request.headers.values());
    let is_secret = |value: &HeaderValue| value.to_str().is_ok_and(|text| text.contains(marker::SECRET));
    ensure(values.any(is_secret), || "no header carries the secret".to_owned())
}

pub(super) fn dropped(subject: &Subject) -> Judged {
    let place = subject.place()?;
    let host = subject.host(&place).with_held_http();
    let opened = subject.open(&place, &host)?;
    let client = ProviderClient(opened.remote.clone());
    let question = question_for(&client)?;
    let ended = block_on_for(client.complete(&question), PATIENCE, || host.has_held());
    if !host.has_held() {
        return skipped("the provider sends no request");
    }
    ensure(ended.is_none(), || "the call ended although its request was not answered yet".to_owned())?;
    answer("asking the provider what it is after a call was dropped", client.info()).map(drop)
}

pub(super) fn recordings(subject: &Subject) -> Judged {
    let Some(folder) = &subject.recordings else { return skipped("no recordings are given") };
    let replayed =
        recording::replayed(folder, &|config, host| Ok(ProviderClient(subject.open_unwatched(config, host)?)));
    if let Err(difference) = replayed {
        return failed(difference);
    }
    done("looking for keys", recording::keyless(folder))
}
