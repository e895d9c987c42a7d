//! Classes of instructions: by the unit that executes them.

use crate::isa::{Family, Instruction, Opcode};
use std::fmt;

/// The class of an instruction; each belongs to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// Vector arithmetic, comparisons, moves between lanes; what is in no other vector class.
    Vector,
    /// WMMA.
    Matrix,
    /// Two vector operations in one instruction (VOPD).
    Dual,
    /// exp, log, rcp, rsq, sqrt, sin and cos.
    Transcendental,
    /// Scalar arithmetic.
    Scalar,
    /// Scalar loads.
    ScalarLoad,
    /// Branches, calls, returns.
    Branch,
    Lds,
    /// Loads from global memory, also through buffer descriptors.
    GlobalLoad,
    GlobalStore,
    GlobalAtomic,
    /// Accesses whose address tells the memory.
    Flat,
    Scratch,
    /// `s_waitcnt` and its like.
    Wait,
    Barrier,
    /// The end of the wave, hints, messages, cache control.
    Other,
}

impl Class {
    pub const ALL: [Class; 16] = [
        Class::Vector,
        Class::Matrix,
        Class::Dual,
        Class::Transcendental,
        Class::Scalar,
        Class::ScalarLoad,
        Class::Branch,
        Class::Lds,
        Class::GlobalLoad,
        Class::GlobalStore,
        Class::GlobalAtomic,
        Class::Flat,
        Class::Scratch,
        Class::Wait,
        Class::Barrier,
        Class::Other,
    ];

