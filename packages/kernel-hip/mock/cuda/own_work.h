// Asynchronous work that the thread that asked for it waits for: 16-byte copies and multiplications of a warpgroup.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

namespace moe_host {

/// One wgmma of a thread: its registers, and the other operand's descriptor.
struct Multiplication {
    float* sums;
    const uint32_t* fragment;
    uint64_t descriptor;
    /// Tokens.
    uint32_t n;
    bool bf16;
};

struct OwnWork {
    /// Copies that no arrival or group has taken yet.
    std::vector<std::function<void()>> copies;
    /// Groups of copies in flight.
    std::deque<std::vector<std::function<void()>>> copyGroups;
    /// Multiplications that no group has taken yet.
    std::vector<Multiplication> issued;
    /// Groups of multiplications in flight.
    std::deque<std::vector<Multiplication>> groups;
};

}  // namespace moe_host
