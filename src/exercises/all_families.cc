// All texts of families, parsed once.
#include "exercises/families/texts.h"
#include "exercises/family.h"

namespace scribe {

const FamilySet& all_families() {
  static const FamilySet kFamilies = [] {
    FamilySet set;
    for (const std::string_view text : {kBanks,
                                        kBasicFamilies,
                                        kMoreBasicFamilies,
                                        kNumberFamilies,
                                        kArithmeticFamilies,
                                        kDigitFamilies,
                                        kStringFamilies,
                                        kSubstringFamilies,
                                        kStringPairFamilies,
                                        kWordFamilies,
                                        kWordListFamilies,
                                        kListFamilies,
                                        kPositionFamilies,
                                        kSubarrayFamilies,
                                        kDictionaryFamilies,
                                        kMatrixFamilies,
                                        kParsingFamilies,
                                        kFormatFamilies,
                                        kSimulationFamilies,
                                        kSequenceFamilies,
                                        kPairFamilies})
      set.add(text);
    return set;
  }();
  return kFamilies;
}

}  // namespace scribe
