// Lists of words and sentences.
#include "exercises/families/texts.h"

namespace scribe {

const std::string_view kWordFamilies = R"FAMILY(
family words/count_matching
level 1
args words:words
par p @word_pred
ret int
name count_$p.name, how_many_$p.name
say Return how many strings in words there are such that each of them $p.vp.
say Count the strings in words that $p.vps{, and return the count|}.
code
    return sum(1 for word in words if $p(word))
code
    count = 0
    for word in words:
        if $p(word):
            count += 1
    return count

family words/first_matching
level 1
args words:words
par p @word_pred
par d
  - code: '' ;; say: an empty string
  - code: 'none' ;; say: the string 'none'
  - code: '?' ;; say: '?'
par o
  - code: words ;; say: first
  - code: reversed(words) ;; say: last
par r
  - code: @ ;; say: that string ;; name: find
  - code: @.upper() ;; say: that string in upper case ;; name: find_upper
  - code: @[::-1] ;; say: that string reversed ;; name: find_reversed
  - code: @ + str(len(@)) ;; say: that string followed by its length ;; name: find_with_length
ret str
name $r.name_$p.name, $o.say_$p.name
say Look for the $o.say string in words that $p.vp, and return $r.say. If there is none, return
    $d.say.
code
    for word in $o:
        if $p(word):
            return $r(word)
    return $d
code
    matches = [word for word in $o if $p(word)]
    return $r(matches[0]) if matches else $d

family words/partition
level 2
args words:words
par p @word_pred
par k
  - code: (yes, no) ;; say: a tuple of two lists: the strings that meet the condition, and the
    others ;; type: tuple[list[str], list[str]] ;; name: split
  - code: yes + no ;; say: one list with first the strings that meet the condition and then the
    others ;; type: list[str] ;; name: move_front
  - code: no + yes ;; say: one list with first the strings that do not meet the condition and then
    those that do ;; type: list[str] ;; name: move_back
  - code: yes[::-1] + no ;; say: one list with first the strings that meet the condition, in reverse
    order, and then the others ;; type: list[str] ;; name: reverse_front
  - code: (len(yes), len(no)) ;; say: a tuple with the number of strings that meet the condition and
    the number of the others ;; type: tuple[int, int] ;; name: split_counts
  - code: sorted(yes) + no ;; say: one list with first the strings that meet the condition, in
    alphabetical order, and then the others in their order ;; type: list[str] ;; name: sort_front
ret $k.type
name $k.name_$p.name, $k.name_words
say The condition is that a string $p.vp. Return $k.say.
hint Otherwise the strings keep their order.
code
    yes = [word for word in words if $p(word)]
    no = [word for word in words if not ($p(word))]
    return $k
code
    yes, no = [], []
    for word in words:
        if $p(word):
            yes.append(word)
        else:
            no.append(word)
    return $k

family words/sort_by_number
level 2
args words:words
par k @word_int
par t
  - code: sorted(words, key=lambda w: (measure(w), w)) ;; say: the smallest first. Strings with the
    same number are sorted alphabetically ;; name: ascending
  - code: sorted(words, key=lambda w: (-measure(w), w)) ;; say: the largest first. Strings with the
    same number are sorted alphabetically ;; name: descending
  - code: sorted(words, key=measure) ;; say: the smallest first. Strings with the same number stay
    in their order ;; name: stable
  - code: sorted(words, key=measure, reverse=True) ;; say: the largest first. Strings with the same
    number stay in their order ;; name: stable_descending
  - code: sorted(set(words), key=lambda w: (measure(w), w)) ;; say: the smallest first, each
    different string only once. Strings with the same number are sorted alphabetically ;; name:
    unique
  - code: sorted(words, key=lambda w: (measure(w), w))[:$c] ;; say: the smallest first, but at most
    the first $c. Strings with the same number are sorted alphabetically ;; name: lowest ;; c: 2..3
ret list[str]
name sort_by_$k.name, $t.name_by_$k.name, order_by_$k.name
say For every string, consider $k.its. Return the list of the strings in words sorted by this
    number, $t.say.
code
    def measure(w):
        return $k(w)

    return $t

family words/best_by
level 2
args words:words+
par k @word_int
par t
  - code: max(words, key=measure) ;; say: largest, the first one if there are several ;; name: max
  - code: min(words, key=measure) ;; say: smallest, the first one if there are several ;; name: min
  - code: max(reversed(words), key=measure) ;; say: largest, the last one if there are several ;;
    name: last_max
  - code: min(sorted(words), key=measure) ;; say: smallest, the alphabetically first one if there
    are several ;; name: first_min
  - code: max(sorted(words), key=measure) ;; say: largest, the alphabetically first one if there are
    several ;; name: first_max
par r
  - code: @ ;; say: the string in words ;; type: str ;; name: word
  - code: words.index(@) ;; say: the index (of the first occurrence in words) of the string ;; type:
    int ;; name: index
  - code: words.count(@) ;; say: how often words contains the string ;; type: int ;; name: frequency
ret $r.type
name $r.name_of_$t.name_$k.name, $t.name_$k.name_$r.name
say Return $r.say for which the following is $t.say: $k.its.
code
    def measure(w):
        return $k(w)

