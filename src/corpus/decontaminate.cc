// Rolling hashes over the bytes and over the words of a document, each hit verified.
#include "corpus/decontaminate.h"

#include <algorithm>
#include <set>

#include "base/hash.h"
#include "corpus/python_docstrings.h"

namespace scribe {
namespace {

constexpr std::uint64_t kBase = 0x9E3779B97F4A7C15;  // Odd, so that multiplying loses nothing.
constexpr int kBitmapBits = 18;
constexpr std::size_t kMatchBytesMax = 200;  // Of a match, in the report.

std::uint64_t power(std::uint64_t base, std::int32_t exponent) {
  std::uint64_t product = 1;
  for (std::int32_t count = 0; count < exponent; ++count) product *= base;
  return product;
}

std::size_t bitmap_index(std::uint64_t hash) {
  return (hash * kBase) >> (64 - kBitmapBits);
}

bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// The hash of a window that moves by one value at a time.
class RollingHash {
 public:
  explicit RollingHash(std::int32_t window) : leaving_factor_(power(kBase, window)) {}
  void add(std::uint64_t value) { hash_ = hash_ * kBase + value; }
  void move(std::uint64_t entering, std::uint64_t leaving) {
    hash_ = hash_ * kBase + entering - leaving * leaving_factor_;
  }
  std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t leaving_factor_;
  std::uint64_t hash_ = 0;
};

/// Calls visit(words, hash) for each run of `count` words of normalised text, until it returns
/// true.
template <typename Visit>
void for_each_gram(std::string_view text, std::int32_t count, Visit&& visit) {
  struct Word {
    std::string_view text;
    std::uint64_t hash;
  };
  std::vector<Word>
      words;  // All so far: simpler than a ring, and a document fits in memory anyway.
  const auto width = static_cast<std::size_t>(count);
  RollingHash hash(count);
  for (std::size_t begin = 0; begin < text.size();) {
    if (!is_word_byte(text[begin])) {
      ++begin;
      continue;
    }
    std::size_t end = begin;
    while (end < text.size() && is_word_byte(text[end])) ++end;
    const std::string_view word = text.substr(begin, end - begin);
    begin = end;
    words.push_back({word, hash64(word)});
    if (words.size() <= width)
      hash.add(words.back().hash);
    else
      hash.move(words.back().hash, words[words.size() - 1 - width].hash);
    if (words.size() < width) continue;
    const auto gram = [&] {
      std::vector<std::string_view> run;
      for (std::size_t index = words.size() - width; index < words.size(); ++index)
        run.push_back(words[index].text);
      return run;
    };
    if (visit(gram, hash.value())) return;
  }
}

bool is_long_word(std::string_view word) {
  const auto letters = std::ranges::count_if(word, [](char c) { return c >= 'a' && c <= 'z'; });
  return letters >= 3;
}

std::string joined(const std::vector<std::string_view>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

std::int32_t distinct_long_words(const std::vector<std::string_view>& words) {
  std::set<std::string_view> distinct;
  for (const std::string_view word : words)
    if (is_long_word(word)) distinct.insert(word);
  return static_cast<std::int32_t>(distinct.size());
}

Status check_options(const DecontaminationOptions& options) {
  if (options.match_bytes_min < 8 || options.gram_words < 4)
    return error(ErrorCode::invalid_argument,
                 "decontamination: matches of {} bytes and {} words, expected at least 8 and 4",
                 options.match_bytes_min, options.gram_words);
  return {};
}

}  // namespace

std::string normalised_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool space_due = false;
  for (const char c : text) {
    if (c == ' ' || (c >= '\t' && c <= '\r')) {
      space_due = !out.empty();
      continue;
    }
    if (space_due) out.push_back(' ');
    space_due = false;
    out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return out;
}

Result<Decontaminator> Decontaminator::load(Env& env, const std::vector<std::string>& paths,
                                            const DecontaminationOptions& options) {
  SCRIBE_TRY(check_options(options));
  Decontaminator result;
  result.options_ = options;
  result.anchor_bits_.resize(std::size_t{1} << kBitmapBits);
  result.gram_bits_.resize(std::size_t{1} << kBitmapBits);
  for (const std::string& path : paths)
    SCRIBE_TRY(for_each_json_line(env, path, [&](const Json& problem, const std::string& where) {
      return result.add_problem(problem, where);
    }));
  return result;
}

Status Decontaminator::add_problem(const Json& problem, const std::string& where) {
  SCRIBE_TRY_ASSIGN(const std::string task_id, json_field<std::string>(problem, "task_id", where));
  SCRIBE_TRY_ASSIGN(const std::string prompt, json_field<std::string>(problem, "prompt", where));
  const std::vector<PythonToken> tokens = lex_python(prompt);
  for (const PythonNote& note : find_notes(prompt, tokens)) {
    if (note.kind != PythonNote::Kind::docstring) continue;
    // As written, not as evaluated: in a document too the docstring stands with its escapes.
    const auto token = std::ranges::find(tokens, note.begin, &PythonToken::begin);
    const std::string_view body = python_string_parts(token->text(prompt)).body;
    const std::string_view description = body.substr(0, body.find(">>>"));
    const bool enough =
        normalised_text(description).size() >= static_cast<std::size_t>(options_.match_bytes_min);
    add_text(enough ? description : body, task_id, "docstring");
  }
  if (problem.contains("canonical_solution")) {
    SCRIBE_TRY_ASSIGN(const std::string solution,
                      json_field<std::string>(problem, "canonical_solution", where));
    add_text(solution, task_id, "solution");
  }
  return {};
}

void Decontaminator::add_text(std::string_view text, const std::string& task_id,
                              const std::string& rule) {
  const std::string normalised = normalised_text(text);
  add_grams(normalised, task_id);
  const auto window = static_cast<std::size_t>(options_.match_bytes_min);
  if (normalised.size() < window) return;
  RollingHash hash(options_.match_bytes_min);
  for (const char c : std::string_view(normalised).substr(0, window))
    hash.add(static_cast<unsigned char>(c));
  anchors_.emplace(hash.value(), patterns_.size());
  anchor_bits_[bitmap_index(hash.value())] = true;
  patterns_.push_back({.text = normalised, .task_id = task_id, .rule = rule});
}

void Decontaminator::add_grams(std::string_view normalised, const std::string& task_id) {
  for_each_gram(normalised, options_.gram_words, [&](const auto& gram, std::uint64_t hash) {
    const std::vector<std::string_view> words = gram();
    if (distinct_long_words(words) < options_.gram_distinct_words_min) return false;
    grams_.try_emplace(hash, Pattern{.text = joined(words), .task_id = task_id, .rule = "words"});
    gram_bits_[bitmap_index(hash)] = true;
    return false;
  });
}

std::optional<Contamination> Decontaminator::find(std::string_view text) const {
  if (patterns_.empty() && grams_.empty()) return std::nullopt;
  const std::string normalised = normalised_text(text);
  if (auto found = find_pattern(normalised)) return found;
  return find_gram(normalised);
}

std::optional<Contamination> Decontaminator::find_pattern(std::string_view normalised) const {
  const auto window = static_cast<std::size_t>(options_.match_bytes_min);
  RollingHash hash(options_.match_bytes_min);
  for (std::size_t end = 0; end < normalised.size(); ++end) {
    const auto entering = static_cast<unsigned char>(normalised[end]);
    if (end < window)
      hash.add(entering);
    else
      hash.move(entering, static_cast<unsigned char>(normalised[end - window]));
    if (end + 1 < window || !anchor_bits_[bitmap_index(hash.value())]) continue;
    const auto [first, last] = anchors_.equal_range(hash.value());
    for (auto anchor = first; anchor != last; ++anchor) {
      const Pattern& pattern = patterns_[anchor->second];
      if (normalised.substr(end + 1 - window).starts_with(pattern.text))
        return Contamination{.task_id = pattern.task_id,
                             .rule = pattern.rule,
                             .match = pattern.text.substr(0, kMatchBytesMax)};
    }
  }
  return std::nullopt;
}

std::optional<Contamination> Decontaminator::find_gram(std::string_view normalised) const {
  std::optional<Contamination> found;
  for_each_gram(normalised, options_.gram_words, [&](const auto& gram, std::uint64_t hash) {
    if (!gram_bits_[bitmap_index(hash)]) return false;
    const auto known = grams_.find(hash);
    if (known == grams_.end() || known->second.text != joined(gram())) return false;
    found = Contamination{
        .task_id = known->second.task_id, .rule = known->second.rule, .match = known->second.text};
    return true;
  });
  return found;
}

}  // namespace scribe
