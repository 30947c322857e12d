// Conversion between summaries, options and JSON.
#include "corpus/corpus_record.h"

#include <charconv>
#include <filesystem>

#include "base/hash.h"

namespace scribe {
namespace {

// Raised when the same options and files would give another corpus than before.
constexpr int kFormat = 2;

Json to_json(const DecontaminationOptions& options) {
  return {{"match_bytes_min", options.match_bytes_min},
          {"gram_words", options.gram_words},
          {"gram_distinct_words_min", options.gram_distinct_words_min}};
}

Json to_json(const SourceOptions& options) {
  return {{"sources", options.sources},
          {"extensions", options.extensions},
          {"notebooks", options.notebooks},
          {"archives_in_folders", options.archives_in_folders},
          {"fields",
           {{"text", options.fields.text},
            {"path", options.fields.path},
            {"repository", options.fields.repository},
            {"license", options.fields.license}}}};
}

Json to_json(const MinHashOptions& options) {
  return {{"permutations", options.permutations},
          {"bands", options.bands},
          {"rows", options.rows},
          {"shingle_words", options.shingle_words},
          {"threshold", options.threshold},
          {"seed", options.seed}};
}

Json to_json(const CollectionSummary& summary) {
  Json dropped;
  for (std::size_t rule = 0; rule < kRuleCount; ++rule)
    dropped[std::string(name_of(static_cast<Rule>(rule)))] = {
        {"files", summary.dropped[rule].files}, {"bytes", summary.dropped[rule].bytes}};
  Json redacted = Json::object();
  for (std::size_t kind = 0; kind < kPrivateDataKindCount; ++kind)
    redacted[std::string(name_of(static_cast<PrivateDataKind>(kind)))] = summary.redacted[kind];
  Json licenses = Json::object();
  for (const auto& [license, count] : summary.licenses)
    licenses[license] = {{"files", count.files}, {"bytes", count.bytes}};
  const auto split = [](const SplitCount& count) -> Json {
    return {{"documents", count.documents}, {"text_bytes", count.text_bytes}};
  };
  return {{"found", {{"files", summary.found.files}, {"bytes", summary.found.bytes}}},
          {"dropped", dropped},
          {"train", split(summary.train)},
          {"validation", split(summary.validation)},
          {"licenses", licenses},
          {"redacted", redacted},
          {"damages", summary.damages}};
}

/// Reads {first: n, second: n} into two integers.
Status read_pair(const Json& object, std::string_view first_name, std::string_view second_name,
                 std::int64_t& first, std::int64_t& second, const std::string& where) {
  SCRIBE_TRY_ASSIGN(first, json_field<std::int64_t>(object, first_name, where));
  SCRIBE_TRY_ASSIGN(second, json_field<std::int64_t>(object, second_name, where));
  return {};
}

Result<CollectionSummary> read_collection(const Json& object, const std::string& where) {
  CollectionSummary summary;
  SCRIBE_TRY_ASSIGN(const Json found, json_field<Json>(object, "found", where));
  SCRIBE_TRY(read_pair(found, "files", "bytes", summary.found.files, summary.found.bytes, where));
  SCRIBE_TRY_ASSIGN(const Json dropped, json_field<Json>(object, "dropped", where));
  for (std::size_t rule = 0; rule < kRuleCount; ++rule) {
    SCRIBE_TRY_ASSIGN(const Json count,
                      json_field<Json>(dropped, name_of(static_cast<Rule>(rule)), where));
    SCRIBE_TRY(read_pair(count, "files", "bytes", summary.dropped[rule].files,
                         summary.dropped[rule].bytes, where));
  }
  for (const bool validation : {false, true}) {
    SplitCount& split = validation ? summary.validation : summary.train;
    SCRIBE_TRY_ASSIGN(const Json count,
                      json_field<Json>(object, validation ? "validation" : "train", where));
    SCRIBE_TRY(
        read_pair(count, "documents", "text_bytes", split.documents, split.text_bytes, where));
  }
  SCRIBE_TRY_ASSIGN(const Json licenses, json_field<Json>(object, "licenses", where));
  for (const auto& [license, count] : licenses.items()) {
    FileCount& known = summary.licenses[license];
    SCRIBE_TRY(read_pair(count, "files", "bytes", known.files, known.bytes, where));
  }
  SCRIBE_TRY_ASSIGN(const Json redacted, json_field<Json>(object, "redacted", where));
  for (std::size_t kind = 0; kind < kPrivateDataKindCount; ++kind) {
    const std::string_view name = name_of(static_cast<PrivateDataKind>(kind));
    SCRIBE_TRY_ASSIGN(summary.redacted[kind], json_field<std::int64_t>(redacted, name, where));
  }
  SCRIBE_TRY_ASSIGN(const Json damages, json_field<Json>(object, "damages", where));
  for (const Json& damage : damages)
    if (damage.is_string()) summary.damages.push_back(damage.get<std::string>());
  return summary;
}

Result<CorpusSummary> read_summary(const Json& stats, const std::string& where) {
  CorpusSummary summary;
  SCRIBE_TRY_ASSIGN(const Json object, json_field<Json>(stats, "summary", where));
  SCRIBE_TRY_ASSIGN(const Json code, json_field<Json>(object, "code", where));
  SCRIBE_TRY_ASSIGN(summary.code, read_collection(code, where + ": code"));
  SCRIBE_TRY_ASSIGN(const Json prose, json_field<Json>(object, "prose", where));
  SCRIBE_TRY_ASSIGN(summary.prose, read_collection(prose, where + ": prose"));
  SCRIBE_TRY_ASSIGN(summary.unreadable_folders,
                    json_field<std::int64_t>(object, "unreadable_folders", where));
  return summary;
}

Result<Json> read_stats(Env& env, const std::string& folder) {
  const std::string path = folder + "/stats.json";
  SCRIBE_TRY_ASSIGN(const std::string text, env.read_file(path));
  return parse_json(text, path);
}

}  // namespace

Json to_json(const CorpusSummary& summary) {
  return {{"code", to_json(summary.code)},
          {"prose", to_json(summary.prose)},
          {"unreadable_folders", summary.unreadable_folders}};
}

Result<Json> options_record(Env& env, const CorpusOptions& options) {
  Json problems = Json::array();
  for (const std::string& path : options.decontaminate) {
    SCRIBE_TRY_ASSIGN(const std::string bytes, env.read_file(path));
    problems.push_back({{"path", path}, {"sha256", sha256_hex(bytes)}});
  }
  return Json{{"format", kFormat},
              {"source", to_json(options.source)},
              {"prose_sources", options.prose_sources},
              {"with_prose", options.with_prose},
              {"code_filter", filter_options_json(options.code_filter)},
              {"prose_filter", filter_options_json(options.prose_filter)},
              {"decontaminate", problems},
              {"decontamination", to_json(options.decontamination)},
              {"validation_share", options.validation_share},
              {"near_duplicates", options.near_duplicates},
              {"minhash", to_json(options.minhash)},
              {"zstd_level", options.zstd_level},
              {"keep_removed", options.keep_removed},
              {"seed", options.seed},
              {"code_bytes_max", options.code_bytes_max},
              {"prose_bytes_max", options.prose_bytes_max}};
}

std::string stats_text(const Json& options_record, const CorpusSummary& summary,
                       const Json& outputs, const Json& hashes) {
  return to_json_pretty({{"options_hash", hash128_hex(to_json_line(options_record))},
                         {"options", options_record},
                         {"summary", to_json(summary)},
                         {"outputs", outputs},
                         {"hashes", hashes}});
}

std::map<std::string, std::uint64_t> recorded_hashes(Env& env, const std::string& folder) {
  std::map<std::string, std::uint64_t> found;
  const std::filesystem::path path = std::filesystem::path(folder + "/").lexically_normal();
  const std::filesystem::path own = path.parent_path();
  const auto stats = read_stats(env, own.has_parent_path() ? own.parent_path().string() : ".");
  if (!stats.ok()) return found;
  const auto hashes = json_field<Json>(stats.value(), "hashes", folder);
  const auto sizes = json_field<Json>(stats.value(), "outputs", folder);
  if (!hashes.ok() || !hashes.value().is_object() || !sizes.ok()) return found;
  const std::string prefix = own.filename().string() + "/";
  for (const auto& [name, digits] : hashes.value().items()) {
    if (!name.starts_with(prefix) || !digits.is_string() || !sizes.value().contains(name)) continue;
    const std::string file = name.substr(prefix.size());
    const auto size = env.file_size(fmt::format("{}/{}", folder, file));
    if (!size.ok() || sizes.value()[name] != size.value()) continue;
    const auto text = digits.get<std::string>();
    std::uint64_t hash = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), hash, 16);
    if (failure == std::errc() && end == text.data() + text.size()) found[file] = hash;
  }
  return found;
}

