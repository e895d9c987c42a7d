//! Compares C with f64, element by element, under the bounds of docs/numerics.md.

use super::case::Values;
use super::device::UNTOUCHED;
use super::float::Float;
use super::problem::{ORDER, Problem};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Unit roundoff of f32.
const U: f64 = 1.0 / (1 << 24) as f64;
/// What the bf16 kernel for gfx11 adds to a nibble, by k mod 8.
const MAGIC: [f64; 8] = [128.0, 128.0, 16.0, 16.0, 16.0, 16.0, 16.0, 16.0];
const EIGHT: usize = 8;

/// What a kernel rounds beside f32 sums and its result.
#[derive(Clone, Copy)]
pub enum Rounding {
    /// Nothing in a weight; bf16 carries constants through the sums.
    Offsets,
    /// Each dequantised weight to the type.
    Weights,
}

/// How near the result came.
#[derive(Clone, Copy, Debug, Default)]
pub struct Distance {
    /// `sum|diff| / sum|ref|` over the finite elements.
    pub rel: f64,
    /// The largest share of an element's bound.
    pub share: f64,
    /// Of columns whose weights are all zero: the largest `|c| / sum|a * scale|`.
    pub dead: f64,
}

#[derive(Default)]
struct Sums {
    off: f64,
    all: f64,
    share: f64,
    dead: f64,
}

