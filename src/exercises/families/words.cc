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
say Look for the $o.say string in words that $p.vp, and return $r.say. If there is none, return $d.say.
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
  - code: (yes, no) ;; say: a tuple of two lists: the strings that meet the condition, and the others ;; type: tuple[list[str], list[str]] ;; name: split
  - code: yes + no ;; say: one list with first the strings that meet the condition and then the others ;; type: list[str] ;; name: move_front
  - code: no + yes ;; say: one list with first the strings that do not meet the condition and then those that do ;; type: list[str] ;; name: move_back
  - code: yes[::-1] + no ;; say: one list with first the strings that meet the condition, in reverse order, and then the others ;; type: list[str] ;; name: reverse_front
  - code: (len(yes), len(no)) ;; say: a tuple with the number of strings that meet the condition and the number of the others ;; type: tuple[int, int] ;; name: split_counts
  - code: sorted(yes) + no ;; say: one list with first the strings that meet the condition, in alphabetical order, and then the others in their order ;; type: list[str] ;; name: sort_front
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
  - code: sorted(words, key=lambda w: (measure(w), w)) ;; say: the smallest first. Strings with the same number are sorted alphabetically ;; name: ascending
  - code: sorted(words, key=lambda w: (-measure(w), w)) ;; say: the largest first. Strings with the same number are sorted alphabetically ;; name: descending
  - code: sorted(words, key=measure) ;; say: the smallest first. Strings with the same number stay in their order ;; name: stable
  - code: sorted(words, key=measure, reverse=True) ;; say: the largest first. Strings with the same number stay in their order ;; name: stable_descending
  - code: sorted(set(words), key=lambda w: (measure(w), w)) ;; say: the smallest first, each different string only once. Strings with the same number are sorted alphabetically ;; name: unique
  - code: sorted(words, key=lambda w: (measure(w), w))[:$c] ;; say: the smallest first, but at most the first $c. Strings with the same number are sorted alphabetically ;; name: lowest ;; c: 2..3
ret list[str]
name sort_by_$k.name, $t.name_by_$k.name, order_by_$k.name
say For every string, consider $k.its. Return the list of the strings in words sorted by this number, $t.say.
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
  - code: max(reversed(words), key=measure) ;; say: largest, the last one if there are several ;; name: last_max
  - code: min(sorted(words), key=measure) ;; say: smallest, the alphabetically first one if there are several ;; name: first_min
  - code: max(sorted(words), key=measure) ;; say: largest, the alphabetically first one if there are several ;; name: first_max
