// Choice of tests by the faults that they find.
#include "exercises/exercise_tests.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace scribe {
namespace {

constexpr std::size_t kOutputBytesMax = 200;
constexpr std::size_t kInputBytesMax = 200;
constexpr std::size_t kEdgeTests = 3;
constexpr std::size_t kTestsMin = 8;
constexpr std::size_t kExampleBytesMax = 64;
constexpr double kCommonShareMax = 0.85;
constexpr double kIdentityShareMax = 0.8;
constexpr double kFoundShareMin = 0.5;  // Some faults change nothing: x >= 0 for x > 0 in a sum.

bool is_raised(std::string_view output) {
  return output.starts_with('!');
}

/// The output that is returned most often, the first of several, and how often.
std::pair<std::string, std::size_t> most_common(std::span<const std::string> outputs) {
  std::map<std::string_view, std::size_t> counts;
  for (const std::string& output : outputs) ++counts[output];
  std::pair<std::string, std::size_t> best;
  for (const std::string& output : outputs)
    if (counts[output] > best.second) best = {output, counts[output]};
  return best;
}

/// Does the tuple begin with this literal?
bool is_first_argument(std::string_view tuple, std::string_view output) {
  tuple.remove_prefix(1);
  if (!tuple.starts_with(output)) return false;
  tuple.remove_prefix(output.size());
  return tuple.starts_with(',');
}

bool has_float(std::string_view output) {
  bool in_text = false;
  for (std::size_t i = 0; i < output.size(); ++i) {
    if (output[i] == '\'' || output[i] == '"') in_text = !in_text;
    const bool is_point = output[i] == '.' || (output[i] == 'e' && i > 0 && output[i - 1] >= '0' &&
                                               output[i - 1] <= '9');
    if (is_point && !in_text) return true;
  }
  return false;
}

bool is_number(std::string_view output) {
  return !output.empty() && output.find_first_not_of("-+.e0123456789") == std::string_view::npos;
}

constexpr std::string_view kClose =
    "def close(left, right):\n"
    "    if isinstance(right, float):\n"
    "        return isinstance(left, (int, float)) and abs(left - right) < 1e-6\n"
    "    if isinstance(right, (list, tuple)):\n"
    "        return (type(left) is type(right) and len(left) == len(right)\n"
    "                and all(map(close, left, right)))\n"
    "    if isinstance(right, dict):\n"
    "        return left.keys() == right.keys() and all(close(left[k], right[k]) for k in right)\n"
    "    return left == right\n\n\n";

}  // namespace

std::string_view name_of(ExerciseRefusal refusal) {
  constexpr std::array<std::string_view, kExerciseRefusals> kNames = {
      "failed",          "raises",       "changes_argument", "large",
      "constant",        "identity",     "undistinguished",  "repeated",
      "same_behaviour",  "other_split",  "same_name",        "shared_docstring",
      "shared_solution", "shared_words", "shared_form",      "failed_tests"};
  return kNames[static_cast<std::size_t>(refusal)];
}

std::optional<ExerciseRefusal> refusal_of(const Draft& draft, const ProgramRecord& record,
                                          std::span<const std::string> inputs) {
  if (record.problem == "changes its argument") return ExerciseRefusal::changes_argument;
  if (!record.problem.empty()) return ExerciseRefusal::failed;
  std::size_t same_as_input = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::string& output = record.outputs[i];
    if (output == "!_Endless") return ExerciseRefusal::failed;
    if (output == "!OverflowError") return ExerciseRefusal::large;
    if (is_raised(output) && output.substr(1) != draft.raises) return ExerciseRefusal::raises;
    if (output.size() > kOutputBytesMax) return ExerciseRefusal::large;
    if (is_first_argument(inputs[i], output)) ++same_as_input;
  }
  const auto count = static_cast<double>(inputs.size());
  if (static_cast<double>(most_common(std::span(record.outputs).first(inputs.size())).second) >
      kCommonShareMax * count)
    return ExerciseRefusal::constant;
  if (static_cast<double>(same_as_input) > kIdentityShareMax * count)
    return ExerciseRefusal::identity;
  const auto is_found = [&](const std::vector<std::size_t>& fault) {
    return std::ranges::any_of(fault, [&](std::size_t i) { return i < inputs.size(); });
  };
  const auto necessary = static_cast<std::ptrdiff_t>(record.necessary);
  if (!std::ranges::all_of(record.faults.begin(), record.faults.begin() + necessary, is_found))
    return ExerciseRefusal::undistinguished;
  const auto found = static_cast<double>(std::ranges::count_if(record.faults, is_found));
  if (found < kFoundShareMin * static_cast<double>(record.faults.size()))
    return ExerciseRefusal::undistinguished;
  return std::nullopt;
}

