// Writes a tokenizer.json with which Hugging Face `tokenizers` gives the same ids.
#include "base/json.h"
#include "tokenizer/byte_alphabet.h"
#include "tokenizer/tokenizer_pipeline.h"

namespace scribe {
namespace {

/// Tokens that no piece becomes are written as they are, like Hugging Face does.
std::string text_of(const Token& token) {
  return token.from_pieces ? to_byte_alphabet(token.bytes) : token.bytes;
}

Json added_tokens_of(const Vocabulary& vocabulary) {
  Json list = Json::array();
  for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id) {
    const Token& token = vocabulary.tokens[id];
    if (token.from_pieces && !token.cut_from_text) continue;
    list.push_back({{"id", id},
                    {"content", token.bytes},
                    {"single_word", false},
                    {"lstrip", false},
                    {"rstrip", false},
                    {"normalized", token.is_normalized},
                    {"special", !token.cut_from_text}});
  }
  return list;
}

Json model_of(const Vocabulary& vocabulary) {
  Json::object_t ids;  // Keys are appended: looking for each first would take quadratic time.
  for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id)
    ids.emplace_back(text_of(vocabulary.tokens[id]), id);
  Json merges = Json::array();
  for (const Merge& merge : vocabulary.merges)
    merges.push_back(text_of(vocabulary.tokens[static_cast<std::size_t>(merge.left)]) + " " +
                     text_of(vocabulary.tokens[static_cast<std::size_t>(merge.right)]));
  Json model = {{"type", "BPE"},
                {"dropout", nullptr},
                {"unk_token", nullptr},
                {"continuing_subword_prefix", nullptr},
                {"end_of_word_suffix", nullptr},
                {"fuse_unk", false},
                {"byte_fallback", false},
                {"ignore_merges", vocabulary.whole_pieces}};
  model["vocab"] = std::move(ids);
  model["merges"] = std::move(merges);
  return model;
}

}  // namespace

std::string to_tokenizer_json(const Vocabulary& vocabulary) {
  Json file = {{"version", "1.0"},
               {"truncation", nullptr},
               {"padding", nullptr},
               {"added_tokens", added_tokens_of(vocabulary)}};
  write_pipeline(vocabulary, file);
  file["model"] = model_of(vocabulary);
  return to_json_pretty(file);
}

}  // namespace scribe
