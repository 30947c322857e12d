// Lists of numbers by position: neighbours, windows, prefixes, searching, two pointers.
#include "exercises/families/texts.h"

namespace scribe {

const std::string_view kPositionFamilies = R"FAMILY(
family positions/index_where
level 1
args xs:ints
par p @int_pred
ret int
name first_index_$p.name, find_first_$p.name
say Return the index of the first number in xs that $p.vp, or -1 if there is none.
say Find the first element of xs that $p.vp and return its index{| (counted from 0)}. If there is no such element, return -1.
code
    for i, x in enumerate(xs):
        if $p(x):
            return i
    return -1
code
    places = [i for i, x in enumerate(xs) if $p(x)]
    return places[0] if places else -1

family positions/indices_where
level 2
args xs:ints
par p @int_pred
par r
  - code: places ;; say: a list of the indices ;; type: list[int] ;; name: indices
  - code: sum(places) ;; say: the sum of the indices ;; type: int ;; name: index_sum
  - code: places[-1] if places else -1 ;; say: the largest (or -1 if there is none) of the indices ;; type: int ;; name: last_index
  - code: places[-1] - places[0] if places else 0 ;; say: the difference between the largest and the smallest (or 0 if there is none) of the indices ;; type: int ;; name: index_span
  - code: sum(i % 2 == 0 for i in places) ;; say: how many even numbers there are among the indices ;; type: int ;; name: even_index_count
  - code: [b - a for a, b in zip(places, places[1:])] ;; say: a list of the distances between neighbours among the indices ;; type: list[int] ;; name: index_gaps
  - code: [len(xs) - 1 - i for i in places] ;; say: a list with the distance from the end of xs (0 for the last element) for each of the indices ;; type: list[int] ;; name: end_distances
ret $r.type
name $r.name_of_$p.name, $p.name_$r.name
say Return $r.say at which xs has a number that $p.vp.
hint Indices are counted from 0.
code
    places = [i for i, x in enumerate(xs) if $p(x)]
    return $r
code
    places = []
    for i, x in enumerate(xs):
        if $p(x):
            places.append(i)
    return $r

family positions/by_index_class
level 1
args xs:ints
par q
  - code: i % $c == $d ;; say: indices that leave the remainder $d when divided by $c ;; c: 2..4 ;; d: 0..1
  - code: i % $c != 0 ;; say: indices not divisible by $c ;; c: 2..4
  - code: i >= $c ;; say: indices from $c on ;; c: 1..4
  - code: xs[i] > i ;; say: indices that are less than the number there
  - code: xs[i] % 2 == i % 2 ;; say: indices of the same parity as the number there
  - code: i == 0 or xs[i] > xs[i - 1] ;; say: indices with a number greater than the one before it (index 0 always counts)
  - code: i == 0 or xs[i] != xs[i - 1] ;; say: indices with a number different from the one before it (index 0 always counts)
  - code: i < len(xs) // 2 ;; say: indices in the first half, that is, below len(xs) // 2
  - code: xs[i] == xs[-1 - i] ;; say: indices at which xs and the reversed xs have the same number
par m @int_map
par a
  - code: sum(@) ;; say: the sum of these results ;; type: int ;; name: sum
  - code: @ ;; say: a list of these results ;; type: list[int] ;; name: list
  - code: max(@, default=0) ;; say: the largest of these results, or 0 if there are none ;; type: int ;; name: max
ret $a.type
name $a.name_by_index, indexed_$m.name
say Take the numbers in xs at $q.say. For each, compute $m.its. Return $a.say.
code
    results = [$m(xs[i]) for i in range(len(xs)) if $q]
    return $a(results)
code
    results = []
    for i, x in enumerate(xs):
        if $q:
            results.append($m(x))
    return $a(results)

family positions/neighbour_relation
level 2
args xs:ints
par r
  - code: a < b ;; say: the second is greater than the first ;; name: rising
  - code: a > b ;; say: the second is less than the first ;; name: falling
  - code: a == b ;; say: both are equal ;; name: equal
  - code: (a + b) % 2 == 0 ;; say: both are even or both are odd ;; name: same_parity
  - code: abs(a - b) <= $c ;; say: they differ by at most $c ;; name: close ;; c: 1..6
  - code: abs(a - b) > $c ;; say: they differ by more than $c ;; name: jump ;; c: 2..8
  - code: a * b < 0 ;; say: one is positive and the other one negative ;; name: sign_change
  - code: a + b > $c ;; say: their sum is greater than $c ;; name: large_sum ;; c: 3..15
  - code: b == a + $c ;; say: the second is the first plus $c ;; name: step_$c ;; c: 1..3
  - code: abs(b) > 2 * abs(a) ;; say: the absolute value of the second is more than twice that of the first ;; name: leap
  - code: a % $c == b % $c ;; say: both leave the same remainder when divided by $c ;; name: same_class ;; c: 3..5
par k
  - code: len(starts) ;; say: how many pairs of neighbours in xs are such that ;; type: int ;; name: count
  - code: starts ;; say: a list of the indices of the first numbers of all pairs of neighbours in xs such that ;; type: list[int] ;; name: places
  - code: sum(xs[i] for i in starts) ;; say: the sum of the first numbers of all pairs of neighbours in xs such that ;; type: int ;; name: sum
  - code: len(starts) == max(len(xs) - 1, 0) ;; say: True if all pairs of neighbours in xs (there may be none) are such that ;; type: bool ;; name: all
  - code: starts[-1] if starts else -1 ;; say: the index of the first number of the last pair of neighbours in xs (or -1 if there is no such pair) such that ;; type: int ;; name: last
  - code: 2 * len(starts) > len(xs) - 1 ;; say: True if more than half of the pairs of neighbours in xs are such that ;; type: bool ;; name: mostly
  - code: [xs[i + 1] for i in starts] ;; say: a list of the second numbers of all pairs of neighbours in xs such that ;; type: list[int] ;; name: followers
ret $k.type
name $k.name_$r.name, $r.name_$k.name
say Return $k.say $r.say.
code
    starts = []
    for i in range(len(xs) - 1):
        a, b = xs[i], xs[i + 1]
        if $r:
            starts.append(i)
    return $k
code
    starts = [i for i, (a, b) in enumerate(zip(xs, xs[1:])) if $r]
    return $k

family positions/longest_streak
level 3
args xs:ints
par r
  - code: a < b ;; say: greater than ;; name: rising
  - code: a <= b ;; say: at least as large as ;; name: non_falling
  - code: a > b ;; say: less than ;; name: falling
  - code: a == b ;; say: equal to ;; name: equal
  - code: a != b ;; say: different from ;; name: changing
  - code: (a - b) % 2 == 1 ;; say: of the other parity than ;; name: alternating
  - code: abs(a - b) <= $c ;; say: at most $c away from ;; name: smooth ;; c: 1..6
  - code: a * b < 0 ;; say: of the opposite sign to (0 has none) ;; name: sign_switching
  - code: (a - b) % $c == 0 ;; say: congruent modulo $c to ;; name: congruent ;; c: 3..4
  - code: b > a and b - a <= $c ;; say: greater, but by no more than $c, than ;; name: gently_rising ;; c: 2..6
par k
  - code: len(best) ;; say: the length of the longest such part, or 0 if xs is empty ;; type: int ;; name: length
  - code: best ;; say: the longest such part as a list, the first one if there are several ;; type: list[int] ;; name: part
  - code: sum(best) ;; say: the sum of the longest such part, the first one if there are several ;; type: int ;; name: sum
  - code: count ;; say: into how many parts xs falls if each part is made as long as possible, going from left to right ;; type: int ;; name: parts
ret $k.type
name longest_$r.name_$k.name, $r.name_run_$k.name
say Consider parts of consecutive elements of xs in which every number, the first of the part excepted, is $r.say the number directly before it. Return $k.say.
code
    best = []
    current = []
    count = 0
    for b in xs:
        if current:
            a = current[-1]
            current = current + [b] if $r else [b]
        else:
            current = [b]
        if len(current) == 1:
            count += 1
        if len(current) > len(best):
            best = current
    return $k

family positions/windows
level 3
args xs:ints k:k
par f
  - code: sum(w) ;; say: the sum ;; name: sums
  - code: max(w) ;; say: the largest number ;; name: maxima
  - code: min(w) ;; say: the smallest number ;; name: minima
  - code: max(w) - min(w) ;; say: the difference between the largest and the smallest number ;; name: ranges
  - code: w[-1] - w[0] ;; say: the last minus the first number ;; name: changes
  - code: len(set(w)) ;; say: how many different numbers there are ;; name: varieties
  - code: sum(w) // len(w) ;; say: the average, rounded down, ;; name: averages
  - code: sum(x % 2 for x in w) ;; say: how many odd numbers there are ;; name: odd_counts
  - code: sorted(w)[len(w) // 2] ;; say: the number at index k // 2 after sorting in ascending order ;; name: middles
  - code: sum(x > $c for x in w) ;; say: how many numbers greater than $c there are ;; name: high_counts ;; c: 1..7
par r
  - code: values ;; say: a list of these values ;; type: list[int] ;; name: window
  - code: max(values, default=0) ;; say: the largest of these values, or 0 if there are none ;; type: int ;; name: largest_window
  - code: values.index(max(values)) if values else -1 ;; say: the index at which the first part with the largest of these values begins, or -1 if there are none ;; type: int ;; name: best_window_start
  - code: min(values, default=0) ;; say: the smallest of these values, or 0 if there are none ;; type: int ;; name: smallest_window
  - code: len(set(values)) ;; say: how many different values there are among them ;; type: int ;; name: distinct_window
  - code: sum(values) ;; say: the sum of these values ;; type: int ;; name: total_window
ret $r.type
name $r.name_$f.name, window_$f.name
say For each part of k consecutive elements of xs, from left to right, compute $f.say in the part. Return $r.say.
hint If xs has fewer than k elements, there is no such part.
code
    values = []
    for i in range(len(xs) - k + 1):
        w = xs[i:i + k]
        values.append($f)
    return $r
code
    windows = [xs[i:i + k] for i in range(len(xs) - k + 1)]
    values = [$f for w in windows]
    return $r

family positions/chunks
level 2
args xs:ints k:k
par f
  - code: sum(c) ;; type: list[int] ;; say: its sum ;; name: sums
  - code: max(c) ;; type: list[int] ;; say: its largest number ;; name: maxima
  - code: c[0] ;; type: list[int] ;; say: its first number ;; name: heads
  - code: c[-1] ;; type: list[int] ;; say: its last number ;; name: tails
  - code: c[::-1] ;; type: list[list[int]] ;; say: the list of its numbers in reverse order ;; name: reversals
  - code: sorted(c) ;; type: list[list[int]] ;; say: the list of its numbers in ascending order ;; name: sorted
  - code: max(c) - min(c) ;; type: list[int] ;; say: the difference between its largest and its smallest number ;; name: spreads
  - code: min(c) * len(c) ;; type: list[int] ;; say: its smallest number multiplied by its length ;; name: weighted_minima
  - code: sum(x > 0 for x in c) ;; type: list[int] ;; say: how many positive numbers it has ;; name: positive_counts
  - code: c[0] + c[-1] ;; type: list[int] ;; say: the sum of its first and its last number (the same one twice if it is the only one) ;; name: end_sums
ret $f.type
name chunk_$f.name, block_$f.name
say Cut xs from left to right into blocks of k numbers; the last block may be shorter. Return a list with, for each block, $f.say.
code
    result = []
    for i in range(0, len(xs), k):
        c = xs[i:i + k]
        result.append($f)
    return result
code
    return [$f for c in (xs[i:i + k] for i in range(0, len(xs), k))]

family positions/rotate
level 2
args xs:ints k:shift
par r
  - code: xs[s:] + xs[:s] ;; say: rotated by k places to the left: each step moves the first number to the end ;; name: left
  - code: xs[-s:] + xs[:-s] if s else xs[:] ;; say: rotated by k places to the right: each step moves the last number to the front ;; name: right
  - code: xs[s:] + [0] * s ;; say: moved to the left by k modulo len(xs) places, where the numbers at the front are lost and zeros come in at the end ;; name: shift_left
  - code: xs[s:] + xs[:s][::-1] ;; say: with the first k modulo len(xs) numbers moved to the end in reverse order ;; name: fold
  - code: xs[:s][::-1] + xs[s:] ;; say: with the first k modulo len(xs) numbers in reverse order and the others unchanged ;; name: flip_front
  - code: xs[:s] + sorted(xs[s:]) ;; say: with the numbers from index k modulo len(xs) on sorted in ascending order and the others unchanged ;; name: sort_rest
ret list[int]
name rotate_$r.name, $r.name_list
say Return a list with the numbers in xs $r.say. A negative k means the opposite direction{|}.
note An empty list gives an empty list.
code
    if not xs:
        return []
    s = k % len(xs)
    return $r

family positions/prefix
level 2
args xs:ints
par f
  - code: sum(part) ;; say: sum ;; name: sum
  - code: max(part) ;; say: largest number ;; name: max
  - code: min(part) ;; say: smallest number ;; name: min
  - code: max(part) - min(part) ;; say: difference between the largest and the smallest number ;; name: range
  - code: len(set(part)) ;; say: number of different numbers ;; name: variety
  - code: sum(x % 2 == 0 for x in part) ;; say: number of even numbers ;; name: even_count
  - code: part[-1] - part[0] ;; say: last number minus the first number ;; name: change
  - code: sum(part) % $c ;; say: remainder of the sum when divided by $c ;; name: residue ;; c: 5..9
  - code: part.count(part[-1]) ;; say: number of occurrences of the last number ;; name: repeat
par d
  - code: xs[:i] ;; say: beginnings of xs, from length 1 to the whole, ;; name: prefix
  - code: xs[-i:] ;; say: ends of xs, from length 1 to the whole, ;; name: suffix
par r
  - code: values ;; say: a list of these values ;; type: list[int] ;; name: values
  - code: max(values, default=0) ;; say: the largest of these values, or 0 if xs is empty ;; type: int ;; name: peak
  - code: sum(v > 0 for v in values) ;; say: how many of these values are positive ;; type: int ;; name: positive
  - code: sum(values) ;; say: the sum of these values ;; type: int ;; name: total
  - code: next((i for i, v in enumerate(values) if v > $c), -1) ;; say: the index of the first of these values that is greater than $c, or -1 if none is ;; type: int ;; name: first_above ;; c: 1..9
ret $r.type
name $d.name_$f.name_$r.name, $r.name_of_$d.name_$f.name
say For all $d.say compute the $f.say. Return $r.say.
code
    values = []
    for i in range(1, len(xs) + 1):
        part = $d
        values.append($f)
    return $r

family positions/split_point
level 3
args xs:ints+
par r
  - code: abs(sum(xs[:i]) - sum(xs[i:])) ;; say: the absolute difference of the sums of the two parts ;; name: balance
  - code: sum(xs[:i]) * sum(xs[i:]) ;; say: the product of the sums of the two parts ;; name: product
  - code: max(xs[:i], default=0) - max(xs[i:], default=0) ;; say: the largest number of the first part minus that of the second part (0 for an empty part) ;; name: peaks
  - code: len(set(xs[:i]) & set(xs[i:])) ;; say: how many different numbers occur in both parts ;; name: overlap
  - code: sum(x > 0 for x in xs[:i]) - sum(x > 0 for x in xs[i:]) ;; say: how many more positive numbers the first part has than the second (this may be negative) ;; name: positives
par k
  - code: min(range(len(xs)), key=score) ;; say: the index i for which this is smallest, the first one if there are several ;; name: best_split
  - code: max(range(len(xs)), key=score) ;; say: the index i for which this is largest, the first one if there are several ;; name: widest_split
  - code: max(map(score, range(len(xs)))) ;; say: the largest such value ;; name: largest_split
  - code: min(map(score, range(len(xs)))) ;; say: the smallest such value ;; name: smallest_split
  - code: sum(score(i) == 0 for i in range(len(xs))) ;; say: for how many i the value is 0 ;; name: even_splits
ret int
name $k.name_$r.name, $k.name_value
say For each index i from 0 to len(xs) - 1, cut xs into the part before index i and the part from index i on, and compute $r.say. Return $k.say.
code
    def score(i):
        return $r

    return $k

family positions/pairs_with_property
level 3
args xs:ints
par q
  - code: xs[i] + xs[j] == $c ;; say: xs[i] + xs[j] is equal to $c ;; name: sum_$c ;; c: 0..12
  - code: xs[j] - xs[i] == $c ;; say: xs[j] - xs[i] is equal to $c ;; name: difference_$c ;; c: 1..5
  - code: xs[i] == xs[j] ;; say: xs[i] equals xs[j] ;; name: equal
  - code: xs[i] > xs[j] ;; say: xs[i] is greater than xs[j] ;; name: inversion
  - code: (xs[i] + xs[j]) % $c == 0 ;; say: xs[i] + xs[j] is divisible by $c ;; name: multiple_of_$c ;; c: 3..7
  - code: abs(xs[i] - xs[j]) <= $c ;; say: xs[i] and xs[j] differ by at most $c ;; name: close_$c ;; c: 1..3
  - code: xs[i] * xs[j] < 0 ;; say: xs[i] and xs[j] have opposite signs (0 has none) ;; name: opposite
  - code: xs[i] < xs[j] and j - i <= $c ;; say: xs[i] is less than xs[j] and j is at most i + $c ;; name: near_rise ;; c: 2..3
  - code: xs[i] == xs[j] and j - i >= $c ;; say: xs[i] equals xs[j] and j is at least i + $c ;; name: far_equal ;; c: 2..3
par r
  - code: len(pairs) ;; say: how many pairs of indices i < j there are for which ;; type: int ;; name: count
  - code: pairs ;; say: a list of all pairs (i, j) of indices with i < j, sorted by i and then by j, for which ;; type: list[tuple[int, int]] ;; name: find
  - code: pairs[0] if pairs else None ;; say: the first pair (i, j) of indices with i < j (with the smallest i, and of these with the smallest j) or None if there is none, for which ;; type: tuple[int, int] | None ;; name: first
  - code: max((j - i for i, j in pairs), default=0) ;; say: the largest distance j - i of two indices i < j (or 0 if there are none) for which ;; type: int ;; name: widest
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
  - code: max(values, default=$c) ;; say: the largest such number, or $c if there is none ;; type: int ;; name: highest ;; c: -1..0
  - code: values[0] if values else 0 ;; say: the first such number, or 0 if there is none ;; type: int ;; name: first
  - code: len(set(values)) ;; say: how many different such numbers there are ;; type: int ;; name: distinct
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
  - code: sum(y > x for y in xs[:i]) == $c ;; say: less than exactly $c of the numbers before it ;; name: ranked_$c ;; c: 1..2
  - code: x > sum(xs[:i]) ;; say: greater than the sum of all numbers before it (0 if there are none) ;; name: dominant
  - code: x <= sum(xs[i + 1:]) ;; say: not greater than the sum of all numbers after it (0 if there are none) ;; name: outweighed
  - code: -x in xs[:i] ;; say: the negation of some number before it ;; name: cancelling
par k
  - code: values ;; say: a list of all such numbers, in their order ;; type: list[int] ;; name: list
  - code: len(values) ;; say: how many such numbers there are ;; type: int ;; name: count
  - code: sum(values) ;; say: the sum of all such numbers ;; type: int ;; name: sum
  - code: values[-1] if values else None ;; say: the last such number, or None if there is none ;; type: int | None ;; name: last
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
  - code: low ;; say: the smallest index at which target could be inserted so that the list stays in ascending order ;; type: int ;; name: insert_place ;; cmp: <
  - code: len(xs) - low ;; say: how many numbers in xs are greater than or equal to target ;; type: int ;; name: count_from ;; cmp: <
  - code: low ;; say: how many numbers in xs are less than or equal to target ;; type: int ;; name: count_up_to ;; cmp: <=
  - code: xs[low] if low < len(xs) else -1 ;; say: the smallest number in xs that is greater than target, or -1 if there is none ;; type: int ;; name: next_greater ;; cmp: <=
  - code: xs[low - 1] if low > 0 else -1 ;; say: the largest number in xs that is less than target, or -1 if there is none ;; type: int ;; name: next_less ;; cmp: <
  - code: xs[:low] + [target] + xs[low:] ;; say: a new list in ascending order with target added to the numbers in xs ;; type: list[int] ;; name: insert ;; cmp: <
  - code: low < len(xs) and xs[low] == target ;; say: True if target is in xs, otherwise False ;; type: bool ;; name: contains ;; cmp: <
  - code: low - 1 if low > 0 and xs[low - 1] == target else -1 ;; say: the index of the last occurrence of target in xs, or -1 if it does not occur ;; type: int ;; name: last_place ;; cmp: <=
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
  - code: [xs[len(xs) // 2]] ;; say: If one number is left over in the middle, add it to the list unchanged. ;; name: keep
  - code: [] ;; say: A number that is left over in the middle is ignored. ;; name: drop
  - code: [2 * xs[len(xs) // 2]] ;; say: If one number is left over in the middle, add twice that number to the list. ;; name: double
  - code: [0] ;; say: If one number is left over in the middle, add 0 to the list. ;; name: zero
par r
  - code: result ;; say: the list ;; type: list[int] ;; name: list
  - code: sum(result) ;; say: the sum of the list ;; type: int ;; name: sum
  - code: max(result, default=0) ;; say: the largest number of the list, or 0 if it is empty ;; type: int ;; name: max
  - code: result[::-1] ;; say: the list in reverse order ;; type: list[int] ;; name: reversed
ret $r.type
name outer_$f.name_$r.name, fold_$f.name
say Pair the first number in xs with the last one, the second with the last but one, and so on. For each pair, from the outside to the inside, add $f.say to a list. $m.say Return $r.say.
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
  - code: max((j - i for i, j in found), default=0) ;; say: the length of the longest such part, or 0 if there is none ;; type: int ;; name: longest
  - code: min((j - i for i, j in found), default=0) ;; say: the length of the shortest such part, or 0 if there is none ;; type: int ;; name: shortest
  - code: xs[found[0][0]:found[0][1]] if found else [] ;; say: the one that begins first (of those that begin there the shortest) as a list, or an empty list if there is none ;; type: list[int] ;; name: first
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
  - code: max(current + x, x) ;; say: the largest sum of a non-empty part of consecutive numbers in xs ;; name: part
  - code: max(current + x, 0) ;; say: the largest sum of a part of consecutive numbers in xs, where the empty part with sum 0 is allowed ;; name: part_or_none
  - code: max(current, 0) + abs(x) - $c ;; say: the largest value that a non-empty part of consecutive numbers in xs has, where the value of a part is the sum of the absolute values of its numbers minus $c for each of them ;; name: size_part ;; c: 2..9
  - code: max(current, 0) + x * x - $c ;; say: the largest value that a non-empty part of consecutive numbers in xs has, where the value of a part is the sum of the squares of its numbers minus $c for each of them ;; name: square_part ;; c: 5..30
  - code: max(current, 0) + (1 if x % $c == 0 else -1) ;; say: the largest value that a non-empty part of consecutive numbers in xs has, where each number divisible by $c counts 1 and each other number counts -1 ;; name: score_part ;; c: 2..3
  - code: max(current, 0) + (x if x % 2 == 0 else -x) ;; say: the largest value that a non-empty part of consecutive numbers in xs has, where even numbers are added and odd numbers are subtracted ;; name: parity_part
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
