// Bodies are sketched from masks of their structure.
#include "corpus/python_functions.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "corpus/words.h"

namespace scribe {
namespace {

/// The polynomial hash of what has been read so far; differences of two are hashes of what lies
/// between.
struct Mark {
  std::uint64_t hash = 0;
  std::uint64_t count = 0;

  void add(char c) {
    hash = hash * kWordFactor + static_cast<unsigned char>(c);
    ++count;
  }
};

std::uint64_t hash_between(const Mark& from, const Mark& to) {
  std::uint64_t power = 1;
  std::uint64_t factor = kWordFactor;
  for (std::uint64_t left = to.count - from.count; left > 0; left /= 2, factor *= factor)
    if (left % 2 == 1) power *= factor;
  return to.hash - from.hash * power + (to.count - from.count);
}

bool is_line_end(char c) {
  return c == '\n' || c == '\r';
}
bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\f';
}

bool is_string_prefix(char c) {
  const char small = static_cast<char>(c | 0x20);
  return small == 'f' || small == 'r' || small == 'b' || small == 'u';
}

struct PunctuationKind {
  bool is_special = false;  ///< it is more than a mark
  std::int8_t depth = 0;    ///< what it adds to the depth of brackets
};

constexpr std::array<PunctuationKind, 256> punctuation_kinds() {
  std::array<PunctuationKind, 256> kinds{};
  for (const char c : {'\n', '\r', '#', '"', '\'', '\\', ':'})
    kinds[static_cast<unsigned char>(c)].is_special = true;
  for (const char c : {'(', '[', '{'}) kinds[static_cast<unsigned char>(c)].depth = 1;
  for (const char c : {')', ']', '}'}) kinds[static_cast<unsigned char>(c)].depth = -1;
  return kinds;
}

constexpr std::array<PunctuationKind, 256> kKinds = punctuation_kinds();

/// One pass over the punctuation and line ends of a text.
class Sketcher {
 public:
  Sketcher(std::string_view text, const WordKernels& kernels) : text_(text), kernels_(kernels) {}

  std::vector<PythonFunction> run() {
    start_line(0, 0);
    scan(0, kBlocks);
    leave(0, text_.size());
    return std::move(functions_);
  }

  /// Bytes looked at so far.
  std::size_t scanned() const { return scanned_; }

  /// The function that begins there, if `wanted` allows its opening.
  std::optional<PythonFunction> run_one(std::size_t begin, const FunctionOpenings* wanted) {
    std::size_t line = begin;
    while (line > 0 && is_blank(text_[line - 1])) --line;
    reset();
    wanted_ = wanted;
    is_alone_ = true;
    start_line(line, begin);
    // Most are not wanted, and that shows in their first lines.
    scan(begin, 2);
    if (!is_done_) leave(0, text_.size());
    if (functions_.empty() || functions_.back().begin != begin || !is_wanted(openings_.back()))
      return std::nullopt;
    functions_.back().openings = openings_;
    return functions_.back();
  }

 private:
  static constexpr std::size_t kBlocks = 32;  // Their masks stay in the first cache.
  static constexpr char kComment = '\n';      // In the place of a quote: it ends with the line.

  struct Open {
    std::size_t begin;
    std::size_t indent;
    bool in_header = true;
    Mark body;
  };

  void reset() {
    functions_.clear();
    open_.clear();
    mark_ = {};
    line_mark_ = {};
    line_is_string_ = false;
    next_ = 0;
    quote_ = '\0';
    depth_ = 0;
    stage_ = 0;
    is_done_ = false;
  }

  /// From `begin` on, `blocks` blocks at a time.
  void scan(std::size_t begin, std::size_t blocks) {
    ByteMasks masks[kBlocks];
    for (std::size_t chunk = begin; chunk < text_.size();) {
      const std::string_view part = text_.substr(chunk, blocks * kMaskBytes);
      kernels_.classify(part.data(), part.size(), masks);
      for (std::size_t start = 0; start < part.size() && !is_done_; start += kMaskBytes)
        take_block(chunk + start, std::min(kMaskBytes, part.size() - start),
                   masks[start / kMaskBytes]);
      const std::size_t next = std::max(chunk + part.size(), next_);  // Perhaps within one string.
      scanned_ += next - chunk;
      if (is_done_) return;
      chunk = next;
    }
  }

