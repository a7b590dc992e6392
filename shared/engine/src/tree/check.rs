//! Which names may be written: the one gate between a name from outside and the disk.

/// Why a name may not be written; the text is the reason that results show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnsafePath {
    #[error("empty name")]
    Empty,
    #[error("absolute path")]
    Absolute,
    #[error("path leaves the repository")]
    Parent,
    #[error("path is not in its plain form")]
    NotPlain,
    #[error("drive letter or backslash in path")]
    Windows,
    #[error("control character in path")]
    Control,
    #[error("path component is longer than 255 bytes")]
    LongComponent,
    #[error("inside .git")]
    GitInternal,
}

/// The longest name of one file or folder that Linux file systems take.
const MAX_COMPONENT_BYTES: usize = 255;

/// Accepts `a/b.c`: relative, `/` only, no empty, `.` or `..` component, nothing that another system would read as a root.
///
/// # Errors
/// The first rule that the name breaks.
pub fn check_path(path: &str) -> Result<(), UnsafePath> {
    if path.is_empty() {
        return Err(UnsafePath::Empty);
    }
    if path.starts_with('/') {
        return Err(UnsafePath::Absolute);
    }
    if path.chars().any(char::is_control) {
        return Err(UnsafePath::Control);
    }
    if path.contains('\\') {
        return Err(UnsafePath::Windows);
    }
    path.split('/').try_for_each(check_component)
}

fn check_component(name: &str) -> Result<(), UnsafePath> {
    match name {
        ".." => Err(UnsafePath::Parent),
        "" | "." => Err(UnsafePath::NotPlain),
        _ if is_drive(name) => Err(UnsafePath::Windows),
        _ if name.eq_ignore_ascii_case(".git") => Err(UnsafePath::GitInternal),
        _ if name.len() > MAX_COMPONENT_BYTES => Err(UnsafePath::LongComponent),
        _ => Ok(()),
    }
}

/// In any component: a name stays safe when a folder is taken off its front.
fn is_drive(name: &str) -> bool {
    matches!(name.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic())
}
