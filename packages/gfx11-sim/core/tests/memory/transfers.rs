//! Loads and stores.

use crate::bench::{BEFORE, EXEC, Input, Way, run};

/// Name, name of the LDS, bytes, and what lands in the first register.
type LoadCase = (&'static str, &'static str, usize, fn(u32) -> u32);

const LOADS: [LoadCase; 14] = [
    ("load_u8", "load_u8", 1, |raw| raw),
    ("load_i8", "load_i8", 1, |raw| if raw > 127 { raw + 0xffff_ff00 } else { raw }),
    ("load_u16", "load_u16", 2, |raw| raw),
    ("load_i16", "load_i16", 2, |raw| if raw > 32767 { raw + 0xffff_0000 } else { raw }),
    ("load_d16_u8", "load_u8_d16", 1, |raw| BEFORE / 65536 * 65536 + raw),
    ("load_d16_i8", "load_i8_d16", 1, |raw| BEFORE / 65536 * 65536 + if raw > 127 { raw + 0xff00 } else { raw }),
    ("load_d16_b16", "load_u16_d16", 2, |raw| BEFORE / 65536 * 65536 + raw),
    ("load_d16_hi_u8", "load_u8_d16_hi", 1, |raw| BEFORE % 65536 + raw * 65536),
    ("load_d16_hi_i8", "load_i8_d16_hi", 1, |raw| BEFORE % 65536 + if raw > 127 { raw + 0xff00 } else { raw } * 65536),
    ("load_d16_hi_b16", "load_u16_d16_hi", 2, |raw| BEFORE % 65536 + raw * 65536),
    ("load_b32", "load_b32", 4, |raw| raw),
    ("load_b64", "load_b64", 8, |raw| raw),
    ("load_b96", "load_b96", 12, |raw| raw),
    ("load_b128", "load_b128", 16, |raw| raw),
];

/// Name, name of the LDS, bytes, and the first of them in the register.
const STORES: [(&str, &str, usize, usize); 8] = [
    ("store_b8", "store_b8", 1, 0),
    ("store_b16", "store_b16", 2, 0),
    ("store_d16_hi_b8", "store_b8_d16_hi", 1, 2),
    ("store_d16_hi_b16", "store_b16_d16_hi", 2, 2),
    ("store_b32", "store_b32", 4, 0),
    ("store_b64", "store_b64", 8, 0),
    ("store_b96", "store_b96", 12, 0),
    ("store_b128", "store_b128", 16, 0),
];

fn registers(first: usize, bytes: usize) -> String {
    if bytes <= 4 { format!("v{first}") } else { format!("v[{first}:{}]", first + bytes / 4 - 1) }
}

fn is_active(lane: usize) -> bool {
    EXEC >> lane & 1 != 0
}

#[test]
fn every_load_of_every_memory_fills_its_registers_from_any_address() {
    let input = Input::new();
    for way in Way::ALL {
        let name = |(global, lds, ..): LoadCase| if way == Way::Lds { lds } else { global };
        let texts = LOADS.map(|load| way.instruction(name(load), [&registers(10, load.2), ""], false));
        let outputs = run(&format!("loads-{way:?}"), way, &texts, &input);
        assert_eq!(outputs.len(), LOADS.len());
        for ((load, output), text) in LOADS.iter().zip(outputs).zip(texts) {
            assert_eq!(output.image, input.image, "{text}");
            for lane in 0..32 {
                assert_eq!(output.registers[lane], loaded(load, &input, lane), "{text} in lane {lane}");
            }
        }
    }
}

fn loaded((_, _, bytes, convert): &LoadCase, input: &Input, lane: usize) -> [u32; 4] {
    let mut expected = [BEFORE; 4];
    if is_active(lane) {
        for (index, register) in expected.iter_mut().enumerate().take(bytes.div_ceil(4)) {
            let at = input.at(lane, false) + 4 * index;
            let mut word = [0; 4];
            word[..(*bytes).min(4)].copy_from_slice(&input.image[at..at + (*bytes).min(4)]);
            *register = convert(u32::from_le_bytes(word));
        }
    }
    expected
}

