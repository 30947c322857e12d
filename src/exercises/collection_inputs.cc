// Lists of texts, pairs, dictionaries.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "exercises/input_parts.h"

namespace scribe::inputs {
namespace {
constexpr std::array<std::string_view, 8> kPeople = {"ann", "bob",  "cleo", "dan",
                                                     "eve", "finn", "gus",  "hana"};

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
  if (chance(random, 45)) text = capital_first(std::move(text));
  if (chance(random, 15)) std::ranges::transform(text, text.begin(), upper);
  return text;
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

}  // namespace

void add_collection_kinds(Makers& makers) {
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
}  // namespace scribe::inputs