  void take_block(std::size_t base, std::size_t size, const ByteMasks& masks) {
    std::uint64_t bits = from_next(masks.structure, base);
    while (bits != 0) {
      const auto bit = static_cast<std::size_t>(std::countr_zero(bits));
      bits &= bits - 1;
      const std::size_t position = base + bit;
      const char c = text_[position];
      if (quote_ != '\0' && !leaves_string(c, position)) {
        bits = from_next(bits, base);
        continue;
      }
      const PunctuationKind kind = kKinds[static_cast<unsigned char>(c)];
      if (kind.is_special) {
        // Most lines begin in the block where the one before ends.
        const std::uint64_t rest = bit == 63 ? 0 : ~masks.space >> (bit + 1);
        const std::size_t next = position + 1 + static_cast<std::size_t>(std::countr_zero(rest));
        const bool is_mark = take_special(c, position, std::min(next, base + size));
        if (is_done_) return;
        bits = from_next(bits, base);
        // Most strings of one line hold no punctuation: their end is the next.
        if (is_mark && quote_ != '\0' && bits != 0 &&
            text_[base + static_cast<std::size_t>(std::countr_zero(bits))] == quote_) {
          quote_ = '\0';
          bits &= bits - 1;
        }
        if (!is_mark) continue;
      }
      depth_ = std::max(depth_ + kind.depth, 0);
      const bool is_quote = c == '"' || c == '\'';
      mark_.add(is_quote ? '"' : c);
      line_is_string_ &= is_quote;
      if (is_alone_ && stage_ < kOpeningMarks.size()) take_opening();
      if (is_done_) return;
    }
  }

  /// After a mark: is it the outermost function's, and the last of one of its openings?
  void take_opening() {
    if (open_.empty() || open_.front().in_header) return;
    const std::uint64_t marks = mark_.count - open_.front().body.count;
    for (std::size_t i = stage_; i < kOpeningMarks.size(); ++i)
      if (marks == kOpeningMarks[i]) opening_ends_[i] = mark_;
    // Marks of a line that turns out to be strings alone will be taken back.
    while (!line_is_string_ && !is_done_ && stage_ < kOpeningMarks.size() &&
           marks >= kOpeningMarks[stage_]) {
      openings_[stage_] = hash_between(open_.front().body, opening_ends_[stage_]);
      is_done_ = !is_wanted(openings_[stage_]);
      ++stage_;
    }
  }

  bool is_wanted(std::uint64_t opening) const {
    return wanted_ == nullptr || wanted_->contains(opening);
  }

  /// Without what has been read.
  std::uint64_t from_next(std::uint64_t bits, std::size_t base) const {
    if (next_ <= base) return bits;
    return next_ - base < kMaskBytes ? bits & (~std::uint64_t{0} << (next_ - base)) : 0;
  }

  /// Within quotes or a comment: ends it where it ends. True if `c` ends it and is not part of it.
  bool leaves_string(char c, std::size_t position) {
    if (c == '\\' && quote_ != kComment) next_ = after_escape(position);
    if (c != quote_ && !is_line_end(c)) return false;
    quote_ = '\0';
    return is_line_end(c);  // Unterminated.
  }

  /// Whatever is more than a mark. `after`: the first byte behind it that is not blank, or the end
  /// of the block. True if it is a mark as well.
  bool take_special(char c, std::size_t position, std::size_t after) {
    switch (c) {
      case '\n':
      case '\r':
        if (depth_ == 0) end_line(position, after);
        return false;
      case '#':
        quote_ = kComment;
        return false;
      case '\\':
        next_ = after_escape(position);
        return false;
      case ':':
        if (depth_ > 0 || open_.empty() || !open_.back().in_header) return true;
        end_header();
        return false;
      default:
        if (text_.substr(position + 1).starts_with(c) && text_.substr(position + 2).starts_with(c))
          next_ = triple_end(position);
        else
          quote_ = c;
        return true;
    }
  }

  std::size_t after_escape(std::size_t position) const {
    return position + (text_.substr(position + 1).starts_with("\r\n") ? 3 : 2);
  }

  void end_header() {
    open_.back().in_header = false;
    open_.back().body = mark_;
    // What follows on the same line is a statement of its own, not one of strings.
    line_is_string_ = false;
  }

  void end_line(std::size_t position, std::size_t after) {
    if (line_is_string_) mark_ = line_mark_;
    start_line(position + 1, after);
  }

  /// Only here are columns looked at: where a line of code begins outside brackets.
  void start_line(std::size_t begin, std::size_t first) {
    while (first < text_.size() && is_blank(text_[first])) ++first;
    line_is_string_ = false;
    if (first == text_.size() || is_line_end(text_[first]) || text_[first] == '#') return;
    const std::size_t indent = first - begin;
    leave(indent, begin);
    line_mark_ = mark_;
    line_is_string_ = starts_string(first);
    const std::string_view line = text_.substr(first);
    if (line.starts_with("def ") || line.starts_with("async def "))
      open_.push_back({.begin = first, .indent = indent, .in_header = true, .body = {}});
  }

  /// Closes the functions that a line of this indentation ends.
  void leave(std::size_t indent, std::size_t position) {
    while (!open_.empty() && open_.back().indent >= indent) {
      const Open& open = open_.back();
      if (!open.in_header)
        functions_.push_back({.begin = open.begin,
                              .end = position,
                              .sketch = hash_between(open.body, mark_),
                              .openings = {}});
      if (is_alone_ && open_.size() == 1) end_alone();
      open_.pop_back();
    }
  }