#[test]
fn every_store_to_every_memory_writes_its_bytes_and_no_others() {
    let input = Input::new();
    for way in Way::ALL {
        let texts = STORES.map(|(global, lds, bytes, _)| {
            way.instruction(if way == Way::Lds { lds } else { global }, ["", &registers(14, bytes)], false)
        });
        let outputs = run(&format!("stores-{way:?}"), way, &texts, &input);
        assert_eq!(outputs.len(), STORES.len());
        for (((_, _, bytes, first), output), text) in STORES.iter().zip(outputs).zip(texts) {
            let mut expected = input.image.clone();
            for lane in (0..32).filter(|&lane| is_active(lane)) {
                let data: Vec<u8> = input.data[lane].iter().flat_map(|word| word.to_le_bytes()).collect();
                expected[input.at(lane, false)..][..*bytes].copy_from_slice(&data[*first..*first + *bytes]);
            }
            assert!(output.image == expected, "{text}");
        }
    }
}

/// Offsets in units of the access, and in 64 of them.
#[test]
fn accesses_with_two_addresses_reach_both() {
    let input = Input::new();
    let texts = [
        "ds_load_2addr_b32 v[10:11], v18 offset0:3 offset1:29",
        "ds_load_2addr_b64 v[10:13], v18 offset0:7 offset1:1",
        "ds_store_2addr_b32 v18, v14, v17 offset0:1 offset1:30",
        "ds_store_2addr_b64 v18, v[14:15], v[16:17] offset0:9 offset1:0",
        "ds_load_2addr_stride64_b32 v[10:11], v1 offset0:2 offset1:1",
        "ds_load_2addr_stride64_b64 v[10:13], v1 offset0:4 offset1:1",
        "ds_store_2addr_stride64_b32 v1, v14, v15 offset0:3 offset1:5",
        "ds_store_2addr_stride64_b64 v1, v[14:15], v[16:17] offset0:1 offset1:4",
        "ds_storexchg_2addr_rtn_b32 v[10:11], v18, v14, v17 offset0:1 offset1:30",
        "ds_storexchg_2addr_rtn_b64 v[10:13], v18, v[14:15], v[16:17] offset0:9 offset1:0",
        "ds_storexchg_2addr_stride64_rtn_b32 v[10:11], v1, v14, v15 offset0:3 offset1:5",
        "ds_storexchg_2addr_stride64_rtn_b64 v[10:13], v1, v[14:15], v[16:17] offset0:1 offset1:4",
    ];
    let outputs = run("two-addresses", Way::Lds, &texts.map(String::from), &input);
    for (text, output) in texts.into_iter().zip(outputs) {
        let number = |key: &str| -> usize {
            text.split(key).nth(1).map_or(0, |rest| rest.split(' ').next().unwrap().parse().unwrap())
        };
        let bytes = if text.contains("b64") { 8 } else { 4 };
        let unit = if text.contains("stride64") { 64 * bytes } else { bytes };
        let base = |lane: usize| if text.contains("stride64") { 16 * lane } else { 128 * lane };
        let mut image = input.image.clone();
        for lane in 0..32 {
            let mut registers = [BEFORE; 4];
            for (index, offset) in [number("offset0:"), number("offset1:")].into_iter().enumerate() {
                let at = base(lane) + offset * unit;
                let words = bytes / 4;
                let second = if text.contains("v17") && bytes == 4 { 3 } else { words };
                for word in (0..words).filter(|_| is_active(lane)) {
                    let place = at + 4 * word;
                    if !text.contains("store_") {
                        registers[index * words + word] =
                            u32::from_le_bytes(input.image[place..][..4].try_into().unwrap());
                    }
                    if text.contains("store") {
                        image[place..][..4].copy_from_slice(&input.data[lane][index * second + word].to_le_bytes());
                    }
                }
            }
            assert_eq!(output.registers[lane], registers, "{text} in lane {lane}");
        }
        assert!(output.image == image, "{text}");
    }
}

