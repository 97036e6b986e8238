//! As much of a host as it takes to use plugins, with plugin-api 0.1.0: plugins of later versions must work in it.
//!
//! `old-host FOLDER` opens the plugins of that folder, reads `rows.csv` with one, keeps a value in another, asks a
//! third what it is, and has the fourth write `out.jsonl`. It says which plugin-api each was built with.

mod block;
mod open;
mod side;

use open::open;
use rowsmith_plugin_api::glue::client::{CacheClient, ExporterClient, ProviderClient, ScraperClient};
use rowsmith_plugin_api::prelude::*;
use side::Side;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("name the folder of the plugins");
        return ExitCode::from(2);
    };
    match block::on(run(folder)) {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(folder: PathBuf) -> Result<String> {
    let side = Arc::new(Side::default());
    let mut said = Vec::new();
    let mut opened = |kind: &str, name: &str, config: Value| {
        let (remote, manifest) = open(&folder, kind, name, &config, &side)?;
        said.push(format!("{kind}-{} speaks ABI {}, API {}", manifest.name, manifest.abi, manifest.api_version));
        Ok::<_, Error>(remote)
    };
    let scraper = ScraperClient(opened("scraper", "csv", json!({"path": "rows.csv"}))?);
    let cache = CacheClient(opened("cache", "memory", json!({}))?);
    let provider = ProviderClient(opened("provider", "extractive", json!({}))?);
    let exporter = ExporterClient(opened("exporter", "jsonl", json!({"path": "out.jsonl"}))?);

    cache.put_many(&[([7; 32], b"kept".to_vec())]).await?;
    let values = cache.get_many(&[[7; 32], [8; 32]]).await?;
    said.push(format!("the cache has {:?}", values.all()?.iter().map(Option::is_some).collect::<Vec<_>>()));
    said.push(format!("the provider is {}", provider.info().await?.model));
    scraper.scrape(1).await?;
    exporter.begin(&[]).await?;
    for rows in side.rows() {
        exporter.write(&rows).await?;
    }
    said.push(format!("wrote {} rows", exporter.finish(Ending::Complete).await?.rows));
    Ok(said.join("\n"))
}
