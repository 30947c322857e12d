// Reads SentencePiece's `tokenizer.model`, a message of Protocol Buffers, without its schema.
//
// The numbers of the fields are those of sentencepiece_model.proto; what is not named here is
// passed over, as messages are made to be read.
#include <fmt/format.h>

#include <bit>
#include <cstring>

#include "tokenizer/merge_scores.h"
#include "tokenizer/piece_types.h"

namespace scribe {
namespace {

/// A field of a message: numbers are in `number` (a float as its bits), all else in `bytes`.
struct Field {
  std::uint64_t id = 0;
  std::uint64_t number = 0;
  std::string_view bytes;
};

/// Gives the fields of a message one after the other.
class Message {
 public:
  Message(std::string_view bytes, std::string where) : rest_(bytes), where_(std::move(where)) {}

  bool is_at_end() const { return rest_.empty(); }

  Result<Field> next() {
    SCRIBE_TRY_ASSIGN(const std::uint64_t key, varint());
    Field field{.id = key >> 3, .bytes = {}};
    switch (key & 7) {
      case 0: {
        SCRIBE_TRY_ASSIGN(field.number, varint());
        return field;
      }
      case 1:
        return fixed(8, field);
      case 5:
        return fixed(4, field);
      case 2: {
        SCRIBE_TRY_ASSIGN(const std::uint64_t length, varint());
        if (length > rest_.size()) return damaged();
        field.bytes = rest_.substr(0, length);
        rest_.remove_prefix(length);
        return field;
      }
      default:
        return damaged();
    }
  }

 private:
  Result<std::uint64_t> varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) return damaged();
      const auto byte = static_cast<std::uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return value;
    }
    return damaged();
  }

  Result<Field> fixed(std::size_t size, Field field) {
    if (rest_.size() < size) return damaged();
    std::memcpy(&field.number, rest_.data(), size);
    rest_.remove_prefix(size);
    return field;
  }

  Error damaged() const {
    return error(ErrorCode::invalid_data, "{}: no message of SentencePiece, or cut off", where_);
  }

  std::string_view rest_;
  std::string where_;
};

/// What of the file matters here, with the defaults of its fields.
struct SentencePieceFile {
  std::vector<Token> tokens;
  std::vector<double> scores;
  std::uint64_t model_type = 1;
  std::uint64_t first_id = 1;  ///< of the token that begins a text; -1: there is none
  bool has_bytes = false;
  bool is_suffix = false;
  std::string_view normalizer;
  bool has_rules = false;
  bool adds_space = true;
  bool removes_spaces = true;
  bool marks_spaces = true;
};

Status read_piece(std::string_view bytes, const std::string& where, SentencePieceFile& file) {
  Message message(bytes, where);
  std::string_view text;
  float score = 0;
  std::int64_t type = 1;
  while (!message.is_at_end()) {
    SCRIBE_TRY_ASSIGN(const Field field, message.next());
    if (field.id == 1) text = field.bytes;
    if (field.id == 2) score = std::bit_cast<float>(static_cast<std::uint32_t>(field.number));
    if (field.id == 3) type = static_cast<std::int64_t>(field.number);
  }
  if (std::cmp_equal(file.tokens.size(), kVocabularySizeMax))
    return error(ErrorCode::limit_exceeded, "{}: more than {} pieces", where, kVocabularySizeMax);
  const std::string what = fmt::format("{}: piece {}", where, file.tokens.size());
  SCRIBE_TRY_ASSIGN(Token token, token_of_piece(text, type, Alphabet::characters, what));
  file.tokens.push_back(std::move(token));
  file.scores.push_back(score);
  return {};
}

Status read_trainer(std::string_view bytes, const std::string& where, SentencePieceFile& file) {
  Message message(bytes, where);
  while (!message.is_at_end()) {
    SCRIBE_TRY_ASSIGN(const Field field, message.next());
    if (field.id == 3) file.model_type = field.number;
    if (field.id == 24) file.is_suffix = field.number != 0;
    if (field.id == 35) file.has_bytes = field.number != 0;
    if (field.id == 41) file.first_id = field.number;
  }
  return {};
}

Status read_normalizer(std::string_view bytes, const std::string& where, SentencePieceFile& file) {
  Message message(bytes, where);
  while (!message.is_at_end()) {
    SCRIBE_TRY_ASSIGN(const Field field, message.next());
    if (field.id == 1) file.normalizer = field.bytes;
    if (field.id == 2) file.has_rules = !field.bytes.empty();
    if (field.id == 3) file.adds_space = field.number != 0;
    if (field.id == 4) file.removes_spaces = field.number != 0;
    if (field.id == 5) file.marks_spaces = field.number != 0;
  }
  return {};
}

Status check_steps(const SentencePieceFile& file, const std::string& where) {
  const auto refused = [&](std::string_view what) {
    return error(ErrorCode::unsupported,
                 "{}: {}; of SentencePiece's models those like Llama 2's are read", where, what);
  };
  constexpr std::uint64_t kBpe = 2;
  if (file.model_type != kBpe)
    return refused(fmt::format("model_type is {}, expected 2 (BPE)", file.model_type));
  if (!file.has_bytes) return refused("byte_fallback is false, expected true");
  if (file.is_suffix) return refused("treat_whitespace_as_suffix is true, expected false");
  if (file.has_rules)
    return refused(fmt::format("the text is normalised ({}), expected identity", file.normalizer));
  if (file.removes_spaces) return refused("remove_extra_whitespaces is true, expected false");
  if (!file.marks_spaces) return refused("escape_whitespaces is false, expected true");
  return {};
}

}  // namespace

Result<Vocabulary> parse_sentencepiece(std::string_view bytes, std::string_view where,
                                       bool adds_first) {
  const std::string path(where);
  SentencePieceFile file;
  Message message(bytes, path);
  while (!message.is_at_end()) {
    SCRIBE_TRY_ASSIGN(const Field field, message.next());
    if (field.id == 1) SCRIBE_TRY(read_piece(field.bytes, path, file));
    if (field.id == 2) SCRIBE_TRY(read_trainer(field.bytes, path, file));
    if (field.id == 3) SCRIBE_TRY(read_normalizer(field.bytes, path, file));
  }
  if (file.tokens.empty())
    return error(ErrorCode::invalid_data, "{}: no pieces, expected a model of SentencePiece", path);
  SCRIBE_TRY(check_steps(file, path));
  Vocabulary vocabulary;
  vocabulary.pipeline.alphabet = Alphabet::characters;
  vocabulary.pipeline.leading_space = file.adds_space ? LeadingSpace::always : LeadingSpace::none;
  vocabulary.tokens = std::move(file.tokens);
  SCRIBE_TRY_ASSIGN(vocabulary.end_of_text, special_end_of_text(vocabulary.tokens, path));
  SCRIBE_TRY(require_all_bytes(byte_ids(vocabulary), path));
  vocabulary.merges = merges_by_score(vocabulary.tokens, file.scores);
  const std::uint64_t first = file.first_id;
  if (adds_first && first < vocabulary.tokens.size() && vocabulary.tokens[first].is_special())
    vocabulary.pipeline.prefix = {static_cast<TokenId>(first)};
  return vocabulary;
}

}  // namespace scribe
