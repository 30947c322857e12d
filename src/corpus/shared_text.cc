// A rolling hash over three words, a bitmap of those that are anchors, and verification in place.
#include "corpus/shared_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <set>
#include <unordered_set>

#include "base/check.h"
#include "corpus/words.h"

namespace scribe {
namespace {

constexpr std::size_t kAnchorWords = 3;
constexpr int kBitmapBits = 18;
/// Letters of both cases become one; other bytes may collide, which verification sees.
constexpr std::uint64_t kFold = 0x2020202020202020;

std::uint64_t all_words(const ByteMasks& masks) {
  return masks.word | masks.high;
}

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
bool is_word_byte(char c) {
  const char small = lower(c);
  return (small >= 'a' && small <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// Of a word, from its length and its first eight bytes: no loop, as nobody can tell beforehand how
/// long the next word is.
std::uint64_t word_code(std::string_view text, std::size_t begin, std::size_t end) {
  const std::size_t size = end - begin;
  return ((load_bytes(text, begin, size) | kFold) + size) * kWordFactor;
}

/// The hash of kAnchorWords words, given their codes.
class WordWindow {
 public:
  std::uint64_t push(std::uint64_t word) {
    const std::uint64_t hash = word + std::rotl(last_, 21) + std::rotl(last_but_one_, 42);
    last_but_one_ = last_;
    last_ = word;
    return hash;
  }

 private:
  static_assert(kAnchorWords == 3);
  std::uint64_t last_ = 0;
  std::uint64_t last_but_one_ = 0;
};

std::size_t bitmap_index(std::uint64_t hash) {
  return (hash * kWordFactor) >> (64 - kBitmapBits);
}

bool is_long_word(std::string_view word) {
  return std::ranges::count_if(word, [](char c) { return c >= 'a' && c <= 'z'; }) >= 3;
}

/// The word that ends at or before `end`; empty at 0 if there is none.
std::string_view word_before(std::string_view text, std::size_t end) {
  while (end > 0 && !is_word_byte(text[end - 1])) --end;
  std::size_t begin = end;
  while (begin > 0 && is_word_byte(text[begin - 1])) --begin;
  return text.substr(begin, end - begin);
}

/// The word that begins at or after `begin`; empty if there is none.
std::string_view word_after(std::string_view text, std::size_t begin) {
  while (begin < text.size() && !is_word_byte(text[begin])) ++begin;
  std::size_t end = begin;
  while (end < text.size() && is_word_byte(text[end])) ++end;
  return text.substr(begin, end - begin);
}

bool equals_lowered(std::string_view written, std::string_view normalised) {
  return std::ranges::equal(written, normalised, {}, lower);
}

/// Replaces `best` by a hit that comes before it.
template <typename Hit>
void keep_first(std::optional<Hit>& best, const std::optional<Hit>& hit) {
  if (hit.has_value() && (!best.has_value() || *hit < *best)) best = hit;
}

}  // namespace

std::string normalised_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool space_due = false;
  for (const char c : text) {
    if (is_space(c)) {
      space_due = !out.empty();
      continue;
    }
    if (space_due) out.push_back(' ');
    space_due = false;
    out.push_back(lower(c));
  }
  return out;
}

SharedTextIndex::SharedTextIndex(const SharedTextOptions& options, const WordKernels& kernels)
    : options_(options), kernels_(&kernels), anchor_bits_((std::size_t{1} << kBitmapBits) / 64) {
  SCRIBE_CHECK(options.gram_words >= 4, "n-grams of {} words", options.gram_words);
}

std::vector<SharedTextIndex::Word> SharedTextIndex::words_of(std::string_view text) const {
  std::vector<Word> words;
  for_each_run(*kernels_, text, all_words, [&](std::size_t begin, std::size_t end) {
    words.push_back({.begin = begin, .end = end});
  });
  return words;
}

void SharedTextIndex::add_anchor(std::string_view text, const Word* words, const Anchor& anchor) {
  WordWindow window;
  std::uint64_t hash = 0;
  for (std::size_t word = 0; word < kAnchorWords; ++word)
    hash = window.push(word_code(text, words[word].begin, words[word].end));
  anchors_[hash].push_back(anchor);
  anchor_bits_[bitmap_index(hash) / 64] |= std::uint64_t{1} << (bitmap_index(hash) % 64);
}

void SharedTextIndex::add_passage(std::string normalised, std::size_t owner) {
  if (std::ranges::find(passages_, normalised, &Passage::text) != passages_.end()) return;
  std::vector<Word> words = words_of(normalised);
  // In a document a word at an end of the passage may be longer.
  std::erase_if(words,
                [&](const Word& word) { return word.begin == 0 || word.end == normalised.size(); });
  const std::size_t index = passages_.size();
  passages_.push_back({.text = std::move(normalised), .owner = owner});
  if (words.size() < kAnchorWords) {
    wordless_.push_back(index);
    return;
  }
  std::size_t best = 0;  // The longest words are seldom the most frequent ones.
  const auto length = [&](std::size_t first) {
    return words[first + kAnchorWords - 1].end - words[first].begin;
  };
  for (std::size_t first = 0; first + kAnchorWords <= words.size(); ++first)
    if (length(first) > length(best)) best = first;
  add_anchor(passages_.back().text, &words[best],
             {.is_passage = true, .index = index, .place = words[best].begin});
}

bool SharedTextIndex::gram_passes(const GramSource& source, std::size_t first) const {
  std::set<std::string_view> distinct;
  for (std::size_t at = first; at < first + static_cast<std::size_t>(options_.gram_words); ++at) {
    const auto [begin, end] = source.words[at];
    const std::string_view word = std::string_view(source.text).substr(begin, end - begin);
    if (is_long_word(word)) distinct.insert(word);
  }
  return static_cast<std::int32_t>(distinct.size()) >= options_.gram_distinct_words_min;
}

void SharedTextIndex::add_grams(std::string normalised, std::size_t owner) {
  if (std::ranges::find(sources_, normalised, &GramSource::text) != sources_.end()) return;
  GramSource source{.text = std::move(normalised), .owner = owner, .words = {}, .counts = {}};
  source.words = words_of(source.text);
  const auto width = static_cast<std::size_t>(options_.gram_words);
  const auto length = [&](std::size_t first) {
    return source.words[first + kAnchorWords - 1].end - source.words[first].begin;
  };
  std::optional<std::size_t> anchor;  // The last one: it serves all n-grams that contain it.
  for (std::size_t first = 0; first + width <= source.words.size(); ++first) {
    source.counts.push_back(gram_passes(source, first));
    if (!source.counts.back()) continue;
    ++gram_count_;
    if (anchor.has_value() && *anchor >= first) continue;
    anchor = first;
    for (std::size_t at = first; at + kAnchorWords <= first + width; ++at)
      if (length(at) >= length(*anchor)) anchor = at;
    add_anchor(source.text, &source.words[*anchor],
               {.is_passage = false, .index = sources_.size(), .place = *anchor});
  }
  sources_.push_back(std::move(source));
}

std::optional<SharedTextIndex::Match> SharedTextIndex::find(std::string_view text) const {
  if (empty()) return std::nullopt;
  Hits hits;
  WordWindow window;
  for_each_run(*kernels_, text, all_words, [&](std::size_t begin, std::size_t end) {
    const std::uint64_t hash = window.push(word_code(text, begin, end));
    const std::size_t bit = bitmap_index(hash);
    if (((anchor_bits_[bit / 64] >> (bit % 64)) & 1) != 0) verify(text, begin, hash, hits);
  });
  if (!wordless_.empty()) hits.passage = find_wordless(text, hits.passage);
  if (hits.passage.has_value()) {
    const Passage& passage = passages_[hits.passage->index];
    return Match{.owner = passage.owner, .text = passage.text, .is_passage = true};
  }
  if (!hits.gram.has_value()) return std::nullopt;
  return Match{.owner = sources_[hits.gram->index].owner, .text = gram_text(*hits.gram)};
}

void SharedTextIndex::verify(std::string_view text, std::size_t last_word, std::uint64_t hash,
                             Hits& hits) const {
  const auto known = anchors_.find(hash);
  if (known == anchors_.end()) return;
  std::size_t position = last_word;  // Of the first of the three.
  for (std::size_t word = 1; word < kAnchorWords; ++word) {
    const std::string_view before = word_before(text, position);
    if (before.empty()) return;
    position = static_cast<std::size_t>(before.data() - text.data());
  }
  for (const Anchor& anchor : known->second)
    if (anchor.is_passage)
      keep_first(hits.passage, passage_at(text, position, anchor));
    else
      keep_first(hits.gram, gram_at(text, position, anchor));
}

std::optional<SharedTextIndex::Hit> SharedTextIndex::passage_at(std::string_view text,
                                                                std::size_t position,
                                                                const Anchor& anchor) const {
  const std::string& passage = passages_[anchor.index].text;
  std::size_t begin = position;
  for (std::size_t at = anchor.place; at-- > 0;) {
    if (begin == 0) return std::nullopt;
    if (passage[at] == ' ') {
      if (!is_space(text[begin - 1])) return std::nullopt;
      while (begin > 0 && is_space(text[begin - 1])) --begin;
    } else if (lower(text[--begin]) != passage[at]) {
      return std::nullopt;
    }
  }
  std::size_t end = position;
  for (std::size_t at = anchor.place; at < passage.size(); ++at) {
    if (end == text.size()) return std::nullopt;
    if (passage[at] == ' ') {
      if (!is_space(text[end])) return std::nullopt;
      while (end < text.size() && is_space(text[end])) ++end;
    } else if (lower(text[end++]) != passage[at]) {
      return std::nullopt;
    }
  }
  return Hit{.begin = begin, .index = anchor.index, .place = 0};
}

std::optional<SharedTextIndex::Hit> SharedTextIndex::gram_at(std::string_view text,
                                                             std::size_t position,
                                                             const Anchor& anchor) const {
  const GramSource& source = sources_[anchor.index];
  const auto width = static_cast<std::size_t>(options_.gram_words);
  const auto word_of = [&](std::size_t word) {
    return std::string_view(source.text)
        .substr(source.words[word].begin, source.words[word].end - source.words[word].begin);
  };
  // Words that both share from the anchor on, as many as an n-gram with it may have.
  std::size_t last = anchor.place;
  for (std::size_t end = position; last < source.words.size() && last < anchor.place + width;
       ++last) {
    const std::string_view word = word_after(text, end);
    if (word.empty() || !equals_lowered(word, word_of(last))) break;
    end = static_cast<std::size_t>(word.data() - text.data()) + word.size();
  }
  if (last < anchor.place + kAnchorWords) return std::nullopt;  // Their hashes collided.
  // The same to the left; the leftmost n-gram that passes counts.
  std::optional<Hit> hit;
  std::size_t begin = position;
  for (std::size_t first = anchor.place;; --first) {
    if (first + width <= last && source.counts[first])
      hit = Hit{.begin = begin, .index = anchor.index, .place = first};
    if (first == 0 || first + width <= anchor.place + kAnchorWords) break;
    const std::string_view word = word_before(text, begin);
    if (word.empty() || !equals_lowered(word, word_of(first - 1))) break;
    begin = static_cast<std::size_t>(word.data() - text.data());
  }
  return hit;
}

std::optional<SharedTextIndex::Hit> SharedTextIndex::find_wordless(
    std::string_view text, const std::optional<Hit>& other) const {
  const std::string normalised = normalised_text(text);
  std::optional<Hit> best = other;
  if (other.has_value()) {
    const std::string_view before = text.substr(0, other->begin);
    best->begin = normalised_text(before).size();
    if (best->begin > 0 && is_space(before.back())) ++best->begin;
  }
  for (const std::size_t index : wordless_) {
    const std::size_t begin = normalised.find(passages_[index].text);
    if (begin != std::string::npos)
      keep_first(best, std::optional(Hit{.begin = begin, .index = index, .place = 0}));
  }
  return best;
}

std::string SharedTextIndex::gram_text(const Hit& hit) const {
  const GramSource& source = sources_[hit.index];
  std::string text;
  for (std::size_t at = hit.place; at < hit.place + static_cast<std::size_t>(options_.gram_words);
       ++at) {
    if (!text.empty()) text.push_back(' ');
    text.append(source.text, source.words[at].begin, source.words[at].end - source.words[at].begin);
  }
  return text;
}

}  // namespace scribe
