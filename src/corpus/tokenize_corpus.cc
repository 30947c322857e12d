// Encodes batches of documents on all threads and joins them in the shuffled order.
#include "corpus/tokenize_corpus.h"

#include <algorithm>
#include <optional>

#include "base/hash.h"
#include "base/json.h"
#include "base/philox.h"
#include "base/progress.h"
#include "base/thread_pool.h"
#include "corpus/corpus.h"
#include "corpus/token_file.h"
#include "tokenizer/tokenizer.h"

namespace scribe {
namespace {

constexpr std::size_t kBatchDocuments = 256;
constexpr int kFormat = 1;  // Raised when the same inputs would give other tokens.

struct Inputs {
  Tokenizer tokenizer;
  std::uint64_t tokenizer_hash;
  Json record;  // All on which the result depends.
};

std::string split_path(const TokenizeOptions& options, std::string_view split) {
  return fmt::format("{}/{}.jsonl", options.corpus, split);
}

Result<Inputs> load_inputs(Env& env, const TokenizeOptions& options) {
  SCRIBE_TRY_ASSIGN(const std::string tokenizer_bytes, env.read_file(options.tokenizer));
  SCRIBE_TRY_ASSIGN(Tokenizer tokenizer, Tokenizer::load(env, options.tokenizer));
  Json record = {
      {"format", kFormat}, {"seed", options.seed}, {"tokenizer", sha256_hex(tokenizer_bytes)}};
  for (const char* split : {"train", "validation"}) {
    const std::string path = split_path(options, split);
    auto text = env.map_file(path);
    if (!text.ok())
      return std::move(text).error().in(
          "not a corpus folder (made by `scribe corpus build`, then "
          "OUT/code or OUT/prose)");
    const auto bytes = text.value()->bytes();
    record[split] = hash128_hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  return Inputs{.tokenizer = std::move(tokenizer),
                .tokenizer_hash = hash64(tokenizer_bytes),
                .record = std::move(record)};
}

Json to_json(const TokenizedSplit& split) {
  return {
      {"documents", split.documents}, {"text_bytes", split.text_bytes}, {"tokens", split.tokens}};
}

Result<TokenizedSplit> read_split(const Json& record, std::string_view name,
                                  const std::string& where) {
  TokenizedSplit split;
  SCRIBE_TRY_ASSIGN(const Json object, json_field<Json>(record, name, where));
  SCRIBE_TRY_ASSIGN(split.documents, json_field<std::int64_t>(object, "documents", where));
  SCRIBE_TRY_ASSIGN(split.text_bytes, json_field<std::int64_t>(object, "text_bytes", where));
  SCRIBE_TRY_ASSIGN(split.tokens, json_field<std::int64_t>(object, "tokens", where));
  return split;
}

/// The summary of an earlier run with the same inputs, if its files are whole.
Result<TokenizeSummary> load_same(Env& env, const TokenizeOptions& options, const Inputs& inputs) {
  const std::string path = options.out + "/tokens.json";
  SCRIBE_TRY_ASSIGN(const std::string text, env.read_file(path));
  SCRIBE_TRY_ASSIGN(const Json record, parse_json(text, path));
  SCRIBE_TRY_ASSIGN(const Json made_from, json_field<Json>(record, "inputs", path));
  if (made_from != inputs.record) return error(ErrorCode::invalid_data, "{}: other inputs", path);
  TokenizeSummary summary{.train = {},
                          .validation = {},
                          .vocabulary_size = inputs.tokenizer.vocabulary_size(),
                          .reused = true};
  for (const char* name : {"train", "validation"}) {
    SCRIBE_TRY_ASSIGN(const TokenizedSplit split, read_split(record, name, path));
    SCRIBE_TRY_ASSIGN(const TokenFile file,
                      TokenFile::open(env, fmt::format("{}/{}.tokens", options.out, name)));
    if (file.size() != split.tokens)
      return error(ErrorCode::invalid_data, "{}: other token files", path);
    (name == std::string_view("train") ? summary.train : summary.validation) = split;
  }
  return summary;
}

Result<std::vector<std::string>> load_shuffled(Env& env, const TokenizeOptions& options,
                                               std::string_view split) {
  std::vector<std::string> texts;
  SCRIBE_TRY(for_each_document(env, split_path(options, split), [&](Document document) {
    texts.push_back(std::move(document.text));
    return Status();
  }));
  PhiloxStream random(options.seed, split == "train" ? 0 : 1);
  shuffle(texts, random);
  return texts;
}

Status tokenize_split(Env& env, const StopToken& stop, const TokenizeOptions& options,
                      const Inputs& inputs, ThreadPool& pool, std::string_view split,
                      TokenizedSplit& counts) {
  SCRIBE_TRY_ASSIGN(std::vector<std::string> texts, load_shuffled(env, options, split));
  if (texts.empty() && split == "train")
    return error(ErrorCode::invalid_data, "'{}' has no document", split_path(options, split));
  Progress progress(env, {.label = fmt::format("tokenize {}", split),
                          .unit = "documents",
                          .total = static_cast<std::int64_t>(texts.size()),
                          .quiet = options.quiet});
  const std::span<const TokenId> prefix = inputs.tokenizer.prefix();
  std::vector<TokenId> tokens;
  std::vector<std::vector<TokenId>> batch(kBatchDocuments);
  for (std::size_t begin = 0; begin < texts.size(); begin += kBatchDocuments) {
    if (stop.requested())
      return error(ErrorCode::interrupted, "tokenize {}: stopped after {} of {} documents", split,
                   begin, texts.size());
    const std::size_t size = std::min(kBatchDocuments, texts.size() - begin);
    pool.run(static_cast<std::int64_t>(size), [&](std::int64_t index, int) {
      const auto slot = static_cast<std::size_t>(index);
      batch[slot] = inputs.tokenizer.encode(texts[begin + slot]);
    });
    for (std::size_t slot = 0; slot < size; ++slot) {
      tokens.insert(tokens.end(), prefix.begin(), prefix.end());
      tokens.insert(tokens.end(), batch[slot].begin(), batch[slot].end());
      tokens.push_back(inputs.tokenizer.end_of_text());
      counts.text_bytes += static_cast<std::int64_t>(texts[begin + slot].size());
      std::string().swap(texts[begin + slot]);
    }
    progress.update(static_cast<std::int64_t>(begin + size));
  }
  counts.documents = static_cast<std::int64_t>(texts.size());
  counts.tokens = static_cast<std::int64_t>(tokens.size());
  return write_token_file(env, fmt::format("{}/{}.tokens", options.out, split), tokens,
                          inputs.tokenizer.vocabulary_size(), inputs.tokenizer_hash);
}

}  // namespace

Result<TokenizeSummary> tokenize_corpus(Env& env, const StopToken& stop,
                                        const TokenizeOptions& options) {
  if (options.threads < 0)
    return error(ErrorCode::invalid_argument, "threads {}: expected 0 or more", options.threads);
  SCRIBE_TRY_ASSIGN(const Inputs inputs, load_inputs(env, options));
  const std::string record_path = options.out + "/tokens.json";
  if (!options.rebuild && env.exists(record_path)) {
    // Any failure means only that there is work to do.
    if (auto same = load_same(env, options, inputs); same.ok()) return same;
  }
  SCRIBE_TRY(env.create_directories(options.out));
  if (env.exists(record_path)) SCRIBE_TRY(env.remove(record_path));
  ThreadPool pool(options.threads);
  TokenizeSummary summary{.train = {},
                          .validation = {},
                          .vocabulary_size = inputs.tokenizer.vocabulary_size(),
                          .reused = false};
  SCRIBE_TRY(tokenize_split(env, stop, options, inputs, pool, "train", summary.train));
  SCRIBE_TRY(tokenize_split(env, stop, options, inputs, pool, "validation", summary.validation));
  const Json record = {{"inputs", inputs.record},
                       {"vocabulary_size", summary.vocabulary_size},
                       {"train", to_json(summary.train)},
                       {"validation", to_json(summary.validation)}};
  SCRIBE_TRY(write_file_atomic(env, record_path, to_json_pretty(record)));
  return summary;
}

}  // namespace scribe
