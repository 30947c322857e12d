// Reads .tiktoken files: lines of base64(bytes), a space, the rank, which is the id.
#include <algorithm>
#include <charconv>
#include <numeric>
#include <optional>

#include "tokenizer/vocabulary.h"

namespace scribe {
namespace {

int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

/// Strict RFC 4648: whole groups of four, padded with '=', unused bits zero.
std::optional<std::string> decode_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  std::string bytes;
  std::uint32_t bits = 0;
  std::uint32_t bit_count = 0;
  for (const char c : text.substr(0, text.size() - padding)) {
    const int value = base64_value(c);
    if (value < 0) return std::nullopt;
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    bit_count += 6;
    if (bit_count < 8) continue;
    bit_count -= 8;
    bytes += static_cast<char>(bits >> bit_count);
    bits &= (1U << bit_count) - 1;
  }
  if (bits != 0) return std::nullopt;
  return bytes;
}

struct RankedToken {
  std::string bytes;
  std::int64_t rank;
};

Result<RankedToken> parse_line(std::string_view line, std::string_view where, int number) {
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos)
    return error(ErrorCode::invalid_data, "{}:{}: expected 'base64 rank'", where, number);
  std::optional<std::string> bytes = decode_base64(line.substr(0, space));
  if (!bytes) return error(ErrorCode::invalid_data, "{}:{}: not valid base64", where, number);
  const std::string_view digits = line.substr(space + 1);
  std::int64_t rank = -1;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), rank);
  if (failure != std::errc{} || end != digits.data() + digits.size() || rank < 0)
    return error(ErrorCode::invalid_data, "{}:{}: the rank is not a whole number >= 0", where,
                 number);
  if (rank >= kVocabularySizeMax - 1)
    return error(ErrorCode::limit_exceeded, "{}:{}: rank {}, expected less than {}", where, number,
                 rank, kVocabularySizeMax - 1);
  if (bytes->size() > kTokenBytesMax)
    return error(ErrorCode::limit_exceeded, "{}:{}: a token of {} bytes, expected at most {}",
                 where, number, bytes->size(), kTokenBytesMax);
  return RankedToken{*std::move(bytes), rank};
}

/// The tokens by rank; an empty string where the file has none.
Result<std::vector<Token>> parse_tokens(std::string_view text, std::string_view where) {
  std::vector<Token> tokens;
  int number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    SCRIBE_TRY_ASSIGN(RankedToken token, parse_line(line, where, number));
    const auto id = static_cast<std::size_t>(token.rank);
    if (id >= tokens.size()) tokens.resize(id + 1);
    if (!tokens[id].bytes.empty())
      return error(ErrorCode::invalid_data, "{}:{}: rank {} for the second time", where, number,
                   token.rank);
    tokens[id].bytes = std::move(token.bytes);
  }
  return tokens;
}

/// Gives <|endoftext|> its id. Files from other sources may list it like a token that text can
/// become; it is special all the same.
Result<TokenId> place_end_of_text(std::vector<Token>& tokens, std::string_view where) {
  std::size_t end_of_text = tokens.size();
  for (std::size_t id = 0; id < tokens.size(); ++id) {
    if (!tokens[id].bytes.empty() && tokens[id].bytes != kEndOfText) continue;
    if (end_of_text != tokens.size())
      return error(ErrorCode::invalid_data,
                   "{}: ranks {} and {} are both without a token, expected at most one, for {}",
                   where, end_of_text, id, kEndOfText);
    end_of_text = id;
  }
  if (end_of_text == tokens.size()) tokens.emplace_back();
  tokens[end_of_text] = {.bytes = std::string(kEndOfText), .from_pieces = false};
  return static_cast<TokenId>(end_of_text);
}

}  // namespace

Result<Vocabulary> parse_tiktoken(std::string_view text, std::string_view where) {
  Vocabulary vocabulary;
  vocabulary.whole_pieces = true;
  SCRIBE_TRY_ASSIGN(vocabulary.tokens, parse_tokens(text, where));
  SCRIBE_TRY_ASSIGN(vocabulary.end_of_text, place_end_of_text(vocabulary.tokens, where));
  const TokenIndex index = index_of(vocabulary.tokens);
  SCRIBE_TRY(require_all_bytes(byte_ids(vocabulary), where));
  if (index.size() + 1 != vocabulary.tokens.size())
    return error(ErrorCode::invalid_data, "{}: {} ranks but only {} different tokens", where,
                 vocabulary.tokens.size() - 1, index.size());
  std::vector<TokenId> by_rank(vocabulary.tokens.size());
  std::iota(by_rank.begin(), by_rank.end(), 0);
  vocabulary.merges = all_merges(vocabulary.tokens, index, by_rank);
  return vocabulary;
}

}  // namespace scribe
