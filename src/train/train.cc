// Pre-training: a model from token files.
#include "train/train.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "base/hash.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/model_config.h"
#include "corpus/token_set.h"
#include "train/run_options.h"
#include "train/token_windows.h"

namespace scribe {
namespace {

constexpr std::int64_t kFingerprintTokens = 1 << 20;

/// The tokens of one folder.
struct Corpus {
  std::string folder;
  double weight;
  TokenSet tokens;
  std::optional<TokenSet> validation;
};

struct Inputs {
  std::string tokenizer_path;
  Tokenizer tokenizer;
  std::uint64_t tokenizer_hash;
  ModelConfig config;
  std::vector<Corpus> corpora = {};
};

Result<TokenSet> open_tokens(Env& env, const std::string& path, const Inputs& inputs) {
  const Tokenizer& tokenizer = inputs.tokenizer;
  const std::string& tokenizer_path = inputs.tokenizer_path;
  SCRIBE_TRY_ASSIGN(TokenSet tokens, TokenSet::open(env, path));
  if (tokens.vocabulary_size() != tokenizer.vocabulary_size())
    return error(ErrorCode::invalid_data,
                 "'{}' was made with a vocabulary of {} tokens, but '{}' has {}; use the tokenizer "
                 "that made the tokens",
                 path, tokens.vocabulary_size(), tokenizer_path, tokenizer.vocabulary_size());
  if (tokens.tokenizer_hash() != inputs.tokenizer_hash)
    return error(ErrorCode::invalid_data,
                 "'{}' was made with another tokenizer than '{}' (hash {:016x}, here {:016x}); "
                 "tokenize the corpus again or use the tokenizer that made it",
                 path, tokenizer_path, tokens.tokenizer_hash(), inputs.tokenizer_hash);
  return tokens;
}

Status check_data(const TrainOptions& options) {
  if (options.data.empty()) return error(ErrorCode::invalid_argument, "no folder of token files");
  if (!options.weights.empty() && options.weights.size() != options.data.size())
    return error(ErrorCode::invalid_argument,
                 "{} weights for {} folders of token files; give one for each, or none",
                 options.weights.size(), options.data.size());
  for (auto folder = options.data.begin(); folder != options.data.end(); ++folder)
    if (std::find(options.data.begin(), folder, *folder) != folder)
      return error(ErrorCode::invalid_argument, "'{}' is named twice; give it a larger weight",
                   *folder);
  return {};
}

Status check_options(const TrainOptions& options) {
  SCRIBE_TRY(check_data(options));
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

Result<Corpus> open_corpus(Env& env, const TrainOptions& options, std::size_t at,
                           const Inputs& inputs) {
  const std::string& folder = options.data[at];
  const std::int64_t context = inputs.config.context;
  SCRIBE_TRY_ASSIGN(TokenSet tokens, open_tokens(env, folder + "/train", inputs));
  const double weight =
      options.weights.empty()
          ? static_cast<double>(std::max<std::int64_t>(1, window_count(tokens, context)))
          : options.weights[at];
  Corpus corpus{.folder = folder, .weight = weight, .tokens = std::move(tokens), .validation = {}};
  const std::string validation = folder + "/validation";
  if (options.validation_batches > 0 && has_tokens(env, validation)) {
    SCRIBE_TRY_ASSIGN(TokenSet held_out, open_tokens(env, validation, inputs));
    // A corpus too small for a validation window trains without one.
    if (held_out.size() > context) corpus.validation = std::move(held_out);
  }
  return corpus;
}

Result<Inputs> open_inputs(Env& env, const TrainOptions& options) {
  const std::string tokenizer_path =
      options.tokenizer.empty() ? options.init_from + "/tokenizer.json" : options.tokenizer;
  SCRIBE_TRY_ASSIGN(const std::string tokenizer_bytes, env.read_file(tokenizer_path));
  const std::uint64_t hash = hash64(tokenizer_bytes);
  SCRIBE_TRY_ASSIGN(Tokenizer tokenizer, Tokenizer::load(env, tokenizer_path));
  SCRIBE_TRY_ASSIGN(const ModelConfig config, resolve_config(env, options, tokenizer));
  Inputs inputs{.tokenizer_path = tokenizer_path,
                .tokenizer = std::move(tokenizer),
                .tokenizer_hash = hash,
                .config = config};
  for (std::size_t at = 0; at < options.data.size(); ++at) {
    SCRIBE_TRY_ASSIGN(Corpus corpus, open_corpus(env, options, at, inputs));
    inputs.corpora.push_back(std::move(corpus));
  }
  return inputs;
}

/// Of the size and the first million tokens: reading all of a large file would take long. Of
/// several corpora, each goes into that of the next.
Result<std::uint64_t> token_fingerprint(const std::vector<Corpus>& corpora) {
  std::uint64_t fingerprint = 0;
  for (const Corpus& corpus : corpora) {
    const std::int64_t size = corpus.tokens.size();
    std::vector<TokenId> tokens(
        static_cast<std::size_t>(std::min<std::int64_t>(size, kFingerprintTokens)));
    SCRIBE_TRY(corpus.tokens.read(0, tokens));
    const std::span<const std::byte> bytes = std::as_bytes(std::span(tokens));
    fingerprint = hash64({reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                         static_cast<std::uint64_t>(size) ^ fingerprint);
  }
  return fingerprint;
}

Status add_data_options(Json& json, const TrainOptions& options, const Inputs& inputs) {
  std::int64_t tokens = 0;
  for (const Corpus& corpus : inputs.corpora) tokens += corpus.tokens.size();
  json["data_tokens"] = tokens;
  SCRIBE_TRY_ASSIGN(const std::uint64_t fingerprint, token_fingerprint(inputs.corpora));
  json["data_fingerprint"] = fingerprint_text(fingerprint);
  if (options.data.size() == 1) return {};
  json["data"] = fmt::format("{}", fmt::join(options.data, ","));
  json["data_weights"] =
      options.weights.empty() ? "size" : fmt::format("{}", fmt::join(options.weights, ","));
  return {};
}

std::int64_t validation_tokens(const Inputs& inputs) {
  std::int64_t tokens = 0;
  for (const Corpus& corpus : inputs.corpora)
    if (corpus.validation) tokens += corpus.validation->size();
  return tokens;
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
  SCRIBE_TRY(add_data_options(json, options, inputs));
  json["tokenizer"] = fingerprint_text(inputs.tokenizer_hash);
  json["validation_tokens"] = validation_tokens(inputs);
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
    SCRIBE_TRY_ASSIGN(Checkpoint checkpoint,
                      load_checkpoint(env, options.init_from, backend, options.optimizer.storage));
    return std::move(checkpoint.parameters);
  }
  Parameters parameters(backend, config, options.optimizer.storage);
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
  std::vector<WeightedTokens> corpora;
  for (const Corpus& corpus : inputs.corpora)
    corpora.push_back({.tokens = &corpus.tokens, .weight = corpus.weight});
  return TokenWindows::create(corpora, inputs.config.context, options.batch, options.seed, windows);
}

/// One of each corpus that has a validation split.
Result<std::vector<ValidationSet>> validation_sets(const TrainOptions& options,
                                                   const Inputs& inputs) {
  std::vector<ValidationSet> sets;
  for (const Corpus& corpus : inputs.corpora) {
    if (!corpus.validation) continue;
    SCRIBE_TRY_ASSIGN(
        std::vector<TokenBatch> batches,
        validation_windows(*corpus.validation, inputs.config.context, options.batch,
                           options.validation_batches, own_documents_at(options, inputs)));
    sets.push_back({.name = corpus.folder, .weight = corpus.weight, .batches = std::move(batches)});
  }
  return sets;
}

std::int64_t resolve_steps(const TrainOptions& options, std::int64_t context) {
  if (options.steps > 0) return options.steps;
  const std::int64_t windows = (options.tokens + context - 1) / context;
  return BatchPlan(options.batch, options.ramp, context).steps_for(windows);
}

/// What a run needs that is read or made before it.
struct Prepared {
  Inputs inputs;
  std::int64_t steps = 0;
  Json described;
  TokenWindows source;
  std::vector<ValidationSet> validation;
  Parameters parameters;
};

Result<std::unique_ptr<Prepared>> prepare(Env& env, const TrainOptions& options, Backend& backend) {
  SCRIBE_TRY(check_options(options));
  SCRIBE_TRY_ASSIGN(Inputs inputs, open_inputs(env, options));
  const std::int64_t steps = resolve_steps(options, inputs.config.context);
  SCRIBE_TRY_ASSIGN(const LearningRateSchedule schedule,
                    resolve_schedule(options.optimizer, steps));
  SCRIBE_TRY_ASSIGN(Json described, describe(env, options, inputs, schedule, backend.name()));
  // The windows look at the token files where the inputs keep them, which moving does not change.
  SCRIBE_TRY_ASSIGN(TokenWindows source, training_windows(options, inputs));
  SCRIBE_TRY_ASSIGN(std::vector<ValidationSet> validation, validation_sets(options, inputs));
  SCRIBE_TRY_ASSIGN(Parameters parameters, first_parameters(env, options, backend, inputs.config));
  return std::make_unique<Prepared>(Prepared{std::move(inputs), steps, std::move(described),
                                             std::move(source), std::move(validation),
                                             std::move(parameters)});
}

}  // namespace

Result<TrainSummary> train(Env& env, StopToken& stop, Backend& backend,
                           const TrainOptions& options) {
  const auto prepared = prepare(env, options, backend);
  SCRIBE_TRY(options.parallel.agree(prepared.ok() ? Status() : prepared.error(), "their inputs"));
  Prepared& made = *prepared.value();
  TrainingRun run{.out = options.out,
                  .label = "train",
                  .parameters = made.parameters,
                  .tokenizer = made.inputs.tokenizer,
                  .tokenizer_path = made.inputs.tokenizer_path,
                  .source = made.source,
                  .batch = options.batch,
                  .validation = std::move(made.validation),
                  .steps = made.steps,
                  .optimizer = options.optimizer,
                  .recompute = options.recompute,
                  .cadence = options.cadence,
                  .seed = options.seed,
                  .options = made.described,
                  .parallel = options.parallel};
  return run_training(env, stop, backend, run);
}

}  // namespace scribe
