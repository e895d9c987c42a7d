//! What one operand position of an opcode accepts, and where its bits are; the vocabulary of `table.rs`.
//!
//! The sets follow what LLVM's disassembler accepts, which is wider than the hardware in a few places: a position for a
//! vector register also takes `null`, the apertures and `scc`.

/// The bits that hold an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    VectorDst,
    ScalarDst,
    /// A vector destination that names half a register in its bit 7 (`v3.l`, `v3.h`).
    HalfDst,
    /// The mask that a comparison or carry writes: `vcc_lo` in 32-bit encodings, a scalar register in 64-bit ones.
    Carry,
    /// The next source field of the encoding.
    Source,
    /// The mask that a select or carry reads: `vcc_lo` in 32-bit encodings, the third source in 64-bit ones.
    Mask,
    /// A 32-bit constant that always follows the instruction.
    Literal,
    Immediate(Immediate),
    ScalarData,
    /// The scalar-data field as a number.
    ScalarDataNumber,
    ScalarBase,
    ScalarOffset,
    LdsDst,
    LdsAddress,
    LdsData0,
    LdsData1,
    FlatDst,
    /// What an atomic returns; present only with `glc`.
    FlatReturn,
    FlatAddress,
    FlatData,
    FlatBase,
    BufferData,
    BufferAddress,
    BufferResource,
    BufferOffset,
    Attribute,
}

/// The meaning of a 16-bit (or 8-bit) immediate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Immediate {
    /// Hexadecimal.
    Hex,
    /// Decimal up to 64, which would be an inline constant, else hexadecimal.
    Number,
    /// Microcode version and its flags.
    Version,
    /// Decimal, not printed when zero.
    OptionalDecimal,
    /// Signed distance in dwords from the next instruction.
    Branch,
    Waitcnt,
    Depctr,
    DelayAlu,
    HardwareRegister,
    Message,
    /// A message number in the source field of `s_sendmsg_rtn_*`.
    ShortMessage,
}

/// Which codes a source accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Set {
    Any,
    Vector,
    VectorOrLds,
    VectorOrConstant,
    Scalar,
    ScalarOrConstant,
    ScalarOrConstantOrLds,
    /// A scalar register or `null`, not EXEC.
    Mask,
    /// As `Any`; a vector register's bit 7 selects its half.
    Half,
}

/// How a constant is read (and printed): its type and the place of a 32-bit literal in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// 32 bits; inline floats are f32.
    Word,
    /// 32 bits that are never an inline constant.
    Raw,
    /// 64 bits of integer; a literal is the low half.
    WideInt,
    /// f64; a literal is the high half.
    WideFloat,
    /// f16.
    HalfFloat,
    /// 16 bits of integer: inline floats stand for their f16 bits.
    HalfBits,
    /// Two f16; inline floats are in the low one.
    PackedHalf,
    /// Two bf16; inline floats are in the low one.
    PackedBf16,
}

/// Which modifier bits a source honours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mods {
    /// Both bits must be zero.
    None,
    /// `neg` and `abs`.
    Float,
    /// `neg`; the place of `abs` holds a scalar destination.
    Neg,
    /// `neg` means sign extension, `abs` is ignored.
    Sext,
    /// Ignored; `neg` reads as sign extension with DPP.
    Ignored,
}

/// One operand position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    pub field: Field,
    /// Width in 32-bit registers (before `tfe`, which adds one).
    pub dwords: u8,
    pub set: Set,
    pub number: Number,
    pub mods: Mods,
}

const fn fixed(field: Field, dwords: u8) -> Slot {
    Slot { field, dwords, set: Set::Any, number: Number::Word, mods: Mods::None }
}

const fn source(set: Set, number: Number, dwords: u8, mods: Mods) -> Slot {
    Slot { field: Field::Source, dwords, set, number, mods }
}

const fn immediate(kind: Immediate) -> Slot {
    fixed(Field::Immediate(kind), 1)
}

/// The names that `table.rs` uses.
pub(super) mod names {
    use super::{Field, Immediate, Mods, Number, Set, Slot, fixed, immediate, source};

