// Cuts a chat template into text, expressions and statements.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace scribe::chat {

enum class TokenKind {
  text,          ///< to be printed as it is
  output_begin,  ///< {{
  output_end,
  block_begin,  ///< {%
  block_end,
  name,
  string,  ///< `text` is what it stands for
  integer,
  real,
  symbol,  ///< an operator or a bracket
  end,
};

struct Token {
  TokenKind kind = TokenKind::end;
  std::string text;
  int line = 1;
};

/// As Jinja does with trim_blocks and lstrip_blocks, which is how chat templates are written: the
/// newline behind a statement goes, and so do blanks before one that begins its line. Comments go.
/// Errors: invalid_data, naming the line.
Result<std::vector<Token>> template_tokens(std::string_view source);

}  // namespace scribe::chat
