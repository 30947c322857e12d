// Finds what a document shares with known texts: whole passages, and words in a row.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "corpus/word_kernels.h"

namespace scribe {

/// Every run of white space as one space, none at the ends, ASCII letters in lower case.
std::string normalised_text(std::string_view text);

struct SharedTextOptions {
  std::int32_t gram_words = 13;              ///< words of an n-gram, at least 4
  std::int32_t gram_distinct_words_min = 8;  ///< n-grams with fewer distinct long words are ignored
};

/// Fill it, then find() from any thread.
///
/// Words of normalised text are runs of [a-z0-9_] and bytes above 0x7f. A passage that contains
/// three whole words is known by them, as an n-gram is by three of its words, so that a document is
/// only hashed word by word as it lies; each hit is verified. Passages of fewer words are searched
/// for in a normalised copy, which takes a few times as long.
class SharedTextIndex {
 public:
  explicit SharedTextIndex(const SharedTextOptions& options = {},
                           const WordKernels& kernels = best_word_kernels());

  /// `owner` is what a match tells. Requires text that is normalised and not empty.
  void add_passage(std::string normalised, std::size_t owner);
  /// The n-grams of a text: gram_words words in a row of which gram_distinct_words_min are distinct
  /// and have three letters or more.
  void add_grams(std::string normalised, std::size_t owner);

  struct Match {
    std::size_t owner = 0;
    std::string text;         ///< normalised; of an n-gram its words with a space between
    bool is_passage = false;  ///< false: an n-gram
  };
  /// The passage that begins first in the text, of several there the one that was added first; if
  /// there is none the same of n-grams.
  std::optional<Match> find(std::string_view text) const;

  std::size_t passage_count() const { return passages_.size(); }
  /// Different n-grams may share an anchor: this counts places, repeats left out.
  std::size_t gram_count() const { return gram_count_; }
  bool empty() const { return passages_.empty() && gram_count_ == 0; }

 private:
  struct Word {
    std::size_t begin;
    std::size_t end;
  };
  struct Passage {
    std::string text;
    std::size_t owner;
  };
  struct GramSource {
    std::string text;
    std::size_t owner;
    std::vector<Word> words;
    std::vector<bool> counts;  // By first word: does the n-gram pass?
  };
  /// Three words by which a passage or n-gram is known.
  struct Anchor {
    bool is_passage;
    std::size_t index;  // Of the passage or the source.
    std::size_t place;  // Of the first word: its byte, or its number.
  };
  /// A verified hit: where it begins in the document, and what it is.
  struct Hit {
    std::size_t begin;
    std::size_t index;
    std::size_t place;
    friend auto operator<=>(const Hit&, const Hit&) = default;
  };
  struct Hits {
    std::optional<Hit> passage;
    std::optional<Hit> gram;
  };

  std::vector<Word> words_of(std::string_view text) const;
  bool gram_passes(const GramSource& source, std::size_t first) const;
  void add_anchor(std::string_view text, const Word* words, const Anchor& anchor);
  void verify(std::string_view text, std::size_t last_word, std::uint64_t hash, Hits& hits) const;
  std::optional<Hit> passage_at(std::string_view text, std::size_t position,
                                const Anchor& anchor) const;
  std::optional<Hit> gram_at(std::string_view text, std::size_t position,
                             const Anchor& anchor) const;
  /// The first of `other` and the passages without anchors, placed in normalised text.
  std::optional<Hit> find_wordless(std::string_view text, const std::optional<Hit>& other) const;
  std::string gram_text(const Hit& hit) const;

  SharedTextOptions options_;
  const WordKernels* kernels_;
  std::vector<Passage> passages_;
  std::vector<std::size_t> wordless_;  // Passages that have no anchor.
  std::vector<GramSource> sources_;
  std::size_t gram_count_ = 0;
  std::unordered_map<std::uint64_t, std::vector<Anchor>> anchors_;
  std::vector<std::uint64_t> anchor_bits_;  // By the hash: most words stop here.
};

}  // namespace scribe
