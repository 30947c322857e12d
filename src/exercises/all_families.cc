// All texts of families, parsed once.
#include "exercises/families/texts.h"
#include "exercises/family.h"

namespace scribe {

const FamilySet& all_families() {
  static const FamilySet kFamilies = [] {
    FamilySet set;
    for (const std::string_view text :
         {kBanks, kBasicFamilies, kNumberFamilies, kArithmeticFamilies, kDigitFamilies,
          kStringFamilies, kStringPairFamilies, kWordFamilies, kListFamilies, kPositionFamilies,
          kSubarrayFamilies, kDictionaryFamilies, kMatrixFamilies, kParsingFamilies,
          kSimulationFamilies, kSequenceFamilies, kPairFamilies})
      set.add(text);
    return set;
  }();
  return kFamilies;
}

}  // namespace scribe
