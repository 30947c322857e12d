// The families, one text per topic, in the notation of docs/exercises.md.
#pragma once

#include <string_view>

namespace scribe {

extern const std::string_view kBanks;  // First: the others use them.
extern const std::string_view kBasicFamilies;
extern const std::string_view kMoreBasicFamilies;
extern const std::string_view kNumberFamilies;
extern const std::string_view kArithmeticFamilies;
extern const std::string_view kDigitFamilies;
extern const std::string_view kStringFamilies;
extern const std::string_view kSubstringFamilies;
extern const std::string_view kStringPairFamilies;
extern const std::string_view kWordFamilies;
extern const std::string_view kWordListFamilies;
extern const std::string_view kListFamilies;
extern const std::string_view kPositionFamilies;
extern const std::string_view kSubarrayFamilies;
extern const std::string_view kDictionaryFamilies;
extern const std::string_view kMatrixFamilies;
extern const std::string_view kParsingFamilies;
extern const std::string_view kFormatFamilies;
extern const std::string_view kSimulationFamilies;
extern const std::string_view kSequenceFamilies;
extern const std::string_view kPairFamilies;

}  // namespace scribe
