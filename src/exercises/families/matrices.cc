// Matrices, grids and lists of lists.
#include "exercises/families/texts.h"

namespace scribe {

const std::string_view kMatrixFamilies = R"FAMILY(
family matrices/row_values
level 2
args matrix:matrix
par f @agg
par d
  - code: matrix ;; say: row ;; name: row
  - code: zip(*matrix) ;; say: column ;; name: column
par r
  - code: values ;; say: a list of these values, in order ;; type: list[int] ;; name: list
  - code: max(values) ;; say: the largest of these values ;; type: int ;; name: max
  - code: min(values) ;; say: the smallest of these values ;; type: int ;; name: min
  - code: sum(values) ;; say: the sum of these values ;; type: int ;; name: total
  - code: values.index(max(values)) ;; say: the index at which the largest of these values occurs
    first ;; type: int ;; name: best
  - code: max(values) - min(values) ;; say: the difference between the largest and the smallest of
    these values ;; type: int ;; name: spread
  - code: len(set(values)) ;; say: how many different values there are among them ;; type: int ;;
    name: variety
  - code: sorted(values, reverse=True) ;; say: a list of these values in descending order ;; type:
    list[int] ;; name: sorted
  - code: sum(v > $c for v in values) ;; say: how many of these values are greater than $c ;; type:
    int ;; name: high ;; c: 2..12
ret $r.type
name $r.name_$d.name_$f.name, $d.name_$f.name_$r.name
say For every $d.say of the matrix, compute $f.np(its numbers). Return $r.say.
code
    values = [$f(line) for line in $d]
    return $r
code
    values = []
    for line in $d:
        values.append($f(line))
    return $r

family matrices/count_cells
level 2
args matrix:matrix
par p @int_pred
par k
  - code: sum(cells) ;; say: the sum of these numbers (0 if there are none) ;; type: int ;; name:
    sum
  - code: len(cells) ;; say: how many there are ;; type: int ;; name: count
  - code: cells ;; say: a list of them, row by row from the top and from left to right in each row
    ;; type: list[int] ;; name: list
  - code: max(cells, default=0) ;; say: the largest of them, or 0 if there are none ;; type: int ;;
    name: max
  - code: len(set(cells)) ;; say: how many different ones there are ;; type: int ;; name: distinct
  - code: sorted(cells) ;; say: a list of them in ascending order ;; type: list[int] ;; name: sorted
  - code: cells[-1] if cells else 0 ;; say: the one in the lowest row, and there the one furthest to
    the right, or 0 if there are none ;; type: int ;; name: last
par q
  - code: i + j > 1 ;; say: in the matrix at places where row index plus column index is more than 1
  - code: (i + j) % 2 == 0 ;; say: in the matrix at places where row index plus column index is even
  - code: i in (0, len(matrix) - 1) or j in (0, len(row) - 1) ;; say: on the border of the matrix
    (first or last row or column)
  - code: i == j ;; say: in the matrix at places where the row index equals the column index
  - code: i < j ;; say: in the matrix at places where the row index is less than the column index
  - code: j % 2 == 1 ;; say: in the matrix at odd column indices
  - code: i % 2 == 0 ;; say: in the matrix at even row indices
  - code: i >= j ;; say: in the matrix at places where the row index is not less than the column
    index
ret $k.type
name $k.name_$p.name_cells, $k.name_of_cells
say Consider the numbers $q.say that $p.vps. Return $k.say.
hint Indices are counted from 0.
code
    cells = []
    for i, row in enumerate(matrix):
        for j, value in enumerate(row):
            if ($q) and $p(value):
                cells.append(value)
    return $k

family matrices/rearrange
level 2
args matrix:matrix
par r
  - code: [list(row) for row in zip(*matrix)] ;; say: with rows and columns exchanged ;; name:
    transpose
  - code: [row[::-1] for row in matrix] ;; say: mirrored from left to right ;; name: mirror
  - code: [row[:] for row in matrix[::-1]] ;; say: mirrored from top to bottom ;; name: flip
  - code: [list(row) for row in zip(*matrix[::-1])] ;; say: rotated clockwise by 90 degrees ;; name:
    rotate_right
  - code: [list(row) for row in zip(*matrix)][::-1] ;; say: rotated counterclockwise by 90 degrees
    ;; name: rotate_left
  - code: [row[::-1] for row in matrix[::-1]] ;; say: rotated by 180 degrees ;; name: turn
  - code: [sorted(row) for row in matrix] ;; say: with the numbers of each row sorted in ascending
    order ;; name: sort_rows
  - code: sorted(matrix, key=sum) ;; say: with its rows sorted by their sums, the smallest first;
    rows with equal sums stay in their order ;; name: order_rows
  - code: [row[1:] + row[:1] for row in matrix] ;; say: with the first number of each row moved to
    its end ;; name: shift_rows
  - code: matrix[1:] + matrix[:1] ;; say: with the first row moved to the end ;; name: cycle_rows
  - code: [row if i % 2 == 0 else row[::-1] for i, row in enumerate(matrix)] ;; say: with every
    second row, beginning with the second, reversed ;; name: snake_rows
  - code: [row[i % len(row):] + row[:i % len(row)] for i, row in enumerate(matrix)] ;; say: with the
    row at index i rotated by i places to the left ;; name: skew_rows
  - code: [list(c) for c in zip(*[sorted(col) for col in zip(*matrix)])] ;; say: with the numbers of
    each column sorted in ascending order from top to bottom ;; name: sort_columns
  - code: [row[:-1] for row in matrix[1:]] ;; say: without its first row and its last column ;;
    name: crop
  - code: [row + [sum(row)] for row in matrix] ;; say: with the sum of each row added at its end ;;
    name: extend_rows
  - code: matrix + [[sum(col) for col in zip(*matrix)]] ;; say: with the list of the column sums
    added as a last row ;; name: add_total_row
  - code: [[row[0], row[-1]] for row in matrix] ;; say: reduced to the first and the last number of
    each row (the same one twice if there is only one column) ;; name: edge_columns
par m @int_map
ret list[list[int]]
name $r.name_and_map, $r.name_$m.name
say Replace each number of the matrix by $m.its. Return the new matrix $r.say.
code
    matrix = [[$m(x) for x in row] for row in matrix]
    return $r

family matrices/flatten_order
level 2
args matrix:matrix
par o
  - code: [x for row in matrix for x in row] ;; say: row by row, each row from left to right ;;
    name: rows
  - code: [x for col in zip(*matrix) for x in col] ;; say: column by column, each column from top to
    bottom ;; name: columns
  - code: [x for i, row in enumerate(matrix) for x in (row if i % 2 == 0 else row[::-1])] ;; say:
    row by row, the first row from left to right, the second from right to left and so on in turn ;;
    name: snake
  - code: [x for row in matrix[::-1] for x in row] ;; say: row by row from the last row to the
    first, each row from left to right ;; name: upward
  - code: [matrix[i][j] for s in range(len(matrix) + len(matrix[0]) - 1) for i in range(len(matrix))
    for j in [s - i] if 0 <= j < len(matrix[0])] ;; say: by the sum of row index and column index,
    the smallest first, and by the row index where the sum is the same ;; name: diagonal
par r
  - code: values ;; say: the list ;; type: list[int] ;; name: flatten
  - code: values[::$c] ;; say: a list of every $c.th number of the list, beginning with the first ;;
    type: list[int] ;; name: sample ;; c: 2..3
  - code: [b - a for a, b in zip(values, values[1:])] ;; say: a list of the differences of
    neighbours, each number minus the one before it ;; type: list[int] ;; name: differences
  - code: list(dict.fromkeys(values)) ;; say: the list with only the first occurrence of each number
    ;; type: list[int] ;; name: unique
  - code: sum(i * v for i, v in enumerate(values)) ;; say: the sum of the numbers, each multiplied
    by its index in the list (counted from 0) ;; type: int ;; name: weighted
  - code: [sum(values[:i + 1]) for i in range(len(values))] ;; say: a list of the running sums of
    the list ;; type: list[int] ;; name: running_sums
  - code: values.index(max(values)) ;; say: the index in the list at which its largest number occurs
    first ;; type: int ;; name: peak_index
  - code: sum(a < b for a, b in zip(values, values[1:])) ;; say: how often a number in the list is
    followed directly by a larger one ;; type: int ;; name: rises
  - code: ' '.join(map(str, values)) ;; say: the list as a string, the numbers separated by single
    spaces ;; type: str ;; name: text
ret $r.type
name $r.name_by_$o.name, $o.name_$r.name
say Write all numbers of the matrix in one list, ordered $o.say. Return $r.say.
code
    values = $o
    return $r

family matrices/diagonals
level 2
args matrix:square
par d
  - code: [matrix[i][i] for i in range(n)] ;; say: the main diagonal (from top left to bottom right)
    ;; name: main_diagonal
  - code: [matrix[i][n - 1 - i] for i in range(n)] ;; say: the other diagonal (from top right to
    bottom left) ;; name: other_diagonal
  - code: [matrix[i][j] for i in range(n) for j in range(n) if i < j] ;; say: the part above the
    main diagonal (without it), row by row, ;; name: upper_part
  - code: [matrix[i][j] for i in range(n) for j in range(n) if i > j] ;; say: the part below the
    main diagonal (without it), row by row, ;; name: lower_part
  - code: [matrix[i][j] for i in range(n) for j in range(n) if i == j or i + j == n - 1] ;; say: the
    two diagonals together (a number on both counts once), row by row, ;; name: cross
  - code: [matrix[i][j] for i in range(n) for j in range(n) if i + j < n - 1] ;; say: the part above
    and to the left of the diagonal from top right to bottom left (without it), row by row, ;; name:
    corner
par r
  - code: sum(values) ;; say: the sum of these numbers (0 if there are none) ;; type: int ;; name:
    sum
  - code: values ;; say: the list of these numbers ;; type: list[int] ;; name: list
  - code: max(values, default=0) ;; say: the largest of these numbers, or 0 if there are none ;;
    type: int ;; name: max
  - code: sum(v % 2 == 0 for v in values) ;; say: how many of these numbers are even ;; type: int ;;
    name: even_count
  - code: sum(sum(row) for row in matrix) - sum(values) ;; say: the sum of all other numbers of the
    matrix ;; type: int ;; name: rest_sum
  - code: min(values, default=0) ;; say: the smallest of these numbers, or 0 if there are none ;;
    type: int ;; name: min
  - code: sum(abs(v) for v in values) ;; say: the sum of the absolute values of these numbers (0 if
    there are none) ;; type: int ;; name: absolute_sum
ret $r.type
name $d.name_$r.name, $r.name_of_$d.name
say Look at $d.say of the square matrix. Return $r.say.
code
    n = len(matrix)
    values = $d
    return $r

family matrices/square_checks
level 3
args matrix:square
par r
  - code: matrix[i][j] == matrix[j][i] ;; say: is the same as the number at row j and column i ;;
    name: symmetric
  - code: matrix[i][j] > matrix[j][i] ;; say: is greater than the number at row j and column i ;;
    name: upper_larger
  - code: (matrix[i][j] + matrix[j][i]) % 2 == 0 ;; say: is even or odd like the number at row j and
    column i ;; name: parity_symmetric
  - code: abs(matrix[i][j] - matrix[j][i]) <= $c ;; say: differs by at most $c from the number at
    row j and column i ;; name: nearly_symmetric ;; c: 2..6
  - code: matrix[i][j] <= matrix[i][i] ;; say: is not greater than the number at row i and column i
    ;; name: below_diagonal_value
  - code: matrix[i][j] + matrix[j][i] > $c ;; say: has, together with the number at row j and column
    i, a sum greater than $c ;; name: large_sum ;; c: 3..14
par k
  - code: hits ;; say: for how many such pairs this holds ;; type: int ;; name: count
  - code: pairs - hits ;; say: for how many such pairs this does not hold ;; type: int ;; name:
    failures
  - code: 2 * hits >= pairs ;; say: True if this holds for at least half of these pairs, otherwise
    False ;; type: bool ;; name: mostly
ret $k.type
name $k.name_$r.name, $r.name_$k.name
say For each pair of indices i < j of the square matrix, check whether the number at row i and
    column j $r.say. Return $k.say.
code
    n = len(matrix)
    hits = 0
    pairs = 0
    for i in range(n):
        for j in range(i + 1, n):
            pairs += 1
            if $r:
                hits += 1
    return $k

family matrices/neighbours
level 4
args matrix:matrix
par s
  - code: [(-1, 0), (1, 0), (0, -1), (0, 1)] ;; say: above, below, to the left and to the right ;;
    name: four
  - code: [(-1, -1), (-1, 1), (1, -1), (1, 1)] ;; say: diagonally next to it ;; name: diagonal
  - code: [(0, -1), (0, 1)] ;; say: to the left and to the right ;; name: side
  - code: [(-1, 0), (1, 0)] ;; say: above and below ;; name: vertical
  - code: [(0, 1), (1, 0)] ;; say: to the right and below ;; name: forward
par q
  - code: all(value > x for x in around) ;; say: is greater than each of them ;; name: peaks
  - code: any(value == x for x in around) ;; say: is equal to at least one of them ;; name: twins
  - code: sum(around) > value ;; say: is less than their sum (0 if there are none) ;; name:
    outweighed
  - code: all(value <= x for x in around) ;; say: is not greater than any of them ;; name: lows
  - code: sum(x > value for x in around) == $c ;; say: is less than exactly $c of them ;; name:
    ranked ;; c: 1..2
  - code: (sum(around) + value) % $c == 0 ;; say: has, together with all of them, a sum divisible by
    $c ;; name: balanced ;; c: 2..4
par k
  - code: len(found) ;; say: how many such cells there are ;; type: int ;; name: count
  - code: sum(matrix[i][j] for i, j in found) ;; say: the sum of the numbers in such cells ;; type:
    int ;; name: sum
  - code: found ;; say: a list of the tuples (row index, column index) of such cells, row by row and
    from left to right ;; type: list[tuple[int, int]] ;; name: list
ret $k.type
name $k.name_$s.name_$q.name, $q.name_$k.name
say The neighbours of a cell of the matrix are the cells $s.say, as far as they exist. Look for
    cells whose number $q.say. Return $k.say.
code
    found = []
    for i, row in enumerate(matrix):
        for j, value in enumerate(row):
            around = [matrix[i + di][j + dj] for di, dj in $s
                      if 0 <= i + di < len(matrix) and 0 <= j + dj < len(row)]
            if $q:
                found.append((i, j))
    return $k

family matrices/build
level 2
args m:k n:k
par f
  - code: i * j ;; say: i * j ;; name: product
  - code: i + j ;; say: i + j ;; name: sum
  - code: i * n + j ;; say: i * n + j ;; name: counting
  - code: abs(i - j) ;; say: the absolute difference of i and j ;; name: distance
  - code: (i + j) % $c ;; say: the remainder of i + j when divided by $c ;; name: cyclic ;; c: 2..4
  - code: max(i, j) ;; say: the larger one of i and j ;; name: maximum
  - code: 1 if (i + j) % 2 == 0 else $c ;; say: 1 if i + j is even, and $c otherwise ;; name: board
    ;; c: 2..9
  - code: i if i == j else 0 ;; say: i if i equals j, and 0 otherwise ;; name: diagonal
  - code: $c * i - j ;; say: $c * i - j ;; name: slope ;; c: 2..6
  - code: i ** 2 + j ;; say: i ** 2 + j ;; name: quadratic
  - code: min(i, j) + $c ;; say: the smaller one of i and j, plus $c ;; name: minimum ;; c: 1..5
  - code: j * m + i ;; say: j * m + i ;; name: column_counting
  - code: (i + 1) * (j + 1) % $c ;; say: the remainder of (i + 1) * (j + 1) when divided by $c ;;
    name: product_cyclic ;; c: 3..7
par r
  - code: table ;; say: the matrix ;; type: list[list[int]] ;; name: table
  - code: [sum(row) for row in table] ;; say: a list of its row sums ;; type: list[int] ;; name:
    row_sums
  - code: [sum(col) for col in zip(*table)] ;; say: a list of its column sums ;; type: list[int] ;;
    name: column_sums
  - code: sum(map(sum, table)) ;; say: the sum of all its numbers ;; type: int ;; name: total
  - code: [row[-1] for row in table] ;; say: a list of the numbers in its last column ;; type:
    list[int] ;; name: last_column
  - code: len({x for row in table for x in row}) ;; say: how many different numbers it contains ;;
    type: int ;; name: variety
ret $r.type
name $f.name_$r.name, build_$f.name_$r.name
say A matrix with m rows and n columns has at row i and column j (both counted from 0) the number
    $f.say. Return $r.say.
code
    table = [[$f for j in range(n)] for i in range(m)]
    return $r
code
    table = []
    for i in range(m):
        row = []
        for j in range(n):
            row.append($f)
        table.append(row)
    return $r

family matrices/grid_cells
level 3
args grid:grid
par q
  - code: sum(1 for row in grid for ch in row if ch == '#') ;; say: the number of '#' in the grid ;;
    name: count ;; type: int
  - code: sum('#' * $c in row for row in grid) ;; say: the number of rows that contain $c '#'
    directly next to each other ;; name: wall_rows ;; type: int ;; c: 2..3
  - code: max(row.count('#') for row in grid) ;; say: the largest number of '#' in a row ;; name:
    fullest_row ;; type: int
  - code: [row.count('#') for row in grid] ;; say: a list of the numbers of '#' in the rows ;; name:
    row_counts ;; type: list[int]
  - code: [col.count('#') for col in zip(*grid)] ;; say: a list of the numbers of '#' in the columns
    ;; name: column_counts ;; type: list[int]
  - code: [i for i, row in enumerate(grid) if '#' not in row] ;; say: a list of the indices of the
    rows without '#' ;; name: free_rows ;; type: list[int]
  - code: [j for j, col in enumerate(zip(*grid)) if '#' not in col] ;; say: a list of the indices of
    the columns without '#' ;; name: free_columns ;; type: list[int]
  - code: [(i, j) for i, row in enumerate(grid) for j, ch in enumerate(row) if ch == '#'] ;; say: a
    list of the tuples (row index, column index) of all '#', row by row and from left to right ;;
    name: places ;; type: list[tuple[int, int]]
  - code: [''.join('#' if ch == '.' else '.' for ch in row) for row in grid] ;; say: the grid with
    '#' and '.' exchanged ;; name: invert ;; type: list[str]
  - code: [row[::-1] for row in grid] ;; say: the grid mirrored from left to right ;; name: mirror
    ;; type: list[str]
  - code: [''.join(col) for col in zip(*grid)] ;; say: the grid with rows and columns exchanged ;;
    name: transpose ;; type: list[str]
  - code: sum(a == '#' and b == '#' for row in grid for a, b in zip(row, row[1:])) ;; say: how many
    pairs of '#' are directly next to each other in a row ;; name: row_pairs ;; type: int
  - code: sum(a == '#' and b == '#' for up, low in zip(grid, grid[1:]) for a, b in zip(up, low)) ;;
    say: how many pairs of '#' are directly above each other ;; name: column_pairs ;; type: int
  - code: max(len(part) for row in grid for part in row.split('.')) ;; say: the length of the
    longest sequence of '#' directly next to each other in a row (0 if there is none) ;; name:
    longest_wall ;; type: int
  - code: [row.replace('#', '..') for row in grid] ;; say: a list of the rows, each '#' being
    replaced by two dots ;; name: widen ;; type: list[str]
  - code: [row.find('#') for row in grid] ;; say: a list with, for each row, the index of its first
    '#', or -1 if it has none ;; name: first_walls ;; type: list[int]
  - code: sum(row == row[::-1] for row in grid) ;; say: how many rows read the same from both sides
    ;; name: symmetric_rows ;; type: int
  - code: [''.join(sorted(row)) for row in grid] ;; say: the grid with all '#' of each row moved to
    its left side ;; name: push_left ;; type: list[str]
ret $q.type
name $q.name, grid_$q.name
say Each string in grid is a row of cells, '#' for a wall and '.' for a free cell. Return $q.say.
code
    return $q

family matrices/flood
level 5
args grid:grid
par w {'.'|'#'}
par r
  - code: len(sizes) ;; say: the number of areas ;; type: int ;; name: count
  - code: max(sizes, default=0) ;; say: the number of cells of the largest area, or 0 if there is
    none ;; type: int ;; name: largest
  - code: sorted(sizes) ;; say: a list of the numbers of cells of all areas in ascending order ;;
    type: list[int] ;; name: sizes_of
  - code: sizes.count(1) ;; say: the number of areas that are a single cell ;; type: int ;; name:
    single
  - code: min(sizes, default=0) ;; say: the number of cells of the smallest area, or 0 if there is
    none ;; type: int ;; name: smallest
  - code: sum(s * s for s in sizes) ;; say: the sum of the squares of the numbers of cells of all
    areas ;; type: int ;; name: square_sum
  - code: sum(s >= $c for s in sizes) ;; say: the number of areas of at least $c cells ;; type: int
    ;; name: big ;; c: 2..4
par d
  - code: [(0, 1), (1, 0), (0, -1), (-1, 0)] ;; say: a side
  - code: [(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1)] ;; say: a side or a corner
  - code: [(0, 1), (0, -1)] ;; say: a left or right side
  - code: [(1, 0), (-1, 0)] ;; say: an upper or lower side
ret $r.type
name $r.name_areas, areas_$r.name
say The strings in grid are the rows of a map. Two cells with $w belong to the same area if one can
    go from one to the other over cells with $w, each step leading to a cell that shares $d.say.
    Return $r.say.
code
    steps = $d
    seen = set()

