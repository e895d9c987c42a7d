//! Operations on the host's f32 whose results are exact, or a NaN where [`super::soft`] has to decide.

/// A number that orders all values that are no NaN, -0 before +0.
#[inline(always)]
fn key(value: f32) -> i32 {
    let bits = value.to_bits() as i32;
    bits ^ ((bits >> 31) as u32 >> 1) as i32
}

#[inline(always)]
pub(in crate::execute) fn min(a: f32, b: f32) -> f32 {
    let smaller = if key(a) < key(b) { a } else { b };
    if a.is_nan() | b.is_nan() { f32::NAN } else { smaller }
}

#[inline(always)]
pub(in crate::execute) fn max(a: f32, b: f32) -> f32 {
    let larger = if key(a) > key(b) { a } else { b };
    if a.is_nan() | b.is_nan() { f32::NAN } else { larger }
}

#[inline(always)]
pub(super) fn med3(a: f32, b: f32, c: f32) -> f32 {
    let largest = max(max(a, b), c);
    let median = if largest == a {
        max(b, c)
    } else if largest == b {
        max(a, c)
    } else {
        max(a, b)
    };
    if largest.is_nan() { f32::NAN } else { median }
}

/// `a * b + c`, rounded once. The standard library's function by itself would be a call for each lane.
#[inline(always)]
pub(super) fn fma(a: f32, b: f32, c: f32) -> f32 {
    a.mul_add(b, c)
}

/// A product in which 0 times anything is +0.
#[inline(always)]
pub(in crate::execute) fn mul_dx9_zero(a: f32, b: f32) -> f32 {
    if a == 0.0 || b == 0.0 { 0.0 } else { a * b }
}

/// `a * b + c`, and `c` where a factor is 0.
#[inline(always)]
pub(super) fn fma_dx9_zero(a: f32, b: f32, c: f32) -> f32 {
    if a == 0.0 || b == 0.0 { c } else { a.mul_add(b, c) }
}

#[inline(always)]
pub(super) fn fract(a: f32) -> f32 {
    let part = a - a.floor();
    if part >= 1.0 { f32::from_bits(0x3f7f_ffff) } else { part }
}

/// `a * 2^power`: exact in f64, then rounded once.
#[inline(always)]
pub(super) fn ldexp(a: f32, power: i32) -> f32 {
    let power = power.clamp(-400, 400);
    (f64::from(a) * f64::from_bits(((power + 1023) as u64) << 52)) as f32
}

/// Without the denormals that the approximating unit does not know.
#[inline(always)]
pub(super) fn flush(a: f32) -> f32 {
    let zero = f32::from_bits(a.to_bits() & 0x8000_0000);
    if a.to_bits() & 0x7f80_0000 == 0 { zero } else { a }
}
