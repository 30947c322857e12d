// One reader per kind of part, each as read_part() says.
#pragma once

#include <functional>

#include "corpus/sources.h"

namespace scribe {

using VisitItem = std::function<Status(SourceItem&&)>;

Result<PartReport> read_file_part(Env& env, const SourcePart& part, const SourceOptions& options,
                                  const VisitItem& visit);
Result<PartReport> read_archive(Env& env, const SourcePart& part, const SourceOptions& options,
                                const VisitItem& visit);
/// libgit2 reads the files itself, not through an Env.
Result<PartReport> read_repository(const SourcePart& part, const SourceOptions& options,
                                   const VisitItem& visit);
Result<PartReport> read_json_lines(Env& env, const SourcePart& part, const SourceOptions& options,
                                   const VisitItem& visit);
Result<PartReport> read_parquet(Env& env, const SourcePart& part, const SourceOptions& options,
                                const VisitItem& visit);

/// Was this program built with a reader of Parquet? Else unsupported, with the remedy.
Status check_parquet_support();

/// The id of the commit that `revision` names ("": the newest of HEAD; "" is the answer where a
/// repository has none). Errors: not_found (no such revision), invalid_data (no repository).
Result<std::string> commit_of(const std::string& repository, const std::string& revision);

}  // namespace scribe
