// Digits, bases and binary forms of numbers.
#include "exercises/families/texts.h"

namespace scribe {

const std::string_view kDigitFamilies = R"FAMILY(
family digits/aggregate_matching
level 2
args n:nat
par p
  - code: @ > $c ;; say: greater than $c ;; name: above_$c ;; c: 2..7
  - code: @ < $c ;; say: less than $c ;; name: below_$c ;; c: 3..8
  - code: @ % 2 == 0 ;; say: even ;; name: even
  - code: @ % 2 == 1 ;; say: odd ;; name: odd
  - code: @ % 3 == 0 ;; say: divisible by 3 (0, 3, 6 or 9) ;; name: threefold
  - code: @ != $c ;; say: different from $c ;; name: not_$c ;; c: 0..9
  - code: @ in (2, 3, 5, 7) ;; say: prime ;; name: prime
par r
  - code: sum(digits) ;; say: the sum of the digits ;; name: sum
  - code: len(digits) ;; say: the number of digits ;; name: count
  - code: max(digits, default=0) ;; say: the largest of the digits ;; name: largest ;; e: 0
  - code: sum(d * d for d in digits) ;; say: the sum of the squares of the digits ;; name:
    square_sum
  - code: len(set(digits)) ;; say: how many different digits there are among those ;; name: distinct
ret int
name $r.name_$p.name_digits, $p.name_digit_$r.name
say Return $r.say in the decimal form of n that are $p.say{| (0 if there are none)}.
note If n has no such digit, return 0.
code
    digits = [int(d) for d in str(n) if $p(int(d))]
    return $r
code
    digits = []
    for ch in str(n):
        d = int(ch)
        if $p(d):
            digits.append(d)
    return $r

family digits/remove
level 2
args n:nat
par p
  - code: @ != '$c' ;; say: every digit $c ;; name: without_$c ;; c: 0..9
  - code: @ not in '02468' ;; say: all even digits (0 is even) ;; name: without_even
  - code: @ not in '13579' ;; say: all odd digits ;; name: without_odd
  - code: int(@) >= $c ;; say: all digits less than $c ;; name: from_$c ;; c: 2..7
  - code: int(@) <= $c ;; say: all digits greater than $c ;; name: up_to_$c ;; c: 3..7
ret int
name digits_$p.name, number_$p.name
say Remove $p.say from the decimal form of n and return the resulting number. Return 0 if no digit
    is left.
say Return the number that remains when $p.say are deleted from n, or 0 if nothing remains.
code
    kept = ''.join(d for d in str(n) if $p(d))
    return int(kept) if kept else 0
code
    result = ''
    for d in str(n):
        if $p(d):
            result += d
    if result == '':
        return 0
    return int(result)

family digits/alternating
level 2
args n:nat
par c 2..4
par d 2..5
par w
  - code: str(n) ;; say: leftmost
  - code: reversed(str(n)) ;; say: rightmost
ret int
name alternating_digit_sum, weighted_digits
say Number the decimal digits of n from 0, starting with the $w.say one. Digits with an even number
    count $c-fold, those with an odd number are subtracted $d-fold. Return the total.
code
    total = 0
    for i, digit in enumerate($w):
        if i % 2 == 0:
            total += $c * int(digit)
        else:
            total -= $d * int(digit)
    return total
code
    return sum(($c if i % 2 == 0 else -$d) * int(d) for i, d in enumerate($w))

family digits/check_digit
level 2
args n:nat
par c 2..9
par m 7..11
ret int
name check_digit, checksum, control_number
say Multiply each decimal digit of n by its position counted from the right (the last digit has
    position 1) plus $c, add up the products, and return the remainder of the sum when divided by
    $m.
code
    total = 0
    for position, digit in enumerate(reversed(str(n)), 1):
        total += int(digit) * (position + $c)
    return total % $m
code
    total = 0
    position = 1
    while n > 0:
        total += (n % 10) * (position + $c)
        n //= 10
        position += 1
    return total % $m

family digits/repeat_operation
level 3
args n:nat
par o
  - code: sum(int(d) for d in str(n)) ;; say: the sum of its decimal digits ;; name: sum
  - code: sum(int(d) * 2 for d in str(n)) // 3 ;; say: the sum of its decimal digits, doubled, then
    divided by 3 and rounded down ;; name: scaled_sum
  - code: int(str(n)[1:]) ;; say: the number without its first decimal digit (leading zeros do not
    count) ;; name: tail
  - code: n // 10 + n % 10 ;; say: the sum of its last decimal digit and the number without that
    digit ;; name: folding
  - code: abs(n // 10 - n % 10) ;; say: the absolute difference of its last decimal digit and the
    number without that digit ;; name: difference
  - code: max(int(d) for d in str(n)) + len(str(n)) - 2 ;; say: its largest decimal digit plus its
    number of digits minus 2 ;; name: peak
par r
  - code: n ;; say: the number that remains ;; name: result
  - code: count ;; say: the number of replacements ;; name: steps
par b
  - code: n > 9 ;; say: it has more than one digit
  - code: n > 99 ;; say: it has more than two digits
ret int
name $o.name_$r.name, repeated_digit_$o.name
say As long as $b.say, n is replaced by $o.say. Return $r.say.
code
    count = 0
    while $b:
        n = $o
        count += 1
    return $r

family digits/compare_parts
level 2
args n:nat
par f
  - code: sum(int(d) for d in @) ;; say: the sum of the digits ;; name: sum
  - code: max((int(d) for d in @), default=0) ;; say: the largest digit (0 for no digits) ;; name:
    max
  - code: len(set(@)) ;; say: the number of different digits ;; name: variety
par r
  - code: left > right ;; say: True if this is greater for the first half than for the second,
    otherwise False ;; type: bool
  - code: left - right ;; say: the value for the first half minus the value for the second half ;;
    type: int
  - code: left + 2 * right ;; say: the value for the first half plus twice the value for the second
    half ;; type: int
  - code: (left, right) ;; say: a tuple of the values for the first and the second half ;; type:
    tuple[int, int]
ret $r.type
name compare_digit_halves, halves_$f.name, half_digit_$f.name
say Split the decimal digits of n into a first and a second half. If their number is odd, the middle
    digit belongs to the second half. For each half, compute $f.say. Return $r.say.
code
    text = str(n)
    half = len(text) // 2
    left = $f(text[:half])
    right = $f(text[half:])
    return $r

family digits/reorder
level 2
args n:nat
par o
  - code: sorted(text) ;; say: in ascending order (leading zeros disappear) ;; name: ascending
  - code: sorted(text, reverse=True) ;; say: in descending order ;; name: descending
  - code: text[::-1] ;; say: in reverse order (leading zeros disappear) ;; name: reversed
  - code: text[1:] + text[:1] ;; say: with the first digit moved to the end (leading zeros
    disappear) ;; name: rotated_left
  - code: text[-1:] + text[:-1] ;; say: with the last digit moved to the front (leading zeros
    disappear) ;; name: rotated_right
  - code: text[::2] + text[1::2] ;; say: so that first come those at even indices, then those at odd
    indices (the leftmost has index 0) ;; name: unzipped
  - code: text[-1:] + text[1:-1] + text[:1] * (len(text) > 1) ;; say: with the first and the last
    digit exchanged (leading zeros disappear) ;; name: swapped_ends
  - code: dict.fromkeys(text) ;; say: in their order, but each digit only where it occurs first ;;
    name: unique
par r
  - code: value ;; say: that number ;; name: digits
  - code: abs(value - n) ;; say: the absolute difference between that number and n ;; name: gap
  - code: value + n ;; say: the sum of that number and n ;; name: plus_itself
  - code: value % $c ;; say: the remainder of that number when divided by $c ;; name: remainder ;;
    c: 7..13
  - code: 2 * value - n ;; say: twice that number minus n ;; name: double_minus
ret int
name $o.name_$r.name, $r.name_of_$o.name
say Form the number whose decimal digits are those of n $o.say. Return $r.say.
say Write the decimal digits of n $o.say. Take the result as a number and return $r.say.
code
    text = str(n)
    value = int(''.join($o))
    return $r

family digits/to_base
level 2
args n:nat
par b 2..9
par r
  - code: digits[::-1] or '0' ;; say: the representation of n in base $b as a string without leading
    zeros ('0' for 0) ;; type: str ;; name: in_base
  - code: len(digits) ;; say: the number of digits that n has in base $b (0 for n = 0) ;; type: int
    ;; name: length_in_base
  - code: sum(int(d) for d in digits) ;; say: the sum of the digits of n in base $b ;; type: int ;;
    name: digit_sum_base
  - code: digits.count('0') ;; say: the number of zeros in the representation of n in base $b (0 for
    n = 0) ;; type: int ;; name: zeros_in_base
  - code: digits == digits[::-1] ;; say: True if the representation of n in base $b reads the same
    backwards, otherwise False ;; type: bool ;; name: is_mirror_base
  - code: int(digits or '0') ;; say: the integer that one gets by reading the base-$b digits of n
    backwards as decimal digits ;; type: int ;; name: reversed_base
  - code: len(set(digits)) ;; say: how many different digits occur in the representation of n in
    base $b (0 for n = 0) ;; type: int ;; name: distinct_base
  - code: max(digits, default='0') ;; say: the largest digit of n in base $b as a string ('0' for n
    = 0) ;; type: str ;; name: top_digit_base
ret $r.type
name $r.name_$b, base_$b_$r.name
say Return $r.say.
code
    digits = ''
    while n > 0:
        digits += str(n % $b)
        n //= $b
    return $r

family digits/from_base
level 2
args s:binary
par b 2..12
par o 0..4
ret int
name value_in_base_$b, read_base_$b
say Each character of s is the digit 0 or 1 of a number in base $b, the most significant one first.
    Return the value of this number plus $o.
code
    value = 0
    for ch in $s:
        value = value * $b + int(ch)
    return value + $o
code
    return sum(int(d) * $b ** i for i, d in enumerate(reversed($s))) + $o

family digits/bits
level 2
args n:nat
par r
  - code: bits.count('1') ;; say: the number of ones ;; type: int ;; name: ones
  - code: bits.count('0') ;; say: the number of zeros (for 0 the binary form is '0') ;; type: int ;;
    name: zeros
  - code: max(len(run) for run in bits.split('0')) ;; say: the length of the longest run of ones ;;
    type: int ;; name: longest_ones
  - code: max(len(run) for run in bits.split('1')) ;; say: the length of the longest run of zeros
    (for 0 the binary form is '0') ;; type: int ;; name: longest_zeros
  - code: int(bits[::-1], 2) ;; say: the number that its digits give when they are read backwards ;;
    type: int ;; name: mirrored
  - code: bits.count('1') % 2 == 0 ;; say: True if the number of ones is even, otherwise False ;;
    type: bool ;; name: has_even_parity
  - code: bits.count('01') ;; say: how often a zero is followed directly by a one ;; type: int ;;
    name: rises
  - code: bits.count('1') - bits.count('0') ;; say: the number of ones minus the number of zeros
    (for 0 the binary form is '0') ;; type: int ;; name: balance
  - code: int(bits.replace('1', '2').replace('0', '1')) ;; say: the decimal number that is written
    with 1 for each binary zero and 2 for each binary one (for 0 the binary form is '0') ;; type:
    int ;; name: relabelled
  - code: len(bits) ;; say: the number of digits (1 for 0) ;; type: int ;; name: bit_length
  - code: sum(i for i, b in enumerate(bits) if b == '1') ;; say: the sum of the indices of its ones,
    where the leftmost digit has index 0 ;; type: int ;; name: one_positions
  - code: sum(i for i, b in enumerate(reversed(bits)) if b == '1') ;; say: the sum of the indices of
    its ones, where the rightmost digit has index 0 ;; type: int ;; name: set_bit_sum
  - code: bits == bits[::-1] ;; say: True if it reads the same backwards, otherwise False ;; type:
    bool ;; name: is_symmetric
par f
  - code: n ;; say: n
  - code: 3 * n ;; say: 3 * n
  - code: n + 1 ;; say: n + 1
  - code: n ^ (n >> 1) ;; say: the bitwise exclusive or of n and n shifted right by one bit
  - code: n * n ;; say: n squared
  - code: 5 * n + 3 ;; say: 5 * n + 3
ret $r.type
name $r.name_in_binary, binary_$r.name
say Look at the binary form of $f.say, without leading zeros. Return $r.say.
code
    bits = bin($f)[2:]
    return $r
code
    bits = format($f, 'b')
    return $r

family digits/position_value
level 1
args n:nat k:k
par r
  - code: n // 10 ** (k - 1) % 10 ;; say: the k-th decimal digit of n counted from the right ;;
    name: digit_from_right
  - code: n % 10 ** k ;; say: the number formed by the last k decimal digits of n (all of n if it
    has fewer) ;; name: last_digits
  - code: n // 10 ** k ;; say: the number that is left when the last k decimal digits of n are cut
    off ;; name: cut_digits
  - code: n - n % 10 ** k ;; say: n with its last k decimal digits replaced by zeros ;; name:
    zero_out
  - code: n // 10 ** k + n % 10 ** k ;; say: the sum of the two numbers that arise when n is cut
    before its last k decimal digits ;; name: split_sum
  - code: n % 10 ** k // 10 ** (k - 1) + n % 10 ;; say: the sum of the last decimal digit of n and
    the k-th one counted from the right ;; name: two_digits
ret int
name $r.name, get_$r.name
say Return $r.say.
hint Digits that n does not have count as 0.
code
    return $r

family digits/happy_chain
level 4
args n:pos
par e 2..3
par c 0..5
par l 8..20
ret int
name power_chain, digit_power_walk, walk_length
say Replace n by the sum of its decimal digits, each raised to the power $e, plus $c, and repeat
    this. Return the number of replacements after which a value appears for the second time (the
    given n counts as the first value).
code
    seen = {n}
    count = 0
    while True:
        n = sum(int(d) ** $e for d in str(n)) + $c
        count += 1
        if n in seen:
            return count
        seen.add(n)

family digits/increasing
level 2
args n:nat
par r
  - code: a < b ;; say: greater than
  - code: a <= b ;; say: greater than or equal to
  - code: a > b ;; say: less than
  - code: a != b ;; say: different from
  - code: abs(a - b) <= $c ;; say: at most $c away from ;; c: 2..5
  - code: (a + b) % 2 == 1 ;; say: of the other parity than
  - code: a + b < $c ;; say: such that the sum is below $c with ;; c: 6..14
ret bool
name check_digit_order, digits_in_relation, has_digit_pattern
say Return True if every decimal digit of n, the first one excepted, is $r.say the digit to its
    left, otherwise False.
hint A number of one digit gives True.
code
    digits = [int(d) for d in str(n)]
    return all($r for a, b in zip(digits, digits[1:]))
code
    digits = [int(d) for d in str(n)]
    for i in range(len(digits) - 1):
        a, b = digits[i], digits[i + 1]
        if not ($r):
            return False
    return True

family digits/most_frequent
level 3
args n:nat
par t
  - code: max(order, key=lambda d: (text.count(d), d)) ;; say: most often, the larger one in case of
    a tie ;; name: common
  - code: max(order, key=lambda d: (text.count(d), -int(d))) ;; say: most often, the smaller one in
    case of a tie ;; name: usual
  - code: min(order, key=lambda d: (text.count(d), d)) ;; say: least often, but at least once, the
    smaller one in case of a tie ;; name: rare
  - code: min(order, key=lambda d: (text.count(d), -int(d))) ;; say: least often, but at least once,
    the larger one in case of a tie ;; name: scarce
par r
  - code: int(best) ;; say: that digit ;; name: digit
  - code: text.count(best) ;; say: how often it occurs ;; name: digit_count
  - code: text.index(best) ;; say: the index of its first occurrence, counted from 0 at the left ;;
    name: digit_place
  - code: int(best) * text.count(best) ;; say: the product of that digit and how often it occurs ;;
    name: digit_weight
ret int
name $t.name_$r.name
say In the decimal form of n, find the digit that occurs $t.say. Return $r.say.
code
    text = str(n)
    order = sorted(set(text))
    best = $t
    return $r

family digits/grouped
level 2
args n:nat
par c 2..4
par s {','|'.'|' '|'_'|"'"}
ret str
name group_digits, format_number, separate_digits
say Return the decimal form of n with $s between groups of $c digits, counted from the right.
code
    text = str(n)
    groups = []
    while text:
        groups.insert(0, text[-$c:])
        text = text[:-$c]
    return $s.join(groups)
code
    result = ''
    for i, d in enumerate(reversed(str(n))):
        if i > 0 and i % $c == 0:
            result = $s + result
        result = d + result
    return result

family digits/collatz_variant
level 3
args n:smallpos
par a 3..3
par b 1..1
par r
  - code: steps ;; say: the number of steps until 1 is reached ;; name: steps
  - code: peak ;; say: the largest number that occurs on the way (n included) until 1 is reached ;;
    name: peak
  - code: odd ;; say: how many odd numbers occur on the way from n to 1, both included ;; name:
    odd_count
  - code: steps - odd ;; say: the number of steps until 1 is reached minus the number of odd numbers
    on the way from n to 1, both included ;; name: balance
  - code: peak - n0 ;; say: by how much the largest number on the way to 1 exceeds n ;; name: climb
  - code: peak * 10 + steps ;; say: ten times the largest number on the way to 1 (n included) plus
    the number of steps ;; name: score
ret int
name $r.name_to_one, path_$r.name
say Starting with n, an even number is halved and an odd number x is followed by 3 * x + 1, until 1
    is reached. Return $r.say.
code
    n0 = n
    steps = 0
    peak = n
    odd = n % 2
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
        peak = max(peak, n)
        odd += n % 2
    return $r
)FAMILY";

}  // namespace scribe
