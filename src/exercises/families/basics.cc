// Short first exercises: slices, comparisons, simple arithmetic, single loops.
#include "exercises/families/texts.h"

namespace scribe {

const std::string_view kBasicFamilies = R"FAMILY(
family basics/slice_text
level 1
args s:text
par r
  - code: s[:$c] ;; say: the first $c characters of s (all of s if it is shorter) ;; name: first_$c
    ;; c: 2..9
  - code: s[$c:] ;; say: s without its first $c characters ;; name: skip_$c ;; c: 2..7
  - code: s[-$c:] ;; say: the last $c characters of s (all of s if it is shorter) ;; name: last_$c
    ;; c: 2..9
  - code: s[:-$c] ;; say: s without its last $c characters ;; name: drop_last_$c ;; c: 2..7
  - code: s[::$c] ;; say: every $c.th character of s, beginning with the first ;; name: every_$c ;;
    c: 2..6
  - code: s[$c::2] ;; say: every second character of s, beginning with the one at index $c ;; name:
    every_second_from_$c ;; c: 1..5
  - code: s[$c:-$c] ;; say: s without its first $c and its last $c characters ;; name: inner_$c ;;
    c: 1..4
  - code: s[::-1][:$c] ;; say: the last $c characters of s (all if it is shorter) in reverse order
    ;; name: reversed_end_$c ;; c: 2..6
  - code: s[$c:] + s[:$c] ;; say: s with its first $c characters moved to the end ;; name: rotate_$c
    ;; c: 1..6
  - code: s[:$c] + s[-$c:] ;; say: the first $c characters of s followed by its last $c characters
    (they may overlap) ;; name: both_ends_$c ;; c: 1..4
  - code: s[:$c].upper() + s[$c:] ;; say: s with its first $c characters in upper case ;; name:
    raise_first_$c ;; c: 1..6
  - code: s[:-$c] + s[-$c:].upper() ;; say: s with its last $c characters in upper case ;; name:
    raise_last_$c ;; c: 1..6
ret str
name $r.name, $r.name_characters
say Return $r.say.
code
    return $r
code
    result = $r
    return result

family basics/pad_text
level 1
args word:word
par c 4..14
par f {'.'|'*'|'-'|' '|'0'|'_'}
par r
  - code: word.ljust($c, $f) ;; say: at its end ;; name: pad_right
  - code: word.rjust($c, $f) ;; say: at its beginning ;; name: pad_left
ret str
name $r.name_to_$c, $r.name
say Return word made at least $c characters long by adding the character $f $r.say as often as
    needed.
hint A word that is long enough stays as it is.
code
    return $r

family basics/repeat_text
level 1
args word:word
par c 2..5
par j {' '|'-'|', '|'/'|'+'|''}
par t
  - code: word ;; say: word ;; name: word
  - code: word.upper() ;; say: word in upper case ;; name: upper
  - code: word[::-1] ;; say: the reversed word ;; name: reversed
  - code: word[:1] ;; say: the first character of word (nothing if it is empty) ;; name:
    first_letter
  - code: word + '!' ;; say: word followed by '!' ;; name: exclamation
ret str
name repeat_$t.name, $t.name_$c_times
say Return a string in which $t.say is written $c times with $j between every two of them.
code
    return $j.join([$t] * $c)
code
    parts = []
    for _ in range($c):
        parts.append($t)
    return $j.join(parts)

family basics/greeting
level 1
args word:word
par g {'Hello'|'Welcome'|'Good morning'|'Dear'|'Goodbye'|'Thank you'}
par p {'!'|'.'|'...'|'?'}
par d {'friend'|'stranger'|'guest'|'you'}
ret str
name greet, greeting, make_greeting
say Return a string of $g, a comma, a space, word with a capital first letter, and $p. If word is
    empty, use $d (as it stands) instead of it.
code
    name = word.capitalize() if word else $d
    return $g + ', ' + name + $p
code
    if word == '':
        return $g + ', ' + $d + $p
    return $g + ', ' + word.capitalize() + $p

family basics/compare_lengths
level 1
args s:word t:word2
par r
  - code: s if len(s) >= len(t) else t ;; say: the longer one of s and t, or s if they are equally
    long ;; type: str ;; name: longer
  - code: s if len(s) <= len(t) else t ;; say: the shorter one of s and t, or s if they are equally
    long ;; type: str ;; name: shorter
  - code: abs(len(s) - len(t)) ;; say: the difference of the lengths of s and t without sign ;;
    type: int ;; name: length_difference
  - code: len(s) + len(t) ;; say: the sum of the lengths of s and t ;; type: int ;; name:
    total_length
  - code: len(s) == len(t) ;; say: True if s and t are equally long, otherwise False ;; type: bool
    ;; name: same_length
  - code: s + t if s < t else t + s ;; say: s and t joined without a space, the alphabetically
    earlier one first ;; type: str ;; name: join_sorted
  - code: s[:1] + t[:1] ;; say: the first characters of s and t as one string (an empty string has
    none) ;; type: str ;; name: initials
  - code: s[-1:] == t[-1:] ;; say: True if s and t end with the same character or are both empty,
    otherwise False ;; type: bool ;; name: same_ending
  - code: t in s or s in t ;; say: True if one of s and t occurs within the other, otherwise False
    ;; type: bool ;; name: one_within_other
  - code: s.startswith(t[:$c]) ;; say: True if s begins with the first $c characters of t (all of t
    if it is shorter), otherwise False ;; type: bool ;; name: same_start ;; c: 1..3
  - code: t + s + t ;; say: s with t written before and after it ;; type: str ;; name: surround
  - code: [s, t] if s <= t else [t, s] ;; say: a list of s and t in alphabetical order ;; type:
    list[str] ;; name: ordered_pair
  - code: s[:len(t)] ;; say: s cut off to at most the length of t ;; type: str ;; name:
    cut_to_length
  - code: len(s) * len(t) ;; say: the product of the lengths of s and t ;; type: int ;; name:
    length_product
ret $r.type
name $r.name, $r.name_of_two
say Return $r.say.
code
    return $r

family basics/list_access
level 1
args xs:ints+
par r
  - code: xs[0] + xs[-1] ;; say: the sum of the first and the last number of xs (the same one twice
    if it is the only one) ;; type: int ;; name: sum_of_ends
  - code: xs[-1] - xs[0] ;; say: the last number of xs minus the first one ;; type: int ;; name:
    change
  - code: xs[len(xs) // 2] ;; say: the number of xs at index len(xs) // 2 ;; type: int ;; name:
    middle
  - code: max(xs) + min(xs) ;; say: the sum of the largest and the smallest number of xs ;; type:
    int ;; name: sum_of_extremes
  - code: xs.index(max(xs)) ;; say: the index of the first occurrence of the largest number of xs ;;
    type: int ;; name: index_of_largest
  - code: xs.index(min(xs)) ;; say: the index of the first occurrence of the smallest number of xs
    ;; type: int ;; name: index_of_smallest
  - code: xs.count(xs[0]) ;; say: how often the first number of xs occurs in xs ;; type: int ;;
    name: count_first
  - code: xs.count(max(xs)) ;; say: how often the largest number of xs occurs in xs ;; type: int ;;
    name: count_largest
  - code: [xs[-1]] + xs[1:-1] + [xs[0]] if len(xs) > 1 else xs[:] ;; say: a new list in which the
    first and the last number of xs have changed places ;; type: list[int] ;; name: swap_ends
  - code: xs + [sum(xs)] ;; say: a new list of the numbers of xs followed by their sum ;; type:
    list[int] ;; name: append_sum
  - code: [min(xs), max(xs)] ;; say: a list of the smallest and the largest number of xs ;; type:
    list[int] ;; name: extremes
  - code: [x - min(xs) for x in xs] ;; say: a list of the numbers of xs, each reduced by the
    smallest of them ;; type: list[int] ;; name: above_smallest
  - code: [max(xs) - x for x in xs] ;; say: a list that tells by how much each number of xs is
    smaller than the largest of them ;; type: list[int] ;; name: below_largest
  - code: sum(xs) - max(xs) ;; say: the sum of xs without one occurrence of its largest number ;;
    type: int ;; name: sum_without_largest
  - code: xs[0] == xs[-1] ;; say: True if the first and the last number of xs are equal, otherwise
    False ;; type: bool ;; name: has_equal_ends
  - code: max(xs) - xs[0] ;; say: by how much the largest number of xs exceeds the first one ;;
    type: int ;; name: rise_from_start
  - code: xs == sorted(xs) ;; say: True if the numbers of xs are in ascending order (equal
    neighbours are allowed), otherwise False ;; type: bool ;; name: is_ascending
  - code: [xs[0]] * len(xs) ;; say: a list as long as xs that contains only the first number of xs
    ;; type: list[int] ;; name: fill_with_first
  - code: sum(xs) // len(xs) ;; say: the average of xs, rounded down to an integer ;; type: int ;;
    name: average_rounded_down
  - code: sum(x == xs[-1] for x in xs[:-1]) ;; say: how many of the numbers before the last one are
    equal to it ;; type: int ;; name: count_like_last
ret $r.type
name $r.name, $r.name_of_list
say Return $r.say.
code
    return $r

family basics/list_build
level 1
args n:small
par c 1..9
par r
  - code: [$c * i for i in range(n)] ;; say: a list of the first n multiples of $c, beginning with 0
    ;; type: list[int] ;; name: multiples_of_$c
  - code: [$c * i for i in range(1, n + 1)] ;; say: a list of the first n positive multiples of $c
    ;; type: list[int] ;; name: positive_multiples_of_$c
  - code: list(range(n, 0, -1)) + [$c] ;; say: a list that counts down from n to 1 and ends with an
    additional $c ;; type: list[int] ;; name: countdown_to_$c
  - code: [i * i + $c for i in range(n)] ;; say: a list of i * i + $c for all integers i from 0 to n
    - 1 ;; type: list[int] ;; name: squares_plus_$c
  - code: [$c] * n ;; say: a list that contains $c exactly n times ;; type: list[int] ;; name:
    repeat_$c
  - code: [i % ($c + 1) for i in range(n)] ;; say: a list of n numbers that count from 0 up to $c
    again and again ;; type: list[int] ;; name: cycle_to_$c
  - code: [i for i in range(n + 1) if i % 2 == $c % 2] ;; say: a list of all integers from 0 to n
    that are even or odd like $c ;; type: list[int] ;; name: same_parity_as_$c
  - code: [str(i) + 'abcdefghi'[$c - 1] for i in range(1, n + 1)] ;; say: a list of n strings: the
    numbers from 1 to n, each followed by the letter with number $c of the alphabet (a has number 1)
    ;; type: list[str] ;; name: labels_$c
  - code: [(-1) ** i * $c * i for i in range(n)] ;; say: a list of the first n multiples of $c,
    beginning with 0, where those at odd indices are negative ;; type: list[int] ;; name:
    alternating_multiples_of_$c
  - code: [2 ** i + $c for i in range(n)] ;; say: a list of the first n powers of 2, beginning with
    1, each increased by $c ;; type: list[int] ;; name: powers_plus_$c
  - code: [max(i, $c) for i in range(n)] ;; say: a list of the integers from 0 to n - 1, where those
    below $c are replaced by $c ;; type: list[int] ;; name: at_least_$c
  - code: [n - i if i < $c else i for i in range(n)] ;; say: a list with, for each i from 0 to n -
    1, n - i if i is less than $c, and i otherwise ;; type: list[int] ;; name: mixed_count_$c
ret $r.type
name $r.name, make_$r.name
say Return $r.say.
hint If there is nothing to list, the list is empty.
code
    return $r

family basics/unit_conversion
level 1
args n:nat
par r
  - code: divmod(n, $c) ;; say: units hold $c pieces each. Return a tuple of how many full units n
    pieces make and how many pieces are left over ;; type: tuple[int, int] ;; name: pack ;; c: 5..60
  - code: -(-n // $c) ;; say: boxes hold $c pieces each. Return how many boxes are needed for n
    pieces ;; type: int ;; name: boxes ;; c: 5..60
  - code: n // $c ;; say: boxes hold $c pieces each. Return how many boxes can be filled completely
    with n pieces ;; type: int ;; name: full_boxes ;; c: 5..60
  - code: -n % $c ;; say: boxes hold $c pieces each. Return how many more pieces are needed so that
    n pieces and these fill boxes completely (0 if n pieces do so already) ;; type: int ;; name:
    missing_pieces ;; c: 5..60
  - code: n * $c + $d ;; say: a job takes $c minutes per piece and $d minutes of preparation. Return
    how many minutes it takes for n pieces ;; type: int ;; name: minutes_for ;; c: 2..40 ;; d: 5..60
  - code: max(n - $c, 0) * $d ;; say: the first $c pieces are free, and each further piece costs $d.
    Return what n pieces cost ;; type: int ;; name: price_of ;; c: 2..30 ;; d: 2..20
  - code: n * $d if n < $c else n * ($d - 1) ;; say: a piece costs $d, but if at least $c pieces are
    bought, each of them costs $d - 1. Return what n pieces cost ;; type: int ;; name: bulk_price ;;
    c: 10..90 ;; d: 3..20
  - code: n - n * $c // 100 ;; say: a price of n is reduced by $c percent; the reduction is rounded
    down to an integer. Return the reduced price ;; type: int ;; name: reduced_price ;; c: 3..60
  - code: min(n * $d, $c) ;; say: a fine is $d per day, but never more than $c. Return the fine for
    n days ;; type: int ;; name: fine ;; c: 40..400 ;; d: 2..12
  - code: f'{n // 60}h {n % 60}m' if n >= $c else f'{n}m' ;; say: write n minutes as a string: as
    hours and minutes, such as '2h 5m', if n is at least $c, and as minutes, such as '45m',
    otherwise. Return the string ;; type: str ;; name: minutes_text ;; c: 60..200
  - code: n // $c * $d + min(n % $c, $d) ;; say: a tariff charges 1 per unit, but for each $c units
    no more than $d; the units left over after full groups of $c form such a group of their own.
    Return the charge for n units ;; type: int ;; name: capped_charge ;; c: 8..20 ;; d: 3..7
ret $r.type
name $r.name, compute_$r.name
say $r.say.
code
    return $r

family basics/two_number_choice
level 1
args m:int n:int
par p @int_pred
par r
  - code: m + n ;; say: their sum ;; name: sum
  - code: m - n ;; say: m minus n ;; name: difference
  - code: m * n ;; say: their product ;; name: product
  - code: abs(m - n) ;; say: their absolute difference ;; name: gap
  - code: max(m, n) ;; say: the larger one ;; name: larger
  - code: min(m, n) ;; say: the smaller one ;; name: smaller
par q
  - code: m + n ;; say: their sum ;; name: sum
  - code: m ;; say: m ;; name: first
  - code: n ;; say: n ;; name: second
  - code: 0 ;; say: 0 ;; name: zero
  - code: n - m ;; say: n minus m ;; name: reverse_difference
  - code: 2 * m + n ;; say: twice m plus n ;; name: double_sum
  - code: max(m, n) ;; say: the larger one ;; name: larger
ret int
name $r.name_or_$q.name, choose_$r.name
say Look at m + n. If it $p.vp, return $r.say of the two numbers m and n; otherwise return $q.say.
code
    total = m + n
    if $p(total):
        return $r
    return $q
code
    return $r if $p((m + n)) else $q

family basics/all_or_any
level 1
args xs:ints
par p @int_pred
par r
  - code: all($p(x) for x in xs) ;; say: True if every number x in xs is such that x ;; type: bool
    ;; name: all ;; stop: False
  - code: any($p(x) for x in xs) ;; say: True if there is a number x in xs such that x ;; type: bool
    ;; name: any ;; stop: True
  - code: not any($p(x) for x in xs) ;; say: True if there is no number x in xs such that x ;; type:
    bool ;; name: no ;; stop: False
ret bool
name $r.name_$p.name, are_$r.name_$p.name
say Return $r.say $p.vp, and False otherwise.
code
    return $r

family basics/first_or_default
level 1
args xs:ints
par p @int_pred
par m @int_map
par d -1..0
ret int
name first_$p.name_$m.name, first_match_value
say Find the first number in xs that $p.vp. Return $m.its, or $d if there is no such number.
code
    for x in xs:
        if $p(x):
            return $m(x)
    return $d
code
    matches = [x for x in xs if $p(x)]
    if not matches:
        return $d
    x = matches[0]
    return $m(x)

family basics/take_until
level 1
args xs:ints
par p @int_pred
par r
  - code: taken ;; say: the list of these numbers ;; type: list[int] ;; name: list
  - code: sum(taken) ;; say: the sum of these numbers (0 if there are none) ;; type: int ;; name:
    sum
  - code: len(taken) ;; say: how many these are ;; type: int ;; name: count
  - code: xs[len(taken):] ;; say: the list of all numbers that come after these ;; type: list[int]
    ;; name: rest
  - code: max(taken, default=0) ;; say: the largest of these numbers, or 0 if there are none ;;
    type: int ;; name: max
  - code: taken[::-1] + xs[len(taken):] ;; say: a new list of all numbers of xs in which these come
    in reverse order and the others stay where they are ;; type: list[int] ;; name: reversed_start
ret $r.type
name $r.name_while_$p.name, leading_$p.name_$r.name
say Take numbers from the start of xs as long as the number $p.vp; stop before the first one for
    which this is not so. Return $r.say.
code
    taken = []
    for x in xs:
        if not ($p(x)):
            break
        taken.append(x)
    return $r
code
    end = 0
    while end < len(xs) and $p(xs[end]):
        end += 1
    taken = xs[:end]
    return $r
)FAMILY";

}  // namespace scribe