std::vector<std::size_t> choose_tests(const ProgramRecord& record,
                                      std::span<const std::string> inputs, std::size_t count_max) {
  std::vector<std::size_t> chosen;
  std::set<std::string_view> outputs;
  std::set<std::size_t> open;  // Faults that no test finds yet.
  for (std::size_t i = 0; i < record.faults.size(); ++i) open.insert(i);
  const auto choose = [&](std::size_t input) {
    chosen.push_back(input);
    outputs.insert(record.outputs[input]);
    std::erase_if(open, [&](std::size_t fault) {
      return std::ranges::binary_search(record.faults[fault], input);
    });
  };
  const auto may_choose = [&](std::size_t input) {
    return inputs[input].size() <= kInputBytesMax &&
           std::ranges::find(chosen, input) == chosen.end();
  };
  for (std::size_t i = 0; i < inputs.size() && chosen.size() < kEdgeTests; ++i)
    if (may_choose(i)) choose(i);
  const auto gain = [&](std::size_t input) {
    return std::ranges::count_if(open, [&](std::size_t fault) {
      return std::ranges::binary_search(record.faults[fault], input);
    });
  };
  while (chosen.size() < count_max) {
    std::optional<std::size_t> best;
    std::pair<std::ptrdiff_t, bool> best_gain;
    for (std::size_t i = inputs.size(); i-- > 0;) {  // Typical inputs come last.
      if (!may_choose(i)) continue;
      const std::pair own(gain(i), !outputs.contains(record.outputs[i]));
      if (best && own <= best_gain) continue;
      best = i;
      best_gain = own;
    }
    const bool is_enough = chosen.size() >= kTestsMin && best_gain.first == 0;
    if (!best || is_enough) break;
    choose(*best);
  }
  std::ranges::sort(chosen);
  return chosen;
}

std::vector<std::size_t> choose_examples(const ProgramRecord& record,
                                         std::span<const std::string> inputs,
                                         std::span<const std::size_t> tests,
                                         std::size_t count_max) {
  std::vector<std::size_t> chosen;
  std::set<std::string_view> outputs;
  // Typical ones come late among the tests; they are shown before the edge cases.
  for (auto test = tests.rbegin(); test != tests.rend() && chosen.size() < count_max; ++test) {
    const std::string& output = record.outputs[*test];
    if (is_raised(output) || output == "None") continue;
    if (inputs[*test].size() > kExampleBytesMax || output.size() > kExampleBytesMax) continue;
    if (outputs.insert(output).second) chosen.push_back(*test);
  }
  return chosen;
}

std::string write_tests(const ProgramRecord& record, std::span<const std::string> inputs,
                        std::span<const std::size_t> tests) {
  const bool are_floats =
      std::ranges::any_of(tests, [&](std::size_t test) { return has_float(record.outputs[test]); });
  std::string body;
  bool needs_close = false;
  for (const std::size_t test : tests) {
    const std::string_view arguments = arguments_of(inputs[test]);
    const std::string& output = record.outputs[test];
    if (is_raised(output)) {
      body += fmt::format(
          "    try:\n        candidate({})\n    except {}:\n        pass\n    else:\n"
          "        assert False, \"expected {}\"\n",
          arguments, output.substr(1), output.substr(1));
    } else if (are_floats && is_number(output)) {
      body += fmt::format("    assert abs(candidate({}) - {}) < 1e-6\n", arguments, output);
    } else if (are_floats) {
      needs_close = true;
      body += fmt::format("    assert close(candidate({}), {})\n", arguments, output);
    } else {
      body += fmt::format("    assert candidate({}) == {}\n", arguments, output);
    }
  }
  return std::string(needs_close ? kClose : "") + "def check(candidate):\n" + body;
}

std::string verification_suite(const std::string& tests, const ProgramRecord& record,
                               std::span<const std::size_t> chosen) {
  std::vector<std::string> outputs;
  for (const std::size_t test : chosen)
    if (!is_raised(record.outputs[test])) outputs.push_back(record.outputs[test]);
  return tests + fmt::format(
                     "\n\n_own = check\n\n\ndef check(candidate):\n    _own(candidate)\n"
                     "    for wrong in (lambda *a: None, lambda *a: a[0], lambda *a: {}):\n"
                     "        try:\n            _own(wrong)\n        except Exception:\n"
                     "            continue\n        scribe.fail('a trivial program passes')\n",
                     outputs.empty() ? "0" : most_common(outputs).first);
}

std::string_view arguments_of(std::string_view tuple) {
  tuple = tuple.substr(1, tuple.size() - 2);
  if (tuple.ends_with(',')) tuple.remove_suffix(1);
  return tuple;
}

}  // namespace scribe
