// Types of tokens, in and out.
#include "tokenizer/piece_types.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace scribe {

PieceType piece_type_of(const Token& token) {
  if (token.is_byte) return PieceType::byte;
  if (token.cut_from_text) return PieceType::user_defined;
  return token.from_pieces ? PieceType::normal : PieceType::control;
}

Result<Token> token_of_piece(std::string_view text, std::int64_t type, Alphabet alphabet,
                             const std::string& where) {
  const bool is_of_bytes = alphabet == Alphabet::bytes;
  const auto is = [&](PieceType wanted) { return type == static_cast<std::int64_t>(wanted); };
  if (text.empty()) return error(ErrorCode::invalid_data, "{}: a token without bytes", where);
  if (is(PieceType::control) || is(PieceType::unused) || is(PieceType::unknown))
    return Token{.bytes = std::string(text), .from_pieces = false, .cut_from_text = false};
  if (is(PieceType::user_defined))
    return Token{.bytes = std::string(text), .from_pieces = false, .cut_from_text = true};
  if (!is(PieceType::normal) && (is_of_bytes || !is(PieceType::byte)))
    return error(ErrorCode::unsupported, "{}: token \"{}\" is of type {}, expected 1 to {}", where,
                 text, type, is_of_bytes ? 5 : 6);
  std::optional<Token> token = token_of_text(text, alphabet);
  if (!token)
    return error(
        ErrorCode::unsupported, "{}: token \"{}\" is not written in {}", where, text,
        is_of_bytes ? "GPT-2's alphabet of bytes" : "SentencePiece's way, with U+2581 for a space");
  if (token->is_byte != is(PieceType::byte))
    return error(ErrorCode::invalid_data, "{}: token \"{}\" is of type {}, expected {}", where,
                 text, type, token->is_byte ? "6" : "1, or the text of a byte, such as <0x0A>");
  if (token->bytes.size() > kTokenBytesMax)
    return error(ErrorCode::limit_exceeded, "{}: a token of more than {} bytes", where,
                 kTokenBytesMax);
  return *std::move(token);
}

Result<TokenId> special_end_of_text(const std::vector<Token>& tokens, std::string_view where) {
  for (const std::string_view name : kEndsOfText) {
    const auto found = std::ranges::find_if(
        tokens, [&](const Token& token) { return token.is_special() && token.bytes == name; });
    if (found != tokens.end()) return static_cast<TokenId>(found - tokens.begin());
  }
  return error(ErrorCode::unsupported,
               "{}: no control token (a special one of added_tokens) ends a text, expected {}",
               where, fmt::join(kEndsOfText, " or "));
}

}  // namespace scribe