#[test]
fn accesses_by_lane_number_need_no_address() {
    let input = Input::new();
    let global = ["global_load_addtid_b32 v10, s[4:5] offset:12", "global_store_addtid_b32 v14, s[4:5] offset:12"];
    let lds = [
        "s_movk_i32 m0, 0x40\nds_load_addtid_b32 v10 offset:12",
        "s_movk_i32 m0, 0x40\nds_store_addtid_b32 v14 offset:12",
    ];
    for (way, texts, base) in [(Way::Global, global, 12), (Way::Lds, lds, 76)] {
        let outputs = run(&format!("by-lane-{way:?}"), way, &texts.map(String::from), &input);
        let mut image = input.image.clone();
        for lane in 0..32 {
            let at = base + 4 * lane;
            let expected = u32::from_le_bytes(image[at..][..4].try_into().unwrap());
            let expected = if is_active(lane) { expected } else { BEFORE };
            assert_eq!(outputs[0].registers[lane][0], expected, "{way:?} in lane {lane}");
        }
        for lane in (0..32).filter(|&lane| is_active(lane)) {
            image[base + 4 * lane..][..4].copy_from_slice(&input.data[lane][0].to_le_bytes());
        }
        assert!(outputs[1].image == image, "{way:?}");
    }
}

/// A descriptor of 100 bytes: the dwords behind it load as 0 and are not stored.
#[test]
fn what_a_buffer_descriptor_leaves_out_loads_as_zero_and_is_not_stored() {
    let input = Input::new();
    let limit = "s_movk_i32 s10, 0x64\n";
    let texts = [
        format!("{limit}buffer_load_b128 v[10:13], v1, s[8:11], 0 offen"),
        format!("{limit}buffer_store_b128 v[14:17], v1, s[8:11], 0 offen"),
        format!("{limit}buffer_atomic_add_u32 v14, v1, s[8:11], 0 offen"),
        format!("{limit}s_mov_b32 s12, 32\nbuffer_load_b32 v10, v1, s[8:11], s12 offen offset:4"),
        // Structures of 16 bytes, of which there are 3.
        "s_or_b32 s9, s9, 0x100000\ns_mov_b32 s10, 3\ns_mov_b32 s11, 0\nbuffer_load_b64 v[10:11], v0, s[8:11], 0 idxen offset:4".into(),
    ];
    let outputs = run("out-of-range", Way::Buffer, &texts, &input);
    let word = |at: usize| u32::from_le_bytes(input.image[at..][..4].try_into().unwrap());
    let (mut stored, mut added) = (input.image.clone(), input.image.clone());
    for lane in (0..32).filter(|&lane| is_active(lane)) {
        let in_range = |at: usize, limit: usize| if at + 4 <= limit { word(at) } else { 0 };
        let expected = std::array::from_fn(|dword| in_range(16 * lane + 4 * dword, 100));
        assert_eq!(outputs[0].registers[lane], expected, "lane {lane}");
        assert_eq!(outputs[3].registers[lane][0], if 16 * lane + 8 <= 68 { word(16 * lane + 36) } else { 0 });
        let structure = |at: usize| if lane < 3 { word(16 * lane + at) } else { 0 };
        assert_eq!(outputs[4].registers[lane][..2], [structure(4), structure(8)], "lane {lane}");
        for dword in (0..4).filter(|dword| 16 * lane + 4 * dword + 4 <= 100) {
            stored[16 * lane + 4 * dword..][..4].copy_from_slice(&input.data[lane][dword].to_le_bytes());
        }
        if 16 * lane + 4 <= 100 {
            let sum = word(16 * lane).wrapping_add(input.data[lane][0]);
            added[16 * lane..][..4].copy_from_slice(&sum.to_le_bytes());
        }
    }
    assert!(outputs[1].image == stored);
    assert!(outputs[2].image == added);
}

/// All lanes are active, and lanes 16 to 31 load what lanes 0 to 15 do, but for one.
#[test]
fn a_lane_that_does_not_repeat_another_one_loads_its_own_bytes() {
    let input = Input::new();
    let others = [16, 23, 31];
    let texts = others.map(|other| {
        format!(
            "s_mov_b32 exec_lo, -1\nv_and_b32_e32 v19, 15, v0\nv_lshlrev_b32_e32 v19, 7, v19\n\
             v_cmp_eq_u32_e32 vcc_lo, {other}, v0\nv_cndmask_b32_e64 v19, v19, 64, vcc_lo\nds_load_b128 v[10:13], v19"
        )
    });
    let outputs = run("repeated", Way::Lds, &texts, &input);
    for (other, output) in others.into_iter().zip(outputs) {
        for lane in 0..32 {
            let at = if lane == other { 64 } else { 128 * (lane % 16) };
            let word = |index: usize| u32::from_le_bytes(input.image[at + 4 * index..][..4].try_into().unwrap());
            assert_eq!(output.registers[lane], std::array::from_fn(word), "lane {lane} beside {other}");
        }
    }
}
