//! [`export_plugin!`](crate::export_plugin), which makes a crate a plugin.

/// Exports a type as the plugin of this library.
///
/// ```text
/// export_plugin!(scraper: Pages, name = "pages", about = "Rows of a paginated JSON API");
/// export_plugin!(provider: Mine, name = "mine", about = "…", capabilities = ["verify"]);
/// export_plugin!(exporter: Page, name = "html", about = "…", extensions = ["html"]);
/// ```
///
/// `extensions` are those of the files that an exporter writes: `-o out.html` selects it.
///
/// The kind is `scraper`, `cache`, `provider` or `exporter`, and the type implements the trait of that name.
/// The crate is built with `crate-type = ["cdylib"]` (or `["cdylib", "rlib"]`) and with unwinding panics.
#[macro_export]
macro_rules! export_plugin {
    ($kind:ident : $plugin:ty, name = $name:literal, about = $about:literal $(, capabilities = [$($capability:literal),* $(,)?])? $(, extensions = [$($extension:literal),* $(,)?])? $(,)?) => {
        #[cfg(panic = "abort")]
        compile_error!("a Rowsmith plugin needs unwinding panics, so that a panic becomes an error of one call: remove `panic = \"abort\"` from the profile");

        #[doc(hidden)]
        pub fn __rowsmith_plugin() -> $crate::__private::LinkedPlugin {
            struct Exported;

            const PARTS: &[&str] = &[
                $crate::manifest::MANIFEST_BEGIN,
                concat!("name: ", $name, "\nkind: ", stringify!($kind), "\nversion: ", env!("CARGO_PKG_VERSION"), "\nabout: ", $about, "\n"),
                $crate::__private::BUILD_LINES,
                concat!("capabilities: ", $($($capability, ",",)*)? "\n"),
                concat!("extensions: ", $($($extension, ",",)*)? "\n"),
                concat!("entry: rowsmith_plugin_v1__", env!("CARGO_PKG_NAME"), "\nconfig-schema: "),
                $crate::schema_json!(<$plugin as $crate::__private::$kind::Trait>::Config),
                "\n",
                $crate::manifest::MANIFEST_END,
            ];
            const LENGTH: usize = $crate::manifest::concat_len(PARTS);
            const BYTES: [u8; LENGTH] = $crate::manifest::concat::<LENGTH>(PARTS);
            const _: () = assert!($crate::manifest::is_one_line($name) && $crate::manifest::is_one_line($about), "`name` and `about` must be one line each");

            #[used]
            #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__rowsmith"))]
            #[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".rowsmith"))]
            static SECTION: [u8; LENGTH] = BYTES;

            impl $crate::__private::Plugin for Exported {
                const MANIFEST: &'static str = match ::core::str::from_utf8(&BYTES) {
                    Ok(text) => text,
                    Err(_) => "",
                };

                fn create(
                    config: $crate::__private::Buffer,
                    host: $crate::__private::HostHandle,
                ) -> ::core::result::Result<::std::sync::Arc<dyn $crate::__private::Callee>, $crate::__private::Buffer> {
                    $crate::__private::$kind::create::<$plugin>(&config, host)
                }

                fn panicked(message: $crate::__private::PanicMessage) -> $crate::__private::Buffer {
                    $crate::__private::encode_panic(&message)
                }
            }

            #[unsafe(export_name = concat!("rowsmith_plugin_v1__", env!("CARGO_PKG_NAME")))]
            static HEADER: $crate::__private::Header = $crate::__private::header::<Exported>();

            $crate::__private::LinkedPlugin {
                header: &HEADER,
                manifest: <Exported as $crate::__private::Plugin>::MANIFEST,
            }
        }
    };
}
