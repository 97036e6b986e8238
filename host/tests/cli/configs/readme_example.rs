//! The examples of the README are real: config, input table, output table, and the output of the first run.

use super::bundled::project;
use rowsmith::document::Document;

const README: &str = include_str!("../../../../README.md");
const CONFIG: &str = "config/reviews.toml";
const INPUT: &str = "config/sample/reviews.csv";
const OUTPUT: &str = "output/reviews.csv";

type Table = Vec<Vec<String>>;

/// Returns the text between two marks of the README.
fn between(start: &str, end: &str) -> &'static str {
    let (_, rest) = README.split_once(start).expect("the first mark");
    rest.split_once(end).expect("the second mark").0
}

fn example() -> &'static str {
    between("## Example\n", "\n## ")
}

/// Returns the Markdown tables of a text, with their headers.
fn tables(text: &str) -> Vec<Table> {
    let mut tables = vec![Table::new()];
    for line in text.lines().filter(|line| !line.starts_with("|---")) {
        match line.strip_prefix("| ").and_then(|line| line.strip_suffix(" |")) {
            Some(cells) => {
                tables.last_mut().expect("never empty").push(cells.split(" | ").map(str::to_owned).collect());
            }
            None => tables.push(Table::new()),
        }
    }
    tables.retain(|table| !table.is_empty());
    tables
}

/// Returns the columns of a CSV file, with their header. The column `…` has `…` in every row.
fn columns(file: &str, names: &[String]) -> Table {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(file.as_bytes());
    let records: Table = reader.deserialize().map(|record| record.expect("a record")).collect();
    let place = |name: &String| records[0].iter().position(|column| column == name);
    let row = |record: &Vec<String>| {
        names.iter().map(|name| place(name).map_or_else(|| name.clone(), |place| record[place].clone())).collect()
    };
    records.iter().map(row).collect()
}

#[test]
fn config_is_the_bundled_file() {
    let block = example().split("```").nth(1).and_then(|block| block.strip_prefix("toml\n")).expect("a config");
    let parse = |text: &str| Document::parse(CONFIG, text.to_owned()).expect("valid TOML").value;
    assert_eq!(parse(block), parse(&project().read(CONFIG)));
}

#[test]
fn tables_are_input_and_output() {
    let sandbox = project();
    sandbox.rowsmith(&format!("run {CONFIG}")).exits(0);
    let tables = tables(example());
    assert_eq!(tables.len(), 2, "{tables:?}");
    for (table, file) in tables.iter().zip([INPUT, OUTPUT]) {
        assert_eq!(*table, columns(&sandbox.read(file), &table[0]), "{file}");
    }
}

#[test]
fn first_run_prints_the_shown_summary() {
    let block = between("<!-- quickstart-output -->", "<!-- /quickstart-output -->");
    let console = block.split("```").nth(1).and_then(|block| block.strip_prefix("console\n")).expect("a console");
    let sandbox = project();
    let without_time = |text: &str| -> Vec<String> {
        text.lines().filter(|line| !line.starts_with("Time ") && !line.is_empty()).map(str::to_owned).collect()
    };
    for step in console.split("$ ").filter(|step| !step.is_empty()) {
        let (command, shown) = step.split_once('\n').expect("a command with output");
        let run = sandbox.rowsmith(command.strip_prefix("target/release/rowsmith ").expect("a command")).exits(0);
        let (shown, printed) = (without_time(shown), without_time(&run.stderr));
        match shown.split_last() {
            Some((last, first)) if last == "…" => assert_eq!(*first, printed[..first.len()], "{command}"),
            _ => assert_eq!(shown, printed, "{command}"),
        }
    }

    let output = sandbox.read("output/amateur-astronomy.csv");
    let table = tables(block).remove(0);
    let rows = columns(&output, &table[0]);
    assert!(table.iter().all(|row| rows.contains(row)), "{table:?}");
}
