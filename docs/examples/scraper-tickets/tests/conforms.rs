use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::assert_conforms;

fn desk() -> HttpResponse {
    let ticket = |id| json!({"id": id, "subject": "Smoke", "status": "open"});
    HttpResponse::new(200, json!({"tickets": [ticket(1), ticket(2)], "queues": []}).to_string())
}

#[test]
fn conforms() {
    let config = json!({"base_url": "https://desk.test", "queue": "printers"});
    assert_conforms!(rowsmith_scraper_tickets, config, |suite| suite.http(|_| Ok(desk())));
}
