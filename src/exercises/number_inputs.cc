// Numbers, lists of numbers, matrices.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "exercises/input_parts.h"

namespace scribe::inputs {
namespace {

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

}  // namespace

void add_number_kinds(Makers& makers) {
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
}  // namespace scribe::inputs
