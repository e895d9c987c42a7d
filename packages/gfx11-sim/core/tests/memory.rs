//! Every load, store and atomic of every memory, in assembly, against a model on bytes.

#[path = "support/assembly.rs"]
mod assembly;
#[path = "memory/atomics.rs"]
mod atomics;
#[path = "memory/bench.rs"]
mod bench;
mod support;
#[path = "memory/transfers.rs"]
mod transfers;
