// The table of kinds, and argument lists.
#include "exercises/inputs.h"

#include <algorithm>

#include "base/check.h"
#include "exercises/input_values.h"

namespace scribe {
namespace {

using Names = std::vector<std::string>;

const Names kIntegers = {"n", "n", "num", "value"};
const Names kCounts = {"n"};  // "the first n terms"
const Names kLists = {"xs", "numbers", "nums", "values", "arr", "lst", "data"};
const Names kStrings = {"s", "s", "text"};
const Names kWordLists = {"words", "words", "items", "names"};

/// Each kind with its core. Kinds that differ only in what is excluded share the core that is
/// accepted by all of them.
const std::vector<InputKind>& kinds() {
  static const std::vector<InputKind> kKinds = {
      {"int", "int", "an integer", kIntegers, "pos"},
      {"nat", "int", "a non-negative integer", kIntegers, "pos"},
      {"pos", "int", "a positive integer", kIntegers, "pos"},
      {"two", "int", "an integer of at least 2", kIntegers, "two"},
      {"middle", "int", "a non-negative integer", kCounts, "middle"},
      {"small", "int", "a non-negative integer", kCounts, "smallpos"},
      {"smallpos", "int", "a positive integer", kCounts, "smallpos"},
      {"k", "int", "a positive integer", {"k"}, "k"},
      {"shift", "int", "an integer", {"k", "k", "shift", "offset"}, "shift"},
      {"base", "int", "an integer from 2 to 10", {"base", "base", "radix", "b"}, "base"},
      {"elem", "int", "an integer", {"target", "target", "value", "x", "needle"}, "elem"},
      {"limit", "int", "an integer", {"limit", "limit", "threshold", "bound"}, "limit"},
      {"year", "int", "a positive integer", {"year"}, "year"},
      {"float", "float", "a number", {"x", "x", "value"}, "float"},
      {"posfloat", "float", "a positive number", {"x", "x", "value"}, "posfloat"},
      {"bool", "bool", "a truth value", {"flag"}, "bool"},
      {"text", "str", "a string", kStrings, "text"},
      {"word", "str", "a string of lower-case letters", {"word", "word", "s", "text"}, "word"},
      {"mixed", "str", "a string of letters", {"word", "word", "s", "text"}, "mixed"},
      {"pal", "str", "a string of lower-case letters", {"s", "s", "text", "word"}, "pal"},
      {"runs", "str", "a string", {"s", "s", "text"}, "runs"},
      {"alnum", "str", "a string of letters and digits", kStrings, "alnum"},
      {"digits", "str", "a string of digits", {"s", "s", "digits", "text"}, "digits"},
      {"binary", "str", "a string of 0s and 1s", {"bits", "bits", "s", "binary"}, "binary"},
      {"brackets", "str", "a string of brackets", {"s", "s", "text", "brackets"}, "brackets"},
      {"parens", "str", "a string", {"s", "s", "text", "expression"}, "parens"},
      {"csv", "str", "a string of values separated by commas", {"line", "line", "row"}, "csv"},
      {"intcsv",
       "str",
       "a string of integers separated by commas",
       {"line", "line", "s", "text"},
       "intcsv"},
      {"snake", "str", "a name in snake_case", {"name", "name", "identifier"}, "snake"},
      {"camel", "str", "a name in camelCase", {"name", "name", "identifier"}, "camel"},
      {"pairs", "str", "a string such as \"a=1;b=2\"", {"text", "text", "config"}, "pairs"},
      {"sum", "str", "a string such as \"12+3-4\"", {"expression", "expression", "expr"}, "sum"},
      {"path", "str", "a path such as \"/usr/../etc\"", {"path"}, "path"},
      {"version", "str", "a version such as \"1.4.2\"", {"version"}, "version"},
      {"version2", "str", "a version such as \"1.4.2\"", {"other"}, "version2"},
      {"clock", "str", "a time of day as \"HH:MM\"", {"time"}, "clock"},
      {"duration", "str", "a duration such as \"1h20m\"", {"duration"}, "duration"},
      {"roman", "str", "a Roman numeral", {"numeral"}, "roman"},
      {"moves", "str", "a string of the letters U, D, L and R", {"moves"}, "moves"},
      {"dna",
       "str",
       "a string of the letters A, C, G and T",
       {"strand", "strand", "sequence"},
       "dna"},
      {"lines", "str", "a string of several lines", {"text", "text", "document"}, "lines"},
      {"rle", "str", "a string such as \"3a2b\"", {"encoded", "encoded", "code"}, "rle"},
      {"char", "str", "a single letter", {"letter", "letter", "ch", "symbol"}, "char"},
      {"sub", "str", "a non-empty string", {"part", "part", "pattern", "sub"}, "sub"},
      {"word2", "str", "a string of lower-case letters", {"other"}, "word2"},
      {"ints", "list[int]", "a list of integers", kLists, "ints2"},
      {"ints+", "list[int]", "a non-empty list of integers", kLists, "ints2"},
      {"ints2", "list[int]", "a list of at least two integers", kLists, "ints2"},
      {"ints3", "list[int]", "a list of at least three integers", kLists, "ints3"},
      {"nats", "list[int]", "a list of non-negative integers", kLists, "nats+"},
      {"nats+", "list[int]", "a non-empty list of non-negative integers", kLists, "nats+"},
      {"poss", "list[int]", "a list of positive integers", kLists, "poss+"},
      {"poss+", "list[int]", "a non-empty list of positive integers", kLists, "poss+"},
      {"sorted", "list[int]", "a list of integers in ascending order", kLists, "sorted+"},
      {"sorted+", "list[int]", "a non-empty list of integers in ascending order", kLists,
       "sorted+"},
      {"sorted2nd", "list[int]", "a list of integers in ascending order", {"other"}, "sorted2nd"},
      {"distinct", "list[int]", "a list of distinct integers", kLists, "distinct+"},
      {"distinct+", "list[int]", "a non-empty list of distinct integers", kLists, "distinct+"},
      {"bits", "list[int]", "a list of 0s and 1s", {"bits", "bits", "flags"}, "bits"},
      {"ints_b", "list[int]", "a list of integers", {"ys", "ys", "others"}, "ints_b"},
      {"heights", "list[int]", "a list of positive integers", {"heights"}, "heights"},
      {"prices", "list[int]", "a list of positive integers", {"prices"}, "prices"},
      {"floats",
       "list[float]",
       "a list of numbers",
       {"samples", "samples", "xs", "readings"},
       "floats+"},
      {"floats+",
       "list[float]",
       "a non-empty list of numbers",
       {"samples", "samples", "xs", "readings"},
       "floats+"},
      {"words", "list[str]", "a list of strings", kWordLists, "words+"},
      {"words+", "list[str]", "a non-empty list of strings", kWordLists, "words+"},
      {"words_b", "list[str]", "a list of strings", {"others"}, "words_b"},
      {"mixeds", "list[str]", "a list of strings", kWordLists, "mixeds"},
      {"votes", "list[str]", "a list of names", {"votes"}, "votes"},
      {"numerals", "list[str]", "a list of strings", {"items", "items", "tokens"}, "numerals"},
      {"rpn", "list[str]", "a list of tokens", {"tokens"}, "rpn"},
      {"commands", "list[str]", "a list of commands", {"commands"}, "commands"},
      {"grid", "list[str]", "a list of strings of equal length", {"grid", "grid", "board"}, "grid"},
      {"matrix",
       "list[list[int]]",
       "a rectangular list of lists of integers",
       {"matrix", "matrix", "grid"},
       "matrix"},
      {"square",
       "list[list[int]]",
       "a square list of lists of integers",
       {"matrix", "matrix", "grid"},
       "square"},
      {"rows", "list[list[int]]", "a list of lists of integers", {"rows", "rows", "lists"}, "rows"},
      {"scores",
       "dict[str, int]",
       "a dictionary from names to integers",
       {"scores", "scores", "counts"},
       "scores"},
      {"scores_b", "dict[str, int]", "a dictionary from names to integers", {"others"}, "scores_b"},
      {"groups",
       "dict[str, list[int]]",
       "a dictionary from names to lists of integers",
       {"groups"},
       "groups"},
      {"mapping", "dict[str, str]", "a dictionary from strings to strings", {"mapping"}, "mapping"},
      {"records",
       "list[tuple[str, int]]",
       "a list of pairs of a name and an integer",
       {"records", "records", "entries", "pairs"},
       "records"},
      {"points", "list[tuple[int, int]]", "a list of points (x, y)", {"points"}, "points"},
      {"intervals",
       "list[tuple[int, int]]",
       "a list of intervals (start, end) with start <= end",
       {"intervals", "intervals", "spans"},
       "intervals"},
      {"edges", "list[tuple[int, int]]", "a list of edges (u, v)", {"edges"}, "edges"},
  };
  return kKinds;
}

}  // namespace

const InputKind& input_kind(std::string_view name) {
  const auto found = std::ranges::find(kinds(), name, &InputKind::name);
  SCRIBE_CHECK(found != kinds().end(), "no kind of argument '{}'", name);
  return *found;
}

std::vector<std::string> make_inputs(std::span<const FamilyArgument> arguments, int count,
                                     PhiloxStream& random) {
  std::vector<std::string> inputs;
  // Small spaces of inputs have fewer than are asked for.
  for (int index = 0; index < 3 * count && static_cast<int>(inputs.size()) < count; ++index) {
    std::vector<InputValue> values;
    std::string tuple = "(";
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      // Arguments to the right step through their edge cases at another pace.
      const int edge = i == 0 ? index : (index * static_cast<int>(2 * i + 1)) % 11;
      values.push_back(make_value(arguments[i].kind, edge, values, random));
      tuple += values.back().literal + (arguments.size() == 1 ? "," : "");
      if (i + 1 < arguments.size()) tuple += ", ";
    }
    tuple += ")";
    if (std::ranges::find(inputs, tuple) == inputs.end()) inputs.push_back(std::move(tuple));
  }
  return inputs;
}

std::vector<FamilyArgument> core_arguments(std::span<const FamilyArgument> arguments) {
  std::vector<FamilyArgument> result(arguments.begin(), arguments.end());
  for (FamilyArgument& argument : result) argument.kind = input_kind(argument.kind).core;
  return result;
}

}  // namespace scribe
