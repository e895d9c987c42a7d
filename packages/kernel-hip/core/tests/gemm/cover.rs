//! Few rows in which every pair of values of two factors occurs.

use super::random::Random;

const CANDIDATES: usize = 12;

/// Rows of one value for each factor, a value being less than the factor's number of levels.
pub fn pairwise(levels: &[usize], random: &mut Random) -> Vec<Vec<usize>> {
    let mut open = Open::new(levels);
    let mut rows = Vec::new();
    while let Some(pair) = open.first() {
        let candidates = (0..CANDIDATES).map(|_| open.extend(pair, levels, random));
        let best = candidates.max_by_key(|row| open.gain(row)).unwrap_or_default();
        open.close(&best);
        rows.push(best);
    }
    rows
}

/// A value of a factor.
type Level = (usize, usize);

/// The pairs that no row has yet.
struct Open {
    /// Number of the first value of each factor.
    starts: Vec<usize>,
    count: usize,
    pairs: Vec<bool>,
    levels: Vec<Level>,
}

impl Open {
    fn new(levels: &[usize]) -> Open {
        let flat: Vec<Level> = levels
            .iter()
            .enumerate()
            .flat_map(|(factor, &count)| (0..count).map(move |level| (factor, level)))
            .collect();
        let starts = levels.iter().scan(0, |next, count| Some(std::mem::replace(next, *next + count))).collect();
        let pairs = flat.iter().flat_map(|a| flat.iter().map(move |b| a.0 < b.0)).collect();
        Open { starts, count: flat.len(), pairs, levels: flat }
    }

    fn at(&self, a: Level, b: Level) -> usize {
        let (a, b) = if a.0 < b.0 { (a, b) } else { (b, a) };
        (self.starts[a.0] + a.1) * self.count + self.starts[b.0] + b.1
    }

    fn first(&self) -> Option<[Level; 2]> {
        let at = self.pairs.iter().position(|&open| open)?;
        Some([self.levels[at / self.count], self.levels[at % self.count]])
    }

    /// A row with that pair; the other factors, in random order, take what closes most.
    fn extend(&self, pair: [Level; 2], levels: &[usize], random: &mut Random) -> Vec<usize> {
        let mut chosen: Vec<Level> = pair.to_vec();
        let mut rest: Vec<usize> = (0..levels.len()).filter(|factor| pair.iter().all(|at| at.0 != *factor)).collect();
        random.shuffle(&mut rest);
        for factor in rest {
            let gain = |level: usize| chosen.iter().filter(|&&at| self.pairs[self.at(at, (factor, level))]).count();
            let first = random.below(levels[factor]);
            let best =
                (0..levels[factor]).map(|level| (first + level) % levels[factor]).max_by_key(|&level| gain(level));
            chosen.push((factor, best.unwrap_or_default()));
        }
        chosen.sort_unstable();
        chosen.into_iter().map(|(_, level)| level).collect()
    }

    fn of(row: &[usize]) -> impl Iterator<Item = [Level; 2]> {
        let level = |factor: usize| (factor, row[factor]);
        (0..row.len()).flat_map(move |a| (a + 1..row.len()).map(move |b| [level(a), level(b)]))
    }

    fn gain(&self, row: &[usize]) -> usize {
        Open::of(row).filter(|&[a, b]| self.pairs[self.at(a, b)]).count()
    }

    fn close(&mut self, row: &[usize]) {
        for [a, b] in Open::of(row) {
            let at = self.at(a, b);
            self.pairs[at] = false;
        }
    }
}
