// Texts: sentences, words, and those of small formats.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "exercises/input_parts.h"

namespace scribe::inputs {
namespace {

std::string sentence(Random& random) {
  constexpr std::array<std::string_view, 10> kEnds = {"", "", "", ",", ".", "!", "?", ";", "", ""};
  std::string text;
  for (std::int64_t left = between(random, 1, 6); left > 0; --left) {
    std::string word =
        chance(random, 12) ? std::to_string(between(random, 0, 120)) : any_word(random);
    if (chance(random, 30)) word = capital_first(std::move(word));
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
    text += capital_first(any_word(random));
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

}  // namespace

void add_text_kinds(Makers& makers) {
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
}  // namespace scribe::inputs
