// Lines of words; each change keeps what a reader of the input relies on, as far as it can be seen.
#include "problems/changed_input.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <unordered_set>

#include "base/philox.h"
#include "base/utf8_parts.h"

namespace scribe {
namespace {

constexpr int kTriesPerInput = 20;
constexpr std::uint64_t kChangesMax = 4;
constexpr std::int64_t kNumberMax = std::int64_t{1} << 53;  // Larger ones are left alone.
constexpr std::int64_t kNearMax = 100;                      // Above the largest number shown.
constexpr std::size_t kCountMax = 1000;

struct Word {
  std::string text;
  bool is_number = false;  ///< letters that were changed may look like one

  auto operator<=>(const Word&) const = default;
};
using Line = std::vector<Word>;  // A line with more white space than it needs is one word.
using Lines = std::vector<Line>;

/// Nothing for "01", which may be digits and no number.
std::optional<std::int64_t> number_of(std::string_view word) {
  std::int64_t value = 0;
  const auto [end, failure] = std::from_chars(word.data(), word.data() + word.size(), value);
  const bool is_whole = failure == std::errc() && end == word.data() + word.size();
  if (!is_whole || value > kNumberMax || value < -kNumberMax || word != std::to_string(value))
    return std::nullopt;
  return value;
}

Word word_of(std::string_view text) {
  return {.text = std::string(text), .is_number = number_of(text).has_value()};
}

std::string joined(const Line& line) {
  std::string text;
  for (const Word& word : line) text += (&word == line.data() ? "" : " ") + word.text;
  return text;
}

Line words_of(std::string_view text) {
  Line line;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find(' ', start), text.size());
    if (end == start && !text.empty()) return {word_of(text)};  // Two spaces, or one outside.
    line.push_back(word_of(text.substr(start, end - start)));
    start = end + 1;
  }
  return line;
}

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(words_of(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string text_of(const Lines& lines) {
  std::string text;
  for (const Line& line : lines) text += joined(line) + "\n";
  return text;
}

class InputChanger {
 public:
  InputChanger(std::span<const std::string> inputs, std::uint64_t seed) : random_(seed, 0) {
    for (const std::string& input : inputs) {
      if (input.size() > kChangedInputBytesMax) continue;
      bases_.push_back(lines_of(input));
      for (const Line& line : bases_.back())
        for (const Word& word : line) note(word);
    }
    // Not below what is shown: a count or a size may not be 0.
    if (low_ <= high_)
      high_ = std::min(high_ + std::min((high_ - low_) / 4 + 1, kNearMax), kNumberMax);
  }

  bool has_bases() const { return !bases_.empty(); }

  std::string next() {
    Lines lines = bases_[below(bases_.size())];
    for (std::uint64_t left = 1 + below(kChangesMax); left > 0; --left) change(lines);
    return text_of(lines);
  }

 private:
  using Change = void (InputChanger::*)(Lines&);

  void note(const Word& word) {
    if (!word.is_number) {
      letters_ += word.text;
      return;
    }
    low_ = std::min(low_, *number_of(word.text));
    high_ = std::max(high_, *number_of(word.text));
  }

  std::size_t below(std::size_t bound) { return random_.next_below(bound); }

  void change(Lines& lines) {
    static constexpr Change kChanges[] = {&InputChanger::change_word, &InputChanger::change_word,
                                          &InputChanger::change_line, &InputChanger::change_lines,
                                          &InputChanger::change_count};
    if (!lines.empty()) (this->*kChanges[below(std::size(kChanges))])(lines);
  }

  /// One number or one letter.
  void change_word(Lines& lines) {
    Line& line = lines[below(lines.size())];
    Word& word = line[below(line.size())];
    if (word.is_number)
      word.text = std::to_string(near(*number_of(word.text)));
    else
      change_letters(word.text);
  }

  std::int64_t near(std::int64_t value) {
    const auto range = static_cast<std::uint64_t>(high_ - low_) + 1;
    switch (below(4)) {
      case 0:
        return std::min(value + 1, high_);
      case 1:
        return std::max(value - 1, low_);
      case 2:
        return below(2) == 0 ? low_ : high_;
      default:
        return low_ + static_cast<std::int64_t>(random_.next_below(range));
    }
  }

  void change_letters(std::string& word) {
    if (word.empty()) return;
    char& letter = word[below(word.size())];
    switch (below(3)) {
      case 0:
        std::swap(letter, word[below(word.size())]);
        break;
      case 1:
        std::ranges::reverse(word);
        break;
      default:
        letter = letters_[below(letters_.size())];
    }
  }

  /// The order of a line's words.
  void change_line(Lines& lines) { reorder(lines[below(lines.size())], 0); }

  /// The order of the lines that look like one of them; the first may say how many there are.
  void change_lines(Lines& lines) {
    if (lines.size() < 3) return;
    const std::size_t words = lines[1 + below(lines.size() - 1)].size();
    const std::size_t from = lines.front().size() == words ? 0 : 1;
    const auto differs = [&](const Line& line) { return line.size() != words; };
    if (std::any_of(lines.begin() + static_cast<std::ptrdiff_t>(from), lines.end(), differs))
      return;
    reorder(lines, 1);
  }

  template <typename Item>
  void reorder(std::vector<Item>& items, std::ptrdiff_t from) {
    const auto first = items.begin() + from;
    const auto size = static_cast<std::size_t>(items.end() - first);
    if (size < 2) return;
    Item& one = first[static_cast<std::ptrdiff_t>(below(size))];
    Item& other = first[static_cast<std::ptrdiff_t>(below(size))];
    switch (below(5)) {
      case 0:
        std::swap(one, other);
        break;
      case 1:
        one = Item(other);
        break;
      case 2:
        std::reverse(first, items.end());
        break;
      case 3:
        std::sort(first, items.end());
        break;
      default:
        std::fill(first, items.end(), Item(one));
    }
  }

  /// A number and all that it counts: words of lines below, the lines below, or letters of words.
  void change_count(Lines& lines) {
    const std::size_t at = below(lines.size());
    Word& word = lines[at][below(lines[at].size())];
    const std::int64_t value = word.is_number ? *number_of(word.text) : 0;
    if (value < 1 || value > static_cast<std::int64_t>(kCountMax)) return;
    const auto count = static_cast<std::size_t>(value);
    const std::size_t sizes[] = {1, count + 1, std::max<std::size_t>(count, 2) - 1,
                                 1 + below(2 * count)};
    const std::size_t size = sizes[below(std::size(sizes))];
    const bool counts_lines = lines.size() - at - 1 == count;
    bool changed = counts_lines;
    for (std::size_t i = at + 1; i < lines.size(); ++i) {
      if (lines[i].size() == count && count > 1) {
        changed = true;
        resize(lines[i], size);
      } else if (lines[i].size() == 1 && lines[i][0].text.size() == count &&
                 !lines[i][0].is_number) {
        changed = true;
        std::string& text = lines[i][0].text;
        while (text.size() < size) text += text[below(text.size())];
        text.resize(size);
      }
    }
    if (!changed) return;
    word.text = std::to_string(size);
    if (!counts_lines) return;
    Lines below_it(lines.begin() + static_cast<std::ptrdiff_t>(at) + 1, lines.end());
    resize(below_it, size);
    lines.resize(at + 1);
    std::ranges::move(below_it, std::back_inserter(lines));
  }

  /// The first of them, or all and copies of some.
  template <typename Item>
  void resize(std::vector<Item>& items, std::size_t size) {
    while (items.size() < size) items.push_back(Item(items[below(items.size())]));
    items.resize(size);
  }

  PhiloxStream random_;
  std::vector<Lines> bases_;
  std::int64_t low_ = kNumberMax;
  std::int64_t high_ = -kNumberMax;
  std::string letters_;  ///< of all words that are no numbers
};

}  // namespace

std::vector<std::string> changed_inputs(std::span<const std::string> inputs, std::size_t count,
                                        std::uint64_t seed) {
  std::vector<std::string> found;
  InputChanger changer(inputs, seed);
  if (!changer.has_bases()) return found;
  std::unordered_set<std::string> seen;
  for (const std::string& input : inputs) seen.insert(text_of(lines_of(input)));
  for (std::size_t left = count * kTriesPerInput; left > 0 && found.size() < count; --left) {
    std::string input = changer.next();
    if (input.size() > kChangedInputBytesMax || replace_invalid_utf8(input) != input) continue;
    if (!seen.insert(input).second) continue;
    found.push_back(std::move(input));
  }
  return found;
}

}  // namespace scribe
