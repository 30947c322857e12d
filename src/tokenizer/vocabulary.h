// What a tokenizer file says, whatever its format: the bytes of each id and the pairs that merge.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "tokenizer/pretokenize.h"
#include "tokenizer/tokenizer.h"

namespace scribe {

/// Larger vocabularies are refused (limit_exceeded); the largest published ones have 2^18 ids.
inline constexpr std::int64_t kVocabularySizeMax = std::int64_t{1} << 20;
/// Longer tokens are refused and never learned; GPT-2's longest has 128 bytes.
inline constexpr std::size_t kTokenBytesMax = 1024;

struct Token {
  std::string bytes;
  /// Pieces of text may become it. False for special tokens and for `cut_from_text` tokens that
  /// only the list of added tokens names.
  bool from_pieces = true;
  /// It is cut out of the text before the text is cut into pieces (Hugging Face's added tokens that
  /// are not special, such as the runs of spaces of CodeGen).
  bool cut_from_text = false;
  /// An added token that is looked for after the text was normalised, not before.
  bool is_normalized = false;
  /// In an alphabet of characters, `<0x0A>`: its byte stands for a part of a character that has no
  /// token, and never merges.
  bool is_byte = false;

  /// Never made from text.
  bool is_special() const { return !from_pieces && !cut_from_text; }
};

/// Two neighbours, `left` and `right`, become `merged`; the lowest rank goes first. Several pairs
/// may share a rank: of those the left-most in the text goes first.
struct Merge {
  TokenId left;
  TokenId right;
  TokenId merged;
  std::int32_t rank;
};

/// What pieces are before their neighbours merge.
enum class Alphabet : std::uint8_t {
  bytes,
  characters,  ///< SentencePiece's: code points, and bytes for those that have no token
};

/// Whether a space is put before a text, as SentencePiece does, so that its first word is the token
/// that it is within a text.
enum class LeadingSpace : std::uint8_t {
  none,
  always,               ///< also behind an added token
  where_missing,        ///< the same, unless the text begins with a space
  first_where_missing,  ///< unless it begins with a space or stands behind an added token
};

/// What is done with a text before its pieces are merged.
struct Pipeline {
  Alphabet alphabet = Alphabet::bytes;
  LeadingSpace leading_space = LeadingSpace::none;  ///< with characters alone
  Pattern pattern = Pattern::gpt2;                  ///< of pieces of bytes
  bool nfc = false;  ///< the text is put into Normalization Form C before it is cut
  /// Special tokens that the file's template puts before and after a text.
  std::vector<TokenId> prefix = {}, suffix = {};
};

/// U+2581, which stands for a space in the tokens of SentencePiece.
inline constexpr std::string_view kSpaceMark = "\u2581";

/// What published vocabularies name the special token that ends documents; DeepSeek writes its with
/// U+FF5C and U+2581, the last is SentencePiece's. Of several in a file the first counts.
inline constexpr std::array<std::string_view, 4> kEndsOfText = {
    kEndOfText, kEndOfTextOfLlama3, "<\uFF5Cend\u2581of\u2581sentence\uFF5C>", "</s>"};

struct Vocabulary {
  std::vector<Token> tokens;  ///< indexed by id
  std::vector<Merge> merges;  ///< ranks never decrease
  TokenId end_of_text = -1;
  /// A piece that is a token is that token even if merging would not lead there (tiktoken; in
  /// tokenizer.json `ignore_merges`).
  bool whole_pieces = false;
  Pipeline pipeline;
};

/// A token as vocabularies write it: in GPT-2's alphabet of bytes, or with U+2581 for spaces and
/// `<0x0A>` for bytes; one that no piece becomes is written as it is.
std::string text_of(const Token& token, Alphabet alphabet);
/// The token that pieces may become with this text; nothing if it is not written so.
std::optional<Token> token_of_text(std::string_view text, Alphabet alphabet);

/// Ids of the tokens that pieces may become, by their bytes, without those of `is_byte`. The keys
/// view the vocabulary's strings.
using TokenIndex = std::unordered_map<std::string_view, TokenId>;
TokenIndex index_of(const std::vector<Token>& tokens);

/// Every way to cut a token into two that pieces may become, as a merge; the rank is the token's
/// place in `order`. So it is where two neighbours merge whenever together they are a token.
std::vector<Merge> all_merges(const std::vector<Token>& tokens, const TokenIndex& index,
                              std::span<const TokenId> order);

inline constexpr TokenId kNoToken = -1;
/// The id of every single byte, or kNoToken: with an alphabet of characters that of `is_byte`.
std::array<TokenId, 256> byte_ids(const Vocabulary& vocabulary);
/// Errors: invalid_data, naming a byte that has no token.
Status require_all_bytes(const std::array<TokenId, 256>& ids, std::string_view where);

/// Reads a `.tiktoken` file's text. `where` (the path) starts the message of an error.
/// Errors: invalid_data with the line, limit_exceeded.
Result<Vocabulary> parse_tiktoken(std::string_view text, std::string_view where);

/// Reads the text of a Hugging Face tokenizer.json.
/// Errors: invalid_data or unsupported, naming the field; limit_exceeded.
Result<Vocabulary> parse_tokenizer_json(std::string_view text, std::string_view where);

/// Reads GPT-2's older pair of files, the texts of a vocab.json (an object of tokens and ids) and a
/// merges.txt ("a b" lines). Text is cut by GPT-2's pattern, `<|endoftext|>` is the one special
/// token. The paths start the messages of errors.
/// Errors: invalid_data with the token or the line; unsupported (another end of text, or alphabet);
/// limit_exceeded.
Result<Vocabulary> parse_vocab_and_merges(std::string_view vocab, std::string_view vocab_path,
                                          std::string_view merges, std::string_view merges_path);

/// Reads SentencePiece's `tokenizer.model`: BPE with bytes for characters that have no token, and
/// nothing done to the text but a space put before it. `adds_first`: the token that begins a text
/// goes before it, which other files say.
/// Errors: invalid_data; unsupported (another kind of model); limit_exceeded.
Result<Vocabulary> parse_sentencepiece(std::string_view bytes, std::string_view where,
                                       bool adds_first);

/// The text of a tokenizer.json that parse_tokenizer_json reads back.
std::string to_tokenizer_json(const Vocabulary& vocabulary);

}  // namespace scribe
