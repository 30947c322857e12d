// Short first exercises, continued: letters, truth values, look-ups, single changes.
#include "exercises/families/texts.h"

namespace scribe {

const std::string_view kMoreBasicFamilies = R"FAMILY(
family basics/count_letters
level 1
args word:word
par c 1..20
par d 1..20
par r
  - code: word.count('$c.letter') + word.count('$d.letter') ;; say: how many characters of word are
    '$c.letter' or '$d.letter' (if both are the same letter, each one counts twice) ;; type: int ;;
    name: count
  - code: word.count('$c.letter') > 0 and word.count('$d.letter') > 0 ;; say: True if word contains
    both '$c.letter' and '$d.letter', otherwise False ;; type: bool ;; name: has_both
  - code: word.find('$c.letter') ;; say: the index of the first '$c.letter' in word, or -1 if there
    is none ;; type: int ;; name: find
  - code: word.replace('$c.letter', '$d.letter') ;; say: word with every '$c.letter' replaced by
    '$d.letter' ;; type: str ;; name: replace
  - code: word.replace('$c.letter', '').replace('$d.letter', '') ;; say: word without any
    '$c.letter' and any '$d.letter' ;; type: str ;; name: remove
  - code: [i for i, ch in enumerate(word) if ch in '$c.letter$d.letter'] ;; say: a list of the
    indices at which word has '$c.letter' or '$d.letter' ;; type: list[int] ;; name: places
  - code: word.split('$c.letter') ;; say: a list of the parts of word between the letters
    '$c.letter', empty parts included, ;; type: list[str] ;; name: split
  - code: word.translate(str.maketrans('$c.letter$d.letter', '$d.letter$c.letter')) ;; say: word
    with every '$c.letter' replaced by '$d.letter' and, at the same time, every '$d.letter' by
    '$c.letter' ;; type: str ;; name: exchange
  - code: word.strip('$c.letter') ;; say: word without the letters '$c.letter' at its beginning and
    its end ;; type: str ;; name: strip
  - code: word.rfind('$c.letter') - word.find('$c.letter') ;; say: the distance between the first
    and the last '$c.letter' in word (0 if there are not two of them) ;; type: int ;; name: spread
ret $r.type
name $r.name_$c.letter, $r.name_letters
say Return $r.say.
code
    return $r

family basics/bool_logic
level 1
args a:smallpos b:smallpos
par p @int_pred
par q @int_pred
par r
  - code: $p(a) and $q(b) ;; say: True if a $p.vp and b $q.vp, otherwise False ;; name: both
  - code: $p(a) or $q(b) ;; say: True if a $p.vp or b $q.vp (or both), otherwise False ;; name:
    either
  - code: ($p(a)) != ($q(b)) ;; say: True if exactly one of these two statements is true, otherwise
    False: a $p.vp; b $q.vp ;; name: exactly_one
  - code: not ($p(a)) or $q(b) ;; say: False if a $p.vp but it is not so that b $q.vp, and True in
    all other cases ;; name: implies
  - code: ($p(a)) == ($q(b)) ;; say: True if these two statements are both true or both false,
    otherwise False: a $p.vp; b $q.vp ;; name: same_truth
ret bool
name $r.name_condition, check_$r.name, is_$r.name
say Return $r.say.
code
    return $r

family basics/grades
level 1
args n:middle
par a 12..40
par b 45..80
par c 85..150
par w
  - code: ['low', 'medium', 'high', 'top'] ;; say: 'low', 'medium', 'high' and 'top'
  - code: ['D', 'C', 'B', 'A'] ;; say: 'D', 'C', 'B' and 'A'
  - code: ['cold', 'mild', 'warm', 'hot'] ;; say: 'cold', 'mild', 'warm' and 'hot'
  - code: ['none', 'some', 'many', 'all'] ;; say: 'none', 'some', 'many' and 'all'
  - code: ['short', 'normal', 'long', 'huge'] ;; say: 'short', 'normal', 'long' and 'huge'
ret str
name grade, level_of, classify, rate
say There are four classes, from the lowest to the highest: $w.say. n belongs to the lowest if it is
    below $a, to the second if it is at least $a but below $b, to the third if it is at least $b but
    below $c, and to the highest otherwise. Return the class of n.
code
    classes = $w
    if n < $a:
        return classes[0]
    if n < $b:
        return classes[1]
    if n < $c:
        return classes[2]
    return classes[3]
code
    classes = $w
    return classes[(n >= $a) + (n >= $b) + (n >= $c)]

family basics/lookup
level 1
args scores:scores
par k {'ann'|'bob'|'cleo'|'dan'|'eve'|'finn'}
par d -1..5
par r
  - code: @ + $c ;; say: plus $c ;; name: raised ;; c: 1..9
  - code: @ * $c ;; say: times $c ;; name: scaled ;; c: 2..5
  - code: abs(@) ;; say: without its sign ;; name: absolute
  - code: max(@, $c) ;; say: or $c, whichever is larger ;; name: at_least ;; c: 1..9
ret int
name $r.name_score, score_of_one, look_up
say Return the value of $k in the dictionary scores $r.say. If the name is missing, its value counts
    as $d.
code
    value = scores.get($k, $d)
    return $r(value)
code
    if $k in scores:
        value = scores[$k]
    else:
        value = $d
    return $r(value)

family basics/remove_items
level 1
args xs:ints
par c 0..7
par r
  - code: [x for x in xs if x != $c] ;; say: without the numbers equal to $c ;; name: without_$c
  - code: xs[:xs.index($c)] if $c in xs else xs[:] ;; say: cut off before the first $c (all of it if
    $c does not occur) ;; name: until_$c
  - code: xs[xs.index($c) + 1:] if $c in xs else [] ;; say: reduced to what comes after the first $c
    (nothing if $c does not occur) ;; name: after_$c
  - code: [x if x != $c else 0 for x in xs] ;; say: with every $c replaced by 0 ;; name: zero_$c
  - code: [x for x in xs for _ in range(2 if x == $c else 1)] ;; say: with every $c written twice ;;
    name: double_$c
  - code: [x for x in xs if x != $c] + [$c] * xs.count($c) ;; say: with all numbers equal to $c
    moved to the end ;; name: move_$c_to_end
  - code: [x for x in xs if abs(x) != $c] ;; say: without the numbers whose absolute value is $c ;;
    name: without_size_$c
  - code: [$c] + xs ;; say: with $c put in front ;; name: prepend_$c
  - code: xs + [$c] if $c not in xs else xs[:] ;; say: with $c added at the end unless it is already
    in the list ;; name: ensure_$c
  - code: [y for x in xs for y in (x, $c)] ;; say: with $c added after every number ;; name:
    spread_$c
  - code: [y for i, x in enumerate(xs) for y in ([x] if i == 0 else [$c, x])] ;; say: with $c put
    between every two neighbours ;; name: separate_by_$c
ret list[int]
name $r.name, list_$r.name
say Return a new list of the numbers of xs $r.say.
hint The order of the numbers does not change otherwise.
code
    return $r

family basics/checked_number
level 2
args n:int
raises ValueError
par r
  - code: n // $c ;; say: how often $c fits into n ;; name: times_$c ;; c: 3..40
  - code: n % $c ;; say: the remainder of n when divided by $c ;; name: rest_of_$c ;; c: 3..40
  - code: len(str(n)) + $c ;; say: the number of decimal digits of n plus $c ;; name: digits_plus_$c
    ;; c: 1..20
  - code: $c * n ;; say: $c times n ;; name: times_$c ;; c: 3..40
ret int
name checked_$r.name, safe_$r.name
say Return $r.say.
note Raise a ValueError if n is negative.
code
    if n < 0:
        raise ValueError('n must not be negative')
    return $r

family basics/checked_list
level 2
args xs:ints
raises ValueError
par r
  - code: max(xs) - $c ;; say: the largest number in xs minus $c
    ;; name: largest_minus_$c ;; c: 1..30
  - code: min(xs) + $c ;; say: the smallest number in xs plus $c
    ;; name: smallest_plus_$c ;; c: 1..30
  - code: sum(xs) // len(xs) + $c ;; say: the average of xs, rounded down, plus $c
    ;; name: average_plus_$c ;; c: 1..30
  - code: xs[0] * $c + xs[-1] ;; say: $c times the first number of xs plus the last one
    ;; name: weighted_ends_$c ;; c: 2..30
ret int
name $r.name, checked_$r.name
say Return $r.say.
note Raise a ValueError if xs is empty.
code
    if not xs:
        raise ValueError('xs is empty')
    return $r
code
    if len(xs) == 0:
        raise ValueError('expected at least one number')
    return $r
)FAMILY";

}  // namespace scribe
