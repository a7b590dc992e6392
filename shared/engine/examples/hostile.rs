//! `cargo run --example hostile -- DIR [BYTES]`: writes the files of `benches/support/hostile.rs`, for measuring
//! `quartet-scan` on each of them from outside.

#[path = "../benches/support/hostile.rs"]
mod hostile;

use std::path::PathBuf;

use anyhow::Context as _;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let folder = PathBuf::from(arguments.next().context("usage: hostile DIR [BYTES]")?);
    let size = match arguments.next() {
        Some(size) => size.to_string_lossy().parse().context("BYTES is no number")?,
        None => 1_000_000,
    };
    std::fs::create_dir_all(&folder)?;
    for (name, text) in hostile::shapes(size) {
        std::fs::write(folder.join(name), text)?;
    }
    Ok(())
}
