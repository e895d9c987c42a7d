//! Tensors as the memory of a device has them.

pub fn bytes16(values: &[u16]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// Of `u32` or `i32`.
pub fn bytes32<T: Copy + Into<i64>>(values: &[T]) -> Vec<u8> {
    values.iter().flat_map(|&value| (value.into() as u32).to_le_bytes()).collect()
}

pub fn values16(bytes: &[u8]) -> Vec<u16> {
    bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect()
}
