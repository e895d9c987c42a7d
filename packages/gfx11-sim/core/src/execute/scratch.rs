//! The private memory of each lane. What was never written is handed on as registers without a value: compilers spill
//! registers that not all lanes have written.

use super::cells::{Data, Reach};
use super::fault::{Fault, Space};
use super::lane_mask::{lane_mask, lanes};
use super::wave::{LANES, Wave};

/// Loads into the active lanes and clears, in `defined`, those lanes of each register that get bytes nobody wrote.
#[inline(always)]
pub(super) fn read(
    wave: &Wave,
    reach: &Reach<'_>,
    check_bounds: bool,
    out: &mut Data,
    defined: &mut [u32; 4],
) -> Result<(), Box<Fault>> {
    let exec = inside(wave, reach, check_bounds)?;
    let dwords = reach.bytes.div_ceil(4) as usize;
    if let Some(first) = common_dword(reach, exec) {
        for dword in 0..dwords {
            let row = (first + dword) * LANES;
            out[dword].copy_from_slice(&wave.scratch[row..row + LANES]);
            let written = &wave.scratch_written[row..row + LANES];
            defined[dword] &= lane_mask(|lane| written[lane] == 15) | !exec;
        }
        return Ok(());
    }
    for lane in lanes(exec) {
        for byte in 0..reach.bytes as usize {
            let (at, shift) = place(reach.addresses[lane] as usize + byte, lane);
            let value = wave.scratch[at] >> (8 * shift) & 255;
            let out = &mut out[byte / 4][lane];
            *out = *out & !(255 << (8 * (byte % 4))) | value << (8 * (byte % 4));
            if wave.scratch_written[at] >> shift & 1 == 0 {
                defined[byte / 4] &= !(1 << lane);
            }
        }
    }
    Ok(())
}

/// Stores the data of the active lanes; bytes of lanes that are not `defined` have no value afterwards.
#[inline(always)]
pub(super) fn write(
    wave: &mut Wave,
    reach: &Reach<'_>,
    check_bounds: bool,
    data: &Data,
    defined: &[u32; 4],
) -> Result<(), Box<Fault>> {
    let exec = inside(wave, reach, check_bounds)?;
    let dwords = reach.bytes.div_ceil(4) as usize;
    if let Some(first) = common_dword(reach, exec) {
        for dword in 0..dwords {
            let row = (first + dword) * LANES;
            let values = &mut wave.scratch[row..row + LANES];
            let written = &mut wave.scratch_written[row..row + LANES];
            for lane in 0..LANES {
                let active = exec >> lane & 1 != 0;
                let flags = if defined[dword] >> lane & 1 != 0 { 15 } else { 0 };
                values[lane] = if active { data[dword][lane] } else { values[lane] };
                written[lane] = if active { flags } else { written[lane] };
            }
        }
        return Ok(());
    }
    for lane in lanes(exec) {
        for byte in 0..reach.bytes as usize {
            let (at, shift) = place(reach.addresses[lane] as usize + byte, lane);
            let value = data[byte / 4][lane] >> (8 * (byte % 4)) & 255;
            wave.scratch[at] = wave.scratch[at] & !(255 << (8 * shift)) | value << (8 * shift);
            let flag = u8::from(defined[byte / 4] >> lane & 1 != 0) << shift;
            wave.scratch_written[at] = wave.scratch_written[at] & !(1 << shift) | flag;
        }
    }
    Ok(())
}

/// Index of a byte's dword, and its place in that.
fn place(offset: usize, lane: usize) -> (usize, usize) {
    (offset / 4 * LANES + lane, offset % 4)
}

/// The first dword if all active lanes access the same whole ones.
#[inline(always)]
fn common_dword(reach: &Reach<'_>, exec: u32) -> Option<usize> {
    let first = reach.addresses[exec.trailing_zeros() as usize % LANES];
    let same = (0..LANES).all(|lane| exec >> lane & 1 == 0 || reach.addresses[lane] == first);
    (exec != 0 && same && first.is_multiple_of(4) && reach.bytes.is_multiple_of(4)).then_some((first / 4) as usize)
}

/// The lanes that access what there is.
fn inside(wave: &Wave, reach: &Reach<'_>, check_bounds: bool) -> Result<u32, Box<Fault>> {
    let size = (wave.scratch.len() / LANES * 4) as u64;
    let fits = |lane: &usize| reach.addresses[*lane].checked_add(reach.bytes.into()).is_some_and(|end| end <= size);
    let outside = lanes(reach.exec).filter(|lane| !fits(lane)).fold(0, |mask, lane| mask | 1_u32 << lane);
    if outside != 0 && check_bounds {
        let lane = outside.trailing_zeros();
        let (address, bytes) = (reach.addresses[lane as usize], reach.bytes);
        return Err(Box::new(Fault::Bounds { space: Space::Scratch, lane: Some(lane), address, bytes }));
    }
    Ok(reach.exec & !outside)
}
