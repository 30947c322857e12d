// Prompts with their completions, as fine-tuning reads and batches them.
#include "train/examples.h"

#include <algorithm>

#include "base/hash.h"
#include "base/json.h"
#include "train/index_permutation.h"

namespace scribe {
namespace {

Result<std::string> completion_of(const Json& line, const std::string& where) {
  if (line.is_object() && !line.contains("completion") && line.contains("canonical_solution"))
    return json_field<std::string>(line, "canonical_solution", where);
  if (line.is_object() && !line.contains("completion"))
    return error(ErrorCode::invalid_data,
                 "{}: neither 'completion' nor 'canonical_solution' is there", where);
  return json_field<std::string>(line, "completion", where);
}

/// By the prompt's text alone: independent of files, their order and the seed.
bool is_for_validation(const std::string& prompt, double share) {
  return static_cast<double>(hash64(prompt) >> 11) * 0x1.0p-53 < share;
}

std::uint64_t fingerprint_of(const ExampleSet& set) {
  std::uint64_t hash = 0;
  const auto add = [&hash](const std::vector<TokenId>& tokens) {
    const std::span<const std::byte> bytes = std::as_bytes(std::span(tokens));
    hash = hash64({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, hash);
  };
  for (const auto* side : {&set.training, &set.validation})
    for (const Example& example : *side) {
      add(example.prompt);
      add(example.completion);
    }
  return hash;
}

std::int64_t longest(const std::vector<const Example*>& examples,
                     std::vector<TokenId> Example::* part) {
  std::int64_t length = 0;
  for (const Example* example : examples) length = std::max(length, std::ssize(example->*part));
  return length;
}

}  // namespace

Result<ExampleSet> load_examples(Env& env, const std::vector<std::string>& paths,
                                 const Tokenizer& tokenizer, const ExampleOptions& options) {
  ExampleSet set;
  const auto take = [&](const Json& line, const std::string& where) -> Status {
    SCRIBE_TRY_ASSIGN(const std::string prompt, json_field<std::string>(line, "prompt", where));
    SCRIBE_TRY_ASSIGN(const std::string completion, completion_of(line, where));
    Example example{.prompt = tokenizer.encode_prompt(prompt),
                    .completion = tokenizer.encode(completion, TextPlace::continues),
                    .where = where};
    example.completion.push_back(tokenizer.end_of_text());
    if (std::ssize(example.prompt) + std::ssize(example.completion) > options.context) {
      ++set.skipped;
      return {};
    }
    auto& side =
        is_for_validation(prompt, options.validation_share) ? set.validation : set.training;
    side.push_back(std::move(example));
    return {};
  };
  for (const std::string& path : paths) SCRIBE_TRY(for_each_json_line(env, path, take));
  if (set.training.empty())
    return error(
        ErrorCode::invalid_data,
        "no example to train on in {} file(s): {} were longer than the context of {} tokens, "
        "{} went to validation",
        paths.size(), set.skipped, options.context, set.validation.size());
  set.fingerprint = fingerprint_of(set);
  return set;
}

TokenBatch batch_of_examples(const std::vector<const Example*>& examples) {
  const std::int64_t prompt_max = longest(examples, &Example::prompt);
  TokenBatch batch{.batch = std::ssize(examples),
                   // The last token of a completion is only a target.
                   .time = prompt_max + longest(examples, &Example::completion) - 1,
                   .tokens = {},
                   .targets = {},
                   .first = {}};
  const auto rows = static_cast<std::size_t>(batch.batch * batch.time);
  batch.tokens.assign(rows, 0);  // Any id: nothing looks at what stands beside an example.
  batch.targets.assign(rows, -1);
  for (std::size_t b = 0; b < examples.size(); ++b) {
    const Example& example = *examples[b];
    const std::int64_t padding = prompt_max - std::ssize(example.prompt);
    batch.first.push_back(static_cast<std::int32_t>(padding));
    const auto row = static_cast<std::ptrdiff_t>(b) * batch.time;
    const auto tokens = batch.tokens.begin() + row + padding;
    std::ranges::copy(example.prompt, tokens);
    std::copy(example.completion.begin(), example.completion.end() - 1,
              tokens + std::ssize(example.prompt));
    std::ranges::copy(example.completion, batch.targets.begin() + row + prompt_max - 1);
  }
  return batch;
}

std::vector<TokenBatch> batches_of_examples(const std::vector<Example>& examples,
                                            std::int64_t micro) {
  std::vector<TokenBatch> batches;
  std::vector<const Example*> group;
  for (const Example& example : examples) {
    group.push_back(&example);
    if (std::ssize(group) < micro && &example != &examples.back()) continue;
    batches.push_back(batch_of_examples(group));
    group.clear();
  }
  return batches;
}

ExampleBatches::ExampleBatches(const std::vector<Example>& examples, BatchSize size,
                               std::uint64_t seed)
    : examples_(examples), size_(size), seed_(seed) {
  SCRIBE_CHECK(!examples.empty() && size.micro > 0 && size.micro <= size.examples,
               "examples {} micro {} batch {}", examples.size(), size.micro, size.examples);
}

const Example& ExampleBatches::example(std::int64_t step, std::int64_t index) const {
  const auto cursor = static_cast<std::uint64_t>((step - 1) * size_.examples + index);
  return examples_[static_cast<std::size_t>(shuffled_index(examples_.size(), seed_, cursor))];
}

Result<std::vector<TokenBatch>> ExampleBatches::batches(std::int64_t step) {
  std::vector<TokenBatch> batches;
  std::vector<const Example*> group;
  for (std::int64_t i = 0; i < size_.examples; ++i) {
    group.push_back(&example(step, i));
    if (std::ssize(group) < size_.micro && i + 1 < size_.examples) continue;
    batches.push_back(batch_of_examples(group));
    group.clear();
  }
  return batches;
}

std::string ExampleBatches::describe(std::int64_t step, std::int64_t index) const {
  return example(step, index).where;
}

std::int64_t ExampleBatches::rows_max() const {
  std::vector<const Example*> all;
  for (const Example& example : examples_) all.push_back(&example);
  return size_.micro * (longest(all, &Example::prompt) + longest(all, &Example::completion) - 1);
}

}  // namespace scribe
