// The strategies.
#include "evaluate/extract.h"

#include <algorithm>
#include <vector>

#include "base/check.h"
#include "evaluate/answer_text.h"
#include "evaluate/python_definition.h"
#include "sandbox/toolchains.h"

namespace scribe {
namespace {

constexpr std::array<std::string_view, 5> kNames = {"none", "fenced-first", "fenced-last",
                                                    "fenced-longest", "function"};
constexpr std::string_view kPython = "python";
static_assert(kNames.size() == kExtractStrategies.size());

/// What models write behind an opening fence for a language.
struct LanguageLabels {
  std::string_view language;
  std::array<std::string_view, 4> labels;  ///< "" fills up
};
constexpr auto kLabels =
    std::to_array<LanguageLabels>({{"python", {"python", "python3", "py", "py3"}},
                                   {"cpp", {"cpp", "c++", "cc", "cxx"}},
                                   {"js", {"js", "javascript", "node", ""}},
                                   {"ts", {"ts", "typescript", "", ""}},
                                   {"java", {"java", "", "", ""}},
                                   {"go", {"go", "golang", "", ""}},
                                   {"rs", {"rust", "rs", "", ""}},
                                   {"sh", {"bash", "sh", "shell", ""}}});

/// Is `label` one of the language's? Of a language that is not in the table: its own name.
bool is_label_of(std::string_view language, const std::string& label) {
  if (label.empty()) return false;
  const auto known = std::ranges::find(kLabels, language, &LanguageLabels::language);
  if (known == kLabels.end()) return label == language;
  return std::ranges::find(known->labels, label) != known->labels.end();
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// The blocks that may be the answer: those labelled as the language, else those without a label.
std::vector<FencedBlock> code_blocks(std::string_view text, std::string_view language) {
  std::vector<FencedBlock> blocks = fenced_blocks(text);
  std::erase_if(blocks, [](const FencedBlock& block) { return is_blank(block.code); });
  const auto is_labelled = [&](const FencedBlock& block) {
    return is_label_of(language, block.label);
  };
  const bool any_labelled = std::ranges::any_of(blocks, is_labelled);
  std::erase_if(blocks, [&](const FencedBlock& block) {
    return any_labelled ? !is_labelled(block) : !block.label.empty();
  });
  return blocks;
}

/// A body that continues the prompt: indented from its first line on, up to the first line at the
/// margin. Nothing if the text does not begin so.
std::optional<std::string> body_of(std::string_view text) {
  std::string body;
  bool begun = false;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    const std::string_view line = text.substr(begin, end - begin);
    begin = end;
    const bool blank = is_blank(line);
    if (!blank && line[0] != ' ' && line[0] != '\t') break;
    begun = begun || !blank;
    if (begun) body += line;
  }
  if (!begun) return std::nullopt;
  return body;
}

std::optional<std::string> extract_function(std::string_view text, std::string_view entry_point) {
  std::vector<FencedBlock> blocks = code_blocks(text, kPython);
  for (std::size_t i = blocks.size(); i-- > 0;)
    if (defines_name(blocks[i].code, entry_point))
      return definition_with_helpers(blocks[i].code, entry_point);
  if (const std::string code = without_prose(text); defines_name(code, entry_point))
    return definition_with_helpers(code, entry_point);
  if (!blocks.empty()) return body_of(blocks.back().code);
  return body_of(text);
}

/// What follows the prompt's last line in `code`, or all of it if that is not repeated there. Tests
/// that stand behind the completion close what the prompt opened, hence the stop strings.
std::string_view continuation_of(const Problem& problem, std::string_view code) {
  const std::string_view prompt = trimmed(problem.prompt);
  const std::string_view signature = trimmed(prompt.substr(prompt.rfind('\n') + 1));
  const std::size_t repeated = signature.empty() ? code.npos : code.find(signature);
  if (repeated == code.npos) return code;
  code.remove_prefix(repeated + signature.size());
  std::size_t end = code.size();
  for (const std::string& stop : problem.stop_strings) end = std::min(end, code.find(stop));
  return code.substr(0, end);
}

}  // namespace

std::string_view name_of(ExtractStrategy strategy) {
  return kNames.at(static_cast<std::size_t>(strategy));
}

std::optional<ExtractStrategy> extract_strategy_named(std::string_view name) {
  for (const ExtractStrategy strategy : kExtractStrategies)
    if (name_of(strategy) == name) return strategy;
  return std::nullopt;
}

std::optional<std::string> extract_code(std::string_view answer, ExtractStrategy strategy,
                                        std::string_view entry_point, std::string_view language) {
  if (strategy == ExtractStrategy::none) return std::string(answer);
  const std::string text = without_reasoning(answer);
  if (strategy == ExtractStrategy::function && language == kPython)
    return extract_function(text, entry_point);
  std::vector<FencedBlock> blocks = code_blocks(text, language);
  if (blocks.empty()) return std::nullopt;
  if (strategy == ExtractStrategy::fenced_first) return std::move(blocks.front().code);
  if (strategy != ExtractStrategy::fenced_longest) return std::move(blocks.back().code);
  const auto longest = std::ranges::max_element(
      blocks, {}, [](const FencedBlock& block) { return block.code.size(); });
  return std::move(longest->code);
}

std::string answer_language(const Problem& problem) {
  if (problem.language.empty()) return std::string(kPython);
  return sandbox::language_named(problem.language).value_or(problem.language);
}

std::string program_from_code(const Problem& problem, std::string_view code) {
  if (problem.form == ProblemForm::own_exit)
    return judged_program(problem, continuation_of(problem, code));
  if (problem.entry_point.empty() || !defines_name(code, problem.entry_point))
    return judged_program(problem, code);
  return std::string(before_definition(problem.prompt, problem.entry_point)) + std::string(code);
}

}  // namespace scribe
