// stats.json of a corpus: the options it was made with and what came out.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "corpus/corpus.h"

namespace scribe {

/// The options on which the content of a corpus depends, with the hashes of the problem files.
/// Requires resolved source folders. Errors: those of reading a problem file.
Result<Json> options_record(Env& env, const CorpusOptions& options);

/// The text of stats.json. `outputs` are paths below options.out with their sizes in bytes,
/// `hashes` are hash64 of those of them that hold documents, in 16 digits.
std::string stats_text(const Json& options_record, const CorpusSummary& summary,
                       const Json& outputs, const Json& hashes);

/// What the stats.json of the corpus to which `folder` ("OUT/code") belongs says of the hashes of
/// files in it, by their names, where sizes still are as it says. Empty if there is none.
std::map<std::string, std::uint64_t> recorded_hashes(Env& env, const std::string& folder);

/// The summary of the corpus in `folder` if stats.json records these options and all outputs are
/// there with the recorded sizes; else nothing.
std::optional<CorpusSummary> find_same_corpus(Env& env, const std::string& folder,
                                              const Json& options_record);

}  // namespace scribe
