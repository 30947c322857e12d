// Pairs of places, leaders, searching, consecutive parts.
#include "exercises/families/texts.h"

namespace scribe {

const std::string_view kSubarrayFamilies = R"FAMILY(
family positions/pairs_with_property
level 3
args xs:ints
par q
  - code: xs[i] + xs[j] == $c ;; say: xs[i] + xs[j] is equal to $c ;; name: sum_$c ;; c: 0..12
  - code: xs[j] - xs[i] == $c ;; say: xs[j] - xs[i] is equal to $c ;; name: difference_$c ;; c: 1..5
  - code: xs[i] == xs[j] ;; say: xs[i] equals xs[j] ;; name: equal
  - code: xs[i] > xs[j] ;; say: xs[i] is greater than xs[j] ;; name: inversion
  - code: (xs[i] + xs[j]) % $c == 0 ;; say: xs[i] + xs[j] is divisible by $c ;; name: multiple_of_$c
    ;; c: 3..7
  - code: abs(xs[i] - xs[j]) <= $c ;; say: xs[i] and xs[j] differ by at most $c ;; name: close_$c ;;
    c: 1..3
  - code: xs[i] * xs[j] < 0 ;; say: xs[i] and xs[j] have opposite signs (0 has none) ;; name:
    opposite
  - code: xs[i] < xs[j] and j - i <= $c ;; say: xs[i] is less than xs[j] and j is at most i + $c ;;
    name: near_rise ;; c: 2..3
  - code: xs[i] == xs[j] and j - i >= $c ;; say: xs[i] equals xs[j] and j is at least i + $c ;;
    name: far_equal ;; c: 2..3
par r
  - code: len(pairs) ;; say: how many pairs of indices i < j there are for which ;; type: int ;;
    name: count
  - code: pairs ;; say: a list of all pairs (i, j) of indices with i < j, sorted by i and then by j,
    for which ;; type: list[tuple[int, int]] ;; name: find
  - code: pairs[0] if pairs else None ;; say: the first pair (i, j) of indices with i < j (with the
    smallest i, and of these with the smallest j) or None if there is none, for which ;; type:
    tuple[int, int] | None ;; name: first
  - code: max((j - i for i, j in pairs), default=0) ;; say: the largest distance j - i of two
    indices i < j (or 0 if there are none) for which ;; type: int ;; name: widest
  - code: bool(pairs) ;; say: True if there are indices i < j for which ;; type: bool ;; name: has
ret $r.type
name $r.name_$q.name_pairs, $r.name_pairs
say Return $r.say $q.say.
code
    pairs = []
    for i in range(len(xs)):
        for j in range(i + 1, len(xs)):
            if $q:
                pairs.append((i, j))
    return $r
code
    n = len(xs)
    pairs = [(i, j) for i in range(n) for j in range(i + 1, n) if $q]
    return $r

family positions/peaks
level 2
args xs:ints
par q
  - code: b > a and b > c ;; say: greater than both of its neighbours ;; name: peak
  - code: b < a and b < c ;; say: less than both of its neighbours ;; name: valley
  - code: a < b < c or a > b > c ;; say: strictly between its two neighbours in value ;; name: slope
  - code: b == a + c ;; say: the sum of its two neighbours ;; name: sum
  - code: 2 * b == a + c ;; say: the average of its two neighbours ;; name: middle
  - code: b >= a and b >= c ;; say: at least as large as each of its neighbours ;; name: top
  - code: b == a or b == c ;; say: equal to one of its neighbours or to both ;; name: twin
  - code: b > a + c ;; say: greater than the sum of its two neighbours ;; name: dominant
  - code: a == c ;; say: between two equal neighbours ;; name: framed
par k
  - code: values ;; say: a list of all such numbers, in their order ;; type: list[int] ;; name: list
  - code: len(values) ;; say: how many such numbers there are ;; type: int ;; name: count
  - code: sum(values) ;; say: the sum of all such numbers ;; type: int ;; name: sum
  - code: max(values, default=$c) ;; say: the largest such number, or $c if there is none ;; type:
    int ;; name: highest ;; c: -1..0
  - code: values[0] if values else 0 ;; say: the first such number, or 0 if there is none ;; type:
    int ;; name: first
  - code: len(set(values)) ;; say: how many different such numbers there are ;; type: int ;; name:
    distinct
ret $k.type
name $k.name_$q.name, $q.name_$k.name
say Look for numbers in xs that have a neighbour on both sides and are $q.say. Return $k.say.
code
    values = []
    for i in range(1, len(xs) - 1):
        a, b, c = xs[i - 1], xs[i], xs[i + 1]
        if $q:
            values.append(b)
    return $k
code
    values = [b for a, b, c in zip(xs, xs[1:], xs[2:]) if $q]
    return $k

family positions/leaders
level 3
args xs:ints
par q
  - code: all(x > y for y in xs[:i]) ;; say: greater than all numbers before it ;; name: record
  - code: all(x > y for y in xs[i + 1:]) ;; say: greater than all numbers after it ;; name: leader
  - code: all(x < y for y in xs[:i]) ;; say: less than all numbers before it ;; name: low_record
  - code: x not in xs[:i] ;; say: different from all numbers before it ;; name: new
  - code: x not in xs[i + 1:] ;; say: different from all numbers after it ;; name: last_seen
  - code: x in xs[:i] ;; say: equal to some number before it ;; name: repeat
  - code: sum(y > x for y in xs[:i]) == $c ;; say: less than exactly $c of the numbers before it ;;
    name: ranked_$c ;; c: 1..2
  - code: x > sum(xs[:i]) ;; say: greater than the sum of all numbers before it (0 if there are
    none) ;; name: dominant
  - code: x <= sum(xs[i + 1:]) ;; say: not greater than the sum of all numbers after it (0 if there
    are none) ;; name: outweighed
  - code: -x in xs[:i] ;; say: the negation of some number before it ;; name: cancelling
par k
  - code: values ;; say: a list of all such numbers, in their order ;; type: list[int] ;; name: list
  - code: len(values) ;; say: how many such numbers there are ;; type: int ;; name: count
  - code: sum(values) ;; say: the sum of all such numbers ;; type: int ;; name: sum
  - code: values[-1] if values else None ;; say: the last such number, or None if there is none ;;
    type: int | None ;; name: last
ret $k.type
name $q.name_$k.name, $k.name_$q.name_numbers
say Look at the numbers in xs that are $q.say. Return $k.say.
code
    values = [x for i, x in enumerate(xs) if $q]
    return $k
code
    values = []
    for i, x in enumerate(xs):
        if $q:
            values.append(x)
    return $k

family positions/binary_search
level 3
args xs:sorted target:elem
par r
  - code: low ;; say: the smallest index at which target could be inserted so that the list stays in
    ascending order ;; type: int ;; name: insert_place ;; cmp: <
  - code: len(xs) - low ;; say: how many numbers in xs are greater than or equal to target ;; type:
    int ;; name: count_from ;; cmp: <
  - code: low ;; say: how many numbers in xs are less than or equal to target ;; type: int ;; name:
    count_up_to ;; cmp: <=
  - code: xs[low] if low < len(xs) else -1 ;; say: the smallest number in xs that is greater than
    target, or -1 if there is none ;; type: int ;; name: next_greater ;; cmp: <=
  - code: xs[low - 1] if low > 0 else -1 ;; say: the largest number in xs that is less than target,
    or -1 if there is none ;; type: int ;; name: next_less ;; cmp: <
  - code: xs[:low] + [target] + xs[low:] ;; say: a new list in ascending order with target added to
    the numbers in xs ;; type: list[int] ;; name: insert ;; cmp: <
  - code: low < len(xs) and xs[low] == target ;; say: True if target is in xs, otherwise False ;;
    type: bool ;; name: contains ;; cmp: <
  - code: low - 1 if low > 0 and xs[low - 1] == target else -1 ;; say: the index of the last
    occurrence of target in xs, or -1 if it does not occur ;; type: int ;; name: last_place ;; cmp:
    <=
ret $r.type
name $r.name_sorted, search_$r.name
say The numbers in xs are in ascending order. Return $r.say.
code
    low, high = 0, len(xs)
    while low < high:
        middle = (low + high) // 2
        if xs[middle] $r.cmp target:
            low = middle + 1
        else:
            high = middle
    return $r

family positions/two_ends
level 3
args xs:ints
par f
  - code: a + b ;; say: their sum ;; name: sums
  - code: a - b ;; say: the left one minus the right one ;; name: differences
  - code: max(a, b) ;; say: the larger one ;; name: maxima
  - code: a * b ;; say: their product ;; name: products
  - code: abs(a - b) ;; say: their absolute difference ;; name: gaps
  - code: min(a, b) ;; say: the smaller one ;; name: minima
par m
  - code: [xs[len(xs) // 2]] ;; say: If one number is left over in the middle, add it to the list
    unchanged. ;; name: keep
  - code: [] ;; say: A number that is left over in the middle is ignored. ;; name: drop
  - code: [2 * xs[len(xs) // 2]] ;; say: If one number is left over in the middle, add twice that
    number to the list. ;; name: double
  - code: [0] ;; say: If one number is left over in the middle, add 0 to the list. ;; name: zero
par r
  - code: result ;; say: the list ;; type: list[int] ;; name: list
  - code: sum(result) ;; say: the sum of the list ;; type: int ;; name: sum
  - code: max(result, default=0) ;; say: the largest number of the list, or 0 if it is empty ;;
    type: int ;; name: max
  - code: result[::-1] ;; say: the list in reverse order ;; type: list[int] ;; name: reversed
ret $r.type
name outer_$f.name_$r.name, fold_$f.name
say Pair the first number in xs with the last one, the second with the last but one, and so on. For
    each pair, from the outside to the inside, add $f.say to a list. $m.say Return $r.say.
code
    result = []
    left, right = 0, len(xs) - 1
    while left < right:
        a, b = xs[left], xs[right]
        result.append($f)
        left += 1
        right -= 1
    if left == right:
        result += $m
    return $r

family positions/subarray_sum
level 4
args xs:ints
par q
  - code: total == $c ;; say: equal to $c ;; name: equal_$c ;; c: 0..12
  - code: total > $c ;; say: greater than $c ;; name: above_$c ;; c: 3..20
  - code: total % $c == 0 ;; say: divisible by $c ;; name: multiple_of_$c ;; c: 3..7
  - code: total < $c ;; say: less than $c ;; name: below_$c ;; c: -2..6
par r
  - code: len(found) ;; say: how many such parts there are ;; type: int ;; name: count
  - code: max((j - i for i, j in found), default=0) ;; say: the length of the longest such part, or
    0 if there is none ;; type: int ;; name: longest
  - code: min((j - i for i, j in found), default=0) ;; say: the length of the shortest such part, or
    0 if there is none ;; type: int ;; name: shortest
  - code: xs[found[0][0]:found[0][1]] if found else [] ;; say: the one that begins first (of those
    that begin there the shortest) as a list, or an empty list if there is none ;; type: list[int]
    ;; name: first
ret $r.type
name $r.name_parts_$q.name, $r.name_slices
say Consider all non-empty parts of consecutive elements of xs whose sum is $q.say. Return $r.say.
code
    found = []
    for i in range(len(xs)):
        total = 0
        for j in range(i, len(xs)):
            total += xs[j]
            if $q:
                found.append((i, j + 1))
    return $r

family positions/best_sum
level 4
args xs:ints
par r
  - code: max(current + x, x) ;; say: the largest sum of a non-empty part of consecutive numbers in
    xs ;; name: part
  - code: max(current + x, 0) ;; say: the largest sum of a part of consecutive numbers in xs, where
    the empty part with sum 0 is allowed ;; name: part_or_none
  - code: max(current, 0) + abs(x) - $c ;; say: the largest value that a non-empty part of
    consecutive numbers in xs has, where the value of a part is the sum of the absolute values of
    its numbers minus $c for each of them ;; name: size_part ;; c: 2..9
  - code: max(current, 0) + x * x - $c ;; say: the largest value that a non-empty part of
    consecutive numbers in xs has, where the value of a part is the sum of the squares of its
    numbers minus $c for each of them ;; name: square_part ;; c: 5..30
  - code: max(current, 0) + (1 if x % $c == 0 else -1) ;; say: the largest value that a non-empty
    part of consecutive numbers in xs has, where each number divisible by $c counts 1 and each other
    number counts -1 ;; name: score_part ;; c: 2..3
  - code: max(current, 0) + (x if x % 2 == 0 else -x) ;; say: the largest value that a non-empty
    part of consecutive numbers in xs has, where even numbers are added and odd numbers are
    subtracted ;; name: parity_part
ret int
name best_$r.name, largest_$r.name
say Return $r.say.
note For an empty list, return 0.
code
    if not xs:
        return 0
    current = 0
    best = None
    for x in xs:
        current = $r
        if best is None or current > best:
            best = current
    return best
)FAMILY";

}  // namespace scribe
