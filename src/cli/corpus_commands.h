// The parts of `scribe corpus`.
#pragma once

#include <string>

#include "cli/command.h"
#include "corpus/corpus.h"

namespace scribe::cli {

/// tokenize, check.
void add_corpus_token_commands(CLI::App& corpus, Context& context);
/// export-tokens.
void add_corpus_export_command(CLI::App& corpus, Context& context);
/// filter: the stages for one document, as a filter of JSON lines.
void add_corpus_filter_command(CLI::App& corpus, Context& context);
/// stats, show.
void add_corpus_view_commands(CLI::App& corpus, Context& context);

/// "12.34 MB".
std::string megabytes(std::int64_t bytes);
/// What became of the files, by rule.
void print_summary(const CorpusSummary& summary);

}  // namespace scribe::cli
