// Powers, ranges, sums, labels of single numbers.
#include "exercises/families/texts.h"

namespace scribe {

const std::string_view kArithmeticFamilies = R"FAMILY(
family numbers/power_check
level 2
args n:nat
par c 2..7
ret bool
name is_power_of_$c, check_power_of_$c
say Return True if n is a power of $c{ ($c to the power of a non-negative integer)|, 1 included},
    and False otherwise.
code
    if n < 1:
        return False
    while n % $c == 0:
        n //= $c
    return n == 1
code
    power = 1
    while power < n:
        power *= $c
    return power == n

family numbers/largest_power
level 2
args n:pos
par r
  - code: power ;; say: the largest power of $c that is at most n ;; name: largest ;; c: 2..9
  - code: n - power ;; say: by how much n exceeds the largest power of $c that is at most n ;; name:
    beyond ;; c: 2..9
  - code: exponent ;; say: the largest integer e for which $c ** e is at most n ;; name: exponent ;;
    c: 2..9
  - code: power * $c - n ;; say: by how much the smallest power of $c above n exceeds n ;; name:
    up_to ;; c: 2..9
ret int
name $r.name_power, $r.name_power_of_$r.c
say Return $r.say.
hint 1 counts as a power of $r.c.
code
    power = 1
    exponent = 0
    while power * $r.c <= n:
        power *= $r.c
        exponent += 1
    return $r

family numbers/strip_factor
level 2
args n:pos
par c 2..6
ret int
name strip_factor_$c, without_factor_$c
say Divide n by $c as long as it can be divided without remainder. Return {what is left|the result}.
code
    while n % $c == 0:
        n //= $c
    return n

family numbers/factor_exponent
level 2
args n:pos
par c 2..6
par d 0..5
ret int
name exponent_of_$c, times_divisible_by_$c
say Return how many times n can be divided by $c without remainder, plus $d.
say Count how often n can be divided by $c before a remainder is left. Return this count increased
    by $d.
code
    count = $d
    while n % $c == 0:
        count += 1
        n //= $c
    return count

family numbers/weighted_sum
level 1
args m:int n:int
par c 2..9
par d 2..9
par o
  - code: + ;; word: sum
  - code: - ;; word: difference
ret int
name weighted_$o.word, combine
say Return the $o.word of $c times m and $d times n{| (in this order)}.
say {Multiply|First multiply} m by $c and n by $d, then return the $o.word of the {two
    products|products, in this order}.
code
    return $c * m $o $d * n
code
    first = $c * m
    second = $d * n
    return first $o second

family numbers/clamp
level 1
args n:int
par c -20..10
par d 11..60
ret int
name clamp_to_$c.id_$d, limit_value, clamp
say Return n itself if it lies between $c and $d. Return $c if n is smaller, and $d if n is larger.
say {Limit|Restrict} n to the range from $c to $d: smaller values become $c and larger values become
    $d.
code
    return max($c, min($d, n))
code
    if n < $c:
        return $c
    if n > $d:
        return $d
    return n

family numbers/wrap
level 1
args n:int
par c -3..5
par d 7..24
ret int
name wrap_into_range, cycle_value
say Add $d to n or subtract $d from n as often as needed to get one of the $d integers that begin
    with $c, and return the result.
code
    return (n - $c) % $d + $c
code
    while n < $c:
        n += $d
    while n >= $c + $d:
        n -= $d
    return n

family numbers/sign_code
level 1
args n:int
par c 2..40
ret str
name size_label, label_number, describe_size
say Return 'large' if the absolute value of n is greater than $c, 'small' if it is at most $c but n
    is not 0, and 'zero' if n is 0.
code
    if n == 0:
        return 'zero'
    return 'large' if abs(n) > $c else 'small'
code
    if abs(n) > $c:
        return 'large'
    elif n != 0:
        return 'small'
    else:
        return 'zero'

family numbers/labels_by_divisor
level 2
args n:pos
par c 2..4
par d 5..9
par w
  - code: 'tick' ;; o: 'tock'
  - code: 'red' ;; o: 'blue'
  - code: 'left' ;; o: 'right'
  - code: 'ping' ;; o: 'pong'
ret str
name divisor_word, word_for_number, label_multiple
say Return $w if n is divisible by $c, and $w.o if it is divisible by $d. If it is divisible by
    both, return the two words joined by '-' in this order. If it is divisible by neither, return n
    as a string.
code
    words = []
    if n % $c == 0:
        words.append($w)
    if n % $d == 0:
        words.append($w.o)
    return '-'.join(words) if words else str(n)
code
    if n % $c == 0 and n % $d == 0:
        return $w + '-' + $w.o
    if n % $c == 0:
        return $w
    if n % $d == 0:
        return $w.o
    return str(n)

family numbers/sum_series
level 2
args n:small
par m @int_map
par s
  - code: total += @ ;; say: the sum of the terms
  - code: total += @ if i % 2 == 0 else -@ ;; say: the alternating sum, in which terms with an even
    i are added and those with an odd i are subtracted,
par b 0..3
ret int
name series_of_$m.name, partial_sum, sum_terms
say For each integer i from $b to n (both included), a term is formed from i: $m.its. Return $s.say
    of all of them.
hint If n is below $b there are no terms and the result is 0.
code
    total = 0
    for i in range($b, n + 1):
        term = $m(i)
        $s(term)
    return total

family numbers/integer_root
level 2
args n:nat
par r
  - code: root ;; say: the largest integer r with r ** $c <= n ;; name: root ;; type: int ;; c: 2..5
  - code: root ** $c == n ;; say: True if n equals r ** $c for some integer r, otherwise False ;;
    name: is_exact ;; type: bool ;; c: 2..3
  - code: n - root ** $c ;; say: the difference between n and the largest number of the form r **
    $c, with an integer r, that is at most n ;; name: rest_of ;; type: int ;; c: 2..5
  - code: (root + 1) ** $c ;; say: the smallest number of the form r ** $c, with a positive integer
    r, that is greater than n ;; name: next ;; type: int ;; c: 2..4
ret $r.type
name $r.name_power_$r.c, integer_$r.name
say Return $r.say.
code
    root = 0
    while (root + 1) ** $r.c <= n:
        root += 1
    return $r

family numbers/quadratic_value
level 1
args x:int
par c 2..7
par d 1..9
par e 1..20
par o {+|-}
ret int
name polynomial, evaluate, quadratic
say Return the value of $c * x ** 2 $o $d * x + $e.
say {Evaluate|Compute} the polynomial $c * x^2 $o $d * x + $e at x{|, where ^ means power}.
code
    return $c * x ** 2 $o $d * x + $e
code
    square = x * x
    return $c * square $o $d * x + $e

family numbers/pythagorean_like
level 3
args n:smallpos
par c 1..4
ret list[tuple[int, int]]
name pairs_with_property, find_pairs
say Return a list of all pairs (a, b) of integers with 1 <= a <= b <= n for which a * b + $c is
    divisible by a + b. Sort the pairs by a, and for equal a by b.
code
    pairs = []
    for a in range(1, n + 1):
        for b in range(a, n + 1):
            if (a * b + $c) % (a + b) == 0:
                pairs.append((a, b))
    return pairs
code
    return [(a, b) for a in range(1, n + 1) for b in range(a, n + 1) if (a * b + $c) % (a + b) == 0]

family numbers/coin_change_greedy
level 3
args amount:nat
par c
  - code: [50, 20, 10, 5, 2, 1] ;; say: 50, 20, 10, 5, 2 and 1
  - code: [25, 10, 5, 1] ;; say: 25, 10, 5 and 1
  - code: [100, 50, 10, 1] ;; say: 100, 50, 10 and 1
  - code: [64, 16, 4, 1] ;; say: 64, 16, 4 and 1
  - code: [30, 12, 3, 1] ;; say: 30, 12, 3 and 1
  - code: [500, 100, 25, 5, 1] ;; say: 500, 100, 25, 5 and 1
par r
  - code: sum(used) ;; say: the total number of coins ;; type: int ;; name: coin_count
  - code: used ;; say: a list with the number of coins of each value, in the order above ;; type:
    list[int] ;; name: coins_used
  - code: sum(1 for count in used if count > 0) ;; say: how many different coin values are used ;;
    type: int ;; name: coin_kinds
  - code: max(used) ;; say: the largest number of coins of one value ;; type: int ;; name:
    most_of_one_coin
ret $r.type
name $r.name, $r.name_for_change
say An amount is paid with coins of the values $c.say, always taking the largest coin that still
    fits. Return $r.say.
code
    used = []
    for coin in $c:
        used.append(amount // coin)
        amount %= coin
    return $r

family numbers/leap_like
level 2
args year:year
par c 4..6
par d 5..9
ret bool
name is_long_year, has_extra_day
say On another planet a year is long if it is divisible by $c, unless it is also divisible by $d;
    but years divisible by $d * 4 as well as by $c are long again. Return True if the given year is
    long, otherwise False.
code
    if year % $c != 0:
        return False
    if year % $d != 0:
        return True
    return year % ($d * 4) == 0
code
    return year % $c == 0 and (year % $d != 0 or year % ($d * 4) == 0)

family numbers/triangle_kind
level 2
args a:smallpos b:smallpos c:smallpos
par d 0..3
ret str
name triangle_kind, side_kind, classify_sides
say The three numbers are the lengths of the sides of a triangle. Return 'none' if there is no such
    triangle, because the two shorter sides together are not more than $d longer than the longest
    one. Otherwise return 'three' if all sides are equal, 'two' if exactly two are, and 'all
    different' if none are.
code
    sides = sorted([a, b, c])
    if sides[0] + sides[1] <= sides[2] + $d:
        return 'none'
    different = len(set(sides))
    if different == 1:
        return 'three'
    if different == 2:
        return 'two'
    return 'all different'

family numbers/middle_value
level 1
args x:int y:int z:int
par r
  - code: sorted([x, y, z])[1] ;; say: the second largest of the three numbers ;; name: middle
  - code: max(x, y, z) - min(x, y, z) ;; say: the difference between the largest and the smallest of
    the three numbers ;; name: spread
  - code: x + y + z - max(x, y, z) ;; say: the sum of the two smaller ones of the three numbers ;;
    name: smaller_sum
  - code: x + y + z - min(x, y, z) ;; say: the sum of the two larger ones of the three numbers ;;
    name: larger_sum
  - code: max(x, y, z) * min(x, y, z) ;; say: the product of the largest and the smallest of the
    three numbers ;; name: extreme_product
  - code: len({x, y, z}) ;; say: how many different values there are among the three numbers ;;
    name: different
  - code: max(abs(x), abs(y), abs(z)) ;; say: the largest absolute value of the three numbers ;;
    name: largest_size
  - code: (x > 0) + (y > 0) + (z > 0) ;; say: how many of the three numbers are positive ;; name:
    positive_count
  - code: max(x + y, y + z, x + z) - max(x, y, z) ;; say: the second largest of the three numbers,
    computed from the largest sum of two of them by subtracting the largest number, ;; name: second
ret int
name $r.name_of_three, three_$r.name
say Return $r.say.
code
    return $r

family numbers/compare_two
level 1
args m:int n:int
par f @int_map
par r
  - code: m if a >= b else n ;; say: the one of m and n for which this is larger, and m if it is the
    same for both ;; type: int ;; name: larger_by
  - code: m if a <= b else n ;; say: the one of m and n for which this is smaller, and m if it is
    the same for both ;; type: int ;; name: smaller_by
  - code: a == b ;; say: True if it is the same for m and n, otherwise False ;; type: bool ;; name:
    equal_by
  - code: abs(a - b) ;; say: the absolute difference between this for m and this for n ;; type: int
    ;; name: gap_of
ret $r.type
name $r.name_$f.name
say For a number, consider $f.its. Return $r.say.
say Compare two numbers by one property of each: $f.its. Return $r.say.
code
    a = $f(m)
    b = $f(n)
    return $r
)FAMILY";

}  // namespace scribe
