// Dictionaries: counting, grouping, merging, inverting.
#include "exercises/families/texts.h"

namespace scribe {

const std::string_view kDictionaryFamilies = R"FAMILY(
family dictionaries/group_words
level 3
args words:words
par k
  - code: len(w) ;; say: its length ;; name: length ;; type: int
  - code: w[:1] ;; say: its first character (the empty string for an empty one) ;; name:
    first_letter ;; type: str
  - code: w[-1:] ;; say: its last character (the empty string for an empty one) ;; name: last_letter
    ;; type: str
  - code: sum(ch in 'aeiou' for ch in w) ;; say: its number of vowels ;; name: vowels ;; type: int
  - code: ''.join(sorted(w)) ;; say: the string of its characters in alphabetical order ;; name:
    letters ;; type: str
  - code: len(w) % 2 == 0 ;; say: whether its length is even (True or False) ;; name: parity ;;
    type: bool
  - code: len(set(w)) ;; say: its number of different characters ;; name: variety ;; type: int
  - code: w[:2] ;; say: its first two characters (all of it if it is shorter) ;; name: start ;;
    type: str
  - code: '$c.letter' in w ;; say: whether it contains the letter '$c.letter' (True or False) ;;
    name: has_$c.letter ;; type: bool ;; c: 1..20
  - code: len(w) // $c ;; say: its length divided by $c and rounded down ;; name: length_class ;;
    type: int ;; c: 2..3
par v
  - code: group ;; say: the list of the strings with this key, in their order ;; name: group ;;
    type: list[str]
  - code: len(group) ;; say: how many strings have this key ;; name: count ;; type: int
  - code: group[0] ;; say: the first string with this key ;; name: first ;; type: str
  - code: group[-1] ;; say: the last string with this key ;; name: last ;; type: str
  - code: sorted(group) ;; say: the alphabetically sorted list of the strings with this key ;; name:
    sorted_group ;; type: list[str]
  - code: len(set(group)) ;; say: how many different strings have this key ;; name: distinct ;;
    type: int
  - code: sum(map(len, group)) ;; say: the total length of the strings with this key ;; name: total
    ;; type: int
  - code: max(group, key=len) ;; say: the longest string with this key, the first one if there are
    several ;; name: longest ;; type: str
  - code: min(group) ;; say: the alphabetically first string with this key ;; name: earliest ;;
    type: str
ret dict[$k.type, $v.type]
name $v.name_by_$k.name, map_$k.name_to_$v.name
say Assign a key to each string in words: $k.say. Return a dictionary that maps each key that occurs
    to $v.say.
say Group the strings in words. The key of a string is $k.say. Return a dictionary from the keys to
    $v.say.
code
    groups = {}
    for w in words:
        groups.setdefault($k, []).append(w)
    return {key: $v for key, group in groups.items()}
code
    groups = {}
    for w in words:
        key = $k
        if key not in groups:
            groups[key] = []
        groups[key].append(w)
    result = {}
    for key, group in groups.items():
        result[key] = $v
    return result

family dictionaries/group_numbers
level 3
args xs:ints
par k
  - code: x % $c ;; say: its remainder when divided by $c ;; name: remainder ;; type: int ;; c: 2..6
  - code: abs(x) ;; say: its absolute value ;; name: size ;; type: int
  - code: x % 2 == 0 ;; say: whether it is even (True or False) ;; name: parity ;; type: bool
  - code: len(str(abs(x))) ;; say: its number of decimal digits ;; name: digits ;; type: int
  - code: abs(x) % 10 ;; say: its last decimal digit ;; name: last_digit ;; type: int
  - code: x // $c ;; say: the number divided by $c and rounded down ;; name: bucket ;; type: int ;;
    c: 3..10
  - code: (x > 0) - (x < 0) ;; say: 1 if it is positive, -1 if it is negative, and 0 if it is 0 ;;
    name: sign ;; type: int
  - code: x > $c ;; say: whether it is greater than $c (True or False) ;; name: above_$c ;; type:
    bool ;; c: 1..8
  - code: xs.count(x) ;; say: how often it occurs in xs ;; name: frequency ;; type: int
  - code: sum(int(d) for d in str(abs(x))) ;; say: the sum of its decimal digits ;; name: digit_sum
    ;; type: int
par v
  - code: group ;; say: the list of the numbers with this key, in their order ;; name: group ;;
    type: list[int]
  - code: len(group) ;; say: how many numbers have this key ;; name: count ;; type: int
  - code: sum(group) ;; say: the sum of the numbers with this key ;; name: sum ;; type: int
  - code: max(group) ;; say: the largest number with this key ;; name: max ;; type: int
  - code: min(group) ;; say: the smallest number with this key ;; name: min ;; type: int
  - code: sorted(set(group)) ;; say: the ascending list, without repetitions, of the numbers with
    this key ;; name: values ;; type: list[int]
  - code: group[-1] ;; say: the last number with this key ;; name: last ;; type: int
  - code: max(group) - min(group) ;; say: the difference between the largest and the smallest number
    with this key ;; name: range ;; type: int
  - code: sum(group) // len(group) ;; say: the average, rounded down, of the numbers with this key
    ;; name: average ;; type: int
ret dict[$k.type, $v.type]
name $v.name_by_$k.name, $k.name_to_$v.name
say Every number in xs has a key: $k.say. Return a dictionary that maps each key that occurs to
    $v.say.
say Group the numbers in xs by the following key: $k.say. Return a dictionary from each key to
    $v.say.
code
    groups = {}
    for x in xs:
        groups.setdefault($k, []).append(x)
    return {key: $v for key, group in groups.items()}
code
    from collections import defaultdict

