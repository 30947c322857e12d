// --decontaminate and what counts as a match.
#include "cli/decontamination_options.h"

namespace scribe::cli {

void add_decontamination_options(CLI::App& command, std::vector<std::string>& problem_files,
                                 DecontaminationOptions& options) {
  command.add_option("--decontaminate", problem_files,
                     "Problem files (HumanEval's form) of which no part may be in the corpus");
  command
      .add_option("--match-bytes-min", options.match_bytes_min,
                  "Shortest docstring or solution that counts as a match")
      ->capture_default_str();
  command.add_option("--gram-words", options.gram_words, "Words in a row that count as a match")
      ->capture_default_str();
  command
      .add_option("--gram-distinct-words-min", options.gram_distinct_words_min,
                  "Distinct words of three letters or more that such a row needs")
      ->capture_default_str();
}

}  // namespace scribe::cli
