//! The four plugins of the tutorial in one run.

use rowsmith_test_harness::docs::{Services, read};
use rowsmith_test_harness::{Sandbox, library_name, test_plugins};

const EXAMPLES: [(&str, &str); 4] =
    [("scraper", "tickets"), ("cache", "sqlite"), ("provider", "inhouse"), ("exporter", "html")];

#[test]
fn example_plugins_work_together() {
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

    let check = rowsmith("check --online").stdout;
    assert!(check.contains("labels-2"), "{check}");
    let list = rowsmith("list --format json").json();
    assert_eq!((&list[0]["name"], &list[1]["name"]), (&"printers".into(), &"second floor".into()), "{list}");

    rowsmith("run --report first.json");
    let page = sandbox.read("output/tickets.html");
    let smoke = "<tr><td class=\"n\">1</td><td>Smoke</td>\
        <td>The printer on the second floor smokes, urgent!</td><td>open</td><td>high</td></tr>\n";
    assert!(page.contains(smoke), "{page}");
    assert!(page.contains("<td>It beeps &amp; beeps.<br>Urgent: it does so at night.</td>"), "{page}");
    assert_eq!(page.matches("<tr><td").count(), 5, "{page}");

    rowsmith("run --offline");
    assert_eq!(sandbox.read("output/tickets.html"), page, "the second run makes no call");
    let stats = rowsmith("cache stats --format json").json();
    assert_eq!(stats["entries"], 5, "{stats}");
    rowsmith("cache verify");
}
