//! The text of a file, in the encoding that it declares.

use std::borrow::Cow;

use encoding_rs::{
    Encoding, GBK, ISO_2022_JP, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, X_USER_DEFINED,
};

use crate::language::Language;

/// A byte order mark as text.
const MARK: &[u8] = b"\xef\xbb\xbf";
/// Text of western languages has fewer bytes beyond ASCII, in percent.
const MAX_FOREIGN_PERCENT: usize = 30;

/// `None` for what is no text, or text that nothing here reads. Python reads its code as its `coding:` declaration says,
/// even where it is UTF-8 too. Other text that is not UTF-8 is read by its byte order mark, by its declaration, else as
/// Latin-1 in the way that browsers read it.
pub(crate) fn decode(bytes: &[u8], language: Option<Language>) -> Option<Cow<'_, str>> {
    let declared = declared(bytes);
    if language == Some(Language::Python)
        && let Some(name) = &declared
    {
        let encoding = named(name)?;
        // With the mark, Python takes nothing but UTF-8.
        return match str::from_utf8(bytes) {
            Ok(text) if encoding == UTF_8 => Some(Cow::Borrowed(text)),
            _ if encoding == UTF_8 || bytes.starts_with(MARK) => None,
            _ => encoding.decode_without_bom_handling_and_without_replacement(bytes),
        };
    }
    if let Ok(text) = str::from_utf8(bytes) {
        return Some(Cow::Borrowed(text));
    }
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling_and_without_replacement(&bytes[length..]);
    }
    if bytes.contains(&0) {
        return None;
    }
    if let Some(encoding) = declared.as_deref().and_then(named) {
        return encoding.decode_without_bom_handling_and_without_replacement(bytes);
    }
    let foreign = bytes.iter().filter(|byte| !byte.is_ascii()).count();
    (foreign * 100 <= bytes.len() * MAX_FOREIGN_PERCENT).then(|| WINDOWS_1252.decode(bytes).0)
}

/// The name in a comment of the first two lines, as PEP 263 has it: the second line counts if the first has no code.
fn declared(bytes: &[u8]) -> Option<String> {
    let bytes = bytes.strip_prefix(MARK).unwrap_or(bytes);
    let (first, rest) = line(bytes);
    if let Some(name) = in_comment(first) {
        return Some(name);
    }
    let is_empty = matches!(first.trim_ascii_start().first(), None | Some(b'#'));
    if is_empty { in_comment(line(rest).0) } else { None }
}

/// The first line, and what stands below it.
fn line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(bytes.len());
    let (line, rest) = bytes.split_at(end);
    let rest = rest.strip_prefix(b"\r\n").or_else(|| rest.get(1..));
    (line, rest.unwrap_or_default())
}

/// `coding`, a colon or an equals sign, and a name.
fn in_comment(line: &[u8]) -> Option<String> {
    let comment = line.trim_ascii_start().strip_prefix(b"#")?;
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    comment.windows(b"coding:".len()).enumerate().find_map(|(at, word)| {
        if word != b"coding:" && word != b"coding=" {
            return None;
        }
        let rest = &comment[at + word.len()..];
        let blank = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let name: Vec<u8> = rest[blank..].iter().copied().take_while(is_name).collect();
        String::from_utf8(name).ok().filter(|name| !name.is_empty())
    })
}

/// By Python's names. Encodings whose bytes below 128 are not ASCII are none that code could be read in here.
fn named(name: &str) -> Option<&'static Encoding> {
    let name = name.to_ascii_lowercase().replace('_', "-");
    let encoding = match &*name {
        "utf8" | "u8" | "utf" | "cp65001" | "utf-8-sig" => UTF_8,
        "latin-1" | "latin" | "iso-latin-1" | "iso8859-1" | "8859" | "cp819" | "646" => WINDOWS_1252,
        "cp932" | "shiftjis" | "s-jis" | "ms-kanji" => SHIFT_JIS,
        "cp936" | "936" | "ms936" => GBK,
        name if name.starts_with("utf-8-") => UTF_8,
        name if name.starts_with("latin-1-") => WINDOWS_1252,
        name => Encoding::for_label_no_replacement(name.as_bytes())?,
    };
    let shifts = [UTF_16LE, UTF_16BE, ISO_2022_JP, X_USER_DEFINED].contains(&encoding);
    (!shifts).then_some(encoding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_in_its_own_encoding() {
        #[track_caller]
        fn check(bytes: &[u8], expected: Option<&str>) {
            assert_eq!(decode(bytes, Some(Language::Python)).as_deref(), expected);
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

    #[test]
    fn a_declaration_counts_for_python() {
        #[track_caller]
        fn check(bytes: &[u8], expected: Option<&str>) {
            let text = decode(bytes, Some(Language::Python));
            assert_eq!(text.as_deref(), expected, "{}", String::from_utf8_lossy(bytes));
        }
        for name in
            ["utf-7", "unicode_escape", "raw_unicode_escape", "rot13", "utf-16", "iso-2022-jp", "none"]
        {
            check(format!("# coding: {name}\n#+AAo-import os\n").as_bytes(), None);
        }
        check(b"# coding: utf-8\nx = 1\n", Some("# coding: utf-8\nx = 1\n"));
        check(b"# coding: UTF_8-unix\nx = 1\n", Some("# coding: UTF_8-unix\nx = 1\n"));
        check("# coding: latin-1\n# é\n".as_bytes(), Some("# coding: latin-1\n# Ã©\n"));
        check(b"\xef\xbb\xbf# coding: utf-7\n", None);
        check(b"\xef\xbb\xbf# coding: latin-1\n", None);
        // Not the first `coding`, but the first that names one; and no line is too long for it.
        let japanese = b"# on encoding, coding: shift_jis\n\"\"\"\x83\x5c\"\"\"\n";
        check(japanese, Some("# on encoding, coding: shift_jis\n\"\"\"ソ\"\"\"\n"));
        let long = [b"#".repeat(500), b"\n# coding: utf-7\n".to_vec()].concat();
        check(&long, None);
        check(b"\r# coding: utf-7\r", None);
        // Code on the first line, no comment, or a third line.
        check(b"x = 1\n# coding: utf-7\n", Some("x = 1\n# coding: utf-7\n"));
        check(b"x = 1 # coding: utf-7\n", Some("x = 1 # coding: utf-7\n"));
        check(b"\n\n# coding: utf-7\n", Some("\n\n# coding: utf-7\n"));
        assert!(decode(b"# coding: utf-7\n", Some(Language::Bash)).is_some());
    }
}
