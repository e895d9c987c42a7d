//! Code objects as JavaScript sees them.

use crate::failure::{Failure, guarded};
use moe_gfx11_sim::occupancy::{Limit, Occupancy, Resources};
use moe_gfx11_sim::{Abi, Argument, Kernel, SimError, occupancy};
use napi::bindgen_prelude::*;
use napi_derive::napi;
use std::sync::Arc;

/// A loaded code object.
#[napi]
pub struct CodeObject {
    pub(crate) object: Arc<moe_gfx11_sim::CodeObject>,
}

/// An explicit or hidden argument.
#[napi(object, object_from_js = false)]
pub struct ArgumentInfo {
    pub name: String,
    pub offset_bytes: f64,
    pub size_bytes: f64,
    pub kind: String,
    pub address_space: String,
    pub is_hidden: bool,
}

/// What the descriptor and the metadata say of a kernel.
#[napi(object, object_from_js = false)]
pub struct KernelInfo {
    pub name: String,
    pub entry: BigInt,
    pub code_bytes: f64,
    pub arguments: Vec<ArgumentInfo>,
    pub kernarg_bytes: u32,
    pub vgprs: u32,
    pub vgpr_count: f64,
    pub sgpr_count: f64,
    pub vgpr_spill_count: f64,
    pub sgpr_spill_count: f64,
    pub lds_bytes: u32,
    pub scratch_bytes: u32,
    pub max_workgroup_size: f64,
    pub wave_size: u32,
    pub wgp_mode: bool,
}

/// Waves and workgroups that fit, and what limits them.
#[napi(object, object_from_js = false)]
pub struct OccupancyInfo {
    pub waves_per_simd: u32,
    pub workgroups: u32,
    pub limit: String,
}

/// Lines of a disassembly: the addresses of instructions from `start`, in units of 4 bytes, and their texts, each ended
/// by a newline.
#[napi(object, object_from_js = false)]
pub struct Listing {
    pub start: BigInt,
    pub words: Uint32Array,
    pub text: String,
}

/// Reads an ELF file.
#[napi]
pub fn load_code_object(bytes: Uint8Array) -> Either<CodeObject, Failure> {
    guarded(|| Ok(CodeObject { object: Arc::new(moe_gfx11_sim::CodeObject::load(&bytes)?) }))
}

#[napi]
impl CodeObject {
    #[napi(getter)]
    pub fn arch(&self) -> &'static str {
        self.object.arch.name()
    }

    #[napi(getter)]
    pub fn abi(&self) -> u32 {
        match self.object.abi {
            Abi::V5 => 5,
            Abi::V6 => 6,
        }
    }

    #[napi]
    pub fn kernels(&self) -> Vec<KernelInfo> {
        self.object.kernels.iter().map(kernel).collect()
    }

    #[napi]
    pub fn occupancy(
        &self,
        kernel: String,
        workgroup_size: u32,
        dynamic_lds_bytes: u32,
    ) -> Either<OccupancyInfo, Failure> {
        guarded(|| {
            let descriptor = &self.object.kernel(&kernel)?.descriptor;
            let resources = Resources {
                vgprs: descriptor.vgprs,
                lds_bytes: descriptor.lds_bytes.saturating_add(dynamic_lds_bytes),
                workgroup_size,
                wgp_mode: descriptor.wgp_mode,
            };
            Ok(occupancy_info(occupancy(self.object.arch, resources)))
        })
    }

    /// The code of a kernel, or all executable segments.
    #[napi]
    pub fn disassemble(&self, kernel: Option<String>) -> Either<Vec<Listing>, Failure> {
        guarded(|| {
            let ranges: Vec<(u64, u64)> = match &kernel {
                Some(name) => vec![self.object.kernel(name).map(|kernel| (kernel.entry, kernel.code_bytes))?],
                None => {
                    let executable = self.object.segments.iter().filter(|segment| segment.executable);
                    executable.map(|segment| (segment.address, segment.size_bytes)).collect()
                }
            };
            ranges.into_iter().map(|(start, bytes)| Ok(listing(&self.object, start, bytes)?)).collect()
        })
    }
}

fn listing(object: &moe_gfx11_sim::CodeObject, start: u64, bytes: u64) -> std::result::Result<Listing, SimError> {
    let mut words = Vec::new();
    let mut text = String::new();
    for line in object.listing(start, bytes)? {
        words.push(((line.pc - start) / 4) as u32);
        text.push_str(&line.text);
        text.push('\n');
    }
    words.push((bytes / 4) as u32);
    Ok(Listing { start: start.into(), words: words.into(), text })
}

pub(crate) fn occupancy_info(Occupancy { waves_per_simd, workgroups, limit }: Occupancy) -> OccupancyInfo {
    OccupancyInfo { waves_per_simd, workgroups, limit: limit_name(limit).to_owned() }
}

fn limit_name(limit: Limit) -> &'static str {
    match limit {
        Limit::WaveSlots => "wave-slots",
        Limit::Vgprs => "vgprs",
        Limit::Lds => "lds",
        Limit::Workgroups => "workgroups",
    }
}

fn kernel(kernel: &Kernel) -> KernelInfo {
    let Kernel { metadata, descriptor, entry, code_bytes } = kernel;
    KernelInfo {
        name: metadata.name.clone(),
        entry: (*entry).into(),
        code_bytes: *code_bytes as f64,
        arguments: metadata.arguments.iter().map(argument).collect(),
        kernarg_bytes: descriptor.kernarg_bytes,
        vgprs: descriptor.vgprs,
        vgpr_count: metadata.vgpr_count as f64,
        sgpr_count: metadata.sgpr_count as f64,
        vgpr_spill_count: metadata.vgpr_spill_count as f64,
        sgpr_spill_count: metadata.sgpr_spill_count as f64,
        lds_bytes: descriptor.lds_bytes,
        scratch_bytes: descriptor.scratch_bytes,
        max_workgroup_size: metadata.max_workgroup_size as f64,
        wave_size: if descriptor.wave32 { 32 } else { 64 },
        wgp_mode: descriptor.wgp_mode,
    }
}

fn argument(argument: &Argument) -> ArgumentInfo {
    ArgumentInfo {
        name: argument.name.clone(),
        offset_bytes: argument.offset_bytes as f64,
        size_bytes: argument.size_bytes as f64,
        kind: argument.value_kind.clone(),
        address_space: argument.address_space.clone(),
        is_hidden: argument.is_hidden(),
    }
}
