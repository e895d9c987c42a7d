//! Compiles HIP source with the run-time compiler that is installed: compile SOURCE.hip PROCESSOR OUT.co

use moe_kernel_hip::Compiler;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [source, arch, out] = arguments.as_slice() else {
        return Err("usage: compile SOURCE.hip PROCESSOR OUT.co".into());
    };
    let compiler = Compiler::load()?;
    let code = compiler.compile(source, &std::fs::read_to_string(source)?, arch)?;
    std::fs::write(out, &code)?;
    println!("{}: {} bytes for {arch}", compiler.library(), code.len());
    Ok(())
}
