// The instructions of wgmma_ptx.cuh on a machine without a GPU, in warps: all that one gives to another stays in a warp.
#pragma once

namespace moe {

inline void multiplyFence() {}

/// An element of the operand in shared memory, from its row's place in the 128-byte swizzle.
inline float operandElement(u64 descriptor, u32 row, u32 k, bool bf16) {
    const u32 address = static_cast<u32>(descriptor & 0x3FFF) * 16 + row / 8 * (static_cast<u32>(descriptor >> 32 & 0x3FFF) * 16) +
                        row % 8 * 128 + 2 * k;
    u16 bits;
    std::memcpy(&bits, moe_host::shared_at(address ^ (address >> 3 & 0x70), 2), 2);
    return bf16 ? bf16ToFloat(bits) : f16ToFloat(bits);
}

/// Entries of the running lane: rows `lane / 4` and 8 below, of every eight tokens columns `2 * (lane % 4)` and the next.
inline void multiplyOwnRows(const moe_host::Multiplication& own, const moe_host::Lanes<const u32*>& fragments) {
    const u32 lane = moe_host::lane();
    for (u32 upper = 0; upper < 2; ++upper) {
        float weights[16];
        for (u32 k = 0; k < 16; ++k) {
            const u32* const fragment = fragments.at[lane / 4 * 4 + k % 8 / 2];
            const u32 bits = fragment[upper + k / 8 * 2] >> k % 2 * 16 & 0xFFFF;
            weights[k] = own.bf16 ? bf16ToFloat(bits) : f16ToFloat(bits);
        }
        for (u32 token = lane % 4 * 2; token < own.n; token += token % 2 ? 7 : 1) {
            float& sum = own.sums[token / 8 * 4 + upper * 2 + token % 2];
            for (u32 k = 0; k < 16; ++k) sum += weights[k] * operandElement(own.descriptor, token, k, own.bf16);
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
