// Prompts with their completions, as fine-tuning reads and batches them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/env.h"
#include "tokenizer/tokenizer.h"
#include "train/batch_source.h"

namespace scribe {

struct Example {
  std::vector<TokenId> prompt;      ///< never empty
  std::vector<TokenId> completion;  ///< ends with <|endoftext|>
  std::string where = {};           ///< "path:line"
};

struct ExampleSet {
  std::vector<Example> training;
  std::vector<Example> validation;
  std::int64_t skipped = 0;       ///< longer than the context
  std::uint64_t fingerprint = 0;  ///< hash of all tokens kept, in order
};

struct ExampleOptions {
  std::int64_t context = 0;
  double validation_share = 0;
};

/// Reads lines with "prompt" and "completion", or with "prompt" and "canonical_solution" as
/// HumanEval's problems have; other keys are ignored. Prompt and completion are encoded apart, so
/// that the prompt's tokens are those that sampling sees. An empty prompt becomes <|endoftext|>,
/// which begins documents. Examples whose prompt + completion exceed `context` are skipped and
/// counted. The same prompt is always on the same side of the validation split.
///
/// Errors: not_found, io, invalid_data ("path:line: ...", or when no training example is left).
Result<ExampleSet> load_examples(Env& env, const std::vector<std::string>& paths,
                                 const Tokenizer& tokenizer, const ExampleOptions& options);

/// One batch: prompts are left-padded to the longest, so that the first tokens of all completions
/// stand in one column (Codex section 4.4); rows are filled up on the right. Only completion tokens
/// are targets.
TokenBatch batch_of_examples(const std::vector<const Example*>& examples);

/// All examples in micro-batches, in order.
std::vector<TokenBatch> batches_of_examples(const std::vector<Example>& examples,
                                            std::int64_t micro);

/// Batches of examples in an order shuffled per epoch by the seed.
class ExampleBatches : public BatchSource {
 public:
  /// The examples must outlive the object and not be empty.
  ExampleBatches(const std::vector<Example>& examples, BatchSize size, std::uint64_t seed);

  Result<std::vector<TokenBatch>> batches(std::int64_t step) override;
  std::string describe(std::int64_t step, std::int64_t index) const override;
  std::int64_t rows_max() const override;

 private:
  const Example& example(std::int64_t step, std::int64_t index) const;

  const std::vector<Example>& examples_;
  BatchSize size_;
  std::uint64_t seed_;
};

}  // namespace scribe
