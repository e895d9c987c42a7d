//! Atomics, with and without return. Lanes have addresses of their own but for one test.

use crate::bench::{BEFORE, EXEC, Input, Way, run};

/// Name, name in the LDS, bytes, operands and the new value, from the old one and two operands. An empty name: the
/// memory has none.
type AtomicCase = (&'static str, &'static str, usize, usize, fn(u64, u64, u64) -> u64);

fn f32_of(bits: u64) -> f32 {
    f32::from_bits(bits as u32)
}

fn signed(value: u64) -> i64 {
    i64::from(value as u32 as i32)
}

const ATOMICS: [AtomicCase; 38] = [
    ("swap_b32", "storexchg_rtn_b32", 4, 1, |_, a, _| a),
    ("cmpswap_b32", "cmpstore_b32", 4, 2, |old, a, b| if old == b { a } else { old }),
    ("cmpswap_f32", "cmpstore_f32", 4, 2, |old, a, b| if f32_of(old) == f32_of(b) { a } else { old }),
    ("add_u32", "add_u32", 4, 1, |old, a, _| old + a),
    ("sub_u32", "sub_u32", 4, 1, |old, a, _| old + (1 << 32) - a),
    ("", "rsub_u32", 4, 1, |old, a, _| a + (1 << 32) - old),
    ("csub_u32", "", 4, 1, |old, a, _| old.saturating_sub(a)),
    ("inc_u32", "inc_u32", 4, 1, |old, a, _| if old < a { old + 1 } else { 0 }),
    ("dec_u32", "dec_u32", 4, 1, |old, a, _| if (1..=a).contains(&old) { old - 1 } else { a }),
    ("", "wrap_rtn_b32", 4, 2, |old, a, b| if a > old { old + b } else { old - a }),
    ("min_i32", "min_i32", 4, 1, |old, a, _| if signed(a) < signed(old) { a } else { old }),
    ("max_i32", "max_i32", 4, 1, |old, a, _| if signed(a) > signed(old) { a } else { old }),
    ("min_u32", "min_u32", 4, 1, |old, a, _| if a < old { a } else { old }),
    ("max_u32", "max_u32", 4, 1, |old, a, _| if a > old { a } else { old }),
    ("and_b32", "and_b32", 4, 1, |old, a, _| old & a),
    ("or_b32", "or_b32", 4, 1, |old, a, _| old | a),
    ("xor_b32", "xor_b32", 4, 1, |old, a, _| old ^ a),
    ("", "mskor_b32", 4, 2, |old, a, b| old & (a ^ 0xffff_ffff) | b),
    ("add_f32", "add_f32", 4, 1, |old, a, _| (f32_of(old) + f32_of(a)).to_bits().into()),
    ("min_f32", "min_f32", 4, 1, |old, a, _| if f32_of(a) < f32_of(old) { a } else { old }),
    ("max_f32", "max_f32", 4, 1, |old, a, _| if f32_of(a) > f32_of(old) { a } else { old }),
    ("swap_b64", "storexchg_rtn_b64", 8, 1, |_, a, _| a),
    ("cmpswap_b64", "cmpstore_b64", 8, 2, |old, a, b| if old == b { a } else { old }),
    ("", "cmpstore_f64", 8, 2, |old, a, b| if f64::from_bits(old) == f64::from_bits(b) { a } else { old }),
    ("add_u64", "add_u64", 8, 1, |old, a, _| old.wrapping_add(a)),
    ("sub_u64", "sub_u64", 8, 1, |old, a, _| old.wrapping_sub(a)),
    ("", "rsub_u64", 8, 1, |old, a, _| a.wrapping_sub(old)),
    ("inc_u64", "inc_u64", 8, 1, |old, a, _| if old < a { old + 1 } else { 0 }),
    ("dec_u64", "dec_u64", 8, 1, |old, a, _| if (1..=a).contains(&old) { old - 1 } else { a }),
    ("min_i64", "min_i64", 8, 1, |old, a, _| if (a as i64) < old as i64 { a } else { old }),
    ("max_i64", "max_i64", 8, 1, |old, a, _| if a as i64 > old as i64 { a } else { old }),
    ("min_u64", "min_u64", 8, 1, |old, a, _| if a < old { a } else { old }),
    ("max_u64", "max_u64", 8, 1, |old, a, _| if a > old { a } else { old }),
    ("and_b64", "and_b64", 8, 1, |old, a, _| old & a),
    ("or_b64", "or_b64", 8, 1, |old, a, _| old | a),
    ("xor_b64", "xor_b64", 8, 1, |old, a, _| old ^ a),
    ("", "mskor_b64", 8, 2, |old, a, b| old & (a ^ u64::MAX) | b),
    ("", "condxchg32_rtn_b64", 8, 1, |old, a, _| {
        let half = |shift: u32| {
            let (old, a) = (old >> shift & 0xffff_ffff, a >> shift & 0xffff_ffff);
            (if a > 0x7fff_ffff { a - 0x8000_0000 } else { old }) << shift
        };
        half(0) | half(32)
    }),
];

fn range(first: usize, bytes: usize) -> String {
    if bytes == 4 { format!("v{first}") } else { format!("v[{first}:{}]", first + bytes / 4 - 1) }
}

