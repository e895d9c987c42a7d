// The instructions of wgmma_ptx.cuh on a machine without a GPU, in warps: all that one gives to another stays in a warp.
#pragma once

namespace moe {

inline void multiplyFence() {}

constexpr u32 STEP_K = 16;

inline void toFloats(const u16 (&bits)[8], bool bf16, float* to) {
    for (u32 i = 0; i < 8; ++i) to[i] = bf16 ? bf16ToFloat(bits[i]) : f16ToFloat(bits[i]);
}

/// A row of the operand in shared memory, from its place in the 128-byte swizzle.
inline void operandRow(u64 descriptor, u32 row, bool bf16, float (&values)[STEP_K]) {
    const u32 start = static_cast<u32>(descriptor & 0x3FFF) * 16, eightRows = static_cast<u32>(descriptor >> 32 & 0x3FFF) * 16;
    for (u32 half = 0; half < 2; ++half) {
        const u32 address = start + row / 8 * eightRows + row % 8 * 128 + 16 * half;
        u16 bits[8];
        std::memcpy(bits, moe_host::shared_at(address ^ (address >> 3 & 0x70), 16), 16);
        toFloats(bits, bf16, values + 8 * half);
    }
}

/// Rows `lane / 4` and 8 below of the fragment, whose pairs are with the four lanes of the quad.
inline void fragmentRows(const moe_host::Lanes<const u32*>& fragments, bool bf16, float (&rows)[2][STEP_K]) {
    const u32 quad = moe_host::lane() / 4 * 4;
    for (u32 upper = 0; upper < 2; ++upper)
        for (u32 k = 0; k < STEP_K; ++k) {
            const u32 bits = fragments.at[quad + k % 8 / 2][upper + k / 8 * 2] >> k % 2 * 16 & 0xFFFF;
            rows[upper][k] = bf16 ? bf16ToFloat(bits) : f16ToFloat(bits);
        }
}

/// Entries of the running lane: its two rows, of every eight tokens `2 * (lane % 4)` and the next.
inline void multiplyOwnRows(const moe_host::Multiplication& own, const moe_host::Lanes<const u32*>& fragments) {
    float weights[2][STEP_K], values[STEP_K];
    fragmentRows(fragments, own.bf16, weights);
    for (u32 eight = 0; eight < own.n / 8; ++eight)
        for (u32 odd = 0; odd < 2; ++odd) {
            operandRow(own.descriptor, 8 * eight + moe_host::lane() % 4 * 2 + odd, own.bf16, values);
            for (u32 upper = 0; upper < 2; ++upper) {
                float& sum = own.sums[4 * eight + 2 * upper + odd];
                for (u32 k = 0; k < STEP_K; ++k) sum += weights[upper][k] * values[k];
            }
        }
}

/// One after the other, by all lanes of the warp together.
inline void multiplyNow(const std::vector<moe_host::Multiplication>& group) {
    const auto counts = moe_host::exchange(static_cast<u32>(group.size()));
    for (const u32 count : counts.at)
        if (count != group.size()) moe_host::fail("lanes of a warp that multiply a different number of times");
    for (const auto& own : group) multiplyOwnRows(own, moe_host::exchange(own.fragment));
    // Nobody writes a fragment that another lane still reads.
    __syncwarp();
}

inline void multiplyCommit() {
    auto& work = moe_host::own_work();
    work.groups.push_back(std::move(work.issued));
    work.issued.clear();
    // One lane decides for all.
    if (__shfl_sync(~0u, moe_host::happens_now(), 0)) {
        multiplyNow(work.groups.back());
        work.groups.back().clear();
    }
}

template <int Pending>
void multiplyWait() {
    auto& groups = moe_host::own_work().groups;
    while (groups.size() > Pending) {
        multiplyNow(groups.front());
        groups.pop_front();
    }
}

template <class Element, int N>
struct Multiply {
    static void run(float (&d)[N / 2], const u32 (&a)[4], u64 b) {
        moe_host::own_work().issued.push_back({d, a, b, N, Element::MAGIC == 0x43004300});
    }
};

}  // namespace moe
