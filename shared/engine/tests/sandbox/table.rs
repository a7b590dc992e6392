//! The form of the tables of hostile suites: a name, how it ends, and what it tries.

/// A test for each row. `refused`: every attempt is refused, and the program comes to its own end. `node_refused`: the
/// same, written for Node. `"reason"`: it is ended for this reason, leaves no process behind, and got nothing.
macro_rules! hostile {
    ($($name:ident: $how:tt $(with $field:ident = $value:expr)* => $script:expr;)+) => {
        $(
            #[test]
            fn $name() {
                #[allow(unused_mut, reason = "most rows keep the limits")]
                let mut case = $crate::case::Case::new();
                $(case.limits.$field = $value;)*
                hostile!(@check $how, case, $script);
            }
        )+

        /// Rows of this table; a name stands for one.
        #[cfg(test)]
        pub(crate) const NAMES: &[&str] = &[$(stringify!($name)),+];
    };
    (@check refused, $case:ident, $script:expr) => { $crate::case::check_refused(&$case, $script) };
    (@check node_refused, $case:ident, $script:expr) => { $crate::case::check_outcome(&$case.node($script), $script) };
    (@check $reason:literal, $case:ident, $script:expr) => { $crate::case::check_reason(&$case, $script, $reason) };
}

#[test]
fn there_are_enough_of_them() {
    let all =
        [crate::looking::NAMES, crate::reaching::NAMES, crate::staying::NAMES, crate::taking::NAMES].concat();
    assert!(all.len() >= 40, "{} suites", all.len());
}
