//! The one line that a plugin's test needs.

/// Runs the conformance suite of a plugin crate's kind and fails the test when a promise is broken.
///
/// ```text
/// assert_conforms!(rowsmith_cache_lmdb, json!({}));
/// assert_conforms!(crate, json!({"path": "{dir}/rows.csv"}), |suite| suite.prepare(write_rows));
/// ```
///
/// Give it a test of its own: checks with two processes start that test again.
#[macro_export]
macro_rules! assert_conforms {
    ($plugin:ident $(:: $inner:ident)*, $config:expr $(,)?) => {
        $crate::assert_conforms!($plugin $(:: $inner)*, $config, |suite| suite)
    };
    ($plugin:ident $(:: $inner:ident)*, $config:expr, $change:expr $(,)?) => {{
        let here = || ();
        let suite = $crate::conformance::Suite::of($plugin $(:: $inner)* ::__rowsmith_plugin())
            .config($config)
            .worker($crate::conformance::Worker::of_test(::std::any::type_name_of_val(&here)));
        suite.changed($change).assert();
    }};
}
