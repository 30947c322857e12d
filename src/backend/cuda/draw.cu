// Draws tokens: thresholds and picks by descending into integer sums, digit by digit, without sort.
#include "backend/cuda/kernels.h"
#include "backend/cuda/reduce.h"
#include "backend/token_weights.h"

// Compiled without contraction of products and sums: the host has the same bits.
namespace scribe::cuda {
namespace {

using Weight = std::uint64_t;

constexpr int kThreads = 256;
constexpr int kDigitBits = 4;
constexpr int kBins = 1 << kDigitBits;
constexpr int kChunk = 2048;  // exponentials that are added up while the next are computed
constexpr int kSumLanes = static_cast<int>(kExponentialSumLanes);

/// A block's shared memory.
struct Shared {
  // Of each digit, the weight that each thread has seen; before that, two chunks of exponentials.
  Weight bins[kBins * kThreads];
  Weight totals[kBins];               // of the digits
  Weight of_warps[kThreads / kWarp];  // for block_sum() and block_max()
  double lanes[kSumLanes];
};
static_assert(sizeof(Shared::bins) >= 2 * kChunk * sizeof(float));

/// The logits of a block's row as ranks and weights.
struct Candidates {
  const float* logits;
  int count;
  float max;
  float factor;  ///< of the exponents

  /// Smaller for larger logits, the same for equal ones.
  __device__ __forceinline__ std::uint32_t rank(int token) const {
    const float logit = logits[token];
    const auto bits = std::bit_cast<std::uint32_t>(logit == 0 ? 0.0F : logit);  // -0 equals 0
    return (bits >> 31) != 0 ? bits : ~bits & 0x7fffffffU;
  }
  __device__ __forceinline__ Weight weight(int token) const {
    return token_weight(exp2_nonpositive((logits[token] - max) * factor));
  }
};

/// An order gives tokens places of bits() bits. Those with places of [from, until) are among the
/// tokens [begin(from), end(until)). Here places are ranks.
struct ByRank {
  Candidates candidates;

  __device__ __forceinline__ int bits() const { return 32; }
  __device__ __forceinline__ std::uint32_t place(int token) const { return candidates.rank(token); }
  __device__ __forceinline__ int begin(std::uint64_t) const { return 0; }
  __device__ __forceinline__ int end(std::uint64_t) const { return candidates.count; }
};

/// Tokens are their own places.
struct ById {
  int count;

  __device__ __forceinline__ int bits() const {
    int bits = kDigitBits;
    while ((count - 1) >> bits != 0) bits += kDigitBits;
    return bits;
  }
  __device__ __forceinline__ std::uint32_t place(int token) const {
    return static_cast<std::uint32_t>(token);
  }
  __device__ __forceinline__ int begin(std::uint64_t from) const { return static_cast<int>(from); }
  __device__ __forceinline__ int end(std::uint64_t until) const {
    return until < static_cast<std::uint64_t>(count) ? static_cast<int>(until) : count;
  }
};

/// The totals of the threads' bins, for every thread. Between the barriers the bins may be read.
__device__ __forceinline__ void add_bins(Shared& shared) {
  constexpr int kThreadsPerBin = kThreads / kBins;
  const int thread = static_cast<int>(threadIdx.x);
  const Weight* const bin = shared.bins + thread / kThreadsPerBin * kThreads;
  __syncthreads();
  Weight sum = 0;
  for (int i = thread % kThreadsPerBin; i < kThreads; i += kThreadsPerBin) sum += bin[i];
  for (int mask = kThreadsPerBin / 2; mask > 0; mask /= 2)
    sum += __shfl_xor_sync(kAllLanes, sum, mask);
  if (thread % kThreadsPerBin == 0) shared.totals[thread / kThreadsPerBin] = sum;
  __syncthreads();
}

struct Crossing {
  std::uint32_t place = 0;
  Weight passed = 0;  ///< the weight of all lower places
};

/// The lowest place up to which the tokens weigh `need`: not more than all of them do.
template <typename Order, typename WeightOf>
__device__ Crossing find_crossing(Shared& shared, const Order& order, const WeightOf& weight_of,
                                  Weight need) {
  const int thread = static_cast<int>(threadIdx.x);
  Crossing found;
  for (int shift = order.bits() - kDigitBits; shift >= 0; shift -= kDigitBits) {
    for (int bin = 0; bin < kBins; ++bin) shared.bins[bin * kThreads + thread] = 0;
    const auto from = static_cast<std::uint64_t>(found.place) << kDigitBits << shift;
    const int end = order.end(from + (std::uint64_t{kBins} << shift));
    for (int token = order.begin(from) + thread; token < end; token += kThreads) {
      const std::uint32_t digits = order.place(token) >> shift;
      if (digits >> kDigitBits == found.place)
        shared.bins[digits % kBins * kThreads + thread] += weight_of(token);
    }
    add_bins(shared);
    std::uint32_t digit = 0;
    while (digit + 1 < kBins && found.passed + shared.totals[digit] < need)
      found.passed += shared.totals[digit++];
    found.place = found.place << kDigitBits | digit;
  }
  return found;
}

/// A run from the top of the ranking.
struct Run {
  std::uint32_t rank = ~0U;  ///< of the last token
  int token = 0x7fffffff;    ///< the last one itself

