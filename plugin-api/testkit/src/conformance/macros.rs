//! The macro for the tests of plugins.

/// Runs the conformance suite of a plugin crate. Fails the test when a check fails.
///
/// ```text
/// assert_conforms!(rowsmith_cache_lmdb, json!({}));
/// assert_conforms!(crate, json!({"path": "{dir}/rows.csv"}), |suite| suite.prepare(write_rows));
/// ```
///
/// Give it a test of its own: the checks with several processes start that test again.
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
