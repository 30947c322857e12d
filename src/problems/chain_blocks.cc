// Python's string semantics for the 13 blocks, on ASCII strings.
#include "problems/chain_blocks.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace scribe {
namespace {

// Block 6 drops the characters 0, 3, 6 ..., as the paper's code does.
constexpr std::array<ChainBlock, kChainBlocks> kBlocks = {{
    {"remove all instances of the letter e from the string", R"(s = s.replace("e", ""))"},
    {"replace all spaces with exclamation points in the string", R"(s = s.replace(" ", "!"))"},
    {"convert the string s to lowercase", "s = s.lower()"},
    {"remove the first and last two characters of the string", "s = s[2:-2]"},
    {"removes all vowels from the string",
     R"(s = "".join(char for char in s if char not in "aeiouAEIOU"))"},
    {"remove every third character from the string",
     R"(s = "".join(char for i, char in enumerate(s) if i % 3 != 0))"},
    {"drop the last half of the string, as computed by characters", "s = s[: len(s) // 2]"},
    {"replace spaces with triple spaces", R"(s = s.replace(" ", "   "))"},
    {"reverse the order of words in the string", R"(s = " ".join(s.split()[::-1]))"},
    {"drop the first half of the string, as computed by number of words",
     R"(s = " ".join(s.split()[len(s.split()) // 2 :]))"},
    {"add the word apples after every word in the string",
     R"(s = " ".join(word + " apples" for word in s.split()))"},
    {"make every other character in the string uppercase",
     R"(s = "".join(char.upper() if i % 2 == 0 else char for i, char in enumerate(s)))"},
    {"delete all exclamation points, question marks, and periods from the string",
     R"(s = "".join([x for x in s if x not in ".!?"]))"},
}};

using Words = std::vector<std::string>;

/// What str.split() calls whitespace, of ASCII.
bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || (c >= '\x1c' && c <= '\x1f');
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

Words split(std::string_view s) {
  Words words;
  bool in_word = false;
  for (const char c : s) {
    if (is_space(c)) {
      in_word = false;
      continue;
    }
    if (!in_word) words.emplace_back();
    in_word = true;
    words.back() += c;
  }
  return words;
}

std::string join(std::span<const std::string> words) {
  std::string text;
  for (const std::string& word : words) {
    if (&word != words.data()) text += ' ';
    text += word;
  }
  return text;
}

std::string without(std::string_view s, std::string_view characters) {
  std::string kept;
  for (const char c : s)
    if (characters.find(c) == std::string_view::npos) kept += c;
  return kept;
}

std::string replace_spaces(std::string_view s, std::string_view with) {
  std::string text;
  for (const char c : s) {
    if (c == ' ')
      text += with;
    else
      text += c;
  }
  return text;
}

std::string without_every_third(std::string_view s) {
  std::string kept;
  for (std::size_t i = 0; i < s.size(); ++i)
    if (i % 3 != 0) kept += s[i];
  return kept;
}

std::string without_two_at_both_ends(std::string_view s) {
  return s.size() <= 4 ? std::string() : std::string(s.substr(2, s.size() - 4));
}

std::string lowered(std::string_view s) {
  std::string text(s);
  std::ranges::transform(text, text.begin(), lower);
  return text;
}

std::string with_even_places_upper(std::string_view s) {
  std::string text(s);
  for (std::size_t i = 0; i < text.size(); i += 2) text[i] = upper(text[i]);
  return text;
}

std::string reversed_words(std::string_view s) {
  Words words = split(s);
  std::ranges::reverse(words);
  return join(words);
}

std::string second_half_of_words(std::string_view s) {
  const Words words = split(s);
  return join(std::span(words).subspan(words.size() / 2));
}

std::string with_apples(std::string_view s) {
  Words words = split(s);
  for (std::string& word : words) word += " apples";
  return join(words);
}

}  // namespace

const ChainBlock& chain_block(int number) {
  SCRIBE_CHECK(number >= 1 && number <= kChainBlocks, "block {} of {}", number, kChainBlocks);
  return kBlocks[static_cast<std::size_t>(number - 1)];
}

std::string apply_chain_block(int number, std::string_view s) {
  switch (number) {
    case 1:
      return without(s, "e");
    case 2:
      return replace_spaces(s, "!");
    case 3:
      return lowered(s);
    case 4:
      return without_two_at_both_ends(s);
    case 5:
      return without(s, "aeiouAEIOU");
    case 6:
      return without_every_third(s);
    case 7:
      return std::string(s.substr(0, s.size() / 2));
    case 8:
      return replace_spaces(s, "   ");
    case 9:
      return reversed_words(s);
    case 10:
      return second_half_of_words(s);
    case 11:
      return with_apples(s);
    case 12:
      return with_even_places_upper(s);
    case 13:
      return without(s, ".!?");
    default:
      SCRIBE_UNREACHABLE();
  }
}

std::string apply_chain(std::span<const int> sequence, std::string_view s) {
  std::string text(s);
  for (const int number : sequence) text = apply_chain_block(number, text);
  return text;
}

}  // namespace scribe
