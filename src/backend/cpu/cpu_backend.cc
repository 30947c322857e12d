// Element-wise and row-wise operations, and the choice of kernels.
#include "backend/cpu/cpu_backend.h"

#include <asm/prctl.h>
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "backend/cpu/parallel.h"
#include "backend/operation_checks.h"

namespace scribe {
namespace {

// Chunks of these sizes take some ten microseconds: long against starting them, short against the
// end of a loop, when a thread may wait for another.
constexpr std::int64_t kRowsPerChunk = 32;
constexpr std::int64_t kFloatsPerChunk = std::int64_t{1} << 14;
constexpr std::int64_t kColsPerChunk = 64;

std::size_t index(std::int64_t value) {
  return static_cast<std::size_t>(value);
}
std::int64_t length(std::span<const float> values) {
  return static_cast<std::int64_t>(values.size());
}

const Kernels& kernels_of(InstructionSet set) {
  return set == InstructionSet::avx2 ? avx2_kernels() : avx512_kernels();
}

/// Tiles are part of a process only after it has asked for them: Linux, Documentation/arch/x86/
/// xstate.rst.
bool has_tiles() {
  static const bool has = [] {
    constexpr unsigned kTileData = 18;
    constexpr unsigned kBf16 = 1U << 22, kTile = 1U << 24, kInt8 = 1U << 25;
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
    return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0 &&
           (~edx & (kBf16 | kTile | kInt8)) == 0 &&
           ::syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, kTileData) == 0;
  }();
  return has;
}

/// A row of the table as floats.
void copy_row(const Kernels& kernels, const Weight& table, std::int64_t row, float* to) {
  if (table.bf16 != nullptr)
    kernels.widen_bf16(table.bf16 + row * table.stride, to, table.cols);
  else
    std::copy_n(table.data + row * table.stride, table.cols, to);
}

AdamWConstants constants_of(const AdamWStep& step) {
  const double m_correction = 1 - std::pow(step.beta1, static_cast<double>(step.step));
  const double v_correction = 1 - std::pow(step.beta2, static_cast<double>(step.step));
  return {.gradient_scale = static_cast<float>(step.gradient_scale),
          .beta1 = static_cast<float>(step.beta1),
          .one_minus_beta1 = static_cast<float>(1 - step.beta1),
          .beta2 = static_cast<float>(step.beta2),
          .one_minus_beta2 = static_cast<float>(1 - step.beta2),
          .m_step = static_cast<float>(step.learning_rate / m_correction),
          .inverse_v_correction = static_cast<float>(1 / v_correction),
          .epsilon = static_cast<float>(step.epsilon),
          .decay = static_cast<float>(step.learning_rate * step.weight_decay)};
}

}  // namespace

bool has_instruction_set(InstructionSet set) {
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                    __builtin_cpu_supports("f16c");
  if (set == InstructionSet::avx2) return avx2;
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") &&
                      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512bw");
  if (set == InstructionSet::avx512) return avx512;
  return avx512 && __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bf16") &&
         has_tiles();
}

const Int8Kernels& int8_kernels_of(InstructionSet set) {
  if (set == InstructionSet::amx) return amx_int8_kernels();
  const bool has_vnni = set == InstructionSet::avx512 && __builtin_cpu_supports("avx512vnni");
  return has_vnni ? vnni_int8_kernels() : avx2_int8_kernels();
}

InstructionSet best_instruction_set() {
  for (const InstructionSet set : {InstructionSet::amx, InstructionSet::avx512})
    if (has_instruction_set(set)) return set;
  return InstructionSet::avx2;
}

bool has_bf16_products() {
  return has_instruction_set(InstructionSet::avx512) && __builtin_cpu_supports("avx512bf16");
}

