// The two activation types: how four bits become a number of that type, exactly, and how results are rounded.
#pragma once

#include "prelude.cuh"

namespace moe {

struct Bf16 {
    /// 128 in both halves; OR-ing a nibble n gives 128 + n.
    static constexpr u32 MAGIC = 0x43004300;
    /// -(128 + z) for a zero point z in the low bits; 8 where none is stored.
    static constexpr u32 OFFSET = 0xC300C300;

    static __device__ __forceinline__ u32 add(u32 a, u32 b) { return addBf16x2(a, b); }
    static __device__ __forceinline__ u32 mul(u32 a, u32 b) { return mulBf16x2(a, b); }
    static __device__ __forceinline__ u32 pack(float low, float high) { return packBf16x2(low, high); }
};

struct F16 {
    /// 1024 in both halves; OR-ing a nibble n gives 1024 + n.
    static constexpr u32 MAGIC = 0x64006400;
    /// -(1024 + z).
    static constexpr u32 OFFSET = 0xE400E400;

    static __device__ __forceinline__ u32 add(u32 a, u32 b) { return addF16x2(a, b); }
    static __device__ __forceinline__ u32 mul(u32 a, u32 b) { return mulF16x2(a, b); }
    static __device__ __forceinline__ u32 pack(float low, float high) { return packF16x2(low, high); }
};

/// One 16-bit entry of a pair of entries, in both halves.
__device__ __forceinline__ u32 duplicate(u32 pair, int which) { return __byte_perm(pair, 0, which ? 0x3232 : 0x1010); }

/// (nibbles of pair `index` + offset) * scale; exact but for the one rounding of the product.
template <class Element>
__device__ __forceinline__ u32 decodePair(u32 word, int index, u32 offset, u32 scale) {
    const u32 shifted = word >> (4 * index);
    return Element::mul(Element::add(maskedOr<0x000F000F>(shifted, Element::MAGIC), offset), scale);
}

/// A thread's part of a fragment of 16 x 16 from its word. In the halves of `scales`, and of `offsets` where there are zero
/// points, are the entries of rows `lane / 4` and 8 more.
template <class Element, bool Zeros>
__device__ __forceinline__ void decodeFragment(u32 word, u32 offsets, u32 scales, u32 (&fragment)[4]) {
#pragma unroll
    for (int pair = 0; pair < 4; ++pair) {
        const u32 offset = Zeros ? duplicate(offsets, pair % 2) : Element::OFFSET | 0x00080008;
        fragment[pair] = decodePair<Element>(word, pair, offset, duplicate(scales, pair % 2));
    }
}

/// One of four words, which a compiler knows where `index` is a constant.
__device__ __forceinline__ u32 wordOf(const uint4& words, int index) {
    return index == 0 ? words.x : index == 1 ? words.y : index == 2 ? words.z : words.w;
}

}  // namespace moe