  /// The function that was asked for has ended.
  void end_alone() {
    is_done_ = true;
    for (; stage_ < kOpeningMarks.size(); ++stage_)
      openings_[stage_] = hash_between(open_.front().body, mark_);
  }

  bool starts_string(std::size_t position) const {
    for (const std::size_t end = std::min(position + 3, text_.size()); position < end; ++position) {
      if (text_[position] == '"' || text_[position] == '\'') return true;
      if (!is_string_prefix(text_[position])) return false;
    }
    return false;
  }

  std::size_t triple_end(std::size_t begin) const {
    const std::string_view mark = text_.substr(begin, 3);
    std::size_t at = begin + 3;
    for (;;) {
      const std::size_t quote = text_.find(mark[0], at);
      if (quote == std::string_view::npos) return text_.size();
      std::size_t backslashes = 0;
      while (quote - backslashes > at && text_[quote - backslashes - 1] == '\\') ++backslashes;
      if (backslashes % 2 == 0 && text_.substr(quote, 3) == mark) return quote + 3;
      at = quote + 1;
    }
  }

  std::string_view text_;
  const WordKernels& kernels_;
  std::vector<PythonFunction> functions_;
  std::vector<Open> open_;  // Innermost last.
  Mark mark_;
  Mark line_mark_;               // Where the line began.
  bool line_is_string_ = false;  // So far the line is nothing but strings.
  std::size_t next_ = 0;         // What lies before has been read.
  char quote_ = '\0';            // Of the string of one line that is open, or kComment.
  int depth_ = 0;
  std::size_t scanned_ = 0;

  // Of run_one().
  const FunctionOpenings* wanted_ = nullptr;  // Null: all.
  std::size_t stage_ = 0;                     // So many openings are known.
  std::array<Mark, kOpeningMarks.size()> opening_ends_{};
  std::array<std::uint64_t, kOpeningMarks.size()> openings_{};  // Of the outermost function.
  bool is_alone_ = false;
  bool is_done_ = false;
};

/// So often may a byte be looked at on average: functions that are wanted lie in each other.
constexpr std::size_t kLooksMax = 8;

/// The next "def " at or behind `from`, or npos.
std::size_t find_def(std::string_view text, std::size_t from) {
  using Bytes [[gnu::vector_size(16)]] = char;
  constexpr std::string_view kDef = "def ";
  for (; from + sizeof(Bytes) + kDef.size() <= text.size(); from += sizeof(Bytes)) {
    Bytes is_def = Bytes{} == Bytes{};
    for (std::size_t i = 0; i < kDef.size(); ++i) {
      Bytes shifted;
      std::memcpy(&shifted, text.data() + from + i, sizeof shifted);
      is_def &= shifted == kDef[i];
    }
    std::uint64_t halves[2];
    std::memcpy(halves, &is_def, sizeof halves);
    if ((halves[0] | halves[1]) != 0) break;
  }
  return text.find(kDef, from);
}

/// Where the line of code begins that "def " at `position` is in: there, or at its "async"; npos if
/// something else stands before.
std::size_t begin_of_def(std::string_view text, std::size_t position) {
  const auto starts_line = [text](std::size_t at) {
    while (at > 0 && is_blank(text[at - 1])) --at;
    return at == 0 || is_line_end(text[at - 1]);
  };
  if (starts_line(position)) return position;
  constexpr std::string_view kAsync = "async ";
  if (position < kAsync.size() || text.substr(position - kAsync.size(), kAsync.size()) != kAsync)
    return std::string_view::npos;
  return starts_line(position - kAsync.size()) ? position - kAsync.size() : std::string_view::npos;
}

}  // namespace

std::vector<PythonFunction> find_functions(std::string_view text, const WordKernels& kernels) {
  return Sketcher(text, kernels).run();
}

std::optional<PythonFunction> function_at(std::string_view text, std::size_t begin) {
  return Sketcher(text, best_word_kernels()).run_one(begin, nullptr);
}

std::vector<PythonFunction> find_functions_with(std::string_view text,
                                                const FunctionOpenings& openings,
                                                const WordKernels& kernels) {
  std::vector<PythonFunction> found;
  Sketcher sketcher(text, kernels);
  for (std::size_t at = find_def(text, 0); at != std::string_view::npos;
       at = find_def(text, at + 1))
    if (const std::size_t begin = begin_of_def(text, at); begin != std::string_view::npos) {
      if (const auto function = sketcher.run_one(begin, &openings)) found.push_back(*function);
      // Headers and brackets that never end, made to cost a look at all of the text each.
      if (sketcher.scanned() > kLooksMax * text.size()) return find_functions(text, kernels);
    }
  return found;
}

}  // namespace scribe
