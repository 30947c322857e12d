// Neighbouring characters, and two strings against each other.
#include "exercises/families/texts.h"

namespace scribe {

const std::string_view kStringPairFamilies = R"FAMILY(
family strings/character_pairs
level 2
args s:text
par q
  - code: a.lower() == b.lower() ;; say: are the same if case is ignored ;; name: equal
  - code: a.isupper() and b.islower() ;; say: are an upper-case letter followed by a lower-case
    letter ;; name: capital
  - code: a in 'aeiou' and b in 'aeiou' ;; say: are both lower-case vowels ;; name: vowel
  - code: (a in 'aeiou') != (b in 'aeiou') ;; say: are such that exactly one of them is a lower-case
    vowel ;; name: mixed
  - code: a < b ;; say: are in ascending order of their character codes ;; name: rising
  - code: a.isalpha() != b.isalpha() ;; say: are such that exactly one of them is a letter ;; name:
    border
  - code: a.isalpha() and b.isalpha() and abs(ord(a) - ord(b)) <= $c ;; say: are letters whose
    character codes differ by at most $c ;; name: close ;; c: 1..4
  - code: a > b and b != ' ' ;; say: are in descending order of their character codes, the second
    one not being a space ;; name: falling
par r
  - code: len(places) ;; say: the number of neighbouring characters of s that ;; type: int ;; name:
    count
  - code: places ;; say: a list of the indices of the first characters of all pairs of neighbouring
    characters of s that ;; type: list[int] ;; name: places_of
  - code: ''.join(s[i] for i in places) ;; say: a string of the first characters of all pairs of
    neighbouring characters of s that ;; type: str ;; name: starts_of
  - code: places[0] if places else -1 ;; say: the index at which the first pair begins (or -1 if
    there is none) of neighbouring characters of s that ;; type: int ;; name: first
ret $r.type
name $r.name_$q.name_pairs, $q.name_pair_$r.name
say Return $r.say $q.say.
hint Pairs may overlap.
code
    places = []
    for i in range(len(s) - 1):
        a, b = s[i], s[i + 1]
        if $q:
            places.append(i)
    return $r
code
    places = [i for i, (a, b) in enumerate(zip(s, s[1:])) if $q]
    return $r

family strings/interleave
level 2
args s:word t:word2
par r
  - code: ''.join(a + b for a, b in zip(s, t)) ;; say: alternate characters of s and t, beginning
    with s, up to the end of the shorter string ;; name: alternate
  - code: ''.join(a + b for a, b in zip(s, t)) + s[len(t):] + t[len(s):] ;; say: alternate
    characters of s and t, beginning with s, followed by the rest of the longer string ;; name:
    interleave
  - code: ''.join(b + a for a, b in zip(s, t[::-1])) ;; say: alternate characters of the reversed t
    and of s, beginning with the reversed t, up to the end of the shorter string ;; name: cross
  - code: ''.join(max(a, b) for a, b in zip(s, t)) ;; say: contain at each index the alphabetically
    later one of the characters of s and t there, up to the end of the shorter string ;; name:
    later_letters
  - code: ''.join(min(a, b) for a, b in zip(s, t)) ;; say: contain at each index the alphabetically
    earlier one of the characters of s and t there, up to the end of the shorter string ;; name:
    earlier_letters
  - code: ''.join(a if a == b else '_' for a, b in zip(s, t)) ;; say: contain at each index the
    character of s and t if it is the same in both, and '_' otherwise, up to the end of the shorter
    string ;; name: common_mask
  - code: ''.join(ch for ch in s if ch not in t) + ''.join(ch for ch in t if ch not in s) ;; say:
    consist of the characters of s that do not occur in t, followed by those of t that do not occur
    in s ;; name: difference
  - code: ''.join(ch for ch in s if ch in t) ;; say: consist of the characters of s, in their order,
    that occur in t, too ;; name: shared
  - code: ''.join(sorted(set(s) & set(t))) ;; say: consist of the different characters that occur in
    both s and t, in alphabetical order ;; name: common
  - code: ''.join(sorted(set(s) ^ set(t))) ;; say: consist of the different characters that occur in
    exactly one of s and t, in alphabetical order ;; name: exclusive
  - code: ''.join(sorted(s + t, reverse=True)) ;; say: consist of all characters of s and t in
    reverse alphabetical order ;; name: merged
ret str
name $r.name_strings, $r.name
say Return a new string; it should $r.say.
say Build a string from s and t and return it. It has to $r.say.
code
    return $r

family strings/distance
level 3
args s:word t:word2
par r
  - code: sum(a != b for a, b in zip(s, t)) + abs(len(s) - len(t)) ;; say: the number of indices at
    which s and t have different characters, plus the difference of their lengths without sign ;;
    name: mismatch_count
  - code: sum(a == b for a, b in zip(s, t)) ;; say: the number of indices at which s and t have the
    same character ;; name: match_count
  - code: sum(abs(ord(a) - ord(b)) for a, b in zip(s, t)) ;; say: the sum of the absolute
    differences of the character codes of s and t at each index, up to the end of the shorter string
    ;; name: code_distance
  - code: len(set(s) & set(t)) ;; say: how many different characters occur in both strings ;; name:
    common_letters
  - code: len(set(s) ^ set(t)) ;; say: how many different characters occur in exactly one of the two
    strings ;; name: exclusive_letters
  - code: sum(min(s.count(c), t.count(c)) for c in set(s)) ;; say: the largest number of characters
    of s that can be paired with equal characters of t, each one being used once at most ;; name:
    pairable
  - code: max((i for i in range(min(len(s), len(t)) + 1) if s[:i] == t[:i])) ;; say: the length of
    the longest string with which both s and t begin ;; name: shared_prefix
  - code: max((i for i in range(min(len(s), len(t)) + 1) if s[len(s) - i:] == t[len(t) - i:])) ;;
    say: the length of the longest string with which both s and t end ;; name: shared_suffix
  - code: max((i for i in range(min(len(s), len(t)) + 1) if s[len(s) - i:] == t[:i])) ;; say: the
    length of the longest string with which s ends and t begins ;; name: overlap
par m
  - code: @ ;; say: d
  - code: $c * @ ;; say: $c times d ;; c: 2..9
  - code: max(len(s), len(t)) - @ ;; say: the length of the longer string minus d
  - code: @ + len(s) ;; say: d plus the length of s
ret int
name $r.name, word_$r.name
say Let d be $r.say. Return $m.say.
code
    d = $r
    return $m(d)

family strings/anagram_key
level 2
args s:word t:word2
par k
  - code: sorted(@) ;; say: contain the same characters equally often
  - code: sorted(set(@)) ;; say: contain the same characters, however often
  - code: sorted(@.count(c) for c in set(@)) ;; say: have the same character frequencies, whichever
    characters have them
  - code: [c in 'aeiou' for c in @] ;; say: have vowels at the same indices and the same length
  - code: [@.index(c) for c in @] ;; say: have the same pattern of equal characters: each can be
    turned into the other by replacing different characters by different ones
  - code: [c for c in @ if c in 'aeiou'] ;; say: contain the same vowels in the same order
  - code: [c for c in @ if c not in 'aeiou'] ;; say: contain the same consonants in the same order
  - code: sorted(@[1:]) ;; say: contain the same characters equally often if the first character of
    each is left out
ret bool
name same_pattern, are_similar, match_by_letters
say Return True if the two strings $k.say, otherwise False.
code
    def key(text):
        return $k(text)

    return key(s) == key(t)
code
    return $k(s) == $k(t)
)FAMILY";

}  // namespace scribe
