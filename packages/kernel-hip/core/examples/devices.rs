//! Lists the devices of both vendors' drivers, or why there are none.

use moe_kernel_hip::{Driver, Vendor};

fn main() {
    for vendor in [Vendor::Amd, Vendor::Nvidia] {
        match Driver::load(vendor)
            .and_then(|driver| Ok((driver.library().to_owned(), driver.version()?, driver.devices()?)))
        {
            Ok((library, version, devices)) => println!("{library} {version}: {devices:#?}"),
            Err(error) => println!("{}: {error}", error.code()),
        }
    }
}
