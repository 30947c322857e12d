// Writes a tokenizer.json, or GPT-2's pair of files, from which others give the same ids.
#include "base/json.h"
#include "tokenizer/tokenizer_pipeline.h"
#include "tokenizer/vocab_merges.h"

namespace scribe {
namespace {

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

Json::object_t ids_of(const Vocabulary& vocabulary) {
  Json::object_t ids;  // Keys are appended: looking for each first would take quadratic time.
  for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id)
    ids.emplace_back(text_of(vocabulary.tokens[id], vocabulary.pipeline.alphabet), id);
  return ids;
}

/// "left right", as both formats write it.
std::string text_of(const Merge& merge, const Vocabulary& vocabulary) {
  const auto text = [&](TokenId id) {
    return text_of(vocabulary.tokens[static_cast<std::size_t>(id)], vocabulary.pipeline.alphabet);
  };
  return text(merge.left) + " " + text(merge.right);
}

Json model_of(const Vocabulary& vocabulary) {
  Json merges = Json::array();
  for (const Merge& merge : vocabulary.merges) merges.push_back(text_of(merge, vocabulary));
  const bool is_of_characters = vocabulary.pipeline.alphabet == Alphabet::characters;
  Json model = {{"type", "BPE"},
                {"dropout", nullptr},
                {"unk_token", nullptr},
                {"continuing_subword_prefix", nullptr},
                {"end_of_word_suffix", nullptr},
                {"fuse_unk", is_of_characters},
                {"byte_fallback", is_of_characters},
                {"ignore_merges", vocabulary.whole_pieces}};
  model["vocab"] = ids_of(vocabulary);
  model["merges"] = std::move(merges);
  return model;
}

Error not_in_pair(std::string_view what) {
  return error(ErrorCode::unsupported,
               "vocab.json and merges.txt have no words for {}; write a tokenizer.json", what);
}

/// Does the pair say all of it?
Status check_pair(const Vocabulary& vocabulary) {
  const Pipeline& pipeline = vocabulary.pipeline;
  if (pipeline.alphabet != Alphabet::bytes) return not_in_pair("an alphabet of characters");
  if (pipeline.pattern != Pattern::gpt2) return not_in_pair("another pattern than GPT-2's");
  if (pipeline.nfc) return not_in_pair("Normalization Form C");
  if (!pipeline.prefix.empty() || !pipeline.suffix.empty())
    return not_in_pair("special tokens around a text");
  if (vocabulary.whole_pieces)
    return not_in_pair("pieces that are tokens without merges (all of a .tiktoken file)");
  for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id) {
    const Token& token = vocabulary.tokens[id];
    const bool is_end = static_cast<TokenId>(id) == vocabulary.end_of_text;
    if (is_end ? token.bytes != kEndOfText : !token.from_pieces || token.cut_from_text)
      return not_in_pair(fmt::format("the added token '{}'", token.bytes));
  }
  for (std::size_t index = 1; index < vocabulary.merges.size(); ++index)
    if (vocabulary.merges[index - 1].rank == vocabulary.merges[index].rank)
      return not_in_pair(fmt::format("two merges of rank {}", vocabulary.merges[index].rank));
  return {};
}

}  // namespace

Result<VocabAndMerges> to_vocab_and_merges(const Vocabulary& vocabulary) {
  SCRIBE_TRY(check_pair(vocabulary));
  VocabAndMerges pair{.vocab = to_json_line(Json(ids_of(vocabulary))) + "\n",
                      .merges = "#version: 0.2\n"};
  for (const Merge& merge : vocabulary.merges) pair.merges += text_of(merge, vocabulary) + "\n";
  return pair;
}

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
