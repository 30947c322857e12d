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
say Find the first element of xs that $p.vp and return its index{| (counted from 0)}. If there is no
    such element, return -1.
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
  - code: places[-1] if places else -1 ;; say: the largest (or -1 if there is none) of the indices
    ;; type: int ;; name: last_index
  - code: places[-1] - places[0] if places else 0 ;; say: the difference between the largest and the
    smallest (or 0 if there is none) of the indices ;; type: int ;; name: index_span
  - code: sum(i % 2 == 0 for i in places) ;; say: how many even numbers there are among the indices
    ;; type: int ;; name: even_index_count
  - code: [b - a for a, b in zip(places, places[1:])] ;; say: a list of the distances between
    neighbours among the indices ;; type: list[int] ;; name: index_gaps
  - code: [len(xs) - 1 - i for i in places] ;; say: a list with the distance from the end of xs (0
    for the last element) for each of the indices ;; type: list[int] ;; name: end_distances
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
  - code: i % $c == $d ;; say: indices that leave the remainder $d when divided by $c ;; c: 2..4 ;;
    d: 0..1
  - code: i % $c != 0 ;; say: indices not divisible by $c ;; c: 2..4
  - code: i >= $c ;; say: indices from $c on ;; c: 1..4
  - code: xs[i] > i ;; say: indices that are less than the number there
  - code: xs[i] % 2 == i % 2 ;; say: indices of the same parity as the number there
  - code: i == 0 or xs[i] > xs[i - 1] ;; say: indices with a number greater than the one before it
    (index 0 always counts)
  - code: i == 0 or xs[i] != xs[i - 1] ;; say: indices with a number different from the one before
    it (index 0 always counts)
  - code: i < len(xs) // 2 ;; say: indices in the first half, that is, below len(xs) // 2
  - code: xs[i] == xs[-1 - i] ;; say: indices at which xs and the reversed xs have the same number
par m @int_map
par a
  - code: sum(@) ;; say: the sum of these results ;; type: int ;; name: sum
  - code: @ ;; say: a list of these results ;; type: list[int] ;; name: list
  - code: max(@, default=0) ;; say: the largest of these results, or 0 if there are none ;; type:
    int ;; name: max
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
  - code: abs(b) > 2 * abs(a) ;; say: the absolute value of the second is more than twice that of
    the first ;; name: leap
  - code: a % $c == b % $c ;; say: both leave the same remainder when divided by $c ;; name:
    same_class ;; c: 3..5
par k
  - code: len(starts) ;; say: how many pairs of neighbours in xs are such that ;; type: int ;; name:
    count
  - code: starts ;; say: a list of the indices of the first numbers of all pairs of neighbours in xs
    such that ;; type: list[int] ;; name: places
  - code: sum(xs[i] for i in starts) ;; say: the sum of the first numbers of all pairs of neighbours
    in xs such that ;; type: int ;; name: sum
  - code: len(starts) == max(len(xs) - 1, 0) ;; say: True if all pairs of neighbours in xs (there
    may be none) are such that ;; type: bool ;; name: all
  - code: starts[-1] if starts else -1 ;; say: the index of the first number of the last pair of
    neighbours in xs (or -1 if there is no such pair) such that ;; type: int ;; name: last
  - code: 2 * len(starts) > len(xs) - 1 ;; say: True if more than half of the pairs of neighbours in
    xs are such that ;; type: bool ;; name: mostly
  - code: [xs[i + 1] for i in starts] ;; say: a list of the second numbers of all pairs of
    neighbours in xs such that ;; type: list[int] ;; name: followers
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
  - code: b > a and b - a <= $c ;; say: greater, but by no more than $c, than ;; name: gently_rising
    ;; c: 2..6
par k
  - code: len(best) ;; say: the length of the longest such part, or 0 if xs is empty ;; type: int ;;
    name: length
  - code: best ;; say: the longest such part as a list, the first one if there are several ;; type:
    list[int] ;; name: part
  - code: sum(best) ;; say: the sum of the longest such part, the first one if there are several ;;
    type: int ;; name: sum
  - code: count ;; say: into how many parts xs falls if each part is made as long as possible, going
    from left to right ;; type: int ;; name: parts
