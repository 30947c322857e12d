// Look-ups and texts of tokens that the file formats share.
#include "tokenizer/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>

#include "tokenizer/byte_alphabet.h"
#include "tokenizer/character_pieces.h"

namespace scribe {

namespace {

/// "<0x0A>", with capital letters.
std::string text_of_byte(std::uint8_t byte) {
  return fmt::format("<0x{:02X}>", byte);
}

std::optional<std::uint8_t> byte_of_text(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  if (text.size() != 6 || !text.starts_with("<0x") || text[5] != '>') return std::nullopt;
  const std::size_t high = kDigits.find(text[3]);
  const std::size_t low = kDigits.find(text[4]);
  if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
  return static_cast<std::uint8_t>(high * 16 + low);
}

std::string with_marks(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) byte == ' ' ? text += kSpaceMark : text += byte;
  return text;
}

}  // namespace

std::string text_of(const Token& token, Alphabet alphabet) {
  if (!token.from_pieces) return token.bytes;
  if (alphabet == Alphabet::bytes) return to_byte_alphabet(token.bytes);
  return token.is_byte ? text_of_byte(static_cast<std::uint8_t>(token.bytes[0]))
                       : with_marks(token.bytes);
}

std::optional<Token> token_of_text(std::string_view text, Alphabet alphabet) {
  if (alphabet == Alphabet::bytes) {
    std::optional<std::string> bytes = from_byte_alphabet(text);
    if (!bytes) return std::nullopt;
    return Token{.bytes = *std::move(bytes)};
  }
  if (const std::optional<std::uint8_t> byte = byte_of_text(text))
    return Token{.bytes = std::string(1, static_cast<char>(*byte)), .is_byte = true};
  if (text.find(' ') != std::string_view::npos)
    return std::nullopt;  // Texts have none: they are U+2581 by then.
  return Token{.bytes = with_spaces(text)};
}

TokenIndex index_of(const std::vector<Token>& tokens) {
  TokenIndex index;
  index.reserve(tokens.size());
  for (std::size_t id = 0; id < tokens.size(); ++id)
    if (tokens[id].from_pieces && !tokens[id].is_byte)
      index.emplace(tokens[id].bytes, static_cast<TokenId>(id));
  return index;
}

std::vector<Merge> all_merges(const std::vector<Token>& tokens, const TokenIndex& index,
                              std::span<const TokenId> order) {
  std::vector<Merge> merges;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const Token& token = tokens[static_cast<std::size_t>(order[rank])];
    if (!token.from_pieces || token.is_byte) continue;
    const std::string_view bytes = token.bytes;
    for (std::size_t cut = bytes.size() - 1; cut > 0; --cut) {
      const auto left = index.find(bytes.substr(0, cut));
      if (left == index.end()) continue;
      const auto right = index.find(bytes.substr(cut));
      if (right == index.end()) continue;
      merges.push_back({left->second, right->second, order[rank], static_cast<std::int32_t>(rank)});
    }
  }
  return merges;
}

std::array<TokenId, 256> byte_ids(const Vocabulary& vocabulary) {
  const bool is_of_bytes = vocabulary.pipeline.alphabet == Alphabet::bytes;
  std::array<TokenId, 256> ids{};
  ids.fill(kNoToken);
  for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id) {
    const Token& token = vocabulary.tokens[id];
    if (token.bytes.size() != 1 || !(is_of_bytes ? token.from_pieces : token.is_byte)) continue;
    TokenId& place = ids[static_cast<std::uint8_t>(token.bytes[0])];
    if (place == kNoToken) place = static_cast<TokenId>(id);
  }
  return ids;
}

Status require_all_bytes(const std::array<TokenId, 256>& ids, std::string_view where) {
  const auto* const missing = std::ranges::find(ids, kNoToken);
  if (missing == ids.end()) return {};
  return error(ErrorCode::invalid_data,
               "{}: byte 0x{:02X} has no token, expected one for each of the 256 bytes", where,
               missing - ids.begin());
}

}  // namespace scribe
