// Reads the tokenizer.json of Hugging Face `tokenizers`, and GPT-2's older pair of files.
#include <algorithm>
#include <optional>

#include "tokenizer/piece_types.h"
#include "tokenizer/tokenizer_pipeline.h"
#include "tokenizer/vocabulary.h"

namespace scribe {
namespace {

Result<SortedJson> parse_sorted(std::string_view text, std::string_view where) {
  try {
    SortedJson value = SortedJson::parse(text);
    if (!value.is_object())
      return error(ErrorCode::invalid_data, "{}: expected a JSON object", where);
    return value;
  } catch (const SortedJson::exception& exception) {
    return error(ErrorCode::invalid_data, "{}: not valid JSON: {}", where, exception.what());
  }
}

/// Bytes for characters that have no token are SentencePiece's way.
Result<Alphabet> alphabet_of(const Reader& model) {
  SCRIBE_TRY_ASSIGN(const bool has_bytes_for_the_rest, model.boolean("byte_fallback", false));
  return has_bytes_for_the_rest ? Alphabet::characters : Alphabet::bytes;
}

Status check_model(const Reader& model, Alphabet alphabet) {
  if (!model.field("type").is_null()) SCRIBE_TRY(model.require_type("BPE"));
  if (model.field("dropout") != SortedJson(0.0)) SCRIBE_TRY(model.require_unset("dropout"));
  SCRIBE_TRY(model.require_unset("continuing_subword_prefix"));
  SCRIBE_TRY(model.require_unset("end_of_word_suffix"));
  return alphabet == Alphabet::characters ? model.require_unset("ignore_merges") : Status();
}

struct AddedToken {
  std::int64_t id;
  std::string content;
  bool is_special;
  bool is_normalized;
};

Result<std::int64_t> checked_id(const SortedJson& value, const std::string& what) {
  if (!value.is_number_integer() || value < SortedJson(0))
    return error(ErrorCode::invalid_data, "{}: the id is not a whole number >= 0", what);
  if (value >= SortedJson(kVocabularySizeMax))
    return error(ErrorCode::limit_exceeded, "{}: the id is too large, expected less than {}", what,
                 kVocabularySizeMax);
  return value.get<std::int64_t>();
}

Result<AddedToken> parse_added_token(const SortedJson& entry, const std::string& what) {
  if (!entry.is_object()) return error(ErrorCode::invalid_data, "{}: expected an object", what);
  const Reader reader(entry, what, "");
  AddedToken added{};
  SCRIBE_TRY_ASSIGN(added.id, checked_id(reader.field("id"), what));
  if (!reader.field("content").is_string() || reader.field("content") == SortedJson(""))
    return reader.wrong("content", "a string that is not empty");
  added.content = reader.field("content").get<std::string>();
  SCRIBE_TRY_ASSIGN(added.is_special, reader.boolean("special", false));
  SCRIBE_TRY_ASSIGN(added.is_normalized, reader.boolean("normalized", !added.is_special));
  // Special tokens are never looked for in text, so that it does not matter how they would be.
  if (added.is_special) return added;
  for (const char* name : {"single_word", "lstrip", "rstrip"})
    SCRIBE_TRY(reader.require_unset(name));
  return added;
}

Result<std::vector<AddedToken>> parse_added_tokens(const Reader& root) {
  std::vector<AddedToken> tokens;
  const SortedJson& list = root.field("added_tokens");
  if (list.is_null()) return tokens;
  if (!list.is_array()) return root.wrong("added_tokens", "an array");
  for (const SortedJson& entry : list) {
    const std::string what = fmt::format("{}: added_tokens[{}]", root.where(), tokens.size());
    SCRIBE_TRY_ASSIGN(AddedToken token, parse_added_token(entry, what));
    tokens.push_back(std::move(token));
  }
  return tokens;
}

using TextIndex = std::unordered_map<std::string_view, TokenId>;

/// Puts the tokens of `vocab`, an object that `name` names in errors, at their ids. Their bytes
/// stay in the alphabet of the file: only with the added tokens at hand can they be told apart from
/// text that is written as it is.
Status place_vocabulary(const SortedJson& vocab, const std::string& name,
                        std::vector<Token>& tokens, TextIndex& index) {
  for (const auto& [text, value] : vocab.items()) {
    const std::string what = fmt::format("{}[\"{}\"]", name, text);
    SCRIBE_TRY_ASSIGN(const std::int64_t number, checked_id(value, what));
    const auto id = static_cast<std::size_t>(number);
    if (text.empty()) return error(ErrorCode::invalid_data, "{}: a token without bytes", what);
    if (text.size() > kTokenBytesMax * 2)  // At most two bytes of text per byte.
      return error(ErrorCode::limit_exceeded, "{}: a token of more than {} bytes", what,
                   kTokenBytesMax);
    if (id >= tokens.size()) tokens.resize(id + 1);
    if (!tokens[id].bytes.empty())
      return error(ErrorCode::invalid_data, "{}: id {} for the second time", what, id);
    tokens[id].bytes = text;
  }
  for (std::size_t id = 0; id < tokens.size(); ++id)
    if (!tokens[id].bytes.empty()) index.emplace(tokens[id].bytes, static_cast<TokenId>(id));
  return {};
}

/// Turns the vocabulary's texts into bytes and puts the added tokens at their ids.
Status place_added_tokens(const std::vector<AddedToken>& added, Alphabet alphabet,
                          std::vector<Token>& tokens, std::string_view where) {
  for (const AddedToken& token : added) {
    const auto id = static_cast<std::size_t>(token.id);
    if (id >= tokens.size()) tokens.resize(id + 1);
    const bool is_listed = !tokens[id].bytes.empty();
    if (is_listed && tokens[id].bytes != token.content)
      return error(ErrorCode::invalid_data, "{}: id {} is both \"{}\" and the added token \"{}\"",
                   where, id, tokens[id].bytes, token.content);
    if (alphabet == Alphabet::characters && token.is_normalized && !token.is_special)
      return error(ErrorCode::unsupported,
                   "{}: the added token \"{}\" is looked for in normalised text, expected "
                   "\"normalized\": false with SentencePiece's steps",
                   where, token.content);
    const std::optional<Token> of_pieces = token_of_text(token.content, alphabet);
    const bool can_come_from_pieces =
        is_listed && !token.is_special && of_pieces && of_pieces->bytes == token.content;
    tokens[id] = {token.content, can_come_from_pieces, !token.is_special, token.is_normalized};
  }
  return {};
}

/// Turns the texts of the tokens that pieces may become into bytes, and checks that no id is
/// missing.
Status decode_tokens(Alphabet alphabet, std::vector<Token>& tokens, std::string_view where) {
  for (std::size_t id = 0; id < tokens.size(); ++id) {
    Token& token = tokens[id];
    if (token.bytes.empty())
      return error(ErrorCode::invalid_data, "{}: no token has id {}, expected ids 0 to {}", where,
                   id, tokens.size() - 1);
    if (!token.from_pieces) continue;
    std::optional<Token> decoded = token_of_text(token.bytes, alphabet);
    if (!decoded)
      return error(ErrorCode::unsupported, "{}: \"{}\" is not written in {}", where, token.bytes,
                   alphabet == Alphabet::bytes ? "GPT-2's alphabet of bytes"
                                               : "SentencePiece's way, with U+2581 for a space");
    token.bytes = std::move(decoded->bytes);
    token.is_byte = decoded->is_byte;
  }
  return {};
}

using MergeParts = std::pair<std::string_view, std::string_view>;

std::optional<MergeParts> parts_of_line(std::string_view text) {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  return MergeParts(text.substr(0, space), text.substr(space + 1));
}

/// "a b" or ["a", "b"].
std::optional<MergeParts> merge_parts(const SortedJson& entry) {
  if (entry.is_array() && entry.size() == 2 && entry[0].is_string() && entry[1].is_string())
    return MergeParts(entry[0].get_ref<const std::string&>(),
                      entry[1].get_ref<const std::string&>());
  if (!entry.is_string()) return std::nullopt;
  return parts_of_line(entry.get_ref<const std::string&>());
}

/// Turns texts of tokens into merges, one after the other.
class MergeList {
 public:
  MergeList(Alphabet alphabet, const TextIndex& index, const std::vector<Token>& tokens)
      : alphabet_(alphabet), index_(index), tokens_(tokens) {}

