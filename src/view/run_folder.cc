// Walks the folder, files by their names.
#include "view/run_folder.h"

#include <algorithm>
#include <charconv>

#include "base/utf8_parts.h"

namespace scribe {
namespace {

constexpr int kDepthMax = 6;
constexpr std::int64_t kEntriesMax = 20'000;
constexpr std::int64_t kOptionsBytesMax = 1 << 20;

/// The value of `steps = N` in run.toml; 0 if it is not there.
std::int64_t steps_of(Env& env, const std::string& path) {
  const auto size = env.file_size(path);
  if (!size.ok() || size.value() > kOptionsBytesMax) return 0;
  const auto text = env.read_file(path);
  if (!text.ok()) return 0;
  constexpr std::string_view kKey = "\nsteps = ";
  const std::size_t found = text.value().find(kKey);
  if (found == std::string::npos) return 0;
  const char* const begin = text.value().data() + found + kKey.size();
  std::int64_t steps = 0;
  std::from_chars(begin, text.value().data() + text.value().size(), steps);
  return steps;
}

class Walk {
 public:
  Walk(Env& env, std::string root) : env_(env), root_(std::move(root)) {}

  Status look(const std::string& folder, int depth) {
    SCRIBE_TRY_ASSIGN(const std::vector<DirectoryEntry> entries, env_.list_directory(folder));
    for (const DirectoryEntry& entry : entries) {
      if (++entries_ > kEntriesMax) {
        found.is_cut = true;
        return {};
      }
      const std::string_view name = std::string_view(entry.path).substr(entry.path.rfind('/') + 1);
      if (name.starts_with('.')) continue;
      if (!entry.is_directory)
        take(entry, name);
      else if (depth == kDepthMax)
        found.is_cut = true;
      else
        (void)look(entry.path, depth + 1);  // One that cannot be read is as if it were empty.
    }
    return {};
  }

  RunFolder found;

 private:
  std::string relative(const std::string& path) const {
    return path.size() <= root_.size() ? "." : path.substr(root_.size() + 1);
  }

  void take(const DirectoryEntry& entry, std::string_view name) {
    if (name == "train_log.jsonl") {
      const std::string folder = entry.path.substr(0, entry.path.rfind('/'));
      const auto samples = env_.file_size(folder + "/samples_log.jsonl");
      found.runs.push_back({.path = relative(folder),
                            .log_bytes = entry.size_bytes,
                            .sample_bytes = samples.ok() ? samples.value() : 0,
                            .steps = steps_of(env_, folder + "/run.toml")});
    } else if (name.ends_with("_results.jsonl") || name.ends_with("_results.jsonl.gz")) {
      found.results.push_back({relative(entry.path), entry.size_bytes});
    } else if (name.ends_with(".html")) {
      found.pages.push_back({relative(entry.path), entry.size_bytes});
    }
  }

  Env& env_;
  std::string root_;
  std::int64_t entries_ = 0;
};

Json to_json(const std::vector<RunFile>& files) {
  Json list = Json::array();
  for (const RunFile& file : files)
    list.push_back({{"path", replace_invalid_utf8(file.path)}, {"bytes", file.bytes}});
  return list;
}

}  // namespace

Result<RunFolder> look_at_runs(Env& env, const std::string& folder) {
  Walk walk(env, folder);
  SCRIBE_TRY(walk.look(folder, 1));
  std::ranges::sort(walk.found.runs, {}, &LoggedRun::path);
  std::ranges::sort(walk.found.results, {}, &RunFile::path);
  std::ranges::sort(walk.found.pages, {}, &RunFile::path);
  return std::move(walk.found);
}

Json to_json(const RunFolder& folder) {
  Json runs = Json::array();
  for (const LoggedRun& run : folder.runs)
    runs.push_back({{"path", replace_invalid_utf8(run.path)},
                    {"log_bytes", run.log_bytes},
                    {"sample_bytes", run.sample_bytes},
                    {"steps", run.steps}});
  return {{"runs", runs},
          {"results", to_json(folder.results)},
          {"pages", to_json(folder.pages)},
          {"is_cut", folder.is_cut}};
}

}  // namespace scribe
