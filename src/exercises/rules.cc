// Programs made of rules that are tried in order: branches, characters, totals, shrinking numbers.
#include <algorithm>

#include "base/check.h"
#include "exercises/grammar.h"

namespace scribe {
namespace {

/// A condition and what is done if it holds.
struct Rule {
  Drawn condition;
  Drawn action;
};

/// Rules in order, and what is done if none applies.
struct Rules {
  std::vector<Rule> rules;
  Drawn otherwise;
};

Drawn draw_from(std::string_view bank, PhiloxStream& random) {
  return draw_row("", all_families().bank(bank).rows, random);
}

/// No two neighbours do the same.
Rules draw_rules(int size, std::string_view conditions, std::string_view actions,
                 PhiloxStream& random) {
  Rules result;
  const BankRow* last = nullptr;
  const auto draw_action = [&] {
    Drawn action = draw_from(actions, random);
    while (action.row == last) action = draw_from(actions, random);
    last = action.row;
    return action;
  };
  for (int i = 0; i < size; ++i) {
    Drawn condition = draw_from(conditions, random);
    const auto is_same = [&](const Rule& rule) { return rule.condition.row == condition.row; };
    while (std::ranges::any_of(result.rules, is_same)) condition = draw_from(conditions, random);
    Drawn action = draw_action();
    const bool is_caseless = condition.row->find("caseless") != nullptr;
    while (is_caseless && action.row->find("case") != nullptr) action = draw_action();
    result.rules.push_back({.condition = std::move(condition), .action = std::move(action)});
  }
  result.otherwise = draw_action();
  return result;
}

std::string shape_of(const Rules& rules, bool with_numbers) {
  std::string shape;
  const auto add = [&](const Drawn& drawn) {
    shape += " > " + (with_numbers ? text_of(drawn, "code", "@") : *drawn.row->find("code"));
  };
  for (const Rule& rule : rules.rules) {
    add(rule.condition);
    add(rule.action);
  }
  add(rules.otherwise);
  return shape;
}

std::string verb_phrase(const Drawn& condition) {
  std::string text = text_of(condition, "vp", "");
  if (text.ends_with(',')) text.pop_back();
  return text;
}

/// if, elif, else; `write` turns an action into a statement.
template <typename Write>
std::string chain_of(const Rules& rules, std::string_view indent, std::string_view variable,
                     const Write& write) {
  std::string code;
  for (const Rule& rule : rules.rules)
    code += fmt::format("{0}{1} {2}:\n{0}    {3}\n", indent, code.empty() ? "if" : "elif",
                        text_of(rule.condition, "code", variable), write(rule.action));
  const std::string last = write(rules.otherwise);
  return last == "pass" ? code : code + fmt::format("{0}else:\n{0}    {1}\n", indent, last);
}

/// The draft's fields that all of these share.
Draft draft_of(std::string_view family, const Rules& rules, std::string_view more) {
  return {.family = std::string(kGrammarPrefix) + std::string(family),
          .structure = fmt::format("{}{}", family, shape_of(rules, false)),
          .key = fmt::format("{}{} {}", family, shape_of(rules, true), more),
          .difficulty = 1,
          .name = {},
          .arguments = {},
          .returns = "int",
          .description = {},
          .notes = {},
          .hints = {},
          .imports = {},
          .body = {},
          .raises = {},
          .lesser_bodies = {}};
}

/// Every rule has to matter: the body without each of them, as `write_body` writes it.
template <typename Write>
std::vector<std::string> without_each(const Rules& rules, const Write& write_body) {
  std::vector<std::string> bodies;
  for (std::size_t i = 0; i < rules.rules.size(); ++i) {
    Rules lesser = rules;
    lesser.rules.erase(lesser.rules.begin() + static_cast<std::ptrdiff_t>(i));
    if (!lesser.rules.empty()) bodies.push_back(write_body(lesser));
  }
  return bodies;
}

template <typename T>
const T& pick(const std::vector<T>& items, PhiloxStream& random) {
  return items[static_cast<std::size_t>(random.next_below(items.size()))];
}

}  // namespace

Draft draft_branches(int size, PhiloxStream& random) {
  const Rules rules = draw_rules(size, "int_pred", "int_map", random);
  Draft draft = draft_of("branches", rules, "");
  const auto value = [](const Drawn& action) { return text_of(action, "code", "n"); };
  const auto as_chain = [&](const Rules& some) {
    return chain_of(some, "    ", "n",
                    [&](const Drawn& action) { return "return " + value(action); });
  };
  const auto as_early_returns = [&](const Rules& some) {
    std::string body;
    for (const Rule& rule : some.rules)
      body += fmt::format("    if {}:\n        return {}\n", text_of(rule.condition, "code", "n"),
                          value(rule.action));
    return body + fmt::format("    return {}\n", value(some.otherwise));
  };
  draft.difficulty = std::min(5, size + 1);
  draft.name = pick<std::string>(
      {"transform", "adjust", "rule_value", "step_value", "next_value", "apply_rules", "piecewise"},
      random);
  draft.arguments = {{.name = "n", .kind = "int"}};
  for (std::size_t i = 0; i < rules.rules.size(); ++i)
    draft.description += fmt::format("{}f n {}, return {}. ", i == 0 ? "I" : "Otherwise, i",
                                     verb_phrase(rules.rules[i].condition),
                                     text_of(rules.rules[i].action, "its", ""));
  draft.description +=
      fmt::format("{}, return {}.", random.next_below(2) == 0 ? "In all other cases" : "Otherwise",
                  text_of(rules.otherwise, "its", ""));
  std::string text;  // "its value, without sign," in the middle of a sentence, not at its end.
  for (const char c : draft.description) {
    if (c == '.' && text.ends_with(',')) text.pop_back();
    text += c;
  }
  draft.description = text;
  draft.body = random.next_below(2) == 0 ? as_chain(rules) : as_early_returns(rules);
  draft.lesser_bodies = without_each(rules, as_early_returns);
  rename_variables(draft, random);
  return draft;
}

Draft draft_character_rules(int size, PhiloxStream& random) {
  Rules rules = draw_rules(size, "char_pred", "char_act", random);
  const std::uint64_t rest = random.next_below(3);  // Most keep what no rule is about.
  const BankRow keep{.fields = {{.name = "code", .text = "@"}}, .numbers = {}};
  if (rest > 0) rules.otherwise = {.name = "", .row = &keep};
  Draft draft = draft_of("characters", rules, "");
  const auto expression = [](const Drawn& action) { return text_of(action, "code", "ch"); };
  const auto as_loop = [&](const Rules& some) {
    std::string chain = chain_of(some, "        ", "ch", [&](const Drawn& action) {
      const std::string code = expression(action);
      return code == "''" ? std::string("pass") : "result += " + code;
    });
    return "    result = ''\n    for ch in s:\n" + chain + "    return result\n";
  };
  const auto as_list = [&](const Rules& some) {
    std::string chain = chain_of(some, "        ", "ch", [&](const Drawn& action) {
      const std::string code = expression(action);
      return code == "''" ? std::string("continue") : "pieces.append(" + code + ")";
    });
    return "    pieces = []\n    for ch in s:\n" + chain + "    return ''.join(pieces)\n";
  };
  const auto as_helper = [&](const Rules& some) {
    std::string helper = "    def convert(ch):\n";
    for (const Rule& rule : some.rules)
      helper += fmt::format("        if {}:\n            return {}\n",
                            text_of(rule.condition, "code", "ch"), expression(rule.action));
    return helper +
           fmt::format("        return {}\n\n    return ''.join(convert(ch) for ch in s)\n",
                       expression(some.otherwise));
  };
  draft.difficulty = std::min(5, size + 1);
  draft.returns = "str";
  draft.name = pick<std::string>({"rewrite", "convert_characters", "clean", "encode_text",
                                  "transform_text", "rework", "replace_characters"},
                                 random);
  draft.arguments = {{.name = "s", .kind = "text"}};
  draft.description =
      "Build a new string from the characters of s, from left to right. For each character the "
      "first "
      "rule that applies is followed:";
  for (const Rule& rule : rules.rules)
    draft.description += fmt::format("\n- {} is {}", text_of(rule.condition, "a", ""),
                                     text_of(rule.action, "done", ""));
  draft.description +=
      rest > 0 ? "\n- any other character is kept as it is"
               : fmt::format("\n- any other character is {}", text_of(rules.otherwise, "done", ""));
  const std::uint64_t way = random.next_below(3);
  draft.body = way == 0 ? as_loop(rules) : way == 1 ? as_list(rules) : as_helper(rules);
  draft.lesser_bodies = without_each(rules, as_helper);
  rename_variables(draft, random);
  return draft;
}

Draft draft_scan(int size, PhiloxStream& random) {
  const Rules rules = draw_rules(size, "int_pred", "scan_act", random);
  const auto start = static_cast<int>(random.next_below(2) * random.next_below(11));
  const bool wants_peak = random.next_below(4) == 0;
  Draft draft = draft_of("scan", rules, fmt::format("{} {}", start, wants_peak));
  draft.structure += wants_peak ? " peak" : "";
  const auto as_loop = [&](const Rules& some) {
    std::string chain = chain_of(some, "        ", "x",
                                 [](const Drawn& action) { return text_of(action, "code", "x"); });
    std::string body = fmt::format("    total = {}\n", start);
    if (wants_peak) body += "    peak = total\n";
    body += "    for x in xs:\n" + chain;
    if (wants_peak) body += "        peak = max(peak, total)\n";
    return body + (wants_peak ? "    return peak\n" : "    return total\n");
  };
  draft.difficulty = std::min(5, size + 2);
  draft.name = pick<std::string>(
      {"run_total", "scan_numbers", "final_total", "tally", "keep_score", "accumulate_by_rules"},
      random);
  if (wants_peak) draft.name = "highest_total";
  draft.arguments = {{.name = "xs", .kind = "ints"}};
  draft.description =
      fmt::format("Start with a total of {} and go through the numbers in xs in order.", start);
  for (std::size_t i = 0; i < rules.rules.size(); ++i)
    draft.description += fmt::format(" {}f the number {}, {}.", i == 0 ? "I" : "Otherwise, i",
                                     verb_phrase(rules.rules[i].condition),
                                     text_of(rules.rules[i].action, "do", ""));
  draft.description +=
      fmt::format(" {}, {}. ", random.next_below(2) == 0 ? "Otherwise" : "In all other cases",
                  text_of(rules.otherwise, "do", ""));
  draft.description +=
      wants_peak ? "Return the largest value that the total had at the start or after a number."
                 : "Return the total at the end.";
  draft.body = as_loop(rules);
  draft.lesser_bodies = without_each(rules, as_loop);
  rename_variables(draft, random);
  return draft;
}

Draft draft_iteration(int size, PhiloxStream& random) {
  const Rules rules = draw_rules(size, "int_pred", "shrink", random);
  const auto bound = static_cast<int>(10 + random.next_below(20));
  const std::uint64_t result = random.next_below(3);
  Draft draft = draft_of("iteration", rules, fmt::format("{} {}", bound, result));
  draft.structure += fmt::format(" {}", result);
  const auto as_loop = [&](const Rules& some) {
    const auto write = [](const Drawn& action) { return text_of(action, "code", ""); };
    std::string body = result == 0 ? "    count = 0\n" : result == 1 ? "    result = [n]\n" : "";
    body += fmt::format("    while n >= {}:\n", bound) + chain_of(some, "        ", "n", write);
    body += result == 0 ? "        count += 1\n" : result == 1 ? "        result.append(n)\n" : "";
    return body + (result == 0   ? "    return count\n"
                   : result == 1 ? "    return result\n"
                                 : "    return n\n");
  };
  draft.difficulty = std::min(5, size + 2);
  draft.returns = result == 1 ? "list[int]" : "int";
  draft.name = pick<std::string>({"shrink", "reduce_number", "run_down", "descend"}, random);
  draft.name += result == 0 ? "_steps" : result == 1 ? "_path" : "";
  draft.arguments = {{.name = "n", .kind = "nat"}};
  draft.description = fmt::format("As long as n is at least {}, change it as follows:", bound);
  for (std::size_t i = 0; i < rules.rules.size(); ++i)
    draft.description += fmt::format(" {}if it {}, {};", i == 0 ? "" : "otherwise, ",
                                     verb_phrase(rules.rules[i].condition),
                                     text_of(rules.rules[i].action, "do", ""));
  draft.description += fmt::format(" otherwise, {}. ", text_of(rules.otherwise, "do", ""));
  draft.description += result == 0 ? "Return how many changes were made."
                       : result == 1
                           ? "Return the list of all values of n, from the given one to the last."
                           : "Return the value at the end.";
  draft.body = as_loop(rules);
  draft.lesser_bodies = without_each(rules, as_loop);
  return draft;
}

Draft draft_of_grammar(int difficulty_min, int difficulty_max, PhiloxStream& random) {
  for (;;) {
    const std::uint64_t way = random.next_below(100);
    const int wanted =
        difficulty_min + static_cast<int>(random.next_below(
                             static_cast<std::uint64_t>(difficulty_max - difficulty_min + 1)));
    if (way < 60) return draft_pipeline(wanted, random);
    if (way < 72 && wanted >= 2) return draft_branches(wanted - 1, random);
    if (way < 84 && wanted >= 2) return draft_character_rules(std::min(wanted - 1, 3), random);
    if (way < 94 && wanted >= 3) return draft_scan(wanted - 2, random);
    if (wanted >= 3) return draft_iteration(wanted - 2, random);
  }
}

}  // namespace scribe