  /// `where` begins the message of an error. What transformers makes of SentencePiece's files lists
  /// merges to "</s>": they are left out, for text never becomes a special token.
  Status add(const MergeParts& parts, const std::string& where) {
    const auto left = index_.find(parts.first);
    const auto right = index_.find(parts.second);
    const auto merged = index_.find(std::string(parts.first) + std::string(parts.second));
    if (left == index_.end() || right == index_.end() || merged == index_.end())
      return error(ErrorCode::invalid_data,
                   "{}: \"{}\", \"{}\" or both together are not in the vocabulary", where,
                   parts.first, parts.second);
    for (const auto& part : {left, right, merged}) {
      const Token& token = tokens_[static_cast<std::size_t>(part->second)];
      if (alphabet_ == Alphabet::characters && token.is_special()) return {};
      if (!token.from_pieces)
        return error(ErrorCode::invalid_data,
                     "{}: \"{}\" is an added token, which text cannot merge to", where,
                     part->first);
    }
    merges_.push_back(
        {left->second, right->second, merged->second, static_cast<std::int32_t>(merges_.size())});
    return {};
  }

  std::size_t size() const { return merges_.size(); }
  std::vector<Merge> take() { return std::move(merges_); }

 private:
  Alphabet alphabet_;
  const TextIndex& index_;
  const std::vector<Token>& tokens_;
  std::vector<Merge> merges_;
};

Result<std::vector<Merge>> parse_merges(const Reader& model, Alphabet alphabet,
                                        const TextIndex& index, const std::vector<Token>& tokens) {
  const SortedJson& list = model.field("merges");
  if (!list.is_array()) return model.wrong("merges", "an array");
  MergeList merges(alphabet, index, tokens);
  for (std::size_t place = 0; const SortedJson& entry : list) {
    const std::string where = fmt::format("{}: model.merges[{}]", model.where(), place++);
    const auto parts = merge_parts(entry);
    if (!parts)
      return error(ErrorCode::invalid_data, "{}: expected \"a b\" or [\"a\", \"b\"]", where);
    SCRIBE_TRY(merges.add(*parts, where));
  }
  return merges.take();
}

/// The lines of a merges.txt; the first may say "#version: 0.2".
Result<std::vector<Merge>> parse_merge_lines(std::string_view text, std::string_view path,
                                             const TextIndex& index,
                                             const std::vector<Token>& tokens) {
  MergeList merges(Alphabet::bytes, index, tokens);
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || (number == 1 && line.starts_with("#version"))) continue;
    const std::string where = fmt::format("{}:{}", path, number);
    const auto parts = parts_of_line(line);
    if (!parts) return error(ErrorCode::invalid_data, "{}: expected 'a b'", where);
    if (merges.size() == kVocabularySizeMax)
      return error(ErrorCode::limit_exceeded, "{}: more than {} merges", where, kVocabularySizeMax);
    SCRIBE_TRY(merges.add(*parts, where));
  }
  return merges.take();
}