par r
  - code: @ ;; say: the string in words ;; type: str ;; name: word
  - code: words.index(@) ;; say: the index (of the first occurrence in words) of the string ;; type: int ;; name: index
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
  - code: max(@, default=0) ;; say: Return the largest of these numbers, or 0 if there are none ;; name: max
  - code: min(@, default=0) ;; say: Return the smallest of these numbers, or 0 if there are none ;; name: min
  - code: len(set(@)) ;; say: Return how many different values there are among these numbers ;; name: distinct
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
say Split s at white space into words. Every word $k.say is $a.say; the others stay as they are. Return the words joined by single spaces.
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
  - code: w.capitalize() ;; say: written with a capital first letter and the rest in lower case ;; name: capitalize
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
say Split s at white space into words and number them from 0. Words at $q.say are $a.say. Return all words joined with $j.say.
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
  - code: w[:2].lower() ;; say: the first two characters of each word in lower case (of a shorter word the whole) ;; name: word_starts
  - code: w[len(w) // 2] ;; say: the character of each word in the middle (of two in the middle the second one) ;; name: middle_letters
  - code: w[0] + w[-1] ;; say: the first and the last character of each word (the same one twice if it is the only one) ;; name: word_ends
  - code: max(w) ;; say: the character of each word that has the largest character code ;; name: top_letters
par j
  - code: '' ;; say: without anything between them
  - code: '.' ;; say: with dots between them
  - code: '-' ;; say: with hyphens between them
  - code: ' ' ;; say: with single spaces between them
par o
  - code: s.split() ;; say: in their order
  - code: reversed(s.split()) ;; say: from the last word to the first
  - code: sorted(s.split(), key=len) ;; say: from the shortest word to the longest, equally long ones in their order
ret str
name $c.name_of_words, $c.name
say The words of s are separated by white space. Take $c.say, $o.say, and return them as a string $j.say.
code
    return $j.join($c for w in $o)
code
    parts = []
    for w in $o:
        parts.append($c)
    return $j.join(parts)

family words/neighbours
level 2
args words:words
par r
  - code: a[-1:] == b[:1] and a != '' ;; say: the second begins with the last character of the first ;; name: chain
  - code: len(a) < len(b) ;; say: the second is longer ;; name: growing
  - code: len(a) == len(b) ;; say: both are equally long ;; name: same_length
  - code: a < b ;; say: the first comes before the second in alphabetical order ;; name: ordered
  - code: bool(set(a) & set(b)) ;; say: they have at least one character in common ;; name: overlapping
  - code: a == b ;; say: they are equal ;; name: equal
  - code: not set(a) & set(b) ;; say: they have no character in common ;; name: disjoint
  - code: abs(len(a) - len(b)) > $c ;; say: their lengths differ by more than $c ;; name: uneven ;; c: 1..3
  - code: sum(x in 'aeiou' for x in a) > sum(x in 'aeiou' for x in b) ;; say: the first has more vowels ;; name: vowel_drop
par k
  - code: count ;; say: how many pairs of neighbouring strings in words there are for which ;; type: int ;; name: count
  - code: count == len(words) - 1 ;; say: True if words is not empty and all pairs of neighbouring strings are such that ;; type: bool ;; name: all
  - code: count > 0 ;; say: True if there is a pair of neighbouring strings in words for which ;; type: bool ;; name: any
  - code: best ;; say: the largest number of strings in a row, each after the first being related to the one before it as follows (0 if words is empty): ;; type: int ;; name: longest
ret $k.type
name $k.name_$r.name_neighbours, $k.name_$r.name
say Return $k.say $r.say.
code
    count = 0
    current = 1 if words else 0
    best = current
    for a, b in zip(words, words[1:]):
        if $r:
            count += 1
            current += 1
            best = max(best, current)
        else:
            current = 1
    return $k

family words/letters_over_all
level 2
args words:words
par r
  - code: ''.join(sorted(set(''.join(words)))) ;; say: a string of all different characters that occur in the strings, in alphabetical order ;; type: str ;; name: alphabet_of
  - code: len(set(''.join(words))) ;; say: the number of different characters that occur in the strings ;; type: int ;; name: alphabet_size
  - code: ''.join(c for c in sorted(set(''.join(words))) if sum(c in w for w in words) >= $c) ;; say: a string of the characters that occur in at least $c of the strings, in alphabetical order ;; type: str ;; name: frequent_letters ;; c: 2..3
  - code: ''.join(c for c in sorted(set(''.join(words))) if sum(c in w for w in words) == 1) ;; say: a string of the characters that occur in exactly one of the strings, in alphabetical order ;; type: str ;; name: private_letters
  - code: ''.join(w[i] for i, w in enumerate(words) if i < len(w)) ;; say: a string that consists of the character at index 0 of the first string, that at index 1 of the second string and so on, where strings that are too short are passed over ;; type: str ;; name: diagonal
  - code: ''.join(w[-1 - i] for i, w in enumerate(words) if i < len(w)) ;; say: a string that consists of the last character of the first string, the last but one of the second string and so on, where strings that are too short are passed over ;; type: str ;; name: back_diagonal
  - code: [''.join(w[i] for w in words if i < len(w)) for i in range(max(map(len, words), default=0))] ;; say: a list of the columns that the strings have when they are written below each other: the first string of it has all first characters, the second one all second characters, and so on, where strings that are too short add nothing ;; type: list[str] ;; name: columns
  - code: {w[0]: w for w in words if w} ;; say: a dictionary that maps each first character of a string to the last string that begins with it (empty strings do not count) ;; type: dict[str, str] ;; name: last_by_letter
  - code: [w.ljust(max(map(len, words)), '.') for w in words] ;; say: a list of the strings, filled up with dots at the end so that all are as long as the longest one ;; type: list[str] ;; name: pad_right
  - code: [w.rjust(max(map(len, words)), '.') for w in words] ;; say: a list of the strings, filled up with dots at the front so that all are as long as the longest one ;; type: list[str] ;; name: pad_left
ret $r.type
name $r.name, $r.name_words
say Return $r.say.
code
    return $r

family words/common_start
level 2
args words:words+
par r
  - code: len(prefix) ;; say: the length of the longest string with which all strings in words begin ;; type: int ;; name: length
  - code: prefix ;; say: the longest string with which all strings in words begin ;; type: str ;; name: text
  - code: [w[len(prefix):] for w in words] ;; say: a list of the strings in words, each without the longest beginning that all of them share ;; type: list[str] ;; name: rests
ret $r.type
name shared_start_$r.name, common_beginning_$r.name
say Return $r.say.
code
    prefix = words[0]
    for w in words[1:]:
        while not w.startswith(prefix):
            prefix = prefix[:-1]
    return $r

family words/other_list
level 2
args words:words others:words_b
par r
  - code: [w for w in words if w not in others] ;; say: a list of the strings of words that are not in others, in their order ;; type: list[str] ;; name: missing
  - code: [w for w in words if w in others] ;; say: a list of the strings of words that are in others, too, in their order ;; type: list[str] ;; name: shared
  - code: sorted(set(words) | set(others)) ;; say: an alphabetical list of all different strings of both lists ;; type: list[str] ;; name: union
  - code: sorted(set(words) ^ set(others)) ;; say: an alphabetical list of the different strings that are in exactly one of the two lists ;; type: list[str] ;; name: exclusive
  - code: len(set(words) & set(others)) ;; say: how many different strings are in both lists ;; type: int ;; name: common_count
  - code: [words.index(w) if w in words else -1 for w in others] ;; say: a list with, for each string of others, the index of its first occurrence in words, or -1 if it is not there ;; type: list[int] ;; name: positions
  - code: {w: others.count(w) for w in words} ;; say: a dictionary that maps each string of words to how often it occurs in others ;; type: dict[str, int] ;; name: occurrences
  - code: [a + b for a, b in zip(words, others)] ;; say: a list of the strings of words, each followed directly by the string of others at the same index, up to the end of the shorter list ;; type: list[str] ;; name: glued
  - code: [max(a, b, key=len) for a, b in zip(words, others)] ;; say: a list with the longer one of the strings of words and others at each index (that of words if both are equally long), up to the end of the shorter list ;; type: list[str] ;; name: longer
  - code: sum(w in others for w in words) ;; say: how many elements of words are in others, too (equal ones count as often as they are in words) ;; type: int ;; name: hits
  - code: sorted(words + others, key=lambda w: (len(w), w)) ;; say: a list of all elements of both lists, sorted by length, and alphabetically for equal lengths ;; type: list[str] ;; name: merged
  - code: words == [w for w in words if w in others] ;; say: True if every string of words is in others, otherwise False ;; type: bool ;; name: covered
ret $r.type
name $r.name_words, $r.name_strings
say Return $r.say.
code
    return $r

family words/replace_words
level 3
args s:text
par a
  - code: w.isdigit() ;; say: consists of digits only
  - code: w in seen ;; say: has occurred before in s (in the same spelling)
  - code: w.lower() in seen ;; say: has occurred before in s in lower case
  - code: len(w) < $c ;; say: has fewer than $c characters ;; c: 3..5
  - code: w == w[::-1] ;; say: reads the same backwards
par b
  - code: continue ;; say: left out
  - code: w = '#' ;; say: replaced by '#'
  - code: w = w + w ;; say: doubled
  - code: w = str(len(w)) ;; say: replaced by its length
  - code: w = '(' + w + ')' ;; say: put in round brackets
  - code: w = w[::-1].upper() ;; say: reversed and put in upper case
ret str
name rewrite_words, edit_words, process_sentence
say Split s at white space into words. A word that $a.say is $b.say. Return the resulting words joined by single spaces.
code
    seen = set()
    result = []
    for w in s.split():
        is_special = $a
        seen.add(w)
        if is_special:
            $b
        result.append(w)
    return ' '.join(result)

family words/votes
level 3
args votes:votes
par r
  - code: max(sorted(counts), key=counts.get) if counts else '' ;; say: the name with the most votes, the alphabetically first one in case of a tie, or an empty string if there are no votes ;; type: str ;; name: winner
  - code: min(sorted(counts), key=counts.get) if counts else '' ;; say: the name with the fewest votes of those that have any, the alphabetically first one in case of a tie, or an empty string if there are no votes ;; type: str ;; name: loser
  - code: sorted(counts, key=lambda name: (-counts[name], name)) ;; say: a list of the names from most to fewest votes, in alphabetical order where votes are equal ;; type: list[str] ;; name: ranking
  - code: next((name for name in sorted(counts) if 2 * counts[name] > len(votes)), 'none') ;; say: the name with more than half of all votes, or 'none' if there is no such name ;; type: str ;; name: majority
  - code: sorted(name for name in counts if counts[name] >= $c) ;; say: an alphabetical list of the names with at least $c votes ;; type: list[str] ;; name: elected ;; c: 2..3
  - code: sum(1 for name in counts if counts[name] == max(counts.values())) ;; say: how many names share the largest number of votes (0 if there are no votes) ;; type: int ;; name: leaders
  - code: sorted(counts.values(), reverse=True) ;; say: a list of the numbers of votes that the names have, in descending order ;; type: list[int] ;; name: standings
  - code: max(counts.values(), default=0) - min(counts.values(), default=0) ;; say: the difference between the most and the fewest votes of a name that has any, or 0 if there are no votes ;; type: int ;; name: margin
  - code: ', '.join(f'{name}: {counts[name]}' for name in sorted(counts)) ;; say: a string such as 'ann: 2, bob: 1' with the names in alphabetical order and their numbers of votes ;; type: str ;; name: summary
ret $r.type
name $r.name_of_vote, election_$r.name
say Each string in votes is one vote for the name. Return $r.say.
code
    counts = {}
    for name in votes:
        counts[name] = counts.get(name, 0) + 1
    return $r
code
    counts = {name: votes.count(name) for name in votes}
    return $r

family words/mixed_tokens
level 2
args items:numerals
par r
  - code: sum(numbers) ;; say: the sum of the numbers ;; type: int ;; name: sum
  - code: numbers ;; say: a list of the numbers as integers, in their order ;; type: list[int] ;; name: numbers_of
  - code: others ;; say: a list of the strings that are no numbers, in their order ;; type: list[str] ;; name: words_of
  - code: len(numbers) - len(others) ;; say: how many more numbers than other strings there are (this may be negative) ;; type: int ;; name: surplus
  - code: max(numbers, default=-1) ;; say: the largest of the numbers, or -1 if there are none ;; type: int ;; name: largest
  - code: sorted(numbers) ;; say: a list of the numbers as integers in ascending order ;; type: list[int] ;; name: sorted_numbers
  - code: '+'.join(map(str, numbers)) ;; say: a string of the numbers, in their order, joined by '+' ;; type: str ;; name: joined_numbers
  - code: sum(map(len, others)) ;; say: the total length of the strings that are no numbers ;; type: int ;; name: text_length
  - code: [len(x) for x in others] + numbers ;; say: a list with first the lengths of the strings that are no numbers and then the numbers as integers ;; type: list[int] ;; name: lengths_and_numbers
  - code: (sum(numbers), len(others)) ;; say: a tuple of the sum of the numbers and how many other strings there are ;; type: tuple[int, int] ;; name: totals
ret $r.type
name $r.name_items, $r.name_tokens
say Some of the strings in items are numbers: they consist of digits only. Return $r.say.
code
    numbers = [int(x) for x in items if x.isdigit()]
    others = [x for x in items if not x.isdigit()]
    return $r
code
    numbers, others = [], []
    for x in items:
        if x.isdigit():
            numbers.append(int(x))
        else:
            others.append(x)
    return $r

family words/case_folding
level 2
args words:mixeds
par r
  - code: len({w.lower() for w in words}) ;; say: how many different strings words contains if case is ignored ;; type: int ;; name: count_distinct
  - code: sorted({w.lower() for w in words}) ;; say: an alphabetical list, without repetitions, of the strings in lower case ;; type: list[str] ;; name: lower_set
  - code: sorted(words, key=str.lower) ;; say: the list of the strings in alphabetical order, ignoring case; strings that differ only in case stay in their order ;; type: list[str] ;; name: sort_ignoring_case
  - code: [w for w in words if w.islower()] ;; say: a list of the strings without upper-case letters, in their order ;; type: list[str] ;; name: lower_only
  - code: sum(w[0].isupper() for w in words) ;; say: how many of the strings begin with an upper-case letter ;; type: int ;; name: count_capitals
  - code: [w for i, w in enumerate(words) if w.lower() not in [v.lower() for v in words[:i]]] ;; say: a list of the strings that do not occur earlier in words if case is ignored, in their order and spelling ;; type: list[str] ;; name: first_spellings
  - code: ' '.join(words).capitalize() ;; say: a sentence: the strings joined by single spaces, in lower case but for the very first letter ;; type: str ;; name: sentence
  - code: ''.join(w.capitalize() for w in words) ;; say: a string of all strings joined without spaces, each with an upper-case first letter and lower-case letters after it ;; type: str ;; name: pascal_case
  - code: '_'.join(w.lower() for w in words) ;; say: a string of all strings in lower case, joined by underscores ;; type: str ;; name: snake_case
  - code: [w.swapcase() for w in words if not w.islower()] ;; say: a list of those strings that contain an upper-case letter, each in the other case, in their order ;; type: list[str] ;; name: swapped
  - code: {w: w.lower() for w in words if w != w.lower()} ;; say: a dictionary that maps each string that contains an upper-case letter to its lower-case form ;; type: dict[str, str] ;; name: lower_map
ret $r.type
name $r.name, words_$r.name
say Return $r.say.
note Every string in words is a non-empty string of letters.
code
    return $r
)FAMILY";

}  // namespace scribe