Result<std::unique_ptr<Backend>> make_cpu_backend(InstructionSet set, int threads,
                                                  Precision precision) {
  if (!has_instruction_set(set))
    return error(ErrorCode::unsupported,
                 "device 'cpu' needs a processor with {}, which this one lacks: use 'reference'",
                 set == InstructionSet::amx      ? "AMX (TILE, BF16, INT8) and AVX-512"
                 : set == InstructionSet::avx512 ? "AVX-512 (F, VL, DQ, BW)"
                                                 : "AVX2 and FMA");
  if (precision == Precision::bf16 && (set == InstructionSet::avx2 || !has_bf16_products()))
    return error(ErrorCode::unsupported,
                 "device 'cpu,bf16' needs a processor with AVX-512 BF16, which this one lacks: use "
                 "'cpu'");
  SCRIBE_CHECK(precision != Precision::tf32, "the cpu multiplies f32 or bf16");
  return std::unique_ptr<Backend>(std::make_unique<CpuBackend>(set, threads, precision));
}

CpuBackend::CpuBackend(InstructionSet set, int threads, Precision precision)
    : kernels_(kernels_of(set)),
      product_kernels_(precision != Precision::bf16 ? kernels_.product
                       : set == InstructionSet::amx ? amx_bf16_kernels()
                                                    : avx512_bf16_kernels()),
      pool_(threads),
      products_(product_kernels_, pool_),
      prepared_products_(kernels_, product_kernels_, int8_kernels_of(set), pool_),
      arenas_(index(pool_.thread_count())) {}

double CpuBackend::peak_flop_per_second() {
  constexpr std::int64_t kRounds = 1 << 20;  // Some three milliseconds.
  constexpr int kTries = 8;                  // The best counts: noise only slows down.
  // A thread that has just woken may wait for its core while another takes its share: such a try
  // says nothing of the peak, and another follows.
  constexpr int kTriesMax = 64;
  std::vector<double> done(index(pool_.thread_count()));
  std::vector<int> done_by(done.size());
  double best = 0;
  for (int tried = 0, shared = 0; tried < kTriesMax && shared < kTries; ++tried) {
    const auto start = std::chrono::steady_clock::now();
    pool_.run(std::ssize(done), [&](std::int64_t task, int thread) {
      float sink = 0;
      done[index(task)] = product_kernels_.multiply_in_registers(kRounds, &sink);
      done_by[index(task)] = thread;
    });
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    best = std::max(best, std::accumulate(done.begin(), done.end(), 0.0) / seconds.count());
    std::ranges::sort(done_by);
    if (std::ranges::adjacent_find(done_by) == done_by.end()) ++shared;
  }
  return best;
}

void CpuBackend::fill(std::span<float> values, float value) {
  for_each_chunk(pool_, length(values), 8 * kFloatsPerChunk,
                 [&](std::int64_t begin, std::int64_t end, std::int64_t) {
                   std::fill(values.data() + begin, values.data() + end, value);
                 });
}

void CpuBackend::copy(ConstMatrix from, Matrix to) {
  check_copy(from, to);
  for_each_chunk(pool_, from.rows, kRowsPerChunk,
                 [&](std::int64_t begin, std::int64_t end, std::int64_t) {
                   for (std::int64_t m = begin; m < end; ++m)
                     std::copy_n(from.row(m), from.cols, to.row(m));
                 });
}

void CpuBackend::embed(std::span<const std::int32_t> tokens,
                       std::span<const std::int32_t> positions, Weight token_table,
                       Weight position_table, Matrix out) {
  check_embed(tokens, positions, token_table, position_table, out);
  for_each_chunk(
      pool_, out.rows, kRowsPerChunk, [&](std::int64_t begin, std::int64_t end, std::int64_t) {
        std::vector<float> wide(position_table.bf16 == nullptr ? 0 : index(out.cols));
        for (std::int64_t m = begin; m < end; ++m) {
          copy_row(kernels_, token_table, tokens[index(m)], out.row(m));
          if (position_table.empty()) continue;
          const std::int64_t position = positions[index(m)];
          if (position_table.bf16 != nullptr)
            copy_row(kernels_, position_table, position, wide.data());
          const float* const added = position_table.bf16 != nullptr
                                         ? wide.data()
                                         : position_table.data + position * position_table.stride;
          kernels_.add(out.row(m), added, out.row(m), out.cols);
        }
      });
}

