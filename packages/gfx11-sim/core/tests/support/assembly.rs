//! Kernels written in assembly, for tests that count instructions.

use moe_gfx11_sim::CodeObject;
use std::path::Path;
use std::process::Command;

/// A kernel `test` of one or more code lines; `s[0:1]` points to the arguments, v0 holds the thread's number.
pub struct Assembly<'a> {
    /// Name of the test's files; unique among the tests.
    pub name: &'a str,
    pub code: &'a str,
    pub lds_bytes: u32,
    pub scratch_bytes: u32,
}

impl Assembly<'_> {
    /// Assembles and loads it for gfx1151.
    pub fn load(&self) -> CodeObject {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let (source, object) = (folder.join(format!("{}.s", self.name)), folder.join(format!("{}.co", self.name)));
        std::fs::write(&source, self.text()).unwrap();
        let mut clang = Command::new("clang-19");
        clang.args(["-x", "assembler", "--target=amdgcn-amd-amdhsa", "-mcpu=gfx1151", "-mcode-object-version=5"]);
        crate::support::run(clang.arg("-o").arg(&object).arg(&source));
        CodeObject::load(&std::fs::read(object).unwrap()).unwrap()
    }

    fn text(&self) -> String {
        let Assembly { code, lds_bytes, scratch_bytes, .. } = self;
        let uses_scratch = u32::from(*scratch_bytes != 0);
        format!(
            "
.amdhsa_code_object_version 5
.text
.globl test
.p2align 8
.type test,@function
test:
{code}
.size test, .-test
.rodata
.p2align 6
.amdhsa_kernel test
  .amdhsa_user_sgpr_kernarg_segment_ptr 1
  .amdhsa_kernarg_size 16
  .amdhsa_group_segment_fixed_size {lds_bytes}
  .amdhsa_private_segment_fixed_size {scratch_bytes}
  .amdhsa_enable_private_segment {uses_scratch}
  .amdhsa_next_free_vgpr 96
  .amdhsa_next_free_sgpr 16
  .amdhsa_wavefront_size32 1
  .amdhsa_float_denorm_mode_32 3
.end_amdhsa_kernel
.amdgpu_metadata
amdhsa.version: [1, 2]
amdhsa.kernels:
  - .name: test
    .symbol: test.kd
    .kernarg_segment_size: 16
    .kernarg_segment_align: 8
    .group_segment_fixed_size: {lds_bytes}
    .private_segment_fixed_size: {scratch_bytes}
    .wavefront_size: 32
    .sgpr_count: 16
    .vgpr_count: 96
    .max_flat_workgroup_size: 1024
    .args:
      - {{.offset: 0, .size: 8, .value_kind: global_buffer, .address_space: global}}
      - {{.offset: 8, .size: 8, .value_kind: global_buffer, .address_space: global}}
.end_amdgpu_metadata
"
        )
    }
}
