//! Runs a library of kernels with a fault in a process of its own, as it may write anywhere or never end: the test starts itself
//! again.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitStatus};

/// In the environment of the process that is to run a library: which.
const LIBRARY: &str = "MOE_FAULTY_LIBRARY";
/// Before what that process says.
const ANSWER: &str = "the first thing that is wrong: ";
const NOTHING: &str = "nothing";
/// How it ends then. Not 0: a test that somebody starts with that environment has not passed.
const ANSWERED: i32 = 3;
/// Many times what any library takes on a busy machine.
const LIMIT_S: u32 = 300;
const MOST_BYTES: u64 = 8 << 30;

/// In the process that [`first_wrong`] started: says what `look` finds in the library, and ends. In others nothing.
pub fn answer(look: impl FnOnce(&Path) -> Option<String>) {
    let Some(library) = std::env::var_os(LIBRARY) else { return };
    limit();
    let wrong = look(Path::new(&library));
    println!("\n{ANSWER}{}", wrong.as_deref().unwrap_or(NOTHING));
    std::process::exit(ANSWERED);
}

/// The first thing that is wrong with a library, as the test of that name [answers](answer): also that it died, that it was
/// not done in time, and that it ended in any other way.
pub fn first_wrong(test: &str, library: &Path) -> Option<String> {
    let mut again = Command::new(std::env::current_exe().unwrap());
    let output = again.args(["--exact", test, "--nocapture"]).env(LIBRARY, library).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    match said.split_once(ANSWER).and_then(|(_, answer)| answer.lines().next()) {
        Some(NOTHING) if output.status.code() == Some(ANSWERED) => None,
        Some(wrong) if wrong != NOTHING => Some(wrong.to_owned()),
        _ => Some(format!("{}\n{}", end(output.status), String::from_utf8_lossy(&output.stderr)).trim().to_owned()),
    }
}

fn end(status: ExitStatus) -> String {
    match status.signal() {
        Some(libc::SIGALRM) => format!("not done after {LIMIT_S} s"),
        Some(signal) => format!("died of signal {signal}"),
        None => format!("ended too early with {status}"),
    }
}

/// From now on this process ends by itself where it takes too long or too much memory, and leaves no core file.
fn limit() {
    for (resource, most) in [(libc::RLIMIT_AS, MOST_BYTES), (libc::RLIMIT_CORE, 0)] {
        let most = libc::rlimit { rlim_cur: most, rlim_max: most };
        // SAFETY: the call reads what it is given. It fails where less is allowed already, which is as good.
        unsafe { libc::setrlimit(resource, &most) };
    }
    // SAFETY: takes a number; nothing else here uses the signal.
    unsafe { libc::alarm(LIMIT_S) };
}
