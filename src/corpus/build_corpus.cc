// The order of the steps: walk, filter code, filter prose, sample, write, publish.
#include <algorithm>
#include <filesystem>

#include "corpus/collection.h"
#include "corpus/corpus_record.h"
#include "corpus/prose.h"
#include "corpus/text_statistics.h"

namespace scribe {
namespace {

Status check_options(const CorpusOptions& options) {
  if (options.out.empty())
    return error(ErrorCode::invalid_argument, "corpus build: no output folder was given");
  if (!(options.validation_share >= 0 && options.validation_share < 1))
    return error(ErrorCode::invalid_argument,
                 "validation share {}: expected at least 0 and less than 1",
                 options.validation_share);
  if (options.code_bytes_max < 0 || options.prose_bytes_max < 0)
    return error(ErrorCode::invalid_argument, "byte limits {} and {}: expected 0 or more",
                 options.code_bytes_max, options.prose_bytes_max);
  if (options.threads < 0)
    return error(ErrorCode::invalid_argument, "threads {}: expected 0 or more", options.threads);
  SCRIBE_TRY(check_filter_options(options.code_filter, "code"));
  return check_filter_options(options.prose_filter, "prose");
}

/// Puts the default folders where none were given.
Result<CorpusOptions> resolved(Env& env, CorpusOptions options) {
  SCRIBE_TRY(check_options(options));
  if (options.sources.empty()) options.sources = default_python_sources(env);
  if (options.sources.empty())
    return error(ErrorCode::not_found,
                 "no Python sources: there is no /usr/lib/python3*; name folders with --source");
  if (!options.with_prose)
    options.prose_sources.clear();
  else if (options.prose_sources.empty())
    options.prose_sources = default_prose_sources(env);
  return options;
}

bool is_python_path(std::string_view path) {
  return path.ends_with(".py");
}

std::vector<Candidate> candidates_of(std::vector<SourceFile> files, Candidate::Kind kind) {
  std::vector<Candidate> candidates;
  for (SourceFile& file : files)
    candidates.push_back({.path = std::move(file.path),
                          .size_bytes = file.size_bytes,
                          .kind = kind,
                          .split_id = {}});
  return candidates;
}

/// Documentation files, and the notes of every Python file that is in the code collection.
Result<std::vector<Candidate>> prose_candidates(Env& env, const CorpusOptions& options,
                                                const Collection& code, CorpusSummary& summary) {
  SCRIBE_TRY_ASSIGN(SourceWalk documents,
                    walk_sources(env, options.prose_sources, is_document_path));
  SCRIBE_TRY_ASSIGN(SourceWalk among_sources,
                    walk_sources(env, options.sources, is_document_path_among_sources));
  summary.unreadable_folders += static_cast<std::int64_t>(documents.unreadable_folders.size());
  std::ranges::move(among_sources.files, std::back_inserter(documents.files));
  std::vector<Candidate> candidates =
      candidates_of(std::move(documents.files), Candidate::Kind::documentation);
  for (const Kept& kept : code.kept) {
    Candidate candidate = code.candidates[kept.candidate];
    candidate.kind = Candidate::Kind::python_notes;
    candidate.split_id = kept.id;
    candidates.push_back(std::move(candidate));
  }
  std::ranges::sort(candidates, {}, &Candidate::path);
  const auto repeated = std::ranges::unique(candidates, {}, &Candidate::path);
  candidates.erase(repeated.begin(), repeated.end());
  return candidates;
}

/// "3 files found; dropped: empty 2, duplicate 1".
std::string account(const CollectionSummary& summary) {
  std::string text = fmt::format("{} files found", summary.found.files);
  std::string_view separator = "; dropped: ";
  for (std::size_t rule = 0; rule < kRuleCount; ++rule) {
    if (summary.dropped[rule].files == 0) continue;
    text += fmt::format("{}{} {}", separator, name_of(static_cast<Rule>(rule)),
                        summary.dropped[rule].files);
    separator = ", ";
  }
  return text;
}

Status require_documents(const Collection& code, const CorpusOptions& options) {
  if (!code.kept.empty()) return {};
  return error(ErrorCode::not_found, "no code document is left of {}: {}",
               fmt::join(options.sources, ", "), account(code.summary));
}

/// The output files while they are written.
class Outputs {
 public:
  static Result<Outputs> create(Env& env, const CorpusOptions& options) {
    Outputs outputs;
    for (const char* folder : {"code", "prose"}) {
      if (!options.with_prose && folder == std::string_view("prose")) continue;
      SCRIBE_TRY(env.create_directories(options.out + "/" + folder));
      for (const char* split : {"train", "validation"})
        SCRIBE_TRY(outputs.add(env, options.out, fmt::format("{}/{}.jsonl", folder, split)));
    }
    SCRIBE_TRY(outputs.add(env, options.out, "decontaminated.jsonl"));
    return outputs;
  }

  StagedFile& file(std::string_view name) {
    const auto found = std::ranges::find(names_, name);
    SCRIBE_CHECK(found != names_.end(), "no output '{}'", name);
    return files_[static_cast<std::size_t>(found - names_.begin())];
  }

  /// Until the last sync nothing of an older corpus is touched; then its stats.json goes first, so
  /// that no moment shows one that does not belong to the files beside it.
  Status publish(Env& env, const std::string& out, const Json& options,
                 const CorpusSummary& summary) {
    for (StagedFile& staged : files_) SCRIBE_TRY(staged.finish());
    const std::string stats_path = out + "/stats.json";
    if (env.exists(stats_path)) SCRIBE_TRY(env.remove(stats_path));
    Json sizes = Json::object();
    for (std::size_t index = 0; index < files_.size(); ++index) {
      SCRIBE_TRY(files_[index].publish());
      SCRIBE_TRY_ASSIGN(sizes[names_[index]], env.file_size(out + "/" + names_[index]));
    }
    return write_file_atomic(env, stats_path, stats_text(options, summary, sizes));
  }

