// Draws, words and literals of inputs.
#include "exercises/input_parts.h"

#include <fmt/format.h>

#include <algorithm>

namespace scribe {
namespace inputs {
namespace {

constexpr std::array<std::string_view, 72> kVocabulary = {
    "apple",  "river",    "stone",    "cloud",       "level",    "green",      "tiger",
    "music",  "paper",    "ocean",    "light",       "dream",    "noon",       "radar",
    "kayak",  "civic",    "banana",   "window",      "garden",   "summer",     "letter",
    "coffee", "yellow",   "pepper",   "cat",         "dog",      "sun",        "map",
    "ink",    "owl",      "oak",      "sky",         "eye",      "pop",        "tea",
    "at",     "is",       "on",       "go",          "we",       "engine",     "orange",
    "island", "umbrella", "elephant", "notebook",    "mountain", "bookkeeper", "strength",
    "rhythm", "queue",    "aisle",    "mississippi", "balloon",  "committee",  "success",
    "blue",   "red",      "tree",     "fish",        "bird",     "lamp",       "rain",
    "snow",   "wolf",     "bear",     "ada",         "bob",      "eve",        "otto",
    "hannah", "zoe"};

}  // namespace

std::int64_t between(Random& random, std::int64_t low, std::int64_t high) {
  return low +
         static_cast<std::int64_t>(random.next_below(static_cast<std::uint64_t>(high - low + 1)));
}

bool chance(Random& random, int percent) {
  return static_cast<int>(random.next_below(100)) < percent;
}

std::string any_word(Random& random) {
  return std::string(kVocabulary[random.next_below(kVocabulary.size())]);
}

std::string letters(Random& random, std::int64_t count, std::string_view alphabet) {
  std::string text;
  for (std::int64_t i = 0; i < count; ++i) text += alphabet[random.next_below(alphabet.size())];
  return text;
}

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

std::string capital_first(std::string word) {
  if (!word.empty()) word[0] = upper(word[0]);
  return word;
}

// ------------------------------------------------------------------------------------ literals

InputValue of_number(std::int64_t number) {
  return {.literal = std::to_string(number), .numbers = {number}};
}

InputValue of_numbers(Numbers numbers) {
  return {.literal = fmt::format("[{}]", fmt::join(numbers, ", ")), .numbers = std::move(numbers)};
}

InputValue of_text(std::string text) {
  return {.literal = python_string(text), .text = std::move(text)};
}

InputValue of_words(Words words) {
  InputValue value{.literal = "["};
  for (const std::string& word : words)
    value.literal += (&word == words.data() ? "" : ", ") + python_string(word);
  value.literal += "]";
  value.words = std::move(words);
  return value;
}

InputValue of_rows(const std::vector<Numbers>& rows) {
  InputValue value{.literal = "["};
  for (const Numbers& row : rows) {
    value.literal += (&row == rows.data() ? "" : ", ") + of_numbers(row).literal;
    value.numbers.insert(value.numbers.end(), row.begin(), row.end());
  }
  value.literal += "]";
  return value;
}

Numbers any_numbers(Random& random, std::int64_t length, std::int64_t low) {
  const std::int64_t high = chance(random, 55) ? 9 : chance(random, 60) ? 25 : 120;
  Numbers numbers;
  for (std::int64_t i = 0; i < length; ++i)
    numbers.push_back(between(random, std::max(low, -high), high));
  return numbers;
}

std::string joined(std::string_view separator, std::int64_t count,
                   const std::function<std::string()>& part) {
  Words parts;
  for (std::int64_t i = 0; i < count; ++i) parts.push_back(part());
  return fmt::format("{}", fmt::join(parts, separator));
}

std::string numeral(Random& random) {
  if (chance(random, 45)) return any_word(random);
  if (chance(random, 20)) return fmt::format("{}{}", any_word(random), between(random, 1, 9));
  return std::to_string(between(random, 0, 200));
}

}  // namespace inputs

std::string python_string(std::string_view text) {
  const char quote =
      text.find('\'') != std::string_view::npos && text.find('"') == std::string_view::npos ? '"'
                                                                                            : '\'';
  std::string literal(1, quote);
  for (const char c : text) {
    if (c == '\n') {
      literal += "\\n";
      continue;
    }
    if (c == quote || c == '\\') literal += '\\';
    literal += c;
  }
  return literal + quote;
}

}  // namespace scribe
