// Choice of test inputs that tell a chain from the mistakes near it.
#include <algorithm>
#include <array>
#include <set>

#include "base/hash.h"
#include "base/philox.h"
#include "problems/chain_blocks.h"
#include "problems/chains.h"

namespace scribe {
namespace {

constexpr int kDrawsMax = 300;  // Two chains that this many sentences do not tell apart are equal.
constexpr std::size_t kWordsMax = 14;

constexpr std::array<std::string_view, 48> kWords = {
    "apple",   "tree",  "Hello",    "world",  "eerie",  "sky",     "Queue",     "rhythm",
    "python",  "the",   "EAGLE",    "every",  "little", "river",   "Ocean",     "a",
    "I",       "seven", "umbrella", "night",  "Orange", "blue",    "committee", "zip",
    "yes",     "code",  "Echo",     "banana", "who",    "freeze",  "UPPER",     "lower",
    "MiXeD",   "x",     "quiet",    "street", "needle", "Iceland", "under",     "over",
    "between", "sheep", "Elephant", "glass",  "piano",  "winter",  "eve",       "Noon"};
constexpr std::array<std::string_view, 12> kEndings = {"",  "",  "",   "",    ".", "!",
                                                       "?", ",", "!?", "...", ";", "."};

std::string random_sentence(PhiloxStream& random) {
  std::string text;
  if (random.next_below(8) == 0) text += ' ';
  const std::size_t words = 1 + random.next_below(kWordsMax);
  for (std::size_t word = 0; word < words; ++word) {
    if (word > 0) text += random.next_below(6) == 0 ? "  " : " ";
    text += kWords[random.next_below(kWords.size())];
    text += kEndings[random.next_below(kEndings.size())];
  }
  if (random.next_below(8) == 0) text += ' ';
  return text;
}

/// Every chain with at least one block left out, and every swap of two neighbours.
std::vector<Chain> near_misses(const Chain& chain) {
  std::vector<Chain> misses;
  const std::uint32_t everything = (1U << chain.size()) - 1;
  for (std::uint32_t kept = 0; kept < everything; ++kept) {
    Chain part;
    for (std::size_t i = 0; i < chain.size(); ++i)
      if ((kept >> i & 1U) != 0) part.push_back(chain[i]);
    misses.push_back(std::move(part));
  }
  for (std::size_t i = 1; i < chain.size(); ++i) {
    Chain swapped = chain;
    std::swap(swapped[i - 1], swapped[i]);
    misses.push_back(std::move(swapped));
  }
  return misses;
}

/// Collects examples and forgets the near misses that they rule out.
class Collector {
 public:
  explicit Collector(const Chain& chain) : chain_(chain), misses_(near_misses(chain)) {}

  /// Takes the input unless it was given before or, if `only_if_useful`, rules nothing out.
  void offer(const std::string& input, bool only_if_useful) {
    if (seen_.contains(input)) return;
    std::string output = apply_chain(chain_, input);
    const std::size_t ruled_out = std::erase_if(
        misses_, [&](const Chain& miss) { return apply_chain(miss, input) != output; });
    if (only_if_useful && ruled_out == 0) return;
    seen_.insert(input);
    examples_.emplace_back(input, std::move(output));
  }

  bool ruled_out_all() const { return misses_.empty(); }
  int count() const { return static_cast<int>(examples_.size()); }
  std::vector<ChainExample> take() && { return std::move(examples_); }

 private:
  const Chain& chain_;
  std::vector<Chain> misses_;
  std::set<std::string> seen_;
  std::vector<ChainExample> examples_;
};

}  // namespace

std::vector<ChainExample> make_chain_examples(std::uint64_t seed, const Chain& chain, int count) {
  SCRIBE_CHECK(count >= 4, "{} examples: three are edge cases", count);
  PhiloxStream random(seed, hash64("examples " + chain_name(chain)));
  Collector collector(chain);
  collector.offer("", false);
  collector.offer(std::string(1, "aEz!. "[random.next_below(6)]), false);
  collector.offer("  two  spaces   here ", false);
  for (int draw = 0; draw < kDrawsMax && collector.count() < count && !collector.ruled_out_all();
       ++draw)
    collector.offer(random_sentence(random), true);
  while (collector.count() < count) collector.offer(random_sentence(random), false);
  return std::move(collector).take();
}

}  // namespace scribe
