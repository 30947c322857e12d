// Lists of numbers as a whole: selecting, transforming, sorting, comparing two lists.
#include "exercises/families/texts.h"

namespace scribe {

const std::string_view kListFamilies = R"FAMILY(
family lists/count_matching
level 1
args xs:ints
par p @int_pred
par q @int_pred
par o
  - code: and ;; say: and ;; name: and
  - code: or ;; say: or ;; name: or
ret int
name count_$p.name_$o.name_$q.name, count_by_conditions
say Return how many numbers x in xs fulfil the condition: x $p.vp $o.say $q.vp.
say Count the elements x of xs for which this holds: x $p.vp $o.say $q.vp.
code
    return sum(1 for x in xs if ($p(x)) $o ($q(x)))
code
    count = 0
    for x in xs:
        if ($p(x)) $o ($q(x)):
            count += 1
    return count

family lists/conditional_map
level 2
args xs:ints
par p @int_pred
par m @int_map
par k @int_map
ret list[int]
name map_$p.name, replace_by_condition, transform_each
say Return a list in which each number x of xs is replaced: by $m.its if x $p.vp, and by $k.its
    otherwise.
say Go through xs and build a new list. A number that $p.vp is replaced by $m.its, every other
    number by $k.its. Return the new list.
code
    return [$m(x) if $p(x) else $k(x) for x in xs]
code
    result = []
    for x in xs:
        if $p(x):
            result.append($m(x))
        else:
            result.append($k(x))
    return result

family lists/threshold_count
level 1
args xs:ints limit:limit
par r
  - code: sum(x > limit for x in xs) ;; say: how many numbers in xs are greater than limit ;; type:
    int ;; name: count_above
  - code: sum(x for x in xs if x <= limit) ;; say: the sum of the numbers in xs that are not greater
    than limit ;; type: int ;; name: sum_up_to
  - code: [x for x in xs if x != limit] ;; say: the list xs without the numbers that are equal to
    limit ;; type: list[int] ;; name: without_value
  - code: [min(x, limit) for x in xs] ;; say: a list of the numbers in xs, where those that exceed
    limit are replaced by limit ;; type: list[int] ;; name: cap
  - code: [x - limit for x in xs if x > limit] ;; say: a list that tells by how much each number in
    xs that exceeds limit does so ;; type: list[int] ;; name: excess
  - code: sum(abs(x - limit) for x in xs) ;; say: the sum of the distances of the numbers in xs from
    limit ;; type: int ;; name: total_distance
  - code: max((x for x in xs if x < limit), default=limit) ;; say: the largest number in xs that is
    less than limit, or limit itself if there is none ;; type: int ;; name: best_below
  - code: min((x for x in xs if x > limit), default=limit) ;; say: the smallest number in xs that is
    greater than limit, or limit itself if there is none ;; type: int ;; name: next_above
  - code: [x for x in xs if x < limit] + [x for x in xs if x >= limit] ;; say: a list with first the
    numbers in xs that are less than limit and then the others, each group in its order ;; type:
    list[int] ;; name: partition
  - code: sum(x > limit for x in xs) - sum(x < limit for x in xs) ;; say: how many more numbers in
    xs are greater than limit than are less than it (this may be negative) ;; type: int ;; name:
    balance
  - code: sorted(xs, key=lambda x: (abs(x - limit), x)) ;; say: the numbers in xs sorted by their
    distance from limit, the smaller one first where distances are equal ;; type: list[int] ;; name:
    sort_by_distance
  - code: ['low' if x < limit else 'high' for x in xs] ;; say: a list with 'low' for each number in
    xs that is less than limit and 'high' for each other one ;; type: list[str] ;; name: label
  - code: sum(x * x for x in xs if abs(x) < limit) ;; say: the sum of the squares of the numbers in
    xs whose absolute value is less than limit ;; type: int ;; name: small_squares
  - code: any(x + y == limit for i, x in enumerate(xs) for y in xs[:i]) ;; say: True if two numbers
    at different places of xs have limit as their sum, otherwise False ;; type: bool ;; name:
    has_pair_with_sum
ret $r.type
name $r.name, $r.name_limit
say Return $r.say.
code
    return $r

family lists/sort_special
level 2
args xs:ints
par k
  - code: x % $c ;; say: their remainders when divided by $c ;; name: remainder ;; c: 3..9
  - code: abs(x) ;; say: their absolute values ;; name: size
  - code: abs(x - $c) ;; say: their distances from $c ;; name: distance_from_$c ;; c: 2..15
  - code: abs(x) % 10 ;; say: their last decimal digits ;; name: last_digit
  - code: sum(int(d) for d in str(abs(x))) ;; say: the sums of their decimal digits ;; name:
    digit_sum
  - code: xs.count(x) ;; say: how often they occur in xs ;; name: frequency
  - code: len(str(abs(x))) ;; say: their numbers of decimal digits ;; name: length
  - code: x // $c ;; say: their quotients when divided by $c and rounded down ;; name: quotient ;;
    c: 3..6
  - code: x * x % $c ;; say: the remainders of their squares when divided by $c ;; name:
    square_remainder ;; c: 5..11
  - code: bin(abs(x)).count('1') ;; say: the number of ones in the binary form of their absolute
    values ;; name: ones
par t
  - code: sorted(xs, key=lambda x: (key(x), x)) ;; say: ascending; equal ones are sorted by the
    numbers themselves, the smaller first ;; name: sort
  - code: sorted(xs, key=lambda x: (-key(x), x)) ;; say: descending; equal ones are sorted by the
    numbers themselves, the smaller first ;; name: sort_down
  - code: sorted(xs, key=key) ;; say: ascending; where these are equal, numbers stay in their order
    ;; name: stable_sort
  - code: sorted(xs, key=lambda x: (key(x), -x)) ;; say: ascending; equal ones are sorted by the
    numbers themselves, the larger first ;; name: sort_ties_down
  - code: sorted(set(xs), key=lambda x: (key(x), x)) ;; say: ascending, each different number only
    once; equal ones are sorted by the numbers themselves, the smaller first ;; name: sort_unique
ret list[int]
name $t.name_by_$k.name, order_by_$k.name
say Return a list of the numbers in xs sorted by $k.say, $t.say.
code
    def key(x):
        return $k

