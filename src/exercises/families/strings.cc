// Characters of strings: counting, replacing, searching, ciphers, palindromes, runs.
#include "exercises/families/texts.h"

namespace scribe {

const std::string_view kStringFamilies = R"FAMILY(
family strings/count_class
level 1
args s:text
par p @char_pred
ret int
name count_characters, count_matching, how_many
say Return the number of characters of s that are $p.np.
say Count how many characters of s are $p.np{, and return the count|}.
code
    return sum(1 for ch in s if $p(ch))
code
    count = 0
    for ch in s:
        if $p(ch):
            count += 1
    return count

family strings/compare_classes
level 2
args s:text
par p @char_pred
par q @char_pred
par k
  - code: a - b ;; say: the first count minus the second ;; type: int ;; name: difference
  - code: a > b ;; say: True if the first count is greater than the second, otherwise False ;; type:
    bool ;; name: more
  - code: (a, b) ;; say: a tuple of the two counts ;; type: tuple[int, int] ;; name: both
  - code: max(a, b) ;; say: the larger one of the two counts ;; type: int ;; name: larger
  - code: a + 2 * b ;; say: the first count plus twice the second one ;; type: int ;; name: weighted
  - code: abs(a - b) ;; say: the absolute difference of the two counts ;; type: int ;; name: gap
ret $k.type
name compare_counts, count_$k.name, class_$k.name
say Count the characters of s that are $p.np, and those that are $q.np (a character may count for
    both). Return $k.say.
code
    a = sum(1 for ch in s if $p(ch))
    b = sum(1 for ch in s if $q(ch))
    return $k

family strings/keep_class
level 1
args s:text
par p @char_pred
par o
  - code: kept ;; say: in their order ;; name: kept
  - code: kept[::-1] ;; say: in reverse order ;; name: reversed
  - code: ''.join(sorted(kept)) ;; say: sorted by their character codes ;; name: sorted
  - code: ''.join(dict.fromkeys(kept)) ;; say: in their order, but each one only where it occurs
    first ;; name: unique
  - code: '-'.join(kept) ;; say: in their order, with hyphens between them ;; name: hyphenated
  - code: kept.upper() ;; say: in their order and in upper case ;; name: upper
  - code: kept[:$c] ;; say: in their order, but at most the first $c of them ;; name: first_$c ;; c:
    2..5
  - code: kept[-$c:] ;; say: in their order, but at most the last $c of them ;; name: last_$c ;; c:
    2..5
  - code: kept[::2] ;; say: in their order, but only every second one, beginning with the first ;;
    name: alternate
  - code: kept + str(len(kept)) ;; say: in their order, followed by how many they are ;; name:
    counted
ret str
name extract_$o.name, $o.name_characters, select_characters
say Return a string of the characters of s that are $p.np, $o.say.
code
    kept = ''.join(ch for ch in s if $p(ch))
    return $o
code
    kept = ''
    for ch in s:
        if $p(ch):
            kept += ch
    return $o

family strings/drop_class
level 2
args s:text
par p @char_pred
par q @char_pred
ret str
name strip_characters, without_class, remove_and_swap
say Remove from s all characters that are $p.np. In what remains, swap upper and lower case of the
    letters directly before characters that are $q.np. Return the result.
code
    rest = [ch for ch in s if not ($p(ch))]
    result = ''
    for i, ch in enumerate(rest):
        if i + 1 < len(rest) and $q(rest[i + 1]):
            result += ch.swapcase()
        else:
            result += ch
    return result

family strings/first_index
level 2
args s:text
par p @char_pred
par d -3..-1
par r
  - code: i ;; say: the index of the first character of s that is ;; dir: range(len(s)) ;; name:
    first
  - code: i ;; say: the index of the last character of s that is ;; dir: range(len(s) - 1, -1, -1)
    ;; name: last
ret int
name $r.name_position, find_$r.name
say Return $r.say $p.a. Return $d if there is none.
hint Indices are counted from 0.
code
    for i in $r.dir:
        if $p(s[i]):
            return i
    return $d

family strings/between_marks
level 3
args s:text
par p @char_pred
par r
  - code: last - first - 1 ;; say: the number of characters between the first and the last of them
    ;; type: int ;; e: 0 ;; name: gap
  - code: s[first + 1:last] ;; say: the part of s between the first and the last of them, without
    these two ;; type: str ;; e: '' ;; name: between
  - code: s[first:last + 1] ;; say: the part of s from the first to the last of them, including
    these two ;; type: str ;; e: '' ;; name: span
  - code: s[:first] + s[last + 1:] ;; say: what is left of s without the part from the first to the
    last of them ;; type: str ;; e: '' ;; name: outside
  - code: s[:first] + s[first:last + 1][::-1] + s[last + 1:] ;; say: s with the part from the first
    to the last of them reversed ;; type: str ;; e: '' ;; name: reversed_span
ret $r.type
name text_$r.name, $r.name_marks
say Look for the characters of s that are $p.np. Return $r.say. If there is no such character,
    return $r.e.
hint The first and the last one may be the same character.
code
    positions = [i for i, ch in enumerate(s) if $p(ch)]
    if not positions:
        return $r.e
    first, last = positions[0], positions[-1]
    return $r

family strings/longest_run_of
level 3
args s:text
par p @char_pred
par r
  - code: len(best) ;; say: the length of the longest part of s that consists only of ;; type: int
    ;; name: length ;; e: 0
  - code: best ;; say: the longest part of s that consists only of ;; type: str ;; name: part ;; e:
    an empty string
ret $r.type
name longest_run_$r.name, longest_block_$r.name
say Return $r.say characters that are $p.np and stand directly next to each other. If several parts
    are equally long, the first one counts; if there is none, return $r.e.
code
    best = ''
    current = ''
    for ch in s:
        if $p(ch):
            current += ch
            if len(current) > len(best):
                best = current
        else:
            current = ''
    return $r

family strings/runs
level 3
args s:runs
par r
  - code: ''.join(ch + str(n) for ch, n in runs) ;; say: a string that gives, for each run, the
    character followed by the length of the run ;; type: str ;; name: encode
  - code: ''.join(str(n) + ch for ch, n in runs) ;; say: a string that gives, for each run, the
    length of the run followed by the character ;; type: str ;; name: describe
  - code: ''.join(ch if n == 1 else ch + str(n) for ch, n in runs) ;; say: a string that gives, for
    each run, the character, followed by the length of the run where that is more than 1 ;; type:
    str ;; name: compact
  - code: [n for _, n in runs] ;; say: a list of the lengths of the runs ;; type: list[int] ;; name:
    lengths_of
  - code: ''.join(ch for ch, _ in runs) ;; say: a string with one character for each run ;; type:
    str ;; name: collapse
  - code: len(runs) ;; say: the number of runs ;; type: int ;; name: count
  - code: max((n for _, n in runs), default=0) ;; say: the length of the longest run, or 0 if s is
    empty ;; type: int ;; name: longest
  - code: sum(n >= $c for _, n in runs) ;; say: the number of runs of length $c or more ;; type: int
    ;; name: long ;; c: 2..3
  - code: ''.join(ch * min(n, $c) for ch, n in runs) ;; say: s with every run shortened to at most
    $c characters ;; type: str ;; name: limit ;; c: 2..3
  - code: ''.join(ch for ch, n in runs if n == 1) ;; say: a string of the characters that form runs
    of length 1, in their order ;; type: str ;; name: single
  - code: ''.join(ch * n for ch, n in reversed(runs) if n > 1) ;; say: a string of all runs longer
    than 1, the last run first ;; type: str ;; name: reversed
  - code: '|'.join(ch * n for ch, n in runs) ;; say: s with '|' inserted between neighbouring runs
    ;; type: str ;; name: split
  - code: [ch * n for ch, n in runs] ;; say: a list of the runs as strings ;; type: list[str] ;;
    name: list_of
  - code: ''.join(ch * (n + 1) for ch, n in runs) ;; say: s with every run made one character longer
    ;; type: str ;; name: extend
  - code: ''.join(ch * (n - 1) for ch, n in runs) ;; say: s with every run made one character
    shorter ;; type: str ;; name: shorten
  - code: ''.join(ch.upper() if n > 1 else ch.lower() for ch, n in runs) ;; say: a string with one
    character for each run, in upper case if the run is longer than 1 and in lower case otherwise ;;
    type: str ;; name: mark
  - code: {ch: max(m for c, m in runs if c == ch) for ch, _ in runs} ;; say: a dictionary from each
    character of s to the length of its longest run ;; type: dict[str, int] ;; name: longest_per
ret $r.type
name $r.name_runs, run_$r.name
say A run is a longest possible sequence of equal characters next to each other in s (case matters).
    Return $r.say.
code
    runs = []
    for ch in s:
        if runs and runs[-1][0] == ch:
            runs[-1] = (ch, runs[-1][1] + 1)
        else:
            runs.append((ch, 1))
    return $r
code
    from itertools import groupby

