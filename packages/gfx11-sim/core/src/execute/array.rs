//! Arrays made element by element, as in the standard library, but compiled with the vector instructions of the caller:
//! the standard library's are functions of their own, which are not.

/// `[value(0), value(1), …]`.
#[inline(always)]
pub(in crate::execute) fn from_fn<T: Copy + Default, const N: usize>(mut value: impl FnMut(usize) -> T) -> [T; N] {
    let mut out = [T::default(); N];
    for (index, place) in out.iter_mut().enumerate() {
        *place = value(index);
    }
    out
}

/// Arrays by their elements.
pub(in crate::execute) trait Each<T, const N: usize> {
    /// The value of each element.
    fn each<U: Copy + Default>(&self, value: impl Fn(T) -> U) -> [U; N];
}

impl<T: Copy, const N: usize> Each<T, N> for [T; N] {
    #[inline(always)]
    fn each<U: Copy + Default>(&self, value: impl Fn(T) -> U) -> [U; N] {
        from_fn(|index| value(self[index]))
    }
}
