//! The counters of memory operations in flight, and which registers wait for them.
//!
//! Loads deliver their data at once; their registers stay unreadable until an `s_waitcnt` covers them, so that a missing
//! wait is found whatever the timing. Order (RDNA3.5 ISA, "Data dependency resolution"; LLVM's SIInsertWaitcnts):
//! vector loads and returning atomics return in order (vmcnt), LDS operations in order among themselves (lgkmcnt), stores
//! complete in order (vscnt), scalar loads in any order (lgkmcnt). A flat operation counts in lgkmcnt too. gfx11 reads the
//! data of a store when it issues, so that its registers may be written again at once.

use super::access::Kind;
use super::fault::{Fault, Space};
use super::wave::{LANES, VECTORS, Wave};
use std::collections::VecDeque;

/// A counter holds at most this; one more operation waits for the oldest one.
const MOST_IN_FLIGHT: usize = 63;

/// A memory operation in flight and the consecutive registers it loads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Load {
    /// First register.
    pub register: u8,
    /// Registers; 0 for an operation that returns nothing.
    pub count: u8,
    /// Lanes of each vector register that get a value.
    pub lanes: [u32; 4],
    /// Word offset of the instruction.
    pub pc: u32,
}

/// What an operation in flight writes to memory that other waves see.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub space: Space,
    pub kind: Kind,
    pub bytes: u32,
    pub exec: u32,
    pub addresses: [u64; LANES],
    pub pc: u32,
}

/// The counter that an operation returns through, besides those of scalar loads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counter {
    /// vmcnt: loads and returning atomics of global memory and scratch.
    Vector,
    /// lgkmcnt: the LDS.
    Lds,
    /// vscnt: stores and atomics without return.
    Store,
}

/// The operations of a counter in the order of their issue.
#[derive(Clone, Debug)]
struct Queue {
    /// The operation of number n at n modulo the length.
    ring: [Load; MOST_IN_FLIGHT + 1],
    /// Those that store, with the number of operations issued before them.
    stored: VecDeque<(u64, Stored)>,
    /// Operations ever, and those of them that have returned.
    issued: u64,
    returned: u64,
}

/// Operations in flight of one wave.
#[derive(Clone, Debug)]
pub(super) struct Waits {
    queues: [Queue; 3],
    scalar: Vec<Load>,
    /// Scalar registers with a load in flight, by code.
    scalar_registers: u128,
    /// Loads in flight into each vector register.
    into: [u8; VECTORS],
}

impl Default for Waits {
    fn default() -> Waits {
        Waits { queues: Default::default(), scalar: Vec::new(), scalar_registers: 0, into: [0; VECTORS] }
    }
}

/// What an `s_waitcnt` leaves in flight at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Allowed {
    pub vector: usize,
    pub lds_and_scalar: usize,
}

impl Allowed {
    /// The immediate of `s_waitcnt`: expcnt in bits 0 to 2, lgkmcnt in 4 to 9, vmcnt in 10 to 15.
    pub fn from_immediate(immediate: u16) -> Allowed {
        Allowed { vector: usize::from(immediate >> 10), lds_and_scalar: usize::from(immediate >> 4 & 63) }
    }
}

impl Default for Queue {
    fn default() -> Queue {
        let none = Load { register: 0, count: 0, lanes: [0; 4], pc: 0 };
        Queue { ring: [none; MOST_IN_FLIGHT + 1], stored: VecDeque::new(), issued: 0, returned: 0 }
    }
}

impl Queue {
    fn clear(&mut self) {
        self.stored.clear();
        (self.issued, self.returned) = (0, 0);
    }

    fn len(&self) -> usize {
        (self.issued - self.returned) as usize
    }

    fn at(&self, number: u64) -> &Load {
        &self.ring[number as usize % self.ring.len()]
    }

    /// The operations in flight, the first one first.
    fn loads(&self) -> impl DoubleEndedIterator<Item = &Load> {
        (self.returned..self.issued).map(|number| self.at(number))
    }

    fn push(&mut self, load: &Load) {
        self.ring[self.issued as usize % (MOST_IN_FLIGHT + 1)] = *load;
        self.issued += 1;
    }

    fn pop(&mut self) -> Load {
        let load = *self.at(self.returned);
        while self.stored.front().is_some_and(|(number, _)| *number == self.returned) {
            self.stored.pop_front();
        }
        self.returned += 1;
        load
    }
}

impl Load {
    fn registers(&self) -> impl Iterator<Item = (u8, u32)> + use<> {
        (self.register..=u8::MAX).zip(self.lanes).take(self.count.into())
    }
}

impl Waits {
    pub fn clear(&mut self) {
        self.queues.iter_mut().for_each(Queue::clear);
        self.scalar.clear();
        self.scalar_registers = 0;
        self.into.fill(0);
    }

    /// What was stored but not waited for.
    pub fn stored(&self) -> impl Iterator<Item = &Stored> {
        self.queues.iter().flat_map(|queue| queue.stored.iter().map(|(_, stored)| stored))
    }

    /// Notes what the operation issued last writes.
    pub fn keep_stored(&mut self, counter: Counter, stored: Stored) {
        let queue = &mut self.queues[counter as usize];
        queue.stored.push_back((queue.issued - 1, stored));
    }

