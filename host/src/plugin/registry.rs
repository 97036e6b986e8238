//! Finds, checks and opens each plugin once, and creates configured instances.

use super::discovery::{SearchPath, file_name};
use super::error::PluginError;
use super::host_services::{HostServices, PluginId, PluginServices};
use super::image::Image;
use super::loader;
use super::sanitize::sanitize_error;
use crate::files::regular::writable_by_all;
use crate::settings::{Isolation, PluginUse};
use rowsmith_abi::{Buffer, HostHandle, HostSide, Instance, PluginModuleRef};
use rowsmith_plugin_api::bridge::LinkedPlugin;
use rowsmith_plugin_api::bridge::client::{Caller, Remote};
use rowsmith_plugin_api::manifest::PluginKind;
use rowsmith_plugin_api::{Error, ErrorKind, Manifest};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The plugins of a command.
pub struct Registry {
    search: SearchPath,
    pins: BTreeMap<String, String>,
    linked: Vec<(Manifest, LinkedPlugin)>,
    images: HashMap<PathBuf, Arc<Image>>,
}

/// The origin of a plugin.
#[derive(Clone)]
pub enum Source {
    /// A file that was checked.
    File(Arc<Image>),
    /// A plugin that is linked into this program.
    Linked(Box<Manifest>, LinkedPlugin),
}

impl Source {
    /// Returns the manifest.
    pub fn manifest(&self) -> &Manifest {
        match self {
            Self::File(image) => &image.manifest,
            Self::Linked(manifest, _) => manifest,
        }
    }

    /// Returns the origin for messages.
    pub fn place(&self) -> String {
        match self {
            Self::File(image) => image.path.display().to_string(),
            Self::Linked(..) => "built in".to_owned(),
        }
    }
}

impl Registry {
    /// Creates a registry for a search path.
    pub fn new(search: SearchPath, pins: BTreeMap<String, String>) -> Self {
        let linked = crate::builtin::plugins().into_iter().filter_map(|plugin| {
            // The export macro writes it, so it is valid.
            Some((Manifest::parse(plugin.manifest.as_bytes()).ok()?, plugin))
        });
        Self { search, pins, linked: linked.collect(), images: HashMap::new() }
    }

    /// Returns the search path.
    pub fn search(&self) -> &SearchPath {
        &self.search
    }

    /// Returns the plugins that are linked into this program.
    pub fn linked(&self) -> impl Iterator<Item = &Manifest> {
        self.linked.iter().map(|(manifest, _)| manifest)
    }

    /// Returns the names of the plugins of a kind: those of files, then those that are linked.
    pub fn names(&self, kind: PluginKind) -> Vec<String> {
        let mut names = self.search.names(kind);
        let linked = self.linked().filter(|manifest| manifest.kind == kind).map(|manifest| manifest.name.clone());
        names.extend(linked.filter(|name| !self.search.names(kind).contains(name)).collect::<Vec<_>>());
        names
    }

    /// Finds and checks the plugin that a config names, and compares its file with its pin. No plugin code runs.
    ///
    /// # Errors
    /// The reason why the plugin cannot be used.
    pub fn source(&mut self, usage: &PluginUse) -> Result<Source, PluginError> {
        let source = self.find(usage)?;
        if let Source::File(image) = &source {
            self.check_pin(image)?;
        }
        Ok(source)
    }

    /// As [`Registry::source`], without the pin: for the manifests of plugins that the config does not name yet.
    ///
    /// # Errors
    /// The reason why the plugin cannot be used.
    pub fn find(&mut self, usage: &PluginUse) -> Result<Source, PluginError> {
        if let Some(path) = &usage.library {
            let image = checked(self.image(path)?, usage.kind)?;
            // Without a name in the config, the name is that of the file.
            let is_named = path.file_stem().is_none_or(|stem| stem != OsStr::new(&usage.name));
            return Ok(Source::File(if is_named { named(image, usage)? } else { image }));
        }
        let found = match self.search.find(usage.kind, &usage.name) {
            Ok(path) => path,
            Err(missing) => return self.find_linked(usage.kind, &usage.name).ok_or(missing),
        };
        let image = checked(self.image(&found)?, usage.kind)?;
        Ok(Source::File(named(image, usage)?))
    }

    /// Returns the plugins of the same name that [`Registry::source`] shadows.
    pub fn hidden(&self, usage: &PluginUse) -> Vec<String> {
        let files = self.search.hidden(usage.kind, &usage.name).into_iter().map(|path| path.display().to_string());
        let is_file = self.search.find(usage.kind, &usage.name).is_ok();
        let linked = self.find_linked(usage.kind, &usage.name).filter(|_| is_file).map(|linked| linked.place());
        files.chain(linked).collect()
    }

    fn find_linked(&self, kind: PluginKind, name: &str) -> Option<Source> {
        let (manifest, plugin) = self.linked.iter().find(|(m, _)| m.kind == kind && m.name == name)?;
        Some(Source::Linked(Box::new(manifest.clone()), *plugin))
    }

    fn image(&mut self, path: &Path) -> Result<Arc<Image>, PluginError> {
        if let Some(image) = self.images.get(path) {
            return Ok(Arc::clone(image));
        }
        let image = Arc::new(Image::read(path)?);
        self.images.insert(path.to_owned(), Arc::clone(&image));
        Ok(image)
    }

