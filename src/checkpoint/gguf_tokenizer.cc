// Tokens with a type each, and merges as "left right" or, of SentencePiece's kind, scores.
#include "checkpoint/gguf_tokenizer.h"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>

#include "tokenizer/merge_scores.h"
#include "tokenizer/piece_types.h"
#include "tokenizer/tokenizer_impl.h"

namespace scribe {
namespace {

/// What llama.cpp cuts into pieces by which pattern; the first of a pattern is the one written.
struct Cutting {
  std::string_view name;
  Pattern pattern;
  bool finds_whole = false;  ///< it looks for whole pieces before it merges
  bool begins = false;       ///< a token begins a text where the file does not say
};
constexpr std::array kCuttings =
    std::to_array<Cutting>({{"gpt-2", Pattern::gpt2},
                            {"phi-2", Pattern::gpt2},
                            {"mpt", Pattern::gpt2},
                            {"olmo", Pattern::gpt2},
                            {"starcoder", Pattern::starcoder},
                            {"refact", Pattern::starcoder},
                            {"smollm", Pattern::starcoder},
                            {"codeshell", Pattern::starcoder},
                            {"qwen2", Pattern::qwen2},
                            {"deepseek-r1-qwen", Pattern::qwen2},
                            {"llama-bpe", Pattern::llama3, true, true},
                            {"llama3", Pattern::llama3, true, true},
                            {"llama-v3", Pattern::llama3, true, true},
                            {"dbrx", Pattern::llama3},
                            {"smaug-bpe", Pattern::llama3},
                            {"tekken", Pattern::tekken, true, true},
                            {"gpt-4o", Pattern::o200k},
                            {"deepseek-coder", Pattern::deepseek_coder},
                            {"deepseek-llm", Pattern::deepseek_llm}});

constexpr std::string_view kUnknownText = "<unk>";

/// That of the vocabulary's pattern, the one that looks for whole pieces as it does if there is
/// one; null if llama.cpp has none.
const Cutting* cutting_of(const Vocabulary& vocabulary) {
  const Cutting* found = nullptr;
  for (const Cutting& one : kCuttings) {
    if (one.pattern != vocabulary.pipeline.pattern) continue;
    if (one.finds_whole == vocabulary.whole_pieces) return &one;
    if (found == nullptr) found = &one;
  }
  return found;
}

/// Where the vocabulary and llama.cpp do not both look for whole pieces, or both not, it can be
/// written only if that leads to the same.
Status check_whole_pieces(const Vocabulary& vocabulary, const Cutting& cutting,
                          const std::string& where) {
  if (vocabulary.whole_pieces == cutting.finds_whole) return {};
  Vocabulary merging = vocabulary;
  merging.whole_pieces = false;
  Vocabulary finding = vocabulary;
  finding.whole_pieces = true;
  const Tokenizer whole = make_tokenizer(std::move(finding));
  const Tokenizer merged = make_tokenizer(std::move(merging));
  for (const Token& token : vocabulary.tokens)
    if (whole.encode(token.bytes) != merged.encode(token.bytes))
      return error(ErrorCode::unsupported,
                   "{}: merges do not lead to the token \"{}\", but it is looked for whole; "
                   "llama.cpp would give other ids. --out DIRECTORY writes a Hugging Face "
                   "directory instead",
                   where, text_of(token, Alphabet::bytes));
  return {};
}

/// llama.cpp puts one token before a text or none, and does not normalise: with Qwen's pattern
/// that is how its models are run there, with others it would be unexpected.
Status check_pipeline(const Vocabulary& vocabulary, const std::string& where) {
  const Pipeline& pipeline = vocabulary.pipeline;
  if (pipeline.alphabet == Alphabet::bytes && cutting_of(vocabulary) == nullptr)
    return error(ErrorCode::unsupported,
                 "{}: the tokenizer cuts text by the pattern {}, which llama.cpp does not know. "
                 "--out DIRECTORY writes a Hugging Face directory instead",
                 where, name_of(pipeline.pattern));
  if (pipeline.leading_space != LeadingSpace::none &&
      pipeline.leading_space != LeadingSpace::always)
    return error(ErrorCode::unsupported,
                 "{}: the tokenizer puts a space before a text unless there is one, llama.cpp "
                 "always does. --out DIRECTORY writes a Hugging Face directory instead",
                 where);
  if (pipeline.prefix.size() > 1 || !pipeline.suffix.empty())
    return error(ErrorCode::unsupported,
                 "{}: the template puts {} tokens before a text and {} after it; GGUF has room for "
                 "one before. --out DIRECTORY writes a Hugging Face directory instead",
                 where, pipeline.prefix.size(), pipeline.suffix.size());
  if (pipeline.nfc && pipeline.pattern != Pattern::qwen2)
    return error(ErrorCode::unsupported,
                 "{}: the tokenizer normalises text (NFC), which llama.cpp does not. --out "
                 "DIRECTORY writes a Hugging Face directory instead",
                 where);
  return {};
}

Status add_merges(const Vocabulary& vocabulary, const std::vector<std::string>& texts,
                  GgufHeader& header) {
  std::vector<std::string> merges;
  for (const Merge& merge : vocabulary.merges)
    merges.push_back(texts[static_cast<std::size_t>(merge.left)] + " " +
                     texts[static_cast<std::size_t>(merge.right)]);
  header.add("tokenizer.ggml.merges", merges);
  return {};
}

/// What SentencePiece has instead of merges, and says of a text that begins.
Status add_scores(const Vocabulary& vocabulary, std::int32_t model_ids, const std::string& where,
                  GgufHeader& header) {
  std::optional<std::vector<float>> scores = scores_of(vocabulary);
  if (!scores)
    return error(ErrorCode::unsupported,
                 "{}: the tokenizer's merges are not those that a score for each token leads to; "
                 "llama.cpp would give other ids. --out DIRECTORY writes a Hugging Face directory "
                 "instead",
                 where);
  while (std::cmp_less(scores->size(), model_ids))
    scores->push_back(-static_cast<float>(scores->size()));
  header.add("tokenizer.ggml.scores", std::span<const float>(*scores));
  header.add("tokenizer.ggml.add_space_prefix",
             vocabulary.pipeline.leading_space != LeadingSpace::none);
  for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id)
    if (vocabulary.tokens[id].bytes == kUnknownText && !vocabulary.tokens[id].from_pieces)
      header.add("tokenizer.ggml.unknown_token_id", static_cast<std::uint32_t>(id));
  return {};
}

/// The file's tokens by their text.
using Ids = std::unordered_map<std::string_view, TokenId>;

struct Listed {
  std::vector<std::string_view> texts;
  std::vector<std::int64_t> types;
  std::vector<std::string_view> merges;  ///< none of SentencePiece
  std::vector<double> scores;            ///< of SentencePiece alone
};

Result<Listed> listed_in(const GgufFile& file, Alphabet alphabet) {
  Listed listed;
  SCRIBE_TRY_ASSIGN(listed.texts, file.texts("tokenizer.ggml.tokens"));
  if (alphabet == Alphabet::bytes) {
    SCRIBE_TRY_ASSIGN(listed.merges, file.texts("tokenizer.ggml.merges"));
  } else {
    SCRIBE_TRY_ASSIGN(listed.scores, file.numbers("tokenizer.ggml.scores"));
    if (listed.scores.size() != listed.texts.size())
      return error(ErrorCode::invalid_data, "{}: {} tokens have {} scores", file.path(),
                   listed.texts.size(), listed.scores.size());
  }
  listed.types.assign(listed.texts.size(), static_cast<std::int64_t>(PieceType::normal));
  if (file.contains("tokenizer.ggml.token_type")) {
    SCRIBE_TRY_ASSIGN(listed.types, file.integers("tokenizer.ggml.token_type"));
  }
  if (listed.types.size() != listed.texts.size())
    return error(ErrorCode::invalid_data, "{}: {} tokens have {} types", file.path(),
                 listed.texts.size(), listed.types.size());
  if (std::cmp_greater(listed.texts.size(), kVocabularySizeMax))
    return error(ErrorCode::limit_exceeded, "{}: {} tokens, expected at most {}", file.path(),
                 listed.texts.size(), kVocabularySizeMax);
  while (!listed.types.empty() &&
         listed.types.back() == static_cast<std::int64_t>(PieceType::unused)) {
    listed.types.pop_back();
    listed.texts.pop_back();
    if (!listed.scores.empty()) listed.scores.pop_back();
  }
  return listed;
}

/// The parts of "left right" and what they make together.
std::optional<std::array<std::string, 3>> merge_parts(std::string_view merge) {
  const std::size_t space = merge.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const std::string left(merge.substr(0, space));
  const std::string right(merge.substr(space + 1));
  return std::array{left, right, left + right};
}

Result<std::vector<Merge>> merges_in(const Listed& listed, const Ids& ids,
                                     const std::string& where) {
  std::vector<Merge> merges;
  for (const std::string_view text : listed.merges) {
    const auto parts = merge_parts(text);
    std::array<TokenId, 3> found{};
    for (std::size_t i = 0; i < found.size(); ++i) {
      const auto at = parts ? ids.find((*parts)[i]) : ids.end();
      if (at == ids.end())
        return error(ErrorCode::invalid_data,
                     "{}: merge {} \"{}\" is not two tokens that make a third", where,
                     merges.size(), text);
      found[i] = at->second;
    }
    merges.push_back({found[0], found[1], found[2], static_cast<std::int32_t>(merges.size())});
  }
  return merges;
}

/// First of all: files of other kinds lack what this one must have.
Result<Alphabet> alphabet_of(const GgufFile& file) {
  SCRIBE_TRY_ASSIGN(const std::string model, file.text("tokenizer.ggml.model"));
  if (model == "gpt2") return Alphabet::bytes;
  if (model == "llama") return Alphabet::characters;
  return error(ErrorCode::unsupported,
               "{}: the tokenizer is '{}', only 'gpt2' (byte-level BPE) and 'llama' "
               "(SentencePiece's BPE) are read; use the model's Hugging Face directory",
               file.path(), model);
}

/// The token that comes before a text; llama.cpp takes `by_default` for what the file does not say.
Result<std::vector<TokenId>> prefix_of(const GgufFile& file, bool by_default,
                                       std::int64_t token_count) {
  bool adds_token = by_default && file.contains("tokenizer.ggml.bos_token_id");
  if (file.contains("tokenizer.ggml.add_bos_token")) {
    SCRIBE_TRY_ASSIGN(adds_token, file.boolean("tokenizer.ggml.add_bos_token"));
  }
  if (!adds_token) return std::vector<TokenId>();
  SCRIBE_TRY_ASSIGN(const std::int64_t token, file.integer("tokenizer.ggml.bos_token_id"));
  if (token < 0 || token >= token_count)
    return error(ErrorCode::invalid_data,
                 "{}: tokenizer.ggml.bos_token_id is {}, expected 0 to less than {} (the tokens)",
                 file.path(), token, token_count);
  return std::vector{static_cast<TokenId>(token)};
}

Result<const Cutting*> cutting_in(const GgufFile& file) {
  SCRIBE_TRY_ASSIGN(const std::string cutting, file.text("tokenizer.ggml.pre"));
  const auto* const found = std::ranges::find(kCuttings, cutting, &Cutting::name);
  if (found != kCuttings.end()) return found;
  std::vector<std::string_view> known;
  for (const Cutting& one : kCuttings) known.push_back(one.name);
  return error(ErrorCode::unsupported,
               "{}: the tokenizer cuts text as '{}' does, supported are {} (tokenizer.ggml.pre); "
               "with another the ids would differ",
               file.path(), cutting, fmt::join(known, ", "));
}

/// Everything but tokens and merges. llama.cpp puts a token before a text of SentencePiece's where
/// the file does not say.
Status read_steps(const GgufFile& file, std::int64_t token_count, Vocabulary& vocabulary) {
  Pipeline& pipeline = vocabulary.pipeline;
  bool begins = true;
  if (pipeline.alphabet == Alphabet::bytes) {
    SCRIBE_TRY_ASSIGN(const Cutting* const cutting, cutting_in(file));
    pipeline.pattern = cutting->pattern;
    pipeline.nfc = cutting->pattern == Pattern::qwen2;
    vocabulary.whole_pieces = cutting->finds_whole;
    begins = cutting->begins;
  } else {
    bool adds_space = true;
    if (file.contains("tokenizer.ggml.add_space_prefix")) {
      SCRIBE_TRY_ASSIGN(adds_space, file.boolean("tokenizer.ggml.add_space_prefix"));
    }
    pipeline.leading_space = adds_space ? LeadingSpace::always : LeadingSpace::none;
  }
  SCRIBE_TRY_ASSIGN(pipeline.prefix, prefix_of(file, begins, token_count));
  return {};
}

}  // namespace

