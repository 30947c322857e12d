// What determines a run's result, as one flat JSON object that is compared on resuming.
#include "train/run_options.h"

#include "base/hash.h"
#include "train/loop.h"

namespace scribe {
namespace {

constexpr std::int64_t kBatchMax = 1'000'000;

}  // namespace

void add_model_options(Json& options, const ModelConfig& config) {
  options["family"] = name_of(config.family);
  options["layers"] = config.layers;
  options["width"] = config.width;
  options["heads"] = config.heads;
  options["kv_heads"] = config.key_heads();
  options["inner_width"] = config.inner();
  options["context"] = config.context;
  options["vocabulary_size"] = config.vocabulary_size;
}

void add_optimizer_options(Json& options, const OptimizerOptions& optimizer,
                           const LearningRateSchedule& schedule) {
  options["steps"] = schedule.steps;
  options["learning_rate"] = schedule.peak;
  options["schedule"] = name_of(schedule.shape);
  options["min_ratio"] = schedule.min_ratio;
  options["warmup_steps"] = schedule.warmup_steps;
  options["beta1"] = optimizer.beta1;
  options["beta2"] = optimizer.beta2;
  options["epsilon"] = optimizer.epsilon;
  options["weight_decay"] = optimizer.weight_decay;
  options["clip"] = optimizer.clip;
  if (optimizer.storage != WeightStorage::f32) options["parameters"] = name_of(optimizer.storage);
}

void add_batch_options(Json& options, BatchSize batch) {
  options["batch_size"] = batch.examples;
  options["micro_batch"] = batch.micro;
}

std::string fingerprint_text(std::uint64_t hash) {
  return fmt::format("{:016x}", hash);
}

Result<std::string> file_fingerprint(Env& env, const std::string& path) {
  SCRIBE_TRY_ASSIGN(const std::unique_ptr<MappedFile> file, env.map_file(path));
  const std::span<const std::byte> bytes = file->bytes();
  return fingerprint_text(hash64({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
}

Status validate(BatchSize batch) {
  if (batch.examples < 1 || batch.examples > kBatchMax)
    return error(ErrorCode::invalid_argument, "batch size is {}, expected 1 to {}", batch.examples,
                 kBatchMax);
  if (batch.micro < 1 || batch.micro > batch.examples)
    return error(ErrorCode::invalid_argument, "micro-batch is {}, expected 1 to the batch size {}",
                 batch.micro, batch.examples);
  return {};
}

}  // namespace scribe
