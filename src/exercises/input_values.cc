// Values of every kind.
#include "exercises/input_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>

#include "base/check.h"

namespace scribe {
namespace {

using Random = PhiloxStream;
using Numbers = std::vector<std::int64_t>;
using Words = std::vector<std::string>;
using Before = std::span<const InputValue>;

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
constexpr std::array<std::string_view, 8> kPeople = {"ann", "bob",  "cleo", "dan",
                                                     "eve", "finn", "gus",  "hana"};

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

std::string capitalised(std::string word) {
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

// ------------------------------------------------------------------------------------- numbers

std::int64_t any_natural(Random& random) {
  switch (random.next_below(4)) {
    case 0:
      return between(random, 1, 30);
    case 1:
      return between(random, 10, 130);
    case 2:
      return between(random, 100, 1500);
    default:
      return between(random, 1000, 99999);
  }
}

InputValue integer(const Numbers& edges, int index, Random& random, std::int64_t low,
                   std::int64_t high) {
  if (index < static_cast<int>(edges.size()))
    return of_number(edges[static_cast<std::size_t>(index)]);
  return of_number(between(random, low, high));
}

InputValue natural(const Numbers& edges, int index, Random& random, bool may_be_negative) {
  if (index < static_cast<int>(edges.size()))
    return of_number(edges[static_cast<std::size_t>(index)]);
  const std::int64_t number = any_natural(random);
  return of_number(may_be_negative && chance(random, 30) ? -number : number);
}

/// Lists of small numbers repeat them, lists of large ones show what depends on size.
Numbers any_numbers(Random& random, std::int64_t length, std::int64_t low) {
  const std::int64_t high = chance(random, 55) ? 9 : chance(random, 60) ? 25 : 120;
  Numbers numbers;
  for (std::int64_t i = 0; i < length; ++i)
    numbers.push_back(between(random, std::max(low, -high), high));
  return numbers;
}

InputValue integers(int index, Random& random, std::int64_t length_min, std::int64_t low) {
  static const std::vector<Numbers> kEdges = {{},
                                              {5},
                                              {0},
                                              {4, 4},
                                              {7, 2},
                                              {3, 3, 3, 3},
                                              {1, 2, 3, 4, 5},
                                              {9, 6, 4, 1},
                                              {2, 7, 2, 7, 7},
                                              {-3},
                                              {-5, 4},
                                              {-2, -8, -1},
                                              {0, 0, 1},
                                              {10, -10, 10}};
  Numbers numbers = index < static_cast<int>(kEdges.size())
                        ? kEdges[static_cast<std::size_t>(index)]
                        : any_numbers(random, between(random, 2, 10), low);
  if (index < static_cast<int>(kEdges.size()))
    for (std::int64_t& number : numbers) number = number < low ? -number + (number == 0) : number;
  while (static_cast<std::int64_t>(numbers.size()) < length_min)
    numbers.push_back(between(random, std::max<std::int64_t>(low, -9), 9));
  return of_numbers(std::move(numbers));
}

InputValue sorted_integers(int index, Random& random, std::int64_t length_min) {
  Numbers numbers = integers(index, random, length_min, -1000).numbers;
  std::ranges::sort(numbers);
  return of_numbers(std::move(numbers));
}

InputValue distinct_integers(int index, Random& random, std::int64_t length_min) {
  Numbers numbers;
  for (const std::int64_t number : integers(index, random, length_min, -1000).numbers)
    if (std::ranges::find(numbers, number) == numbers.end()) numbers.push_back(number);
  return of_numbers(std::move(numbers));
}

InputValue element(int index, Before before, Random& random) {
  const bool from_list = !before.empty() && !before[0].numbers.empty() && chance(random, 60);
  if (from_list) return of_number(before[0].numbers[random.next_below(before[0].numbers.size())]);
  return index % 5 == 0 ? of_number(0) : of_number(between(random, -10, 12));
}

std::string float_text(Random& random, double scale) {
  const double number = (random.next_double() * 2 - 1) * scale;
  return fmt::format("{:.1f}", chance(random, 30) ? std::round(number) : number);
}

InputValue floats(int index, Random& random, std::int64_t length_min) {
  std::int64_t length = index < 3 ? index : between(random, 2, 8);
  length = std::max(length, length_min);
  Words parts;
  for (std::int64_t i = 0; i < length; ++i) parts.push_back(float_text(random, 20));
  return {.literal = fmt::format("[{}]", fmt::join(parts, ", "))};
}

InputValue matrix(int index, Random& random, bool is_square) {
  const std::int64_t height = index == 0 ? 1 : between(random, 1, 4);
  const std::int64_t width = is_square ? height : index < 2 ? index + 1 : between(random, 1, 4);
  std::vector<Numbers> rows;
  for (std::int64_t i = 0; i < height; ++i) rows.push_back(any_numbers(random, width, -9));
  return of_rows(rows);
}

InputValue ragged(int index, Random& random) {
  std::vector<Numbers> rows;
  const std::int64_t height = index < 2 ? index : between(random, 1, 5);
  for (std::int64_t i = 0; i < height; ++i)
    rows.push_back(any_numbers(random, between(random, index == 2 ? 0 : 1, 5), -1000));
  if (index > 3 && chance(random, 25)) rows.emplace_back();
  return of_rows(rows);
}

// --------------------------------------------------------------------------------------- texts

std::string sentence(Random& random) {
  constexpr std::array<std::string_view, 10> kEnds = {"", "", "", ",", ".", "!", "?", ";", "", ""};
  std::string text;
  for (std::int64_t left = between(random, 1, 6); left > 0; --left) {
    std::string word =
        chance(random, 12) ? std::to_string(between(random, 0, 120)) : any_word(random);
    if (chance(random, 30)) word = capitalised(std::move(word));
    if (chance(random, 8)) std::ranges::transform(word, word.begin(), upper);
    text += (text.empty() ? "" : chance(random, 8) ? "  " : " ") + word;
    text += kEnds[random.next_below(kEnds.size())];
  }
  return text;
}

InputValue text(int index, Random& random) {
  static const Words kEdges = {"", "a", "A", " ", "aa bb", "Hello, World!", "x1y22", "Noon  noon"};
  if (index < static_cast<int>(kEdges.size()))
    return of_text(kEdges[static_cast<std::size_t>(index)]);
  return of_text(sentence(random));
}

InputValue word(int index, Random& random) {
  static const Words kEdges = {"", "a", "zz", "ab", "aba", "hello"};
  if (index < static_cast<int>(kEdges.size()))
    return of_text(kEdges[static_cast<std::size_t>(index)]);
  if (chance(random, 35)) return of_text(letters(random, between(random, 3, 10), "abcde"));
  return of_text(any_word(random));
}

InputValue mixed_word(int index, Random& random) {
  static const Words kEdges = {"", "a", "B", "aB", "Level", "HELLO"};
  if (index < static_cast<int>(kEdges.size()))
    return of_text(kEdges[static_cast<std::size_t>(index)]);
  std::string text = any_word(random);
  for (char& c : text)
    if (chance(random, 40)) c = upper(c);
  return of_text(text);
}

InputValue palindromic(int index, Random& random) {
  std::string text = word(index, random).text;
  if (chance(random, 55)) {
    const std::string back(text.rbegin(), text.rend());
    text += chance(random, 50) || back.empty() ? back : back.substr(1);
    if (chance(random, 35))
      text[random.next_below(text.size() + 1) % std::max<std::size_t>(1, text.size())] = 'x';
  }
  return of_text(text.empty() && index > 0 ? "x" : text);
}

InputValue runs(int index, Random& random) {
  static const Words kEdges = {"", "a", "aaa", "ab", "aabbb"};
  if (index < static_cast<int>(kEdges.size()))
    return of_text(kEdges[static_cast<std::size_t>(index)]);
  std::string text;
  for (std::int64_t left = between(random, 2, 6); left > 0; --left)
    text += std::string(static_cast<std::size_t>(between(random, 1, 4)),
                        "abcxyzAB"[random.next_below(8)]);
  return of_text(text);
}

InputValue letters_of(std::string_view alphabet, int index, Random& random, std::int64_t most,
                      std::int64_t fewest = 0) {
  std::int64_t length = index < 2 ? index : between(random, 2, most);
  return of_text(letters(random, std::max(length, fewest), alphabet));
}

InputValue brackets(int index, Random& random, bool has_letters) {
  static const Words kEdges = {"", "()", "(", ")(", "(())", "([)]"};
  if (index < static_cast<int>(kEdges.size()) - (has_letters ? 1 : 0))
    return of_text(kEdges[static_cast<std::size_t>(index)]);
  std::string text;
  std::string open;
  for (std::int64_t left = between(random, 2, 8); left > 0; --left) {
    if (has_letters && chance(random, 60)) text += "abxy+"[random.next_below(5)];
    if (!open.empty() && chance(random, 50)) {
      text += open.back();
      open.pop_back();
    } else {
      const std::size_t kind = has_letters ? 0 : random.next_below(3);
      text += "([{"[kind];
      open += ")]}"[kind];
    }
  }
  while (!open.empty() && !chance(random, 12)) {
    text += open.back();
    open.pop_back();
  }
  if (chance(random, 20)) text[random.next_below(text.size())] = ')';
  return of_text(text);
}

std::string joined(std::string_view separator, std::int64_t count,
                   const std::function<std::string()>& part) {
  Words parts;
  for (std::int64_t i = 0; i < count; ++i) parts.push_back(part());
  return fmt::format("{}", fmt::join(parts, separator));
}

InputValue expression(Random& random) {
  std::string text = std::to_string(between(random, 0, 30));
  for (std::int64_t left = between(random, 0, 4); left > 0; --left)
    text += fmt::format("{}{}", chance(random, 50) ? '+' : '-', between(random, 0, 40));
  return of_text(text);
}

InputValue path(Random& random) {
  std::string text;
  for (std::int64_t left = between(random, 1, 6); left > 0; --left) {
    const std::uint64_t kind = random.next_below(6);
    text += "/" + (kind == 0                         ? "."
                   : kind == 1                       ? ".."
                   : kind == 2 && chance(random, 40) ? ""
                                                     : any_word(random));
  }
  return of_text(text);
}

std::string roman(std::int64_t number) {
  constexpr std::array<std::pair<int, std::string_view>, 13> kParts = {{{1000, "M"},
                                                                        {900, "CM"},
                                                                        {500, "D"},
                                                                        {400, "CD"},
                                                                        {100, "C"},
                                                                        {90, "XC"},
                                                                        {50, "L"},
                                                                        {40, "XL"},
                                                                        {10, "X"},
                                                                        {9, "IX"},
                                                                        {5, "V"},
                                                                        {4, "IV"},
                                                                        {1, "I"}}};
  std::string text;
  for (const auto& [size, part] : kParts)
    for (; number >= size; number -= size) text += part;
  return text;
}

std::string camel(Random& random) {
  std::string text = any_word(random);
  for (std::int64_t left = between(random, 0, 3); left > 0; --left)
    text += capitalised(any_word(random));
  return text;
}

std::string duration(Random& random) {
  std::string text;
  if (chance(random, 70)) text += fmt::format("{}h", between(random, 0, 30));
  if (chance(random, 70) || text.empty()) text += fmt::format("{}m", between(random, 0, 90));
  if (chance(random, 40)) text += fmt::format("{}s", between(random, 0, 90));
  return text;
}

InputValue part_of(Before before, Random& random) {
  const std::string whole = before.empty() ? "" : before[0].text;
  if (whole.empty() || chance(random, 30))
    return of_text(letters(random, between(random, 1, 2), "aeblo"));
  const std::size_t begin = random.next_below(whole.size());
  return of_text(whole.substr(begin, 1 + random.next_below(3)));
}

InputValue letter_of(Before before, Random& random) {
  const std::string whole = before.empty() ? "" : before[0].text;
  std::string found;
  for (const char c : whole)
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) found += c;
  if (found.empty() || chance(random, 30)) return of_text(letters(random, 1, "aeilo"));
  return of_text(std::string(1, found[random.next_below(found.size())]));
}

InputValue similar_word(Before before, Random& random) {
  std::string text = before.empty() || chance(random, 30) ? any_word(random) : before[0].text;
  if (chance(random, 35)) shuffle(text, random);
  if (!text.empty() && chance(random, 40)) text[random.next_below(text.size())] = 'e';
  if (!text.empty() && chance(random, 25)) text.erase(random.next_below(text.size()), 1);
  return of_text(text);
}

// ------------------------------------------------------------------------------ lists of texts

InputValue words(int index, Random& random, std::int64_t fewest,
                 const std::function<std::string()>& one) {
  static const std::vector<Words> kEdges = {
      {}, {"apple"}, {""}, {"sun", "sun"}, {"go", "at", "is"}, {"tiger", "cat", "owl", "river"}};
  if (fewest >= 0 && index < static_cast<int>(kEdges.size())) {
    Words edge = kEdges[static_cast<std::size_t>(index)];
    while (static_cast<std::int64_t>(edge.size()) < fewest) edge.push_back(any_word(random));
    return of_words(edge);
  }
  Words result;
  for (std::int64_t left = index < 2 && fewest < 0 ? index : between(random, 2, 7); left > 0;
       --left)
    result.push_back(
        !result.empty() && chance(random, 18) ? result[random.next_below(result.size())] : one());
  return of_words(result);
}

InputValue shared_words(Before before, Random& random) {
  Words result;
  for (std::int64_t left = between(random, 0, 6); left > 0; --left)
    result.push_back(!before.empty() && !before[0].words.empty() && chance(random, 50)
                         ? before[0].words[random.next_below(before[0].words.size())]
                         : any_word(random));
  return of_words(result);
}

InputValue reverse_polish(Random& random) {
  Words tokens = {std::to_string(between(random, 0, 12))};
  for (std::int64_t left = between(random, 0, 4); left > 0; --left) {
    tokens.push_back(std::to_string(between(random, 0, 9)));
    tokens.emplace_back(1, "+-*"[random.next_below(3)]);
  }
  return of_words(tokens);
}

std::string mixed_case(Random& random) {
  std::string text = any_word(random);
  if (chance(random, 45)) text = capitalised(std::move(text));
  if (chance(random, 15)) std::ranges::transform(text, text.begin(), upper);
  return text;
}

std::string numeral(Random& random) {
  if (chance(random, 45)) return any_word(random);
  if (chance(random, 20)) return fmt::format("{}{}", any_word(random), between(random, 1, 9));
  return std::to_string(between(random, 0, 200));
}

std::string command(Random& random) {
  constexpr std::array<std::string_view, 3> kVerbs = {"push", "push", "add"};
  switch (random.next_below(5)) {
    case 0:
      return "pop";
    case 1:
      return "double";
    default:
      return fmt::format("{} {}", kVerbs[random.next_below(3)], between(random, -5, 12));
  }
}

InputValue grid(int index, Random& random) {
  const std::int64_t height = index == 0 ? 1 : between(random, 1, 5);
  const std::int64_t width = index == 0 ? 1 : between(random, 1, 5);
  Words rows;
  for (std::int64_t i = 0; i < height; ++i) rows.push_back(letters(random, width, "..##."));
  return of_words(rows);
}

// ------------------------------------------------------------------------------ pairs and maps

InputValue dictionary(int index, Random& random, const std::function<std::string()>& value) {
  InputValue result{.literal = "{"};
  const std::int64_t size = index < 2 ? index : between(random, 2, 6);
  for (std::int64_t i = 0; i < size; ++i) {
    const std::string name(kPeople[random.next_below(kPeople.size())]);
    if (std::ranges::find(result.words, name) != result.words.end()) continue;
    result.literal += fmt::format("{}'{}': {}", result.words.empty() ? "" : ", ", name, value());
    result.words.push_back(name);
  }
  result.literal += "}";
  return result;
}

InputValue pairs(int index, Random& random, const std::function<std::string()>& one) {
  const std::int64_t size = index < 2 ? index : between(random, 2, 6);
  return {.literal = "[" + joined(", ", size, one) + "]"};
}

std::string record(Random& random) {
  return fmt::format("('{}', {})", kPeople[random.next_below(5)], between(random, -3, 20));
}

std::string point(Random& random, std::int64_t low, std::int64_t high) {
  return fmt::format("({}, {})", between(random, low, high), between(random, low, high));
}

std::string interval(Random& random) {
  const std::int64_t start = between(random, -5, 20);
  return fmt::format("({}, {})", start, start + between(random, 0, 8));
}

using Maker = std::function<InputValue(int index, Before before, Random& random)>;

void add_numbers(std::map<std::string, Maker, std::less<>>& makers) {
  const auto add = [&](const char* name, Maker maker) { makers.emplace(name, std::move(maker)); };
  add("int", [](int i, Before, Random& r) {
    return natural({0, 1, -1, 2, 7, 10, -12, 100, 99}, i, r, true);
  });
  add("nat", [](int i, Before, Random& r) {
    return natural({0, 1, 2, 7, 10, 11, 100, 999}, i, r, false);
  });
  add("pos", [](int i, Before, Random& r) {
    return natural({1, 2, 3, 7, 10, 12, 100, 999}, i, r, false);
  });
  add("two",
      [](int i, Before, Random& r) { return natural({2, 3, 4, 7, 9, 12, 100, 97}, i, r, false); });
  add("middle",
      [](int i, Before, Random& r) { return integer({0, 1, 2, 3, 10, 25}, i, r, 1, 160); });
  add("small",
      [](int i, Before, Random& r) { return integer({0, 1, 2, 3, 4, 5, 6}, i, r, 0, 15); });
  add("smallpos",
      [](int i, Before, Random& r) { return integer({1, 2, 3, 4, 5, 6}, i, r, 1, 15); });
  add("k", [](int i, Before, Random& r) { return integer({1, 2, 3}, i, r, 1, 6); });
  add("shift", [](int i, Before, Random& r) { return integer({0, 1, -1, 3}, i, r, -9, 30); });
  add("base", [](int i, Before, Random& r) { return integer({2, 10, 3}, i, r, 2, 10); });
  add("elem", element);
  add("limit", [](int i, Before, Random& r) { return integer({0, 5, -3, 10}, i, r, -5, 40); });
  add("year", [](int i, Before, Random& r) {
    return integer({2000, 1900, 2024, 2023, 1, 4}, i, r, 1500, 2500);
  });
  add("float", [](int, Before, Random& r) { return InputValue{.literal = float_text(r, 50)}; });
  add("posfloat", [](int, Before, Random& r) {
    return InputValue{.literal = fmt::format("{:.1f}", 0.1 + r.next_double() * 40)};
  });
  add("bool", [](int, Before, Random& r) {
    return InputValue{.literal = chance(r, 50) ? "True" : "False"};
  });
  add("ints", [](int i, Before, Random& r) { return integers(i, r, 0, -1000); });
  add("ints+", [](int i, Before, Random& r) { return integers(i, r, 1, -1000); });
  add("ints2", [](int i, Before, Random& r) { return integers(i, r, 2, -1000); });
  add("ints3", [](int i, Before, Random& r) { return integers(i, r, 3, -1000); });
  add("nats", [](int i, Before, Random& r) { return integers(i, r, 0, 0); });
  add("nats+", [](int i, Before, Random& r) { return integers(i, r, 1, 0); });
  add("poss", [](int i, Before, Random& r) { return integers(i, r, 0, 1); });
  add("poss+", [](int i, Before, Random& r) { return integers(i, r, 1, 1); });
  add("heights", [](int i, Before, Random& r) { return integers(i, r, 1, 1); });
  add("prices", [](int i, Before, Random& r) { return integers(i, r, 0, 1); });
  add("sorted", [](int i, Before, Random& r) { return sorted_integers(i, r, 0); });
  add("sorted+", [](int i, Before, Random& r) { return sorted_integers(i, r, 1); });
  add("sorted2nd", [](int i, Before, Random& r) { return sorted_integers(i, r, 0); });
  add("distinct", [](int i, Before, Random& r) { return distinct_integers(i, r, 0); });
  add("distinct+", [](int i, Before, Random& r) { return distinct_integers(i, r, 1); });
  add("ints_b", [](int i, Before, Random& r) { return integers((i + 4) % 20, r, 0, -1000); });
  add("bits", [](int i, Before, Random& r) {
    Numbers bits;
    for (std::int64_t left = i < 3 ? i : between(r, 3, 12); left > 0; --left)
      bits.push_back(chance(r, 60) ? 1 : 0);
    return of_numbers(bits);
  });
  add("floats", [](int i, Before, Random& r) { return floats(i, r, 0); });
  add("floats+", [](int i, Before, Random& r) { return floats(i, r, 1); });
  add("matrix", [](int i, Before, Random& r) { return matrix(i, r, false); });
  add("square", [](int i, Before, Random& r) { return matrix(i, r, true); });
  add("rows", [](int i, Before, Random& r) { return ragged(i, r); });
}

void add_texts(std::map<std::string, Maker, std::less<>>& makers) {
  const auto add = [&](const char* name, Maker maker) { makers.emplace(name, std::move(maker)); };
  add("text", [](int i, Before, Random& r) { return text(i, r); });
  add("word", [](int i, Before, Random& r) { return word(i, r); });
  add("word2", [](int, Before b, Random& r) { return similar_word(b, r); });
  add("mixed", [](int i, Before, Random& r) { return mixed_word(i, r); });
  add("pal", [](int i, Before, Random& r) { return palindromic(i, r); });
  add("runs", [](int i, Before, Random& r) { return runs(i, r); });
  add("alnum",
      [](int i, Before, Random& r) { return letters_of("abcxyzABC0123456789", i, r, 12); });
  add("digits", [](int i, Before, Random& r) { return letters_of("00112345678999", i, r, 9, 1); });
  add("binary", [](int i, Before, Random& r) { return letters_of("01", i, r, 10, 1); });
  add("dna", [](int i, Before, Random& r) { return letters_of("ACGTACGTC", i, r, 14); });
  add("moves", [](int i, Before, Random& r) { return letters_of("UDLRUR", i, r, 10); });
  add("brackets", [](int i, Before, Random& r) { return brackets(i, r, false); });
  add("parens", [](int i, Before, Random& r) { return brackets(i, r, true); });
  add("csv", [](int, Before, Random& r) {
    return of_text(joined(",", between(r, 1, 5), [&] {
      return chance(r, 15) ? "" : (chance(r, 30) ? " " : "") + numeral(r);
    }));
  });
  add("intcsv", [](int, Before, Random& r) {
    return of_text(
        joined(",", between(r, 1, 7), [&] { return std::to_string(between(r, -9, 30)); }));
  });
  add("snake", [](int, Before, Random& r) {
    return of_text(joined("_", between(r, 1, 4), [&] { return any_word(r); }));
  });
  add("camel", [](int, Before, Random& r) { return of_text(camel(r)); });
  add("pairs", [](int i, Before, Random& r) {
    return of_text(joined(";", i == 0 ? 1 : between(r, 1, 5), [&] {
      return fmt::format("{}={}", "abcxyz"[r.next_below(6)], between(r, 0, 60));
    }));
  });
  add("sum", [](int, Before, Random& r) { return expression(r); });
  add("path", [](int, Before, Random& r) { return path(r); });
  add("version", [](int, Before, Random& r) {
    return of_text(
        joined(".", between(r, 1, 4), [&] { return std::to_string(between(r, 0, 11)); }));
  });
  add("version2", [](int, Before b, Random& r) {
    if (!b.empty() && chance(r, 50))
      return of_text(b[0].text + (chance(r, 50) ? "" : chance(r, 50) ? ".0" : ".1"));
    return of_text(
        joined(".", between(r, 1, 4), [&] { return std::to_string(between(r, 0, 11)); }));
  });
  add("clock", [](int, Before, Random& r) {
    return of_text(fmt::format("{:02}:{:02}", between(r, 0, 23), between(r, 0, 59)));
  });
  add("duration", [](int, Before, Random& r) { return of_text(duration(r)); });
  add("roman", [](int i, Before, Random& r) {
    return of_text(roman(i < 12 ? i + 1 : between(r, 10, 2500)));
  });
  add("lines", [](int i, Before, Random& r) {
    return of_text(i == 0 ? "" : joined("\n", between(r, 1, 4), [&] {
      return chance(r, 15) ? "" : (chance(r, 30) ? "# " : chance(r, 20) ? "  " : "") + sentence(r);
    }));
  });
  add("rle", [](int i, Before, Random& r) {
    return of_text(i == 0 ? "" : joined("", between(r, 1, 5), [&] {
      return fmt::format("{}{}", chance(r, 15) ? between(r, 10, 12) : between(r, 1, 6),
                         "abcxyz"[r.next_below(6)]);
    }));
  });
  add("char", [](int, Before b, Random& r) { return letter_of(b, r); });
  add("sub", [](int, Before b, Random& r) { return part_of(b, r); });
}

void add_collections(std::map<std::string, Maker, std::less<>>& makers) {
  const auto add = [&](const char* name, Maker maker) { makers.emplace(name, std::move(maker)); };
  add("words",
      [](int i, Before, Random& r) { return words(i, r, 0, [&] { return any_word(r); }); });
  add("words+",
      [](int i, Before, Random& r) { return words(i, r, 1, [&] { return any_word(r); }); });
  add("words_b", [](int, Before b, Random& r) { return shared_words(b, r); });
  add("mixeds",
      [](int i, Before, Random& r) { return words(i, r, -1, [&] { return mixed_case(r); }); });
  add("votes", [](int i, Before, Random& r) {
    return words(i, r, -1, [&] { return std::string(kPeople[r.next_below(4)]); });
  });
  add("numerals",
      [](int i, Before, Random& r) { return words(i, r, -1, [&] { return numeral(r); }); });
  add("commands",
      [](int i, Before, Random& r) { return words(i, r, -1, [&] { return command(r); }); });
  add("rpn", [](int, Before, Random& r) { return reverse_polish(r); });
  add("grid", [](int i, Before, Random& r) { return grid(i, r); });
  add("scores", [](int i, Before, Random& r) {
    return dictionary(i, r, [&] { return std::to_string(between(r, -2, 20)); });
  });
  add("scores_b", [](int i, Before, Random& r) {
    return dictionary(i, r, [&] { return std::to_string(between(r, -2, 20)); });
  });
  add("groups", [](int i, Before, Random& r) {
    return dictionary(i, r,
                      [&] { return of_numbers(any_numbers(r, between(r, 0, 4), -9)).literal; });
  });
  add("mapping", [](int i, Before, Random& r) {
    return dictionary(i, r, [&] { return "'" + any_word(r) + "'"; });
  });
  add("records", [](int i, Before, Random& r) { return pairs(i, r, [&] { return record(r); }); });
  add("points",
      [](int i, Before, Random& r) { return pairs(i, r, [&] { return point(r, -6, 6); }); });
  add("edges",
      [](int i, Before, Random& r) { return pairs(i, r, [&] { return point(r, 0, 5); }); });
  add("intervals",
      [](int i, Before, Random& r) { return pairs(i, r, [&] { return interval(r); }); });
}

const std::map<std::string, Maker, std::less<>>& makers() {
  static const std::map<std::string, Maker, std::less<>> kMakers = [] {
    std::map<std::string, Maker, std::less<>> result;
    add_numbers(result);
    add_texts(result);
    add_collections(result);
    return result;
  }();
  return kMakers;
}

}  // namespace

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

InputValue make_value(std::string_view kind, int index, std::span<const InputValue> before,
                      PhiloxStream& random) {
  const auto found = makers().find(kind);
  SCRIBE_CHECK(found != makers().end(), "no values of kind '{}'", kind);
  return found->second(index, before, random);
}

}  // namespace scribe
