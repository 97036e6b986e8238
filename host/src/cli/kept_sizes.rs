//! The sizes that earlier runs have learned, for commands that make or plan calls.

use super::Context;
use crate::pipeline::fingerprint::Fingerprinter;
use crate::pipeline::learning::{Calibration, CalibrationFile, Subject};
use crate::settings::Settings;
use crate::startup::open_plugins::Opened;
use rowsmith_plugin_api::bridge::client::ProviderClient;
use rowsmith_plugin_api::cache::Store;
use rowsmith_plugin_api::completion::ProviderInfo;

/// The file with the sizes of a provider and a question, and its content at the start.
pub(super) struct KeptSizes {
    place: Option<(CalibrationFile, Subject)>,
    /// The sizes to start with.
    pub(super) calibration: Calibration,
}

impl KeptSizes {
    /// Returns no sizes, and keeps none.
    pub(super) fn none() -> Self {
        Self { place: None, calibration: Calibration::default() }
    }

    /// Reads the sizes, unless learning is off or nothing outlives the process. A damaged file is a warning.
    pub(super) fn read(
        context: &Context,
        settings: &Settings,
        store: &Store,
        provider: &Opened<ProviderClient>,
        info: &ProviderInfo,
        fingerprinter: &Fingerprinter,
        now_secs: u64,
    ) -> Self {
        if !settings.batch.adapt || !store.persistent || !info.is_language_model {
            return Self::none();
        }
        let file = CalibrationFile::of(store.path.as_deref());
        let subject = Subject {
            provider: provider.name.clone(),
            model: info.model.clone(),
            service: info.identity.to_string(),
            question: fingerprinter.digest().clone(),
        };
        let calibration = file.read(&subject, now_secs).unwrap_or_else(|error| {
            let path = file.path().display();
            let text = format!("ignored the sizes that earlier runs learned: cannot read {path}: {error}");
            context.printer.warning(context.redactor.clean(&text));
            Calibration::default()
        });
        Self { place: Some((file, subject)), calibration }
    }

    /// Keeps what a run has learned. A failure is a log message, because the next run can learn it again.
    pub(super) fn write(&self, calibration: &Calibration, now_secs: u64) {
        let Some((file, subject)) = self.place.as_ref().filter(|_| *calibration != self.calibration) else { return };
        if let Err(error) = file.write(subject, calibration, now_secs) {
            tracing::info!("the learned sizes are not kept: cannot write {}: {error}", file.path().display());
        }
    }
}