    pub const VD1: Slot = fixed(Field::VectorDst, 1);
    pub const VD2: Slot = fixed(Field::VectorDst, 2);
    pub const VD4: Slot = fixed(Field::VectorDst, 4);
    pub const VD8: Slot = fixed(Field::VectorDst, 8);
    pub const SD1: Slot = fixed(Field::ScalarDst, 1);
    pub const SD2: Slot = fixed(Field::ScalarDst, 2);
    pub const TD: Slot = fixed(Field::HalfDst, 1);
    pub const CARRY: Slot = fixed(Field::Carry, 1);
    pub const MASK: Slot =
        Slot { field: Field::Mask, dwords: 1, set: Set::Mask, number: Number::Word, mods: Mods::None };

    pub const B32: Slot = source(Set::Any, Number::Word, 1, Mods::None);
    pub const F32: Slot = source(Set::Any, Number::Word, 1, Mods::Float);
    pub const N32: Slot = source(Set::Any, Number::Word, 1, Mods::Neg);
    pub const X32: Slot = source(Set::Any, Number::Word, 1, Mods::Sext);
    pub const I32: Slot = source(Set::Any, Number::Word, 1, Mods::Ignored);
    pub const B64: Slot = source(Set::Any, Number::WideInt, 2, Mods::None);
    pub const F64: Slot = source(Set::Any, Number::WideFloat, 2, Mods::Float);
    pub const N64: Slot = source(Set::Any, Number::WideFloat, 2, Mods::Neg);
    /// f16 without modifiers of its own.
    pub const H16: Slot = source(Set::Any, Number::HalfFloat, 1, Mods::None);
    pub const F16: Slot = source(Set::Any, Number::HalfFloat, 1, Mods::Float);
    pub const B16: Slot = source(Set::Any, Number::HalfBits, 1, Mods::None);
    pub const I16: Slot = source(Set::Any, Number::HalfBits, 1, Mods::Ignored);
    /// 16 bits of no type, with float modifiers.
    pub const BF16: Slot = source(Set::Any, Number::HalfBits, 1, Mods::Float);
    pub const T16: Slot = source(Set::Half, Number::HalfBits, 1, Mods::Sext);
    pub const V1: Slot = source(Set::Vector, Number::Word, 1, Mods::None);
    pub const V1I: Slot = source(Set::Vector, Number::Word, 1, Mods::Ignored);
    pub const V1F: Slot = source(Set::Vector, Number::Word, 1, Mods::Float);
    pub const V2: Slot = source(Set::Vector, Number::Word, 2, Mods::None);
    pub const V4: Slot = source(Set::Vector, Number::Word, 4, Mods::None);
    pub const V8: Slot = source(Set::Vector, Number::Word, 8, Mods::None);
    pub const W8: Slot = source(Set::VectorOrConstant, Number::WideFloat, 8, Mods::None);
    pub const L1: Slot = source(Set::VectorOrLds, Number::Word, 1, Mods::None);
    pub const S1: Slot = source(Set::Scalar, Number::Word, 1, Mods::None);
    pub const S2: Slot = source(Set::Scalar, Number::Word, 2, Mods::None);
    pub const C1: Slot = source(Set::ScalarOrConstant, Number::Word, 1, Mods::None);
    pub const C1I: Slot = source(Set::ScalarOrConstant, Number::Word, 1, Mods::Ignored);
    pub const C1L: Slot = source(Set::ScalarOrConstantOrLds, Number::Word, 1, Mods::None);
    /// Two f16 in a register.
    pub const P16: Slot = source(Set::Any, Number::PackedHalf, 1, Mods::None);
    /// As `P16`, with float modifiers for both.
    pub const PF16: Slot = source(Set::Any, Number::PackedHalf, 1, Mods::Float);
    /// Two bf16 in a register.
    pub const Q16: Slot = source(Set::Any, Number::PackedBf16, 1, Mods::None);
    pub const K32: Slot =
        Slot { field: Field::Literal, dwords: 1, set: Set::Any, number: Number::Raw, mods: Mods::None };
    pub const WORD: Slot = fixed(Field::Literal, 1);

