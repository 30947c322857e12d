// Small formats: separated values, brackets, versions, clock times, numerals, expressions.
#include "exercises/families/texts.h"

namespace scribe {

const std::string_view kParsingFamilies = R"FAMILY(
family parsing/integers_in_line
level 2
args line:intcsv
par p @int_pred
par r
  - code: sum(numbers) ;; say: the sum of these numbers (0 if there are none) ;; type: int ;; name: sum
  - code: len(numbers) ;; say: how many these are ;; type: int ;; name: count
  - code: ','.join(map(str, numbers)) ;; say: a string of these numbers, in their order, separated by commas ;; type: str ;; name: filter
  - code: max(numbers, default=0) ;; say: the largest of these numbers, or 0 if there are none ;; type: int ;; name: max
  - code: sorted(numbers) ;; say: an ascending list of these numbers ;; type: list[int] ;; name: sorted
  - code: '+'.join(map(str, numbers[::-1])) ;; say: a string of these numbers in reverse order, joined by '+' ;; type: str ;; name: reversed
  - code: numbers[-1] if numbers else None ;; say: the last of these numbers, or None if there are none ;; type: int | None ;; name: last
ret $r.type
name parse_$r.name_$p.name, $r.name_in_line
say line contains integers separated by commas. Consider those of them that $p.vps. Return $r.say.
code
    numbers = [int(part) for part in line.split(',') if $p(int(part))]
    return $r
code
    numbers = []
    for part in line.split(','):
        number = int(part)
        if $p(number):
            numbers.append(number)
    return $r

family parsing/fields
level 2
args line:csv
par f
  - code: part.strip() ;; say: the field without spaces at its ends ;; name: trimmed
  - code: part.strip().upper() ;; say: the field without spaces at its ends and in upper case ;; name: upper
  - code: part.strip()[::-1] ;; say: the field without spaces at its ends and reversed ;; name: reversed
  - code: part.strip().capitalize() ;; say: the field without spaces at its ends and with a capital first letter ;; name: capitalized
  - code: str(len(part.strip())) ;; say: a string of its length, spaces at its ends not counted ;; name: measured
  - code: '"' + part.strip() + '"' ;; say: the field without spaces at its ends and put in double quotes ;; name: quoted
  - code: part.strip()[:$c] ;; say: the field without spaces at its ends and cut off after $c characters ;; name: cut ;; c: 2..4
  - code: part.strip() or '-' ;; say: the field without spaces at its ends, or '-' if nothing is left of it ;; name: completed
par o
  - code: fields ;; say: a list of the fields ;; type: list[str] ;; name: fields
  - code: '; '.join(fields) ;; say: a string of the fields joined by '; ' ;; type: str ;; name: line
  - code: [x for x in fields if x] ;; say: a list of the fields that are not empty ;; type: list[str] ;; name: non_empty
  - code: '|'.join(reversed(fields)) ;; say: a string of the fields in reverse order, joined by '|' ;; type: str ;; name: backward_line
  - code: {i: x for i, x in enumerate(fields, 1) if x} ;; say: a dictionary from the numbers of the fields (1 for the first) to the fields, without those that are empty ;; type: dict[int, str] ;; name: numbered
  - code: len(set(fields)) ;; say: how many different fields there are ;; type: int ;; name: variety
  - code: max(fields, key=len) ;; say: the longest field, the first one if there are several ;; type: str ;; name: longest
  - code: sorted(fields) ;; say: a list of the fields, sorted as Python sorts strings ;; type: list[str] ;; name: sorted
ret $o.type
name $f.name_$o.name, parse_$o.name, $o.name_of_$f.name_fields
say Split line at its commas into fields. Replace each field by $f.say. Return $o.say.
code
    fields = [$f for part in line.split(',')]
    return $o
code
    fields = []
    for part in line.split(','):
        fields.append($f)
    return $o

family parsing/key_values
level 3
args text:pairs
par d
  - code: values[key] = number ;; say: If a key occurs more than once, its last value counts. ;; name: last
  - code: values.setdefault(key, number) ;; say: If a key occurs more than once, its first value counts. ;; name: first
  - code: values[key] = values.get(key, 0) + number ;; say: If a key occurs more than once, its values are added. ;; name: added
  - code: values[key] = max(values.get(key, 0), number) ;; say: If a key occurs more than once, its largest value counts. ;; name: largest
  - code: values[key] = values.get(key, 0) * 10 + number ;; say: Each further value for the same key is added to ten times what the key had before. ;; name: appended
par r
  - code: values ;; say: a dictionary from the keys to their values ;; type: dict[str, int] ;; name: parse
  - code: sum(values.values()) ;; say: the sum of the values of all keys ;; type: int ;; name: total
  - code: sorted(values) ;; say: an alphabetical list of the keys ;; type: list[str] ;; name: keys
  - code: max(sorted(values), key=values.get) ;; say: the key with the largest value, the alphabetically first one if there are several ;; type: str ;; name: top_key
  - code: {k: v for k, v in values.items() if v > $c} ;; say: a dictionary with those keys whose values are greater than $c ;; type: dict[str, int] ;; name: large_values ;; c: 5..40
  - code: ' '.join(f'{k}:{values[k]}' for k in sorted(values)) ;; say: a string such as 'a:1 b:2' with all keys in alphabetical order and their values ;; type: str ;; name: rewrite
  - code: sum(v % 2 == 0 for v in values.values()) ;; say: how many keys have an even value ;; type: int ;; name: even_values
  - code: {k.upper(): v + $c for k, v in values.items()} ;; say: a dictionary from the keys in upper case to their values increased by $c ;; type: dict[str, int] ;; name: raised ;; c: 1..9
ret $r.type
name $r.name_pairs, $r.name_$d.name_values
say text consists of entries such as 'a=12', separated by semicolons: a key, '=' and a non-negative integer. $d.say Return $r.say.
code
    values = {}
    for entry in text.split(';'):
        key, number = entry.split('=')
        number = int(number)
        $d
    return $r

family parsing/brackets
level 4
args s:brackets
par r
  - code: not open_brackets and not broken ;; say: True if every closing bracket closes the last bracket that is still open, which is of the same kind, and no bracket stays open, otherwise False ;; type: bool ;; name: is_well_nested
  - code: deepest ;; say: the largest number of brackets that are open at the same time ;; type: int ;; name: deepest
  - code: closed ;; say: the number of brackets that are closed correctly ;; type: int ;; name: closed_count
  - code: len(open_brackets) ;; say: the number of brackets that are still open ;; type: int ;; name: open_count
  - code: closed * 2 - len(s) ;; say: twice the number of correctly closed brackets minus the length of s ;; type: int ;; name: bracket_balance
  - code: ''.join(closing[b] for b in reversed(open_brackets)) ;; say: the string of closing brackets that would close, in the right order, what is still open ;; type: str ;; name: missing_brackets
  - code: position ;; say: the index in s at which reading stopped, or the length of s if it did not stop early ;; type: int ;; name: stop_index
ret $r.type
name $r.name, $r.name_of_brackets
say s consists of the brackets ()[]{}. Read it from left to right, and stop at the first closing bracket that does not fit the last one that is still open (or finds none open). When reading has ended, return $r.say.
code
    closing = {'(': ')', '[': ']', '{': '}'}
    open_brackets = []
    deepest = 0
    closed = 0
    position = 0
    broken = False
    for ch in s:
        if ch in closing:
            open_brackets.append(ch)
            deepest = max(deepest, len(open_brackets))
        elif open_brackets and closing[open_brackets[-1]] == ch:
            open_brackets.pop()
            closed += 1
        else:
            broken = True
            break
        position += 1
    return $r

family parsing/round_brackets
level 3
args s:parens
par r
  - code: depths ;; say: a list with, for each character of s that is no bracket, the number of brackets that are open there ;; type: list[int] ;; name: depths_of
  - code: max(depths, default=0) ;; say: the largest number of open brackets at a character of s that is no bracket, or 0 if there is none ;; type: int ;; name: largest_depth
  - code: outside ;; say: the string of all characters of s that are no brackets and are not inside any open bracket ;; type: str ;; name: outside_text
  - code: inside ;; say: the string of all characters of s that are no brackets and are inside at least one open bracket ;; type: str ;; name: inside_text
  - code: sum(d == $c for d in depths) ;; say: how many characters of s that are no brackets have exactly $c open brackets ;; type: int ;; name: count_at_depth_$c ;; c: 1..2
  - code: depth ;; say: how many brackets are open at the end of s ;; type: int ;; name: final_depth
  - code: ignored ;; say: how many closing brackets there are at which no bracket is open ;; type: int ;; name: unmatched_closing
  - code: depth + ignored ;; say: the number of brackets that are open at the end of s plus the number of closing brackets at which none was open ;; type: int ;; name: repairs
  - code: sum(depths) ;; say: the sum, over all characters of s that are no brackets, of the number of brackets that are open there ;; type: int ;; name: depth_sum
ret $r.type
name $r.name, bracket_$r.name
say In s, '(' opens a bracket and ')' closes the last open one; a ')' where none is open is ignored. Return $r.say.
code
    depth = 0
    ignored = 0
    depths = []
    outside = ''
    inside = ''
    for ch in s:
        if ch == '(':
            depth += 1
        elif ch == ')':
            if depth > 0:
                depth -= 1
            else:
                ignored += 1
        else:
            depths.append(depth)
            if depth == 0:
                outside += ch
            else:
                inside += ch
    return $r

family parsing/case_names
level 2
args name:snake
par r
  - code: ''.join(p.capitalize() for p in parts) ;; say: as one word in which every part begins with a capital letter (and has no others) ;; name: to_pascal
  - code: parts[0] + ''.join(p.capitalize() for p in parts[1:]) ;; say: as one word in which every part but the first begins with a capital letter ;; name: to_camel
  - code: '-'.join(parts).upper() ;; say: in upper case, with hyphens between the parts ;; name: to_header
  - code: ' '.join(p.capitalize() for p in parts) ;; say: with spaces between the parts, each of which begins with a capital letter ;; name: to_title
  - code: '.'.join(reversed(parts)) ;; say: with its parts in reverse order and dots between them ;; name: to_dotted
  - code: ''.join(p[0] for p in parts) + '_' + parts[-1] ;; say: as the first letters of all parts, an underscore, and the last part ;; name: to_short
  - code: '_'.join(sorted(parts)) ;; say: with its parts in alphabetical order and underscores between them ;; name: to_sorted
  - code: '_'.join(p[:$c] for p in parts) ;; say: with each part cut off after $c characters and underscores between them ;; name: abbreviate ;; c: 2..4
  - code: '_'.join(p[::-1] for p in parts) ;; say: with each part reversed and underscores between them ;; name: reverse_parts
  - code: '/'.join('_'.join(parts[:i + 1]) for i in range(len(parts))) ;; say: as a path: its beginnings that end before an underscore or at the end, the shortest first, joined by '/' ;; name: to_path
  - code: '_'.join(p for p in parts if len(p) > $c) ;; say: without parts of $c characters or fewer, with underscores between the others ;; name: drop_short_parts ;; c: 2..4
  - code: max(parts, key=len) + str(len(parts)) ;; say: as its longest part (the first one of several) followed by the number of parts ;; name: to_code
ret str
name $r.name, name_$r.name, $r.name_name
say name consists of parts in lower case with underscores between them. Return it $r.say.
code
    parts = name.split('_')
    return $r

family parsing/camel_names
level 3
args name:camel
par r
  - code: '_'.join(parts).lower() ;; say: in lower case, with underscores between its words ;; type: str ;; name: to_snake
  - code: '-'.join(parts).lower() ;; say: in lower case, with hyphens between its words ;; type: str ;; name: to_kebab
  - code: '_'.join(parts).upper() ;; say: in upper case, with underscores between its words ;; type: str ;; name: to_constant
  - code: ' '.join(parts[::-1]).lower() ;; say: in lower case, with its words in reverse order and spaces between them ;; type: str ;; name: to_reversed_words
  - code: len(parts) ;; say: as the number of its words ;; type: int ;; name: count_words_in
  - code: [len(p) for p in parts] ;; say: as a list of the lengths of its words ;; type: list[int] ;; name: word_lengths_in
  - code: ''.join(p[0] for p in parts).upper() ;; say: as the first letters of its words in upper case ;; type: str ;; name: initials_of
  - code: parts[-1].lower() ;; say: as its last word in lower case ;; type: str ;; name: last_word_of
  - code: [p.lower() for p in parts] ;; say: as a list of its words in lower case ;; type: list[str] ;; name: split_words_of
  - code: max(parts, key=len).lower() ;; say: as its longest word in lower case, the first one of several ;; type: str ;; name: longest_word_of
ret $r.type
name $r.name_name, $r.name_identifier
say name is an identifier in which every word but the first begins with an upper-case letter. Return it $r.say.
code
    parts = ['']
    for ch in name:
        if ch.isupper():
            parts.append('')
        parts[-1] += ch
    return $r

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
  - code: f'{(minutes // 60 - 1) % 12 + 1}:{minutes % 60:02d}' ;; say: the time on a clock of twelve hours, with 12 for the hour 0 and no leading zero in the hour, ;; type: str ;; name: twelve_hour_time
  - code: 'morning' if minutes < 720 else 'afternoon' ;; say: 'morning' if it is before 12:00 and 'afternoon' otherwise, for the time ;; type: str ;; name: half_of_day
  - code: minutes % 60 >= $c ;; say: True if the minutes within the hour are $c or more, otherwise False, for the time ;; type: bool ;; name: is_late_in_hour ;; c: 15..45
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
  - code: total // 60 ;; say: its length in minutes, rounded down ;; type: int ;; name: whole_minutes
  - code: f'{total // 3600}:{total // 60 % 60:02d}:{total % 60:02d}' ;; say: the duration as hours, minutes and seconds such as '1:05:09', where minutes and seconds have two digits and are below 60 ;; type: str ;; name: normal_form
  - code: total > $c * 60 ;; say: True if it is longer than $c minutes, otherwise False ;; type: bool ;; name: is_longer_than_$c ;; c: 20..300
  - code: -(-total // ($c * 60)) ;; say: how many blocks of $c minutes are needed to cover it ;; type: int ;; name: blocks ;; c: 5..50
  - code: total % ($c * 60) ;; say: how many seconds are left over when it is divided into as many blocks of $c minutes as fit ;; type: int ;; name: rest_seconds ;; c: 2..30
  - code: max($c * 60 - total, 0) ;; say: by how many seconds it is shorter than $c minutes, or 0 if it is not ;; type: int ;; name: remaining ;; c: 60..900
  - code: (total // 3600, total % 3600 // 60) ;; say: a tuple of its full hours and the full minutes that remain ;; type: tuple[int, int] ;; name: hours_and_minutes
ret $r.type
name $r.name, duration_$r.name
say duration consists of numbers, each followed by its unit: h for hours, m for minutes, s for seconds (for example '2h5m'). Return $r.say.
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
  - code: total % $c ;; say: the remainder of its value when divided by $c ;; type: int ;; name: remainder ;; c: 3..12
  - code: total + $c ;; say: its value plus $c ;; type: int ;; name: value_plus ;; c: 1..50
  - code: total > $c ;; say: True if its value is greater than $c, otherwise False ;; type: bool ;; name: exceeds_$c ;; c: 10..900
  - code: subtracted ;; say: how many of its letters are subtracted ;; type: int ;; name: subtractions
  - code: total * $c ;; say: $c times its value ;; type: int ;; name: multiple ;; c: 2..9
  - code: sum(int(d) for d in str(total)) ;; say: the sum of the decimal digits of its value ;; type: int ;; name: digit_sum
  - code: total - len(numeral) ;; say: its value minus its number of letters ;; type: int ;; name: reduced_value
ret $r.type
name roman_$r.name, numeral_$r.name
say numeral is a Roman numeral with the letters I = 1, V = 5, X = 10, L = 50, C = 100, D = 500 and M = 1000; a letter directly before one of greater value is subtracted, all others are added. Return $r.say.
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
  - code: text[::-1] ;; say: these signs, from the smallest to the largest ;; type: str ;; name: reversed
  - code: ' '.join(text) ;; say: these signs, from the largest to the smallest, with single spaces between them ;; type: str ;; name: spaced
ret $r.type
name sign_$r.name, tally_$r.name, write_with_signs
say The remainder of n when divided by $m is written with as few signs as possible: $s.say. Each sign may be repeated. Return $r.say.
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
  - code: sum(n for n, _ in pairs) ;; say: the length of the decoded string ;; type: int ;; name: decoded_length
  - code: ''.join(ch for _, ch in pairs) ;; say: the string of the letters, each one written once per entry, in their order ;; type: str ;; name: entry_letters
  - code: max((n for n, _ in pairs), default=0) ;; say: the largest number of an entry, or 0 if there is none ;; type: int ;; name: longest_entry
  - code: ''.join(ch * n for n, ch in reversed(pairs)) ;; say: the decoded string read backwards ;; type: str ;; name: decode_backwards
  - code: ''.join(f'{n + 1}{ch}' for n, ch in pairs) ;; say: the same code with every number increased by 1 ;; type: str ;; name: grow
  - code: {ch: sum(m for m, c in pairs if c == ch) for _, ch in pairs} ;; say: a dictionary from each letter to how often it occurs in the decoded string ;; type: dict[str, int] ;; name: letter_totals
  - code: ''.join(ch * n for n, ch in pairs if n > $c) ;; say: what is decoded if entries with a number of $c or less are left out ;; type: str ;; name: decode_long ;; c: 1..3
  - code: ''.join(ch * min(n, $c) for n, ch in pairs) ;; say: what is decoded if every number greater than $c counts as $c ;; type: str ;; name: decode_limited ;; c: 2..4
  - code: [n for n, ch in pairs if ch in 'abc'] ;; say: a list of the numbers of all entries with one of the letters a, b and c ;; type: list[int] ;; name: counts_of_abc
  - code: ''.join(ch.upper() if n > 1 else ch for n, ch in pairs) ;; say: the string of the letters, one per entry, in upper case if the number is greater than 1 ;; type: str ;; name: mark_long
ret $r.type
name $r.name, $r.name_runs
say encoded consists of entries, each a number followed by a letter; '3a12b' is decoded to three a followed by twelve b. Return $r.say.
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
  - code: -value if i % 2 else value ;; say: Evaluate it with the signs of the second, fourth, sixth ... number inverted ;; name: alternating
  - code: value if abs(value) > $c else 0 ;; say: Evaluate it, where numbers up to $c are ignored ;; name: large_part ;; c: 3..15
  - code: value * (i + 1) ;; say: Evaluate it with the first number counted once, the second one twice, the third one three times and so on ;; name: weighted
  - code: abs(value) ;; say: Evaluate it as if all signs were '+' ;; name: absolute
  - code: max(value, -$c) ;; say: Evaluate it, where no more than $c is ever subtracted at once ;; name: bounded ;; c: 5..20
par r
  - code: sum(values) ;; say: the result ;; type: int ;; name: result
  - code: str(sum(values)) + '=' + expression ;; say: a string of the result, '=' and the expression ;; type: str ;; name: equation
  - code: [sum(values[:i + 1]) for i in range(len(values))] ;; say: a list of all intermediate results, from the first number alone to the whole expression ;; type: list[int] ;; name: steps
  - code: max(sum(values[:i + 1]) for i in range(len(values))) ;; say: the largest intermediate result, from the first number alone to the whole expression ;; type: int ;; name: peak
  - code: sum(values) % $c ;; say: the remainder of the result when divided by $c (as Python computes it) ;; type: int ;; name: residue ;; c: 3..9
ret $r.type
name $p.name_$r.name, evaluate_$r.name, $r.name_of_expression
say expression consists of non-negative integers with '+' or '-' between them. $p.say. Return $r.say.
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
  - code: parts[-1] if parts else '' ;; say: the last part of the resulting path, or an empty string if it has none ;; type: str ;; name: last_part
  - code: parts ;; say: the list of the parts of the resulting path ;; type: list[str] ;; name: parts
  - code: ['/' + '/'.join(parts[:i]) for i in range(len(parts) + 1)] ;; say: a list of the resulting path and all directories above it, beginning with '/' ;; type: list[str] ;; name: ancestors
  - code: '/'.join(reversed(parts)) ;; say: the parts of the resulting path in reverse order, joined by '/' ;; type: str ;; name: backwards
  - code: '/' + '/'.join(parts[:-1]) ;; say: the directory above the resulting path ('/' if there is none) ;; type: str ;; name: parent
  - code: sum(map(len, parts)) ;; say: the total length of the parts of the resulting path ;; type: int ;; name: size
par u
  - code: pass ;; say: At the top, '..' has no effect.
  - code: parts.append('up') ;; say: At the top, '..' is replaced by a part 'up'.
ret $r.type
name $r.name_path, path_$r.name
say In path, a part '.' means nothing and a part '..' removes the part before it; empty parts mean nothing, too. $u.say Return $r.say.
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
  - code: (a > b) - (a < b) ;; say: 1 if version is newer than other, -1 if it is older, and 0 if both are the same ;; type: int ;; name: compare
  - code: version if a >= b else other ;; say: the newer one of the two, or version if they are the same ;; type: str ;; name: newer
  - code: a[:1] == b[:1] ;; say: True if both have the same first number, otherwise False ;; type: bool ;; name: same_major
  - code: next((i for i in range(size) if a[i] != b[i]), -1) ;; say: the index (counted from 0) of the first number in which they differ, or -1 if they are the same ;; type: int ;; name: first_difference
  - code: a > b and a[0] == b[0] ;; say: True if version is newer than other and has the same first number, otherwise False ;; type: bool ;; name: is_compatible_upgrade
  - code: '.'.join(str(max(x, y)) for x, y in zip(a, b)) ;; say: the version whose number at each place is the larger one of the two numbers there ;; type: str ;; name: maximum
  - code: sum(abs(x - y) for x, y in zip(a, b)) ;; say: the sum of the absolute differences of their numbers, place by place ;; type: int ;; name: distance
ret $r.type
name $r.name_versions, $r.name_version
say Versions are compared number by number from left to right, as integers; where one of them has fewer numbers, zeros are added at its end. Return $r.say.
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
  - code: line.strip() and not line.startswith('#') ;; say: that are not blank and do not begin with '#'
  - code: len(line) > $c ;; say: that are longer than $c characters ;; c: 8..20
  - code: line.startswith(' ') ;; say: that begin with a space
  - code: any(ch.isdigit() for ch in line) ;; say: that contain a digit
  - code: len(line.split()) >= $c ;; say: that have at least $c words (separated by white space) ;; c: 2..4
par r
  - code: len(kept) ;; say: how many lines of text there are ;; type: int ;; name: count
  - code: [i for i, _ in kept] ;; say: a list of the numbers (1 for the first line) of all lines of text ;; type: list[int] ;; name: numbers_of
  - code: '\n'.join(line for _, line in kept) ;; say: a string of all lines of text, joined by newlines, ;; type: str ;; name: keep
  - code: max((len(line) for _, line in kept), default=0) ;; say: the length of the longest line of text (or 0 if there is none) of those ;; type: int ;; name: longest
  - code: sum(len(line.split()) for _, line in kept) ;; say: the total number of words (separated by white space) in the lines of text ;; type: int ;; name: words_in
  - code: [line.strip() for _, line in kept] ;; say: a list, without spaces at both ends, of all lines of text ;; type: list[str] ;; name: list
  - code: [f'{i}: {line}' for i, line in kept] ;; say: a list of strings with the number (1 for the first line), ': ' and the line, for all lines of text ;; type: list[str] ;; name: label
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
