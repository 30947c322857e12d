// Pre-training: a model from token files.
#include "train/train.h"

#include <optional>

#include "base/hash.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/model_config.h"
#include "corpus/token_file.h"
#include "train/run_options.h"
#include "train/token_windows.h"

namespace scribe {
namespace {

constexpr std::int64_t kFingerprintTokens = 1 << 20;

struct Inputs {
  std::string tokenizer_path;
  Tokenizer tokenizer;
  std::uint64_t tokenizer_hash;
  TokenFile tokens;
  std::optional<TokenFile> validation;
  ModelConfig config;
};

Result<TokenFile> open_tokens(Env& env, const std::string& path, std::uint64_t tokenizer_hash,
                              const Tokenizer& tokenizer, const std::string& tokenizer_path) {
  SCRIBE_TRY_ASSIGN(TokenFile file, TokenFile::open(env, path));
  if (file.vocabulary_size() != tokenizer.vocabulary_size())
    return error(ErrorCode::invalid_data,
                 "'{}' was made with a vocabulary of {} tokens, but '{}' has {}; use the tokenizer "
                 "that made the tokens",
                 path, file.vocabulary_size(), tokenizer_path, tokenizer.vocabulary_size());
  if (file.tokenizer_hash() != tokenizer_hash)
    return error(ErrorCode::invalid_data,
                 "'{}' was made with another tokenizer than '{}' (hash {:016x}, here {:016x}); "
                 "tokenize the corpus again or use the tokenizer that made it",
                 path, tokenizer_path, file.tokenizer_hash(), tokenizer_hash);
  return file;
}

Status check_options(const TrainOptions& options) {
  SCRIBE_TRY(validate(options.batch));
  SCRIBE_TRY(validate(options.ramp, options.batch));
  SCRIBE_TRY(validate(options.fim));
  if (options.out.empty()) return error(ErrorCode::invalid_argument, "no output directory");
  if (options.tokenizer.empty() && options.init_from.empty())
    return error(ErrorCode::invalid_argument, "neither a tokenizer nor a checkpoint is named");
  if ((options.steps > 0) == (options.tokens > 0) || options.steps < 0 || options.tokens < 0)
    return error(ErrorCode::invalid_argument,
                 "steps is {} and tokens is {}: exactly one of them must be positive",
                 options.steps, options.tokens);
  if (options.validation_batches < 0)
    return error(ErrorCode::invalid_argument, "validation batches is {}, expected 0 or more",
                 options.validation_batches);
  return {};
}

Result<ModelConfig> resolve_config(Env& env, const TrainOptions& options,
                                   const Tokenizer& tokenizer) {
  ModelConfig config = options.model;
  config.vocabulary_size = tokenizer.vocabulary_size();
  if (!options.init_from.empty()) {
    SCRIBE_TRY_ASSIGN(config, load_model_config(env, options.init_from));
    if (config.vocabulary_size < tokenizer.vocabulary_size())
      return error(ErrorCode::invalid_data,
                   "checkpoint '{}' has a vocabulary of {}, fewer than the tokenizer's {}",
                   options.init_from, config.vocabulary_size, tokenizer.vocabulary_size());
  }
  SCRIBE_TRY(validate(config));
  return config;
}

Result<Inputs> open_inputs(Env& env, const TrainOptions& options) {
  const std::string tokenizer_path =
      options.tokenizer.empty() ? options.init_from + "/tokenizer.json" : options.tokenizer;
  SCRIBE_TRY_ASSIGN(const std::string tokenizer_bytes, env.read_file(tokenizer_path));
  const std::uint64_t hash = hash64(tokenizer_bytes);
  SCRIBE_TRY_ASSIGN(Tokenizer tokenizer, Tokenizer::load(env, tokenizer_path));
  SCRIBE_TRY_ASSIGN(const ModelConfig config, resolve_config(env, options, tokenizer));
  SCRIBE_TRY_ASSIGN(TokenFile tokens, open_tokens(env, options.data + "/train.tokens", hash,
                                                  tokenizer, tokenizer_path));
  std::optional<TokenFile> validation;
  const std::string validation_path = options.data + "/validation.tokens";
  if (options.validation_batches > 0 && env.exists(validation_path)) {
    SCRIBE_TRY_ASSIGN(TokenFile file,
                      open_tokens(env, validation_path, hash, tokenizer, tokenizer_path));
    // A corpus too small for a validation window trains without one.
    if (file.size() > config.context) validation = std::move(file);
  }
  return Inputs{tokenizer_path,    std::move(tokenizer),  hash,
                std::move(tokens), std::move(validation), config};
}

/// Of the size and the first million tokens: reading all of a large file would take long.
std::uint64_t token_fingerprint(const TokenFile& file) {
  std::vector<TokenId> tokens(
      static_cast<std::size_t>(std::min<std::int64_t>(file.size(), kFingerprintTokens)));
  file.read(0, tokens);
  const std::span<const std::byte> bytes = std::as_bytes(std::span(tokens));
  return hash64({reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                static_cast<std::uint64_t>(file.size()));
}

Result<Json> describe(Env& env, const TrainOptions& options, const Inputs& inputs,
                      const LearningRateSchedule& schedule, std::string_view backend) {
  Json json{{"command", "train"}};
  add_model_options(json, inputs.config);
  add_batch_options(json, options.batch);
  add_ramp_options(json, options.ramp);
  add_fill_in_middle_options(json, options.fim);
  if (options.document_attention == DocumentAttention::own) json["document_attention"] = "own";
  add_optimizer_options(json, options.optimizer, schedule);
  json["seed"] = options.seed;
  json["device"] = backend;
  json["data_tokens"] = inputs.tokens.size();
  json["data_fingerprint"] = fingerprint_text(token_fingerprint(inputs.tokens));
  json["tokenizer"] = fingerprint_text(inputs.tokenizer_hash);
  json["validation_tokens"] = inputs.validation ? inputs.validation->size() : 0;
  json["validation_batches"] = options.validation_batches;
  json["validate_every"] = options.cadence.validate_every;
  if (!options.init_from.empty()) {
    SCRIBE_TRY_ASSIGN(json["init_from"],
                      file_fingerprint(env, options.init_from + "/model.safetensors"));
  }
  return json;
}

Result<Parameters> first_parameters(Env& env, const TrainOptions& options, Backend& backend,
                                    const ModelConfig& config) {
  if (!options.init_from.empty()) {
    SCRIBE_TRY_ASSIGN(Checkpoint checkpoint, load_checkpoint(env, options.init_from, backend));
    return std::move(checkpoint.parameters);
  }
  Parameters parameters(backend, config);
  initialize(backend, parameters, options.seed);
  return parameters;
}

std::optional<TokenId> own_documents_at(const TrainOptions& options, const Inputs& inputs) {
  if (options.document_attention == DocumentAttention::all) return std::nullopt;
  return inputs.tokenizer.end_of_text();
}

Result<TokenWindows> training_windows(const TrainOptions& options, const Inputs& inputs) {
  WindowOptions windows{
      .ramp = options.ramp, .fim = {}, .own_documents_at = own_documents_at(options, inputs)};
  if (options.fim.rate > 0) {
    SCRIBE_TRY_ASSIGN(windows.fim,
                      FillInMiddle::create(options.fim, inputs.tokenizer, inputs.tokenizer_path));
  }
  return TokenWindows::create(inputs.tokens, inputs.config.context, options.batch, options.seed,
                              windows);
}

Result<std::vector<TokenBatch>> validation_batches(const TrainOptions& options,
                                                   const Inputs& inputs) {
  if (!inputs.validation) return std::vector<TokenBatch>();
  SCRIBE_TRY_ASSIGN(
      const TokenWindows windows,
      TokenWindows::create(*inputs.validation, inputs.config.context, options.batch, 0,
                           {.own_documents_at = own_documents_at(options, inputs)}));
  return validation_windows(windows, options.batch, options.validation_batches);
}

std::int64_t resolve_steps(const TrainOptions& options, std::int64_t context) {
  if (options.steps > 0) return options.steps;
  const std::int64_t windows = (options.tokens + context - 1) / context;
  return BatchPlan(options.batch, options.ramp, context).steps_for(windows);
}

}  // namespace

Result<TrainSummary> train(Env& env, StopToken& stop, Backend& backend,
                           const TrainOptions& options) {
  SCRIBE_TRY(check_options(options));
  SCRIBE_TRY_ASSIGN(const Inputs inputs, open_inputs(env, options));
  const std::int64_t steps = resolve_steps(options, inputs.config.context);
  SCRIBE_TRY_ASSIGN(const LearningRateSchedule schedule,
                    resolve_schedule(options.optimizer, steps));
  SCRIBE_TRY_ASSIGN(const Json described, describe(env, options, inputs, schedule, backend.name()));
  SCRIBE_TRY_ASSIGN(TokenWindows source, training_windows(options, inputs));
  SCRIBE_TRY_ASSIGN(std::vector<TokenBatch> validation, validation_batches(options, inputs));
  SCRIBE_TRY_ASSIGN(Parameters parameters, first_parameters(env, options, backend, inputs.config));
  TrainingRun run{.out = options.out,
                  .label = "train",
                  .parameters = parameters,
                  .tokenizer = inputs.tokenizer,
                  .tokenizer_path = inputs.tokenizer_path,
                  .source = source,
                  .validation = std::move(validation),
                  .steps = steps,
                  .optimizer = options.optimizer,
                  .recompute = options.recompute,
                  .cadence = options.cadence,
                  .seed = options.seed,
                  .options = described};
  return run_training(env, stop, backend, run);
}

}  // namespace scribe