    runs = [(ch, len(list(group))) for ch, group in groupby(s)]
    return $r

family strings/shift_letters
level 3
args s:text
par f
  - code: $c ;; say: $c places forward ;; name: by_$c ;; c: 1..25
  - code: -$c ;; say: $c places backward ;; name: back_$c ;; c: 2..24
  - code: i ;; say: forward by as many places as its index in s says (counted from 0) ;; name:
    by_index
  - code: i + $c ;; say: forward by $c plus its index in s (counted from 0) places ;; name:
    progressively ;; c: 1..9
  - code: $c * i ;; say: forward by $c times its index in s (counted from 0) places ;; name: growing
    ;; c: 2..7
  - code: (-1) ** i * $c ;; say: $c places forward if its index in s is even, and $c places backward
    if it is odd, ;; name: alternately ;; c: 1..12
  - code: len(s) ;; say: forward by as many places as s has characters ;; name: by_length
  - code: i // $c ;; say: forward by its index in s divided by $c, rounded down, places ;; name:
    slowly ;; c: 2..4
par w
  - code: ch ;; say: All other characters stay as they are.
  - code: '?' ;; say: Every other character is replaced by '?'.
  - code: '' ;; say: All other characters are left out.
ret str
name shift_$f.name, rotate_letters_$f.name
say Return s with every lower-case letter moved $f.say in the alphabet, which starts again with 'a'
    after 'z'. $w.say
say Encode s: each letter from 'a' to 'z' moves $f.say in the alphabet, where 'a' follows after 'z'.
    $w.say Return the encoded string.
code
    result = ''
    for i, ch in enumerate(s):
        if 'a' <= ch <= 'z':
            result += chr((ord(ch) - ord('a') + $f) % 26 + ord('a'))
        else:
            result += $w
    return result
code
    alphabet = 'abcdefghijklmnopqrstuvwxyz'
    result = []
    for i, ch in enumerate(s):
        if ch in alphabet:
            result.append(alphabet[(alphabet.index(ch) + $f) % 26])
        else:
            result.append($w)
    return ''.join(result)

family strings/mirror_alphabet
level 2
args word:word
par c 0..25
ret str
name mirror_letters, reflect_alphabet
say Number the letters from 'a' = 0 to 'z' = 25 and replace each letter with number x of word by the
    one with number ($c - x) modulo 26. Return the result.
code
    return ''.join(chr(($c - (ord(ch) - 97)) % 26 + 97) for ch in word)
code
    letters = 'abcdefghijklmnopqrstuvwxyz'
    result = ''
    for ch in word:
        result += letters[($c - letters.index(ch)) % 26]
    return result

family strings/letter_value
level 2
args word:word
par v
  - code: ord(@) - 96 ;; say: a counts 1, b counts 2 and so on up to 26 for z
  - code: 123 - ord(@) ;; say: z counts 1, y counts 2 and so on up to 26 for a
  - code: (ord(@) - 97) % $c + 1 ;; say: a counts 1, b counts 2 and so on, starting again with 1
    after $c, ;; c: 5..9
  - code: $c if @ in 'aeiou' else $d ;; say: a vowel counts $c and any other letter $d ;; c: 2..9 ;;
    d: 1..4
  - code: ord(@) - 97 ;; say: a counts 0, b counts 1 and so on up to 25 for z
par r
  - code: sum(values) ;; say: the sum of the values of all letters of word ;; name: sum
  - code: max(values, default=0) ;; say: the largest value of a letter of word, or 0 if word is
    empty ;; name: max
  - code: sum(values) % $c ;; say: the remainder of the sum of the values of all letters when
    divided by $c ;; name: residue ;; c: 7..13
  - code: sum(v * i for i, v in enumerate(values, 1)) ;; say: the sum of the values of all letters
    of word, each multiplied by its position (counted from 1) ;; name: weighted
  - code: sum(values[::2]) - sum(values[1::2]) ;; say: the sum of the values at even indices minus
    the sum of those at odd indices (the first letter has index 0) ;; name: alternating
  - code: sum(values) * len(values) ;; say: the sum of the values of all letters of word multiplied
    by the length of word ;; name: scaled
  - code: sum(abs(a - b) for a, b in zip(values, values[1:])) ;; say: the sum of the absolute
    differences of the values of neighbouring letters ;; name: roughness
ret int
name word_value_$r.name, letter_$r.name, $r.name_of_letters
say Letters have values: $v.say. Return $r.say.
code
    values = [$v(ch) for ch in word]
    return $r

family strings/reverse_parts
level 2
args s:text
par c 2..5
par r
  - code: part[::-1] ;; say: reversed ;; name: reverse
  - code: part.upper() if i % 2 == 0 else part.lower() ;; say: put in upper case if it is the first,
    third, fifth ..., and in lower case if it is the second, fourth ... ;; name: alternate_case
  - code: part[1:] + part[:1] ;; say: rotated, so that its first character becomes its last ;; name:
    rotate
  - code: part[-1:] + part[:-1] ;; say: rotated, so that its last character becomes its first ;;
    name: rotate_back
  - code: part if i % 2 == 0 else part[::-1] ;; say: reversed if it is the second, fourth, sixth
    ..., and kept otherwise ;; name: snake
  - code: ''.join(sorted(part)) ;; say: sorted by the codes of its characters ;; name: sort
  - code: part[:1] ;; say: replaced by its first character ;; name: heads_of
  - code: part[1:] ;; say: shortened by its first character ;; name: tails_of
  - code: part + '.' ;; say: followed by '.' ;; name: dot
  - code: part.swapcase() if i % 2 == 1 else part ;; say: given the other case if it is the second,
    fourth, sixth ..., and kept otherwise ;; name: swap_case
ret str
name $r.name_blocks_of_$c, $r.name_chunks
say Cut s into parts of $c characters, from the left; the last part may be shorter. Each part is
    $r.say. Return the parts joined together again.
code
    result = ''
    for i, start in enumerate(range(0, len(s), $c)):
        part = s[start:start + $c]
        result += $r
    return result
code
    parts = [s[i:i + $c] for i in range(0, len(s), $c)]
    return ''.join($r for i, part in enumerate(parts))

family strings/palindrome_variant
level 2
args s:text
par f
  - code: s.lower() ;; say: if upper and lower case are not distinguished
  - code: [ch for ch in s.lower() if ch.isalpha()] ;; say: if only letters count and their case is
    ignored
  - code: [ch for ch in s if ch != ' '] ;; say: if spaces are ignored, but not the case of letters
  - code: [ch for ch in s.lower() if ch in 'aeiou'] ;; say: if only vowels count and their case is
    ignored
  - code: [ch for ch in s.lower() if ch.isalpha() and ch not in 'aeiou'] ;; say: if only consonants
    count and their case is ignored
  - code: [ch.isalpha() for ch in s] ;; say: if all letters count as the same character, and all
    other characters as another one
par r
  - code: sum(t[i] == t[-1 - i] for i in range(len(t) // 2)) ;; say: the number of characters in the
    first half that equal their mirror images in the second half ;; name: matches
  - code: sum(t[i] != t[-1 - i] for i in range(len(t) // 2)) ;; say: the number of characters in the
    first half that differ from their mirror images in the second half ;; name: mismatches
  - code: max(len(t) - 2 * sum(t[i] != t[-1 - i] for i in range(len(t) // 2)), 0) ;; say: the number
    of characters that count minus twice the number of those in the first half that differ from
    their mirror images (at least 0) ;; name: symmetry
ret int
name mirror_$r.name, palindrome_$r.name
say Compare s with its reversal, $f.say. Return $r.say.
hint A character in the middle has no mirror image.
code
    t = $f
    return $r
)FAMILY";

}  // namespace scribe