    /// Compares a file with its pin. A config with pins names all files of its plugins, so a file without a pin is refused.
    fn check_pin(&self, image: &Image) -> Result<(), PluginError> {
        if self.pins.is_empty() {
            if let Some(open) = writable_by_all(&image.path) {
                let (file, open) = (image.path.display(), open.display());
                tracing::warn!(
                    "all users of this machine can replace the plugin {file}, because they can write to {open}"
                );
            }
            return Ok(());
        }
        let found = image.sha256();
        let unusable = |reason: String, hint: &str| Err(PluginError::unusable(&image.path, reason).with_hint(hint));
        match self.pins.get(&PluginId::of(&image.manifest).to_string()) {
            Some(pin) => {
                let expected = pin.strip_prefix("sha256:").unwrap_or(pin);
                if expected == found {
                    return Ok(());
                }
                unusable(
                    format!("does not match its pin: expected sha256:{expected}, found sha256:{found}"),
                    "if the change is intended, run `rowsmith plugin pin CONFIG` to pin the new hash",
                )
            }
            None => unusable(
                format!("has no pin, and the config has pins: found sha256:{found}"),
                "if you trust the file, run `rowsmith plugin pin CONFIG` to pin it",
            ),
        }
    }
}

fn checked(image: Arc<Image>, kind: PluginKind) -> Result<Arc<Image>, PluginError> {
    if image.manifest.kind == kind {
        return Ok(image);
    }
    let article = if kind == PluginKind::Exporter { "an" } else { "a" };
    Err(PluginError::unusable(
        &image.path,
        format!("expected {article} {kind} plugin, found the {} plugin `{}`", image.manifest.kind, image.manifest.name),
    ))
}

/// Refuses a file whose manifest has another name than the config: its pin, its state folder and its messages would be those
/// of another plugin. The names of files do not distinguish `-` and `_`.
fn named(image: Arc<Image>, usage: &PluginUse) -> Result<Arc<Image>, PluginError> {
    let (kind, own) = (usage.kind, &image.manifest.name);
    if file_name(kind, own) == file_name(kind, &usage.name) {
        return Ok(image);
    }
    let reason = format!("expected the {kind} plugin `{}`, found the {kind} plugin `{own}`", usage.name);
    let hint = format!("to use it, name its file {} and write `plugin = \"{own}\"`", file_name(kind, own));
    Err(PluginError::unusable(&image.path, reason).with_hint(hint))
}

/// Creates a configured instance, in this process or in one of its own. In a process of its own, each creation is limited
/// by `timeout`; in this process the caller limits it.
///
/// # Errors
/// When the library cannot be opened, or the plugin rejects its config.
pub fn instantiate(
    source: &Source,
    config: &Value,
    shared: &HostServices,
    isolation: Isolation,
    timeout: Duration,
) -> Result<Remote, PluginError> {
    let manifest = source.manifest();
    let services = PluginServices::new(shared.clone(), PluginId::of(manifest));
    let services: Arc<dyn HostSide> = Arc::new(services);
    let made: Result<Arc<dyn Caller>, PluginError> = match isolation {
        Isolation::None => make(source, config, HostHandle::new(services)).map(|made| Arc::new(made) as _),
        Isolation::Process => isolate(source, config, services, shared, timeout),
    };
    made.map(Remote::new).map_err(|error| error.map(|error| sanitize_error(error, &shared.redactor)))
}

/// Opens a plugin in this process and creates an instance.
///
/// # Errors
/// When the library cannot be opened, or the plugin rejects its config.
pub(super) fn make(source: &Source, config: &Value, host: HostHandle) -> Result<Instance, PluginError> {
    let manifest = source.manifest();
    let module = match source {
        Source::File(image) => loader::open(image)?,
        Source::Linked(_, plugin) => PluginModuleRef::from_header(plugin.header)
            .map_err(|error| PluginError::unusable("(built in)", rowsmith_abi::describe_mismatch(&error)))?,
    };
    let failed =
        |error: Error| PluginError::Failed { kind: manifest.kind, name: manifest.name.clone(), error: Box::new(error) };
    let config =
        serde_json::to_vec(config).map_err(|error| failed(Error::new(ErrorKind::Config, error.to_string())))?;
    module.instantiate(Buffer::from(config), host).map_err(|bytes| failed(Error::decode(&bytes)))
}

#[cfg(unix)]
fn isolate(
    source: &Source,
    config: &Value,
    services: Arc<dyn HostSide>,
    shared: &HostServices,
    timeout: Duration,
) -> Result<Arc<dyn Caller>, PluginError> {
    let program = super::isolated::Program::own()
        .map_err(|error| PluginError::unusable(source.place(), format!("cannot get a process of its own: {error}")))?;
    super::isolated::isolate(program, source, config, services, shared, timeout)
}

#[cfg(not(unix))]
fn isolate(
    source: &Source,
    _: &Value,
    _: Arc<dyn HostSide>,
    _: &HostServices,
    _: Duration,
) -> Result<Arc<dyn Caller>, PluginError> {
    Err(PluginError::unusable(source.place(), "cannot have a process of its own on this system")
        .with_hint("remove `isolation` from its table"))
}