// Rows may share a token, so threads own columns.
void CpuBackend::embed_backward(std::span<const std::int32_t> tokens,
                                std::span<const std::int32_t> positions, ConstMatrix d_out,
                                Matrix d_token_table, Matrix d_position_table) {
  check_embed(tokens, positions, d_token_table, d_position_table, d_out);
  for_each_chunk(pool_, d_out.cols, kColsPerChunk,
                 [&](std::int64_t begin, std::int64_t end, std::int64_t) {
                   for (std::int64_t m = 0; m < d_out.rows; ++m) {
                     const float* gradient = d_out.row(m) + begin;
                     float* token = d_token_table.row(tokens[index(m)]) + begin;
                     kernels_.add(token, gradient, token, end - begin);
                     if (d_position_table.data == nullptr) continue;
                     float* position = d_position_table.row(positions[index(m)]) + begin;
                     kernels_.add(position, gradient, position, end - begin);
                   }
                 });
}

void CpuBackend::layer_norm(ConstMatrix x, std::span<const float> weight,
                            std::span<const float> bias, float epsilon, Matrix out,
                            std::span<float> mean, std::span<float> rstd) {
  check_layer_norm(x, weight, bias, out, mean, rstd);
  for_each_chunk(pool_, x.rows, kRowsPerChunk,
                 [&](std::int64_t begin, std::int64_t end, std::int64_t) {
                   for (std::int64_t m = begin; m < end; ++m) {
                     const LayerNormRow row = kernels_.layer_norm(
                         x.row(m), weight.data(), bias.data(), epsilon, out.row(m), x.cols);
                     mean[index(m)] = row.mean;
                     rstd[index(m)] = row.rstd;
                   }
                 });
}

void CpuBackend::layer_norm_backward(ConstMatrix d_out, ConstMatrix x,
                                     std::span<const float> weight, std::span<const float> mean,
                                     std::span<const float> rstd, Matrix d_x,
                                     std::span<float> d_weight, std::span<float> d_bias) {
  check_layer_norm_backward(d_out, x, weight, mean, rstd, d_x, d_weight, d_bias);
  const std::int64_t chunks = (x.rows + kRowsPerChunk - 1) / kRowsPerChunk;
  shared_.reset(chunks * 2 * x.cols);
  float* partial =
      shared_.take(chunks * 2 * x.cols);  // (chunks, 2, cols): weights' and biases' sums
  for_each_chunk(pool_, x.rows, kRowsPerChunk,
                 [&](std::int64_t begin, std::int64_t end, std::int64_t chunk) {
                   float* sums = partial + chunk * 2 * x.cols;
                   std::fill_n(sums, 2 * x.cols, 0.0F);
                   for (std::int64_t m = begin; m < end; ++m)
                     kernels_.layer_norm_backward(d_out.row(m), x.row(m), weight.data(),
                                                  {mean[index(m)], rstd[index(m)]}, d_x.row(m),
                                                  sums, sums + x.cols, x.cols);
                 });
  kernels_.add_column_sums(partial, 2 * x.cols, chunks, x.cols, d_weight.data());
  kernels_.add_column_sums(partial + x.cols, 2 * x.cols, chunks, x.cols, d_bias.data());
}

void CpuBackend::rms_norm(ConstMatrix x, std::span<const float> weight, float epsilon, Matrix out,
                          std::span<float> rstd) {
  check_rms_norm(x, weight, out, rstd);
  for_each_chunk(
      pool_, x.rows, kRowsPerChunk, [&](std::int64_t begin, std::int64_t end, std::int64_t) {
        for (std::int64_t m = begin; m < end; ++m)
          rstd[index(m)] = kernels_.rms_norm(x.row(m), weight.data(), epsilon, out.row(m), x.cols);
      });
}

void CpuBackend::rms_norm_backward(ConstMatrix d_out, ConstMatrix x, std::span<const float> weight,
                                   std::span<const float> rstd, Matrix d_x,
                                   std::span<float> d_weight) {
  check_rms_norm_backward(d_out, x, weight, rstd, d_x, d_weight);
  const std::int64_t chunks = (x.rows + kRowsPerChunk - 1) / kRowsPerChunk;
  shared_.reset(chunks * x.cols);
  float* partial = shared_.take(chunks * x.cols);
  for_each_chunk(pool_, x.rows, kRowsPerChunk,
                 [&](std::int64_t begin, std::int64_t end, std::int64_t chunk) {
                   float* sums = partial + chunk * x.cols;
                   std::fill_n(sums, x.cols, 0.0F);
                   for (std::int64_t m = begin; m < end; ++m)
                     kernels_.rms_norm_backward(d_out.row(m), x.row(m), weight.data(),
                                                rstd[index(m)], d_x.row(m), sums, x.cols);
                 });
  kernels_.add_column_sums(partial, x.cols, chunks, x.cols, d_weight.data());
}