    def size_of(i, j):
        if not (0 <= i < len(grid) and 0 <= j < len(grid[0])):
            return 0
        if (i, j) in seen or grid[i][j] != $w:
            return 0
        seen.add((i, j))
        return 1 + sum(size_of(i + di, j + dj) for di, dj in steps)

    sizes = []
    for i in range(len(grid)):
        for j in range(len(grid[0])):
            size = size_of(i, j)
            if size:
                sizes.append(size)
    return $r

family matrices/ragged
level 2
args rows:rows
par f
  - code: sum(row) ;; say: its sum (0 for an empty list) ;; name: sum
  - code: len(row) ;; say: its length ;; name: length
  - code: max(row, default=0) ;; say: its largest number (0 for an empty list) ;; name: max
  - code: row[0] if row else 0 ;; say: its first number (0 for an empty list) ;; name: first
  - code: len(set(row)) ;; say: its number of different numbers ;; name: variety
  - code: sum(x % 2 for x in row) ;; say: its number of odd numbers ;; name: odd_count
  - code: sum(x > $c for x in row) ;; say: its number of numbers greater than $c ;; name: high_count
    ;; c: 0..7
par r
  - code: max(rows, key=measure, default=[]) ;; say: the inner list for which this is largest, the
    first one if there are several, or an empty list if rows is empty ;; type: list[int] ;; name:
    best_row
  - code: sorted(rows, key=measure) ;; say: a list of the inner lists sorted by this, the smallest
    first; where it is equal they stay in their order ;; type: list[list[int]] ;; name: sort_rows
  - code: [row for row in rows if measure(row) > $c] ;; say: a list of the inner lists for which
    this is greater than $c, in their order ;; type: list[list[int]] ;; name: select_rows ;; c: 1..6
  - code: sum(map(measure, rows)) ;; say: the sum of these values over all inner lists ;; type: int
    ;; name: total
  - code: [measure(row) for row in rows] ;; say: a list of these values ;; type: list[int] ;; name:
    list
  - code: [x for row in rows if measure(row) % 2 == 0 for x in row] ;; say: one list with the
    numbers of all inner lists for which this is even, in their order ;; type: list[int] ;; name:
    flatten_even
  - code: max(map(measure, rows), default=0) - min(map(measure, rows), default=0) ;; say: the
    difference between the largest and the smallest of these values, or 0 if rows is empty ;; type:
    int ;; name: spread
ret $r.type
name $r.name_by_$f.name, $r.name_$f.name
say For each inner list of rows, consider $f.say. Return $r.say.
code
    def measure(row):
        return $f

    return $r
)FAMILY";

}  // namespace scribe
