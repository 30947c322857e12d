// The files of a run besides its checkpoint: run.toml and logs of steps.
#include "train/run_directory.h"

#include <toml++/toml.h>
#include <limits>

namespace scribe {
namespace {

/// A JSON scalar on one line is also a TOML value, except what TOML's signed integers cannot hold.
std::string toml_value(const Json& value) {
  if (value.is_number_unsigned() &&
      value.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
    return fmt::format("\"{}\"", value.get<std::uint64_t>());
  return to_json_line(value);
}

}  // namespace

Status write_run_options(Env& env, const std::string& directory, const Json& options) {
  std::string text =
      "# The options of this run, as resolved. Written by scribe; edits have no effect.\n";
  for (const auto& [key, value] : options.items()) {
    SCRIBE_CHECK(value.is_primitive() && !value.is_null(), "option '{}' is no scalar", key);
    text += fmt::format("{} = {}\n", key, toml_value(value));
  }
  return write_file_atomic(env, directory + "/run.toml", text);
}

Result<std::optional<double>> read_run_number(Env& env, const std::string& directory,
                                              const std::string& key) {
  const std::string path = directory + "/run.toml";
  if (!env.exists(path)) return std::optional<double>();
  SCRIBE_TRY_ASSIGN(const std::string text, env.read_file(path));
  try {
    const toml::table table = toml::parse(text, path);
    const auto node = table[key];
    if (!node) return std::optional<double>();
    if (const auto number = node.value<double>()) return number;
    return error(ErrorCode::invalid_data, "{}: '{}' is not a number", path, key);
  } catch (const toml::parse_error& failure) {
    return error(ErrorCode::invalid_data, "{}:{}: {}", path, failure.source().begin.line,
                 failure.description());
  }
}

Result<JsonlJournal> open_step_log(Env& env, const std::string& path, std::int64_t step) {
  if (env.exists(path)) {
    SCRIBE_TRY_ASSIGN(const std::string text, env.read_file(path));
    std::size_t kept = 0;
    while (kept < text.size()) {
      const std::size_t end = text.find('\n', kept);
      if (end == std::string::npos) break;
      const auto line = parse_json(std::string_view(text).substr(kept, end - kept), path);
      if (!line.ok()) break;
      const auto line_step = json_field<std::int64_t>(line.value(), "step", path);
      if (!line_step.ok() || line_step.value() > step) break;
      kept = end + 1;
    }
    if (kept < text.size()) SCRIBE_TRY(env.truncate(path, static_cast<std::int64_t>(kept)));
  }
  return JsonlJournal::open(env, path, [](const Json&, const std::string&) { return Status(); });
}

std::string describe_difference(const Json& there, const Json& here) {
  if (!there.is_object()) return "its options are no object";
  std::string text;
  const auto describe = [&](const std::string& key) {
    const Json old_value = there.value(key, Json());
    const Json new_value = here.value(key, Json());
    if (old_value == new_value) return;
    text += fmt::format("{}{} is {} there, {} here", text.empty() ? "" : "; ", key,
                        to_json_line(old_value), to_json_line(new_value));
  };
  for (const auto& [key, value] : here.items()) describe(key);
  for (const auto& [key, value] : there.items())
    if (!here.contains(key)) describe(key);
  return text;
}

}  // namespace scribe