    return $t

family lists/two_lists
level 2
args xs:ints ys:ints_b
par f
  - code: a + b ;; say: the sum of the two numbers ;; name: sum
  - code: a - b ;; say: the number of xs minus that of ys ;; name: difference
  - code: a * b ;; say: the product of the two numbers ;; name: product
  - code: max(a, b) ;; say: the larger one of the two numbers ;; name: max
  - code: min(a, b) ;; say: the smaller one of the two numbers ;; name: min
  - code: abs(a - b) ;; say: the absolute difference of the two numbers ;; name: gap
  - code: a * a + b ;; say: the square of the number of xs plus the number of ys ;; name: mixed
  - code: $c * a + b ;; say: $c times the number of xs plus the number of ys ;; name: weighted ;; c:
    2..9
  - code: (a > b) - (a < b) ;; say: 1 if the number of xs is greater, -1 if that of ys is greater,
    and 0 if both are equal ;; name: comparison
par r
  - code: values ;; say: a list of these results ;; type: list[int] ;; name: list
  - code: sum(values) ;; say: the sum of these results ;; type: int ;; name: total
  - code: max(values, default=0) ;; say: the largest of these results, or 0 if there are none ;;
    type: int ;; name: largest
  - code: sum(v > 0 for v in values) ;; say: how many of these results are positive ;; type: int ;;
    name: positive_count
  - code: len(set(values)) ;; say: how many different values there are among these results ;; type:
    int ;; name: variety
ret $r.type
name pairwise_$f.name_$r.name, $r.name_of_$f.name
say Go through xs and ys at the same time, up to the end of the shorter list. At each index, compute
    $f.say. Return $r.say.
code
    values = [$f for a, b in zip(xs, ys)]
    return $r
code
    values = []
    for i in range(min(len(xs), len(ys))):
        a, b = xs[i], ys[i]
        values.append($f)
    return $r

family lists/set_operations
level 2
args xs:ints ys:ints_b
par o
  - code: set(xs) & set(ys) ;; say: that are in both xs and ys ;; name: common
  - code: set(xs) - set(ys) ;; say: that are in xs but not in ys ;; name: only_first
  - code: set(ys) - set(xs) ;; say: that are in ys but not in xs ;; name: only_second
  - code: set(xs) ^ set(ys) ;; say: that are in exactly one of xs and ys ;; name: exclusive
  - code: set(xs) | set(ys) ;; say: that are in at least one of xs and ys ;; name: united
  - code: {x for x in xs if -x in ys} ;; say: that are in xs and whose negations are in ys ;; name:
    opposite
  - code: {x for x in xs if x + $c in ys} ;; say: that are in xs and for which the number larger by
    $c is in ys ;; name: shifted ;; c: 1..3
  - code: {x for x in xs if xs.count(x) > ys.count(x)} ;; say: that occur more often in xs than in
    ys ;; name: surplus
par r
  - code: sorted(values) ;; say: an ascending list, without repetitions, of the numbers ;; type:
    list[int] ;; name: list
  - code: len(values) ;; say: how many different numbers there are ;; type: int ;; name: count
  - code: sum(values) ;; say: the sum, each one being added once, of the numbers ;; type: int ;;
    name: sum
  - code: sorted(values, reverse=True)[:$c] ;; say: a descending list, without repetitions, of the
    $c largest numbers (or of all if there are fewer) ;; type: list[int] ;; name: top ;; c: 2..4
  - code: max(values, default=-1) ;; say: the largest number, or -1 if there is none, of those ;;
    type: int ;; name: max
  - code: min(values, default=-1) ;; say: the smallest number, or -1 if there is none, of those ;;
    type: int ;; name: min
ret $r.type
name $o.name_$r.name, $r.name_of_$o.name
say Return $r.say $o.say.
code
    values = $o
    return $r

family lists/merge_sorted
level 3
args xs:sorted other:sorted2nd
par r
  - code: merged ;; say: one ascending list of all their numbers ;; type: list[int] ;; name: merge
  - code: merged[::-1] ;; say: one descending list of all their numbers ;; type: list[int] ;; name:
    merge_descending
  - code: merged[len(merged) // 2] if merged else 0 ;; say: the number at index n // 2 of the
    ascending list of all their n numbers, or 0 if there are none ;; type: int ;; name: middle
  - code: merged[$c - 1] if len(merged) >= $c else 0 ;; say: the $c.th smallest of all their numbers
    (repeated ones count repeatedly), or 0 if there are fewer than $c ;; type: int ;; name: kth ;;
    c: 2..5
  - code: sum(merged[:$c]) ;; say: the sum of the $c smallest of all their numbers (of all of them
    if there are fewer) ;; type: int ;; name: sum_smallest ;; c: 2..5
  - code: [v for i, v in enumerate(merged) if i == 0 or merged[i - 1] != v] ;; say: one ascending
    list of all their numbers without repetitions ;; type: list[int] ;; name: merge_unique
  - code: sum(b - a > $c for a, b in zip(merged, merged[1:])) ;; say: the number of gaps greater
    than $c between neighbours in the ascending list of all their numbers ;; type: int ;; name:
    count_gaps ;; c: 1..4
  - code: max((b - a for a, b in zip(merged, merged[1:])), default=0) ;; say: the largest gap
    between neighbours in the ascending list of all their numbers, or 0 if there are fewer than two
    ;; type: int ;; name: largest_gap
ret $r.type
name $r.name_sorted, $r.name_lists
say Two lists of integers in ascending order are given. Return $r.say.
code
    merged = []
    i = j = 0
    while i < len(xs) and j < len(other):
        if xs[i] <= other[j]:
            merged.append(xs[i])
            i += 1
        else:
            merged.append(other[j])
            j += 1
    merged += xs[i:] + other[j:]
    return $r
code
    merged = sorted(xs + other)
    return $r

family lists/averages
level 2
args samples:floats+
par r
  - code: [v for v in samples if v > mean] ;; say: a list of the numbers that are greater than their
    arithmetic mean, in their order ;; type: list[float] ;; name: above_mean
  - code: sum(v > mean for v in samples) ;; say: how many of the numbers are greater than their
    arithmetic mean ;; type: int ;; name: count_above_mean
  - code: max(abs(v - mean) for v in samples) ;; say: the largest absolute difference between one of
    the numbers and their arithmetic mean ;; type: float ;; name: largest_deviation
  - code: sum(abs(v - mean) for v in samples) / len(samples) ;; say: the mean absolute difference
    between the numbers and their arithmetic mean ;; type: float ;; name: mean_deviation
  - code: sum((v - mean) ** 2 for v in samples) / len(samples) ;; say: the mean of the squared
    differences between the numbers and their arithmetic mean ;; type: float ;; name: spread
  - code: mean ;; say: the arithmetic mean of the numbers ;; type: float ;; name: mean_value
  - code: min(samples, key=lambda v: abs(v - mean)) ;; say: the number that is closest to the
    arithmetic mean of all numbers, the first one if there are several ;; type: float ;; name:
    closest_to_mean
  - code: (max(samples) + min(samples)) / 2 - mean ;; say: the midpoint between the largest and the
    smallest number minus the arithmetic mean of all numbers ;; type: float ;; name: midpoint_offset
  - code: [v - mean for v in samples] ;; say: a list of the numbers minus their arithmetic mean ;;
    type: list[float] ;; name: centred
  - code: sum(v * w for v, w in zip(samples, range(1, len(samples) + 1))) / sum(range(1,
    len(samples) +
    1)) ;; say: the weighted mean of the numbers, where the first one has weight 1, the second one
    weight 2 and so on ;; type: float ;; name: weighted_mean
ret $r.type
name $r.name, $r.name_of
say Return $r.say.
code
    mean = sum(samples) / len(samples)
    return $r

family lists/scaled_floats
level 1
args samples:floats
par a 2..9
par b 1..9
par r
  - code: sum(scaled) ;; say: the sum of the results (0 if there are none) ;; type: float ;; name:
    sum
  - code: scaled ;; say: a list of the results ;; type: list[float] ;; name: list
  - code: max(scaled, default=0.0) ;; say: the largest of the results, or 0.0 if there are none ;;
    type: float ;; name: max
  - code: sum(s > 0 for s in scaled) ;; say: how many of the results are positive ;; type: int ;;
    name: positive
  - code: [round(s) for s in scaled] ;; say: a list of the results rounded to integers as by
    Python's round() ;; type: list[int] ;; name: rounded
  - code: sum(abs(s) for s in scaled) ;; say: the sum of the absolute values of the results (0 if
    there are none) ;; type: float ;; name: absolute_sum
ret $r.type
name scaled_$r.name, convert_$r.name
say Multiply each number in samples by $a and subtract $b. Return $r.say.
code
    scaled = [$a * v - $b for v in samples]
    return $r

family lists/k_extreme
level 2
args xs:ints k:k
par r
  - code: sorted(xs)[:k] ;; say: a list of the k smallest numbers in xs in ascending order ;; type:
    list[int] ;; name: smallest
  - code: sorted(xs, reverse=True)[:k] ;; say: a list of the k largest numbers in xs in descending
    order ;; type: list[int] ;; name: largest
  - code: sum(sorted(xs, reverse=True)[:k]) ;; say: the sum of the k largest numbers in xs ;; type:
    int ;; name: sum_largest
  - code: sorted(xs)[k:] ;; say: an ascending list of the numbers in xs without the k smallest ones
    ;; type: list[int] ;; name: drop_smallest
  - code: sum(sorted(xs)[:k]) ;; say: the sum of the k smallest numbers in xs ;; type: int ;; name:
    sum_smallest
  - code: sorted(set(xs))[-k:] ;; say: an ascending list of the k largest different numbers in xs ;;
    type: list[int] ;; name: largest_distinct
  - code: sum(sorted(xs)[k:len(xs) - k]) ;; say: the sum of the numbers that are left when the k
    smallest and the k largest numbers are removed from xs (0 if none is left) ;; type: int ;; name:
    trimmed_sum
  - code: [x for i, x in enumerate(xs) if sum(y > x for y in xs) < k] ;; say: a list, in the order
    of xs, of the numbers to which fewer than k numbers in xs are larger ;; type: list[int] ;; name:
    leaders
  - code: sorted(xs, key=abs)[:k] ;; say: a list of the k numbers in xs with the smallest absolute
    values, sorted by absolute value; where it is equal, numbers come in the order of xs ;; type:
    list[int] ;; name: closest_to_zero
ret $r.type
name $r.name_k, $r.name
say Return $r.say.
hint If there are too few numbers, all that there are count.
code
    return $r

family lists/duplicates
level 2
args xs:ints
par p
  - code: xs.count(x) == 1 ;; say: exactly once ;; name: single
  - code: xs.count(x) > 1 ;; say: more than once ;; name: repeated
  - code: xs.count(x) == 2 ;; say: exactly twice ;; name: double
  - code: xs.count(x) % 2 == 1 ;; say: an odd number of times ;; name: odd_count
  - code: xs.count(x) >= 3 ;; say: at least three times ;; name: triple
  - code: xs.count(x) < 3 ;; say: at most twice ;; name: rare
par r
  - code: sorted({x for x in xs if @}) ;; say: an ascending list, without repetitions, of the
    numbers ;; type: list[int] ;; name: sorted
  - code: [x for x in xs if @] ;; say: a list, in the order of xs and with repetitions, of the
    numbers ;; type: list[int] ;; name: all
  - code: len({x for x in xs if @}) ;; say: how many different numbers there are ;; type: int ;;
    name: count
  - code: sum(x for x in xs if @) ;; say: the sum, with repetitions, of the numbers ;; type: int ;;
    name: sum
  - code: sum({x for x in xs if @}) ;; say: the sum, each counted once, of the numbers ;; type: int
    ;; name: distinct_sum
  - code: next((x for x in xs if @), 0) ;; say: the first number in xs, or 0 if there is none, of
    those ;; type: int ;; name: first
  - code: max((x for x in xs if @), default=0) ;; say: the largest number, or 0 if there is none, of
    those ;; type: int ;; name: largest
  - code: [i for i, x in enumerate(xs) if @] ;; say: a list of the indices in xs of the numbers ;;
    type: list[int] ;; name: indices
ret $r.type
name $p.name_$r.name, $r.name_$p.name
say Return $r.say that occur $p.say in xs.
code
    return $r($p)

family lists/mode_like
level 3
args xs:ints+
par t
  - code: max(sorted(counts), key=counts.get) ;; say: occurs most often in xs, the smallest such
    number in case of a tie ;; name: common
  - code: max(sorted(counts, reverse=True), key=counts.get) ;; say: occurs most often in xs, the
    largest such number in case of a tie ;; name: common_large
  - code: min(sorted(counts), key=counts.get) ;; say: occurs least often in xs, but at least once,
    the smallest such number in case of a tie ;; name: rare
  - code: max(counts, key=counts.get) ;; say: occurs most often in xs, in case of a tie the one
    whose first occurrence comes first ;; name: early_common
  - code: max(sorted(counts), key=lambda v: v * counts[v]) ;; say: has the largest product with how
    often it occurs in xs, the smallest such number in case of a tie ;; name: heavy
par r
  - code: best ;; say: that number ;; type: int ;; name: value
  - code: counts[best] ;; say: how often it occurs ;; type: int ;; name: frequency
  - code: [x for x in xs if x != best] ;; say: the list xs without it ;; type: list[int] ;; name:
    removed
  - code: xs.index(best) ;; say: the index of its first occurrence ;; type: int ;; name: first_index
  - code: len(xs) - 1 - xs[::-1].index(best) ;; say: the index of its last occurrence ;; type: int
    ;; name: last_index
  - code: (best, counts[best]) ;; say: a tuple of it and how often it occurs ;; type: tuple[int,
    int] ;; name: entry
ret $r.type
name $t.name_$r.name, most_$t.name_$r.name
say Find the number that $t.say. Return $r.say.
code
    counts = {}
    for x in xs:
        counts[x] = counts.get(x, 0) + 1
    best = $t
    return $r

family lists/accumulate
level 2
args xs:ints
par f
  - code: acc + x ;; say: plus the number ;; name: sum ;; s: 0..10
  - code: acc - x ;; say: minus the number ;; name: difference ;; s: 0..20
  - code: max(acc, x) ;; say: or the number, whichever is larger ;; name: maximum ;; s: 0..6
  - code: acc * 2 + x ;; say: doubled plus the number ;; name: doubling ;; s: 0..3
  - code: x - acc ;; say: subtracted from the number ;; name: reflection ;; s: 0..9
  - code: acc + abs(x) ;; say: plus the absolute value of the number ;; name: size_sum ;; s: 0..9
  - code: (acc * 3 + x) % 11 ;; say: times 3 plus the number, of this the remainder when divided by
    11 ;; name: hash ;; s: 0..10
  - code: max(acc + x, 0) ;; say: plus the number, but at least 0 ;; name: bounded_sum ;; s: 0..9
  - code: acc + x if x % 2 == 0 else acc - x ;; say: plus the number if that is even, and minus the
    number if it is odd ;; name: parity_sum ;; s: 0..9
  - code: (acc + x) // 2 ;; say: plus the number, divided by 2 and rounded down ;; name: smoothing
    ;; s: 0..20
par r
  - code: history ;; say: a list of the values of the accumulator after each number ;; type:
    list[int] ;; name: history
  - code: acc ;; say: the value of the accumulator at the end ;; type: int ;; name: final
  - code: sum(h > 5 for h in history) ;; say: after how many of the numbers the accumulator is
    greater than 5 ;; type: int ;; name: high_count
  - code: max(history, default=0) ;; say: the largest value that the accumulator has after a number,
    or 0 if xs is empty ;; type: int ;; name: peak
ret $r.type
name $f.name_$r.name, running_$f.name, $r.name_of_$f.name
say An accumulator starts at $f.s. For each number in xs, in order, the accumulator becomes its old
    value $f.say. Return $r.say.
code
    acc = $f.s
    history = []
    for x in xs:
        acc = $f
        history.append(acc)
    return $r
)FAMILY";

}  // namespace scribe