/// Errors: invalid_data if a token that stands for a byte merges.
Status check_merges(const Vocabulary& vocabulary, std::string_view where) {
  for (std::size_t i = 0; i < vocabulary.merges.size(); ++i) {
    const Merge& merge = vocabulary.merges[i];
    for (const TokenId id : {merge.left, merge.right, merge.merged})
      if (vocabulary.tokens[static_cast<std::size_t>(id)].is_byte)
        return error(ErrorCode::invalid_data,
                     "{}: model.merges[{}]: id {} stands for a byte, which does not merge", where,
                     i, id);
  }
  return {};
}

/// 0xC0, 0xC1 and 0xF5..0xFF are in no UTF-8, 0xF1..0xF4 begin characters of the planes 4 to 16,
/// which have none but for private use: vocabularies that are learned from text lack some of them.
bool hardly_occurs(std::size_t byte) {
  return byte == 0xC0 || byte == 0xC1 || byte >= 0xF1;
}

/// Bytes that hardly occur may be without a token if nothing stands for them.
/// Errors: invalid_data for other bytes, unsupported if something does.
Status check_bytes(const Vocabulary& vocabulary, const Reader& model) {
  std::array<TokenId, 256> ids = byte_ids(vocabulary);
  if (std::ranges::find(ids, kNoToken) == ids.end()) return {};
  SCRIBE_TRY(model.require_unset("unk_token"));
  for (std::size_t byte = 0; byte < ids.size(); ++byte)
    if (hardly_occurs(byte)) ids[byte] = 0;
  return require_all_bytes(ids, model.where());
}

}  // namespace

