//! Puts memory operations in flight: loads until their data may be read, stores until barriers order them.

use super::access::Kind;
use super::fault::Space;
use super::group::Group;
use super::place::{Place, Returns};
use super::waits::{Counter, Load, Stored};
use super::wave::Wave;

/// The counter that loads of a memory return through; flat ones in both.
pub(super) fn loads_through(returns: Returns) -> Counter {
    if returns == Returns::Memory { Counter::Vector } else { Counter::Lds }
}

/// Puts a load in flight, or its data into effect when waits are not checked.
#[inline(always)]
pub(super) fn finish_load(wave: &mut Wave, group: &Group<'_>, returns: Returns, load: Load) {
    let (exec, first) = (wave.exec(), usize::from(load.register));
    for ready in &mut wave.ready[first..first + usize::from(load.count)] {
        *ready &= !exec;
    }
    if !group.checks.waits {
        for (ready, lanes) in wave.ready[first..].iter_mut().zip(load.lanes).take(load.count.into()) {
            *ready |= lanes;
        }
        return;
    }
    if returns != Returns::Lds {
        wave.issue(Counter::Vector, load);
    }
    if returns != Returns::Memory {
        wave.issue(Counter::Lds, load);
    }
}

/// Puts a store in flight; until it was waited for, barriers do not order it.
#[inline(always)]
pub(super) fn finish_store(
    wave: &mut Wave,
    group: &Group<'_>,
    returns: Returns,
    place: &Place,
    bytes: u32,
    kind: Kind,
) {
    if group.races.is_none() && !group.checks.waits {
        return;
    }
    let nothing = Load { register: 0, count: 0, lanes: [0; 4], pc: wave.at };
    if returns != Returns::Lds {
        wave.issue(Counter::Store, nothing);
        keep_stored(wave, group, Counter::Store, Space::Global, place, bytes, kind);
    }
    if returns != Returns::Memory {
        wave.issue(Counter::Lds, nothing);
        keep_stored(wave, group, Counter::Lds, Space::Lds, place, bytes, kind);
    }
}

/// Remembers what the operation that was just issued writes.
pub(super) fn keep_stored(
    wave: &mut Wave,
    group: &Group<'_>,
    counter: Counter,
    space: Space,
    place: &Place,
    bytes: u32,
    kind: Kind,
) {
    let exec = if space == Space::Lds { place.lds } else { place.global };
    let in_range = place.in_range.map_or(u32::MAX, |masks| masks[0]);
    if group.races.is_some() && exec & in_range != 0 {
        let (pc, addresses) = (wave.at, place.addresses);
        wave.waits.keep_stored(counter, Stored { space, kind, bytes, exec: exec & in_range, addresses, pc });
    }
}
