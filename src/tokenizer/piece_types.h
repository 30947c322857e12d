// What kind of token each is, as SentencePiece and GGUF number them.
#pragma once

#include <string>

#include "tokenizer/vocabulary.h"

namespace scribe {

enum class PieceType : std::uint8_t {
  normal = 1,        ///< one that pieces of text become
  unknown = 2,       ///< special
  control = 3,       ///< special: never made from text
  user_defined = 4,  ///< cut out of the text as it is
  unused = 5,        ///< there for its id alone
  byte = 6,          ///< `<0x0A>`, with an alphabet of characters
};

PieceType piece_type_of(const Token& token);

/// The token of this text and type. `where` starts the message of an error. Errors: unsupported for
/// another type or alphabet; invalid_data for the text of a byte that is none; limit_exceeded.
Result<Token> token_of_piece(std::string_view text, std::int64_t type, Alphabet alphabet,
                             const std::string& where);

/// The first of kEndsOfText that is special. Errors: unsupported.
Result<TokenId> special_end_of_text(const std::vector<Token>& tokens, std::string_view where);

}  // namespace scribe
