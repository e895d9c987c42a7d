//! AVX-512 BF16 for a handful of rows, where reading the weights is the cost.
//!
//! Lanes hold k, not columns: 16 words of one column (128 k) are one vector load, and nothing is transposed, decoded to
//! memory or broadcast. A vector of activations holds the same k for one row, so `vdpbf16ps` leaves 16 partial sums for
//! each (row, column), which are scaled group by group and added up once at the end of the column. The weights of an
//! expert are read strictly front to back.

use super::StreamedPanel;
use super::avx512_common::{NR, lanes};
use super::avx512bf16::{decode_word, dot, load_table};
use crate::bf16;
use std::arch::x86_64::*;

/// Beyond this, the tile path is faster: with 5 rows it reads 1.2 times as many weights a second.
pub const ROWS: usize = 4;

/// k of one vector of words.
const STEP: usize = 128;
/// Pairs of k in a word.
const PAIRS: usize = 4;
/// Columns whose partial sums are added up together.
const BATCH: usize = 4;

/// Bytes of packed activations.
pub fn bytes(rows: usize, k: usize) -> usize {
    k.div_ceil(STEP) * PAIRS * rows * 64
}

/// `[k / 128][pair][rows]` vectors: lane l of pair p holds k = 8l + 2p and 8l + 2p + 1 of the step, 0 past the end.
#[target_feature(enable = "avx512f")]
pub unsafe fn pack(rows: &[*const u16], k: usize, dst: *mut u8) {
    let steps = k.div_ceil(STEP);
    for (r, row) in rows.iter().enumerate() {
        for step in 0..steps {
            let dwords = (k - step * STEP).min(STEP) / 2;
            let mut quarters = [_mm512_setzero_si512(); PAIRS];
            for (i, quarter) in quarters.iter_mut().enumerate() {
                let mask = lanes(dwords.saturating_sub(16 * i));
                // SAFETY: masked to the row's k elements.
                *quarter =
                    unsafe { _mm512_maskz_loadu_epi32(mask, row.cast::<i32>().wrapping_add(step * STEP / 2 + 16 * i)) };
            }
            for (pair, vector) in every_fourth(quarters).into_iter().enumerate() {
                // SAFETY: `dst` holds steps × PAIRS × rows vectors.
                unsafe { _mm512_store_si512(dst.add(((step * PAIRS + pair) * rows.len() + r) * 64).cast(), vector) };
            }
        }
    }
}

/// Of 64 dwords, those with index ≡ 0, 1, 2, 3 mod 4.
#[inline]
#[target_feature(enable = "avx512f")]
fn every_fourth(quarters: [__m512i; 4]) -> [__m512i; 4] {
    let index: [[i32; 16]; 4] = std::array::from_fn(|i| std::array::from_fn(|lane| 4 * (lane % 8) as i32 + i as i32));
    index.map(|index| {
        // SAFETY: 64 bytes.
        let index = unsafe { _mm512_loadu_si512(index.as_ptr().cast()) };
        let low = _mm512_permutex2var_epi32(quarters[0], index, quarters[1]);
        let high = _mm512_permutex2var_epi32(quarters[2], index, quarters[3]);
        _mm512_shuffle_i64x2::<0b01_00_01_00>(low, high)
    })
}

/// Which group each lane's word belongs to, and how to fetch that group's scale and zero point.
struct Groups {
    /// Whether every step lies in one group.
    uniform: bool,
    /// `[k / 128]` of lane → group − first group of the step.
    lane: Vec<__m512i>,
    /// `[k / 128]` (first group, groups of the step).
    range: Vec<(usize, usize)>,
}

impl Groups {
    #[target_feature(enable = "avx512f")]
    fn new(k: usize, group_size: usize) -> Self {
        let steps = 0..k.div_ceil(STEP);
        let range = steps.clone().map(|step| {
            let (first, last) = (step * STEP / group_size, (((step + 1) * STEP).min(k) - 1) / group_size);
            (first, last - first + 1)
        });
        let lane = steps.map(|step| {
            let first = step * STEP / group_size;
            let lane: [i32; 16] =
                std::array::from_fn(|lane| ((step * STEP + 8 * lane).min(k - 1) / group_size - first) as i32);
            // SAFETY: 64 bytes.
            unsafe { _mm512_loadu_si512(lane.as_ptr().cast()) }
        });
        Self { uniform: group_size.is_multiple_of(STEP), range: range.collect(), lane: lane.collect() }
    }

    /// The scale of each lane, of a column whose scales start at `scales`.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl")]
    unsafe fn scales(&self, step: usize, scales: *const u16) -> __m512 {
        let (first, count) = self.range[step];
        if self.uniform {
            // SAFETY: the step's only group.
            return _mm512_set1_ps(bf16::to_f32(unsafe { *scales.add(first) }));
        }
        // SAFETY: masked to the column's groups.
        let bits = unsafe { _mm256_maskz_loadu_epi16(lanes(count), scales.add(first).cast()) };
        let values = _mm512_slli_epi32::<16>(_mm512_cvtepu16_epi32(bits));
        _mm512_permutexvar_ps(self.lane[step], _mm512_castsi512_ps(values))
    }

    /// The zero point of each lane, in both of its halves.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl")]
    unsafe fn zeros(&self, step: usize, zeros: *const u8) -> __m512i {
        let (first, count) = self.range[step];
        // SAFETY: masked to the column's groups.
        let bytes = unsafe { _mm_maskz_loadu_epi8(lanes(count), zeros.add(first).cast()) };
        let wide = _mm512_cvtepu8_epi32(bytes);
        _mm512_permutexvar_epi32(self.lane[step], _mm512_or_si512(wide, _mm512_slli_epi32::<16>(wide)))
    }
}

