//! A launch's profile as text: every instruction of the functions that ran, with how often it did and what it cost.

use super::report::{Profile, Report};
use crate::code_object::CodeObject;
use crate::isa::Instruction;
use crate::isa::slot::{Field, Immediate};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The profile of a launch of the code object. One function after the other; instructions that were not executed have no
/// numbers, and branches have their target behind them.
///
/// - `count`: executions; `share`: of all wave instructions of the launch.
/// - `lanes`: lanes set in EXEC on average.
/// - `cost` per execution: cycles of matrix operations and of the LDS (and how many of these are lost to bank
///   conflicts), lines of 128 bytes and the coalescing factor of global accesses, bytes of scratch accesses.
pub fn annotate(object: &CodeObject, report: &Report) -> String {
    let rows: BTreeMap<u64, &Profile> = report.profile.iter().map(|row| (row.pc, row)).collect();
    let mut out = String::new();
    let mut rest = rows.clone();
    for (name, start, size_bytes) in functions(object) {
        let executed: u64 = rows.range(start..start + size_bytes).map(|(_, row)| row.executions).sum();
        if executed != 0 {
            rest.retain(|pc, _| !(start..start + size_bytes).contains(pc));
            head(&mut out, name, start, executed, report);
            for (pc, text) in listing(object, start, size_bytes) {
                line(&mut out, pc, &text, rows.get(&pc).copied(), report);
            }
        }
    }
    if !rest.is_empty() {
        let executed = rest.values().map(|row| row.executions).sum();
        head(&mut out, "without a symbol", rest.keys().next().copied().unwrap_or(0), executed, report);
        rest.values().for_each(|row| line(&mut out, row.pc, &row.text, Some(row), report));
    }
    out
}

/// Name, address and size of the symbols in executable segments, by ascending address.
fn functions(object: &CodeObject) -> Vec<(&str, u64, u64)> {
    let is_code = |address: u64| {
        let mut segments = object.segments.iter().filter(|segment| segment.executable);
        segments.any(|segment| address >= segment.address && address - segment.address < segment.size_bytes)
    };
    let mut functions: Vec<(&str, u64, u64)> = object
        .symbols
        .iter()
        .filter(|symbol| symbol.size_bytes != 0 && is_code(symbol.address))
        .filter(|symbol| symbol.address.checked_add(symbol.size_bytes).is_some())
        .map(|symbol| (symbol.name.as_str(), symbol.address, symbol.size_bytes))
        .collect();
    functions.sort_by_key(|&(name, address, _)| (address, name));
    // Of symbols that overlap the first: each instruction is listed once.
    let mut end = 0;
    functions.retain(|&(_, address, size_bytes)| {
        let is_apart = address >= end;
        end = if is_apart { address + size_bytes } else { end };
        is_apart
    });
    functions
}

/// Address and text of each instruction of a range, up to the first that is none.
fn listing(object: &CodeObject, start: u64, size_bytes: u64) -> impl Iterator<Item = (u64, String)> {
    let instructions = object.instructions(start, size_bytes).map_while(Result::ok);
    instructions.map(|(pc, instruction)| (pc, text(pc, &instruction)))
}

/// The instruction as LLVM prints it; behind a branch its target.
fn text(pc: u64, instruction: &Instruction) -> String {
    let slots = instruction.opcode.row().slots;
    if slots.iter().any(|slot| slot.field == Field::Immediate(Immediate::Branch)) {
        let next = pc.wrapping_add(instruction.size_bytes.into());
        let target = next.wrapping_add_signed(4 * i64::from(instruction.immediate as i16));
        return format!("{instruction} // {target:#x}");
    }
    instruction.to_string()
}

fn head(out: &mut String, name: &str, start: u64, executed: u64, report: &Report) {
    let gap = if out.is_empty() { "" } else { "\n" };
    let share = percent(executed, report.instructions);
    // Writing to a string cannot fail.
    let _ =
        writeln!(out, "{gap}{name} at {start:#x}: {executed} of {} wave instructions ({share})", report.instructions);
    let _ =
        writeln!(out, "{:>12} {:>8} {:>5}  {:<26} {:>8}  instruction", "count", "share", "lanes", "cost", "address");
}

fn line(out: &mut String, pc: u64, text: &str, row: Option<&Profile>, report: &Report) {
    let _ = match row {
        None => writeln!(out, "{:>12} {:>8} {:>5}  {:<26} {pc:>8x}  {text}", "", "", "", ""),
        Some(row) => {
            let share = percent(row.executions, report.instructions);
            let lanes = row.active_lanes as f64 / row.executions as f64;
            writeln!(out, "{:>12} {share:>8} {lanes:>5.1}  {:<26} {pc:>8x}  {text}", row.executions, cost(row))
        }
    };
}

/// What an execution costs beside its issue; empty where that is nothing.
fn cost(row: &Profile) -> String {
    let per_execution = |total: u64| total as f64 / row.executions as f64;
    let mut parts = Vec::new();
    if row.matrix.executions != 0 {
        parts.push(format!("{:.0} cycles", per_execution(row.cycles)));
        if row.matrix.longest > 1 {
            parts.push(format!("chain of {}", row.matrix.longest));
        }
    }
    if let Some(share) = row.lds.conflict_share() {
        parts.push(format!("{:.1} cycles", per_execution(row.lds.cycles)));
        if share > 0.0 {
            parts.push(format!("{:.0} % conflicts", 100.0 * share));
        }
    }
    if let Some(factor) = row.global.coalescing() {
        parts.push(format!("{:.1} lines", per_execution(row.global.lines)));
        parts.push(format!("{factor:.2} coalesced"));
    }
    if row.scratch_bytes != 0 {
        parts.push(format!("{:.0} scratch bytes", per_execution(row.scratch_bytes)));
    }
    parts.join(", ")
}

fn percent(part: u64, whole: u64) -> String {
    format!("{:.2} %", 100.0 * part as f64 / whole.max(1) as f64)
}