 private:
  Status add(Env& env, const std::string& out, std::string name) {
    SCRIBE_TRY_ASSIGN(StagedFile file, StagedFile::create(env, out + "/" + name));
    names_.push_back(std::move(name));
    files_.push_back(std::move(file));
    return {};
  }

  std::vector<std::string> names_;
  std::vector<StagedFile> files_;
};

Status write_removals(const Collection& collection, std::string_view name, StagedFile& file) {
  for (const Removal& removal : collection.removals)
    SCRIBE_TRY(file.append(to_json_line(Json{{"collection", name},
                                             {"source", removal.source},
                                             {"task_id", removal.contamination.task_id},
                                             {"rule", removal.contamination.rule},
                                             {"match", removal.contamination.match}}) +
                           "\n"));
  return {};
}

Status write_outputs(const CollectionContext& context, const Collection& code,
                     const Collection& prose, const Json& record, const CorpusSummary& summary) {
  const CorpusOptions& options = context.options;
  SCRIBE_TRY_ASSIGN(Outputs outputs, Outputs::create(context.env, options));
  SCRIBE_TRY(write_documents(context, options.code_filter, code, "write code",
                             outputs.file("code/train.jsonl"),
                             outputs.file("code/validation.jsonl")));
  if (options.with_prose)
    SCRIBE_TRY(write_documents(context, options.prose_filter, prose, "write prose",
                               outputs.file("prose/train.jsonl"),
                               outputs.file("prose/validation.jsonl")));
  SCRIBE_TRY(write_removals(code, "code", outputs.file("decontaminated.jsonl")));
  SCRIBE_TRY(write_removals(prose, "prose", outputs.file("decontaminated.jsonl")));
  return outputs.publish(context.env, options.out, record, summary);
}

Result<CorpusSummary> build(const CollectionContext& context, const Json& record) {
  const CorpusOptions& options = context.options;
  CorpusSummary summary;
  SCRIBE_TRY_ASSIGN(SourceWalk walk, walk_sources(context.env, options.sources, is_python_path));
  summary.unreadable_folders = static_cast<std::int64_t>(walk.unreadable_folders.size());
  SCRIBE_TRY_ASSIGN(Collection code, filter_candidates(context, options.code_filter,
                                                       candidates_of(std::move(walk.files),
                                                                     Candidate::Kind::python_code),
                                                       "filter code"));
  Collection prose;
  if (options.with_prose) {
    SCRIBE_TRY_ASSIGN(std::vector<Candidate> candidates,
                      prose_candidates(context.env, options, code, summary));
    SCRIBE_TRY_ASSIGN(prose, filter_candidates(context, options.prose_filter, std::move(candidates),
                                               "filter prose"));
  }
  sample_documents(options.code_bytes_max, options.seed, code);
  sample_documents(options.prose_bytes_max, options.seed, prose);
  SCRIBE_TRY(require_documents(code, options));
  summary.code = code.summary;
  summary.prose = prose.summary;
  SCRIBE_TRY(write_outputs(context, code, prose, record, summary));
  return summary;
}

}  // namespace

Result<CorpusSummary> build_corpus(Env& env, const StopToken& stop, const CorpusOptions& given) {
  SCRIBE_TRY_ASSIGN(const CorpusOptions options, resolved(env, given));
  SCRIBE_TRY_ASSIGN(const Json record, options_record(env, options));
  if (!options.rebuild)
    if (const auto same = find_same_corpus(env, options.out, record)) return *same;
  SCRIBE_TRY_ASSIGN(const Decontaminator decontaminator,
                    Decontaminator::load(env, options.decontaminate, options.decontamination));
  ThreadPool pool(options.threads);
  return build({.env = env,
                .stop = stop,
                .pool = pool,
                .options = options,
                .decontaminator = decontaminator},
               record);
}

Status for_each_document(Env& env, const std::string& path,
                         const std::function<Status(Document document)>& visit) {
  return for_each_json_line(env, path, [&](const Json& value, const std::string& where) -> Status {
    Document document;
    SCRIBE_TRY_ASSIGN(document.id, json_field<std::string>(value, "id", where));
    SCRIBE_TRY_ASSIGN(document.source, json_field<std::string>(value, "source", where));
    SCRIBE_TRY_ASSIGN(document.text, json_field<std::string>(value, "text", where));
    return visit(std::move(document));
  });
}

Result<Explanation> explain_file(Env& env, const std::string& path, const CorpusOptions& options) {
  SCRIBE_TRY(check_options(options));
  SCRIBE_TRY_ASSIGN(const std::string bytes, read_text_file(env, path));
  const bool is_code = is_python_path(path);
  const std::string text = is_code ? bytes : prose_from_document(bytes);
  Explanation explanation{
      .checks = check_rules({.text = text, .language = is_code ? kPython : kUnknownLanguage},
                            is_code ? options.code_filter : options.prose_filter),
      .dropped_by = std::nullopt};
  SCRIBE_TRY_ASSIGN(const Decontaminator decontaminator,
                    Decontaminator::load(env, options.decontaminate, options.decontamination));
  const auto match = decontaminator.find(text);
  explanation.checks.push_back(
      {Rule::contaminated, match.has_value(),
       match.has_value()
           ? fmt::format("{} of {}: '{}'", match->rule, match->task_id, match->match)
           : fmt::format("no match with {} problem files", options.decontaminate.size())});
  const auto first = std::ranges::find(explanation.checks, true, &RuleCheck::drops);
  if (first != explanation.checks.end()) explanation.dropped_by = first->rule;
  return explanation;
}

}  // namespace scribe
