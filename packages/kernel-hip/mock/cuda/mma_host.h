// The instructions of mma_ptx.cuh on a machine without a GPU.
#pragma once

namespace moe {

inline void copyCommit() {
    auto& work = moe_host::own_work();
    work.copyGroups.push_back(std::move(work.copies));
    work.copies.clear();
}

template <int Pending>
void copyWait() {
    auto& groups = moe_host::own_work().copyGroups;
    for (; groups.size() > Pending; groups.pop_front())
        for (const auto& copy : groups.front()) copy();
}

template <int Threads>
void syncThreads() {
    moe_host::sync_threads(Threads);
}


/// `first` is the lane that gives the address of the matrix's first row.
inline u32 matrixPair(const moe_host::Lanes<u32>& addresses, u32 first) {
    const u32 lane = moe_host::lane();
    const u32 address = addresses.at[first + lane / 4];
    if (address % 16 != 0) moe_host::fail("a matrix row that is not aligned to 16 bytes");
    u32 pair;
    std::memcpy(&pair, moe_host::shared_at(address, 16) + 4 * (lane % 4), 4);
    return pair;
}

inline void loadMatrices(u32 address, u32 (&only)[2]) {
    const auto addresses = moe_host::exchange(address);
    for (u32 matrix = 0; matrix < 2; ++matrix) only[matrix] = matrixPair(addresses, 8 * matrix);
}
inline void loadMatrices(u32 address, u32 (&first)[2], u32 (&second)[2]) {
    const auto addresses = moe_host::exchange(address);
    for (u32 matrix = 0; matrix < 2; ++matrix) {
        first[matrix] = matrixPair(addresses, 8 * matrix);
        second[matrix] = matrixPair(addresses, 16 + 8 * matrix);
    }
}

/// Operands of a lane.
struct HostOperands {
    u32 weights[4], tokens[2];
};

template <class Element>
void multiplyAdd(float* d, const u32 (&weights)[4], const u32 (&tokens)[2]) {
    const auto all = moe_host::exchange(
        HostOperands{{weights[0], weights[1], weights[2], weights[3]}, {tokens[0], tokens[1]}});
    const auto number = [](u32 pair, u32 which) {
        const u32 bits = pair >> 16 * which & 0xFFFF;
        return Element::MAGIC == 0x43004300 ? bf16ToFloat(bits) : f16ToFloat(bits);
    };
    const u32 lane = moe_host::lane();
    for (u32 i = 0; i < 4; ++i)
        for (u32 k = 0; k < 16; ++k) {
            const u32 weight = all.at[lane / 4 * 4 + k % 8 / 2].weights[i / 2 + k / 8 * 2];
            const u32 token = all.at[(lane % 4 * 2 + i % 2) * 4 + k % 8 / 2].tokens[k / 8];
            d[i] += number(weight, k % 2) * number(token, k % 2);
        }
}

}  // namespace moe