ret $k.type
name longest_$r.name_$k.name, $r.name_run_$k.name
say Consider parts of consecutive elements of xs in which every number, the first of the part
    excepted, is $r.say the number directly before it. Return $k.say.
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
  - code: max(w) - min(w) ;; say: the difference between the largest and the smallest number ;;
    name: ranges
  - code: w[-1] - w[0] ;; say: the last minus the first number ;; name: changes
  - code: len(set(w)) ;; say: how many different numbers there are ;; name: varieties
  - code: sum(w) // len(w) ;; say: the average, rounded down, ;; name: averages
  - code: sum(x % 2 for x in w) ;; say: how many odd numbers there are ;; name: odd_counts
  - code: sorted(w)[len(w) // 2] ;; say: the number at index k // 2 after sorting in ascending order
    ;; name: middles
  - code: sum(x > $c for x in w) ;; say: how many numbers greater than $c there are ;; name:
    high_counts ;; c: 1..7
par r
  - code: values ;; say: a list of these values ;; type: list[int] ;; name: window
  - code: max(values, default=0) ;; say: the largest of these values, or 0 if there are none ;;
    type: int ;; name: largest_window
  - code: values.index(max(values)) if values else -1 ;; say: the index at which the first part with
    the largest of these values begins, or -1 if there are none ;; type: int ;; name:
    best_window_start
  - code: min(values, default=0) ;; say: the smallest of these values, or 0 if there are none ;;
    type: int ;; name: smallest_window
  - code: len(set(values)) ;; say: how many different values there are among them ;; type: int ;;
    name: distinct_window
  - code: sum(values) ;; say: the sum of these values ;; type: int ;; name: total_window
ret $r.type
name $r.name_$f.name, window_$f.name
say For each part of k consecutive elements of xs, from left to right, compute $f.say in the part.
    Return $r.say.
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
  - code: c[::-1] ;; type: list[list[int]] ;; say: the list of its numbers in reverse order ;; name:
    reversals
  - code: sorted(c) ;; type: list[list[int]] ;; say: the list of its numbers in ascending order ;;
    name: sorted
  - code: max(c) - min(c) ;; type: list[int] ;; say: the difference between its largest and its
    smallest number ;; name: spreads
  - code: min(c) * len(c) ;; type: list[int] ;; say: its smallest number multiplied by its length ;;
    name: weighted_minima
  - code: sum(x > 0 for x in c) ;; type: list[int] ;; say: how many positive numbers it has ;; name:
    positive_counts
  - code: c[0] + c[-1] ;; type: list[int] ;; say: the sum of its first and its last number (the same
    one twice if it is the only one) ;; name: end_sums
ret $f.type
name chunk_$f.name, block_$f.name
say Cut xs from left to right into blocks of k numbers; the last block may be shorter. Return a list
    with, for each block, $f.say.
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
  - code: xs[s:] + xs[:s] ;; say: rotated by k places to the left, where each step moves the first
    number to the end; if k is negative, by -k places in the opposite direction ;; name: left
  - code: xs[-s:] + xs[:-s] if s else xs[:] ;; say: rotated by k places to the right, where each
    step moves the last number to the front; if k is negative, by -k places in the opposite
    direction ;; name: right
  - code: xs[s:] + [0] * s ;; say: moved to the left by k % len(xs) places, where the numbers at the
    front are lost and zeros come in at the end ;; name: shift_left
  - code: xs[s:] + xs[:s][::-1] ;; say: with the first k % len(xs) numbers moved to the end in
    reverse order ;; name: fold
  - code: xs[:s][::-1] + xs[s:] ;; say: with the first k % len(xs) numbers in reverse order and the
    others unchanged ;; name: flip_front
  - code: xs[:s] + sorted(xs[s:]) ;; say: with the numbers from index k % len(xs) on sorted in
    ascending order and the others unchanged ;; name: sort_rest
ret list[int]
name rotate_$r.name, $r.name_list
say Return a list with the numbers in xs $r.say.
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
  - code: max(part) - min(part) ;; say: difference between the largest and the smallest number ;;
    name: range
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
  - code: max(values, default=0) ;; say: the largest of these values, or 0 if xs is empty ;; type:
    int ;; name: peak
  - code: sum(v > 0 for v in values) ;; say: how many of these values are positive ;; type: int ;;
    name: positive
  - code: sum(values) ;; say: the sum of these values ;; type: int ;; name: total
  - code: next((i for i, v in enumerate(values) if v > $c), -1) ;; say: the index of the first of
    these values that is greater than $c, or -1 if none is ;; type: int ;; name: first_above ;; c:
    1..9
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
  - code: abs(sum(xs[:i]) - sum(xs[i:])) ;; say: the absolute difference of the sums of the two
    parts ;; name: balance
  - code: sum(xs[:i]) * sum(xs[i:]) ;; say: the product of the sums of the two parts ;; name:
    product
  - code: max(xs[:i], default=0) - max(xs[i:], default=0) ;; say: the largest number of the first
    part minus that of the second part (0 for an empty part) ;; name: peaks
  - code: len(set(xs[:i]) & set(xs[i:])) ;; say: how many different numbers occur in both parts ;;
    name: overlap
  - code: sum(x > 0 for x in xs[:i]) - sum(x > 0 for x in xs[i:]) ;; say: how many more positive
    numbers the first part has than the second (this may be negative) ;; name: positives
par k
  - code: min(range(len(xs)), key=score) ;; say: the index i for which this is smallest, the first
    one if there are several ;; name: best_split
  - code: max(range(len(xs)), key=score) ;; say: the index i for which this is largest, the first
    one if there are several ;; name: widest_split
  - code: max(map(score, range(len(xs)))) ;; say: the largest such value ;; name: largest_split
  - code: min(map(score, range(len(xs)))) ;; say: the smallest such value ;; name: smallest_split
  - code: sum(score(i) == 0 for i in range(len(xs))) ;; say: for how many i the value is 0 ;; name:
    even_splits
ret int
name $k.name_$r.name, $k.name_value
say For each index i from 0 to len(xs) - 1, cut xs into the part before index i and the part from
    index i on, and compute $r.say. Return $k.say.
code
    def score(i):
        return $r

    return $k
)FAMILY";

}  // namespace scribe