    best = $t
    return $r(best)

family words/sum_of
level 1
args words:words
par p @word_pred
par k @word_int
par a
  - code: sum(@) ;; say: Return the sum of these numbers ;; name: sum
  - code: max(@, default=0) ;; say: Return the largest of these numbers, or 0 if there are none ;;
    name: max
  - code: min(@, default=0) ;; say: Return the smallest of these numbers, or 0 if there are none ;;
    name: min
  - code: len(set(@)) ;; say: Return how many different values there are among these numbers ;;
    name: distinct
ret int
name $a.name_$k.name, $a.name_$k.name_$p.name
say For each string in words that $p.vp, take $k.its. $a.say.
code
    numbers = [$k(word) for word in words if $p(word)]
    return $a(numbers)
code
    numbers = []
    for word in words:
        if $p(word):
            numbers.append($k(word))
    return $a(numbers)

family words/sentence_words
level 2
args s:text
par k
  - code: len(w) > $c ;; say: longer than $c characters ;; c: 2..6
  - code: w[0].isupper() ;; say: beginning with an upper-case letter
  - code: w[-1] in '.,;!?' ;; say: ending with one of the characters .,;!?
  - code: w.isalpha() ;; say: consisting only of letters
  - code: any(ch.isdigit() for ch in w) ;; say: containing a digit
  - code: w.lower() == w ;; say: without upper-case letters
  - code: w[0] in 'aeiouAEIOU' ;; say: beginning with a vowel
  - code: len(w) % 2 == 0 ;; say: of even length
par a
  - code: w.upper() ;; say: put in upper case ;; name: shout
  - code: w[::-1] ;; say: reversed ;; name: reverse
  - code: '<' + w + '>' ;; say: enclosed in '<' and '>' ;; name: mark
  - code: str(len(w)) ;; say: replaced by its length ;; name: measure
  - code: w[0] + '.' ;; say: replaced by its first character and a dot ;; name: abbreviate
  - code: '*' * len(w) ;; say: replaced by as many '*' as it has characters ;; name: mask
  - code: w.swapcase() ;; say: put in the other case ;; name: swap_case
  - code: w + w ;; say: written twice without a space ;; name: double
ret str
name $a.name_words, $a.name_some_words
say Split s at white space into words. Every word $k.say is $a.say; the others stay as they are.
    Return the words joined by single spaces.
code
    return ' '.join($a if $k else w for w in s.split())
code
    result = []
    for w in s.split():
        if $k:
            result.append($a)
        else:
            result.append(w)
    return ' '.join(result)

family words/word_positions
level 2
args s:text
par q
  - code: i % $c == 0 ;; say: indices divisible by $c ;; c: 2..4
  - code: i % $c == 1 ;; say: indices that leave the remainder 1 when divided by $c ;; c: 2..4
  - code: i >= $c ;; say: indices from $c on ;; c: 1..3
  - code: i < $c ;; say: indices below $c ;; c: 2..4
  - code: i == len(words) - 1 ;; say: the last index
  - code: i in (0, len(words) - 1) ;; say: the first and the last index
par a
  - code: w.upper() ;; say: put in upper case ;; name: shout
  - code: w[::-1] ;; say: reversed ;; name: reverse
  - code: w.capitalize() ;; say: written with a capital first letter and the rest in lower case ;;
    name: capitalize
  - code: '-' * len(w) ;; say: replaced by as many hyphens as they have characters ;; name: blank
  - code: w[:$c] ;; say: cut off after $c characters ;; name: cut ;; c: 1..4
  - code: w.lower() + '!' ;; say: put in lower case and followed by '!' ;; name: stress
  - code: str(i) ;; say: replaced by their indices ;; name: number
par j
  - code: ' ' ;; say: single spaces
  - code: '_' ;; say: underscores
  - code: ', ' ;; say: a comma and a space
ret str
name $a.name_by_position, $a.name_at_indices
say Split s at white space into words and number them from 0. Words at $q.say are $a.say. Return all
    words joined with $j.say.
code
    words = s.split()
    for i, w in enumerate(words):
        if $q:
            words[i] = $a
    return $j.join(words)
code
    words = s.split()
    return $j.join($a if $q else w for i, w in enumerate(words))

family words/initials
level 1
args s:text
par c
  - code: w[0].upper() ;; say: the first character of each word in upper case ;; name: initials
  - code: w[-1].lower() ;; say: the last character of each word in lower case ;; name: last_letters
  - code: w[:2].lower() ;; say: the first two characters of each word in lower case (of a shorter
    word the whole) ;; name: word_starts
  - code: w[len(w) // 2] ;; say: the character of each word in the middle (of two in the middle the
    second one) ;; name: middle_letters
  - code: w[0] + w[-1] ;; say: the first and the last character of each word (the same one twice if
    it is the only one) ;; name: word_ends
  - code: max(w) ;; say: the character of each word that has the largest character code ;; name:
    top_letters
par j
  - code: '' ;; say: without anything between them
  - code: '.' ;; say: with dots between them
  - code: '-' ;; say: with hyphens between them
  - code: ' ' ;; say: with single spaces between them
par o
  - code: s.split() ;; say: in their order
  - code: reversed(s.split()) ;; say: from the last word to the first
  - code: sorted(s.split(), key=len) ;; say: from the shortest word to the longest, equally long
    ones in their order
ret str
name $c.name_of_words, $c.name
say The words of s are separated by white space. Take $c.say, $o.say, and return them as a string
    $j.say.
code
    return $j.join($c for w in $o)
code
    parts = []
    for w in $o:
        parts.append($c)
    return $j.join(parts)
)FAMILY";

}  // namespace scribe
