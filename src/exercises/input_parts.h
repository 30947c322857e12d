// What the makers of inputs share: draws, words, literals.
#pragma once

#include <array>
#include <functional>
#include <map>

#include "exercises/input_values.h"

namespace scribe::inputs {

using Random = PhiloxStream;
using Numbers = std::vector<std::int64_t>;
using Words = std::vector<std::string>;
using Before = std::span<const InputValue>;

/// Makes value number `index` of a kind; see make_value().
using Maker = std::function<InputValue(int index, Before before, Random& random)>;
using Makers = std::map<std::string, Maker, std::less<>>;

void add_number_kinds(Makers& makers);
void add_text_kinds(Makers& makers);
void add_collection_kinds(Makers& makers);

/// Both ends included.
std::int64_t between(Random& random, std::int64_t low, std::int64_t high);
bool chance(Random& random, int percent);
/// Of a vocabulary in lower case, with palindromes and double letters.
std::string any_word(Random& random);
/// A word, a number, or a word that ends with one.
std::string numeral(Random& random);
std::string letters(Random& random, std::int64_t count, std::string_view alphabet);
char upper(char c);
std::string capital_first(std::string word);
/// `count` parts with a separator between them.
std::string joined(std::string_view separator, std::int64_t count,
                   const std::function<std::string()>& part);
/// Lists of small numbers repeat them, lists of large ones show what depends on size.
Numbers any_numbers(Random& random, std::int64_t length, std::int64_t low);

InputValue of_number(std::int64_t number);
InputValue of_numbers(Numbers numbers);
InputValue of_text(std::string text);
InputValue of_words(Words words);
InputValue of_rows(const std::vector<Numbers>& rows);

}  // namespace scribe::inputs
