// Skips to runs of the bytes that a match is made of, and matches there.
#include "corpus/encoded_data.h"

#include <algorithm>

#include "corpus/byte_set.h"

namespace scribe {
namespace {

constexpr std::string_view kSpaces = " \t\n\r\v\f";
constexpr ByteSet kBase64 = ByteSet("+/\n=").with_letters_and_digits();
constexpr ByteSet kHexItems =
    ByteSet("x\\, \t\n\r\v\f").with('a', 'f').with('A', 'F').with('0', '9');
constexpr ByteSet kUnicodeItems = ByteSet("u\\").with('a', 'f').with('A', 'F').with('0', '9');

constexpr std::size_t kBase64Min = 64;
constexpr std::int64_t kItemsMin = 8;
constexpr std::size_t kHexRunMin = 8 * 2 + 7;  // "ab cd ..." or "ab,cd,...": a byte between pairs
constexpr std::size_t kUnicodeItemBytes = 6;

bool is_word(std::string_view text, std::size_t position) {
  return position < text.size() && (kAsciiWord.has(text[position]) || (text[position] & 0x80) != 0);
}

/// \b before text[position].
bool at_boundary(std::string_view text, std::size_t position) {
  const bool before = position > 0 && is_word(text, position - 1);
  return before != is_word(text, position);
}

/// Calls visit(begin, end) for every longest run of at least `size_min` bytes of the set. Looks at
/// the last byte that a run would need first, so that most bytes are never looked at.
template <typename Visit>
void for_each_run(std::string_view text, const ByteSet& set, std::size_t size_min, Visit&& visit) {
  std::size_t begin = 0;  // No run begins earlier.
  while (begin + size_min <= text.size()) {
    std::size_t gap = begin + size_min;  // One past the last byte that is not of the set.
    while (gap > begin && set.has(text[gap - 1])) --gap;
    if (gap > begin) {
      begin = gap;
      continue;
    }
    std::size_t end = begin + size_min;
    while (set.has(text, end)) ++end;
    visit(begin, end);
    begin = end;
  }
}

/// Where the item of the hex pattern at `position` ends, white space after it included; 0 if there
/// is none.
std::size_t hex_item_end(std::string_view text, std::size_t position) {
  if (!at_boundary(text, position)) return 0;
  std::size_t digits = position;
  const std::string_view prefix = text.substr(position, 2);
  if (prefix == "0x" || prefix == "\\x") digits += 2;
  if (!kAsciiHexDigits.has(text, digits) || !kAsciiHexDigits.has(text, digits + 1)) return 0;
  std::size_t end = digits + 2;
  if (end < text.size() && text[end] == ',') return end + 1;
  if (!at_boundary(text, end)) return 0;
  return std::min(text.find_first_not_of(kSpaces, end), text.size());
}

std::size_t unicode_item_end(std::string_view text, std::size_t position) {
  if (!text.substr(position).starts_with("\\u")) return 0;
  for (std::size_t i = 2; i < kUnicodeItemBytes; ++i)
    if (!kAsciiHexDigits.has(text, position + i)) return 0;
  return position + kUnicodeItemBytes;
}

void add(std::size_t begin, std::size_t end, EncodedData& data) {
  const auto bytes = static_cast<std::int64_t>(end - begin);
  data.bytes += bytes;
  data.bytes_max = std::max(data.bytes_max, bytes);
}

/// Adds the rows of kItemsMin items or more that begin in [begin, end).
template <typename ItemEnd>
void add_items(std::string_view text, std::size_t begin, std::size_t end, ItemEnd&& item_end,
               EncodedData& data) {
  while (begin < end) {
    std::int64_t items = 0;
    std::size_t position = begin;
    for (std::size_t next = 0; (next = item_end(text, position)) != 0; ++items) position = next;
    if (items >= kItemsMin) add(begin, position, data);
    // A row that is too short may hide a longer one only behind its first item.
    begin = items >= kItemsMin ? position : begin + 1;
  }
}

}  // namespace

EncodedData find_encoded_data(std::string_view text) {
  EncodedData data;
  for_each_run(text, kBase64, kBase64Min,
               [&](std::size_t begin, std::size_t end) { add(begin, end, data); });
  for_each_run(text, kHexItems, kHexRunMin, [&](std::size_t begin, std::size_t end) {
    add_items(text, begin, end, hex_item_end, data);
  });
  for_each_run(text, kUnicodeItems, kUnicodeItemBytes * kItemsMin,
               [&](std::size_t begin, std::size_t end) {
                 add_items(text, begin, end, unicode_item_end, data);
               });
  return data;
}

}  // namespace scribe
