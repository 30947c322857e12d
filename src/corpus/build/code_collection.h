// The code of a corpus, from its sources.
#pragma once

#include <string>

#include "base/result.h"
#include "corpus/build/collection.h"
#include "corpus/sources.h"

namespace scribe {

/// `plan` outlives the collection.
Collection code_collection(const BuildContext& context, std::string folder, const SourcePlan& plan);

}  // namespace scribe
