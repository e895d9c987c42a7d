//! The compiler: clang-19 on the source as it is given, in an empty folder and without any header of HIP.

use crate::state::{COMPILATION, Program, SUCCESS};
use std::path::Path;
use std::process::Command;

/// The newest gfx11 processor of clang 19, in place of one that it does not know, and what both are in an ELF file's flags.
const NEWEST: &str = "gfx1152";
const NEWER: &str = "gfx1153";
const NEWER_FLAGS: u8 = 0x58;
const FLAGS_AT: usize = 48;

/// Compiles a program, or takes what a test wants it to become.
pub fn compile(program: &mut Program, options: &[String], wanted: Option<Vec<u8>>) -> i32 {
    let is_newer = options.iter().any(|option| option.ends_with(NEWER));
    let result = match wanted {
        Some(code) if code.is_empty() => Err(format!("note: a mock\n{}:1:1: error: no code\n", program.name)),
        Some(code) => Ok(code),
        None => clang(program, options),
    };
    match result {
        Ok(code) => {
            program.code = code;
            if is_newer && program.code.len() > FLAGS_AT {
                program.code[FLAGS_AT] = NEWER_FLAGS;
            }
            SUCCESS
        }
        Err(log) => {
            program.log = log.into_bytes();
            COMPILATION
        }
    }
}

fn clang(program: &Program, options: &[String]) -> Result<Vec<u8>, String> {
    let folder = std::env::temp_dir().join(format!("moe-mock-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let result = run(program, options, &folder);
    std::fs::remove_dir_all(&folder).map_err(|error| error.to_string())?;
    result
}

fn run(program: &Program, options: &[String], folder: &Path) -> Result<Vec<u8>, String> {
    let source = folder.join(&program.name);
    std::fs::write(&source, &program.source).map_err(|error| error.to_string())?;
    let alone = ["-x", "hip", "--cuda-device-only", "--no-gpu-bundle-output", "-nogpuinc", "-nogpulib", "-Werror"];
    let output = Command::new("clang-19")
        .args(alone)
        .args(options.iter().map(|option| option.replace(NEWER, NEWEST)))
        .args(["-o", "code.co", &program.name])
        .current_dir(folder)
        .output()
        .map_err(|error| format!("error: clang-19: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    std::fs::read(folder.join("code.co")).map_err(|error| error.to_string())
}
