// Sequences, recursion, generated patterns.
#include "exercises/families/texts.h"

namespace scribe {

const std::string_view kSequenceFamilies = R"FAMILY(
family sequences/linear_recurrence
level 2
args n:small
par a 0..4
par b 1..5
par p
  - code: terms[-1] ;; say: the term before it
  - code: 2 * terms[-1] ;; say: twice the term before it
  - code: 3 * terms[-1] ;; say: three times the term before it
par q
  - code: terms[-2] ;; say: plus the term before that one
  - code: 2 * terms[-2] ;; say: plus twice the term before that one
  - code: 3 * terms[-2] ;; say: plus three times the term before that one
par c 1..4
par r
  - code: terms[n] ;; say: the term with index n ;; type: int ;; name: term
  - code: terms[:n] ;; say: a list of the first n terms ;; type: list[int] ;; name: list
  - code: sum(terms[:n + 1]) ;; say: the sum of the terms with the indices 0 to n ;; type: int ;;
    name: sum
  - code: sum(t % 2 == 0 for t in terms[:n + 1]) ;; say: how many of the terms with the indices 0 to
    n are even ;; type: int ;; name: even_count
  - code: terms[n] % $c ;; say: the remainder of the term with index n when divided by $c ;; type:
    int ;; name: residue ;; c: 5..13
ret $r.type
name sequence_$r.name, recurrence_$r.name
say A sequence begins with $a (index 0) and $b (index 1). Each further term is $p.say $q.say, plus
    $c. Return $r.say.
code
    terms = [$a, $b]
    while len(terms) <= n:
        terms.append($p + $q + $c)
    return $r

family sequences/self_recursion
level 3
args n:small
par a 0..5
par d
  - code: n // 2 ;; say: n // 2 ;; name: half
  - code: n - 2 ;; say: n - 2 ;; name: two_less
  - code: n // 3 ;; say: n // 3 ;; name: third
  - code: n - 3 ;; say: n - 3 ;; name: three_less
par o
  - code: + n ;; say: plus n
  - code: + n * n ;; say: plus the square of n
  - code: * 2 + $c ;; say: doubled, plus $c ;; c: 1..7
  - code: * $c + n ;; say: multiplied by $c, plus n ;; c: 2..3
  - code: - n ;; say: minus n
  - code: + n % $c ;; say: plus the remainder of n when divided by $c ;; c: 2..5
  - code: + (n if n % 2 else -n) ;; say: plus n if n is odd, and minus n if it is even
ret int
name recursive_value, value_by_$d.name, unwind
say A function f on integers is defined as follows: f(n) is $a if n is at most 1; otherwise f(n) is
    f($d.say) $o.say. Return f(n).
code
    if n <= 1:
        return $a
    return $fn($d) $o
code
    def f(n):
        if n <= 1:
            return $a
        return f($d) $o

