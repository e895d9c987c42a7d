//! Which errors of a kernel are looked for.

/// The checks; all are on by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checks {
    /// Accesses outside of every buffer, the LDS or scratch. When off, loads give 0 and stores are dropped.
    pub bounds: bool,
    /// Atomics and scalar loads at addresses that are no multiple of their size (scalar loads: of 4). Other accesses may
    /// have any address: the HSA runtime configures the hardware so, and LLVM emits them.
    pub alignment: bool,
    /// Reads of memory and vector registers that nothing has written.
    pub poison: bool,
    /// Accesses of several waves of a workgroup to the same bytes of the LDS or of global memory between two barriers, at
    /// least one a write, not both atomics. A store in flight at a barrier counts after it too. Of what one workgroup
    /// touches in global memory between two barriers, the first 16 MiB are watched.
    pub races: bool,
    /// Registers that are used before the load into them was waited for.
    pub waits: bool,
    /// Barriers that not all waves of the workgroup reach.
    pub barriers: bool,
    /// Matrix operations directly behind the one that writes their A or B.
    pub hazards: bool,
}

impl Default for Checks {
    fn default() -> Checks {
        Checks { bounds: true, alignment: true, poison: true, races: true, waits: true, barriers: true, hazards: true }
    }
}

impl Checks {
    pub const NONE: Checks = Checks {
        bounds: false,
        alignment: false,
        poison: false,
        races: false,
        waits: false,
        barriers: false,
        hazards: false,
    };
}