    pub fn issue_scalar(&mut self, load: Load) {
        self.scalar_registers |= scalar_mask(&load);
        self.scalar.push(load);
    }

    /// Whether a load into the vector register is in flight.
    #[inline(always)]
    pub fn is_waited_for(&self, register: u8) -> bool {
        self.into[usize::from(register)] != 0
    }

    /// Counter and instruction of the last load in flight into a vector register, of all counters but one.
    fn load_into(&self, register: u8, except: Option<Counter>) -> Option<(&'static str, u32)> {
        let covers = |load: &&Load| load.registers().any(|(covered, _)| covered == register);
        let named = [(Counter::Vector, "vmcnt"), (Counter::Lds, "lgkmcnt")];
        let mut others = named.into_iter().filter(|(counter, _)| Some(*counter) != except);
        others.find_map(|(counter, name)| {
            self.queues[counter as usize].loads().rev().find(covers).map(|load| (name, load.pc))
        })
    }

    /// Counter and instruction of a load in flight into a vector register.
    pub fn vector_load(&self, register: u8) -> Option<(&'static str, u32)> {
        if self.is_waited_for(register) { self.load_into(register, None) } else { None }
    }

    /// A fault when a load into the vector register is in flight.
    pub fn check_vector(&self, register: u8) -> Result<(), Box<Fault>> {
        match self.vector_load(register) {
            Some((counter, pc)) => Err(Box::new(Fault::InFlight { register: format!("v{register}"), counter, pc })),
            None => Ok(()),
        }
    }

    /// A fault when a load into the vector register is in flight that may arrive after one through this counter.
    /// Loads through one counter write in order; two fill the halves of a register so.
    #[inline(always)]
    pub fn check_order(&self, register: u8, counter: Counter) -> Result<(), Box<Fault>> {
        if self.is_waited_for(register) { self.find_other_order(register, counter) } else { Ok(()) }
    }

    #[inline(never)]
    fn find_other_order(&self, register: u8, counter: Counter) -> Result<(), Box<Fault>> {
        match self.load_into(register, Some(counter)) {
            Some((counter, pc)) => Err(Box::new(Fault::InFlight { register: format!("v{register}"), counter, pc })),
            None => Ok(()),
        }
    }

    /// A fault when a load into the scalar register is in flight.
    #[inline(always)]
    pub fn check_scalar(&self, code: usize) -> Result<(), Box<Fault>> {
        if self.scalar_registers >> (code & 127) & 1 == 0 { Ok(()) } else { Err(self.scalar_in_flight(code)) }
    }

    #[cold]
    fn scalar_in_flight(&self, code: usize) -> Box<Fault> {
        let load = self.scalar.iter().find(|load| scalar_mask(load) >> (code & 127) & 1 != 0);
        let name = crate::isa::Operand::from_code(code as u16).scalar_name();
        Box::new(Fault::InFlight { register: name, counter: "lgkmcnt", pc: load.map_or(0, |load| load.pc) })
    }

    /// Lanes of a register that loads in flight will write.
    fn awaited_lanes(&self, register: u8) -> u32 {
        let loads = self.queues.iter().flat_map(Queue::loads);
        let covering = loads.flat_map(Load::registers).filter(|(covered, _)| *covered == register);
        covering.fold(0, |all, (_, lanes)| all | lanes)
    }
}

impl Wave {
    /// Puts an operation in flight; the registers it loads have no value until it was waited for.
    pub fn issue(&mut self, counter: Counter, load: Load) {
        for index in 0..load.count {
            let register = usize::from(load.register.wrapping_add(index));
            self.ready[register] &= !load.lanes[usize::from(index) % 4];
            self.waits.into[register] += 1;
        }
        self.waits.queues[counter as usize].push(&load);
        self.arrive(counter, MOST_IN_FLIGHT);
    }

    /// Waits for vmcnt and lgkmcnt. Scalar loads return in any order: only lgkmcnt 0 tells that they have.
    pub fn wait(&mut self, allowed: Allowed) {
        self.arrive(Counter::Vector, allowed.vector);
        self.arrive(Counter::Lds, allowed.lds_and_scalar);
        if allowed.lds_and_scalar == 0 {
            self.waits.scalar.clear();
            self.waits.scalar_registers = 0;
        }
    }

    /// Waits for vscnt.
    pub fn wait_stores(&mut self, allowed: usize) {
        self.arrive(Counter::Store, allowed);
    }

    fn arrive(&mut self, counter: Counter, allowed: usize) {
        while self.waits.queues[counter as usize].len() > allowed {
            let load = self.waits.queues[counter as usize].pop();
            for index in 0..load.count {
                let register = load.register.wrapping_add(index);
                let into = &mut self.waits.into[usize::from(register)];
                *into -= 1;
                let awaited = if *into == 0 { 0 } else { self.waits.awaited_lanes(register) };
                self.ready[usize::from(register)] |= load.lanes[usize::from(index) % 4] & !awaited;
            }
        }
    }
}

fn scalar_mask(load: &Load) -> u128 {
    let ones = if load.count >= 128 { u128::MAX } else { (1 << load.count) - 1 };
    ones << (load.register & 127)
}
