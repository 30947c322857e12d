// Each rule is a question about single characters, and whether it takes a run of them.
#include "tokenizer/split_rules.h"

#include <algorithm>
#include <array>
#include <functional>
#include <vector>

#include "base/utf8.h"

namespace scribe {
namespace {

using Finds = SplitRule::Finds;

/// Letters of scripts that have two cases.
constexpr std::string_view kCasedLetters =
    "\\s?["
    "A-Za-z\u00B5\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u01BA\u01BC-\u01BF\u01C4-\u0293\u0295-\u02AF"
    "\u0370-\u0373\u0376\u0377\u037B-\u037D\u037F\u0386\u0388-\u038A\u038C\u038E-\u03A1\u03A3-"
    "\u03F5\u03F7-\u0481\u048A-\u052F\u0531-\u0556\u10A0-\u10C5\u13A0-\u13F5\u13F8-\u13FD\u1C90"
    "-\u1CBA\u1CBD-\u1CBF\u1D00-\u1D2B\u1D6B-\u1D77\u1D79-\u1D9A\u1E00-\u1F15\u1F18-\u1F1D"
    "\u1F20-\u1F45\u1F48-\u1F4D\u1F50-\u1F57\u1F59\u1F5B\u1F5D\u1F5F-\u1F7D\u1F80-\u1FB4\u1FB6-"
    "\u1FBC\u1FBE\u1FC2-\u1FC4\u1FC6-\u1FCC\u1FD0-\u1FD3\u1FD6-\u1FDB\u1FE0-\u1FEC\u1FF2-\u1FF4"
    "\u1FF6-\u1FFC\u2102\u2107\u210A-\u2113\u2115\u2119-\u211D\u2124\u2126\u2128\u212A-\u212D"
    "\u212F-\u2134\u2139\u213C-\u213F\u2145-\u2149\u214E\u2183\u2184\u2C00-\u2C7B\u2C7E-\u2CE4"
    "\u2CEB-\u2CEE\u2CF2\u2CF3\uA640-\uA66D\uA680-\uA69B\uA722-\uA76F\uA771-\uA787\uA78B-\uA78E"
    "\uAB70-\uABBF\uFB00-\uFB06\uFB13-\uFB17\uFF21-\uFF3A\uFF41-\uFF5A\U00010400-\U0001044F"
    "\U000104B0-\U000104D3\U000104D8-\U000104FB\U00010C80-\U00010CB2\U00010CC0-\U00010CF2"
    "\U000118A0-\U000118DF\U0001E900-\U0001E943"
    "]+";
constexpr std::string_view kListedSigns =
    "\\s?[!-/:-~\uFF01-\uFF0F\uFF1A-\uFF5E\u2018-\u201F\u3000-\u3002]+";
constexpr std::string_view kWide = "[\u4E00-\u9FA5\u0800-\u4E00\uAC00-\uD7FF]+";

constexpr std::array kDeepSeekCoder =
    std::to_array<SplitRule>({{Finds::line_end, "[\r\n]"},
                              {Finds::letters, R"(\s?\p{L}+)"},
                              {Finds::punctuation, R"(\s?\p{P}+)"},
                              {Finds::listed, kWide},
                              {Finds::number, ""}});
constexpr std::array kDeepSeekLlm = std::to_array<SplitRule>({{Finds::line_end, "[\r\n]"},
                                                              {Finds::listed, kCasedLetters},
                                                              {Finds::listed, kListedSigns},
                                                              {Finds::space_at_end, R"(\s+$)"},
                                                              {Finds::listed, kWide},
                                                              {Finds::number, ""}});
static_assert(kDeepSeekCoder.size() <= kSplitRulesMax && kDeepSeekLlm.size() <= kSplitRulesMax);

constexpr std::string_view kSpaceBefore = R"(\s?)";

/// The ranges of `[...]+`, in order.
std::vector<CodePointRange> ranges_of(std::string_view regex) {
  if (regex.starts_with(kSpaceBefore)) regex.remove_prefix(kSpaceBefore.size());
  std::string_view rest = regex.substr(1, regex.size() - 3);  // Without brackets and plus.
  std::vector<CodePointRange> ranges;
  const auto take = [&] {
    const CodePoint next = code_point_at(rest, 0);
    rest.remove_prefix(next.length_bytes);
    return next.value;
  };
  while (!rest.empty()) {
    const std::uint32_t first = take();
    std::uint32_t last = first;
    if (rest.starts_with('-')) {
      rest.remove_prefix(1);
      last = take();
    }
    ranges.push_back({first, last});
  }
  std::ranges::sort(ranges, std::less(), &CodePointRange::first);
  return ranges;
}

bool contains(std::span<const CodePointRange> ranges, std::uint32_t code_point) {
  const auto after =
      std::ranges::upper_bound(ranges, code_point, std::less(), &CodePointRange::first);
  return after != ranges.begin() && code_point <= (after - 1)->last;
}

/// The lists of all rules, made once.
bool is_listed(std::string_view regex, std::uint32_t code_point) {
  static const std::vector<CodePointRange> cased = ranges_of(kCasedLetters);
  static const std::vector<CodePointRange> signs = ranges_of(kListedSigns);
  static const std::vector<CodePointRange> wide = ranges_of(kWide);
  return contains(regex == kWide ? wide : regex == kListedSigns ? signs : cased, code_point);
}

/// Is this a character that the rule looks for, white space before it aside?
bool is_of(const SplitRule& rule, std::string_view text, std::size_t at) {
  const CodePoint character = code_point_at(text, at);
  if (character.value == CodePoint::kInvalid) return false;
  switch (rule.finds) {
    case Finds::line_end:
      return character.value == '\r' || character.value == '\n';
    case Finds::letters:
      return character_at(text, at).kind == CharacterClass::letter;
    case Finds::punctuation:
      return contains(punctuation_ranges(), character.value);
    case Finds::listed:
      return is_listed(rule.regex, character.value);
    case Finds::number:
      return is_number_of_unicode_17(character.value);
    case Finds::space_at_end:
      break;
  }
  return false;
}

/// Where what the rule finds at text[begin] ends; `begin` if it finds nothing there.
std::size_t end_of_found(const SplitRule& rule, std::string_view text, std::size_t begin) {
  const bool takes_space = rule.regex.starts_with(kSpaceBefore);
  const bool takes_many = rule.regex.ends_with('+');
  std::size_t next = begin;
  if (takes_space) {
    const Character first = character_at(text, begin);
    if (first.kind == CharacterClass::space) next += first.length_bytes;
  }
  std::size_t end = next;
  while (end < text.size() && is_of(rule, text, end)) {
    end += character_at(text, end).length_bytes;
    if (!takes_many) break;
  }
  return end == next ? begin : end;
}

/// Where the white space begins that ends text[begin, text.size()).
std::size_t space_at_end(std::string_view text, std::size_t begin) {
  std::size_t space = text.size();
  while (space > begin) {
    std::size_t last = space - 1;
    while (last > begin && (text[last] & 0xC0) == 0x80 && space - last < 4) --last;
    const Character character = character_at(text, last);
    if (character.kind != CharacterClass::space || last + character.length_bytes != space) break;
    space = last;
  }
  return space;
}

}  // namespace

std::span<const SplitRule> split_rules(Pattern pattern) {
  if (pattern == Pattern::deepseek_coder) return kDeepSeekCoder;
  if (pattern == Pattern::deepseek_llm) return kDeepSeekLlm;
  return {};
}

std::size_t end_by_rule(const SplitRule& rule, std::string_view text, std::size_t begin) {
  if (rule.finds == Finds::space_at_end) {
    const std::size_t space = space_at_end(text, begin);
    return space == begin ? text.size() : space;
  }
  const std::size_t found = end_of_found(rule, text, begin);
  if (found > begin) return found;
  std::size_t end = begin;
  do {
    end += character_at(text, end).length_bytes;
  } while (end < text.size() && end_of_found(rule, text, end) == end);
  return end;
}

}  // namespace scribe