/// The text of an atomic, and whether it returns.
fn texts(way: Way, (global, lds, bytes, operands, _): AtomicCase) -> Vec<(String, bool)> {
    let destination = range(10, bytes);
    if way == Way::Lds {
        let second = if operands == 2 { format!(", {}", range(14 + bytes / 4, bytes)) } else { String::new() };
        let data = format!("{}{second}", range(14, bytes));
        let (kind, of) = lds.rsplit_once('_').unwrap_or_default();
        return match lds {
            "" => vec![],
            _ if lds.contains("_rtn_") => vec![(way.instruction(lds, [&destination, &data], true), true)],
            _ => vec![
                (way.instruction(&format!("{kind}_rtn_{of}"), [&destination, &data], true), true),
                (way.instruction(lds, ["", &data], true), false),
            ],
        };
    }
    // Flat has no conditional subtraction, which always returns.
    if global.is_empty() || global == "csub_u32" && !matches!(way, Way::Global | Way::Buffer) {
        return vec![];
    }
    let (name, data) = (format!("atomic_{global}"), range(14, bytes * operands));
    let mut texts = vec![(way.instruction(&name, [&destination, &data], true), true)];
    if global != "csub_u32" {
        texts.push((way.instruction(&name, ["", &data], true), false));
    }
    texts
}

fn value(words: &[u32], bytes: usize) -> u64 {
    u64::from(words[0]) | if bytes == 8 { u64::from(words[1]) << 32 } else { 0 }
}

#[test]
fn every_atomic_of_every_memory_changes_it_and_returns_what_was_there() {
    let input = Input::new();
    for way in Way::ALL.into_iter().filter(|way| !matches!(way, Way::Scratch | Way::FlatScratch)) {
        let all: Vec<_> =
            ATOMICS.into_iter().flat_map(|case| texts(way, case).into_iter().map(move |text| (case, text))).collect();
        let list: Vec<String> = all.iter().map(|(_, (text, _))| text.clone()).collect();
        let outputs = run(&format!("atomics-{way:?}"), way, &list, &input);
        assert_eq!(outputs.len(), all.len());
        assert!(all.len() > 50, "{way:?} has {} atomics", all.len());
        for ((case, (text, returns)), output) in all.iter().zip(outputs) {
            let (_, _, bytes, _, operation) = *case;
            let mut image = input.image.clone();
            for lane in 0..32 {
                let at = input.at(lane, true);
                let mut registers = if way == Way::Buffer { input.data[lane] } else { [BEFORE; 4] };
                if EXEC >> lane & 1 != 0 {
                    let word =
                        |index: usize| u32::from_le_bytes(input.image[at + 4 * index..][..4].try_into().unwrap());
                    let old = value(&[word(0), word(1)], bytes);
                    let a = value(&input.data[lane], bytes);
                    let b = value(&input.data[lane][bytes / 4..], bytes);
                    image[at..at + bytes].copy_from_slice(&operation(old, a, b).to_le_bytes()[..bytes]);
                    if *returns {
                        registers[0] = word(0);
                        registers[bytes / 4 - 1] = word(bytes / 4 - 1);
                    }
                }
                assert_eq!(output.registers[lane], registers, "{text} in lane {lane}");
            }
            let wrong = (0..image.len()).find(|&at| image[at] != output.image[at]);
            assert_eq!(wrong, None, "{text} leaves another byte");
        }
    }
}

/// Lane after lane: each finds what the lower one left.
#[test]
fn atomics_of_one_address_happen_in_the_order_of_lanes() {
    let input = Input::new();
    let texts = [
        "v_mov_b32_e32 v2, 0\nglobal_atomic_add_u32 v10, v2, v14, s[4:5] offset:64 glc".into(),
        "v_mov_b32_e32 v3, 0\nglobal_atomic_swap_b32 v10, v3, v14, s[4:5] offset:64 glc".into(),
    ];
    let outputs = run("one-address", Way::Global, &texts, &input);
    let word = |bytes: &[u8]| u32::from_le_bytes(bytes[64..68].try_into().unwrap());
    let (mut sum, mut last) = (word(&input.image), word(&input.image));
    for lane in (0..32).filter(|lane| EXEC >> lane & 1 != 0) {
        assert_eq!(outputs[0].registers[lane][0], sum);
        assert_eq!(outputs[1].registers[lane][0], last);
        (sum, last) = (sum.wrapping_add(input.data[lane][0]), input.data[lane][0]);
    }
    assert_eq!((word(&outputs[0].image), word(&outputs[1].image)), (sum, last));
}

/// The wave adds its active lanes once.
#[test]
fn append_and_consume_count_active_lanes() {
    let input = Input::new();
    let texts = ["s_mov_b32 m0, 16\nds_append v10 offset:8".into(), "s_mov_b32 m0, 16\nds_consume v10 offset:8".into()];
    let outputs = run("append", Way::Lds, &texts, &input);
    let word = |bytes: &[u8]| u32::from_le_bytes(bytes[24..28].try_into().unwrap());
    let (old, count) = (word(&input.image), EXEC.count_ones());
    for lane in 0..32 {
        let expected = if EXEC >> lane & 1 != 0 { old } else { BEFORE };
        assert_eq!([outputs[0].registers[lane][0], outputs[1].registers[lane][0]], [expected; 2]);
    }
    assert_eq!(word(&outputs[0].image), old.wrapping_add(count));
    assert_eq!(word(&outputs[1].image), old.wrapping_sub(count));
}
