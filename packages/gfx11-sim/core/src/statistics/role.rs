//! Roles: parts of a kernel's work that are counted apart, such as the producer and the consumer waves of a pipeline.

use crate::error::SimError;
use std::ops::Range;

/// A part of the work with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    pub name: String,
    pub part: Part,
}

/// What belongs to a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Waves by their number in the workgroup; roles must not share any.
    Waves(Range<u32>),
    /// Instructions by their address in the image; roles may overlap.
    Code(Range<u64>),
}

/// Waves of the largest workgroup.
pub(crate) const MAX_WAVES: usize = 32;
const MAX_ROLES: usize = 64;

/// The slot in which each wave of a workgroup is counted: 0 for waves without a role, else 1 + the role's number.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct WaveRoles([u8; MAX_WAVES]);

impl WaveRoles {
    pub fn new(roles: &[Role]) -> WaveRoles {
        let mut slots = [0; MAX_WAVES];
        for (slot, role) in (1..).zip(roles) {
            if let Part::Waves(waves) = &role.part {
                let covered = waves.start.min(MAX_WAVES as u32) as usize..waves.end.min(MAX_WAVES as u32) as usize;
                slots[covered].fill(slot);
            }
        }
        WaveRoles(slots)
    }

    #[inline(always)]
    pub fn slot(&self, wave: u32) -> usize {
        self.0[wave as usize % MAX_WAVES].into()
    }
}

/// Refuses roles that are empty, too many, or share waves.
pub(crate) fn check(roles: &[Role]) -> Result<(), SimError> {
    let wrong = |reason: String| Err(SimError::Launch { reason });
    if roles.len() > MAX_ROLES {
        return wrong(format!("there are {} roles, but at most {MAX_ROLES} can be counted", roles.len()));
    }
    let mut taken: [Option<&str>; MAX_WAVES] = [None; MAX_WAVES];
    for Role { name, part } in roles {
        let waves = match part {
            Part::Code(code) if code.is_empty() => return wrong(format!("the role '{name}' has no instructions")),
            Part::Code(_) => continue,
            Part::Waves(waves) => waves,
        };
        if waves.is_empty() || waves.end as usize > MAX_WAVES {
            return wrong(format!("the role '{name}' has waves {waves:?}, but must have some of 0..{MAX_WAVES}"));
        }
        for place in &mut taken[waves.start as usize..waves.end as usize] {
            if let Some(other) = place.replace(name) {
                return wrong(format!("the roles '{other}' and '{name}' share a wave"));
            }
        }
    }
    Ok(())
}
