//! From blocks to work: the routed rows of each expert, and the tasks that threads take.

use crate::error::KernelError;
use crate::problem::GemmProblem;

/// The routed rows of one expert's consecutive blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    pub expert: usize,
    /// First entry in [`Runs::routes`].
    pub start: usize,
    pub len: usize,
}

/// All useful rows of a problem, padding removed.
pub struct Runs {
    /// Flat indices, run after run.
    pub routes: Vec<u32>,
    pub runs: Vec<Run>,
}

/// A share of one run: `rows` of its routes against columns `columns`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Task {
    pub expert: usize,
    pub rows: (usize, usize),
    pub columns: (usize, usize),
}

impl Task {
    /// Multiply-adds in units of one row × one column, plus what decoding a column costs in the same unit.
    fn cost(&self) -> usize {
        const DECODE_ROWS: usize = 4; // decoding a panel takes about as long as multiplying 4 rows by it
        (self.rows.1 - self.rows.0 + DECODE_ROWS) * (self.columns.1 - self.columns.0)
    }
}

/// Collects the routed rows; refuses ids out of range and rows that two blocks would write.
pub fn gather_runs(problem: &GemmProblem) -> Result<Runs, KernelError> {
    let valid = problem.num_valid_tokens;
    let mut seen = vec![0u64; valid.div_ceil(64)];
    let mut gathered = Runs { routes: Vec::with_capacity(valid.min(problem.sorted_token_ids.len())), runs: Vec::new() };
    for block in 0..problem.num_blocks {
        let Some(expert) = block_expert(problem, block)? else { continue };
        let start = gathered.routes.len();
        let first = (block * problem.block_m).min(problem.sorted_token_ids.len());
        let last = (first + problem.block_m).min(problem.sorted_token_ids.len());
        for index in first..last {
            let given = problem.sorted_token_ids[index];
            let Ok(flat) = usize::try_from(given) else {
                let given = i64::from(given);
                return Err(KernelError::IdRange { what: "sortedTokenIds", index, given, allowed: "0 or more".into() });
            };
            if flat >= valid {
                continue;
            }
            let (word, bit) = (flat / 64, 1u64 << (flat % 64));
            if seen[word] & bit != 0 {
                return Err(KernelError::IdRepeated { flat });
            }
            seen[word] |= bit;
            gathered.routes.push(flat as u32);
        }
        gathered.extend_last_run(expert, start);
    }
    for pair in &gathered.runs {
        problem.weights.check_zeros(pair.expert)?;
    }
    Ok(gathered)
}

fn block_expert(problem: &GemmProblem, block: usize) -> Result<Option<usize>, KernelError> {
    let given = problem.expert_ids[block];
    match usize::try_from(given) {
        Err(_) => Ok(None),
        Ok(expert) if expert < problem.weights.num_experts => Ok(Some(expert)),
        Ok(_) => Err(KernelError::IdRange {
            what: "expertIds",
            index: block,
            given: i64::from(given),
            allowed: format!("below numExperts {}, or negative for no expert", problem.weights.num_experts),
        }),
    }
}

/// The routes of every expert in ascending order, straight from the router's choice; ids out of range are no route.
pub fn group_by_expert(topk_ids: &[i32], num_experts: usize) -> Runs {
    let mut start = vec![0usize; num_experts + 1];
    let expert_of = |id: i32| usize::try_from(id).ok().filter(|&expert| expert < num_experts);
    for expert in topk_ids.iter().filter_map(|&id| expert_of(id)) {
        start[expert + 1] += 1;
    }
    for expert in 0..num_experts {
        start[expert + 1] += start[expert];
    }
    let mut next = start.clone();
    let mut routes = vec![0u32; start[num_experts]];
    for (flat, &id) in topk_ids.iter().enumerate() {
        if let Some(expert) = expert_of(id) {
            routes[next[expert]] = flat as u32;
            next[expert] += 1;
        }
    }
    let run = |expert: usize| Run { expert, start: start[expert], len: start[expert + 1] - start[expert] };
    Runs { routes, runs: (0..num_experts).map(run).filter(|run| run.len > 0).collect() }
}

impl Runs {
    /// Assigns the routes from `start` on to `expert`, as part of the last run where that has the same expert.
    fn extend_last_run(&mut self, expert: usize, start: usize) {
        let len = self.routes.len() - start;
        if len == 0 {
            return;
        }
        match self.runs.last_mut() {
            Some(last) if last.expert == expert => last.len += len,
            _ => self.runs.push(Run { expert, start, len }),
        }
    }

    /// Splits runs into tasks of at most `max_rows` rows, and by columns where that leaves threads without work;
    /// largest first, so that the last task to start is a small one.
    pub fn tasks(&self, columns: usize, panel: usize, max_rows: usize, threads: usize) -> Vec<Task> {
        const TASKS_PER_THREAD: usize = 4; // bounds the idle time at the end to about a quarter of a thread's share
        let chunks: usize = self.runs.iter().map(|run| run.len.div_ceil(max_rows)).sum();
        let wanted = if threads == 1 { 1 } else { threads * TASKS_PER_THREAD };
        let panels = columns.div_ceil(panel);
        let splits = wanted.div_ceil(chunks.max(1)).clamp(1, panels.max(1));
        let mut tasks = Vec::with_capacity(chunks * splits);
        for run in &self.runs {
            for (first, last) in even_split(run.len, run.len.div_ceil(max_rows)) {
                for (from, to) in even_split(panels, splits) {
                    tasks.push(Task {
                        expert: run.expert,
                        rows: (run.start + first, run.start + last),
                        columns: (from * panel, (to * panel).min(columns)),
                    });
                }
            }
        }
        // A stable sort: equal tasks stay in weight order, which is kind to the memory system.
        tasks.sort_by_key(|task| std::cmp::Reverse(task.cost()));
        tasks
    }
}

/// `parts` consecutive ranges over `0..total` whose lengths differ by at most one.
pub fn even_split(total: usize, parts: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..parts).map(move |part| (part * total / parts, (part + 1) * total / parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_cover_every_row_and_column_of_every_run_exactly_once() {
        let runs = Runs {
            routes: (0..400).collect(),
            runs: vec![Run { expert: 3, start: 0, len: 1 }, Run { expert: 5, start: 1, len: 399 }],
        };
        for threads in [1, 2, 16] {
            let mut covered = vec![0u8; 400 * 100];
            for task in runs.tasks(100, 32, 128, threads) {
                assert!(task.rows.1 - task.rows.0 <= 128);
                for row in task.rows.0..task.rows.1 {
                    assert_eq!(task.expert, if row == 0 { 3 } else { 5 });
                    for column in task.columns.0..task.columns.1 {
                        covered[row * 100 + column] += 1;
                    }
                }
            }
            assert!(covered.iter().all(|&times| times == 1), "{threads} threads");
        }
    }

    #[test]
    fn an_even_split_of_nothing_is_empty() {
        assert_eq!(even_split(0, 0).count(), 0);
        assert_eq!(even_split(10, 3).collect::<Vec<_>>(), [(0, 3), (3, 6), (6, 10)]);
    }
}
