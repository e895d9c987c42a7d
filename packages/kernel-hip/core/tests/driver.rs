//! The drivers' whole path, through a mock that executes AMD kernels and fails at any call.

mod support;

use moe_kernel_hip::{Arguments, Driver, GpuError, LaunchSize, Sensors, Start, Vendor};
use support::Mock;

const CODE_OBJECT: &[u8] = include_bytes!("data/scale.gfx1151.co");
const PTX: &[u8] = b".version 8.0\n.target sm_90\n.address_size 64\n.visible .entry scale() { ret; }\n";
const COUNT: u32 = 200;

/// Everything that a user does with a device, once.
fn whole_path(vendor: Vendor) -> Result<Vec<u32>, GpuError> {
    let driver = Driver::load(vendor)?;
    driver.version()?;
    assert!(!driver.devices()?.is_empty());
    let device = driver.open(0)?;
    device.memory()?;
    let input: Vec<u8> = (0..COUNT).flat_map(u32::to_le_bytes).collect();
    let source = device.upload(&input)?;
    let copy = device.allocate(source.bytes())?;
    let out = device.allocate(source.bytes())?;
    let module = device.load_module(if vendor == Vendor::Amd { CODE_OBJECT } else { PTX })?;
    let function = module.function("scale")?;
    drop(module);
    let stream = device.stream()?;
    let (start, stop) = (device.event()?, device.event()?);
    let hold = stream.hold()?;
    out.fill(0xff, &stream)?;
    copy.copy_from(&source, &stream)?;
    start.record(&stream)?;
    let size = LaunchSize { grid: [COUNT.div_ceil(64), 1, 1], block: [64, 1, 1], shared_bytes: 50_000 };
    let arguments = Arguments::new().buffer(&out).buffer(&copy).u32(COUNT).u32(3);
    function.launch(&size, &arguments, &stream, Start::AfterPrevious)?;
    if vendor == Vendor::Nvidia {
        function.launch(&size, &arguments, &stream, Start::Overlapping)?;
        device.sensors(Some(Mock::path().to_str().unwrap()))?;
    }
    stop.record(&stream)?;
    drop(hold);
    stop.wait()?;
    assert!(stop.milliseconds_since(&start)? >= 0.0);
    stream.wait()?;
    let mut bytes = vec![0; input.len()];
    out.read(0, &mut bytes)?;
    Ok(bytes.chunks_exact(4).map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect())
}

const CALLS: [(&str, &str); 41] = [
    ("hipInit", "cuInit"),
    ("hipDriverGetVersion", "cuDriverGetVersion"),
    ("hipGetDeviceCount", "cuDeviceGetCount"),
    ("hipDeviceGet", "cuDeviceGet"),
    ("hipDeviceGetName", "cuDeviceGetName"),
    ("hipDeviceGetAttribute", "cuDeviceGetAttribute"),
    ("hipDeviceTotalMem", "cuDeviceTotalMem_v2"),
    ("hipMemGetInfo", "cuMemGetInfo_v2"),
    ("hipMalloc", "cuMemAlloc_v2"),
    ("hipFree", "cuMemFree_v2"),
    ("hipMemcpyHtoD", "cuMemcpyHtoD_v2"),
    ("hipMemcpyDtoH", "cuMemcpyDtoH_v2"),
    ("hipMemcpyDtoDAsync", "cuMemcpyDtoDAsync_v2"),
    ("hipMemsetD8Async", "cuMemsetD8Async"),
    ("hipStreamCreateWithFlags", "cuStreamCreate"),
    ("hipStreamDestroy", "cuStreamDestroy_v2"),
    ("hipStreamSynchronize", "cuStreamSynchronize"),
    ("hipStreamAddCallback", "cuLaunchHostFunc"),
    ("hipEventCreateWithFlags", "cuEventCreate"),
    ("hipEventDestroy", "cuEventDestroy_v2"),
    ("hipEventRecord", "cuEventRecord"),
    ("hipEventSynchronize", "cuEventSynchronize"),
    ("hipEventElapsedTime", "cuEventElapsedTime"),
    ("hipModuleLoadData", "cuModuleLoadData"),
    ("hipModuleUnload", "cuModuleUnload"),
    ("hipModuleGetFunction", "cuModuleGetFunction"),
    ("hipModuleLaunchKernel", "cuLaunchKernel"),
    ("hipSetDevice", "cuCtxSetCurrent"),
    ("hipGetDevicePropertiesR0600", "cuDevicePrimaryCtxRetain"),
    ("-", "cuFuncSetAttribute"),
    ("-", "cuLaunchKernelEx"),
    ("-", "cuDeviceGetPCIBusId"),
    ("-", "nvmlInit_v2"),
    ("-", "nvmlShutdown"),
    ("-", "nvmlDeviceGetHandleByPciBusId_v2"),
    ("-", "nvmlDeviceGetClockInfo"),
    ("-", "nvmlDeviceGetTemperature"),
    ("-", "nvmlDeviceGetMaxClockInfo"),
    ("-", "nvmlDeviceGetPowerUsage"),
    ("-", "nvmlDeviceGetEnforcedPowerLimit"),
    ("-", "nvmlDeviceGetCurrentClocksThrottleReasons"),
];

