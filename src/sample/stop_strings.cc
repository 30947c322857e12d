// Construction and walking of the stop-string automaton.
#include "sample/stop_strings.h"

#include <algorithm>
#include <deque>

namespace scribe {
namespace {

constexpr std::uint16_t kNoState = 0xFFFF;

std::size_t index_of(char byte) {
  return static_cast<unsigned char>(byte);
}

}  // namespace

const std::vector<std::string>& default_stop_strings() {
  static const std::vector<std::string> strings{"\nclass", "\ndef", "\n#", "\nif", "\nprint"};
  return strings;
}

Result<StopStrings> StopStrings::compile(const std::vector<std::string>& strings) {
  std::size_t bytes = 0;
  for (const std::string& text : strings) {
    if (text.empty())
      return error(ErrorCode::invalid_argument,
                   "a stop string is empty: it would end every completion at once");
    bytes += text.size();
  }
  if (bytes > kStopBytesMax)
    return error(ErrorCode::limit_exceeded, "stop strings of {} bytes together, at most {}", bytes,
                 kStopBytesMax);
  StopStrings compiled;
  compiled.states_.push_back({.next = std::vector<std::uint16_t>(256, kNoState)});
  for (const std::string& text : strings) compiled.insert(text);
  compiled.link_failures();
  return compiled;
}

void StopStrings::insert(std::string_view text) {
  std::size_t state = 0;
  for (const char byte : text) {
    std::uint16_t next = states_[state].next[index_of(byte)];
    if (next == kNoState) {
      next = static_cast<std::uint16_t>(states_.size());
      states_[state].next[index_of(byte)] = next;
      states_.push_back(
          {.next = std::vector<std::uint16_t>(256, kNoState), .depth = states_[state].depth + 1});
    }
    state = next;
  }
  states_[state].match_length = text.size();
}

void StopStrings::link_failures() {
  // Breadth first: a state's failure state (its longest proper suffix) is shallower, so it is
  // whole.
  std::vector<std::uint16_t> failure(states_.size(), 0);
  std::deque<std::uint16_t> queue{0};
  while (!queue.empty()) {
    const std::uint16_t state = queue.front();
    queue.pop_front();
    State& here = states_[state];
    const State& shorter = states_[failure[state]];
    // A string that ends here itself is longer than any that ends at a suffix.
    if (here.match_length == 0) here.match_length = shorter.match_length;
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint16_t fallback = state == 0 ? std::uint16_t{0} : shorter.next[byte];
      if (here.next[byte] == kNoState) {
        here.next[byte] = fallback;
      } else {
        failure[here.next[byte]] = fallback;
        queue.push_back(here.next[byte]);
      }
    }
  }
}

std::optional<std::size_t> StopStrings::read(Position& position, std::string_view bytes) const {
  std::optional<std::size_t> cut;
  for (const char byte : bytes) {
    position.state = states_[position.state].next[index_of(byte)];
    ++position.length;
    const std::size_t match_length = states_[position.state].match_length;
    if (match_length == 0) continue;
    const std::size_t start = position.length - match_length;
    cut = std::min(start, cut.value_or(start));
  }
  return cut;
}

}  // namespace scribe
