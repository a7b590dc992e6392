//! The text of a file, in the encoding that it declares.

use std::borrow::Cow;

use encoding_rs::{Encoding, WINDOWS_1252};

/// A declaration stands in the first two lines, as PEP 263 has it.
const DECLARED_IN_BYTES: usize = 400;
/// Text of western languages has fewer bytes beyond ASCII, in percent.
const MAX_FOREIGN_PERCENT: usize = 30;

/// `None` for what is no text. What is not UTF-8 is read by its byte order mark, by its `coding:` declaration, else as
/// Latin-1 in the way that browsers read it.
pub(crate) fn decode(bytes: &[u8]) -> Option<Cow<'_, str>> {
    if let Ok(text) = str::from_utf8(bytes) {
        return Some(Cow::Borrowed(text));
    }
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling_and_without_replacement(&bytes[length..]);
    }
    if bytes.contains(&0) {
        return None;
    }
    if let Some(declared) = declared(bytes) {
        return declared.decode_without_bom_handling_and_without_replacement(bytes);
    }
    let foreign = bytes.iter().filter(|byte| !byte.is_ascii()).count();
    (foreign * 100 <= bytes.len() * MAX_FOREIGN_PERCENT).then(|| WINDOWS_1252.decode(bytes).0)
}

fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(DECLARED_IN_BYTES)];
    head.split(|byte| *byte == b'\n').take(2).find_map(|line| {
        let line = str::from_utf8(line).ok()?;
        let (_, rest) = line.split_once("coding").filter(|_| line.trim_start().starts_with('#'))?;
        let name = rest.strip_prefix([':', '='])?.trim_start();
        let end = name.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.'));
        let name = &name[..end.unwrap_or(name.len())];
        Encoding::for_label(name.replace('_', "-").as_bytes())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_in_its_own_encoding() {
        #[track_caller]
        fn check(bytes: &[u8], expected: Option<&str>) {
            assert_eq!(decode(bytes).as_deref(), expected);
        }
        check("é".as_bytes(), Some("é"));
        check(b"# name: caf\xe9\nx = 1\n", Some("# name: café\nx = 1\n"));
        check(b"# -*- coding: latin-1 -*-\n# caf\xe9", Some("# -*- coding: latin-1 -*-\n# café"));
        check(b"#!/bin/x\n# coding=koi8-r\n# \xc4\xc1", Some("#!/bin/x\n# coding=koi8-r\n# да"));
        check(b"# coding: utf-8\n# \xff", None);
        check(b"\xff\xfea\0b\0", Some("ab"));
        check(b"\xff\0\x01", None);
        check(b"\xff\xd8\xc3\x9a\xe0", None);
    }
}