/// Calls that give something back; when they fail, it stays.
fn gives_back(call: &str) -> bool {
    ["hipFree", "cuMemFree", "Destroy", "ModuleUnload", "nvmlShutdown"].iter().any(|part| call.contains(part))
}

fn arch(vendor: Vendor) -> &'static str {
    if vendor == Vendor::Amd { "gfx1151" } else { "sm_90" }
}

#[test]
fn a_kernel_runs_from_upload_to_download() {
    let mock = Mock::take();
    mock.reset("gfx1151", 1, 1 << 20);
    assert_eq!(whole_path(Vendor::Amd).unwrap(), (0..COUNT).map(|i| 3 * i).collect::<Vec<_>>());
    assert_eq!(mock.live(), 0);
    mock.reset("sm_90", 1, 1 << 20);
    assert_eq!(whole_path(Vendor::Nvidia).unwrap(), vec![u32::MAX; COUNT as usize]);
    assert_eq!(mock.live(), 0);
}

#[test]
fn a_failure_of_any_call_is_an_error_that_leaks_nothing() {
    let mock = Mock::take();
    let mut failures = 0;
    for vendor in [Vendor::Amd, Vendor::Nvidia] {
        mock.reset(arch(vendor), 1, 1 << 20);
        whole_path(vendor).unwrap();
        let calls = CALLS.map(|(hip, cuda)| if vendor == Vendor::Amd { hip } else { cuda });
        let counts = calls.map(|call| mock.calls(call));
        for (call, count) in calls.into_iter().zip(counts).filter(|(call, _)| *call != "-") {
            assert!(count > 0, "{call} is not reached");
            for (nth, number) in (1..=count).flat_map(|nth| [1, 2, 100, 209, 719, 12_345].map(|number| (nth, number))) {
                mock.reset(arch(vendor), 1, 1 << 20);
                mock.fail(call, nth, number);
                let result = whole_path(vendor);
                let case = format!("{call} number {nth} returning {number}");
                let is_release =
                    gives_back(call) || matches!(call, "hipSetDevice" | "cuCtxSetCurrent") && result.is_ok();
                assert_eq!(result.is_ok(), is_release, "{case}");
                assert_eq!(mock.live(), i64::from(is_release), "{case}");
                if let Err(error) = result {
                    assert!(error.code().starts_with("E_") && !error.to_string().is_empty(), "{case}");
                    let says_so = error.to_string().contains(&number.to_string())
                        || matches!(error, GpuError::OutOfMemory { .. });
                    assert!(says_so, "{case}: {error}");
                }
                failures += 1;
            }
        }
    }
    println!("{failures} failures, each at another call or with another number");
    assert!(failures > 500, "{failures}");
}

#[test]
fn what_a_driver_says_becomes_the_error_that_names_it() {
    let mock = Mock::take();
    let code_after = |call: &str, nth: u64, number: i32| {
        mock.reset("gfx1151", 1, 1 << 20);
        mock.fail(call, nth, number);
        whole_path(Vendor::Amd).unwrap_err()
    };
    assert_eq!(code_after("hipInit", 1, 100).code(), "E_NO_DEVICE");
    assert_eq!(code_after("hipMalloc", 2, 2).code(), "E_MEMORY");
    assert_eq!(code_after("hipModuleLoadData", 1, 209).code(), "E_ARCH");
    assert_eq!(code_after("hipModuleGetFunction", 1, 500).code(), "E_KERNEL_UNKNOWN");
    let launch = code_after("hipEventSynchronize", 1, 719);
    assert_eq!(launch.code(), "E_LAUNCH");
    let expected = "scale<<<[4, 1, 1], [64, 1, 1], 50000>>>(buffer of 800 bytes, buffer of 800 bytes, 200, 3)";
    assert!(launch.to_string().contains(expected), "{launch}");
}