    pub const HEX16: Slot = immediate(Immediate::Hex);
    pub const HEXIMM: Slot = immediate(Immediate::Number);
    pub const VERSION: Slot = immediate(Immediate::Version);
    pub const OPTDEC: Slot = immediate(Immediate::OptionalDecimal);
    pub const LABEL: Slot = immediate(Immediate::Branch);
    pub const WAITCNT: Slot = immediate(Immediate::Waitcnt);
    pub const DEPCTR: Slot = immediate(Immediate::Depctr);
    pub const DELAY: Slot = immediate(Immediate::DelayAlu);
    pub const HWREG: Slot = immediate(Immediate::HardwareRegister);
    pub const MSG: Slot = immediate(Immediate::Message);
    pub const MSG8: Slot = immediate(Immediate::ShortMessage);

    pub const SDATA1: Slot = fixed(Field::ScalarData, 1);
    pub const SDATA2: Slot = fixed(Field::ScalarData, 2);
    pub const SDATA4: Slot = fixed(Field::ScalarData, 4);
    pub const SDATA8: Slot = fixed(Field::ScalarData, 8);
    pub const SDATA16: Slot = fixed(Field::ScalarData, 16);
    pub const SDIMM: Slot = fixed(Field::ScalarDataNumber, 1);
    pub const SBASE2: Slot = fixed(Field::ScalarBase, 2);
    pub const SBASE4: Slot = fixed(Field::ScalarBase, 4);
    pub const SOFF: Slot = fixed(Field::ScalarOffset, 1);

    pub const DVDST1: Slot = fixed(Field::LdsDst, 1);
    pub const DVDST2: Slot = fixed(Field::LdsDst, 2);
    pub const DVDST3: Slot = fixed(Field::LdsDst, 3);
    pub const DVDST4: Slot = fixed(Field::LdsDst, 4);
    pub const DADDR1: Slot = fixed(Field::LdsAddress, 1);
    pub const DDATA1: Slot = fixed(Field::LdsData0, 1);
    pub const DDATA2: Slot = fixed(Field::LdsData0, 2);
    pub const DDATA3: Slot = fixed(Field::LdsData0, 3);
    pub const DDATA4: Slot = fixed(Field::LdsData0, 4);
    pub const DDATB1: Slot = fixed(Field::LdsData1, 1);
    pub const DDATB2: Slot = fixed(Field::LdsData1, 2);
    pub const DDATB4: Slot = fixed(Field::LdsData1, 4);

    pub const FVDST1: Slot = fixed(Field::FlatDst, 1);
    pub const FVDST2: Slot = fixed(Field::FlatDst, 2);
    pub const FVDST3: Slot = fixed(Field::FlatDst, 3);
    pub const FVDST4: Slot = fixed(Field::FlatDst, 4);
    pub const VRET1: Slot = fixed(Field::FlatReturn, 1);
    pub const VRET2: Slot = fixed(Field::FlatReturn, 2);
    pub const VADDR: Slot = fixed(Field::FlatAddress, 2);
    pub const FDATA1: Slot = fixed(Field::FlatData, 1);
    pub const FDATA2: Slot = fixed(Field::FlatData, 2);
    pub const FDATA3: Slot = fixed(Field::FlatData, 3);
    pub const FDATA4: Slot = fixed(Field::FlatData, 4);
    pub const SADDR: Slot = fixed(Field::FlatBase, 2);

    pub const BDATA1: Slot = fixed(Field::BufferData, 1);
    pub const BDATA2: Slot = fixed(Field::BufferData, 2);
    pub const BDATA3: Slot = fixed(Field::BufferData, 3);
    pub const BDATA4: Slot = fixed(Field::BufferData, 4);
    pub const BADDR: Slot = fixed(Field::BufferAddress, 2);
    pub const RSRC: Slot = fixed(Field::BufferResource, 4);
    pub const BSOFF: Slot = fixed(Field::BufferOffset, 1);
    pub const ATTR: Slot = fixed(Field::Attribute, 1);
}
