//! The four example plugins in one run, opened from their libraries like any others.

use rowsmith_test_harness::docs::{Services, read};
use rowsmith_test_harness::{Sandbox, library_name, test_plugins};

const EXAMPLES: [(&str, &str); 4] =
    [("scraper", "tickets"), ("cache", "sqlite"), ("provider", "inhouse"), ("exporter", "html")];

#[test]
fn the_examples_work_together() {
    let Some(services) = Services::start() else { return };
    let sandbox = Sandbox::new();
    for (kind, name) in EXAMPLES {
        let file = library_name(kind, name);
        std::fs::create_dir_all(sandbox.path("plugins")).expect("folders are made");
        let link = sandbox.path("plugins").join(&file);
        std::os::unix::fs::symlink(test_plugins().join(&file), link).expect("a link is made");
    }
    sandbox.write("rowsmith.toml", read("docs/examples/rowsmith.toml"));
    let rowsmith = |words: &str| {
        let call = sandbox.bare(words.split(' ')).env("ROWSMITH_PLUGIN_PATH", sandbox.path("plugins"));
        call.env("SERVICES", &services.address).env("MODELS_KEY", "key-of-the-tests-0123456789").output().exits(0)
    };

    let checked = rowsmith("check --online").stdout;
    assert!(checked.contains("the gateway answers and knows the profile labels-2\n"), "{checked}");
    assert_eq!(rowsmith("list").stdout, "printers  5 tickets\nsecond floor  1 tickets\n");

    rowsmith("run --report first.json");
    let page = sandbox.read("output/tickets.html");
    let smoke = "<tr><td class=\"n\">1</td><td>Smoke</td>\
        <td>The printer on the second floor smokes, urgent!</td><td>open</td><td>high</td></tr>\n";
    assert!(page.contains(smoke), "{page}");
    assert!(page.contains("<td>It beeps &amp; beeps.<br>Urgent: it does so at night.</td>"), "{page}");
    assert_eq!(page.matches("<tr><td").count(), 5, "{page}");

    rowsmith("run --offline");
    assert_eq!(sandbox.read("output/tickets.html"), page, "the second run asks nobody");
    let stats = rowsmith("cache stats").stdout;
    assert!(stats.contains("Entries         5\n") && stats.contains("sqlite          3."), "{stats}");
    assert_eq!(rowsmith("cache verify").stdout, "5 entries are sound, 0 are damaged\n");
}
