// Tiny checkpoints on the way to GGUF and back, for tests.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/philox.h"
#include "base/testing/faulty_env.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/convert.h"
#include "checkpoint/model_config.h"
#include "model/testing/tiny_families.h"
#include "tokenizer/bpe_trainer.h"

namespace scribe {

inline constexpr std::int32_t kTokens = 262;

inline Tokenizer small_tokenizer() {
  BpeTrainer trainer({.vocabulary_size = kTokens, .space_run_max = 3});
  trainer.add("return return return self.value = self.value + 1\n");
  return trainer.train().value();
}

class ConvertTest : public testing::Test {
 protected:
  ConvertTest() : backend_(make_backend(Device::reference, 1).value()) {}

  static void check(const Status& status) {
    SCRIBE_CHECK(status.ok(), "{}", status.error().message());
  }
  template <typename T>
  static T must(Result<T> result) {
    SCRIBE_CHECK(result.ok(), "{}", result.error().message());
    return std::move(result).value();
  }

  /// A family's tiny model, with three ids more than its tokenizer has.
  static ModelConfig config_of(Family family) {
    ModelConfig config = tiny_config(family);
    config.vocabulary_size = kTokens + 3;
    return config;
  }

  std::string file(const std::string& name) const { return directory_.file(name); }

  /// Writes a checkpoint of random weights to the directory `name`.
  std::string make_model(const std::string& name, const ModelConfig& config,
                         const Tokenizer& tokenizer = small_tokenizer()) {
    Parameters parameters(*backend_, config);
    initialize(*backend_, parameters, 4);
    PhiloxStream random(9, 1);
    for (float& value : parameters.all()) value += static_cast<float>(random.next_normal()) * 0.1F;
    check(tokenizer.save(env_, file("source.json")));
    check(write_model_description(env_, file(name), config, tokenizer, file("source.json")));
    check(write_parameters(env_, file(name) + "/model.safetensors", *backend_, parameters));
    return file(name);
  }
  std::map<std::string, std::vector<float>> tensors_of(const std::string& directory) {
    const WeightFiles files = must(WeightFiles::open(env_, directory));
    std::map<std::string, std::vector<float>> tensors;
    for (const ModelTensor& tensor : model_tensors(must(load_model_config(env_, directory)))) {
      std::vector<float>& values = tensors[tensor.name];
      values.resize(tensor.size());
      check(files.read(tensor.name, tensor.shape, values));
    }
    return tensors;
  }
  std::string bytes_of(const std::string& path) { return must(env_.read_file(path)); }

  Result<ConvertSummary> to_gguf_file(const std::string& model, NumberFormat format) {
    return export_gguf(env_, stop_, model, file("model.gguf"), format);
  }
  Result<ConvertSummary> from_gguf_file(const std::string& out) {
    return import_gguf(env_, stop_, file("model.gguf"), file(out), {});
  }

  FaultyEnv env_;
  StopToken stop_;
  TemporaryDirectory directory_;
  std::unique_ptr<Backend> backend_;
};

}  // namespace scribe