#[test]
fn a_kernel_that_faults_is_named_by_the_next_call_that_waits() {
    let mock = Mock::take();
    mock.reset("gfx1151", 1, 1 << 20);
    let device = Driver::load(Vendor::Amd).unwrap().open(0).unwrap();
    let small = device.upload(&[0; 64]).unwrap();
    let function = device.load_module(CODE_OBJECT).unwrap().function("scale").unwrap();
    let stream = device.stream().unwrap();
    let size = LaunchSize { grid: [1, 1, 1], block: [64, 1, 1], shared_bytes: 0 };
    function
        .launch(&size, &Arguments::new().buffer(&small).buffer(&small).u32(64).u32(3), &stream, Start::AfterPrevious)
        .unwrap();
    let error = stream.wait().unwrap_err();
    assert_eq!(error.code(), "E_LAUNCH");
    assert!(error.to_string().contains("hipErrorLaunchFailure"), "{error}");
    assert_eq!(stream.wait(), Ok(()));
}

#[test]
fn a_request_that_cannot_be_met_says_what_is_allowed() {
    let mock = Mock::take();
    mock.reset("gfx1100", 2, 4096);
    let driver = Driver::load(Vendor::Amd).unwrap();
    let devices = driver.devices().unwrap();
    assert_eq!((devices.len(), devices[1].arch.as_str(), devices[1].compute_units), (2, "gfx1100", 40));
    assert_eq!(driver.open(2).err().unwrap().to_string(), "device 2 does not exist; there are 2, 0 to 1");
    let device = driver.open(1).unwrap();
    let memory = device.allocate(5000).err().unwrap();
    assert_eq!(memory, GpuError::OutOfMemory { bytes: 5000, free: 4096, total: 4096 });
    assert_eq!(device.allocate(0).err().unwrap().code(), "E_RANGE");
    assert_eq!(device.load_module(CODE_OBJECT).err().unwrap().code(), "E_ARCH");
    assert_eq!(device.load_module(b"no code").err().unwrap().code(), "E_ARCH");
    let buffer = device.allocate(16).unwrap();
    assert_eq!(buffer.write(10, &[0; 7]).unwrap_err().code(), "E_RANGE");
    assert_eq!(buffer.read(u64::MAX, &mut [0]).unwrap_err().code(), "E_RANGE");
    mock.reset("gfx1151", 0, 4096);
    assert_eq!(Driver::load(Vendor::Amd).err().unwrap().code(), "E_NO_DEVICE");
}

const NOT_SUPPORTED: i32 = 3;

#[test]
fn sensors_are_those_of_the_device_that_is_open_and_null_where_it_has_none() {
    let mock = Mock::take();
    mock.reset("sm_90", 2, 4096);
    let path = Mock::path();
    let device = Driver::load(Vendor::Nvidia).unwrap().open(1).unwrap();
    let sensors = device.sensors(path.to_str()).unwrap();
    let throttle_reasons = Some(["SwPowerCap", "SwThermalSlowdown", "bit 40"].map(str::to_owned).to_vec());
    let expected = Sensors {
        clock_mhz: Some(1502),
        max_clock_mhz: Some(1980),
        memory_clock_mhz: Some(2600),
        temperature_c: Some(45),
        power_mw: Some(350_500),
        power_limit_mw: Some(700_000),
        throttle_reasons,
    };
    assert_eq!(sensors, expected);
    for call in ["nvmlDeviceGetPowerUsage", "nvmlDeviceGetCurrentClocksThrottleReasons", "nvmlDeviceGetMaxClockInfo"] {
        mock.fail(call, 1, NOT_SUPPORTED);
        let sensors = device.sensors(path.to_str()).unwrap();
        let known = [sensors.power_mw.is_some(), sensors.throttle_reasons.is_some(), sensors.max_clock_mhz.is_some()];
        assert_eq!(known.iter().filter(|known| !**known).count(), 1, "{call}: {sensors:?}");
    }
    assert_eq!(mock.calls("nvmlInit_v2"), 1);
    mock.fail("nvmlDeviceGetTemperature", 1, 15);
    let lost = device.sensors(path.to_str()).unwrap_err();
    assert_eq!(
        (lost.code(), lost.to_string()),
        ("E_DRIVER", "nvmlDeviceGetTemperature failed with GPU is lost (15)".into())
    );
    drop(device);
    assert_eq!(mock.live(), 0);
}

