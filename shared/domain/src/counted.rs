//! How many there are of a thing, for people: `1 file`, `2 files`.

use std::fmt::Display;

/// The number and the noun, which is given as of one.
pub fn counted<N: Copy + Display + PartialEq + From<u8>>(count: N, noun: &str) -> String {
    format!("{count} {}", noun_for(count, noun))
}

/// The noun as it stands after this number.
pub fn noun_for<N: PartialEq + From<u8>>(count: N, noun: &str) -> String {
    if count == N::from(1) {
        return noun.to_owned();
    }
    match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        Some(_) | None => format!("{noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_one_and_all_others_are_many() {
        assert_eq!(counted(0_usize, "file"), "0 files");
        assert_eq!(counted(1_u64, "file"), "1 file");
        assert_eq!(counted(2_u32, "vulnerability"), "2 vulnerabilities");
        assert_eq!(counted(2_u32, "key"), "2 keys");
    }
}
