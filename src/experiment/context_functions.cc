// The first half of the functions, and all of them as problems.
#include "experiment/context_functions.h"

#include <array>

namespace scribe {
namespace {

constexpr std::array kFunctions = std::to_array<ContextFunction>({
    {"count_vowels",
     R"py(def count_vowels(text):
    """Return how many letters of text are vowels (a, e, i, o, u), in either case.
    >>> count_vowels('Apple')
    2
    """
)py",
     R"py(    return sum(1 for letter in text.lower() if letter in 'aeiou')
)py",
     R"py(    return sum(1 for letter in text.lower() if letter in 'aeio')
)py",
     R"py(    assert candidate('Apple') == 2
    assert candidate('') == 0
    assert candidate('UNDULATE') == 4
)py"},
    {"running_total",
     R"py(def running_total(numbers):
    """Return the list of sums of the first 1, 2, 3 ... numbers.
    >>> running_total([1, 2, 3])
    [1, 3, 6]
    """
)py",
     R"py(    totals = []
    total = 0
    for number in numbers:
        total += number
        totals.append(total)
    return totals
)py",
     R"py(    totals = []
    total = 0
    for number in numbers:
        totals.append(total)
        total += number
    return totals
)py",
     R"py(    assert candidate([1, 2, 3]) == [1, 3, 6]
    assert candidate([]) == []
    assert candidate([5, -5]) == [5, 0]
)py"},
    {"clamp",
     R"py(def clamp(value, low, high):
    """Return value, or the nearer of low and high if it lies outside of them.
    >>> clamp(12, 0, 10)
    10
    """
)py",
     R"py(    return max(low, min(value, high))
)py",
     R"py(    return max(high, min(value, low))
)py",
     R"py(    assert candidate(12, 0, 10) == 10
    assert candidate(-1, 0, 10) == 0
    assert candidate(4, 0, 10) == 4
)py"},
    {"is_sorted",
     R"py(def is_sorted(items):
    """Return True if no item is smaller than the one before it.
    >>> is_sorted([1, 2, 2])
    True
    """
)py",
     R"py(    return all(items[i] <= items[i + 1] for i in range(len(items) - 1))
)py",
     R"py(    return all(items[i] < items[i + 1] for i in range(len(items) - 1))
)py",
     R"py(    assert candidate([1, 2, 2]) is True
    assert candidate([]) is True
    assert candidate([2, 1]) is False
)py"},
    {"last_index",
     R"py(def last_index(items, wanted):
    """Return the index of the last item that equals wanted, or -1 if there is none.
    >>> last_index([3, 1, 3], 3)
    2
    """
)py",
     R"py(    for i in range(len(items) - 1, -1, -1):
        if items[i] == wanted:
            return i
    return -1
)py",
     R"py(    for i in range(len(items) - 1, 0, -1):
        if items[i] == wanted:
            return i
    return -1
)py",
     R"py(    assert candidate([3, 1, 3], 3) == 2
    assert candidate([3, 1], 3) == 0
    assert candidate([], 3) == -1
)py"},
    {"factorial",
     R"py(def factorial(n):
    """Return the product of all whole numbers from 1 to n; 1 if n is 0.
    >>> factorial(4)
    24
    """
)py",
     R"py(    product = 1
    for factor in range(2, n + 1):
        product *= factor
    return product
)py",
     R"py(    product = 1
    for factor in range(2, n):
        product *= factor
    return product
)py",
     R"py(    assert candidate(4) == 24
    assert candidate(0) == 1
    assert candidate(1) == 1
    assert candidate(6) == 720
)py"},
    {"digits_sum",
     R"py(def digits_sum(n):
    """Return the sum of the decimal digits of n, which is not negative.
    >>> digits_sum(304)
    7
    """
)py",
     R"py(    total = 0
    while n > 0:
        total += n % 10
        n //= 10
    return total
)py",
     R"py(    total = 0
    while n > 9:
        total += n % 10
        n //= 10
    return total
)py",
     R"py(    assert candidate(304) == 7
    assert candidate(0) == 0
    assert candidate(9999) == 36
)py"},
    {"middle",
     R"py(def middle(items):
    """Return the items without the first and the last one.
    >>> middle([1, 2, 3, 4])
    [2, 3]
    """
)py",
     R"py(    return items[1:-1]
)py",
     R"py(    return items[1:-2]
)py",
     R"py(    assert candidate([1, 2, 3, 4]) == [2, 3]
    assert candidate([1, 2]) == []
    assert candidate([1, 2, 3]) == [2]
)py"},
    {"every_second",
     R"py(def every_second(items):
    """Return the items with an even index: the first, the third and so on.
    >>> every_second('abcd')
    'ac'
    """
)py",
     R"py(    return items[::2]
)py",
     R"py(    return items[1::2]
)py",
     R"py(    assert candidate('abcd') == 'ac'
    assert candidate([1, 2, 3]) == [1, 3]
    assert candidate([]) == []
)py"},
    {"rotate_left",
     R"py(def rotate_left(items, count):
    """Return the list with its first count items moved to its end.
    >>> rotate_left([1, 2, 3], 1)
    [2, 3, 1]
    """
)py",
     R"py(    if not items:
        return []
    shift = count % len(items)
    return items[shift:] + items[:shift]
)py",
     R"py(    if not items:
        return []
    shift = count % len(items)
    return items[-shift:] + items[:-shift]
)py",
     R"py(    assert candidate([1, 2, 3], 1) == [2, 3, 1]
    assert candidate([1, 2, 3], 4) == [2, 3, 1]
    assert candidate([], 2) == []
)py"},
    {"second_largest",
     R"py(def second_largest(numbers):
    """Return the second largest of the different numbers, or None if there are fewer than
    two.
    >>> second_largest([4, 9, 9, 7])
    7
    """
)py",
     R"py(    ordered = sorted(set(numbers))
    return ordered[-2] if len(ordered) > 1 else None
)py",
     R"py(    ordered = sorted(numbers)
    return ordered[-2] if len(ordered) > 1 else None
)py",
     R"py(    assert candidate([4, 9, 9, 7]) == 7
    assert candidate([1]) is None
    assert candidate([2, 1]) == 1
)py"},
    {"word_lengths",
     R"py(def word_lengths(text):
    """Return the lengths of the words of text, which are separated by white space.
    >>> word_lengths('to be')
    [2, 2]
    """
)py",
     R"py(    return [len(word) for word in text.split()]
)py",
     R"py(    return [len(word) for word in text.split(' ')]
)py",
     R"py(    assert candidate('to be') == [2, 2]
    assert candidate('a  bc') == [1, 2]
    assert candidate('') == []
)py"},
    {"count_between",
     R"py(def count_between(numbers, low, high):
    """Return how many numbers are at least low and at most high.
    >>> count_between([1, 5, 9], 1, 5)
    2
    """
)py",
     R"py(    return sum(1 for number in numbers if low <= number <= high)
)py",
     R"py(    return sum(1 for number in numbers if low <= number < high)
)py",
     R"py(    assert candidate([1, 5, 9], 1, 5) == 2
    assert candidate([], 0, 1) == 0
    assert candidate([3, 3], 3, 3) == 2
)py"},
    {"is_leap_year",
     R"py(def is_leap_year(year):
    """Return True for leap years: every fourth, but of the full centuries only every
    fourth.
    >>> is_leap_year(1900)
    False
    """
)py",
     R"py(    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
)py",
     R"py(    return year % 4 == 0 and (year % 100 != 0 or year % 200 == 0)
)py",
     R"py(    assert candidate(1900) is False
    assert candidate(2000) is True
    assert candidate(2024) is True
    assert candidate(2200) is False
)py"},
    {"greatest_divisor",
     R"py(def greatest_divisor(a, b):
    """Return the largest whole number that divides both a and b, which are positive.
    >>> greatest_divisor(12, 18)
    6
    """
)py",
     R"py(    while b:
        a, b = b, a % b
    return a
)py",
     R"py(    while b:
        a, b = b, a // b
    return a
)py",
     R"py(    assert candidate(12, 18) == 6
    assert candidate(7, 5) == 1
    assert candidate(9, 9) == 9
)py"},
});

}  // namespace

std::span<const ContextFunction> context_functions() {
  return kFunctions;
}

std::vector<Problem> context_problems() {
  std::vector<Problem> problems;
  for (const auto& half : {context_functions(), more_context_functions()})
    for (const ContextFunction& function : half)
      problems.push_back({.task_id = fmt::format("context/{}", function.name),
                          .prompt = std::string(function.prompt),
                          .entry_point = std::string(function.name),
                          .canonical_solution = std::string(function.right),
                          .test = fmt::format("def check(candidate):\n{}", function.asserts)});
  return problems;
}

}  // namespace scribe