void CpuBackend::linear(ConstMatrix x, Weight weight, std::span<const float> bias,
                        ConstMatrix residual, Matrix out) {
  check_linear(x, weight, bias, residual, out);
  products_.run({x, weight, x.cols, out, bias.empty() ? nullptr : bias.data(), residual});
}

std::unique_ptr<PreparedWeight> CpuBackend::prepare(Weight weight, bool transposed,
                                                    WeightFormat format) {
  check_prepare(weight);
  if (weight.bf16 != nullptr) {
    const auto wide = allocate(weight.rows * weight.cols);
    const Matrix floats(wide->data(), weight.rows, weight.cols);
    for (std::int64_t row = 0; row < weight.rows; ++row)
      copy_row(kernels_, weight, row, floats.row(row));
    return prepare(floats, transposed, format);
  }
  const Operand b(weight);
  const std::int64_t depth = transposed ? weight.cols : weight.rows;
  const std::int64_t cols = transposed ? weight.rows : weight.cols;
  return prepared_products_.prepare(transposed ? b.transposed() : b, depth, cols, format);
}

void CpuBackend::linear(ConstMatrix x, const PreparedWeight& weight, std::span<const float> bias,
                        ConstMatrix residual, Activation activation, Matrix out) {
  check_linear(x, weight, bias, residual, out);
  prepared_products_.run(
      {x, weight, bias.empty() ? nullptr : bias.data(), residual, activation, out});
}

void CpuBackend::linear_backward(ConstMatrix d_out, ConstMatrix x, Weight weight, Matrix d_x,
                                 Matrix d_weight, std::span<float> d_bias) {
  check_linear_backward(d_out, x, weight, d_x, d_weight, d_bias);
  products_.run({Operand(x).transposed(), d_out, x.rows, d_weight, nullptr, d_weight});
  if (!d_bias.empty()) add_bias_gradient(d_out, d_bias);
  products_.run({d_out, Operand(weight).transposed(), d_out.cols, d_x});
}

// Sums of blocks of rows first: reading along rows is several times faster than along columns.
void CpuBackend::add_bias_gradient(ConstMatrix d_out, std::span<float> d_bias) {
  const std::int64_t chunks = (d_out.rows + kRowsPerChunk - 1) / kRowsPerChunk;
  shared_.reset(chunks * d_out.cols);
  float* partial = shared_.take(chunks * d_out.cols);
  for_each_chunk(pool_, d_out.rows, kRowsPerChunk,
                 [&](std::int64_t begin, std::int64_t end, std::int64_t chunk) {
                   float* sums = partial + chunk * d_out.cols;
                   std::fill_n(sums, d_out.cols, 0.0F);
                   for (std::int64_t m = begin; m < end; ++m)
                     kernels_.add(sums, d_out.row(m), sums, d_out.cols);
                 });
  kernels_.add_column_sums(partial, d_out.cols, chunks, d_out.cols, d_bias.data());
}

void CpuBackend::gelu(std::span<const float> x, std::span<float> out) {
  check_gelu(x, out);
  for_each_chunk(pool_, length(x), kFloatsPerChunk,
                 [&](std::int64_t begin, std::int64_t end, std::int64_t) {
                   kernels_.gelu(x.data() + begin, out.data() + begin, end - begin);
                 });
}

void CpuBackend::gelu_backward(std::span<const float> x, std::span<float> d) {
  check_gelu(x, d);
  for_each_chunk(pool_, length(x), kFloatsPerChunk,
                 [&](std::int64_t begin, std::int64_t end, std::int64_t) {
                   kernels_.gelu_backward(x.data() + begin, d.data() + begin, end - begin);
                 });
}