/// # Errors
/// The first element that is wrong, or that should not have been written.
pub fn compare(problem: &Problem, c: &[u16], rounding: Rounding) -> Result<Distance, String> {
    untouched(problem, c)?;
    let mut of_expert = vec![Vec::new(); problem.experts];
    for (slot, flat) in (0..problem.sorted.len()).filter_map(|slot| Some((slot, problem.route(slot)?))) {
        of_expert[problem.expert(slot).unwrap_or_default()].push(flat);
    }
    let next = AtomicUsize::new(0);
    let total = Mutex::new(Ok(Sums::default()));
    let work = || {
        while let Some(flats) = of_expert.get(next.fetch_add(1, Relaxed)).filter(|_| total.lock().unwrap().is_ok()) {
            let expert = of_expert.iter().position(|other| std::ptr::eq(other, flats)).unwrap_or_default();
            let sums = expert_columns(problem, c, expert, flats, rounding);
            let mut total = total.lock().unwrap();
            match (sums, total.as_mut()) {
                (Ok(sums), Ok(total)) => total.add(&sums),
                (Err(wrong), Ok(_)) => *total = Err(wrong),
                (_, Err(_)) => {}
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        work();
    });
    let Sums { off, all, share, dead } = total.into_inner().unwrap()?;
    Ok(Distance { rel: if off == 0.0 { 0.0 } else { off / all }, share, dead })
}

fn untouched(problem: &Problem, c: &[u16]) -> Result<(), String> {
    let mut routed = vec![false; problem.routes];
    (0..problem.sorted.len()).filter_map(|slot| problem.route(slot)).for_each(|flat| routed[flat] = true);
    let cols = problem.case.cols;
    let stray = c.iter().enumerate().find(|&(at, &bits)| !routed[at / cols] && bits != UNTOUCHED);
    stray.map_or(Ok(()), |(at, _)| Err(format!("row {} has no route, but column {} was written", at / cols, at % cols)))
}

impl Sums {
    fn add(&mut self, other: &Sums) {
        self.off += other.off;
        self.all += other.all;
        self.share = self.share.max(other.share);
        self.dead = self.dead.max(other.dead);
    }
}

fn expert_columns(
    problem: &Problem,
    c: &[u16],
    expert: usize,
    flats: &[usize],
    rounding: Rounding,
) -> Result<Sums, String> {
    let case = &problem.case;
    let (k, float) = (case.k(), case.instantiation.float);
    let row = |flat: &usize| &problem.a[flat / case.top_k * k..][..k];
    let rows: Vec<Vec<f64>> = flats.iter().map(|flat| row(flat).iter().map(|&a| float.decode(a)).collect()).collect();
    let mut sums = Sums::default();
    let mut nibbles = vec![0.0; k];
    for col in 0..case.cols {
        let column = expert * case.cols + col;
        for (word, eight) in problem.packed[column * k / EIGHT..].iter().zip(nibbles.chunks_exact_mut(EIGHT)) {
            ORDER.iter().enumerate().for_each(|(place, &at)| eight[at] = f64::from(word >> (4 * place) & 15));
        }
        for (flat, a) in flats.iter().zip(&rows) {
            let exact = Element::new(problem, a, &nibbles, column);
            let found = float.decode(c[flat * case.cols + col]);
            exact.check(problem, found, rounding, &mut sums).map_err(|why| {
                format!("row {flat}, column {col} of expert {expert}: {found} instead of {} ({why})", exact.value)
            })?;
        }
    }
    Ok(sums)
}

/// The sums over k, as docs/numerics.md names them.
#[derive(Default)]
struct Element {
    value: f64,
    /// `sum|a w|`
    magnitude: f64,
    /// `sum|a s|`, each term times what its weight and its row sum are together.
    carried: f64,
    /// `sum|a s|`
    scaled: f64,
}

impl Element {
    fn new(problem: &Problem, a: &[f64], nibbles: &[f64], column: usize) -> Element {
        let (groups, group) = (problem.case.groups, problem.case.instantiation.group);
        let mut element = Element::default();
        for g in 0..groups {
            let scale = problem.case.instantiation.float.decode(problem.scales[column * groups + g]);
            let zero = f64::from(problem.zeros[column * groups + g]);
            let part = g * group..(g + 1) * group;
            let [value, magnitude, carried, scaled] = group_sums(&a[part.clone()], &nibbles[part], zero);
            element.value += value * scale;
            element.magnitude += magnitude * scale.abs();
            element.carried += carried * scale.abs();
            element.scaled += scaled * scale.abs();
        }
        element
    }

    /// Roundings that one term passes, in any order of the sums.
    fn bound(&self, problem: &Problem, rounding: Rounding) -> f64 {
        let (case, k) = (&problem.case, problem.case.k() as f64);
        let float = case.instantiation.float;
        let gamma = |roundings: f64| roundings * U / (1.0 - roundings * U);
        let sums = gamma(k + 2.0) * self.magnitude;
        let group = case.instantiation.group as f64;
        let more = match (rounding, float) {
            (Rounding::Weights, _) => float.roundoff() * self.magnitude,
            (Rounding::Offsets, Float::Bf16) => gamma(1.25 * group + case.groups as f64 + 4.0) * self.carried,
            (Rounding::Offsets, Float::F16) => 0.0,
        };
        float.roundoff() * self.value.abs() + (1.0 + float.roundoff()) * (sums + more)
    }

    fn check(&self, problem: &Problem, found: f64, rounding: Rounding, sums: &mut Sums) -> Result<(), String> {
        let float = problem.case.instantiation.float;
        let rounded = float.decode(float.encode(self.value));
        if !self.value.is_finite() || matches!(problem.case.values, Values::Identity | Values::Exact) {
            let same = found == rounded || found.is_nan() && rounded.is_nan();
            return if same { Ok(()) } else { Err("bit for bit".into()) };
        }
        let (off, bound) = ((found - self.value).abs(), self.bound(problem, rounding));
        let share = if off == 0.0 { 0.0 } else { off / bound };
        let dead = if self.magnitude == 0.0 && off != 0.0 { off / self.scaled } else { 0.0 };
        sums.add(&Sums { off, all: self.value.abs(), share, dead });
        if share <= 1.0 { Ok(()) } else { Err(format!("{off:e} off, {bound:e} allowed")) }
    }
}

/// Over one group, before its scale: `[value, magnitude, carried, scaled]` of [`Element`].
fn group_sums(a: &[f64], nibbles: &[f64], zero: f64) -> [f64; 4] {
    let mut lanes = [[0.0; EIGHT]; 4];
    for (a, nibbles) in a.chunks_exact(EIGHT).zip(nibbles.chunks_exact(EIGHT)) {
        for at in 0..EIGHT {
            let product = a[at] * (nibbles[at] - zero);
            lanes[0][at] += product;
            lanes[1][at] += product.abs();
            lanes[2][at] += a[at].abs() * (2.0 * MAGIC[at] + nibbles[at] + zero);
            lanes[3][at] += a[at].abs();
        }
    }
    lanes.map(|lane| lane.iter().sum())
}
