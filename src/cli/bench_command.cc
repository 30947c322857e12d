// `scribe bench`: how fast this machine samples, trains and encodes, and how much of it that uses.
#include <fmt/format.h>

#include <memory>

#include "base/json.h"
#include "base/progress.h"
#include "checkpoint/checkpoint.h"
#include "cli/model_options.h"
#include "sample/sampling_speed.h"
#include "tokenizer/encoding_speed.h"
#include "train/training_trial.h"

namespace scribe::cli {
namespace {

const std::vector<std::string> kWeightFormats = {"f32", "f16", "int8"};

struct BenchSampleCommand {
  std::string model;
  std::vector<std::int64_t> n = {1, 8, 33, 100};
  std::int64_t prompt = 200;
  std::vector<std::int64_t> lengths = {8, 96};
  std::string weights = "f32";
  std::string device = "cpu";
  int threads = 0;
  int rounds = 3;
  std::int32_t logprobs = 0;
  bool json = false;
};

/// What this machine gives.
struct Roof {
  double flop_per_second = 0;
  double bytes_per_second = 0;
};

struct SamplingPoint {
  SamplingCase measured;
  SamplingSpeed speed;
  DecodeCost cost;
  double share_of_flop = 0;       ///< of decoding, in what the machine gives
  double share_of_bandwidth = 0;  ///< the same of reading memory
};

SamplingPoint point_of(const DecoderWeights& weights, const SamplingCase& measured,
                       const SamplingSpeed& speed, const Roof& roof) {
  const DecodeCost cost = decode_cost(weights.parameters().config(), measured, weights.format());
  const double tokens = speed.decode_tokens_per_second;
  const double steps = tokens / static_cast<double>(measured.n);
  return {.measured = measured,
          .speed = speed,
          .cost = cost,
          .share_of_flop = tokens * cost.flop_per_token / roof.flop_per_second,
          .share_of_bandwidth = steps * cost.bytes_per_step / roof.bytes_per_second};
}

Json to_json(const SamplingPoint& point) {
  Json json{{"n", point.measured.n},
            {"prompt", point.measured.prompt},
            {"length", point.measured.length},
            {"tokens_per_second", point.speed.tokens_per_second},
            {"decode_tokens_per_second", point.speed.decode_tokens_per_second},
            {"flop_per_token", point.cost.flop_per_token},
            {"bytes_per_step", point.cost.bytes_per_step},
            {"share_of_flop", point.share_of_flop},
            {"share_of_bandwidth", point.share_of_bandwidth}};
  if (point.speed.joules_per_token > 0) json["joules_per_token"] = point.speed.joules_per_token;
  return json;
}

void print_point(const SamplingPoint& point) {
  fmt::print("{:>6}{:>8}{:>12.1f}{:>12.1f}{:>11.1f} %{:>11.1f} %", point.measured.n,
             point.measured.length, point.speed.tokens_per_second,
             point.speed.decode_tokens_per_second, 100 * point.share_of_flop,
             100 * point.share_of_bandwidth);
  if (point.speed.joules_per_token > 0) fmt::print("{:>10.3f} J", point.speed.joules_per_token);
  fmt::print("\n");
  std::fflush(stdout);  // The next line may take a minute.
}

Result<Json> sample_points(Context& context, const BenchSampleCommand& bench, Backend& backend,
                           const DecoderWeights& weights, const Tokenizer& tokenizer,
                           const Roof& roof) {
  Json points = Json::array();
  for (const std::int64_t n : bench.n)
    for (const std::int64_t length : bench.lengths) {
      const SamplingCase measured{
          .n = n, .prompt = bench.prompt, .length = length, .logprobs = bench.logprobs};
      SCRIBE_TRY_ASSIGN(const SamplingSpeed speed,
                        measure_sampling(context.env, context.stop, backend, weights, tokenizer,
                                         measured, bench.threads, bench.rounds));
      const SamplingPoint point = point_of(weights, measured, speed, roof);
      points.push_back(to_json(point));
      if (!bench.json) print_point(point);
    }
  return points;
}

void print_sample_head(const BenchSampleCommand& bench, const ModelConfig& config, const Roof& roof,
                       const PromptSpeed& prompt) {
  fmt::print("{}: {} parameters as {}\n", bench.model,
             format_count(static_cast<double>(parameter_count(config))), bench.weights);
  fmt::print("this machine multiplies {:.1f} GFLOP/s and reads {:.1f} GB/s\n",
             roof.flop_per_second * 1e-9, roof.bytes_per_second * 1e-9);
  fmt::print("a prompt of {} tokens: {:.1f} tokens/s; a draw: {:.1f} µs\n", bench.prompt,
             prompt.prefill_tokens_per_second, prompt.sampler_seconds * 1e6);
  fmt::print("{:>6}{:>8}{:>12}{:>12}{:>13}{:>13}\n", "n", "length", "tokens/s", "in steps",
             "of FLOP/s", "of reading");
}

Result<int> run_bench_sample(Context& context, const BenchSampleCommand& bench) {
  SCRIBE_TRY_ASSIGN(const DeviceChoice device, device_named(bench.device));
  SCRIBE_TRY_ASSIGN(const std::unique_ptr<Backend> backend, make_backend(device, bench.threads));
  SCRIBE_TRY_ASSIGN(const Checkpoint checkpoint,
                    load_checkpoint(context.env, bench.model, *backend));
  const Roof roof{.flop_per_second = backend->peak_flop_per_second(),
                  .bytes_per_second = read_bytes_per_second(context.env, *backend, bench.threads)};
  SCRIBE_TRY_ASSIGN(const WeightFormat format, weight_format_named(bench.weights));
  const DecoderWeights weights(*backend, checkpoint.parameters, format);
  SCRIBE_TRY_ASSIGN(const PromptSpeed prompt,
                    measure_prompt(context.env, *backend, weights, bench.prompt, bench.rounds));
  if (!bench.json) print_sample_head(bench, checkpoint.config, roof, prompt);
  SCRIBE_TRY_ASSIGN(const Json points,
                    sample_points(context, bench, *backend, weights, checkpoint.tokenizer, roof));
  if (bench.json)
    fmt::print("{}",
               to_json_pretty({{"parameters", parameter_count(checkpoint.config)},
                               {"weights", bench.weights},
                               {"peak_flop_per_second", roof.flop_per_second},
                               {"peak_bytes_per_second", roof.bytes_per_second},
                               {"prefill_tokens_per_second", prompt.prefill_tokens_per_second},
                               {"sampler_microseconds", prompt.sampler_seconds * 1e6},
                               {"points", points}}));
  return kExitDone;
}

void add_bench_sample_command(CLI::App& app, Context& context) {
  CLI::App& command = *app.add_subcommand(
      "sample", "Tokens per second of n samples of one prompt, beside what the machine could do");
  const auto bench = std::make_shared<BenchSampleCommand>();
  command.add_option("--model", bench->model, "Checkpoint directory")->required();
  command.add_option("--n", bench->n, "Samples drawn at once")
      ->delimiter(',')
      ->capture_default_str();
  command.add_option("--prompt", bench->prompt, "Tokens of the prompt")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--length", bench->lengths, "New tokens of each sample")
      ->delimiter(',')
      ->capture_default_str();
  command.add_option("--weights", bench->weights, "How weights are held in memory")
      ->check(CLI::IsMember(kWeightFormats))
      ->capture_default_str();
  command
      .add_option("--logprobs", bench->logprobs,
                  "Record each token's log-probability and so many of the most likely ones")
      ->check(CLI::Range(0, 20))
      ->capture_default_str();
  add_device_option(command, bench->device);
  command.add_option("--threads", bench->threads, "0 is one per core")->check(CLI::Range(0, 1024));
  command.add_option("--rounds", bench->rounds, "Each is repeated; the fastest counts")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command.add_flag("--json", bench->json, "Print JSON");
  set_example(command, "scribe bench sample --model gpt --n 1,100 --prompt 200 --length 8,96");
  command.callback([&context, bench] {
    context.action = [&context, bench] { return run_bench_sample(context, *bench); };
  });
}

struct BenchTrainCommand {
  ModelOptions model;
  std::int32_t vocabulary_size = 50257;
  std::int64_t batch = 4;
  std::string recompute = "none";
  std::string parameters = "f32";
  std::string device = "cpu";
  int threads = 0;
  double seconds = 5;
  bool json = false;
};

void print_training(const ModelConfig& model, const TrainingSpeed& speed) {
  fmt::print("{} parameters: {:.1f} tokens/s, {:.1f} GFLOP/s",
             format_count(static_cast<double>(parameter_count(model))), speed.tokens_per_second,
             speed.flop_per_second * 1e-9);
  if (speed.peak_flop_per_second > 0)
    fmt::print(", {:.1f} % of this machine's {:.1f}",
               100 * speed.flop_per_second / speed.peak_flop_per_second,
               speed.peak_flop_per_second * 1e-9);
  fmt::print("; {:.0f} MiB\n", speed.resident_bytes_max / (1 << 20));
}

Result<int> run_bench_train(const BenchTrainCommand& bench) {
  SCRIBE_TRY_ASSIGN(ModelConfig model, resolve_model(bench.model));
  model.vocabulary_size = bench.vocabulary_size;
  SCRIBE_TRY_ASSIGN(const Recompute recompute, recompute_named(bench.recompute));
  SCRIBE_TRY_ASSIGN(const WeightStorage storage, weight_storage_named(bench.parameters));
  SCRIBE_TRY_ASSIGN(const DeviceChoice device, device_named(bench.device));
  SCRIBE_TRY_ASSIGN(const std::unique_ptr<Backend> backend, make_backend(device, bench.threads));
  SCRIBE_TRY_ASSIGN(const TrainingSpeed speed, measure_training(*backend, model, bench.batch,
                                                                recompute, storage, bench.seconds));
  if (bench.json)
    fmt::print("{}",
               to_json_pretty({{"parameters", parameter_count(model)},
                               {"tokens_per_second", speed.tokens_per_second},
                               {"flop_per_token", training_flop_per_token(model, model.context)},
                               {"flop_per_second", speed.flop_per_second},
                               {"peak_flop_per_second", speed.peak_flop_per_second},
                               {"memory_mib", speed.resident_bytes_max / (1 << 20)}}));
  else
    print_training(model, speed);
  return kExitDone;
}

void add_bench_train_command(CLI::App& app, Context& context) {
  CLI::App& command = *app.add_subcommand(
      "train",
      "Tokens per second of training steps on made-up text, beside what the machine "
      "could do, and their memory");
  const auto bench = std::make_shared<BenchTrainCommand>();
  add_model_options(command, bench->model);
  command.add_option("--vocabulary-size", bench->vocabulary_size, "Ids of the tokenizer")
      ->capture_default_str();
  command.add_option("--batch-size", bench->batch, "Windows per step, computed at once")
      ->capture_default_str();
  command.add_option("--parameters", bench->parameters, "As for `train`: f32 or bf16")
      ->capture_default_str();
  command.add_option("--recompute", bench->recompute, "As for `train`: none, attention or block")
      ->capture_default_str();
  add_device_option(command, bench->device);
  command.add_option("--threads", bench->threads, "0 is one per core")->check(CLI::Range(0, 1024));
  command.add_option("--seconds", bench->seconds, "How long; the fastest step counts")
      ->check(CLI::Range(0.0, 3600.0))
      ->capture_default_str();
  command.add_flag("--json", bench->json, "Print JSON");
  set_example(command, "scribe bench train --preset 85M --vocabulary-size 50257 --batch-size 4");
  command.callback(
      [&context, bench] { context.action = [bench] { return run_bench_train(*bench); }; });
}

struct BenchTokenizerCommand {
  std::string tokenizer = "tokenizer.json";
  std::vector<std::string> inputs;
  int threads = 1;
  int rounds = 5;
  bool json = false;
};

Result<int> run_bench_tokenizer(Context& context, const BenchTokenizerCommand& bench) {
  constexpr std::int64_t kFileBytesMax = std::int64_t{1} << 31;
  std::vector<std::string> texts;
  for (const std::string& path : bench.inputs) {
    SCRIBE_TRY_ASSIGN(std::string text, read_text_file(context.env, path, kFileBytesMax));
    texts.push_back(std::move(text));
  }
  SCRIBE_TRY_ASSIGN(const EncodingSpeed speed, measure_encoding(context.env, bench.tokenizer, texts,
                                                                bench.threads, bench.rounds));
  if (bench.json)
    fmt::print("{}", to_json_pretty({{"bytes", speed.bytes},
                                     {"tokens", speed.tokens},
                                     {"cold_bytes_per_second", speed.cold_bytes_per_second},
                                     {"warm_bytes_per_second", speed.warm_bytes_per_second}}));
  else
    fmt::print("{:.1f} MB, {} tokens: {:.1f} MB/s, with full caches {:.1f} MB/s\n",
               static_cast<double>(speed.bytes) * 1e-6, speed.tokens,
               speed.cold_bytes_per_second * 1e-6, speed.warm_bytes_per_second * 1e-6);
  return kExitDone;
}

void add_bench_tokenizer_command(CLI::App& app, Context& context) {
  CLI::App& command = *app.add_subcommand(
      "tokenizer", "Bytes per second that are encoded, by a fresh tokenizer and with full caches");
  const auto bench = std::make_shared<BenchTokenizerCommand>();
  command
      .add_option("--tokenizer", bench->tokenizer,
                  "tokenizer.json, .tiktoken file, or checkpoint directory")
      ->capture_default_str();
  command.add_option("FILE", bench->inputs, "Texts; threads share them file by file; .gz too")
      ->required();
  command.add_option("--threads", bench->threads, "0 is one per core")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command.add_option("--rounds", bench->rounds, "Each is repeated; the fastest counts")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command.add_flag("--json", bench->json, "Print JSON");
  set_example(command, "scribe bench tokenizer --tokenizer runs/base src/*.py");
  command.callback([&context, bench] {
    context.action = [&context, bench] { return run_bench_tokenizer(context, *bench); };
  });
}

}  // namespace

void add_bench_command(CLI::App& app, Context& context) {
  CLI::App& command = *app.add_subcommand(
      "bench", "Measure how fast this machine samples, trains, dedupes, encodes");
  command.require_subcommand(1);
  set_example(command, "scribe bench sample --model gpt --n 100");
  add_bench_sample_command(command, context);
  add_bench_train_command(command, context);
  add_bench_near_dedupe_command(command, context);
  add_bench_tokenizer_command(command, context);
}

}  // namespace scribe::cli