    return f(n)

family sequences/figurate
level 2
args n:small
par a 1..6
par d 1..5
par r
  - code: terms[n] ;; say: the number with index n ;; type: int ;; name: number
  - code: terms[:n] ;; say: a list of the first n numbers ;; type: list[int] ;; name: numbers
  - code: [t for t in terms[:n] if t % 2] ;; say: a list of the odd ones among the first n numbers
    ;; type: list[int] ;; name: odd_numbers
  - code: sum(terms[:n]) ;; say: the sum of the first n numbers (0 for n = 0) ;; type: int ;; name:
    sum
ret $r.type
name growing_$r.name, dot_$r.name
say Numbers are formed like this: the number with index 0 is $a, the next one is larger by $d, and
    from then on the difference between neighbours grows by 1 each time. Return $r.say.
code
    terms = [$a]
    step = $d
    for _ in range(n):
        terms.append(terms[-1] + step)
        step += 1
    return $r

family sequences/arithmetic
level 1
args n:small
par a -5..20
par d 2..9
par p
  - code: x % 4 != 0 ;; say: only those not divisible by 4 among the
  - code: x % 2 == 0 ;; say: only the even
  - code: x % 3 != 0 ;; say: only those not divisible by 3 among the
  - code: x % 10 != $c ;; say: only those that do not leave the remainder $c when divided by 10
    among the ;; c: 0..9
  - code: x > $c ;; say: only those greater than $c among the ;; c: 5..30
par r
  - code: terms ;; say: a list of them ;; type: list[int] ;; name: terms
  - code: sum(terms) ;; say: their sum (0 if there are none) ;; type: int ;; name: sum
  - code: terms[::-1] ;; say: a list of them in reverse order ;; type: list[int] ;; name:
    reversed_terms
  - code: ' '.join(map(str, terms)) ;; say: a string of them, separated by single spaces ;; type:
    str ;; name: text
  - code: len(terms) ;; say: how many there are ;; type: int ;; name: count
ret $r.type
name progression_$r.name, $r.name_of_progression
say A progression of n numbers begins with $a, and each next number is larger by $d. Take $p.say
    numbers of it and return $r.say.
code
    terms = [x for x in range($a, $a + n * $d, $d) if $p]
    return $r
code
    terms = []
    x = $a
    for _ in range(n):
        if $p:
            terms.append(x)
        x += $d
    return $r

family sequences/pattern_rows
level 2
args n:small
par c {'*'|'#'|'o'|'+'|'x'}
par f
  - code: @ * i ;; say: i signs ;; name: triangle
  - code: ' ' * (n - i) + @ * i ;; say: n - i spaces followed by i signs ;; name: right_triangle
  - code: @ * (n - i + 1) ;; say: n - i + 1 signs ;; name: falling_triangle
  - code: '.' * (i - 1) + @ ;; say: i - 1 dots followed by one sign ;; name: diagonal
  - code: ' ' * (n - i) + @ * (2 * i - 1) ;; say: n - i spaces followed by 2 * i - 1 signs ;; name:
    pyramid
  - code: @ + '-' * (i - 1) + @ ;; say: one sign, i - 1 hyphens, and one sign ;; name: ladder
  - code: (@ + '.') * i ;; say: i times one sign followed by a dot ;; name: dotted_triangle
  - code: @ * i if i % 2 else '-' * i ;; say: i signs if i is odd, and i hyphens if it is even ;;
    name: striped_triangle
  - code: str(i) + @ * i ;; say: the number i followed by i signs ;; name: numbered_bars
  - code: @ * max(i, n - i + 1) ;; say: as many signs as the larger one of i and n - i + 1 says ;;
    name: hourglass
par j
  - code: rows ;; say: a list of the rows ;; type: list[str] ;; name: rows
  - code: '\n'.join(rows) ;; say: a string of the rows joined by newlines ;; type: str ;; name: text
  - code: rows[::-1] ;; say: a list of the rows from the last to the first ;; type: list[str] ;;
    name: reversed_rows
  - code: '/'.join(rows) ;; say: a string of the rows joined by '/' ;; type: str ;; name: line
ret $j.type
name $f.name_$j.name, draw_$f.name, $f.name
say Draw n rows with the sign $c. Row i, where i runs from 1 to n, has $f.say. Return $j.say.
code
    rows = []
    for i in range(1, n + 1):
        rows.append($f($c))
    return $j
code
    rows = [$f($c) for i in range(1, n + 1)]
    return $j

family sequences/word_growth
level 3
args n:k
par s {'a'|'ab'|'x'|'01'|'b'|'xy'|'aab'}
par f
  - code: word + word[::-1] ;; say: followed by its reversal ;; name: mirror
  - code: word + word[:i] ;; say: followed by its first i characters, where i is the number of the
    step (1 for the first), ;; name: grow
  - code: str(i) + word ;; say: with the number of the step (1 for the first) put in front ;; name:
    number
  - code: word[-1] + word + str(i) ;; say: with its last character put in front and the number of
    the step (1 for the first) put at the end ;; name: frame
  - code: word.upper() + word.lower() ;; say: replaced by its upper-case form followed by its
    lower-case form ;; name: double_case
  - code: word[1:] + word[0] * 2 ;; say: changed by moving its first character to the end and
    writing it twice there ;; name: roll
  - code: '(' + word + ')' ;; say: put in round brackets ;; name: wrap
  - code: word + str(len(word)) ;; say: followed by its length ;; name: measure
  - code: word.swapcase() + '-' ;; say: given the other case and followed by a hyphen ;; name: swap
  - code: word[::-1] + 'z' ;; say: reversed and followed by 'z' ;; name: reverse
par r
  - code: word ;; say: the word after n steps ;; type: str ;; name: word
  - code: len(word) ;; say: the length of the word after n steps ;; type: int ;; name: length
  - code: word[0] + word[-1] ;; say: the first and the last character of the word after n steps ;;
    type: str ;; name: ends
ret $r.type
name $f.name_$r.name, word_after_steps, $r.name_after_steps
say Start with the word $s. In each of n steps, the word is $f.say. Return $r.say.
code
    word = $s
    for i in range(1, n + 1):
        word = $f
    return $r

family sequences/look_and_say
level 4
args s:digits
par k
  - code: 1 ;; say: once
  - code: 2 ;; say: twice
par f
  - code: str(n) + ch ;; say: its length followed by its digit ;; name: describe
  - code: ch + str(n) ;; say: its digit followed by its length ;; name: reverse_describe
  - code: str(n * int(ch)) ;; say: the product of its length and its digit ;; name: multiply
  - code: ch if n == 1 else str(n) + ch ;; say: its length followed by its digit, where a length of
    1 is left out ;; name: shorten
  - code: str(n + int(ch)) ;; say: the sum of its length and its digit ;; name: add
par r
  - code: s ;; say: the resulting string ;; type: str ;; name: text
  - code: len(s) ;; say: the length of the resulting string ;; type: int ;; name: length
  - code: s.count('$c') ;; say: how often '$c' occurs in the resulting string ;; type: int ;; name:
    count_$c ;; c: 1..3
  - code: s[-$c:] ;; say: the last $c characters of the resulting string (all if there are fewer) ;;
    type: str ;; name: end ;; c: 2..4
  - code: sum(map(int, s)) ;; say: the sum of the digits of the resulting string ;; type: int ;;
    name: digit_sum
ret $r.type
name $f.name_digits_$r.name, $f.name_$r.name
say A run is a longest possible sequence of equal digits next to each other. Do the following
    $k.say: write, for each run of s from left to right, $f.say, and replace s by what was written.
    Return $r.say.
code
    for _ in range($k):
        runs = []
        for ch in s:
            if runs and runs[-1][0] == ch:
                runs[-1][1] += 1
            else:
                runs.append([ch, 1])
        s = ''.join($f for ch, n in runs)
    return $r

family sequences/triangle_of_numbers
level 4
args n:small
par a 1..3
par f
  - code: x + y ;; say: the sum of these two ;; name: sum
  - code: max(x, y) + 1 ;; say: the larger one of these two plus 1 ;; name: maximum
  - code: (x + y) % $c ;; say: the remainder of their sum when divided by $c ;; name: modular ;; c:
    2..7
  - code: x + 2 * y ;; say: the left one plus twice the right one ;; name: weighted
  - code: abs(x - y) + 1 ;; say: their absolute difference plus 1 ;; name: difference
  - code: x * y % 10 + 1 ;; say: the last decimal digit of their product plus 1 ;; name: product
par r
  - code: row ;; say: a list of row n ;; type: list[int] ;; name: row
  - code: sum(row) ;; say: the sum of row n ;; type: int ;; name: row_sum
  - code: max(row) ;; say: the largest number in row n ;; type: int ;; name: row_maximum
  - code: row[len(row) // 2] ;; say: the number in the middle of row n (of two the right one) ;;
    type: int ;; name: middle
  - code: len(set(row)) ;; say: how many different numbers there are in row n ;; type: int ;; name:
    row_variety
ret $r.type
name $f.name_triangle_$r.name, triangle_$r.name
say A triangle of numbers has row 0 with the single number $a. Every next row has one number more;
    its first and last number are $a, and each other number is computed from the two numbers above
    it, to the left and to the right: it is $f.say. Return $r.say.
code
    row = [$a]
    for _ in range(n):
        row = [$a] + [$f for x, y in zip(row, row[1:])] + [$a]
    return $r

family sequences/ways_to_climb
level 4
args n:small
par s
  - code: (1, 2) ;; say: 1 or 2
  - code: (1, 3) ;; say: 1 or 3
  - code: (2, 3) ;; say: 2 or 3
  - code: (1, 2, 3) ;; say: 1, 2 or 3
  - code: (2, 5) ;; say: 2 or 5
  - code: (1, 4) ;; say: 1 or 4
  - code: (3, 4, 5) ;; say: 3, 4 or 5
  - code: (2, 4, 5) ;; say: 2, 4 or 5
ret int
name sum_ways, count_compositions
say Only the numbers $s.say may be used, each as often as one likes. Return in how many ways n can
    be written as a sum of such numbers, where the order matters. For n = 0 there is one way.
code
    ways = [1]
    for total in range(1, n + 1):
        ways.append(sum(ways[total - s] for s in $s if s <= total))
    return ways[n]
code
    known = {0: 1}

    def count(rest):
        if rest not in known:
            known[rest] = sum(count(rest - s) for s in $s if s <= rest)
        return known[rest]

    return count(n)

family sequences/subsets
level 5
args xs:distinct
par q
  - code: sum(s) == $c ;; say: have the sum $c ;; name: sum_$c ;; c: 1..15
  - code: len(s) == $c and sum(s) % 2 == 0 ;; say: have exactly $c elements and an even sum ;; name:
    even_of_size_$c ;; c: 2..3
  - code: s and max(s) - min(s) <= $c ;; say: are not empty and have a largest and a smallest
    element that differ by at most $c ;; name: narrow ;; c: 2..8
  - code: sum(s) > $c ;; say: have a sum greater than $c ;; name: heavy ;; c: 5..25
  - code: s and sum(s) % $c == 0 ;; say: are not empty and have a sum divisible by $c ;; name:
    multiple_$c ;; c: 3..7
  - code: all(abs(a - b) > $c for a in s for b in s if a != b) ;; say: have no two elements that
    differ by $c or less ;; name: sparse ;; c: 1..4
par r
  - code: len(found) ;; say: how many of them there are ;; type: int ;; name: count
  - code: max(map(len, found), default=0) ;; say: the number of elements of the largest of them, or
    0 if there is none ;; type: int ;; name: largest
  - code: sorted(map(sorted, found)) ;; say: a list of all of them, each as an ascending list,
    sorted as Python sorts lists ;; type: list[list[int]] ;; name: list
  - code: max(map(sum, found), default=0) ;; say: the largest sum that one of them has, or 0 if
    there is none ;; type: int ;; name: best_sum
ret $r.type
name $r.name_$q.name_subsets, $r.name_subsets
say The first five numbers in xs (all if there are fewer) form a set. Consider its subsets, the
    empty one with sum 0 included, that $q.say. Return $r.say.
code
    subsets = [[]]
    for x in xs[:5]:
        subsets += [s + [x] for s in subsets]
    found = [s for s in subsets if $q]
    return $r
code
    from itertools import combinations

    items = xs[:5]
    subsets = [s for size in range(len(items) + 1) for s in combinations(items, size)]
    found = [s for s in subsets if $q]
    return $r

family sequences/flatten_sum
level 3
args n:nat
par b 2..5
par e
  - code: rest + inner ;; say: the remainder plus the value of the quotient ;; name: sum
  - code: rest * 2 + inner ;; say: twice the remainder plus the value of the quotient ;; name:
    double
  - code: max(rest, inner) ;; say: the larger one of the remainder and the value of the quotient ;;
    name: max
  - code: rest - inner ;; say: the remainder minus the value of the quotient ;; name: alternating
  - code: rest + 2 * inner ;; say: the remainder plus twice the value of the quotient ;; name:
    weighted
  - code: inner + (rest == $c) ;; say: the value of the quotient, plus 1 if the remainder is $c ;;
    name: count_$c ;; c: 0..1
  - code: inner + 1 if rest else inner ;; say: the value of the quotient, plus 1 unless the
    remainder is 0 ;; name: nonzero
  - code: abs(inner - rest) + 1 ;; say: the absolute difference of the value of the quotient and the
    remainder, plus 1 ;; name: gap
par a 0..3
ret int
name fold_$e.name_base_$b, recursive_$e.name
say Give each non-negative integer a value: 0 has the value $a; the value of any other number
    results from its division by $b and is $e.say. Return the value of n. (The quotient is rounded
    down.)
code
    if n == 0:
        return $a
    rest = n % $b
    inner = $fn(n // $b)
    return $e
code
    def value(number):
        if number == 0:
            return $a
        rest = number % $b
        inner = value(number // $b)
        return $e

    return value(n)
)FAMILY";

}  // namespace scribe
