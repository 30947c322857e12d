// Small formats: separated values, brackets, versions, clock times, numerals, expressions.
#include "exercises/families/texts.h"

namespace scribe {

const std::string_view kParsingFamilies = R"FAMILY(
family parsing/integers_in_line
level 2
args line:intcsv
par p @int_pred
par r
  - code: sum(numbers) ;; say: the sum of these numbers (0 if there are none) ;; type: int ;; name:
    sum
  - code: len(numbers) ;; say: how many these are ;; type: int ;; name: count
  - code: ','.join(map(str, numbers)) ;; say: a string of these numbers, in their order, separated
    by commas ;; type: str ;; name: filter
  - code: max(numbers, default=0) ;; say: the largest of these numbers, or 0 if there are none ;;
    type: int ;; name: max
  - code: sorted(numbers) ;; say: an ascending list of these numbers ;; type: list[int] ;; name:
    sorted
  - code: '+'.join(map(str, numbers[::-1])) ;; say: a string of these numbers in reverse order,
    joined by '+' ;; type: str ;; name: reversed
  - code: numbers[-1] if numbers else None ;; say: the last of these numbers, or None if there are
    none ;; type: int | None ;; name: last
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
  - code: part.strip().upper() ;; say: the field without spaces at its ends and in upper case ;;
    name: upper
  - code: part.strip()[::-1] ;; say: the field without spaces at its ends and reversed ;; name:
    reversed
  - code: part.strip().capitalize() ;; say: the field without spaces at its ends and with a capital
    first letter ;; name: capitalized
  - code: str(len(part.strip())) ;; say: a string of its length, spaces at its ends not counted ;;
    name: measured
  - code: '"' + part.strip() + '"' ;; say: the field without spaces at its ends and put in double
    quotes ;; name: quoted
  - code: part.strip()[:$c] ;; say: the field without spaces at its ends and cut off after $c
    characters ;; name: cut ;; c: 2..4
  - code: part.strip() or '-' ;; say: the field without spaces at its ends, or '-' if nothing is
    left of it ;; name: completed
par o
  - code: fields ;; say: a list of the fields ;; type: list[str] ;; name: fields
  - code: '; '.join(fields) ;; say: a string of the fields joined by '; ' ;; type: str ;; name: line
  - code: [x for x in fields if x] ;; say: a list of the fields that are not empty ;; type:
    list[str] ;; name: non_empty
  - code: '|'.join(reversed(fields)) ;; say: a string of the fields in reverse order, joined by '|'
    ;; type: str ;; name: backward_line
  - code: {i: x for i, x in enumerate(fields, 1) if x} ;; say: a dictionary from the numbers of the
    fields (1 for the first) to the fields, without those that are empty ;; type: dict[int, str] ;;
    name: numbered
  - code: len(set(fields)) ;; say: how many different fields there are ;; type: int ;; name: variety
  - code: max(fields, key=len) ;; say: the longest field, the first one if there are several ;;
    type: str ;; name: longest
  - code: sorted(fields) ;; say: a list of the fields, sorted as Python sorts strings ;; type:
    list[str] ;; name: sorted
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
  - code: values[key] = number ;; say: If a key occurs more than once, its last value counts. ;;
    name: last
  - code: values.setdefault(key, number) ;; say: If a key occurs more than once, its first value
    counts. ;; name: first
  - code: values[key] = values.get(key, 0) + number ;; say: If a key occurs more than once, its
    values are added. ;; name: added
  - code: values[key] = max(values.get(key, 0), number) ;; say: If a key occurs more than once, its
    largest value counts. ;; name: largest
  - code: values[key] = values.get(key, 0) * 10 + number ;; say: Each further value for the same key
    is added to ten times what the key had before. ;; name: appended
par r
  - code: values ;; say: a dictionary from the keys to their values ;; type: dict[str, int] ;; name:
    parse
  - code: sum(values.values()) ;; say: the sum of the values of all keys ;; type: int ;; name: total
  - code: sorted(values) ;; say: an alphabetical list of the keys ;; type: list[str] ;; name: keys
  - code: max(sorted(values), key=values.get) ;; say: the key with the largest value, the
    alphabetically first one if there are several ;; type: str ;; name: top_key
  - code: {k: v for k, v in values.items() if v > $c} ;; say: a dictionary with those keys whose
    values are greater than $c ;; type: dict[str, int] ;; name: large_values ;; c: 5..40
  - code: ' '.join(f'{k}:{values[k]}' for k in sorted(values)) ;; say: a string such as 'a:1 b:2'
    with all keys in alphabetical order and their values ;; type: str ;; name: rewrite
  - code: sum(v % 2 == 0 for v in values.values()) ;; say: how many keys have an even value ;; type:
    int ;; name: even_values
  - code: {k.upper(): v + $c for k, v in values.items()} ;; say: a dictionary from the keys in upper
    case to their values increased by $c ;; type: dict[str, int] ;; name: raised ;; c: 1..9
ret $r.type
name $r.name_pairs, $r.name_$d.name_values
say text consists of entries such as 'a=12', separated by semicolons: a key, '=' and a non-negative
    integer. $d.say Return $r.say.
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
  - code: not open_brackets and not broken ;; say: True if every closing bracket closes the last
    bracket that is still open, which is of the same kind, and no bracket stays open, otherwise
    False ;; type: bool ;; name: is_well_nested
  - code: deepest ;; say: the largest number of brackets that are open at the same time ;; type: int
    ;; name: deepest
  - code: closed ;; say: the number of brackets that are closed correctly ;; type: int ;; name:
    closed_count
  - code: len(open_brackets) ;; say: the number of brackets that are still open ;; type: int ;;
    name: open_count
  - code: closed * 2 - len(s) ;; say: twice the number of correctly closed brackets minus the length
    of s ;; type: int ;; name: bracket_balance
  - code: ''.join(closing[b] for b in reversed(open_brackets)) ;; say: the string of closing
    brackets that would close, in the right order, what is still open ;; type: str ;; name:
    missing_brackets
  - code: position ;; say: the index in s at which reading stopped, or the length of s if it did not
    stop early ;; type: int ;; name: stop_index
ret $r.type
name $r.name, $r.name_of_brackets
say s consists of the brackets ()[]{}. Read it from left to right, and stop at the first closing
    bracket that does not fit the last one that is still open (or finds none open). When reading has
    ended, return $r.say.
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
  - code: depths ;; say: a list with, for each character of s that is no bracket, the number of
    brackets that are open there ;; type: list[int] ;; name: depths_of
  - code: max(depths, default=0) ;; say: the largest number of open brackets at a character of s
    that is no bracket, or 0 if there is none ;; type: int ;; name: largest_depth
  - code: outside ;; say: the string of all characters of s that are no brackets and are not inside
    any open bracket ;; type: str ;; name: outside_text
  - code: inside ;; say: the string of all characters of s that are no brackets and are inside at
    least one open bracket ;; type: str ;; name: inside_text
  - code: sum(d == $c for d in depths) ;; say: how many characters of s that are no brackets have
    exactly $c open brackets ;; type: int ;; name: count_at_depth_$c ;; c: 1..2
  - code: depth ;; say: how many brackets are open at the end of s ;; type: int ;; name: final_depth
  - code: ignored ;; say: how many closing brackets there are at which no bracket is open ;; type:
    int ;; name: unmatched_closing
  - code: depth + ignored ;; say: the number of brackets that are open at the end of s plus the
    number of closing brackets at which none was open ;; type: int ;; name: repairs
  - code: sum(depths) ;; say: the sum, over all characters of s that are no brackets, of the number
    of brackets that are open there ;; type: int ;; name: depth_sum
ret $r.type
name $r.name, bracket_$r.name
say In s, '(' opens a bracket and ')' closes the last open one; a ')' where none is open is ignored.
    Return $r.say.
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
  - code: ''.join(p.capitalize() for p in parts) ;; say: as one word in which every part begins with
    a capital letter (and has no others) ;; name: to_pascal
  - code: parts[0] + ''.join(p.capitalize() for p in parts[1:]) ;; say: as one word in which every
    part but the first begins with a capital letter ;; name: to_camel
  - code: '-'.join(parts).upper() ;; say: in upper case, with hyphens between the parts ;; name:
    to_header
  - code: ' '.join(p.capitalize() for p in parts) ;; say: with spaces between the parts, each of
    which begins with a capital letter ;; name: to_title
  - code: '.'.join(reversed(parts)) ;; say: with its parts in reverse order and dots between them ;;
    name: to_dotted
  - code: ''.join(p[0] for p in parts) + '_' + parts[-1] ;; say: as the first letters of all parts,
    an underscore, and the last part ;; name: to_short
  - code: '_'.join(sorted(parts)) ;; say: with its parts in alphabetical order and underscores
    between them ;; name: to_sorted
  - code: '_'.join(p[:$c] for p in parts) ;; say: with each part cut off after $c characters and
    underscores between them ;; name: abbreviate ;; c: 2..4
  - code: '_'.join(p[::-1] for p in parts) ;; say: with each part reversed and underscores between
    them ;; name: reverse_parts
  - code: '/'.join('_'.join(parts[:i + 1]) for i in range(len(parts))) ;; say: as a path: its
    beginnings that end before an underscore or at the end, the shortest first, joined by '/' ;;
    name: to_path
  - code: '_'.join(p for p in parts if len(p) > $c) ;; say: without parts of $c characters or fewer,
    with underscores between the others ;; name: drop_short_parts ;; c: 2..4
  - code: max(parts, key=len) + str(len(parts)) ;; say: as its longest part (the first one of
    several) followed by the number of parts ;; name: to_code
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
  - code: '_'.join(parts).lower() ;; say: in lower case, with underscores between its words ;; type:
    str ;; name: to_snake
  - code: '-'.join(parts).lower() ;; say: in lower case, with hyphens between its words ;; type: str
    ;; name: to_kebab
  - code: '_'.join(parts).upper() ;; say: in upper case, with underscores between its words ;; type:
    str ;; name: to_constant
  - code: ' '.join(parts[::-1]).lower() ;; say: in lower case, with its words in reverse order and
    spaces between them ;; type: str ;; name: to_reversed_words
  - code: len(parts) ;; say: as the number of its words ;; type: int ;; name: count_words_in
  - code: [len(p) for p in parts] ;; say: as a list of the lengths of its words ;; type: list[int]
    ;; name: word_lengths_in
  - code: ''.join(p[0] for p in parts).upper() ;; say: as the first letters of its words in upper
    case ;; type: str ;; name: initials_of
  - code: parts[-1].lower() ;; say: as its last word in lower case ;; type: str ;; name:
    last_word_of
  - code: [p.lower() for p in parts] ;; say: as a list of its words in lower case ;; type: list[str]
    ;; name: split_words_of
  - code: max(parts, key=len).lower() ;; say: as its longest word in lower case, the first one of
    several ;; type: str ;; name: longest_word_of
ret $r.type
name $r.name_name, $r.name_identifier
say name is an identifier in which every word but the first begins with an upper-case letter. Return
    it $r.say.
code
    parts = ['']
    for ch in name:
        if ch.isupper():
            parts.append('')
        parts[-1] += ch
    return $r
)FAMILY";

}  // namespace scribe
