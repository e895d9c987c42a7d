//! Which opcodes are executed, and why the others are not.

#[path = "support/implemented.rs"]
mod implemented;

use implemented::implemented;
use moe_gfx11_sim::isa::Opcode;
use std::collections::BTreeSet;

/// Opcodes that are decoded and printed but end a launch with `E_UNIMPLEMENTED`, by reason.
const LEFT_OUT: [(&str, &str); 6] = [
    (
        "exports, attributes and interpolation: pixel and geometry shaders",
        "exp lds_param_load lds_direct_load v_interp_p10_f32 v_interp_p2_f32 v_interp_p10_f16_f32 v_interp_p2_f16_f32
         v_interp_p10_rtz_f16_f32 v_interp_p2_rtz_f16_f32 s_wait_event ds_add_gs_reg_rtn ds_sub_gs_reg_rtn",
    ),
    (
        "global wave sync and ordered counts: a memory that compute kernels do not get",
        "ds_gws_sema_release_all ds_gws_init ds_gws_sema_v ds_gws_sema_br ds_gws_sema_p ds_gws_barrier ds_ordered_count",
    ),
    (
        "traps, debuggers and messages to the driver",
        "s_rfe_b64 s_trap s_sethalt s_setkill s_endpgm_saved s_sendmsghalt s_sendmsg_rtn_b32 s_sendmsg_rtn_b64
         s_atc_probe s_atc_probe_buffer v_illegal",
    ),
    ("loops over the halves of a wave64", "s_subvector_loop_begin s_subvector_loop_end"),
    ("ray tracing", "ds_bvh_stack_rtn_b32"),
    (
        "buffer accesses that convert formats or write the LDS",
        "buffer_load_format_x buffer_load_format_xy buffer_load_format_xyz buffer_load_format_xyzw
         buffer_store_format_x buffer_store_format_xy buffer_store_format_xyz buffer_store_format_xyzw
         buffer_load_d16_format_x buffer_load_d16_format_xy buffer_load_d16_format_xyz buffer_load_d16_format_xyzw
         buffer_store_d16_format_x buffer_store_d16_format_xy buffer_store_d16_format_xyz
         buffer_store_d16_format_xyzw buffer_load_d16_hi_format_x buffer_store_d16_hi_format_x
         tbuffer_load_format_x tbuffer_load_format_xy tbuffer_load_format_xyz tbuffer_load_format_xyzw
         tbuffer_store_format_x tbuffer_store_format_xy tbuffer_store_format_xyz tbuffer_store_format_xyzw
         tbuffer_load_d16_format_x tbuffer_load_d16_format_xy tbuffer_load_d16_format_xyz
         tbuffer_load_d16_format_xyzw tbuffer_store_d16_format_x tbuffer_store_d16_format_xy
         tbuffer_store_d16_format_xyz tbuffer_store_d16_format_xyzw buffer_load_lds_u8 buffer_load_lds_i8
         buffer_load_lds_u16 buffer_load_lds_i16 buffer_load_lds_b32 buffer_load_lds_format_x",
    ),
];

#[test]
fn every_decoded_opcode_is_executed_or_left_out_for_a_reason() {
    let executed: BTreeSet<&str> = implemented().iter().map(|opcode| opcode.row().name).collect();
    let missing: BTreeSet<&str> =
        Opcode::all().map(|opcode| opcode.row().name).filter(|name| !executed.contains(name)).collect();
    let left_out: BTreeSet<&str> = LEFT_OUT.iter().flat_map(|(_, names)| names.split_whitespace()).collect();
    println!("{} of {} opcodes are executed", executed.len(), Opcode::all().count());
    assert_eq!(missing, left_out);
}
