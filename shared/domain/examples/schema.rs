//! Prints the JSON Schema of `pipeline_complete`. The published copy is `events/pipeline_complete.schema.json`:
//! `cargo run -p quartet-domain --example schema > events/pipeline_complete.schema.json`.

#[expect(clippy::print_stdout, reason = "printing is all that this program does")]
fn main() {
    println!("{}", quartet_domain::results::schema());
}
