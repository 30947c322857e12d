// The second half of the functions.
#include <array>

#include "experiment/context_functions.h"

namespace scribe {
namespace {

constexpr std::array kFunctions = std::to_array<ContextFunction>({
    {"index_of_smallest",
     R"py(def index_of_smallest(numbers):
    """Return the index of the smallest number, the first of equals; the list is not empty.
    >>> index_of_smallest([4, 2, 2])
    1
    """
)py",
     R"py(    best = 0
    for i in range(1, len(numbers)):
        if numbers[i] < numbers[best]:
            best = i
    return best
)py",
     R"py(    best = 0
    for i in range(1, len(numbers)):
        if numbers[i] <= numbers[best]:
            best = i
    return best
)py",
     R"py(    assert candidate([4, 2, 2]) == 1
    assert candidate([7]) == 0
    assert candidate([3, 1, 2]) == 1
)py"},
    {"starts_and_ends_alike",
     R"py(def starts_and_ends_alike(text):
    """Return True if text is not empty and its first and last characters are the same.
    >>> starts_and_ends_alike('abca')
    True
    """
)py",
     R"py(    return len(text) > 0 and text[0] == text[-1]
)py",
     R"py(    return len(text) > 1 and text[0] == text[-1]
)py",
     R"py(    assert candidate('abca') is True
    assert candidate('') is False
    assert candidate('x') is True
    assert candidate('xy') is False
)py"},
    {"flatten_once",
     R"py(def flatten_once(lists):
    """Return one list with the items of all the lists, in order.
    >>> flatten_once([[1], [2, 3]])
    [1, 2, 3]
    """
)py",
     R"py(    return [item for part in lists for item in part]
)py",
     R"py(    return [item for part in lists[1:] for item in part]
)py",
     R"py(    assert candidate([[1], [2, 3]]) == [1, 2, 3]
    assert candidate([]) == []
    assert candidate([[], [4]]) == [4]
)py"},
    {"seconds_of",
     R"py(def seconds_of(clock):
    """Return the seconds since midnight of a time such as '01:02:03'.
    >>> seconds_of('00:01:05')
    65
    """
)py",
     R"py(    hours, minutes, seconds = clock.split(':')
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)
)py",
     R"py(    hours, minutes, seconds = clock.split(':')
    return int(hours) * 360 + int(minutes) * 60 + int(seconds)
)py",
     R"py(    assert candidate('00:01:05') == 65
    assert candidate('01:00:00') == 3600
    assert candidate('23:59:59') == 86399
)py"},
    {"without_duplicates",
     R"py(def without_duplicates(items):
    """Return the items in order, each only where it occurs first.
    >>> without_duplicates([2, 1, 2])
    [2, 1]
    """
)py",
     R"py(    kept = []
    for item in items:
        if item not in kept:
            kept.append(item)
    return kept
)py",
     R"py(    kept = []
    for item in items:
        if item not in kept[:-1]:
            kept.append(item)
    return kept
)py",
     R"py(    assert candidate([2, 1, 2]) == [2, 1]
    assert candidate([]) == []
    assert candidate([3, 3, 3]) == [3]
)py"},
    {"average",
     R"py(def average(numbers):
    """Return the arithmetic mean of the numbers, or 0 if there are none.
    >>> average([1, 2, 6])
    3.0
    """
)py",
     R"py(    if len(numbers) == 0:
        return 0
    return sum(numbers) / len(numbers)
)py",
     R"py(    if len(numbers) == 0:
        return 0
    return sum(numbers) // len(numbers)
)py",
     R"py(    assert candidate([1, 2, 6]) == 3.0
    assert candidate([]) == 0
    assert candidate([1, 2]) == 1.5
)py"},
    {"common_prefix",
     R"py(def common_prefix(a, b):
    """Return the longest text with which both a and b begin.
    >>> common_prefix('carton', 'carpet')
    'car'
    """
)py",
     R"py(    length = 0
    while length < min(len(a), len(b)) and a[length] == b[length]:
        length += 1
    return a[:length]
)py",
     R"py(    length = 0
    while length < min(len(a), len(b)) - 1 and a[length] == b[length]:
        length += 1
    return a[:length]
)py",
     R"py(    assert candidate('carton', 'carpet') == 'car'
    assert candidate('to', 'top') == 'to'
    assert candidate('x', 'y') == ''
)py"},
    {"to_binary",
     R"py(def to_binary(n):
    """Return the binary digits of n, which is not negative, without leading zeros.
    >>> to_binary(6)
    '110'
    """
)py",
     R"py(    digits = ''
    while n > 0:
        digits = str(n % 2) + digits
        n //= 2
    return digits or '0'
)py",
     R"py(    digits = ''
    while n > 0:
        digits = digits + str(n % 2)
        n //= 2
    return digits or '0'
)py",
     R"py(    assert candidate(6) == '110'
    assert candidate(0) == '0'
    assert candidate(4) == '100'
)py"},
    {"is_palindrome",
     R"py(def is_palindrome(text):
    """Return True if the letters of text read the same from both ends, whatever their case.
    >>> is_palindrome('Anna')
    True
    """
)py",
     R"py(    letters = text.lower()
    return letters == letters[::-1]
)py",
     R"py(    letters = text.lower()
    return letters == text[::-1]
)py",
     R"py(    assert candidate('Anna') is True
    assert candidate('') is True
    assert candidate('ab') is False
    assert candidate('XX') is True
)py"},
    {"pairs_with_sum",
     R"py(def pairs_with_sum(numbers, total):
    """Return how many pairs of different places in numbers add up to total.
    >>> pairs_with_sum([1, 2, 3], 4)
    1
    """
)py",
     R"py(    count = 0
    for i in range(len(numbers)):
        for j in range(i + 1, len(numbers)):
            if numbers[i] + numbers[j] == total:
                count += 1
    return count
)py",
     R"py(    count = 0
    for i in range(len(numbers)):
        for j in range(i, len(numbers)):
            if numbers[i] + numbers[j] == total:
                count += 1
    return count
)py",
     R"py(    assert candidate([1, 2, 3], 4) == 1
    assert candidate([2, 2, 2], 4) == 3
    assert candidate([], 0) == 0
)py"},
    {"chunks",
     R"py(def chunks(items, size):
    """Return the list cut into lists of size items; the last one may be shorter.
    >>> chunks([1, 2, 3], 2)
    [[1, 2], [3]]
    """
)py",
     R"py(    return [items[i:i + size] for i in range(0, len(items), size)]
)py",
     R"py(    return [items[i:i + size] for i in range(0, len(items) - 1, size)]
)py",
     R"py(    assert candidate([1, 2, 3], 2) == [[1, 2], [3]]
    assert candidate([], 2) == []
    assert candidate([1, 2], 1) == [[1], [2]]
)py"},
    {"most_common_letter",
     R"py(def most_common_letter(text):
    """Return the letter that occurs most often in text, the first in the alphabet of
    equals; text is not empty.
    >>> most_common_letter('banana')
    'a'
    """
)py",
     R"py(    return min(set(text), key=lambda letter: (-text.count(letter), letter))
)py",
     R"py(    return min(set(text), key=lambda letter: (text.count(letter), letter))
)py",
     R"py(    assert candidate('banana') == 'a'
    assert candidate('ba') == 'a'
    assert candidate('zzy') == 'z'
)py"},
    {"triangle_number",
     R"py(def triangle_number(n):
    """Return 1 + 2 + ... + n.
    >>> triangle_number(4)
    10
    """
)py",
     R"py(    return n * (n + 1) // 2
)py",
     R"py(    return n * (n - 1) // 2
)py",
     R"py(    assert candidate(4) == 10
    assert candidate(0) == 0
    assert candidate(1) == 1
)py"},
    {"strip_prefix",
     R"py(def strip_prefix(text, prefix):
    """Return text without prefix if it begins with it, else text as it is.
    >>> strip_prefix('unhappy', 'un')
    'happy'
    """
)py",
     R"py(    if text.startswith(prefix):
        return text[len(prefix):]
    return text
)py",
     R"py(    if text.startswith(prefix):
        return text[len(prefix) + 1:]
    return text
)py",
     R"py(    assert candidate('unhappy', 'un') == 'happy'
    assert candidate('under', 'on') == 'under'
    assert candidate('x', 'x') == ''
)py"},
    {"invert",
     R"py(def invert(mapping):
    """Return a dictionary from each value of mapping to the list of its keys, in order.
    >>> invert({'a': 1, 'b': 1})
    {1: ['a', 'b']}
    """
)py",
     R"py(    inverted = {}
    for key, value in mapping.items():
        inverted.setdefault(value, []).append(key)
    return inverted
)py",
     R"py(    inverted = {}
    for key, value in mapping.items():
        inverted[value] = [key]
    return inverted
)py",
     R"py(    assert candidate({'a': 1, 'b': 1}) == {1: ['a', 'b']}
    assert candidate({}) == {}
    assert candidate({'x': 2}) == {2: ['x']}
)py"},
});

}  // namespace

std::span<const ContextFunction> more_context_functions() {
  return kFunctions;
}

}  // namespace scribe