Status add_gguf_tokenizer(const Vocabulary& vocabulary, std::int32_t model_ids,
                          const std::string& where, GgufHeader& header) {
  const Pipeline& pipeline = vocabulary.pipeline;
  SCRIBE_TRY(check_pipeline(vocabulary, where));
  const bool is_of_bytes = pipeline.alphabet == Alphabet::bytes;
  const Cutting* const cutting = cutting_of(vocabulary);
  if (is_of_bytes) SCRIBE_TRY(check_whole_pieces(vocabulary, *cutting, where));
  std::vector<std::string> texts;
  std::vector<std::int32_t> types;
  for (const Token& token : vocabulary.tokens) {
    texts.push_back(text_of(token, pipeline.alphabet));
    types.push_back(static_cast<std::int32_t>(piece_type_of(token)));
  }
  SCRIBE_CHECK(std::cmp_less_equal(texts.size(), model_ids), "{} tokens for {} ids", texts.size(),
               model_ids);
  while (std::cmp_less(texts.size(), model_ids)) {
    texts.push_back(fmt::format("[PAD{}]", texts.size()));
    types.push_back(static_cast<std::int32_t>(PieceType::unused));
  }
  header.add("tokenizer.ggml.model", is_of_bytes ? "gpt2" : "llama");
  header.add("tokenizer.ggml.pre", is_of_bytes ? cutting->name : "default");
  header.add("tokenizer.ggml.tokens", texts);
  header.add("tokenizer.ggml.token_type", types);
  SCRIBE_TRY(is_of_bytes ? add_merges(vocabulary, texts, header)
                         : add_scores(vocabulary, model_ids, where, header));
  const auto end_of_text = static_cast<std::uint32_t>(vocabulary.end_of_text);
  const bool has_prefix = !pipeline.prefix.empty();
  header.add("tokenizer.ggml.bos_token_id",
             has_prefix ? static_cast<std::uint32_t>(pipeline.prefix[0]) : end_of_text);
  header.add("tokenizer.ggml.eos_token_id", end_of_text);
  header.add("tokenizer.ggml.add_bos_token", has_prefix);
  return {};
}

