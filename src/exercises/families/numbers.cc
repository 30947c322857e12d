// Arithmetic and number theory.
#include "exercises/families/texts.h"

namespace scribe {

const std::string_view kNumberFamilies = R"FAMILY(
family numbers/sum_of_multiples
level 1
args n:middle
par c 3..9
par d 2..11
ret int
name sum_multiples_$c_$d, multiples_total, sum_divisible
say Return the sum of {all|the} integers from 1 to n that are divisible by $c but not by $d.
say Add up the numbers from 1 to n, n included, which are multiples of $c but no multiples of $d{,
    and return the sum|. Return the sum}.
hint If there are none, the sum is 0.
code
    return sum(i for i in range(1, n + 1) if i % $c == 0 and i % $d != 0)
code
    total = 0
    for i in range($c, n + 1, $c):
        if i % $d != 0:
            total += i
    return total

family numbers/count_in_range
level 1
args n:small
par p @int_pred
par m @int_map
ret int
name count_$p.name_$m.name, count_matching
say Return how many integers i from 0 to n, both included, have this property: $m.its $p.vp.
say Count the integers from 0 up to and including n for which the following holds: $m.its $p.vp.
code
    return sum(1 for i in range(n + 1) if $p(($m(i))))
code
    count = 0
    for i in range(n + 1):
        value = $m(i)
        if $p(value):
            count += 1
    return count

family numbers/smallest_from
level 2
args n:int
par c 3..13
par d 1..2
ret int
name next_$c_plus_$d, next_with_remainder, round_up_to_class
say Return the smallest integer that is {greater than n|larger than n} and leaves a remainder of $d
    when divided by $c.
say Find the first integer after n whose remainder on division by $c is $d{, and return it|}.
code
    candidate = n + 1
    while candidate % $c != $d:
        candidate += 1
    return candidate
code
    return n + 1 + ($d - n - 1) % $c

family numbers/round_to_multiple
level 1
args n:int
par c 3..25
par r
  - code: n // $c * $c ;; say: largest multiple of $c that is not greater than ;; name: down_to ;;
    c: 3..25
  - code: -(-n // $c) * $c ;; say: smallest multiple of $c that is not less than ;; name: up_to ;;
    c: 3..25
  - code: (n // $c + 1) * $c ;; say: smallest multiple of $c that is greater than ;; name: above ;;
    c: 3..25
  - code: (n - 1) // $c * $c ;; say: largest multiple of $c that is less than ;; name: below ;; c:
    3..25
ret int
name multiple_$r.name, $r.name_multiple
say Return the $r.say n.
say {Find|Compute} and return the $r.say n.
code
    return $r

family numbers/nearest_multiple
level 2
args n:int
par c 3..30
ret int
name nearest_multiple_of_$c, round_to_$c
say Return the multiple of $c that is closest to n.
note If two multiples are equally close, return the larger one.
code
    below = n // $c * $c
    above = below + $c
    return below if n - below < above - n else above
code
    return (2 * n + $c) // (2 * $c) * $c

family numbers/divisors
level 2
args n:smallpos
par r
  - code: len(@) ;; say: the number of ;; name: count ;; type: int
  - code: sum(@) ;; say: the sum of ;; name: sum ;; type: int
  - code: max(@, default=0) ;; say: the largest (or 0 if there is none) of ;; name: largest ;; type:
    int
  - code: @[::-1] ;; say: a list, in descending order, of ;; name: descending ;; type: list[int]
par p @int_pred
ret $r.type
name $r.name_divisors, $r.name_of_divisors
say Return $r.say the positive divisors of n (1 and n included) that $p.vps.
say Look at all positive divisors of n, including 1 and n itself, that $p.vps. Return $r.say these
    divisors.
code
    divisors = [d for d in range(1, n + 1) if n % d == 0 and $p(d)]
    return $r(divisors)

family numbers/proper_divisors_compare
level 3
args n:smallpos
par c 0..6
ret str
name classify_by_divisors, divisor_class
say Add up the positive divisors of n that are smaller than n. Return 'more' if the sum is greater
    than n + $c, 'less' if it is smaller than n - $c, and 'near' otherwise.
code
    total = sum(d for d in range(1, n) if n % d == 0)
    if total > n + $c:
        return 'more'
    if total < n - $c:
        return 'less'
    return 'near'

family numbers/prime_list
level 3
args n:small
par c 0..30
par d 2..4
ret list[int]
name primes_from_$c, list_primes
say Return a list, in ascending order, of the prime numbers p with $c <= p <= n * $d + $c.
code
    def is_prime(number):
        if number < 2:
            return False
        for divisor in range(2, int(number ** 0.5) + 1):
            if number % divisor == 0:
                return False
        return True

    return [p for p in range($c, n * $d + $c + 1) if is_prime(p)]
code
    primes = []
    for candidate in range(max(2, $c), n * $d + $c + 1):
        if all(candidate % divisor for divisor in range(2, candidate)):
            primes.append(candidate)
    return primes

family numbers/prime_count_in_list
level 3
args xs:ints
par p @int_pred
ret int
name count_$p.name_primes, primes_that_match
say Return how many of the numbers in xs are prime and, besides, are such that each of them $p.vp.
say Count the elements of xs for which both of these hold: the element is a prime number, and it
    $p.vp.
hint Numbers below 2 are not prime.
code
    def is_prime(number):
        return number > 1 and all(number % d for d in range(2, int(number ** 0.5) + 1))

    return sum(1 for x in xs if is_prime(x) and $p(x))
code
    count = 0
    for x in xs:
        if x < 2 or not ($p(x)):
            continue
        if all(x % d != 0 for d in range(2, x)):
            count += 1
    return count

family numbers/prime_factors
level 3
args n:two
par r
  - code: factors ;; say: a list of the prime factors of n in ascending order, each as often as it
    divides n ;; type: list[int] ;; name: list
  - code: len(factors) ;; say: the number of prime factors of n, each counted as often as it divides
    n ;; type: int ;; name: count
  - code: sum(factors) ;; say: the sum of the prime factors of n, each added as often as it divides
    n ;; type: int ;; name: sum
  - code: sorted(set(factors)) ;; say: a list of the different prime factors of n in ascending order
    ;; type: list[int] ;; name: distinct
  - code: factors[-1] - factors[0] ;; say: the difference between the largest and the smallest prime
    factor of n ;; type: int ;; name: spread
  - code: len(set(factors)) ;; say: the number of different prime factors of n ;; type: int ;; name:
    distinct_count
  - code: '*'.join(map(str, factors)) ;; say: a string that writes n as a product of primes in
    ascending order, such as '2*2*3' for 12 ;; type: str ;; name: product_text
  - code: len(factors) == len(set(factors)) ;; say: True if no prime divides n more than once, and
    False otherwise ;; type: bool ;; name: squarefree
  - code: sum(set(factors)) ;; say: the sum of the different prime factors of n ;; type: int ;;
    name: distinct_sum
  - code: max(factors, key=factors.count) ;; say: the prime that divides n most often, the smallest
    one if several do ;; type: int ;; name: dominant
ret $r.type
name prime_factor_$r.name, factors_$r.name
say Return $r.say.
say Decompose n into primes. Return $r.say.
code
    factors = []
    divisor = 2
    while divisor * divisor <= n:
        while n % divisor == 0:
            factors.append(divisor)
            n //= divisor
        divisor += 1
    if n > 1:
        factors.append(n)
    return $r

family numbers/gcd_pair
level 2
args m:pos n:pos
par r
  - code: g ;; type: int ;; say: the greatest common divisor of m and n
  - code: m * n // g ;; type: int ;; say: the least common multiple of m and n
  - code: (m // g, n // g) ;; type: tuple[int, int] ;; say: a tuple (m, n) of the two numbers, both
    divided by their greatest common divisor
  - code: m // g + n // g ;; type: int ;; say: the sum of m and n, after both were divided by their
    greatest common divisor
  - code: g == 1 ;; type: bool ;; say: True if 1 is the only positive integer that divides both m
    and n, otherwise False
  - code: m + n - g ;; type: int ;; say: m + n minus the greatest common divisor of the two
  - code: f'{m // g}/{n // g}' ;; type: str ;; say: the fraction m/n in lowest terms, as a string
    such as '3/4'
  - code: m * n // g - max(m, n) ;; type: int ;; say: by how much the least common multiple of m and
    n exceeds the larger of the two
ret $r.type
name common_part, gcd_based, pair_divisor
say Return $r.say.
say Compute and return $r.say.
code
    a, b = m, n
    while b:
        a, b = b, a % b
    g = a
    return $r
code
    import math

    g = math.gcd(m, n)
    return $r

family numbers/gcd_list
level 2
args xs:poss+
par r
  - code: g ;; type: int ;; say: the greatest integer that divides every number in xs
  - code: [x // g for x in xs] ;; type: list[int] ;; say: a list of the numbers in xs, each divided
    by the greatest common divisor of all of them
  - code: sum(xs) // g ;; type: int ;; say: the sum of xs divided by the greatest common divisor of
    its elements
  - code: sum(x == g for x in xs) ;; type: int ;; say: how many numbers in xs are equal to the
    greatest common divisor of all of them
  - code: max(xs) // g ;; type: int ;; say: how often the greatest common divisor of all numbers in
    xs fits into the largest of them
ret $r.type
name common_divisor_of_all, reduce_by_gcd, list_gcd
say Return $r.say.
code
    g = xs[0]
    for x in xs[1:]:
        while x:
            g, x = x, g % x
    return $r
code
    def gcd(a, b):
        return a if b == 0 else gcd(b, a % b)

    g = 0
    for x in xs:
        g = gcd(g, x)
    return $r
)FAMILY";

}  // namespace scribe
