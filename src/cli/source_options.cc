// The options that say where documents come from: those of `scribe corpus build` and `scan`.
#include "cli/source_options.h"

namespace scribe::cli {

void add_source_options(CLI::App& command, SourceOptions& options) {
  command.add_option(
      "--source", options.sources,
      "Folders, files, archives (tar, zip, whl, deb ...), git repositories (PATH or "
      "PATH@REVISION), .jsonl and .parquet files, '-': JSON lines on standard input");
  command.add_option("--extension", options.extensions, "Of the files that are taken")
      ->capture_default_str();
  command.add_flag("--notebooks", options.notebooks, "Take the code of Python .ipynb files too");
  command.add_flag("--archives", options.archives_in_folders,
                   "Read archives, repositories and files of rows within folders too");
  command
      .add_option("--text-field", options.fields.text,
                  "Field of a row that holds its text; a.b is within an object [else: text]")
      ->capture_default_str();
  command.add_option("--path-field", options.fields.path, "The same for its path")
      ->capture_default_str();
  command.add_option("--repository-field", options.fields.repository, "... its repository")
      ->capture_default_str();
  command
      .add_option("--license-field", options.fields.license, "... its licence, or a list of them")
      ->capture_default_str();
}

}  // namespace scribe::cli