    groups = defaultdict(list)
    for x in xs:
        groups[$k].append(x)
    return {key: $v for key, group in groups.items()}

family dictionaries/count_characters
level 2
args s:text
par p @char_pred
par f
  - code: ch ;; say: the character
  - code: ch.lower() ;; say: the character in lower case
par r
  - code: counts ;; say: the dictionary ;; type: dict[str, int] ;; name: counts
  - code: sorted(counts) ;; say: a list of its keys, sorted by character code ;; type: list[str] ;;
    name: keys
  - code: max(sorted(counts), key=counts.get) if counts else '' ;; say: the key with the largest
    count, the one with the smallest character code if there are several, or an empty string if
    there is none ;; type: str ;; name: most_common
  - code: sum(1 for n in counts.values() if n == 1) ;; say: how many keys have the count 1 ;; type:
    int ;; name: singles
  - code: {ch: n for ch, n in counts.items() if n > 1} ;; say: a dictionary with only those of its
    entries whose count is greater than 1 ;; type: dict[str, int] ;; name: repeated
  - code: max(counts.values(), default=0) ;; say: the largest count, or 0 if there is none ;; type:
    int ;; name: top_count
  - code: ''.join(ch + str(counts[ch]) for ch in sorted(counts)) ;; say: a string of all keys,
    sorted by character code, each followed by its count ;; type: str ;; name: summary
  - code: len(counts) ;; say: its number of keys ;; type: int ;; name: variety
ret $r.type
name character_$r.name, letter_$r.name, $r.name_of_characters
say Count the characters of s that are $p.np in a dictionary. The key is $f.say. Return $r.say.
code
    counts = {}
    for ch in s:
        if $p(ch):
            key = $f
            counts[key] = counts.get(key, 0) + 1
    return $r
code
    from collections import Counter