void CpuBackend::swiglu(ConstMatrix gate_up, Matrix out) {
  check_swiglu(gate_up, out);
  for_each_chunk(
      pool_, out.rows, kRowsPerChunk, [&](std::int64_t begin, std::int64_t end, std::int64_t) {
        for (std::int64_t m = begin; m < end; ++m)
          kernels_.swiglu(gate_up.row(m), gate_up.row(m) + out.cols, out.row(m), out.cols);
      });
}

void CpuBackend::swiglu_backward(ConstMatrix gate_up, ConstMatrix d_out, Matrix d_gate_up) {
  check_swiglu(gate_up, d_out);
  check_swiglu(d_gate_up, d_out);
  for_each_chunk(
      pool_, d_out.rows, kRowsPerChunk, [&](std::int64_t begin, std::int64_t end, std::int64_t) {
        for (std::int64_t m = begin; m < end; ++m)
          kernels_.swiglu_backward(gate_up.row(m), gate_up.row(m) + d_out.cols, d_out.row(m),
                                   d_gate_up.row(m), d_gate_up.row(m) + d_out.cols, d_out.cols);
      });
}

void CpuBackend::rotate(const Rotation& rotation, std::span<const std::int32_t> positions,
                        bool inverse, Matrix x) {
  check_rotate(rotation, positions, x);
  const std::int64_t pairs = rotation.cosines.cols;
  const bool neighbours = rotation.pairs == RotaryPairs::neighbours;
  for_each_chunk(
      pool_, x.rows, kRowsPerChunk, [&](std::int64_t begin, std::int64_t end, std::int64_t) {
        for (std::int64_t m = begin; m < end; ++m)
          for (std::int64_t h = 0; h < rotation.heads; ++h) {
            float* a = x.row(m) + h * rotation.head_size;
            kernels_.rotate(rotation.cosines.row(positions[index(m)]),
                            rotation.sines.row(positions[index(m)]), inverse ? -1.0F : 1.0F, a,
                            a + (neighbours ? 1 : pairs), neighbours ? 2 : 1, pairs);
          }
      });
}

double CpuBackend::sum_of_squares(std::span<const float> values) {
  std::vector<double> sums((values.size() + kFloatsPerChunk - 1) / kFloatsPerChunk);
  for_each_chunk(pool_, length(values), kFloatsPerChunk,
                 [&](std::int64_t begin, std::int64_t end, std::int64_t chunk) {
                   sums[index(chunk)] = kernels_.sum_of_squares(values.data() + begin, end - begin);
                 });
  double sum = 0;
  for (const double part : sums) sum += part;
  return sum;
}

void CpuBackend::adamw(std::span<float> parameters, std::span<const float> gradients,
                       std::span<float> m, std::span<float> v, const AdamWStep& step) {
  check_adamw(parameters.size(), gradients, m, v, step);
  const AdamWConstants constants = constants_of(step);
  for_each_chunk(pool_, length(parameters), kFloatsPerChunk,
                 [&](std::int64_t begin, std::int64_t end, std::int64_t) {
                   kernels_.adamw(constants, gradients.data() + begin, parameters.data() + begin,
                                  m.data() + begin, v.data() + begin, end - begin);
                 });
}

void CpuBackend::adamw(std::span<std::uint16_t> parameters, std::span<const float> gradients,
                       std::span<float> m, std::span<float> v, const AdamWStep& step,
                       const RandomRounding& rounding) {
  check_adamw(parameters.size(), gradients, m, v, step);
  const AdamWConstants constants = constants_of(step);
  const std::uint32_t key = rounding.key(step);
  const auto count = static_cast<std::int64_t>(parameters.size());
  pool_.run((count + kFloatsPerChunk - 1) / kFloatsPerChunk, [&](std::int64_t chunk, int thread) {
    const std::int64_t begin = chunk * kFloatsPerChunk;
    const std::int64_t here = std::min(kFloatsPerChunk, count - begin);
    arena(thread).reset(kFloatsPerChunk);
    float* const wide = arena(thread).take(here);
    kernels_.widen_bf16(parameters.data() + begin, wide, here);
    kernels_.adamw(constants, gradients.data() + begin, wide, m.data() + begin, v.data() + begin,
                   here);
    kernels_.round_bf16(wide, key, rounding.index(begin), parameters.data() + begin, here);
  });
}

}  // namespace scribe
