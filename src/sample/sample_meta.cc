// Checking and writing the side file.
#include "sample/sample_meta.h"

namespace scribe {
namespace {

std::string meta_path(const std::string& path) {
  return path + ".meta.json";
}

Error made_otherwise(const std::string& path, const std::string& what) {
  return error(ErrorCode::invalid_argument,
               "'{}' was sampled with another {}; write to another file, or delete this one and "
               "'{}' to begin again",
               path, what, meta_path(path));
}

/// Errors: invalid_argument naming the first key whose value differs, or the task whose prompt
/// does.
Status check_same(const Json& wanted, const Json& found, const std::string& path) {
  Json keys = wanted;
  keys.update(found);
  for (const auto& [key, value] : keys.items()) {
    if (key == "prompts") continue;
    const std::string now = wanted.contains(key) ? to_json_line(wanted[key]) : "not given";
    const std::string before = found.contains(key) ? to_json_line(found[key]) : "not given";
    if (now != before)
      return made_otherwise(path, fmt::format("{} ({}, now {})", key, before, now));
  }
  SCRIBE_TRY_ASSIGN(const Json hashes, json_field<Json>(found, "prompts", meta_path(path)));
  for (const auto& [task_id, hash] : wanted["prompts"].items())
    if (hashes.contains(task_id) && hashes[task_id] != hash)
      return made_otherwise(path, fmt::format("prompt of task '{}'", task_id));
  return {};
}

}  // namespace

Status agree_on_sample_meta(Env& env, const std::string& path, const Json& wanted) {
  const std::string side = meta_path(path);
  if (!env.exists(path)) return write_file_atomic(env, side, to_json_pretty(wanted));
  if (!env.exists(side))
    return error(ErrorCode::invalid_argument,
                 "'{}' exists, but '{}', which says how it was sampled, does not; write to another "
                 "file or delete this one",
                 path, side);
  SCRIBE_TRY_ASSIGN(const std::string text, env.read_file(side));
  SCRIBE_TRY_ASSIGN(const Json found, parse_json(text, side));
  if (!found.is_object()) return error(ErrorCode::invalid_data, "{}: expected an object", side);
  SCRIBE_TRY(check_same(wanted, found, path));
  Json merged = wanted;
  for (const auto& [task_id, hash] : found["prompts"].items()) merged["prompts"][task_id] = hash;
  if (to_json_line(merged) == to_json_line(found)) return {};
  return write_file_atomic(env, side, to_json_pretty(merged));
}

}  // namespace scribe
