// Python's texts.
#include "cli/functional_correctness.h"

#include <fmt/format.h>

#include <charconv>

namespace scribe::cli {
namespace {

std::string_view without(std::string_view text, std::string_view characters) {
  const std::size_t first = text.find_first_not_of(characters);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(characters) - first + 1);
}

std::string_view file_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0.
}

bool is_short_with_equals(std::string_view word) {
  return word.size() > 2 && word[0] == '-' && word[1] >= 'a' && word[1] <= 'z' && word[2] == '=';
}

}  // namespace

std::vector<std::string> normalized_arguments(std::span<const char* const> argv) {
  std::vector<std::string> words(argv.begin(), argv.end());
  if (words.empty()) return words;
  if (file_name(words[0]) == kFunctionalCorrectnessName)
    words.insert(words.begin() + 1, std::string(kFunctionalCorrectnessName));
  if (words.size() < 2 || words[1] != kFunctionalCorrectnessName) return words;
  std::vector<std::string> result(words.begin(), words.begin() + 2);
  for (std::size_t i = 2; i < words.size(); ++i) {
    if (!is_short_with_equals(words[i])) {
      result.push_back(std::move(words[i]));
      continue;
    }
    result.push_back(words[i].substr(0, 2));
    result.push_back(words[i].substr(3));
  }
  return result;
}

Result<std::vector<std::int64_t>> parse_fire_integers(std::string_view text) {
  const auto wrong = [&] {
    return error(ErrorCode::invalid_argument,
                 "--k={}: expected whole numbers from 1 on, such as 1,10,100", text);
  };
  std::vector<std::int64_t> values;
  std::string_view rest = without(text, " \"'()[]");
  while (!rest.empty()) {
    const std::string_view item = without(rest.substr(0, rest.find(',')), " ");
    std::int64_t value = 0;
    const auto [end, code] = std::from_chars(item.data(), item.data() + item.size(), value);
    if (code != std::errc() || end != item.data() + item.size() || value < 1) return wrong();
    values.push_back(value);
    const std::size_t comma = rest.find(',');
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  }
  if (values.empty()) return wrong();
  return values;
}

std::string python_float(double value) {
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

std::string python_score_dict(std::span<const PassAtK> scores) {
  std::string text = "{";
  for (const PassAtK& score : scores)
    text += fmt::format("{}'pass@{}': {}", text.size() > 1 ? ", " : "", score.k,
                        python_float(score.value));
  return text + "}";
}

}  // namespace scribe::cli
