// Two files, one field.
#include "checkpoint/end_tokens.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"

namespace scribe {
namespace {

/// With which CodeLlama ends what it fills in, whatever its files say.
constexpr std::string_view kEndOfMiddle = "\u2581<EOT>";

}  // namespace

Result<std::vector<TokenId>> end_tokens(Env& env, const std::string& directory,
                                        const Tokenizer& tokenizer) {
  std::vector<TokenId> ends;
  if (const std::optional<TokenId> end = tokenizer.added_token(kEndOfMiddle)) ends.push_back(*end);
  const std::vector<TokenId> special = tokenizer.special_tokens();
  for (const char* const name : {"config.json", "generation_config.json"}) {
    const std::string path = fmt::format("{}/{}", directory, name);
    if (!env.exists(path)) continue;
    SCRIBE_TRY_ASSIGN(const std::string text, env.read_file(path));
    SCRIBE_TRY_ASSIGN(const Json json, parse_json(text, path));
    if (!json.is_object())
      return error(ErrorCode::invalid_data, "{}: expected a JSON object", path);
    const auto found = json.find("eos_token_id");
    if (found == json.end() || found->is_null()) continue;
    for (const Json& id : found->is_array() ? *found : Json::array({*found})) {
      if (!id.is_number_integer())
        return error(ErrorCode::invalid_data,
                     "{}: field 'eos_token_id' is {}, expected a number or a list of numbers", path,
                     found->type_name());
      const auto is_it = [&](TokenId token) { return id == token; };
      const auto known = std::ranges::find_if(special, is_it);
      if (known != special.end() && std::ranges::find(ends, *known) == ends.end())
        ends.push_back(*known);
    }
  }
  return ends;
}

}  // namespace scribe
