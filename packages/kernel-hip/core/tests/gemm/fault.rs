//! Faults that are put into a kernel's source, each of which a test has to find.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

#[derive(Clone, Copy)]
pub struct Fault {
    name: &'static str,
    file: &'static str,
    right: &'static str,
    wrong: &'static str,
}

pub const fn fault(name: &'static str, file: &'static str, right: &'static str, wrong: &'static str) -> Fault {
    Fault { name, file, right, wrong }
}

impl Fault {
    /// The text of a source with the fault, if it belongs there.
    pub fn put(&self, file: &Path, text: String) -> String {
        if file != Path::new(self.file) {
            return text;
        }
        assert_eq!(text.matches(self.right).count(), 1, "{}: the source has changed", self.name);
        text.replace(self.right, self.wrong)
    }
}

/// Fails unless `findings` has something for every fault; two at a time.
pub fn find_all(faults: &[Fault], findings: impl Fn(usize, &Fault) -> BTreeSet<String> + Sync) {
    let next = AtomicUsize::new(0);
    let missed = Mutex::new(Vec::new());
    let work = || {
        while let Some((number, fault)) = faults.iter().enumerate().nth(next.fetch_add(1, Relaxed)) {
            let found = findings(number, fault);
            println!("{}: {found:?}", fault.name);
            if found.is_empty() {
                missed.lock().unwrap().push(fault.name);
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        work();
    });
    assert_eq!(missed.into_inner().unwrap(), Vec::<&str>::new(), "not found");
}
