// Stands for the reader of Parquet where the program is built without Apache Arrow.
#include "corpus/source/part_readers.h"

namespace scribe {

Status check_parquet_support() {
  return error(
      ErrorCode::unsupported,
      "this build does not read Parquet: configure it with -DSCRIBE_ARROW_ROOT=PATH, where "
      "PATH is Arrow C++ or the folder of the Python package pyarrow, or turn the files "
      "into JSON lines");
}

Result<PartReport> read_parquet(Env&, const SourcePart& part, const SourceOptions&,
                                const VisitItem&) {
  return std::move(check_parquet_support()).error().in(part.path);
}

}  // namespace scribe
