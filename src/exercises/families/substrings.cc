// Palindromes and parts of strings.
#include "exercises/families/texts.h"

namespace scribe {

const std::string_view kSubstringFamilies = R"FAMILY(
family strings/near_palindrome
level 2
args s:pal
par r
  - code: differences == 0 ;; say: True if s reads the same backwards, otherwise False ;; type: bool
    ;; name: is_mirrored
  - code: differences <= 1 ;; say: True if s reads the same backwards after at most one of its
    characters has been replaced, otherwise False ;; type: bool ;; name: is_nearly_mirrored
  - code: differences ;; say: how many characters of s have to be replaced at least so that it reads
    the same backwards ;; type: int ;; name: repairs_needed
  - code: s + s[::-1][1:] if differences else s ;; say: s itself if it reads the same backwards;
    otherwise s followed by its reversal, where the last character of s is not written twice ;;
    type: str ;; name: complete_mirror
  - code: differences * $c + len(s) ;; say: the length of s plus $c for each character that has to
    be replaced at least so that it reads the same backwards ;; type: int ;; name: repair_cost ;; c:
    2..9
ret $r.type
name $r.name
say Return $r.say.
code
    differences = 0
    for i in range(len(s) // 2):
        if s[i] != s[len(s) - 1 - i]:
            differences += 1
    return $r
code
    differences = sum(a != b for a, b in zip(s, s[::-1])) // 2
    return $r

family strings/palindrome_substrings
level 4
args s:pal
par c 2..4
par r
  - code: len(found) ;; say: how many parts of s with at least $c characters read the same backwards
    (equal parts at different places count separately) ;; type: int ;; name: count
  - code: len(set(found)) ;; say: how many different strings of at least $c characters occur in s
    and read the same backwards ;; type: int ;; name: distinct
  - code: max(found, key=len, default='') ;; say: the longest part of s with at least $c characters
    that reads the same backwards, the leftmost one if there are several, or an empty string if
    there is none ;; type: str ;; name: longest
  - code: sum(map(len, found)) ;; say: the sum of the lengths of all parts of s with at least $c
    characters that read the same backwards (equal parts at different places count separately) ;;
    type: int ;; name: total_length_of
  - code: sorted(set(found)) ;; say: an alphabetically sorted list, without repetitions, of all
    parts of s with at least $c characters that read the same backwards ;; type: list[str] ;; name:
    list_of
ret $r.type
name $r.name_mirror_parts, $r.name_palindromic_parts
say Return $r.say.
code
    found = []
    for i in range(len(s)):
        for j in range(i + $c, len(s) + 1):
            part = s[i:j]
            if part == part[::-1]:
                found.append(part)
    return $r

family strings/substring_count
level 2
args s:runs t:sub
par r
  - code: count ;; say: how often t occurs in s, where occurrences may overlap ;; type: int ;; name:
    overlapping
  - code: places ;; say: a list of the indices at which t occurs in s, where occurrences may overlap
    ;; type: list[int] ;; name: places_of
  - code: places[-1] - places[0] if places else 0 ;; say: the distance between the first and the
    last index at which t occurs in s, or 0 if it does not occur ;; type: int ;; name: distance_of
  - code: sum(places) ;; say: the sum of all indices at which t occurs in s, where occurrences may
    overlap ;; type: int ;; name: sum_of_places
  - code: count * len(t) ;; say: how often t occurs in s, where occurrences may overlap, multiplied
    by the length of t ;; type: int ;; name: covered
ret $r.type
name $r.name_part, $r.name_occurrences
say Return $r.say.
code
    places = [i for i in range(len(s) - len(t) + 1) if s[i:i + len(t)] == t]
    count = len(places)
    return $r
code
    places = []
    start = s.find(t)
    while start != -1:
        places.append(start)
        start = s.find(t, start + 1)
    count = len(places)
    return $r

family strings/edit_at_letter
level 2
args s:word ch:char
par r
  - code: s.replace(@, @ * $c) ;; say: s with every occurrence of ch written $c times ;; name:
    multiply ;; c: 2..4
  - code: s[:s.find(@)] if @ in s else s ;; say: the part of s before the first ch, or all of s if
    ch does not occur ;; name: before
  - code: s[s.rfind(@) + 1:] ;; say: the part of s after the last ch, or all of s if ch does not
    occur ;; name: after
  - code: s[s.find(@):] if @ in s else '' ;; say: the part of s that begins with the first ch, or an
    empty string if ch does not occur ;; name: from
  - code: s.replace(@, '', 1) ;; say: s without the first ch; s is unchanged if ch does not occur ;;
    name: drop_first
  - code: s.replace(@, '') + @ * s.count(@) ;; say: s with all ch moved to the end ;; name:
    move_to_end
  - code: @ * s.count(@) + s.replace(@, '') ;; say: s with all ch moved to the front ;; name:
    move_to_front
  - code: s.replace(@, '(' + @ + ')') ;; say: s with round brackets around every ch ;; name: bracket
  - code: ''.join(c if c == @ else '.' for c in s) ;; say: s with every character other than ch
    replaced by '.' ;; name: mask_others
  - code: @.join(s) ;; say: s with ch inserted between every two neighbouring characters ;; name:
    insert_between
  - code: s.replace(@, @.upper()) ;; say: s with every ch in upper case ;; name: raise
  - code: s[::-1].replace(@, '', 1)[::-1] ;; say: s without the last ch; s is unchanged if ch does
    not occur ;; name: drop_last
ret str
name $r.name_letter, $r.name_character
say Return $r.say.
code
    return $r(ch)
)FAMILY";

}  // namespace scribe
