//! What the metadata note says of a kernel: arguments, sizes, register counts.

use crate::message_pack::{self, Value};

/// One kernel of the metadata note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KernelMetadata {
    pub name: String,
    /// Symbol of the kernel descriptor, `<name>.kd`.
    pub symbol: String,
    /// Explicit and hidden arguments in the order of their offsets.
    pub arguments: Vec<Argument>,
    pub kernarg_bytes: u64,
    pub kernarg_align: u64,
    /// Static LDS.
    pub lds_bytes: u64,
    /// Scratch memory of one lane.
    pub scratch_bytes: u64,
    pub wavefront_size: u64,
    pub sgpr_count: u64,
    pub vgpr_count: u64,
    pub sgpr_spill_count: u64,
    pub vgpr_spill_count: u64,
    pub max_workgroup_size: u64,
    pub uses_dynamic_stack: bool,
}

/// One kernel argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// Empty when the compiler left it out.
    pub name: String,
    pub offset_bytes: u64,
    pub size_bytes: u64,
    /// As the ABI names it: `by_value`, `global_buffer`, `dynamic_shared_pointer`, `hidden_block_count_x`, …
    pub value_kind: String,
    /// `global`, `local`, … of a pointer; empty for values.
    pub address_space: String,
}

impl Argument {
    /// Whether the runtime fills the argument in, not the caller.
    pub fn is_hidden(&self) -> bool {
        self.value_kind.starts_with("hidden_")
    }
}

/// Reads the note's contents.
pub(crate) fn kernels(note: &[u8]) -> Result<Vec<KernelMetadata>, String> {
    let root = message_pack::parse(note)?;
    let kernels = root.get("amdhsa.kernels").ok_or("it has no 'amdhsa.kernels'")?;
    kernels.items().iter().map(kernel).collect()
}

fn kernel(value: &Value) -> Result<KernelMetadata, String> {
    let name = text(value, ".name")?;
    let required = |key| number(value, key).map_err(|reason| format!("kernel '{name}': {reason}"));
    let optional = |key| value.get(key).and_then(Value::unsigned).unwrap_or(0);
    let arguments = value.get(".args").map(Value::items).unwrap_or_default();
    Ok(KernelMetadata {
        symbol: text(value, ".symbol")?,
        arguments: arguments.iter().map(argument).collect::<Result<_, _>>()?,
        kernarg_bytes: required(".kernarg_segment_size")?,
        kernarg_align: optional(".kernarg_segment_align"),
        lds_bytes: required(".group_segment_fixed_size")?,
        scratch_bytes: required(".private_segment_fixed_size")?,
        wavefront_size: required(".wavefront_size")?,
        sgpr_count: optional(".sgpr_count"),
        vgpr_count: optional(".vgpr_count"),
        sgpr_spill_count: optional(".sgpr_spill_count"),
        vgpr_spill_count: optional(".vgpr_spill_count"),
        max_workgroup_size: required(".max_flat_workgroup_size")?,
        uses_dynamic_stack: value.get(".uses_dynamic_stack").and_then(Value::boolean).unwrap_or(false),
        name,
    })
}

fn argument(value: &Value) -> Result<Argument, String> {
    let optional = |key| value.get(key).and_then(Value::text).unwrap_or_default().to_owned();
    Ok(Argument {
        name: optional(".name"),
        offset_bytes: number(value, ".offset")?,
        size_bytes: number(value, ".size")?,
        value_kind: text(value, ".value_kind")?,
        address_space: optional(".address_space"),
    })
}

fn text(value: &Value, key: &str) -> Result<String, String> {
    value.get(key).and_then(Value::text).map(str::to_owned).ok_or_else(|| format!("it has no text '{key}'"))
}

fn number(value: &Value, key: &str) -> Result<u64, String> {
    value.get(key).and_then(Value::unsigned).ok_or_else(|| format!("it has no number '{key}'"))
}
