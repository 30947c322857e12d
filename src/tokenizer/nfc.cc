// Decomposes, puts marks in order, composes; Unicode Standard Annex #15 and chapter 3.11.
#include "tokenizer/nfc.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/utf8.h"
#include "tokenizer/nfc_tables.h"

namespace scribe {
namespace {

// Hangul syllables are computed; the names are those of the standard's chapter 3.12.
constexpr std::uint32_t kSBase = 0xAC00;
constexpr std::uint32_t kLBase = 0x1100;
constexpr std::uint32_t kVBase = 0x1161;
constexpr std::uint32_t kTBase = 0x11A7;
constexpr std::uint32_t kLCount = 19;
constexpr std::uint32_t kVCount = 21;
constexpr std::uint32_t kTCount = 28;
constexpr std::uint32_t kSCount = kLCount * kVCount * kTCount;

struct Mark {
  std::uint32_t code_point;
  std::uint8_t combining_class;
};

std::uint8_t combining_class_of(std::uint32_t code_point) {
  const std::span<const CombiningRange> ranges = combining_ranges();
  const auto found = std::ranges::lower_bound(ranges, code_point, {}, &CombiningRange::last);
  return found != ranges.end() && found->first <= code_point ? found->combining_class : 0;
}

void append_decomposed(std::uint32_t code_point, std::vector<Mark>& marks) {
  if (code_point - kSBase < kSCount) {
    const std::uint32_t index = code_point - kSBase;
    marks.push_back({kLBase + index / (kVCount * kTCount), 0});
    marks.push_back({kVBase + index / kTCount % kVCount, 0});
    if (index % kTCount != 0) marks.push_back({kTBase + index % kTCount, 0});
    return;
  }
  const std::span<const Decomposition> all = decompositions();
  const auto found = std::ranges::lower_bound(all, code_point, {}, &Decomposition::composed);
  if (found == all.end() || found->composed != code_point) {
    marks.push_back({code_point, combining_class_of(code_point)});
    return;
  }
  append_decomposed(found->first, marks);
  if (found->second != 0) append_decomposed(found->second, marks);
}

/// Sorts every run of marks between characters of class 0; equal classes stay in order.
void put_in_order(std::vector<Mark>& marks) {
  const auto is_mark = [](const Mark& mark) { return mark.combining_class != 0; };
  for (auto begin = marks.begin(); begin != marks.end();) {
    begin = std::find_if(begin, marks.end(), is_mark);
    const auto end = std::find_if_not(begin, marks.end(), is_mark);
    std::ranges::stable_sort(begin, end, {}, &Mark::combining_class);
    begin = end;
  }
}

/// The decompositions that compose, by their two characters.
const std::vector<Decomposition>& compositions() {
  static const std::vector<Decomposition> kSorted = [] {
    std::vector<Decomposition> sorted;
    std::ranges::copy_if(decompositions(), std::back_inserter(sorted), &Decomposition::composes);
    std::ranges::sort(sorted, {},
                      [](const Decomposition& d) { return std::pair(d.first, d.second); });
    return sorted;
  }();
  return kSorted;
}

/// The one character that the two compose to, if any.
std::optional<std::uint32_t> composed(std::uint32_t first, std::uint32_t second) {
  if (first - kLBase < kLCount && second - kVBase < kVCount)
    return kSBase + ((first - kLBase) * kVCount + (second - kVBase)) * kTCount;
  const bool is_open_syllable = first - kSBase < kSCount && (first - kSBase) % kTCount == 0;
  if (is_open_syllable && second > kTBase && second < kTBase + kTCount)
    return first + (second - kTBase);
  const auto found =
      std::ranges::lower_bound(compositions(), std::pair(first, second), {},
                               [](const Decomposition& d) { return std::pair(d.first, d.second); });
  const bool is_there =
      found != compositions().end() && found->first == first && found->second == second;
  return is_there ? std::optional(found->composed) : std::nullopt;
}

/// Composes in place. A character joins the last one of class 0 unless one of the same or a higher
/// class, or another of class 0, stands between them.
void compose(std::vector<Mark>& marks) {
  std::size_t size = 0;
  std::optional<std::size_t> starter;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const Mark mark = marks[i];
    const bool is_next = starter && *starter + 1 == size;
    const bool is_blocked =
        !starter || (!is_next && marks[size - 1].combining_class >= mark.combining_class);
    if (!is_blocked) {
      const auto joined = composed(marks[*starter].code_point, mark.code_point);
      if (joined) {
        marks[*starter].code_point = *joined;
        continue;
      }
    }
    if (mark.combining_class == 0) starter = size;
    marks[size++] = mark;
  }
  marks.resize(size);
}

void append_composed(std::vector<Mark>& marks, std::string& text) {
  put_in_order(marks);
  compose(marks);
  for (const Mark& mark : marks) append_utf8(mark.code_point, text);
  marks.clear();
}

}  // namespace

bool may_change_in_nfc(std::string_view text) {
  // What lies below U+0300, whose first byte is 0xCC, neither decomposes for good nor composes.
  return std::ranges::any_of(text,
                             [](char byte) { return static_cast<std::uint8_t>(byte) >= 0xCC; });
}

std::string nfc(std::string_view text) {
  std::string normalized;
  normalized.reserve(text.size());
  std::vector<Mark> marks;
  for (std::size_t position = 0; position < text.size();) {
    const CodePoint next = code_point_at(text, position);
    if (next.value == CodePoint::kInvalid) {
      append_composed(marks, normalized);
      normalized += text[position];
    } else {
      append_decomposed(next.value, marks);
    }
    position += next.length_bytes;
  }
  append_composed(marks, normalized);
  return normalized;
}

}  // namespace scribe
