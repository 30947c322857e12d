// Look-ups that both file formats share.
#include "tokenizer/vocabulary.h"

namespace scribe {

TokenIndex index_of(const std::vector<Token>& tokens) {
  TokenIndex index;
  index.reserve(tokens.size());
  for (std::size_t id = 0; id < tokens.size(); ++id)
    if (tokens[id].from_pieces) index.emplace(tokens[id].bytes, static_cast<TokenId>(id));
  return index;
}

Result<std::array<TokenId, 256>> byte_tokens(const TokenIndex& index, std::string_view where) {
  std::array<TokenId, 256> ids{};
  for (std::size_t value = 0; value < ids.size(); ++value) {
    const char byte = static_cast<char>(value);
    const auto found = index.find(std::string_view(&byte, 1));
    if (found == index.end())
      return error(ErrorCode::invalid_data,
                   "{}: byte 0x{:02X} has no token, expected one for each of the 256 bytes", where,
                   value);
    ids[value] = found->second;
  }
  return ids;
}

}  // namespace scribe
