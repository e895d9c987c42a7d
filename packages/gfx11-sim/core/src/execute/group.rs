//! One workgroup: its waves, its LDS, and the order in which the waves run.

use super::buffer::Buffer;
use super::checks::Checks;
use super::fault::{Fault, Space};
use super::memory::Memory;
use super::program::{PAGE_WORDS, Page, Program};
use super::races::Races;
use super::schedule::Schedule;
use super::step::{Flow, Outcome};
use super::tally::{Counts, Tally};
use super::waits::Stored;
use super::wave::{Progress, Wave};
use crate::statistics::Recorder;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// What all workgroups of a launch share.
pub(super) struct Shared<'a> {
    pub program: Program<'a>,
    pub memory: &'a Memory,
    pub checks: Checks,
    pub schedule: Schedule,
    /// A wave that executes more instructions than this is taken to loop for ever.
    pub max_instructions: u64,
    pub abort: &'a AtomicBool,
}

/// Why a workgroup did not finish.
pub(super) enum Interrupted {
    Fault { wave: u32, pc: u32, fault: Box<Fault> },
    Loop { wave: u32, pc: u32 },
    Aborted,
}

/// What the handlers see beside their wave.
pub(super) struct Group<'a> {
    pub program: &'a Program<'a>,
    pub memory: &'a Memory,
    pub checks: Checks,
    /// Whether its waves may be on two compute units.
    pub wgp_mode: bool,
    /// Number of barriers that the workgroup has passed.
    pub interval: u32,
    pub tally: Tally,
    /// What accesses and matrix operations show; only with statistics.
    pub recorder: Option<Box<Recorder>>,
    pub lds: Buffer,
    /// `None` when races are not looked for, or the workgroup is one wave.
    pub races: Option<Races>,
}

impl Group<'_> {
    /// Runs all waves to their end.
    pub fn run(&mut self, waves: &mut [Wave], shared: &Shared<'_>, number: u64) -> Result<(), Interrupted> {
        self.interval = 0;
        self.lds.reset();
        self.begin_interval(&[]);
        self.recorder.iter_mut().for_each(|recorder| recorder.begin_group());
        let mut turns = shared.schedule.turns(number, waves.len());
        loop {
            for wave in waves.iter_mut().filter(|wave| matches!(wave.progress, Progress::AtBarrier)) {
                wave.progress = Progress::Running;
            }
            while let Some((index, quantum)) = turns.next(|index| waves[index].progress == Progress::Running) {
                if shared.abort.load(Relaxed) {
                    return Err(Interrupted::Aborted);
                }
                self.run_wave(&mut waves[index], quantum, shared)?;
            }
            self.check_barrier(waves)?;
            if waves.iter().all(|wave| wave.progress == Progress::Ended) {
                return Ok(());
            }
            self.interval += 1;
            self.begin_interval(waves);
        }
    }

    /// Forgets accesses that the barrier orders. It does not order a store that its wave has not waited for; with all
    /// waves on one compute unit (CU mode) it orders those to global memory, which pass through one cache.
    fn begin_interval(&mut self, waves: &[Wave]) {
        let Some(races) = &mut self.races else { return };
        races.begin_interval();
        for wave in waves {
            let unordered = |stored: &&Stored| stored.space == Space::Lds || self.wgp_mode;
            wave.waits.stored().filter(unordered).for_each(|stored| races.keep(wave.index, stored));
        }
    }

    fn run_wave(&mut self, wave: &mut Wave, quantum: u64, shared: &Shared<'_>) -> Result<(), Interrupted> {
        let last = wave.executed + quantum.min(shared.max_instructions.saturating_sub(wave.executed));
        while wave.executed < last {
            let number = wave.pc as usize / PAGE_WORDS;
            let Some(page) = self.program.page(number) else { return Err(self.left_the_code(wave)) };
            let mut counts = self.tally.take(wave.index, number);
            let left = self.run_page(wave, page, number, last, &mut counts);
            self.tally.put(wave.index, number, counts);
            match left {
                Ok(Flow::Next) => {}
                Ok(Flow::Barrier) => {
                    wave.progress = Progress::AtBarrier;
                    return Ok(());
                }
                Ok(Flow::End) => {
                    wave.progress = Progress::Ended;
                    return Ok(());
                }
                Err(fault) => return Err(Interrupted::Fault { wave: wave.index, pc: wave.at, fault }),
            }
        }
        if wave.executed >= shared.max_instructions {
            return Err(Interrupted::Loop { wave: wave.index, pc: wave.pc });
        }
        Ok(())
    }

    /// Runs until the wave leaves the page, waits, ends, or has executed `last` instructions.
    fn run_page(&mut self, wave: &mut Wave, page: &Page, number: usize, last: u64, counts: &mut Counts) -> Outcome {
        let first = (number * PAGE_WORDS) as u32;
        // Kept outside of memory: each step's address depends on the one before.
        let (mut pc, mut executed) = (wave.pc, wave.executed);
        while executed < last {
            let offset = pc.wrapping_sub(first) as usize;
            let (Some(step), Some(count)) = (page.get(offset), counts.get_mut(offset)) else {
                return if offset < PAGE_WORDS { Err(self.outside(wave)) } else { Ok(Flow::Next) };
            };
            count.executions += 1;
            count.lanes += if wave.exec() == u32::MAX { 32 } else { wave.exec().count_ones().into() };
            executed += 1;
            wave.executed = executed;
            wave.at = pc;
            wave.undefined.set(0);
            pc = pc.wrapping_add(step.words);
            wave.pc = pc;
            let outcome = (step.run)(wave, self, step);
            if !matches!(outcome, Ok(Flow::Next)) {
                return outcome;
            }
            if wave.pc != pc {
                pc = wave.pc;
            }
        }
        Ok(Flow::Next)
    }

    /// The program counter is behind the last page.
    fn left_the_code(&self, wave: &Wave) -> Interrupted {
        Interrupted::Fault { wave: wave.index, pc: wave.pc, fault: self.outside(wave) }
    }

    #[cold]
    fn outside(&self, wave: &Wave) -> Box<Fault> {
        Box::new(Fault::Outside { address: self.program.base.wrapping_add(u64::from(wave.pc) * 4) })
    }

    /// All waves wait or have ended: a fault when only some wait. Which barrier each waits at is its own affair.
    fn check_barrier(&self, waves: &[Wave]) -> Result<(), Interrupted> {
        if !self.checks.barriers {
            return Ok(());
        }
        let waiting = |wave: &&Wave| matches!(wave.progress, Progress::AtBarrier);
        let Some(first) = waves.iter().find(waiting) else { return Ok(()) };
        let Some(ended) = waves.iter().find(|wave| wave.progress == Progress::Ended) else { return Ok(()) };
        let reason = format!("wave {} has ended without it", ended.index);
        Err(Interrupted::Fault { wave: first.index, pc: first.at, fault: Box::new(Fault::Barrier { reason }) })
    }
}