Result<Vocabulary> parse_tokenizer_json(std::string_view text, std::string_view where) {
  SCRIBE_TRY_ASSIGN(const SortedJson file, parse_sorted(text, where));
  const Reader root(file, std::string(where), "");
  SCRIBE_TRY_ASSIGN(const Reader model, root.object("model"));
  SCRIBE_TRY_ASSIGN(const Alphabet alphabet, alphabet_of(model));
  SCRIBE_TRY(check_model(model, alphabet));
  Vocabulary vocabulary;
  SCRIBE_TRY_ASSIGN(vocabulary.pipeline, parse_pipeline(root, alphabet));
  SCRIBE_TRY_ASSIGN(vocabulary.whole_pieces, model.boolean("ignore_merges", false));
  SCRIBE_TRY_ASSIGN(const std::vector<AddedToken> added, parse_added_tokens(root));
  std::vector<Token> tokens;
  TextIndex index;
  if (!model.field("vocab").is_object()) return model.wrong("vocab", "an object");
  SCRIBE_TRY(
      place_vocabulary(model.field("vocab"), fmt::format("{}: model.vocab", where), tokens, index));
  // The index views strings that the next step moves: it keeps its own copy of them.
  vocabulary.tokens = tokens;
  SCRIBE_TRY(place_added_tokens(added, alphabet, vocabulary.tokens, where));
  SCRIBE_TRY_ASSIGN(vocabulary.end_of_text, special_end_of_text(vocabulary.tokens, where));
  SCRIBE_TRY_ASSIGN(vocabulary.merges, parse_merges(model, alphabet, index, vocabulary.tokens));
  SCRIBE_TRY(decode_tokens(alphabet, vocabulary.tokens, where));
  SCRIBE_TRY(check_merges(vocabulary, where));
  SCRIBE_TRY(check_bytes(vocabulary, model));
  SCRIBE_TRY(check_template(vocabulary, where));
  return vocabulary;
}

Result<Vocabulary> parse_vocab_and_merges(std::string_view vocab, std::string_view vocab_path,
                                          std::string_view merges, std::string_view merges_path) {
  SCRIBE_TRY_ASSIGN(const SortedJson file, parse_sorted(vocab, vocab_path));
  std::vector<Token> tokens;
  TextIndex index;
  SCRIBE_TRY(place_vocabulary(file, fmt::format("{}: ", vocab_path), tokens, index));
  const auto end_of_text = index.find(kEndOfText);
  if (end_of_text == index.end())
    return error(ErrorCode::unsupported,
                 "{}: no token {}, expected one: without a tokenizer.json only GPT-2's own layout "
                 "is read",
                 vocab_path, kEndOfText);
  Vocabulary vocabulary;
  vocabulary.end_of_text = end_of_text->second;
  vocabulary.tokens = tokens;  // The index views strings of the others.
  vocabulary.tokens[static_cast<std::size_t>(vocabulary.end_of_text)].from_pieces = false;
  SCRIBE_TRY_ASSIGN(vocabulary.merges,
                    parse_merge_lines(merges, merges_path, index, vocabulary.tokens));
  SCRIBE_TRY(decode_tokens(Alphabet::bytes, vocabulary.tokens, vocab_path));
  SCRIBE_TRY(require_all_bytes(byte_ids(vocabulary), vocab_path));
  return vocabulary;
}

}  // namespace scribe
