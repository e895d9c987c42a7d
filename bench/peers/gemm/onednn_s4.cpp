// oneDNN's weights decompression for onednn_s4.py: a matmul with s4 weights for each expert of one GEMM.
// Memory is USM of oneDNN's own: the packaged CPU engine runs on SYCL. Every function returns 0, or 1 with onednn_error().
#include <cstdint>
#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include <oneapi/dnnl/dnnl.hpp>
#include <oneapi/dnnl/dnnl_sycl.h>

namespace {

using dnnl::memory;
using Type = memory::data_type;
using Tag = memory::format_tag;

constexpr int SCALES = DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS;
constexpr std::uint8_t NAN_BYTE = 0xff;  // bf16 0xffff is a NaN

struct Expert {
  memory weights;  // s4 [k, n], stored [n][k]
  memory scales;   // bf16 [k / groupSize, n]
  memory input;    // bf16 [rows, k]
  memory output;   // bf16 [rows, n]
};

struct Gemm {
  std::int64_t n, k, groupSize;
  dnnl::engine engine;
  dnnl::stream stream;
  dnnl::matmul multiply;
  std::vector<Expert> experts;
};

std::unique_ptr<Gemm> gemm;
std::string lastError;

memory allocate(const memory::desc& shape) {
  dnnl_memory_t made = nullptr;
  const auto status = dnnl_sycl_interop_memory_create(
      &made, shape.get(), gemm->engine.get(), dnnl_sycl_interop_usm, DNNL_MEMORY_ALLOCATE);
  dnnl::error::wrap_c_api(status, "could not allocate memory");
  return memory(made);
}

void fill(const memory& target, const void* source) {
  std::memcpy(target.get_data_handle(), source, target.get_desc().get_size());
}

memory::desc weightShape() { return {{gemm->k, gemm->n}, Type::s4, Tag::ba}; }

memory::desc scaleShape() { return {{gemm->k / gemm->groupSize, gemm->n}, Type::bf16, Tag::ab}; }

dnnl::matmul makeMatmul(const memory::desc& input, const memory::desc& output) {
  dnnl::primitive_attr attributes;
  // Integer weights are decoded to bf16, and multiplied as such.
  attributes.set_fpmath_mode(dnnl::fpmath_mode::bf16, true);
  const int perGroupAndColumn = 3;
  attributes.set_scales(DNNL_ARG_WEIGHTS, perGroupAndColumn, {gemm->groupSize, 1}, Type::bf16);
  return dnnl::matmul({gemm->engine, input, weightShape(), output, attributes});
}

template <typename Work>
int guarded(Work work) {
  try {
    work();
    return 0;
  } catch (const std::exception& error) {
    lastError = error.what();
    return 1;
  }
}

}  // namespace

extern "C" {

const char* onednn_error() { return lastError.c_str(); }

int onednn_open(std::int64_t experts, std::int64_t n, std::int64_t k, std::int64_t groupSize) {
  return guarded([=] {
    dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    gemm = std::make_unique<Gemm>(Gemm{n, k, groupSize, engine, dnnl::stream(engine), {}, {}});
    gemm->experts.resize(static_cast<std::size_t>(experts));
  });
}

int onednn_weights(std::int64_t expert, const void* codes, const void* scales) {
  return guarded([=] {
    Expert& target = gemm->experts.at(static_cast<std::size_t>(expert));
    target.weights = allocate(weightShape());
    target.scales = allocate(scaleShape());
    fill(target.weights, codes);
    fill(target.scales, scales);
  });
}

int onednn_prepare(std::int64_t rows, const std::uint16_t* activations) {
  return guarded([=] {
    const memory::desc input({rows, gemm->k}, Type::bf16, Tag::ab);
    const memory::desc output({rows, gemm->n}, Type::bf16, Tag::ab);
    gemm->multiply = makeMatmul(input, output);
    const std::uint16_t* source = activations;
    for (Expert& expert : gemm->experts) {
      expert.input = allocate(input);
      expert.output = allocate(output);
      fill(expert.input, source);
      std::memset(expert.output.get_data_handle(), NAN_BYTE, output.get_size());
      source += rows * gemm->k;
    }
  });
}

int onednn_run() {
  return guarded([] {
    for (const Expert& expert : gemm->experts) {
      gemm->multiply.execute(gemm->stream, {{DNNL_ARG_SRC, expert.input},
                                            {DNNL_ARG_WEIGHTS, expert.weights},
                                            {SCALES, expert.scales},
                                            {DNNL_ARG_DST, expert.output}});
    }
    gemm->stream.wait();
  });
}

int onednn_output(std::int64_t expert, void* result) {
  return guarded([=] {
    const memory& output = gemm->experts.at(static_cast<std::size_t>(expert)).output;
    std::memcpy(result, output.get_data_handle(), output.get_desc().get_size());
  });
}

}  // extern "C"
