// Words against each other, two lists, votes, tokens.
#include "exercises/families/texts.h"

namespace scribe {

const std::string_view kWordListFamilies = R"FAMILY(
family words/neighbours
level 2
args words:words
par r
  - code: a[-1:] == b[:1] and a != '' ;; say: the second begins with the last character of the first
    ;; name: chain
  - code: len(a) < len(b) ;; say: the second is longer ;; name: growing
  - code: len(a) == len(b) ;; say: both are equally long ;; name: same_length
  - code: a < b ;; say: the first comes before the second in alphabetical order ;; name: ordered
  - code: bool(set(a) & set(b)) ;; say: they have at least one character in common ;; name:
    overlapping
  - code: a == b ;; say: they are equal ;; name: equal
  - code: not set(a) & set(b) ;; say: they have no character in common ;; name: disjoint
  - code: abs(len(a) - len(b)) > $c ;; say: their lengths differ by more than $c ;; name: uneven ;;
    c: 1..3
  - code: sum(x in 'aeiou' for x in a) > sum(x in 'aeiou' for x in b) ;; say: the first has more
    vowels ;; name: vowel_drop
par k
  - code: count ;; say: how many pairs of neighbouring strings in words there are for which ;; type:
    int ;; name: count
  - code: count == len(words) - 1 ;; say: True if words is not empty and all pairs of neighbouring
    strings are such that ;; type: bool ;; name: all
  - code: count > 0 ;; say: True if there is a pair of neighbouring strings in words for which ;;
    type: bool ;; name: any
  - code: best ;; say: the largest number of strings in a row, each after the first being related to
    the one before it as follows (0 if words is empty): ;; type: int ;; name: longest
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
  - code: ''.join(sorted(set(''.join(words)))) ;; say: a string of all different characters that
    occur in the strings, in alphabetical order ;; type: str ;; name: alphabet_of
  - code: len(set(''.join(words))) ;; say: the number of different characters that occur in the
    strings ;; type: int ;; name: alphabet_size
  - code: ''.join(c for c in sorted(set(''.join(words))) if sum(c in w for w in words) >= $c) ;;
    say: a string of the characters that occur in at least $c of the strings, in alphabetical order
    ;; type: str ;; name: frequent_letters ;; c: 2..3
  - code: ''.join(c for c in sorted(set(''.join(words))) if sum(c in w for w in words) == 1) ;; say:
    a string of the characters that occur in exactly one of the strings, in alphabetical order ;;
    type: str ;; name: private_letters
  - code: ''.join(w[i] for i, w in enumerate(words) if i < len(w)) ;; say: a string that consists of
    the character at index 0 of the first string, that at index 1 of the second string and so on,
    where strings that are too short are passed over ;; type: str ;; name: diagonal
  - code: ''.join(w[-1 - i] for i, w in enumerate(words) if i < len(w)) ;; say: a string that
    consists of the last character of the first string, the last but one of the second string and so
    on, where strings that are too short are passed over ;; type: str ;; name: back_diagonal
  - code: [''.join(w[i] for w in words if i < len(w)) for i in range(max(map(len, words),
    default=0))] ;; say: a list of the columns that the strings have when they are written below
    each other: the first string of it has all first characters, the second one all second
    characters, and so on, where strings that are too short add nothing ;; type: list[str] ;; name:
    columns
  - code: {w[0]: w for w in words if w} ;; say: a dictionary that maps each first character of a
    string to the last string that begins with it (empty strings do not count) ;; type: dict[str,
    str] ;; name: last_by_letter
  - code: [w.ljust(max(map(len, words)), '.') for w in words] ;; say: a list of the strings, filled
    up with dots at the end so that all are as long as the longest one ;; type: list[str] ;; name:
    pad_right
  - code: [w.rjust(max(map(len, words)), '.') for w in words] ;; say: a list of the strings, filled
    up with dots at the front so that all are as long as the longest one ;; type: list[str] ;; name:
    pad_left
ret $r.type
name $r.name, $r.name_words
say Return $r.say.
code
    return $r

family words/common_start
level 2
args words:words+
par r
  - code: len(prefix) ;; say: the length of the longest string with which all strings in words begin
    ;; type: int ;; name: length
  - code: prefix ;; say: the longest string with which all strings in words begin ;; type: str ;;
    name: text
  - code: [w[len(prefix):] for w in words] ;; say: a list of the strings in words, each without the
    longest beginning that all of them share ;; type: list[str] ;; name: rests
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
  - code: [w for w in words if w not in others] ;; say: a list of the strings of words that are not
    in others, in their order ;; type: list[str] ;; name: missing
  - code: [w for w in words if w in others] ;; say: a list of the strings of words that are in
    others, too, in their order ;; type: list[str] ;; name: shared
  - code: sorted(set(words) | set(others)) ;; say: an alphabetical list of all different strings of
    both lists ;; type: list[str] ;; name: union
  - code: sorted(set(words) ^ set(others)) ;; say: an alphabetical list of the different strings
    that are in exactly one of the two lists ;; type: list[str] ;; name: exclusive
  - code: len(set(words) & set(others)) ;; say: how many different strings are in both lists ;;
    type: int ;; name: common_count
  - code: [words.index(w) if w in words else -1 for w in others] ;; say: a list with, for each
    string of others, the index of its first occurrence in words, or -1 if it is not there ;; type:
    list[int] ;; name: positions
  - code: {w: others.count(w) for w in words} ;; say: a dictionary that maps each string of words to
    how often it occurs in others ;; type: dict[str, int] ;; name: occurrences
  - code: [a + b for a, b in zip(words, others)] ;; say: a list of the strings of words, each
    followed directly by the string of others at the same index, up to the end of the shorter list
    ;; type: list[str] ;; name: glued
  - code: [max(a, b, key=len) for a, b in zip(words, others)] ;; say: a list with the longer one of
    the strings of words and others at each index (that of words if both are equally long), up to
    the end of the shorter list ;; type: list[str] ;; name: longer
  - code: sum(w in others for w in words) ;; say: how many elements of words are in others, too
    (equal ones count as often as they are in words) ;; type: int ;; name: hits
  - code: sorted(words + others, key=lambda w: (len(w), w)) ;; say: a list of all elements of both
    lists, sorted by length, and alphabetically for equal lengths ;; type: list[str] ;; name: merged
  - code: words == [w for w in words if w in others] ;; say: True if every string of words is in
    others, otherwise False ;; type: bool ;; name: covered
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
say Split s at white space into words. A word that $a.say is $b.say. Return the resulting words
    joined by single spaces.
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
  - code: max(sorted(counts), key=counts.get) if counts else '' ;; say: the name with the most
    votes, the alphabetically first one in case of a tie, or an empty string if there are no votes
    ;; type: str ;; name: winner
  - code: min(sorted(counts), key=counts.get) if counts else '' ;; say: the name with the fewest
    votes of those that have any, the alphabetically first one in case of a tie, or an empty string
    if there are no votes ;; type: str ;; name: loser
  - code: sorted(counts, key=lambda name: (-counts[name], name)) ;; say: a list of the names from
    most to fewest votes, in alphabetical order where votes are equal ;; type: list[str] ;; name:
    ranking
  - code: next((name for name in sorted(counts) if 2 * counts[name] > len(votes)), 'none') ;; say:
    the name with more than half of all votes, or 'none' if there is no such name ;; type: str ;;
    name: majority
  - code: sorted(name for name in counts if counts[name] >= $c) ;; say: an alphabetical list of the
    names with at least $c votes ;; type: list[str] ;; name: elected ;; c: 2..3
  - code: sum(1 for name in counts if counts[name] == max(counts.values())) ;; say: how many names
    share the largest number of votes (0 if there are no votes) ;; type: int ;; name: leaders
  - code: sorted(counts.values(), reverse=True) ;; say: a list of the numbers of votes that the
    names have, in descending order ;; type: list[int] ;; name: standings
  - code: max(counts.values(), default=0) - min(counts.values(), default=0) ;; say: the difference
    between the most and the fewest votes of a name that has any, or 0 if there are no votes ;;
    type: int ;; name: margin
  - code: ', '.join(f'{name}: {counts[name]}' for name in sorted(counts)) ;; say: a string such as
    'ann: 2, bob: 1' with the names in alphabetical order and their numbers of votes ;; type: str ;;
    name: summary
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
  - code: numbers ;; say: a list of the numbers as integers, in their order ;; type: list[int] ;;
    name: numbers_of
  - code: others ;; say: a list of the strings that are no numbers, in their order ;; type:
    list[str] ;; name: words_of
  - code: len(numbers) - len(others) ;; say: how many more numbers than other strings there are
    (this may be negative) ;; type: int ;; name: surplus
  - code: max(numbers, default=-1) ;; say: the largest of the numbers, or -1 if there are none ;;
    type: int ;; name: largest
  - code: sorted(numbers) ;; say: a list of the numbers as integers in ascending order ;; type:
    list[int] ;; name: sorted_numbers
  - code: '+'.join(map(str, numbers)) ;; say: a string of the numbers, in their order, joined by '+'
    ;; type: str ;; name: joined_numbers
  - code: sum(map(len, others)) ;; say: the total length of the strings that are no numbers ;; type:
    int ;; name: text_length
  - code: [len(x) for x in others] + numbers ;; say: a list with first the lengths of the strings
    that are no numbers and then the numbers as integers ;; type: list[int] ;; name:
    lengths_and_numbers
  - code: (sum(numbers), len(others)) ;; say: a tuple of the sum of the numbers and how many other
    strings there are ;; type: tuple[int, int] ;; name: totals
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
  - code: len({w.lower() for w in words}) ;; say: how many different strings words contains if case
    is ignored ;; type: int ;; name: count_distinct
  - code: sorted({w.lower() for w in words}) ;; say: an alphabetical list, without repetitions, of
    the strings in lower case ;; type: list[str] ;; name: lower_set
  - code: sorted(words, key=str.lower) ;; say: the list of the strings in alphabetical order,
    ignoring case; strings that differ only in case stay in their order ;; type: list[str] ;; name:
    sort_ignoring_case
  - code: [w for w in words if w.islower()] ;; say: a list of the strings without upper-case
    letters, in their order ;; type: list[str] ;; name: lower_only
  - code: sum(w[0].isupper() for w in words) ;; say: how many of the strings begin with an
    upper-case letter ;; type: int ;; name: count_capitals
  - code: [w for i, w in enumerate(words) if w.lower() not in [v.lower() for v in words[:i]]] ;;
    say: a list of the strings that do not occur earlier in words if case is ignored, in their order
    and spelling ;; type: list[str] ;; name: first_spellings
  - code: ' '.join(words).capitalize() ;; say: a sentence: the strings joined by single spaces, in
    lower case but for the very first letter ;; type: str ;; name: sentence
  - code: ''.join(w.capitalize() for w in words) ;; say: a string of all strings joined without
    spaces, each with an upper-case first letter and lower-case letters after it ;; type: str ;;
    name: pascal_case
  - code: '_'.join(w.lower() for w in words) ;; say: a string of all strings in lower case, joined
    by underscores ;; type: str ;; name: snake_case
  - code: [w.swapcase() for w in words if not w.islower()] ;; say: a list of those strings that
    contain an upper-case letter, each in the other case, in their order ;; type: list[str] ;; name:
    swapped
  - code: {w: w.lower() for w in words if w != w.lower()} ;; say: a dictionary that maps each string
    that contains an upper-case letter to its lower-case form ;; type: dict[str, str] ;; name:
    lower_map
ret $r.type
name $r.name, words_$r.name
say Return $r.say.
note Every string in words is a non-empty string of letters.
code
    return $r
)FAMILY";

}  // namespace scribe
