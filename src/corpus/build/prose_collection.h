// The prose of a corpus: documentation, and the notes of the code that is in it.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "corpus/build/collection.h"
#include "corpus/source_walk.h"

namespace scribe {

/// Documentation below the prose sources, and README and the like among the code's folders.
Result<SourceWalk> walk_documentation(Env& env, const CorpusOptions& options);

/// Units of the documentation come first, then one for each code segment that was written: the
/// notes of its documents. `documentation` and `code` outlive the collection.
Collection prose_collection(const BuildContext& context, std::string folder,
                            const std::vector<SourceFile>& documentation, const Scanned& code);

}  // namespace scribe