#[test]
fn without_nvml_or_an_nvidia_device_there_are_no_sensors_and_an_error_says_why() {
    let mock = Mock::take();
    mock.reset("sm_90", 1, 4096);
    let device = Driver::load(Vendor::Nvidia).unwrap().open(0).unwrap();
    let error = device.sensors(Some("/nowhere/libnvidia-ml.so.1")).unwrap_err();
    assert_eq!(error.code(), "E_NO_LIBRARY");
    assert!(error.to_string().contains("tried /nowhere/libnvidia-ml.so.1 ("), "{error}");
    assert_eq!(device.sensors(Some("libc.so.6")).unwrap_err().code(), "E_DRIVER_OLD");
    assert!(device.sensors(Mock::path().to_str()).is_ok());
    mock.reset("gfx1151", 1, 4096);
    let amd = Driver::load(Vendor::Amd).unwrap().open(0).unwrap();
    assert_eq!(amd.sensors(Mock::path().to_str()).unwrap_err().code(), "E_UNSUPPORTED");
}

#[test]
fn a_launch_that_overlaps_is_one_of_nvidia_only() {
    let mock = Mock::take();
    mock.reset("gfx1151", 1, 1 << 20);
    let device = Driver::load(Vendor::Amd).unwrap().open(0).unwrap();
    let function = device.load_module(CODE_OBJECT).unwrap().function("scale").unwrap();
    let size = LaunchSize { grid: [1, 1, 1], block: [64, 1, 1], shared_bytes: 0 };
    let launched = function.launch(&size, &Arguments::new(), &device.stream().unwrap(), Start::Overlapping);
    assert_eq!(launched.unwrap_err().code(), "E_UNSUPPORTED");
    assert_eq!(mock.calls("hipModuleLaunchKernel"), 0);
}

#[test]
fn a_hold_keeps_its_stream_from_going_on_until_it_is_dropped_or_its_limit_has_passed() {
    let mock = Mock::take();
    for vendor in [Vendor::Amd, Vendor::Nvidia] {
        mock.reset(arch(vendor), 1, 1 << 20);
        let device = Driver::load(vendor).unwrap().open(0).unwrap();
        let (stream, buffer) = (device.stream().unwrap(), device.allocate(16).unwrap());
        buffer.fill(1, &stream).unwrap();
        let hold = stream.hold().unwrap();
        (0..3).for_each(|value| buffer.fill(value, &stream).unwrap());
        drop(hold);
        assert_eq!(mock.held(), 3);
        let first = stream.hold().unwrap();
        let second = stream.hold().unwrap();
        drop(second);
        // The first one is never dropped before the wait: its limit ends that.
        stream.wait().unwrap();
        drop((stream, device, buffer));
        assert_eq!(mock.live(), i64::from(vendor == Vendor::Nvidia), "what is held keeps its device");
        drop(first);
        assert_eq!(mock.live(), 0);
    }
}

#[test]
fn a_missing_library_is_an_error_that_says_where_it_was_looked_for() {
    let _mock = Mock::take();
    // SAFETY: it is this thread's turn.
    unsafe { std::env::set_var("MOE_HIP_LIBRARY", "/nowhere/libamdhip64.so") };
    let error = Driver::load(Vendor::Amd).err().unwrap();
    assert_eq!(error.code(), "E_NO_LIBRARY");
    assert!(error.to_string().contains("/nowhere/libamdhip64.so"), "{error}");
    // SAFETY: as above.
    unsafe { std::env::set_var("MOE_HIP_LIBRARY", "libc.so.6") };
    assert_eq!(Driver::load(Vendor::Amd).err().unwrap().code(), "E_DRIVER_OLD");
}