Result<std::string> gguf_tokenizer_json(const GgufFile& file, std::int32_t model_ids) {
  SCRIBE_TRY_ASSIGN(const Alphabet alphabet, alphabet_of(file));
  SCRIBE_TRY_ASSIGN(const Listed listed, listed_in(file, alphabet));
  if (std::cmp_greater(listed.texts.size(), model_ids))
    return error(ErrorCode::invalid_data, "{}: {} tokens but the token table has {} rows",
                 file.path(), listed.texts.size(), model_ids);
  Vocabulary vocabulary;
  vocabulary.pipeline.alphabet = alphabet;
  SCRIBE_TRY(read_steps(file, std::ssize(listed.texts), vocabulary));
  Ids ids;
  for (std::size_t id = 0; id < listed.texts.size(); ++id) {
    SCRIBE_TRY_ASSIGN(Token token,
                      token_of_piece(listed.texts[id], listed.types[id], alphabet, file.path()));
    vocabulary.tokens.push_back(std::move(token));
    if (!ids.emplace(listed.texts[id], static_cast<TokenId>(id)).second)
      return error(ErrorCode::invalid_data, "{}: token \"{}\" stands there twice", file.path(),
                   listed.texts[id]);
  }
  if (alphabet == Alphabet::characters) {
    vocabulary.merges = merges_by_score(vocabulary.tokens, listed.scores);
  } else {
    SCRIBE_TRY_ASSIGN(vocabulary.merges, merges_in(listed, ids, file.path()));
  }
  // A token that is cut out of the text may come from pieces as well, if merges lead to it.
  for (const Merge& merge : vocabulary.merges)
    for (const TokenId id : {merge.left, merge.right, merge.merged}) {
      Token& token = vocabulary.tokens[static_cast<std::size_t>(id)];
      token.from_pieces = token.from_pieces || token.cut_from_text;
    }
  SCRIBE_TRY_ASSIGN(vocabulary.end_of_text, special_end_of_text(vocabulary.tokens, file.path()));
  std::string json = to_tokenizer_json(vocabulary);
  SCRIBE_TRY(parse_tokenizer_json(json, file.path() + " (tokenizer)"));
  return json;
}

}  // namespace scribe
