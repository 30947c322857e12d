// A tiny tokenizer, corpus and model for the tests of training.
#pragma once

#include <string>

#include "base/hash.h"
#include "base/testing/faulty_env.h"
#include "corpus/token_file.h"
#include "tokenizer/bpe_trainer.h"
#include "train/train.h"

namespace scribe {

inline void require(const Status& status) {
  SCRIBE_CHECK(status.ok(), "{}", status.error().message());
}

/// A directory with tokenizer.json, train.tokens, validation.tokens: counting text, soon learned.
class SmallCorpus {
 public:
  SmallCorpus() {
    Env& env = Env::real();
    BpeTrainer trainer({.vocabulary_size = 260, .space_run_max = 0});
    trainer.add("return return return self.value = self.value + 1\n");
    require(trainer.train().value().save(env, tokenizer()));
    write_tokens("train.tokens", 2000, 0);
    write_tokens("validation.tokens", 300, 5);
  }

  std::string path() const { return directory_.path(); }
  std::string file(const std::string& name) const { return directory_.file(name); }
  std::string tokenizer() const { return directory_.file("tokenizer.json"); }
  std::uint64_t tokenizer_hash() const {
    return hash64(Env::real().read_file(tokenizer()).value());
  }

  /// Twelve updates of a model of one layer.
  TrainOptions options(const std::string& out) const {
    TrainOptions options{.data = {path()},
                         .weights = {},
                         .tokenizer = tokenizer(),
                         .out = file(out),
                         .init_from = {},
                         .model = {.layers = 1, .width = 16, .heads = 2, .context = 16},
                         .batch = {.examples = 4, .micro = 2},
                         .steps = 12};
    options.optimizer.learning_rate = 1e-2;
    options.validation_batches = 2;
    options.cadence = {.validate_every = 5,
                       .checkpoint_every_steps = 3,
                       .checkpoint_every_seconds = 0,
                       .quiet = true};
    return options;
  }

 private:
  void write_tokens(const std::string& name, int count, int start) {
    std::vector<TokenId> tokens;
    for (int i = 0; i < count; ++i) tokens.push_back((start + i) % 31 + 60);
    require(write_token_file(Env::real(), file(name), tokens, 260, tokenizer_hash()));
  }

  TemporaryDirectory directory_;
};

}  // namespace scribe