    /// A stable name for output: `vector`, `global-load`, …
    pub fn name(self) -> &'static str {
        match self {
            Class::Vector => "vector",
            Class::Matrix => "matrix",
            Class::Dual => "dual",
            Class::Transcendental => "transcendental",
            Class::Scalar => "scalar",
            Class::ScalarLoad => "scalar-load",
            Class::Branch => "branch",
            Class::Lds => "lds",
            Class::GlobalLoad => "global-load",
            Class::GlobalStore => "global-store",
            Class::GlobalAtomic => "global-atomic",
            Class::Flat => "flat",
            Class::Scratch => "scratch",
            Class::Wait => "wait",
            Class::Barrier => "barrier",
            Class::Other => "other",
        }
    }

    /// Whether the vector unit executes it.
    pub fn is_vector(self) -> bool {
        matches!(self, Class::Vector | Class::Matrix | Class::Dual | Class::Transcendental)
    }

    /// The class of an instruction.
    pub fn of(instruction: &Instruction) -> Class {
        if instruction.dual.is_some() {
            return Class::Dual;
        }
        let row = instruction.opcode.row();
        match row.family {
            Family::Sop1 | Family::Sop2 | Family::Sopc | Family::Sopk | Family::Sopp => scalar(instruction.opcode),
            Family::Smem if row.name.contains("_load_") => Class::ScalarLoad,
            Family::Vop3p if row.name.starts_with("v_wmma") => Class::Matrix,
            Family::Vop1 | Family::Vop2 | Family::Vop3 if is_transcendental(row.name) => Class::Transcendental,
            Family::Vop1 | Family::Vop2 | Family::Vopc | Family::Vop3 | Family::Vop3p => Class::Vector,
            Family::Vopd => Class::Dual,
            Family::Vinterp => Class::Vector,
            Family::Ldsdir | Family::Ds => Class::Lds,
            Family::Flat => Class::Flat,
            Family::Scratch => Class::Scratch,
            Family::Global | Family::Mubuf | Family::Mtbuf => global(row.name),
            Family::Exp | Family::Smem => Class::Other,
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

fn scalar(opcode: Opcode) -> Class {
    use Opcode::*;
    let row = opcode.row();
    match opcode {
        s_barrier => Class::Barrier,
        s_setpc_b64 | s_swappc_b64 | s_call_b64 | s_rfe_b64 | s_branch => Class::Branch,
        s_sendmsg_rtn_b32 | s_sendmsg_rtn_b64 => Class::Other,
        _ if row.name.starts_with("s_cbranch") => Class::Branch,
        _ if row.name.starts_with("s_wait") => Class::Wait,
        _ if row.family == Family::Sopp => Class::Other,
        _ => Class::Scalar,
    }
}

fn is_transcendental(name: &str) -> bool {
    const OPERATIONS: [&str; 7] = ["v_exp_", "v_log_", "v_rcp_", "v_rsq_", "v_sqrt_", "v_sin_", "v_cos_"];
    OPERATIONS.iter().any(|operation| name.starts_with(operation))
}

fn global(name: &str) -> Class {
    match name {
        _ if name.contains("_atomic_") => Class::GlobalAtomic,
        _ if name.contains("_load_") => Class::GlobalLoad,
        _ if name.contains("_store_") => Class::GlobalStore,
        _ => Class::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(opcode: Opcode) -> Class {
        Class::of(&Instruction { opcode, ..Instruction::nop() })
    }

    #[test]
    fn instructions_that_could_be_mistaken_have_their_class() {
        use Opcode::*;
        let cases = [
            (v_exp_f32, Class::Transcendental),
            (v_sqrt_f64, Class::Transcendental),
            (v_frexp_exp_i32_f32, Class::Vector),
            (v_rcp_iflag_f32, Class::Transcendental),
            (v_cmpx_lt_f32, Class::Vector),
            (v_readfirstlane_b32, Class::Vector),
            (v_nop, Class::Vector),
            (v_dot2_f32_bf16, Class::Vector),
            (v_wmma_i32_16x16x16_iu4, Class::Matrix),
            (s_getpc_b64, Class::Scalar),
            (s_setpc_b64, Class::Branch),
            (s_swappc_b64, Class::Branch),
            (s_call_b64, Class::Branch),
            (s_cbranch_execz, Class::Branch),
            (s_waitcnt, Class::Wait),
            (s_waitcnt_vscnt, Class::Wait),
            (s_barrier, Class::Barrier),
            (s_delay_alu, Class::Other),
            (s_endpgm, Class::Other),
            (s_load_b128, Class::ScalarLoad),
            (s_buffer_load_b32, Class::ScalarLoad),
            (s_dcache_inv, Class::Other),
            (ds_bpermute_b32, Class::Lds),
            (ds_add_u32, Class::Lds),
            (global_load_d16_b16, Class::GlobalLoad),
            (buffer_store_b32, Class::GlobalStore),
            (buffer_atomic_add_u32, Class::GlobalAtomic),
            (global_atomic_cmpswap_b32, Class::GlobalAtomic),
            (buffer_gl0_inv, Class::Other),
            (flat_load_b32, Class::Flat),
            (flat_atomic_add_u32, Class::Flat),
            (scratch_load_b32, Class::Scratch),
        ];
        for (opcode, expected) in cases {
            assert_eq!(class(opcode), expected, "{opcode:?}");
        }
    }

    #[test]
    fn a_second_opcode_makes_it_dual() {
        let instruction = Instruction { dual: Some(Opcode::v_mov_b32), ..Instruction::nop() };
        assert_eq!(Class::of(&instruction), Class::Dual);
    }

    #[test]
    fn classes_stand_at_their_own_place_and_have_names_of_their_own() {
        for (place, class) in Class::ALL.into_iter().enumerate() {
            assert_eq!(class as usize, place);
            assert_eq!(Class::ALL.iter().filter(|other| other.name() == class.name()).count(), 1);
        }
    }

    #[test]
    fn the_vector_units_instructions_are_those_whose_name_begins_with_v() {
        for opcode in Opcode::all() {
            assert_eq!(class(opcode).is_vector(), opcode.row().name.starts_with("v_"), "{opcode:?}");
        }
    }
}
