// Sampling of made-up prompts, timed.
#include "sample/sampling_speed.h"

#include <algorithm>
#include <array>
#include <memory>
#include <numeric>
#include <vector>

#include "base/machine.h"
#include "base/thread_pool.h"
#include "sample/engine.h"

namespace scribe {
namespace {

constexpr SamplerOptions kSampler = {.temperature = 0.8, .top_p = 0.95, .top_k = 0};

/// Ids spread over the vocabulary; tools/llama_cpp_peer.cc begins with the same.
std::vector<TokenId> spread_prompt(std::int64_t length, std::int64_t vocabulary) {
  std::vector<TokenId> prompt;
  for (std::int64_t i = 0; i < length; ++i)
    prompt.push_back(static_cast<TokenId>((i * 7919 + 13) % vocabulary));
  return prompt;
}

/// Seconds and tokens at the end of the first and of the last step so far.
struct StepTimes {
  double first_seconds = 0;
  double last_seconds = 0;
  std::int64_t first_tokens = 0;
  std::int64_t last_tokens = 0;

  void add(double seconds, std::int64_t tokens) {
    if (first_tokens == 0) {
      first_seconds = seconds;
      first_tokens = tokens;
    }
    last_seconds = seconds;
    last_tokens = tokens;
  }
  double tokens_per_second() const {
    if (last_tokens == first_tokens) return 0;
    return static_cast<double>(last_tokens - first_tokens) / (last_seconds - first_seconds);
  }
};

Status check(const SamplingCase& measured, const ModelConfig& config) {
  const std::int64_t n = measured.n;
  const std::int64_t prompt = measured.prompt;
  const std::int64_t length = measured.length;
  if (n < 1 || n > 65536)
    return error(ErrorCode::invalid_argument, "n is {}, expected 1 to 65536", n);
  if (length < 3)
    return error(ErrorCode::invalid_argument,
                 "length is {}, expected 3 or more: the speed of steps is measured between the "
                 "second token and the last",
                 length);
  if (prompt < 1 || prompt > config.context - length)
    return error(ErrorCode::invalid_argument,
                 "a prompt of {} and {} new tokens, but the model has {} positions", prompt, length,
                 config.context);
  return {};
}

/// Numbers that a step multiplies a row with: all but tables of which it takes a line.
std::int64_t multiplying_weights(const ModelConfig& config) {
  const std::int64_t positions = config.learned_positions ? config.context : 0;
  const std::int64_t tokens = config.tied_head ? 0 : config.vocabulary_size;
  return parameter_count(config) - (positions + tokens) * config.width;
}

double bytes_of_a_weight(WeightFormat format) {
  switch (format) {
    case WeightFormat::f32:
      return 4;
    case WeightFormat::f16:
      return 2;
    case WeightFormat::int8:
      return 1;
  }
  SCRIBE_UNREACHABLE();
}

/// A sum that the compiler computes in vectors: reading memory must be all that takes time.
float sum_of(const float* values, std::int64_t count) {
  std::array<float, 32> sums{};
  for (std::int64_t i = 0; i + std::ssize(sums) <= count; i += std::ssize(sums))
    for (std::size_t lane = 0; lane < sums.size(); ++lane)
      sums[lane] += values[i + static_cast<std::int64_t>(lane)];
  return std::accumulate(sums.begin(), sums.end(), 0.0F);
}

}  // namespace

DecodeCost decode_cost(const ModelConfig& config, const SamplingCase& measured,
                       WeightFormat format) {
  // Steps 2 to length - 1 are timed; they append to 1 to length - 2 tokens and see their own.
  const double own = 0.5 * static_cast<double>(measured.length + 1);
  const double visible = static_cast<double>(measured.prompt) + own;
  const auto n = static_cast<double>(measured.n);
  const auto weights = static_cast<double>(multiplying_weights(config));
  const double layers = config.layers;
  DecodeCost cost;
  cost.flop_per_token = 2 * weights + 4 * layers * config.width * visible;
  const double key_numbers = 2 * layers * static_cast<double>(config.key_width());  // And values.
  const double own_bytes = format == WeightFormat::f32 ? 4 : 2;
  cost.bytes_per_step =
      bytes_of_a_weight(format) * weights +
      key_numbers * (4 * static_cast<double>(measured.prompt) + n * own * own_bytes);
  return cost;
}

Result<SamplingSpeed> measure_sampling(Env& env, const StopToken& stop, Backend& backend,
                                       const DecoderWeights& weights, const Tokenizer& tokenizer,
                                       const SamplingCase& measured, int threads, int rounds) {
  SCRIBE_TRY(check(measured, weights.parameters().config()));
  SampleTask task{.task_id = "bench",
                  .prompt = spread_prompt(measured.prompt, tokenizer.vocabulary_size()),
                  .indices = std::vector<std::int64_t>(static_cast<std::size_t>(measured.n))};
  std::iota(task.indices.begin(), task.indices.end(), 0);
  GenerateOptions options;
  options.sampler = kSampler;
  options.sampler.top_logprobs = measured.logprobs;
  options.logprobs = measured.logprobs > 0;
  options.max_tokens = measured.length;
  options.stop = {};
  options.rows_max = measured.n;
  options.threads = threads;
  options.weights = weights.format();
  SamplingSpeed best;
  std::optional<EnergyMeter> energy = EnergyMeter::open(env);
  for (int round = 0; round < rounds; ++round) {
    StepTimes steps;
    const GenerateEvents events{
        .finished = [](const SampleRecord&) { return Status(); },
        .stepped = [&](std::int64_t tokens) { steps.add(env.monotonic_seconds(), tokens); }};
    if (energy) SCRIBE_TRY(energy->joules());
    const double start = env.monotonic_seconds();
    SCRIBE_TRY_ASSIGN(const GenerateTotals totals,
                      generate(backend, weights, tokenizer, {&task, 1}, options, events, stop));
    const double seconds = env.monotonic_seconds() - start;
    if (stop.requested()) return error(ErrorCode::interrupted, "stopped in round {}", round + 1);
    const auto tokens = static_cast<double>(totals.tokens);
    best.decode_tokens_per_second =
        std::max(best.decode_tokens_per_second, steps.tokens_per_second());
    if (tokens / seconds < best.tokens_per_second) continue;
    best.tokens_per_second = tokens / seconds;
    if (!energy) continue;
    SCRIBE_TRY_ASSIGN(const double joules, energy->joules());
    best.joules_per_token = joules / tokens;
  }
  return best;
}

Result<PromptSpeed> measure_prompt(Env& env, Backend& backend, const DecoderWeights& weights,
                                   std::int64_t prompt, int rounds) {
  constexpr int kDraws = 100;
  if (prompt < 1 || prompt > weights.parameters().config().context)
    return error(ErrorCode::invalid_argument,
                 "a prompt of {} tokens, but the model has {} positions", prompt,
                 weights.parameters().config().context);
  const std::int64_t vocabulary = weights.parameters().config().vocabulary_size;
  const std::vector<TokenId> tokens = spread_prompt(prompt, vocabulary);
  std::vector<float> logits(static_cast<std::size_t>(vocabulary));
  Decoder decoder(backend, weights, {.weights = weights.format()});
  Sampler sampler;
  PromptSpeed best;
  for (int round = 0; round < rounds; ++round) {
    const double start = env.monotonic_seconds();
    decoder.prefill(tokens, logits);
    const double filled = env.monotonic_seconds();
    for (int draw = 0; draw < kDraws; ++draw)
      if (!sampler.draw(logits, kSampler, draw_bits(1, 1, round, draw)))
        return error(ErrorCode::invalid_data,
                     "the model's logits are not finite; its training diverged or the checkpoint "
                     "is damaged");
    const double drawn = (env.monotonic_seconds() - filled) / kDraws;
    best.prefill_tokens_per_second =
        std::max(best.prefill_tokens_per_second, static_cast<double>(prompt) / (filled - start));
    best.sampler_seconds = round == 0 ? drawn : std::min(best.sampler_seconds, drawn);
  }
  return best;
}

double read_bytes_per_second(Env& env, Backend& backend, int threads) {
  constexpr std::int64_t kFloats = std::int64_t{128} << 20;
  constexpr std::int64_t kFloatsPerTask = std::int64_t{1} << 20;
  constexpr int kTries = 32;  // Some hundredths of a second each; the best counts.
  const std::unique_ptr<Buffer> block = backend.allocate(kFloats);
  backend.fill(block->span(), 1.0F);  // Memory that was never written is one page of zeros.
  double best = 0;
  std::vector<float> copy;
  const auto first = block->span().first(1);
  if (backend.in_host_memory(first, copy).data() != first.data()) {
    // Memory of a device's own: by an operation that reads it once and waits.
    for (int time = 0; time < kTries; ++time) {
      const double start = env.monotonic_seconds();
      backend.sum_of_squares(block->span());
      best = std::max(
          best, static_cast<double>(kFloats) * sizeof(float) / (env.monotonic_seconds() - start));
    }
    return best;
  }
  ThreadPool pool(threads);
  std::vector<float> sums(kFloats / kFloatsPerTask);
  for (int time = 0; time < kTries; ++time) {
    const double start = env.monotonic_seconds();
    pool.run(std::ssize(sums), [&](std::int64_t task, int) {
      sums[static_cast<std::size_t>(task)] =
          sum_of(block->data() + task * kFloatsPerTask, kFloatsPerTask);
    });
    const double seconds = env.monotonic_seconds() - start;
    best = std::max(best, static_cast<double>(kFloats) * sizeof(float) / seconds);
  }
  SCRIBE_CHECK(sums.front() == static_cast<float>(kFloatsPerTask), "a sum of ones: {}",
               sums.front());
  return best;
}

}  // namespace scribe
