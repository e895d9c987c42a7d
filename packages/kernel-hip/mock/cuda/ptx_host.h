// The instructions of ptx.cuh on a machine without a GPU.
#pragma once

#include <bit>
#include <cmath>
#include <cstring>

#include "own_work.h"

namespace moe {

inline u32 sharedAddress(const void* pointer) { return moe_host::shared_address(pointer); }

/// 64 bits of shared memory, as an mbarrier.
struct HostBarrier {
    int bytes;
    u32 phase : 1;
    u32 expected : 15;
    u32 missing : 16;

    static HostBarrier& at(u32 address) { return *reinterpret_cast<HostBarrier*>(moe_host::shared_at(address, 8)); }
    void complete() {
        if (missing != 0 || bytes != 0) return;
        phase ^= 1;
        missing = expected;
        moe_host::advance();
    }
    void arrive() {
        if (missing == 0) moe_host::fail("more arrivals at an mbarrier than it counts");
        --missing;
        complete();
    }
    void transferred(u32 count) {
        bytes -= static_cast<int>(count);
        complete();
    }
};

inline void barrierInit(u32 barrier, u32 arrivals) {
    HostBarrier& at = HostBarrier::at(barrier);
    at.bytes = 0;
    at.phase = 0;
    at.expected = at.missing = arrivals;
}
inline void fenceBarrierInit() {}
inline void barrierArrive(u32 barrier) { HostBarrier::at(barrier).arrive(); }
inline void barrierExpect(u32 barrier, u32 bytes) {
    HostBarrier::at(barrier).bytes += static_cast<int>(bytes);
    HostBarrier::at(barrier).arrive();
}
inline bool barrierTest(u32 barrier, u32 parity) { return HostBarrier::at(barrier).phase != parity; }
inline bool barrierTry(u32 barrier, u32 parity) {
    if (!barrierTest(barrier, parity)) moe_host::yield();
    return barrierTest(barrier, parity);
}
inline void barrierWait(u32 barrier, u32 parity) {
    while (!barrierTry(barrier, parity)) {
    }
}

inline void prefetchL2(const void*) {}

inline void copyAsync16(u32 shared, const void* global, u32 bytes) {
    char* const to = moe_host::shared_at(shared, 16);
    const auto copy = [=] {
        std::memset(to, 0, 16);
        std::memcpy(to, global, bytes);
    };
    if (moe_host::happens_now())
        copy();
    else
        moe_host::own_work().copies.push_back(copy);
}
inline void copyAsyncArrive(u32 barrier) {
    auto copies = std::move(moe_host::own_work().copies);
    moe_host::own_work().copies.clear();
    moe_host::asynchronously([copies, barrier] {
        for (const auto& copy : copies) copy();
        barrierArrive(barrier);
    });
}
inline void copyAsyncWait() {
    for (const auto& copy : moe_host::own_work().copies) copy();
    moe_host::own_work().copies.clear();
}
inline void copyBulk(u32 shared, const void* global, u32 bytes, u32 barrier) {
    if (bytes % 16 != 0 || shared % 16 != 0 || reinterpret_cast<u64>(global) % 16 != 0)
        moe_host::fail("a bulk copy that is not aligned to 16 bytes");
    char* const to = moe_host::shared_at(shared, bytes);
    moe_host::asynchronously([=] {
        std::memcpy(to, global, bytes);
        HostBarrier::at(barrier).transferred(bytes);
    });
}
inline void fenceAsyncProxy() {}

inline void waitForPreviousKernel() {}
inline void allowNextKernel() {}
template <u32 Count>
void registersRaise() {}
template <u32 Count>
void registersLower() {}

inline u32 transpose8x8(u32 pair) {
    const auto rows = moe_host::exchange(pair);
    const u32 lane = moe_host::lane(), column = lane / 4;
    const auto entry = [&](u32 row) { return rows.at[4 * row + column / 2] >> column % 2 * 16 & 0xFFFF; };
    return entry(lane % 4 * 2) | entry(lane % 4 * 2 + 1) << 16;
}

inline uint4 loadShared16(u32 address) {
    uint4 v;
    std::memcpy(&v, moe_host::shared_at(address, 16), 16);
    return v;
}
inline uint2 loadShared8(u32 address) {
    uint2 v;
    std::memcpy(&v, moe_host::shared_at(address, 8), 8);
    return v;
}

template <size_t Words>
void storeWordsIf(bool store, void* to, const u32 (&words)[Words]) {
    if (store) std::memcpy(to, words, sizeof(words));
}

inline float bf16ToFloat(u32 bits) { return std::bit_cast<float>(bits << 16); }
inline float f16ToFloat(u32 bits) { return static_cast<float>(std::bit_cast<_Float16>(static_cast<u16>(bits))); }
inline u32 bf16FromFloat(float value) {
    const u32 bits = std::bit_cast<u32>(value);
    return value != value ? 0x7FFF : (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
}
inline u32 f16FromFloat(float value) { return std::bit_cast<u16>(static_cast<_Float16>(value)); }

// Of two 16-bit values, the f32 result is exact wherever the kernels use these: rounding it once is right.
#define MOE_PAIRS(NAME, TYPE, OPERATOR)                                                                              \
    inline u32 NAME(u32 a, u32 b) {                                                                                    \
        const u32 low = TYPE##FromFloat(TYPE##ToFloat(a & 0xFFFF) OPERATOR TYPE##ToFloat(b & 0xFFFF));                 \
        return low | TYPE##FromFloat(TYPE##ToFloat(a >> 16) OPERATOR TYPE##ToFloat(b >> 16)) << 16;                    \
    }
MOE_PAIRS(addBf16x2, bf16, +)
MOE_PAIRS(mulBf16x2, bf16, *)
MOE_PAIRS(addF16x2, f16, +)
MOE_PAIRS(mulF16x2, f16, *)
inline u32 packBf16x2(float low, float high) { return bf16FromFloat(low) | bf16FromFloat(high) << 16; }
inline u32 packF16x2(float low, float high) { return f16FromFloat(low) | f16FromFloat(high) << 16; }
inline float flushed(float x) { return std::abs(x) < 0x1p-126f ? 0 : x; }
inline float exp2Fast(float x) { return flushed(std::exp2(x)); }
inline float reciprocalFast(float x) { return flushed(1 / x); }

template <u32 Mask>
u32 maskedOr(u32 value, u32 bits) {
    return (value & Mask) | bits;
}

inline void keep(float&) {}
inline void keep(int&) {}

}  // namespace moe