/// See [`super::MicroKernel::few_rows`].
pub unsafe fn multiply(rows: usize, a: *const u8, panel: &StreamedPanel, acc: *mut f32) {
    // COLUMNS at a time share a load of A, as far as sums and totals fit the 32 registers.
    // SAFETY: forwarded.
    unsafe {
        match rows {
            1 => multiply_rows::<1, 4>(a, panel, acc),
            2 => multiply_rows::<2, 4>(a, panel, acc),
            3 => multiply_rows::<3, 2>(a, panel, acc),
            4 => multiply_rows::<4, 2>(a, panel, acc),
            _ => unreachable!("few rows are 1 to {ROWS}, not {rows}"),
        }
    }
}

unsafe fn multiply_rows<const R: usize, const COLUMNS: usize>(a: *const u8, panel: &StreamedPanel, acc: *mut f32) {
    // SAFETY: forwarded.
    unsafe {
        if panel.zeros.is_null() {
            multiply_panel::<R, COLUMNS, false>(a, panel, acc);
        } else {
            multiply_panel::<R, COLUMNS, true>(a, panel, acc);
        }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512bf16")]
unsafe fn multiply_panel<const R: usize, const COLUMNS: usize, const ZEROS: bool>(
    a: *const u8,
    panel: &StreamedPanel,
    acc: *mut f32,
) {
    let groups = Groups::new(panel.k, panel.group_size);
    let table = load_table(ZEROS);
    for batch in (0..panel.columns).step_by(BATCH) {
        let out = acc.wrapping_add(batch / NR * R * NR + batch % NR);
        let mut totals = [[_mm512_setzero_ps(); R]; BATCH];
        for (i, totals) in totals.as_chunks_mut::<COLUMNS>().0.iter_mut().enumerate() {
            // A column past the end repeats the last one; nobody stores its result.
            let columns = std::array::from_fn(|c| (batch + i * COLUMNS + c).min(panel.columns - 1));
            // SAFETY: the panel holds these columns.
            unsafe { multiply_columns::<R, COLUMNS, ZEROS>(a, panel, columns, &groups, table, totals) };
        }
        for row in 0..R {
            let sums = add_lanes(totals.map(|column| column[row]));
            // SAFETY: NR is a multiple of BATCH, so the four accumulators exist.
            unsafe { _mm_store_ps(out.add(row * NR), sums) };
        }
    }
}

#[expect(
    clippy::needless_range_loop,
    reason = "with iterators LLVM leaves the loops rolled and the sums in memory: 5 times slower"
)]
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512bf16")]
unsafe fn multiply_columns<const R: usize, const COLUMNS: usize, const ZEROS: bool>(
    a: *const u8,
    panel: &StreamedPanel,
    columns: [usize; COLUMNS],
    groups: &Groups,
    table: __m512i,
    totals: &mut [[__m512; R]; COLUMNS],
) {
    const AHEAD: usize = 4096; // bytes; some 40 lines in flight cover the latency of DRAM
    let words = panel.k / 8;
    let per_column = panel.k / panel.group_size;
    let packed = columns.map(|column| panel.packed.wrapping_add(column * panel.row_stride));
    let mut local = [[_mm512_setzero_ps(); R]; COLUMNS];
    for step in 0..groups.range.len() {
        let mask = lanes(words - 16 * step);
        let mut pairs = [[table; PAIRS]; COLUMNS];
        for c in 0..COLUMNS {
            let at = packed[c].wrapping_add(16 * step);
            _mm_prefetch::<_MM_HINT_T0>(at.cast::<i8>().wrapping_add(AHEAD));
            // SAFETY: masked to the column's words; a column has `per_column` zero points.
            unsafe {
                let word = _mm512_maskz_loadu_epi32(mask, at.cast());
                let zeros =
                    if ZEROS { Some(groups.zeros(step, panel.zeros.add(columns[c] * per_column))) } else { None };
                pairs[c] = decode_word(word, zeros, table);
            }
        }
        let mut sums = [[_mm512_setzero_ps(); R]; COLUMNS];
        for pair in 0..PAIRS {
            for row in 0..R {
                // SAFETY: `pack` wrote PAIRS × R vectors a step.
                let a = unsafe { _mm512_load_si512(a.add(((step * PAIRS + pair) * R + row) * 64).cast()) };
                for c in 0..COLUMNS {
                    sums[c][row] = dot(sums[c][row], a, pairs[c][pair]);
                }
            }
        }
        for c in 0..COLUMNS {
            // SAFETY: a column has `per_column` scales.
            let scale = unsafe { groups.scales(step, panel.scales.add(columns[c] * per_column)) };
            for row in 0..R {
                local[c][row] = _mm512_fmadd_ps(sums[c][row], scale, local[c][row]);
            }
        }
    }
    *totals = local;
}

/// The sum of all lanes of each of four vectors.
#[inline]
#[target_feature(enable = "avx512f")]
fn add_lanes(v: [__m512; BATCH]) -> __m128 {
    let pair = |a, b| _mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
    let (low, high) = (_mm512_castps_pd(pair(v[0], v[1])), _mm512_castps_pd(pair(v[2], v[3])));
    let quad = _mm512_castpd_ps(_mm512_unpacklo_pd(low, high));
    let quad = _mm512_add_ps(quad, _mm512_castpd_ps(_mm512_unpackhi_pd(low, high)));
    let upper = _mm512_castpd_ps(_mm512_castpd256_pd512(_mm512_extractf64x4_pd::<1>(_mm512_castps_pd(quad))));
    let half = _mm256_add_ps(_mm512_castps512_ps256(quad), _mm512_castps512_ps256(upper));
    _mm_add_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps::<1>(half))
}
