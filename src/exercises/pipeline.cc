// Pipelines: what is taken from a list, what becomes of each element, what is returned.
#include <algorithm>

#include "base/check.h"
#include "exercises/grammar.h"

namespace scribe {
namespace {

/// The banks for one type of element.
struct Vocabulary {
  std::string type;       // "int": of the banks' names
  std::string unit;       // "number"
  std::string element;    // The variable of a comprehension.
  std::string container;  // The variable that holds the list between steps.
};

enum class StepKind { filter, map, list };

struct Step {
  StepKind kind = StepKind::filter;
  Drawn drawn;
};

struct Pipeline {
  Vocabulary vocabulary;
  Drawn source;
  std::vector<Step> steps;
  Drawn end;
};

Drawn draw_from(const Pipeline& pipeline, std::string_view bank, PhiloxStream& random) {
  return draw_row("", all_families().bank(pipeline.vocabulary.type + "_" + std::string(bank)).rows,
                  random);
}

bool has_field(const Drawn& drawn, std::string_view field) {
  return drawn.row->find(field) != nullptr;
}

/// Filters and maps only, in this order: what one comprehension can say.
bool is_comprehension(const Pipeline& pipeline) {
  StepKind last = StepKind::filter;
  int maps = 0;
  for (const Step& step : pipeline.steps) {
    if (step.kind == StepKind::list || (last == StepKind::map)) return false;
    maps += step.kind == StepKind::map ? 1 : 0;
    last = step.kind;
  }
  return maps <= 1;
}

// ---------------------------------------------------------------------------------------- code

std::string conditions(const Pipeline& pipeline, std::string_view element) {
  std::vector<std::string> parts;
  for (const Step& step : pipeline.steps)
    if (step.kind == StepKind::filter) parts.push_back(text_of(step.drawn, "code", element));
  return fmt::format("{}", fmt::join(parts, " and "));
}

std::string mapped(const Pipeline& pipeline, std::string_view element) {
  const auto map = std::ranges::find(pipeline.steps, StepKind::map, &Step::kind);
  return map == pipeline.steps.end() ? std::string(element) : text_of(map->drawn, "code", element);
}

std::string comprehension(const Pipeline& pipeline) {
  const std::string& v = pipeline.vocabulary.element;
  const std::string filter = conditions(pipeline, v);
  return fmt::format("{} for {} in {}{}", mapped(pipeline, v), v,
                     text_of(pipeline.source, "code", ""), filter.empty() ? "" : " if " + filter);
}

std::string as_comprehension(const Pipeline& pipeline, PhiloxStream& random) {
  const std::string inside = comprehension(pipeline);
  const std::string end = text_of(pipeline.end, "code", "\x01");
  const bool is_used_once = std::ranges::count(end, '\x01') == 1;
  if (is_used_once && random.next_below(10) < 7) {
    const bool takes_generator = end == "sum(\x01)" || end.ends_with("join(\x01)");
    return fmt::format("    return {}\n", text_of(pipeline.end, "code",
                                                  takes_generator ? inside : "[" + inside + "]"));
  }
  const std::string& name = pipeline.vocabulary.container;
  return fmt::format("    {} = [{}]\n    return {}\n", name, inside,
                     text_of(pipeline.end, "code", name));
}

std::string as_loop(const Pipeline& pipeline, PhiloxStream& random) {
  const std::string& v = pipeline.vocabulary.element;
  const std::string filter = conditions(pipeline, v);
  const std::string each = text_of(pipeline.end, "each", mapped(pipeline, v));
  std::string body = fmt::format("    {}\n    for {} in {}:\n", text_of(pipeline.end, "init", ""),
                                 v, text_of(pipeline.source, "code", ""));
  const bool is_negated =
      !filter.empty() && filter.find(" and ") == std::string::npos && random.next_below(5) == 0;
  if (filter.empty())
    body += fmt::format("        {}\n", each);
  else if (is_negated)
    body += fmt::format("        if not ({}):\n            continue\n        {}\n", filter, each);
  else
    body += fmt::format("        if {}:\n            {}\n", filter, each);
  return body + fmt::format("    return {}\n", text_of(pipeline.end, "done", ""));
}

/// With a function of its own for the condition.
std::string with_helper(const Pipeline& pipeline) {
  const std::string& v = pipeline.vocabulary.element;
  const std::string inside = fmt::format("[{} for {} in {} if is_wanted({})]", mapped(pipeline, v),
                                         v, text_of(pipeline.source, "code", ""), v);
  const std::string& name = pipeline.vocabulary.container;
  return fmt::format("    def is_wanted({}):\n        return {}\n\n    {} = {}\n    return {}\n", v,
                     conditions(pipeline, v), name, inside, text_of(pipeline.end, "code", name));
}

std::string step_code(const Step& step, const Vocabulary& vocabulary, std::string_view from) {
  const std::string& v = vocabulary.element;
  switch (step.kind) {
    case StepKind::filter:
      return fmt::format("[{} for {} in {} if {}]", v, v, from, text_of(step.drawn, "code", v));
    case StepKind::map:
      return fmt::format("[{} for {} in {}]", text_of(step.drawn, "code", v), v, from);
    case StepKind::list:
      return text_of(step.drawn, "code", from);
  }
  SCRIBE_UNREACHABLE();
}

std::string as_statements(const Pipeline& pipeline) {
  const std::string& name = pipeline.vocabulary.container;
  std::string from = text_of(pipeline.source, "code", "");
  std::string body;
  // What is no name would be written out several times by a step that uses it more than once.
  if (from.find_first_of("([.") != std::string::npos) {
    body += fmt::format("    {} = {}\n", name, from);
    from = name;
  }
  for (const Step& step : pipeline.steps) {
    body += fmt::format("    {} = {}\n", name, step_code(step, pipeline.vocabulary, from));
    from = name;
  }
  return body + fmt::format("    return {}\n", text_of(pipeline.end, "code", from));
}

std::string body_of(const Pipeline& pipeline, PhiloxStream& random) {
  if (!is_comprehension(pipeline)) return as_statements(pipeline);
  const std::uint64_t way = random.next_below(100);
  if (has_field(pipeline.end, "each") && way < 45) return as_loop(pipeline, random);
  if (way < 88 || conditions(pipeline, "v").empty()) return as_comprehension(pipeline, random);
  return way < 94 ? with_helper(pipeline) : as_statements(pipeline);
}

// --------------------------------------------------------------------------------------- words

std::string relative(const std::vector<const Step*>& filters, std::string_view field) {
  std::vector<std::string> parts;
  for (const Step* step : filters) parts.push_back(text_of(step->drawn, field, ""));
  std::string text = fmt::format("{}", fmt::join(parts, " and "));
  if (text.ends_with(',')) text.pop_back();
  return text;
}

std::string end_of(const Pipeline& pipeline, const std::string& things) {
  const bool is_bare = has_field(pipeline.end, "bare") && things.starts_with("the ");
  return text_of(pipeline.end, "np", is_bare ? things.substr(4) : things);
}

/// "Return the sum of the squares of the even numbers in xs."
std::string as_phrase(const Pipeline& pipeline, PhiloxStream& random) {
  std::vector<const Step*> filters;
  const Step* map = nullptr;
  for (const Step& step : pipeline.steps)
    if (step.kind == StepKind::filter)
      filters.push_back(&step);
    else
      map = &step;
  const std::string source = text_of(pipeline.source, "np", "");
  const std::string unit = pipeline.vocabulary.unit;
  if (map != nullptr && random.next_below(3) == 0) {
    const std::string each = text_of(pipeline.source, "one", "");
    const std::string that = filters.empty() ? "" : " that " + relative(filters, "vp");
    const std::string its = text_of(map->drawn, "its", "");
    if (random.next_below(2) == 0)
      return fmt::format("For each {}{}, take {}. Return {}.", each, that, its,
                         end_of(pipeline, "the values taken"));
    return fmt::format("Take the {}{}, replace each of them by {}, and return {}.", source,
                       filters.empty() ? "" : " that " + relative(filters, "vps"), its,
                       end_of(pipeline, "the results"));
  }
  std::string things = "the " + source;
  if (filters.size() == 1 && random.next_below(2) == 0)
    things = "the " + text_of(filters[0]->drawn, "np", source);
  else if (!filters.empty())
    things += " that " + relative(filters, "vps");
  if (map != nullptr) things = text_of(map->drawn, "nps", things);
  return fmt::format("Return {}.", end_of(pipeline, things));
}

std::string step_text(const Step& step, const std::string& unit) {
  switch (step.kind) {
    case StepKind::filter:
      return fmt::format("keep only the {}s that {}", unit, relative({&step}, "vps"));
    case StepKind::map: {
      std::string its = text_of(step.drawn, "its", "");
      if (its.ends_with(',')) its.pop_back();
      return fmt::format("replace each {} by {}", unit, its);
    }
    case StepKind::list:
      return text_of(step.drawn, "step", "");
  }
  SCRIBE_UNREACHABLE();
}

std::string as_steps(const Pipeline& pipeline, PhiloxStream& random) {
  const std::string source = text_of(pipeline.source, "np", "");
  const std::string& unit = pipeline.vocabulary.unit;
  const std::string result = end_of(pipeline, fmt::format("the resulting {}s", unit));
  std::string from = source;
  if (from.ends_with(',')) from.pop_back();
  if (random.next_below(3) == 0) {
    std::string text =
        fmt::format("Start with the list of the {} and apply these steps in order:", from);
    for (std::size_t i = 0; i < pipeline.steps.size(); ++i)
      text += fmt::format("\n{}. {}", i + 1, capitalised(step_text(pipeline.steps[i], unit)));
    return text + fmt::format("\nReturn {}.", result);
  }
  std::string text = fmt::format("Start with the list of the {}.", from);
  for (std::size_t i = 0; i < pipeline.steps.size(); ++i)
    text += fmt::format(" {}{}.", i == 0 ? (pipeline.steps.size() == 1 ? "" : "First ") : "Then ",
                        i == 0 && pipeline.steps.size() == 1
                            ? capitalised(step_text(pipeline.steps[i], unit))
                            : step_text(pipeline.steps[i], unit));
  return text +
         fmt::format(" {} {}.", random.next_below(2) == 0 ? "Finally, return" : "Return", result);
}

// ------------------------------------------------------------------------------------- drawing

std::string name_of(const Pipeline& pipeline) {
  std::string name = text_of(pipeline.end, "name", "");
  for (auto step = pipeline.steps.rbegin(); step != pipeline.steps.rend(); ++step)
    if (pipeline.steps.size() <= 2 || step->kind != StepKind::list)
      name += "_" + text_of(step->drawn, "name", "");
  if (pipeline.steps.size() > 1 && name.size() > 30)
    name = text_of(pipeline.end, "name", "") + "_processed";
  name += "_" + text_of(pipeline.source, "name", "");
  return name;
}

/// The same with numbers (key) and without (structure).
std::string shape_of(const Pipeline& pipeline, bool with_numbers) {
  std::string shape = pipeline.vocabulary.type;
  const auto add = [&](const Drawn& drawn) {
    shape += " > " + (with_numbers ? text_of(drawn, "code", "@") : *drawn.row->find("code"));
  };
  add(pipeline.source);
  for (const Step& step : pipeline.steps) add(step.drawn);
  add(pipeline.end);
  return shape;
}

Step draw_step(const Pipeline& pipeline, StepKind kind, PhiloxStream& random) {
  constexpr std::string_view kBankOf[] = {"pred", "map", "list"};
  return {.kind = kind, .drawn = draw_from(pipeline, kBankOf[static_cast<int>(kind)], random)};
}

/// What only counts does not depend on a map before it.
bool needs_values(const Drawn& end) {
  return !has_field(end, "bare");
}

void draw_steps(Pipeline& pipeline, int size, PhiloxStream& random) {
  const bool is_phrase = size == 1 || (size <= 3 && random.next_below(10) < 6);
  if (is_phrase) {
    const bool has_map = needs_values(pipeline.end) && (size == 3 || random.next_below(2) == 0);
    for (int i = has_map ? 1 : 0; i < size; ++i)
      pipeline.steps.push_back(draw_step(pipeline, StepKind::filter, random));
    if (has_map) pipeline.steps.push_back(draw_step(pipeline, StepKind::map, random));
    return;
  }
  for (int i = 0; i < size; ++i) {
    const std::uint64_t way = random.next_below(10);
    const StepKind last = pipeline.steps.empty() ? StepKind::list : pipeline.steps.back().kind;
    StepKind kind = way < 4 ? StepKind::list : way < 7 ? StepKind::filter : StepKind::map;
    if (kind == last && kind != StepKind::list) kind = StepKind::list;
    pipeline.steps.push_back(draw_step(pipeline, kind, random));
  }
}

}  // namespace

Draft draft_pipeline(int size, PhiloxStream& random) {
  const bool has_numbers = random.next_below(100) < 60;
  const bool is_value = random.next_below(2) == 0;
  Pipeline pipeline{
      .vocabulary = has_numbers ? Vocabulary{"int", "number", is_value ? "v" : "x", "values"}
                                : Vocabulary{"word", "string", is_value ? "w" : "word", "parts"},
      .source = {},
      .steps = {},
      .end = {}};
  // Most begin with the plain list.
  pipeline.source = draw_from(pipeline, "source", random);
  pipeline.end = draw_from(pipeline, "end", random);
  draw_steps(pipeline, size, random);
  const bool is_phrase = is_comprehension(pipeline) && pipeline.steps.size() <= 3 &&
                         std::ranges::count(pipeline.steps, StepKind::filter, &Step::kind) <= 2;
  Draft draft{.family = std::string(kGrammarPrefix) + pipeline.vocabulary.type + "_pipeline",
              .structure = shape_of(pipeline, false),
              .key = shape_of(pipeline, true),
              .difficulty = std::min(5, size),
              .name = name_of(pipeline),
              .arguments = {{.name = text_of(pipeline.source, "arg", ""),
                             .kind = text_of(pipeline.source, "kind", "")}},
              .returns = text_of(pipeline.end, "type", ""),
              .description = is_phrase ? as_phrase(pipeline, random) : as_steps(pipeline, random),
              .notes = {},
              .hints = {},
              .imports = {},
              .body = body_of(pipeline, random),
              .raises = {},
              .lesser_bodies = {}};
  for (std::size_t i = 0; i < pipeline.steps.size(); ++i) {
    Pipeline lesser = pipeline;
    lesser.steps.erase(lesser.steps.begin() + static_cast<std::ptrdiff_t>(i));
    draft.lesser_bodies.push_back(as_statements(lesser));
  }
  rename_variables(draft, random);
  return draft;
}

}  // namespace scribe
