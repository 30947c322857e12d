// Fills the indexes of shared text and of functions from problem files, and asks them.
#include "corpus/decontaminate.h"

#include <algorithm>

#include "base/hash.h"
#include "corpus/python_functions.h"

namespace scribe {
namespace {

constexpr std::size_t kMatchBytesMax = 200;  // Of a match, in the report.

Status check_options(const DecontaminationOptions& options) {
  if (options.match_bytes_min < 8 || options.gram_words < 4)
    return error(ErrorCode::invalid_argument,
                 "decontamination: matches of {} bytes and {} words, expected at least 8 and 4",
                 options.match_bytes_min, options.gram_words);
  if (options.form_tokens_min < 1)
    return error(ErrorCode::invalid_argument,
                 "decontamination: functions of {} tokens, expected at least 1",
                 options.form_tokens_min);
  return {};
}

}  // namespace

Result<Decontaminator> Decontaminator::load(Env& env, const std::vector<std::string>& paths,
                                            const DecontaminationOptions& options) {
  SCRIBE_TRY(check_options(options));
  Decontaminator result;
  result.options_ = options;
  result.shared_ = SharedTextIndex({.gram_words = options.gram_words,
                                    .gram_distinct_words_min = options.gram_distinct_words_min});
  for (const std::string& path : paths)
    SCRIBE_TRY(for_each_problem(env, path, static_cast<std::size_t>(options.match_bytes_min),
                                [&](const ProblemTexts& problem) { result.add_problem(problem); }));
  return result;
}

void Decontaminator::add_problem(const ProblemTexts& problem) {
  for (const std::string& description : problem.descriptions)
    add_text(description, problem.task_id, "docstring");
  add_text(problem.solution, problem.task_id, "solution");
  add_functions(problem.program, problem.task_id);
}

void Decontaminator::add_text(std::string_view text, const std::string& task_id,
                              const std::string& rule) {
  std::string normalised = normalised_text(text);
  shared_.add_grams(normalised, owners_.size());
  if (normalised.size() >= static_cast<std::size_t>(options_.match_bytes_min))
    shared_.add_passage(std::move(normalised), owners_.size());
  owners_.push_back({.task_id = task_id, .rule = rule});
}

void Decontaminator::add_functions(std::string_view program, const std::string& task_id) {
  for (const PythonFunction& function : find_functions(program)) {
    const FunctionForm form =
        function_form(program.substr(function.begin, function.end - function.begin));
    if (form.size < options_.form_tokens_min) continue;
    std::vector<Form>& forms = forms_[function.sketch];
    const std::uint64_t hash = hash64(form.tokens);
    if (std::ranges::find(forms, hash, &Form::hash) != forms.end()) continue;
    forms.push_back({.hash = hash, .owner = owners_.size()});
    const auto openings = function_at(program, function.begin).value().openings;
    openings_.insert(openings.begin(), openings.end());
    ++form_count_;
  }
  owners_.push_back({.task_id = task_id, .rule = "ast"});
}

std::optional<Contamination> Decontaminator::find(std::string_view text) const {
  if (const auto match = shared_.find(text)) {
    const Owner& owner = owners_[match->owner];
    return Contamination{.task_id = owner.task_id,
                         .rule = match->is_passage ? owner.rule : "words",
                         .match = match->text.substr(0, kMatchBytesMax)};
  }
  return forms_.empty() ? std::nullopt : find_function(text);
}

std::optional<Contamination> Decontaminator::find_function(std::string_view text) const {
  for (const PythonFunction& function : find_functions_with(text, openings_)) {
    const auto known = forms_.find(function.sketch);
    if (known == forms_.end()) continue;
    const std::string_view source = text.substr(function.begin, function.end - function.begin);
    const std::uint64_t hash = hash64(function_form(source).tokens);
    const auto form = std::ranges::find(known->second, hash, &Form::hash);
    if (form != known->second.end())
      return Contamination{.task_id = owners_[form->owner].task_id,
                           .rule = owners_[form->owner].rule,
                           .match = normalised_text(source).substr(0, kMatchBytesMax)};
  }
  return std::nullopt;
}

}  // namespace scribe
