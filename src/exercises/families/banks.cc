// Conditions, functions and aggregates that families and the grammar draw from.
#include "exercises/families/texts.h"

namespace scribe {

// Fields: code (of @), np (a plural noun phrase around the noun @), vp ("is even"), its (the value
// of one thing, "its square"), nps (the values of several), name (a part of an identifier).
// Numbers are drawn with the row.
const std::string_view kBanks = R"FAMILY(
bank int_pred
  - code: @ % 2 == 0 ;; np: even @ ;; vp: is even ;; name: even
  - code: @ % 2 != 0 ;; np: odd @ ;; vp: is odd ;; name: odd
  - code: @ > 0 ;; np: positive @ ;; vp: is positive ;; name: positive
  - code: @ < 0 ;; np: negative @ ;; vp: is negative ;; name: negative
  - code: @ != 0 ;; np: non-zero @ ;; vp: is not zero ;; name: nonzero
  - code: @ > $c ;; np: @ greater than $c ;; vp: is greater than $c ;; name: above_$c ;; c: 1..12
  - code: @ < $c ;; np: @ less than $c ;; vp: is less than $c ;; name: below_$c ;; c: 2..12
  - code: @ >= $c ;; np: @ that are at least $c ;; vp: is at least $c ;; name: at_least_$c ;; c:
    2..15
  - code: @ <= $c ;; np: @ that are at most $c ;; vp: is at most $c ;; name: at_most_$c ;; c: 1..15
  - code: @ % $c == 0 ;; np: @ divisible by $c ;; vp: is divisible by $c ;; name: divisible_by_$c ;;
    c: 3..7
  - code: @ % $c == 0 ;; np: multiples of $c among the @ ;; vp: is a multiple of $c
    ;; vps: are multiples of $c ;; name: multiples_of_$c ;; c: 3..9
  - code: @ % $c != 0 ;; np: @ not divisible by $c ;; vp: is not divisible by $c
    ;; name: not_divisible_by_$c ;; c: 3..6
  - code: @ % $c == 1 ;; np: @ that leave a remainder of 1 when divided by $c
    ;; vp: leaves a remainder of 1 when divided by $c ;; name: one_mod_$c ;; c: 3..6
  - code: abs(@) % 10 == $c ;; np: @ whose last digit is $c ;; vp: has $c as its last digit
    ;; vps: have $c as their last digit ;; name: ending_in_$c ;; c: 0..9
  - code: $c <= @ <= $d ;; np: @ from $c to $d (inclusive) ;; vp: lies between $c and $d, both
    included,
    ;; name: between_$c_and_$d ;; c: -3..3 ;; d: 6..14
  - code: 10 <= abs(@) <= 99 ;; np: two-digit @ ;; vp: has exactly two digits ;; name: two_digit
  - code: abs(@) > $c ;; np: @ whose absolute value exceeds $c ;; vp: has an absolute value above $c
    ;; name: far_from_zero ;; c: 2..10

bank int_map
  - code: @ * @ ;; its: its square ;; nps: the squares of @ ;; name: squares
  - code: @ ** 3 ;; its: its cube ;; nps: the cubes of @ ;; name: cubes
  - code: 2 * @ ;; its: twice its value ;; nps: the doubles of @ ;; name: doubles
  - code: abs(@) ;; its: its absolute value ;; nps: the absolute values of @ ;; name:
    absolute_values
  - code: @ + $c ;; its: its value plus $c ;; nps: the results of adding $c to each of @
    ;; name: plus_$c ;; c: 1..9
  - code: @ - $c ;; its: its value minus $c ;; nps: the results of subtracting $c from each of @
    ;; name: minus_$c ;; c: 1..9
  - code: -@ ;; its: its negation ;; nps: the negations of @ ;; name: negations
  - code: @ % $c ;; its: its remainder when divided by $c
    ;; nps: the remainders when each of @ is divided by $c ;; name: remainders ;; c: 3..9
  - code: @ // $c ;; its: its value divided by $c and rounded down
    ;; nps: the results of dividing each of @ by $c and rounding down ;; name: over_$c ;; c: 2..5
  - code: $c * @ ;; its: $c times its value ;; nps: the results of multiplying each of @ by $c
    ;; name: times_$c ;; c: 3..9
  - code: sum(int(d) for d in str(abs(@))) ;; its: the sum of its decimal digits
    ;; nps: the sums of the decimal digits of each of @ ;; name: digit_sums
  - code: len(str(abs(@))) ;; its: the number of its decimal digits
    ;; nps: the numbers of decimal digits of each of @ ;; name: digit_counts
  - code: abs(@) % 10 ;; its: its last decimal digit ;; nps: the last decimal digits of each of @
    ;; name: last_digits
  - code: abs(@ - $c) ;; its: its distance from $c ;; nps: the distances from $c of each of @
    ;; name: distances_from_$c ;; c: 2..12
  - code: min(@, $c) ;; its: the smaller of itself and $c
    ;; nps: the values of @, where those above $c count as $c ;; name: capped_at_$c ;; c: 4..12
  - code: max(@, $c) ;; its: the larger of itself and $c
    ;; nps: the values of @, where those below $c count as $c ;; name: raised_to_$c ;; c: 0..8
  - code: $c - @ ;; its: $c minus its value ;; nps: the results of subtracting each of @ from $c
    ;; name: complement_to_$c ;; c: 5..20
  - code: $c * @ + $d ;; its: $c times its value plus $d
    ;; nps: the results of multiplying each of @ by $c and adding $d ;; name: scaled ;; c: 2..5 ;;
    d: 1..9
  - code: @ * (@ + 1) // 2 ;; its: half the product of itself and its successor
    ;; nps: half the products of @ with their successors ;; name: triangles

bank int_list
  - code: sorted(@) ;; step: sort the numbers in ascending order ;; name: sorted
  - code: sorted(@, reverse=True) ;; step: sort the numbers in descending order ;; name: descending
  - code: @[::-1] ;; step: reverse the order of the numbers ;; name: reversed
  - code: list(dict.fromkeys(@)) ;; step: drop repeated numbers, keeping the first occurrence of
    each
    ;; name: unique
  - code: @[:$c] ;; step: keep only the first $c numbers, or all of them if there are fewer
    ;; name: first_$c ;; c: 2..5
  - code: @[$c:] ;; step: drop the first $c.word of the numbers ;; name: after_$c ;; c: 2..4
  - code: @[-$c:] ;; step: keep only the last $c numbers, or all of them if there are fewer
    ;; name: last_$c ;; c: 2..5
  - code: @[1:-1] ;; step: drop the first and the last of the numbers ;; name: inner
  - code: @[::2] ;; step: keep every second number, beginning with the first ;; name: every_second
  - code: @[1::2] ;; step: keep every second number, beginning with the second ;; name:
    odd_positions
  - code: @[::$c] ;; step: keep every $c.th number, beginning with the first ;; name: every_$c ;; c:
    3..4
  - code: [b - a for a, b in zip(@, @[1:])]
    ;; step: replace the list by the differences of neighbours, each number minus the one before it
    ;; name: differences
  - code: [a + b for a, b in zip(@, @[1:])]
    ;; step: replace the list by the sums of each two neighbours ;; name: neighbour_sums
  - code: [max(a, b) for a, b in zip(@, @[1:])]
    ;; step: replace the list by the larger number of each two neighbours ;; name: neighbour_maxima
  - code: [sum(@[:i + 1]) for i in range(len(@))]
    ;; step: replace each number by the sum of all numbers up to and including it ;; name:
    running_sums
  - code: [v * i for i, v in enumerate(@)]
    ;; step: multiply each number by its index, counted from 0 ;; name: weighted
  - code: [v + i for i, v in enumerate(@)]
    ;; step: add to each number its index, counted from 0 ;; name: shifted
  - code: sorted(@, key=abs) ;; step: sort the numbers by their absolute values, keeping the order
    of equal ones
    ;; name: by_size
  - code: @[$c:] + @[:$c] ;; step: move the first $c numbers, in their order, to the end ;; name:
    rotated
    ;; c: 1..3
  - code: @ + @[::-1] ;; step: append the same numbers in reverse order ;; name: mirrored
  - code: [v for v in @ if @.count(v) == 1] ;; step: keep only the numbers that occur exactly once
    ;; name: singles
  - code: [v for v in @ if @.count(v) > 1] ;; step: keep only the numbers that occur more than once
    ;; name: duplicates

bank int_source
  - kind: ints ;; arg: xs ;; np: numbers in xs ;; one: number in xs ;; code: xs ;; name: numbers
  - kind: ints ;; arg: xs ;; np: integers in xs ;; one: integer in xs ;; code: xs ;; name: numbers
  - kind: ints ;; arg: xs ;; np: elements of xs ;; one: element of xs ;; code: xs ;; name: elements
  - kind: ints ;; arg: xs ;; np: values in xs ;; one: value in xs ;; code: xs ;; name: values
  - kind: nat ;; arg: n ;; np: decimal digits of n ;; one: decimal digit of n
    ;; code: [int(d) for d in str(n)] ;; name: digits
  - kind: smallpos ;; arg: n ;; np: integers from 1 to n ;; one: integer from 1 to n
    ;; code: list(range(1, n + 1)) ;; name: up_to_n
  - kind: matrix ;; arg: matrix ;; np: numbers in matrix, read row by row, ;; one: number in matrix,
    read row by row,
    ;; code: [v for row in matrix for v in row] ;; name: entries
  - kind: words ;; arg: words ;; np: lengths of the strings in words ;; one: length of a string in
    words
    ;; code: [len(w) for w in words] ;; name: lengths
  - kind: scores ;; arg: scores ;; np: values of the dictionary scores ;; one: value of the
    dictionary scores
    ;; code: list(scores.values()) ;; name: scores
  - kind: records ;; arg: records ;; np: numbers of the pairs in records ;; one: number of a pair in
    records
    ;; code: [number for _, number in records] ;; name: record_numbers
  - kind: intcsv ;; arg: line ;; np: comma-separated integers in line ;; one: comma-separated
    integer in line
    ;; code: [int(part) for part in line.split(',')] ;; name: parsed_numbers

bank word_source
  - kind: words ;; arg: words ;; np: strings in words ;; one: string in words ;; code: words ;;
    name: words
  - kind: words ;; arg: words ;; np: strings in the list words ;; one: string in the list words ;;
    code:
    words ;; name: words
  - kind: words ;; arg: words ;; np: elements of words ;; one: element of words ;; code: words ;;
    name: strings
  - kind: snake ;; arg: name ;; np: parts of name between its underscores
    ;; one: part of name between its underscores ;; code: name.split('_') ;; name: parts
  - kind: text ;; arg: s ;; np: words of s, which are separated by white space,
    ;; one: word of s, the words being separated by white space, ;; code: s.split() ;; name: words
  - kind: scores ;; arg: scores ;; np: keys of the dictionary scores ;; one: key of the dictionary
    scores
    ;; code: list(scores) ;; name: keys

bank scan_act
  - code: total += @ ;; do: add it to the total
  - code: total -= @ ;; do: subtract it from the total
  - code: total += @ * @ ;; do: add its square to the total
  - code: total += abs(@) ;; do: add its absolute value to the total
  - code: total += 2 * @ ;; do: add twice its value to the total
  - code: total += $c ;; do: add $c to the total ;; c: 1..5
  - code: total -= $c ;; do: subtract $c from the total ;; c: 1..5
  - code: total *= 2 ;; do: double the total
  - code: total = 0 ;; do: set the total back to 0
  - code: total = -total ;; do: change the sign of the total
  - code: total = max(total, @) ;; do: raise the total to the number if the number is larger
  - code: total = min(total, @) ;; do: lower the total to the number if the number is smaller
  - code: total = @ ;; do: set the total to the number
  - code: break ;; do: stop and look at no further number
  - code: pass ;; do: leave the total as it is

bank shrink
  - code: n //= 2 ;; do: halve it, rounding down
  - code: n //= 3 ;; do: divide it by 3, rounding down
  - code: n //= $c ;; do: divide it by $c, rounding down ;; c: 4..9
  - code: n = sum(int(d) for d in str(n)) ;; do: replace it by the sum of its decimal digits
  - code: n //= 10 ;; do: drop its last decimal digit
  - code: n = n // 2 - 1 ;; do: halve it, rounding down, and subtract 1
  - code: n = (n - 1) // 2 ;; do: subtract 1 and halve it, rounding down
  - code: n -= n // 3 + 1 ;; do: subtract from it one more than a third of it, the third being
    rounded down

bank int_end
  - code: sum(@) ;; np: the sum of @ ;; type: int ;; name: sum_of ;; init: total = 0 ;; each: total
    += @
    ;; done: total
  - code: len(@) ;; np: the number of @ ;; bare: yes ;; type: int ;; name: count ;; init: count = 0
    ;; each: count += 1
    ;; done: count
  - code: @ ;; np: the list of @, in their order ;; type: list[int] ;; name: list_of ;; init: result
    = []
    ;; each: result.append(@) ;; done: result
  - code: sum(@) % $c ;; np: the remainder of the sum of @ when divided by $c ;; type: int ;; name:
    sum_mod
    ;; init: total = 0 ;; each: total += @ ;; done: total % $c ;; c: 5..11
  - code: max(@, default=$c) ;; np: the largest of @, or $c if there are none ;; type: int ;; name:
    largest_of
    ;; c: -1..0
  - code: min(@, default=$c) ;; np: the smallest of @, or $c if there are none ;; type: int
    ;; name: smallest_of ;; c: -1..0
  - code: max(@, default=0) - min(@, default=0)
    ;; np: the difference between the largest and the smallest of @, or 0 if there are none
    ;; type: int ;; name: spread_of
  - code: len(set(@)) ;; np: the number of different values among @ ;; type: int ;; name: distinct
  - code: sum(@) // max(1, len(@)) ;; np: the average of @, rounded down, or 0 if there are none ;;
    type: int
    ;; name: average_of
  - code: '$c.letter'.join(map(str, @)) ;; np: the string that lists @, separated by the letter
    $c.letter ;; type: str
    ;; name: joined ;; c: 24..24
  - code: ','.join(map(str, @)) ;; np: a string with @, separated by commas ;; type: str ;; name:
    joined
  - code: sum(@) > $c ;; np: True if the sum of @ is greater than $c, otherwise False ;; type: bool
    ;; name: is_large_sum_of ;; c: 5..30
  - code: len(@) >= $c ;; np: True if there are at least $c.word @, otherwise False ;; bare: yes ;;
    type: bool
    ;; name: has_enough ;; c: 2..4
  - code: (sum(@), len(@)) ;; np: a tuple of the sum and the number of @ ;; type: tuple[int, int]
    ;; name: sum_and_count
  - code: sum(@) - len(@) ;; np: the sum of @ minus how many there are ;; type: int ;; name:
    reduced_sum

bank word_pred
  - code: len(@) > $c ;; np: @ with more than $c characters ;; vp: has more than $c characters
    ;; name: longer_than_$c ;; c: 3..6
  - code: len(@) < $c ;; np: @ with fewer than $c characters ;; vp: has fewer than $c characters
    ;; name: shorter_than_$c ;; c: 4..6
  - code: len(@) == $c ;; np: @ of length $c ;; vp: has exactly $c characters ;; name: of_length_$c
    ;; c: 3..6
  - code: len(@) % 2 == 0 ;; np: @ of even length ;; vp: has an even number of characters ;; name:
    even_length
  - code: len(@) % 2 == 1 ;; np: @ of odd length ;; vp: has an odd number of characters ;; name:
    odd_length
  - code: @.startswith('$c.letter') ;; np: @ that start with '$c.letter' ;; vp: starts with
    '$c.letter'
    ;; name: starting_with_$c.letter ;; c: 1..20
  - code: @.endswith('$c.letter') ;; np: @ that end with '$c.letter' ;; vp: ends with '$c.letter'
    ;; name: ending_with_$c.letter ;; c: 1..20
  - code: '$c.letter' in @ ;; np: @ that contain the letter '$c.letter' ;; vp: contains the letter
    '$c.letter'
    ;; name: containing_$c.letter ;; c: 1..20
  - code: '$c.letter' not in @ ;; np: @ without the letter '$c.letter' ;; vp: does not contain the
    letter '$c.letter'
    ;; name: without_$c.letter ;; c: 1..20
  - code: @.count('$c.letter') == 1 ;; np: @ with exactly one '$c.letter' ;; vp: contains exactly
    one '$c.letter'
    ;; name: with_one_$c.letter ;; c: 1..20
  - code: @[:1] in ('a', 'e', 'i', 'o', 'u') ;; np: @ that start with a vowel ;; vp: starts with a
    vowel
    ;; name: starting_with_vowel
  - code: @ == @[::-1] ;; np: @ that read the same backwards ;; vp: reads the same backwards
    ;; name: palindromic
  - code: len(set(@)) < len(@) ;; np: @ in which some character occurs twice or more
    ;; vp: has a character that occurs more than once ;; name: with_repeats
  - code: len(set(@)) == len(@) ;; np: @ in which no character occurs twice
    ;; vp: has no character that occurs more than once ;; name: without_repeats
  - code: sum(ch in 'aeiou' for ch in @) >= $c ;; np: @ with at least $c vowels ;; vp: has at least
    $c vowels
    ;; name: with_$c_vowels ;; c: 2..3
  - code: @[-1:] in ('a', 'e', 'i', 'o', 'u') ;; np: @ that end with a vowel ;; vp: ends with a
    vowel
    ;; name: ending_with_vowel
  - code: @ > '$c.letter' ;; np: @ that come after '$c.letter' in alphabetical order
    ;; vp: is alphabetically after '$c.letter' ;; name: after_$c.letter ;; c: 6..18

bank word_map
  - code: @.upper() ;; its: its upper-case form ;; nps: the upper-case forms of @ ;; name: upper
  - code: @.capitalize() ;; its: itself with a capital first letter ;; nps: @ with a capital first
    letter
    ;; name: capitalized
  - code: @[::-1] ;; its: its reversal ;; nps: the reversals of @ ;; name: reversed
  - code: @[:$c] ;; its: its first $c characters (all of it if it is shorter)
    ;; nps: the first $c characters of each of @ (all of them if there are fewer) ;; name: prefixes
    ;; c: 2..4
  - code: @[-$c:] ;; its: its last $c characters (all of it if it is shorter)
    ;; nps: the last $c characters of each of @ (all of them if there are fewer) ;; name: suffixes
    ;; c: 2..3
  - code: @[1:] ;; its: itself without its first character ;; nps: @ without their first characters
    ;; name: tails
  - code: @[:-1] ;; its: itself without its last character ;; nps: @ without their last characters
    ;; name: clipped
  - code: @ * 2 ;; its: itself written twice in a row ;; nps: @, each written twice in a row ;;
    name: doubled
  - code: ''.join(sorted(@)) ;; its: its letters in alphabetical order
    ;; nps: @, each with its letters in alphabetical order ;; name: letter_sorted
  - code: ''.join(ch for ch in @ if ch not in 'aeiou') ;; its: itself without its vowels
    ;; nps: @ without their vowels ;; name: without_vowels
  - code: @ + '$c.letter' ;; its: itself with '$c.letter' appended ;; nps: @ with '$c.letter'
    appended to each
    ;; name: with_$c.letter ;; c: 1..20
  - code: '$c.letter' + @ ;; its: itself with '$c.letter' put in front
    ;; nps: @ with '$c.letter' put in front of each ;; name: prefixed ;; c: 1..20
  - code: @.replace('$c.letter', '') ;; its: itself without any '$c.letter'
    ;; nps: @ without any '$c.letter' ;; name: minus_$c.letter ;; c: 1..20
  - code: @.replace('$c.letter', '*') ;; its: itself with every '$c.letter' replaced by '*'
    ;; nps: @ with every '$c.letter' replaced by '*' ;; name: starred ;; c: 1..20
  - code: @ + @[::-1] ;; its: itself followed by its reversal ;; nps: @, each followed by its
    reversal
    ;; name: mirrored
  - code: @[:1] + str(len(@)) ;; its: its first character followed by its length
    ;; nps: abbreviations of @, which are the first character and the length, ;; name: abbreviated
  - code: ''.join(dict.fromkeys(@)) ;; its: itself with only the first occurrence of each character
    ;; nps: @ with only the first occurrence of each character ;; name: squeezed

bank word_int
  - code: len(@) ;; its: its length ;; one: the length of @ ;; nps: the lengths of @ ;; name: length
  - code: sum(ch in 'aeiou' for ch in @) ;; its: the number of its vowels ;; one: the number of
    vowels in @
    ;; nps: the numbers of vowels in each of @ ;; name: vowels
  - code: len(set(@)) ;; its: the number of its different characters ;; one: the number of different
    characters in @
    ;; nps: the numbers of different characters in each of @ ;; name: variety
  - code: @.count('$c.letter') ;; its: how often it contains '$c.letter' ;; one: the number of
    '$c.letter' in @
    ;; nps: the numbers of '$c.letter' in each of @ ;; name: count_$c.letter ;; c: 1..20
  - code: len(@) ** 2 ;; its: the square of its length ;; one: the square of the length of @
    ;; nps: the squares of the lengths of @ ;; name: squared_length
  - code: abs(len(@) - $c) ;; its: the difference between its length and $c, without sign,
    ;; one: the absolute difference between $c and the length of @
    ;; nps: the absolute differences between $c and the lengths of @ ;; name: length_gap ;; c: 3..6

bank word_list
  - code: sorted(@) ;; step: sort the strings alphabetically ;; name: sorted
  - code: sorted(@, reverse=True) ;; step: sort the strings in reverse alphabetical order ;; name:
    descending
  - code: sorted(@, key=len) ;; step: sort the strings by length, keeping the order of equally long
    ones
    ;; name: by_length
  - code: sorted(@, key=lambda w: (-len(w), w)) ;; name: longest_first
    ;; step: sort the strings by length, longest first, and equally long ones alphabetically
  - code: sorted(@, key=lambda w: w[::-1]) ;; name: by_ending
    ;; step: sort the strings by what they spell backwards
  - code: @[::-1] ;; step: reverse the order of the strings ;; name: reversed
  - code: list(dict.fromkeys(@)) ;; step: drop repeated strings, keeping the first occurrence of
    each
    ;; name: unique
  - code: @[:$c] ;; step: keep only the first $c strings, or all of them if there are fewer ;; name:
    first_$c
    ;; c: 2..4
  - code: @[$c:] ;; step: drop the first $c.word of the strings ;; name: after_$c ;; c: 1..3
  - code: @[-$c:] ;; step: keep only the last $c strings, or all of them if there are fewer ;; name:
    last_$c
    ;; c: 2..4
  - code: @[::2] ;; step: keep every second string, beginning with the first ;; name: every_second
  - code: @[1::2] ;; step: keep every second string, beginning with the second ;; name:
    odd_positions
  - code: [a + b for a, b in zip(@, @[1:])] ;; name: joined_pairs
    ;; step: replace the list by its neighbours joined in pairs, each string followed by the next
    one
  - code: [w for w in @ if @.count(w) == 1] ;; step: keep only the strings that occur exactly once
    ;; name: singles
  - code: [w + str(i) for i, w in enumerate(@)] ;; step: append to each string its index, counted
    from 0
    ;; name: numbered
  - code: [w * i for i, w in enumerate(@, 1)] ;; name: repeated
    ;; step: repeat each string as often as its position says, counted from 1

bank word_end
  - code: @ ;; np: the list of @, in their order ;; type: list[str] ;; name: list_of ;; init: result
    = []
    ;; each: result.append(@) ;; done: result
  - code: len(@) ;; np: the number of @ ;; bare: yes ;; type: int ;; name: count ;; init: count = 0
    ;; each: count += 1
    ;; done: count
  - code: ''.join(@) ;; np: the concatenation of @ ;; type: str ;; name: concatenated ;; init:
    result = ''
    ;; each: result += @ ;; done: result
  - code: ' '.join(@) ;; np: a string of @, separated by single spaces ;; type: str ;; name: joined
  - code: '-'.join(@) ;; np: a string of @, joined by hyphens ;; type: str ;; name: hyphenated
  - code: ','.join(@) ;; np: a string of @, joined by commas ;; type: str ;; name: comma_joined
  - code: sum(len(w) for w in @) ;; np: the total length of @ ;; type: int ;; name: total_length_of
    ;; init: total = 0 ;; each: total += len(@) ;; done: total
  - code: max(@, key=len, default='') ;; type: str ;; name: longest_of
    ;; np: the longest of @ (the first one if several are equally long), or an empty string if there
    are none
  - code: min(@, key=len, default='') ;; type: str ;; name: shortest_of
    ;; np: the shortest of @ (the first one if several are equally short), or an empty string if
    there are none
  - code: min(@, default='') ;; type: str ;; name: first_alphabetically
    ;; np: the alphabetically first of @, or an empty string if there are none
  - code: max(@, default='') ;; type: str ;; name: last_alphabetically
    ;; np: the alphabetically last of @, or an empty string if there are none
  - code: ''.join(w[:1] for w in @) ;; np: a string of the first letters of @ ;; type: str ;; name:
    initials_of
  - code: [len(w) for w in @] ;; np: a list of the lengths of @ ;; type: list[int] ;; name:
    lengths_of
    ;; init: result = [] ;; each: result.append(len(@)) ;; done: result
  - code: {w: len(w) for w in @} ;; np: a dictionary from @ to their lengths ;; type: dict[str, int]
    ;; name: length_map ;; init: result = {} ;; each: result[@] = len(@) ;; done: result
  - code: len(set(@)) ;; np: the number of different strings among @ ;; type: int ;; name: distinct

bank char_pred
  - code: @.isdigit() ;; caseless: yes ;; a: a digit ;; vp: is a digit ;; np: digits
  - code: @.isalpha() ;; a: a letter ;; vp: is a letter ;; np: letters
  - code: @.isupper() ;; a: an upper-case letter ;; vp: is an upper-case letter ;; np: upper-case
    letters
  - code: @.islower() ;; a: a lower-case letter ;; vp: is a lower-case letter ;; np: lower-case
    letters
  - code: @ == ' ' ;; caseless: yes ;; a: a space ;; vp: is a space ;; np: spaces
  - code: @ in 'aeiouAEIOU' ;; a: a vowel (of either case) ;; vp: is a vowel (of either case) ;; np:
    vowels (of either case)
  - code: @ in '.,;!?' ;; caseless: yes ;; a: one of the characters .,;!? ;; vp: is one of the
    characters .,;!? ;;
    np: characters that are one of .,;!?
  - code: @.lower() == '$c.letter' ;; a: the letter '$c.letter' (of either case)
    ;; vp: is the letter '$c.letter' (of either case) ;; np: letters '$c.letter' (of either case) ;;
    c: 1..20
  - code: @ in '$c.letter$d.letter' ;; a: '$c.letter' or '$d.letter' ;; vp: is '$c.letter' or
    '$d.letter'
    ;; np: letters '$c.letter' or '$d.letter' ;; c: 1..9 ;; d: 11..20
  - code: @.isalnum() ;; a: a letter or a digit ;; vp: is a letter or a digit ;; np: letters and
    digits
  - code: 'a' <= @.lower() <= '$c.letter' ;; a: a letter from a to $c.letter (of either case)
    ;; vp: is a letter from a to $c.letter (of either case) ;; np: letters from a to $c.letter (of
    either case) ;; c: 6..16

bank char_act
  - code: @.upper() ;; case: yes ;; do: convert it to upper case ;; done: converted to upper case
  - code: @.swapcase() ;; case: yes ;; do: swap its case ;; done: given the other case
  - code: '' ;; do: leave it out ;; done: left out
  - code: @ * 2 ;; do: write it twice ;; done: written twice
  - code: '*' ;; do: write '*' instead ;; done: replaced by '*'
  - code: '_' ;; do: write '_' instead ;; done: replaced by '_'
  - code: '#' ;; do: write '#' instead ;; done: replaced by '#'
  - code: '[' + @ + ']' ;; do: put it in square brackets ;; done: put in square brackets
  - code: @ + '-' ;; do: write it followed by '-' ;; done: followed by '-'
  - code: '<' + @ ;; do: write it preceded by '<' ;; done: preceded by '<'

bank agg
  - code: sum(@) ;; np: the sum of @ ;; name: sum ;; word: sum
  - code: max(@) ;; np: the largest of @ ;; name: max ;; word: maximum
  - code: min(@) ;; np: the smallest of @ ;; name: min ;; word: minimum
  - code: max(@) - min(@) ;; np: the difference between the largest and the smallest of @ ;; name:
    range ;; word: range
  - code: len(set(@)) ;; np: the number of different values among @ ;; name: distinct ;; word:
    number of different values
)FAMILY";

}  // namespace scribe