std::optional<CorpusSummary> find_same_corpus(Env& env, const std::string& folder,
                                              const Json& options_record) {
  const auto stats = read_stats(env, folder);
  if (!stats.ok()) return std::nullopt;
  const Json& record = stats.value();
  const auto hash = json_field<std::string>(record, "options_hash", folder);
  if (!hash.ok() || hash.value() != hash128_hex(to_json_line(options_record))) return std::nullopt;
  const auto outputs = json_field<Json>(record, "outputs", folder);
  if (!outputs.ok() || !outputs.value().is_object()) return std::nullopt;
  for (const auto& [name, size] : outputs.value().items()) {
    const auto found = env.file_size(folder + "/" + name);
    if (!found.ok() || size != found.value()) return std::nullopt;
  }
  auto summary = read_summary(record, folder + "/stats.json");
  if (!summary.ok()) return std::nullopt;
  summary.value().reused = true;
  return std::move(summary).value();
}

Result<CorpusSummary> load_corpus_summary(Env& env, const std::string& folder) {
  auto stats = read_stats(env, folder);
  if (!stats.ok())
    return std::move(stats).error().in(
        fmt::format("'{}' is not a finished corpus (make one with `scribe corpus build`)", folder));
  return read_summary(stats.value(), folder + "/stats.json");
}

}  // namespace scribe