  __device__ __forceinline__ bool has(const Candidates& candidates, int other) const {
    const std::uint32_t its_rank = candidates.rank(other);
    return its_rank < rank || (its_rank == rank && other <= token);
  }
};

/// The shortest run that weighs `need`.
template <typename WeightOf>
__device__ Run shortest_run(Shared& shared, const Candidates& candidates, const WeightOf& weight_of,
                            Weight need) {
  const Crossing rank = find_crossing(shared, ByRank{candidates}, weight_of, need);
  const auto tied = [&](int token) {
    return candidates.rank(token) == rank.place ? weight_of(token) : 0;
  };
  const Crossing id = find_crossing(shared, ById{candidates.count}, tied, need - rank.passed);
  return {rank.place, static_cast<int>(id.place)};
}

template <typename WeightOf>
__device__ Weight total_of(Shared& shared, int count, const WeightOf& weight_of) {
  Weight own = 0;
  for (int token = static_cast<int>(threadIdx.x); token < count; token += kThreads)
    own += weight_of(token);
  return block_sum(own, shared.of_warps);
}

__device__ float largest(Shared& shared, const float* logits, int count) {
  float own = -INFINITY;
  for (int i = static_cast<int>(threadIdx.x); i < count; i += kThreads)
    own = logits[i] > own ? logits[i] : own;  // NaN apart
  return block_max(own, reinterpret_cast<float*>(shared.of_warps));
}

/// In the host's order: eight threads add up what all have computed, while the others go on to the
/// next chunk.
__device__ double sum_of_exp(Shared& shared, const float* logits, int count, float max) {
  const int thread = static_cast<int>(threadIdx.x);
  auto* const chunks = reinterpret_cast<float*>(shared.bins);
  double own = 0;
  for (int begin = 0; begin < count; begin += kChunk) {
    float* const chunk = chunks + begin / kChunk % 2 * kChunk;
    for (int i = thread; i < kChunk; i += kThreads)
      chunk[i] = begin + i < count ? exp2_nonpositive((logits[begin + i] - max) * kLog2E) : 0.0F;
    __syncthreads();  // The other chunk is no longer read by now, either.
    if (thread < kSumLanes)
      for (int i = thread; i < kChunk; i += kSumLanes) own += static_cast<double>(chunk[i]);
  }
  if (thread < kSumLanes) shared.lanes[thread] = own;
  __syncthreads();
  double sum = 0;
  for (int lane = 0; lane < kSumLanes; ++lane) sum += shared.lanes[lane];
  return sum;
}

__device__ int draw(Shared& shared, const Candidates& candidates, const DrawPlan& plan) {
  const ById by_id{candidates.count};
  if (plan.inverse_temperature == 0) {
    const auto is_largest = [&](int token) -> Weight {
      return candidates.logits[token] == candidates.max ? 1 : 0;
    };
    return static_cast<int>(find_crossing(shared, by_id, is_largest, 1).place);
  }
  Run run;
  if (plan.top_k > 0 && plan.top_k < candidates.count) {
    const auto one = [](int) -> Weight { return 1; };
    run = shortest_run(shared, candidates, one, static_cast<Weight>(plan.top_k));
  }
  const auto weight = [&](int token) -> Weight {
    return run.has(candidates, token) ? candidates.weight(token) : 0;
  };
  if (plan.top_p < 1) {
    const Weight total = total_of(shared, candidates.count, weight);
    run = shortest_run(shared, candidates, weight, nucleus_weight(plan.top_p, total));
  }
  const auto heavy = [&](int token) -> Weight {
    const Weight its_weight = weight(token);
    return its_weight < plan.weight_min ? 0 : its_weight;
  };
  const Weight total = total_of(shared, candidates.count, heavy);
  return static_cast<int>(
      find_crossing(shared, by_id, heavy, scaled_bits(plan.bits, total) + 1).place);
}

// A block per drawn token; all threads do the same things to different tokens of the vocabulary.
__global__ void __launch_bounds__(kThreads)
    draw_kernel(Rows<const float> logits, int count, const DrawPlan* plans, DrawResult* drawn) {
  Shared& shared = *dynamic_shared<Shared>();
  const DrawPlan plan = plans[blockIdx.x];
  const float* const row = logits.row(plan.row);
  const float max = largest(shared, row, count);
  DrawResult result;
  result.token = -1;
  result.max = max;
  if (isfinite(max)) result.sum_of_exp = sum_of_exp(shared, row, count, max);
  if (isfinite(max) && isfinite(result.sum_of_exp)) {
    result.token = draw(shared, {row, count, max, plan.inverse_temperature * kLog2E}, plan);
    result.logit = row[result.token];
  }
  if (threadIdx.x == 0) drawn[blockIdx.x] = result;
}

}  // namespace

void draw_tokens(Stream stream, Rows<const float> logits, Size cols, const DrawPlan* plans,
                 Size count, DrawResult* drawn) {
  if (count == 0) return;
  launch(draw_kernel, {static_cast<unsigned>(count)}, kThreads, sizeof(Shared), stream, logits,
         static_cast<int>(cols), plans, drawn);
}

}  // namespace scribe::cuda
