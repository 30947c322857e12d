// A small random model with a byte tokenizer for tests of sampling.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backend/backend.h"
#include "base/testing/faulty_env.h"
#include "model/parameters.h"
#include "tokenizer/bpe_trainer.h"
#include "tokenizer/tokenizer.h"

namespace scribe {

/// 256 bytes and a few longer tokens, among them ones that end inside a stop string.
inline Tokenizer tiny_tokenizer() {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto base64 = [&](std::string_view bytes) {
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
      std::uint32_t bits = 0;
      for (std::size_t j = 0; j < 3; ++j)
        bits = bits << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
      for (std::size_t j = 0; j < 4; ++j)
        text += i + j > bytes.size() ? '=' : kDigits[(bits >> (18 - 6 * j)) & 63];
    }
    return text;
  };
  std::string file;
  int rank = 0;
  for (int byte = 0; byte < 256; ++byte)
    file += base64(std::string(1, static_cast<char>(byte))) + fmt::format(" {}\n", rank++);
  for (const char* token : {"de", "\nd", "f ", "\nde", "re", "    "})
    file += base64(token) + fmt::format(" {}\n", rank++);
  const TemporaryDirectory directory;
  const std::string path = directory.file("tiny.tiktoken");
  SCRIBE_CHECK(write_file_atomic(Env::real(), path, file).ok(), "cannot write '{}'", path);
  return Tokenizer::load(Env::real(), path).value();
}

/// Bytes, a few longer tokens, and those for filling in the middle.
inline Tokenizer tiny_infilling_tokenizer() {
  BpeTrainer trainer({.vocabulary_size = 264, .space_run_max = 0, .fill_in_middle = true});
  trainer.add("return return return self.value = self.value + 1\n");
  return trainer.train().value();
}

/// Random weights, large enough that some tokens are far more likely than others.
struct TinyModel {
  explicit TinyModel(Device device = Device::reference, int threads = 1,
                     Tokenizer its_tokenizer = tiny_tokenizer())
      : TinyModel(make_backend(device, threads).value(), std::move(its_tokenizer)) {}
  explicit TinyModel(std::unique_ptr<Backend> its_backend,
                     Tokenizer its_tokenizer = tiny_tokenizer())
      : backend(std::move(its_backend)), tokenizer(std::move(its_tokenizer)) {
    const ModelConfig config{.layers = 2,
                             .width = 16,
                             .heads = 2,
                             .vocabulary_size = tokenizer.vocabulary_size() + 9,  // padded
                             .context = 48};
    parameters = std::make_unique<Parameters>(*backend, config);
    initialize(*backend, *parameters, 5);
    std::vector<float> values(parameters->all().size());
    backend->download(parameters->all(), values);
    for (float& value : values) value *= 8;
    backend->upload(values, parameters->all());
  }

  std::unique_ptr<Backend> backend;
  Tokenizer tokenizer;
  std::unique_ptr<Parameters> parameters;
};

/// Makes the likeliest token behind each position that of `answer`, whose first follows a prompt of
/// `prompt_tokens`, whatever these are. A position is one dimension of its own, in which the table
/// of tokens has a 1 for the token that follows; all other parameters are zero.
inline void make_recite(TinyModel& model, std::size_t prompt_tokens,
                        const std::vector<TokenId>& answer) {
  const auto positions = static_cast<std::int32_t>(prompt_tokens + answer.size());
  const ModelConfig config{.layers = 1,
                           .width = positions,
                           .heads = 1,
                           .vocabulary_size = model.tokenizer.vocabulary_size(),
                           .context = positions};
  model.parameters = std::make_unique<Parameters>(*model.backend, config);
  std::vector<float> values(model.parameters->all().size());
  for (const ParameterInfo& info : parameter_layout(config)) {
    float* const tensor = values.data() + info.offset;
    if (info.name == "transformer.ln_f.weight") std::fill_n(tensor, info.size, 1.0F);
    if (info.name == "transformer.wpe.weight")
      for (std::int64_t i = 0; i < positions; ++i) tensor[i * (positions + 1)] = 1000;
    if (info.name == "transformer.wte.weight")
      for (std::size_t i = 0; i < answer.size(); ++i)
        tensor[answer[i] * positions + static_cast<std::int64_t>(prompt_tokens - 1 + i)] = 1;
  }
  model.backend->upload(values, model.parameters->all());
}

}  // namespace scribe