    counts = dict(Counter($f for ch in s if $p(ch)))
    return $r

family dictionaries/filter_entries
level 1
args scores:scores
par p @int_pred
par r
  - code: {name: v for name, v in scores.items() if @} ;; say: a dictionary with only those entries
    of scores whose ;; type: dict[str, int] ;; name: keep
  - code: sorted(name for name, v in scores.items() if @) ;; say: an alphabetical list of the names
    in scores whose ;; type: list[str] ;; name: names
  - code: sum(v for v in scores.values() if @) ;; say: the sum of the values, counting only the
    entries of scores whose ;; type: int ;; name: sum
  - code: [name for name, v in scores.items() if not (@)] ;; say: a list, in the order of the
    dictionary, of all names in scores except those whose ;; type: list[str] ;; name: others
  - code: {name: v if @ else 0 for name, v in scores.items()} ;; say: a dictionary with the names of
    scores and the value 0 for each of them, except for those that keep their value because their ;;
    type: dict[str, int] ;; name: reset_others
  - code: min((name for name, v in scores.items() if @), default='') ;; say: the alphabetically
    first name in scores, or an empty string if there is none, of the entries whose ;; type: str ;;
    name: first_name
  - code: sum(len(name) for name, v in scores.items() if @) ;; say: the total length of the names in
    scores of the entries whose ;; type: int ;; name: name_length
  - code: {name.upper(): v for name, v in scores.items() if @} ;; say: a dictionary with the names
    in upper case and their values, for the entries of scores whose ;; type: dict[str, int] ;; name:
    upper_names
ret $r.type
name $r.name_$p.name, $r.name_by_score
say Return $r.say value $p.vp.
code
    return $r($p(v))

family dictionaries/map_values
level 2
args scores:scores
par m @int_map
par p @int_pred
ret dict[str, int]
name update_scores, adjust_$p.name, change_$p.name
say Return a new dictionary with the same names in which each value of scores that $p.vp is replaced
    by $m.its. The other values stay as they are.
code
    return {name: $m(v) if $p(v) else v for name, v in scores.items()}
code
    result = {}
    for name, v in scores.items():
        if $p(v):
            result[name] = $m(v)
        else:
            result[name] = v
    return result

family dictionaries/ranking
level 2
args scores:scores
par o
  - code: sorted(scores, key=lambda name: (-scores[name], name)) ;; say: from the largest value to
    the smallest, alphabetically where values are equal ;; name: down
  - code: sorted(scores, key=lambda name: (scores[name], name)) ;; say: from the smallest value to
    the largest, alphabetically where values are equal ;; name: up
  - code: sorted(scores, key=lambda name: (len(name), name)) ;; say: from the shortest name to the
    longest, alphabetically where lengths are equal ;; name: by_length
  - code: sorted(scores, reverse=True) ;; say: in reverse alphabetical order ;; name: backwards
  - code: sorted(scores, key=lambda name: (abs(scores[name]), name)) ;; say: by the absolute values
    of their values, the smallest first, alphabetically where these are equal ;; name: by_size
  - code: sorted(scores, key=lambda name: (scores[name] % 2, name)) ;; say: first those with even
    values, then those with odd values, both alphabetically ;; name: by_parity
par r
  - code: names ;; say: the list of the names ;; type: list[str] ;; name: names
  - code: names[:$c] ;; say: a list of the first $c names (of all if there are fewer) ;; type:
    list[str] ;; name: first_$c ;; c: 2..3
  - code: names[0] if names else '' ;; say: the first name, or an empty string if there is none ;;
    type: str ;; name: top_name
  - code: [scores[name] for name in names] ;; say: the list of the values of the names in this order
    ;; type: list[int] ;; name: values
  - code: {name: i for i, name in enumerate(names, 1)} ;; say: a dictionary from each name to its
    place in this order (1 for the first) ;; type: dict[str, int] ;; name: places
  - code: ' > '.join(names) ;; say: a string of the names joined by ' > ' ;; type: str ;; name: line
  - code: [(name, scores[name]) for name in names] ;; say: a list of tuples of each name and its
    value ;; type: list[tuple[str, int]] ;; name: table
  - code: sum(scores[name] for name in names[:$c]) ;; say: the sum of the values of the first $c
    names (of all if there are fewer) ;; type: int ;; name: sum_of_$c ;; c: 2..3
  - code: names[-1] if names else '' ;; say: the last name, or an empty string if there is none ;;
    type: str ;; name: last_name
ret $r.type
name $r.name_ranked_$o.name, rank_$o.name_$r.name
say Sort the names in the dictionary scores: $o.say. Return $r.say.
code
    names = $o
    return $r

family dictionaries/merge
level 2
args scores:scores others:scores_b
par f
  - code: a + b ;; say: the sum of both values ;; name: sum
  - code: max(a, b) ;; say: the larger value ;; name: max
  - code: min(a, b) ;; say: the smaller value ;; name: min
  - code: a - b ;; say: the value in scores minus that in others ;; name: difference
  - code: b ;; say: the value in others ;; name: override
  - code: abs(a - b) ;; say: the absolute difference of both values ;; name: gap
  - code: a * b ;; say: the product of both values ;; name: product
  - code: $c * a + b ;; say: $c times the value in scores plus that in others ;; name: weighted ;;
    c: 2..5
  - code: (a + b) // 2 ;; say: the average of both values, rounded down ;; name: average
par d
  - code: sorted(set(scores) | set(others)) ;; say: Names that are in only one of the two
    dictionaries keep their value. ;; name: merge
  - code: sorted(set(scores) & set(others)) ;; say: Names that are in only one of the two
    dictionaries are left out. ;; name: intersect
  - code: sorted(scores) ;; say: Names that are only in scores keep their value, and names that are
    only in others are left out. ;; name: update
  - code: sorted(others) ;; say: Names that are only in others keep their value, and names that are
    only in scores are left out. ;; name: back_update
ret dict[str, int]
name $d.name_by_$f.name, $d.name_$f.name
say Combine two dictionaries from names to integers. For names that are in both, the result has
    $f.say. $d.say Return the result.
code
    result = {}
    for name in $d:
        if name not in others:
            result[name] = scores[name]
        elif name not in scores:
            result[name] = others[name]
        else:
            a, b = scores[name], others[name]
            result[name] = $f
    return result

family dictionaries/compare
level 2
args scores:scores others:scores_b
par q
  - code: scores[name] > others[name] ;; say: has a greater value in scores than in others ;; name:
    better
  - code: scores[name] == others[name] ;; say: has the same value in both ;; name: equal
  - code: abs(scores[name] - others[name]) > $c ;; say: has values that differ by more than $c ;;
    name: changed ;; c: 2..9
  - code: (scores[name] + others[name]) % 2 == 0 ;; say: has two even or two odd values ;; name:
    same_parity
  - code: scores[name] + others[name] > $c ;; say: has values with a sum greater than $c ;; name:
    strong ;; c: 8..22
  - code: scores[name] * others[name] > 0 ;; say: has two positive or two negative values ;; name:
    same_sign
par r
  - code: names ;; say: an alphabetical list of these names ;; type: list[str] ;; name: names
  - code: len(names) ;; say: how many such names there are ;; type: int ;; name: count
  - code: sum(scores[name] for name in names) ;; say: the sum of the values in scores of these names
    ;; type: int ;; name: total
  - code: {name: scores[name] - others[name] for name in names} ;; say: a dictionary from these
    names to the value in scores minus that in others ;; type: dict[str, int] ;; name: differences
  - code: ','.join(names) ;; say: a string of these names in alphabetical order, joined by commas ;;
    type: str ;; name: line
ret $r.type
name $q.name_$r.name, $r.name_$q.name
say Find the names that are in both dictionaries and of which each $q.say. Return $r.say.
code
    names = sorted(name for name in scores if name in others and $q)
    return $r
code
    names = []
    for name in sorted(scores):
        if name in others and $q:
            names.append(name)
    return $r

family dictionaries/invert
level 3
args mapping:mapping
par r
  - code: {v: sorted(k for k in mapping if mapping[k] == v) for v in mapping.values()} ;; say: a
    dictionary from each value to the alphabetical list of the keys that have it ;; type: dict[str,
    list[str]] ;; name: invert
  - code: {v: min(k for k in mapping if mapping[k] == v) for v in mapping.values()} ;; say: a
    dictionary from each value to the alphabetically first key that has it ;; type: dict[str, str]
    ;; name: invert_first
  - code: {v: k for k, v in mapping.items()} ;; say: a dictionary from each value to the key that
    has it, the last such key in the order of mapping if there are several ;; type: dict[str, str]
    ;; name: invert_last
  - code: {k: len(v) for k, v in mapping.items()} ;; say: a dictionary from each key to the length
    of its value ;; type: dict[str, int] ;; name: value_lengths
  - code: {k: v for k, v in mapping.items() if len(v) > $c} ;; say: a dictionary with only the
    entries whose values have more than $c characters ;; type: dict[str, str] ;; name: long_values
    ;; c: 2..5
  - code: sorted(v + k for k, v in mapping.items()) ;; say: an alphabetical list of all values, each
    followed directly by its key ;; type: list[str] ;; name: glued
  - code: {v[:1] + k: v for k, v in mapping.items()} ;; say: a dictionary with the same values, in
    which each key has the first character of its value put in front ;; type: dict[str, str] ;;
    name: prefixed
  - code: sum(len(k) < len(v) for k, v in mapping.items()) ;; say: how many entries have a value
    that is longer than the key ;; type: int ;; name: count_longer
  - code: '&'.join(k + '=' + mapping[k] for k in sorted(mapping)) ;; say: a string such as 'a=x&b=y'
    of all entries, sorted by key ;; type: str ;; name: query
  - code: {k: v[::-1] for k, v in mapping.items() if k[0] in v} ;; say: a dictionary of those
    entries whose value contains the first character of the key, with the values reversed ;; type:
    dict[str, str] ;; name: reversed_matches
  - code: max(mapping, key=lambda k: (len(mapping[k]), k)) if mapping else '' ;; say: the key with
    the longest value, the alphabetically last one of several, or an empty string if mapping is
    empty ;; type: str ;; name: longest_value_key
ret $r.type
name $r.name_mapping, $r.name
say Return $r.say.
code
    return $r

family dictionaries/groups
level 2
args groups:groups
par f
  - code: sum(v) ;; say: the sum of its numbers (0 for an empty list) ;; name: sum ;; type: int
  - code: len(v) ;; say: the length of its list ;; name: size ;; type: int
  - code: max(v, default=0) ;; say: the largest of its numbers (0 for an empty list) ;; name: max ;;
    type: int
  - code: min(v, default=0) ;; say: the smallest of its numbers (0 for an empty list) ;; name: min
    ;; type: int
  - code: len(set(v)) ;; say: how many different numbers it has ;; name: variety ;; type: int
  - code: sum(x > $c for x in v) ;; say: how many numbers greater than $c it has ;; name: high ;;
    type: int ;; c: 0..6
  - code: max(v, default=0) - min(v, default=0) ;; say: the difference between the largest and the
    smallest of its numbers (0 for an empty list) ;; name: range ;; type: int
  - code: v[-1] if v else 0 ;; say: the last of its numbers (0 for an empty list) ;; name: last ;;
    type: int
par r
  - code: measures ;; say: a dictionary from the names to these values ;; type: dict[str, int] ;;
    name: map
  - code: sorted(measures, key=lambda name: (-measures[name], name)) ;; say: a list of the names
    sorted by these values, the largest first, alphabetically where they are equal ;; type:
    list[str] ;; name: rank
  - code: max(sorted(measures), key=measures.get) if measures else '' ;; say: the name with the
    largest value, the alphabetically first one if there are several, or an empty string if groups
    is empty ;; type: str ;; name: best
  - code: sum(measures.values()) ;; say: the sum of these values ;; type: int ;; name: total
  - code: sorted(name for name in measures if measures[name] > $c) ;; say: an alphabetical list of
    the names with a value greater than $c ;; type: list[str] ;; name: select ;; c: 1..5
  - code: sorted(measures.values()) ;; say: a list of these values in ascending order ;; type:
    list[int] ;; name: sorted
  - code: {name: v for name, v in groups.items() if measures[name] % 2 == 0} ;; say: a dictionary
    with only those entries of groups for which the value is even ;; type: dict[str, list[int]] ;;
    name: even
ret $r.type
name $r.name_by_$f.name, $r.name_group_$f.name
say For each name in groups, determine $f.say. Return $r.say.
code
    measures = {name: $f for name, v in groups.items()}
    return $r
code
    measures = {}
    for name, v in groups.items():
        measures[name] = $f
    return $r

family dictionaries/records
level 3
args records:records
par v
  - code: sum(g) ;; say: the sum of its numbers ;; name: sum ;; type: int
  - code: max(g) ;; say: its largest number ;; name: max ;; type: int
  - code: g ;; say: the list of its numbers, in their order ;; name: list ;; type: list[int]
  - code: len(g) ;; say: how many pairs it has ;; name: count ;; type: int
  - code: g[-1] ;; say: its last number ;; name: last ;; type: int
  - code: g[-1] - g[0] ;; say: its last number minus its first number ;; name: change ;; type: int
  - code: min(g) ;; say: its smallest number ;; name: min ;; type: int
  - code: sorted(g, reverse=True) ;; say: the list of its numbers in descending order ;; name:
    descending ;; type: list[int]
  - code: sum(x > $c for x in g) ;; say: how many of its numbers are greater than $c ;; name: high
    ;; type: int ;; c: 2..10
  - code: sum(g) // len(g) ;; say: the average of its numbers, rounded down ;; name: average ;;
    type: int
par c
  - code: number > 4 ;; say: only pairs with a number greater than 4
  - code: number > 0 ;; say: only pairs with a positive number
  - code: number % 2 == 0 ;; say: only pairs with an even number
  - code: len(name) > 3 ;; say: only pairs with a name of more than three characters
  - code: number != 0 ;; say: only pairs with a number other than 0
  - code: number < $c ;; say: only pairs with a number less than $c ;; c: 8..15
ret dict[str, $v.type]
name $v.name_per_name, collect_$v.name, totals_by_name
say records holds pairs of a name and a number. Consider $c.say. Return a dictionary that maps each
    name in them to $v.say.
code
    numbers = {}
    for name, number in records:
        if $c:
            numbers.setdefault(name, []).append(number)
    return {name: $v for name, g in numbers.items()}
)FAMILY";

}  // namespace scribe
