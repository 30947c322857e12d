// Clock times, numerals, codes, expressions, paths, versions, lines.
#include "exercises/families/texts.h"

namespace scribe {

const std::string_view kFormatFamilies = R"FAMILY(
family parsing/clock
level 2
args time:clock
par o
  - code: + ;; say: after ;; name: after
  - code: - ;; say: before ;; name: before
par c 5..700
par r
  - code: f'{minutes // 60:02d}:{minutes % 60:02d}' ;; say: the time ;; type: str ;; name: time
  - code: minutes ;; say: the number of minutes since midnight ;; type: int ;; name: minutes
  - code: minutes // 60 ;; say: the hour (0 to 23) ;; type: int ;; name: hour
  - code: f'{(minutes // 60 - 1) % 12 + 1}:{minutes % 60:02d}' ;; say: the time on a clock of twelve
    hours, with 12 for the hour 0 and no leading zero in the hour, ;; type: str ;; name:
    twelve_hour_time
  - code: 'morning' if minutes < 720 else 'afternoon' ;; say: 'morning' if it is before 12:00 and
    'afternoon' otherwise, for the time ;; type: str ;; name: half_of_day
  - code: minutes % 60 >= $c ;; say: True if the minutes within the hour are $c or more, otherwise
    False, for the time ;; type: bool ;; name: is_late_in_hour ;; c: 15..45
ret $r.type
name $r.name_$o.name_$c, $r.name_$o.name
say time is a time of day as 'HH:MM'. Return $r.say $c minutes $o.say it. After 23:59 comes 00:00.
code
    hours, minutes = map(int, time.split(':'))
    minutes = (hours * 60 + minutes $o $c) % (24 * 60)
    return $r

family parsing/duration
level 3
args duration:duration
par r
  - code: total ;; say: its length in seconds ;; type: int ;; name: seconds
  - code: total // 60 ;; say: its length in minutes, rounded down ;; type: int ;; name:
    whole_minutes
  - code: f'{total // 3600}:{total // 60 % 60:02d}:{total % 60:02d}' ;; say: the duration as hours,
    minutes and seconds such as '1:05:09', where minutes and seconds have two digits and are below
    60 ;; type: str ;; name: normal_form
  - code: total > $c * 60 ;; say: True if it is longer than $c minutes, otherwise False ;; type:
    bool ;; name: is_longer_than_$c ;; c: 20..300
  - code: -(-total // ($c * 60)) ;; say: how many blocks of $c minutes are needed to cover it ;;
    type: int ;; name: blocks ;; c: 5..50
  - code: total % ($c * 60) ;; say: how many seconds are left over when it is divided into as many
    blocks of $c minutes as fit ;; type: int ;; name: rest_seconds ;; c: 2..30
  - code: max($c * 60 - total, 0) ;; say: by how many seconds it is shorter than $c minutes, or 0 if
    it is not ;; type: int ;; name: remaining ;; c: 60..900
  - code: (total // 3600, total % 3600 // 60) ;; say: a tuple of its full hours and the full minutes
    that remain ;; type: tuple[int, int] ;; name: hours_and_minutes
ret $r.type
name $r.name, duration_$r.name
say duration consists of numbers, each followed by its unit: h for hours, m for minutes, s for
    seconds (for example '2h5m'). Return $r.say.
code
    units = {'h': 3600, 'm': 60, 's': 1}
    total = 0
    number = ''
    for ch in duration:
        if ch.isdigit():
            number += ch
        else:
            total += int(number) * units[ch]
            number = ''
    return $r

family parsing/roman_values
level 3
args numeral:roman
par r
  - code: total ;; say: its value ;; type: int ;; name: value
  - code: total % $c ;; say: the remainder of its value when divided by $c ;; type: int ;; name:
    remainder ;; c: 3..12
  - code: total + $c ;; say: its value plus $c ;; type: int ;; name: value_plus ;; c: 1..50
  - code: total > $c ;; say: True if its value is greater than $c, otherwise False ;; type: bool ;;
    name: exceeds_$c ;; c: 10..900
  - code: subtracted ;; say: how many of its letters are subtracted ;; type: int ;; name:
    subtractions
  - code: total * $c ;; say: $c times its value ;; type: int ;; name: multiple ;; c: 2..9
  - code: sum(int(d) for d in str(total)) ;; say: the sum of the decimal digits of its value ;;
    type: int ;; name: digit_sum
  - code: total - len(numeral) ;; say: its value minus its number of letters ;; type: int ;; name:
    reduced_value
ret $r.type
name roman_$r.name, numeral_$r.name
say numeral is a Roman numeral with the letters I = 1, V = 5, X = 10, L = 50, C = 100, D = 500 and M
    = 1000; a letter directly before one of greater value is subtracted, all others are added.
    Return $r.say.
code
    values = {'I': 1, 'V': 5, 'X': 10, 'L': 50, 'C': 100, 'D': 500, 'M': 1000}
    total = 0
    subtracted = 0
    for i, letter in enumerate(numeral):
        value = values[letter]
        if i + 1 < len(numeral) and values[numeral[i + 1]] > value:
            total -= value
            subtracted += 1
        else:
            total += value
    return $r

family parsing/to_numeral
level 3
args n:pos
par s
  - code: [(100, 'C'), (10, 'X'), (1, 'I')] ;; say: C for 100, X for 10 and I for 1
  - code: [(50, 'L'), (10, 'X'), (5, 'V'), (1, 'I')] ;; say: L for 50, X for 10, V for 5 and I for 1
  - code: [(64, 'd'), (16, 'c'), (4, 'b'), (1, 'a')] ;; say: d for 64, c for 16, b for 4 and a for 1
  - code: [(25, '#'), (5, '+'), (1, '-')] ;; say: # for 25, + for 5 and - for 1
  - code: [(60, 'S'), (12, 'D'), (1, 'u')] ;; say: S for 60, D for 12 and u for 1
  - code: [(27, 'T'), (9, 'n'), (3, 't'), (1, 'e')] ;; say: T for 27, n for 9, t for 3 and e for 1
  - code: [(49, 'W'), (7, 'w'), (1, 'd')] ;; say: W for 49, w for 7 and d for 1
par m 120..300
par r
  - code: text ;; say: these signs, from the largest to the smallest ;; type: str ;; name: text
  - code: len(text) ;; say: how many signs are needed ;; type: int ;; name: length
  - code: text[::-1] ;; say: these signs, from the smallest to the largest ;; type: str ;; name:
    reversed
  - code: ' '.join(text) ;; say: these signs, from the largest to the smallest, with single spaces
    between them ;; type: str ;; name: spaced
ret $r.type
name sign_$r.name, tally_$r.name, write_with_signs
say The remainder of n when divided by $m is written with as few signs as possible: $s.say. Each
    sign may be repeated. Return $r.say.
code
    text = ''
    n %= $m
    for value, sign in $s:
        text += sign * (n // value)
        n %= value
    return $r

family parsing/run_codes
level 3
args encoded:rle
par r
  - code: ''.join(ch * n for n, ch in pairs) ;; say: the decoded string ;; type: str ;; name: decode
  - code: sum(n for n, _ in pairs) ;; say: the length of the decoded string ;; type: int ;; name:
    decoded_length
  - code: ''.join(ch for _, ch in pairs) ;; say: the string of the letters, each one written once
    per entry, in their order ;; type: str ;; name: entry_letters
  - code: max((n for n, _ in pairs), default=0) ;; say: the largest number of an entry, or 0 if
    there is none ;; type: int ;; name: longest_entry
  - code: ''.join(ch * n for n, ch in reversed(pairs)) ;; say: the decoded string read backwards ;;
    type: str ;; name: decode_backwards
  - code: ''.join(f'{n + 1}{ch}' for n, ch in pairs) ;; say: the same code with every number
    increased by 1 ;; type: str ;; name: grow
  - code: {ch: sum(m for m, c in pairs if c == ch) for _, ch in pairs} ;; say: a dictionary from
    each letter to how often it occurs in the decoded string ;; type: dict[str, int] ;; name:
    letter_totals
  - code: ''.join(ch * n for n, ch in pairs if n > $c) ;; say: what is decoded if entries with a
    number of $c or less are left out ;; type: str ;; name: decode_long ;; c: 1..3
  - code: ''.join(ch * min(n, $c) for n, ch in pairs) ;; say: what is decoded if every number
    greater than $c counts as $c ;; type: str ;; name: decode_limited ;; c: 2..4
  - code: [n for n, ch in pairs if ch in 'abc'] ;; say: a list of the numbers of all entries with
    one of the letters a, b and c ;; type: list[int] ;; name: counts_of_abc
  - code: ''.join(ch.upper() if n > 1 else ch for n, ch in pairs) ;; say: the string of the letters,
    one per entry, in upper case if the number is greater than 1 ;; type: str ;; name: mark_long
ret $r.type
name $r.name, $r.name_runs
say encoded consists of entries, each a number followed by a letter; '3a12b' is decoded to three a
    followed by twelve b. Return $r.say.
code
    pairs = []
    number = ''
    for ch in encoded:
        if ch.isdigit():
            number += ch
        else:
            pairs.append((int(number), ch))
            number = ''
    return $r
code
    import re

    pairs = [(int(n), ch) for n, ch in re.findall(r'([0-9]+)([a-z])', encoded)]
    return $r

family parsing/sums
level 4
args expression:sum
par p
  - code: value ;; say: Evaluate it as usual ;; name: usual
  - code: -value if i % 2 else value ;; say: Evaluate it with the signs of the second, fourth, sixth
    ... number inverted ;; name: alternating
  - code: value if abs(value) > $c else 0 ;; say: Evaluate it, where numbers up to $c are ignored ;;
    name: large_part ;; c: 3..15
  - code: value * (i + 1) ;; say: Evaluate it with the first number counted once, the second one
    twice, the third one three times and so on ;; name: weighted
  - code: abs(value) ;; say: Evaluate it as if all signs were '+' ;; name: absolute
  - code: max(value, -$c) ;; say: Evaluate it, where no more than $c is ever subtracted at once ;;
    name: bounded ;; c: 5..20
par r
  - code: sum(values) ;; say: the result ;; type: int ;; name: result
  - code: str(sum(values)) + '=' + expression ;; say: a string of the result, '=' and the expression
    ;; type: str ;; name: equation
  - code: [sum(values[:i + 1]) for i in range(len(values))] ;; say: a list of all intermediate
    results, from the first number alone to the whole expression ;; type: list[int] ;; name: steps
  - code: max(sum(values[:i + 1]) for i in range(len(values))) ;; say: the largest intermediate
    result, from the first number alone to the whole expression ;; type: int ;; name: peak
  - code: sum(values) % $c ;; say: the remainder of the result when divided by $c (as Python
    computes it) ;; type: int ;; name: residue ;; c: 3..9
ret $r.type
name $p.name_$r.name, evaluate_$r.name, $r.name_of_expression
say expression consists of non-negative integers with '+' or '-' between them. $p.say. Return
    $r.say.
code
    values = []
    number, sign = '', 1
    for ch in expression + '+':
        if ch.isdigit():
            number += ch
            continue
        i, value = len(values), sign * int(number)
        values.append($p)
        number, sign = '', 1 if ch == '+' else -1
    return $r

family parsing/paths
level 4
args path:path
par r
  - code: '/' + '/'.join(parts) ;; say: the path without such parts ;; type: str ;; name: clean
  - code: len(parts) ;; say: how many parts the resulting path has ;; type: int ;; name: depth
  - code: parts[-1] if parts else '' ;; say: the last part of the resulting path, or an empty string
    if it has none ;; type: str ;; name: last_part
  - code: parts ;; say: the list of the parts of the resulting path ;; type: list[str] ;; name:
    parts
  - code: ['/' + '/'.join(parts[:i]) for i in range(len(parts) + 1)] ;; say: a list of the resulting
    path and all directories above it, beginning with '/' ;; type: list[str] ;; name: ancestors
  - code: '/'.join(reversed(parts)) ;; say: the parts of the resulting path in reverse order, joined
    by '/' ;; type: str ;; name: backwards
  - code: '/' + '/'.join(parts[:-1]) ;; say: the directory above the resulting path ('/' if there is
    none) ;; type: str ;; name: parent
  - code: sum(map(len, parts)) ;; say: the total length of the parts of the resulting path ;; type:
    int ;; name: size
par u
  - code: pass ;; say: At the top, '..' has no effect.
  - code: parts.append('up') ;; say: At the top, '..' is replaced by a part 'up'.
ret $r.type
name $r.name_path, path_$r.name
say In path, a part '.' means nothing and a part '..' removes the part before it; empty parts mean
    nothing, too. $u.say Return $r.say.
code
    parts = []
    for part in path.split('/'):
        if part == '..':
            if parts:
                parts.pop()
            else:
                $u
        elif part not in ('', '.'):
            parts.append(part)
    return $r

family parsing/versions
level 3
args version:version other:version2
par r
  - code: (a > b) - (a < b) ;; say: 1 if version is newer than other, -1 if it is older, and 0 if
    both are the same ;; type: int ;; name: compare
  - code: version if a >= b else other ;; say: the newer one of the two, or version if they are the
    same ;; type: str ;; name: newer
  - code: a[:1] == b[:1] ;; say: True if both have the same first number, otherwise False ;; type:
    bool ;; name: same_major
  - code: next((i for i in range(size) if a[i] != b[i]), -1) ;; say: the index (counted from 0) of
    the first number in which they differ, or -1 if they are the same ;; type: int ;; name:
    first_difference
  - code: a > b and a[0] == b[0] ;; say: True if version is newer than other and has the same first
    number, otherwise False ;; type: bool ;; name: is_compatible_upgrade
  - code: '.'.join(str(max(x, y)) for x, y in zip(a, b)) ;; say: the version whose number at each
    place is the larger one of the two numbers there ;; type: str ;; name: maximum
  - code: sum(abs(x - y) for x, y in zip(a, b)) ;; say: the sum of the absolute differences of their
    numbers, place by place ;; type: int ;; name: distance
ret $r.type
name $r.name_versions, $r.name_version
say Versions are compared number by number from left to right, as integers; where one of them has
    fewer numbers, zeros are added at its end. Return $r.say.
code
    a = [int(x) for x in version.split('.')]
    b = [int(x) for x in other.split('.')]
    size = max(len(a), len(b))
    a += [0] * (size - len(a))
    b += [0] * (size - len(b))
    return $r

family parsing/lines
level 3
args text:lines
par q
  - code: line.strip() ;; say: that are not blank (empty, or only spaces)
  - code: line.startswith('#') ;; say: that begin with '#'
  - code: line.strip() and not line.startswith('#') ;; say: that are not blank and do not begin with
    '#'
  - code: len(line) > $c ;; say: that are longer than $c characters ;; c: 8..20
  - code: line.startswith(' ') ;; say: that begin with a space
  - code: any(ch.isdigit() for ch in line) ;; say: that contain a digit
  - code: len(line.split()) >= $c ;; say: that have at least $c words (separated by white space) ;;
    c: 2..4
par r
  - code: len(kept) ;; say: how many lines of text there are ;; type: int ;; name: count
  - code: [i for i, _ in kept] ;; say: a list of the numbers (1 for the first line) of all lines of
    text ;; type: list[int] ;; name: numbers_of
  - code: '\n'.join(line for _, line in kept) ;; say: a string of all lines of text, joined by
    newlines, ;; type: str ;; name: keep
  - code: max((len(line) for _, line in kept), default=0) ;; say: the length of the longest line of
    text (or 0 if there is none) of those ;; type: int ;; name: longest
  - code: sum(len(line.split()) for _, line in kept) ;; say: the total number of words (separated by
    white space) in the lines of text ;; type: int ;; name: words_in
  - code: [line.strip() for _, line in kept] ;; say: a list, without spaces at both ends, of all
    lines of text ;; type: list[str] ;; name: list
  - code: [f'{i}: {line}' for i, line in kept] ;; say: a list of strings with the number (1 for the
    first line), ': ' and the line, for all lines of text ;; type: list[str] ;; name: label
ret $r.type
name $r.name_lines, $r.name_text_lines
say Return $r.say $q.say.
code
    kept = [(i, line) for i, line in enumerate(text.split('\n'), 1) if $q]
    return $r
code
    kept = []
    for i, line in enumerate(text.split('\n'), 1):
        if $q:
            kept.append((i, line))
    return $r
)FAMILY";

}  // namespace scribe
