// Points, intervals, graphs and records.
#include "exercises/families/texts.h"

namespace scribe {

const std::string_view kPairFamilies = R"FAMILY(
family pairs/points
level 2
args points:points
par f
  - code: abs(x) + abs(y) ;; say: the sum of the absolute values of its coordinates ;; name:
    city_distance
  - code: x * x + y * y ;; say: the square of its distance from (0, 0) ;; name: squared_distance
  - code: max(abs(x), abs(y)) ;; say: the larger one of the absolute values of its coordinates ;;
    name: chess_distance
  - code: x + y ;; say: the sum of its coordinates ;; name: coordinate_sum
  - code: x - y ;; say: x minus y ;; name: coordinate_difference
  - code: abs(x - $c) + abs(y) ;; say: the sum of the absolute differences of its coordinates and
    those of ($c, 0) ;; name: distance_from_$c ;; c: 1..6
  - code: x * y ;; say: the product of its coordinates ;; name: coordinate_product
  - code: $c * x + y ;; say: $c times x plus y ;; name: weighted_sum ;; c: 2..5
par r
  - code: max(map(value, points), default=0) ;; say: the largest of these numbers, or 0 if there are
    no points ;; type: int ;; name: largest
  - code: sum(map(value, points)) ;; say: the sum of these numbers (0 if there are no points) ;;
    type: int ;; name: total
  - code: [p for p in points if value(p) > $c] ;; say: a list of the points for which it is greater
    than $c, in their order ;; type: list[tuple[int, int]] ;; name: select ;; c: 0..6
  - code: sorted(points, key=value) ;; say: a list of the points sorted by this number, the smallest
    first; points with equal numbers stay in their order ;; type: list[tuple[int, int]] ;; name:
    sort_by
  - code: min(points, key=value, default=None) ;; say: the point for which it is smallest, the first
    one if there are several, or None if there are no points ;; type: tuple[int, int] | None ;;
    name: nearest_by
  - code: [value(p) for p in points] ;; say: a list of these numbers ;; type: list[int] ;; name:
    list
  - code: sum(value(p) % 2 == 0 for p in points) ;; say: for how many points it is even ;; type: int
    ;; name: count_even
  - code: len(set(map(value, points))) ;; say: how many different numbers there are ;; type: int ;;
    name: variety
ret $r.type
name $r.name_$f.name, points_$r.name
say For each point (x, y) in points, take $f.say. Return $r.say.
code
    def value(point):
        x, y = point
        return $f

    return $r

family pairs/point_steps
level 3
args points:points
par f
  - code: abs(x1 - x2) + abs(y1 - y2) ;; say: the sum of the absolute differences of their
    coordinates ;; name: city_length
  - code: max(abs(x1 - x2), abs(y1 - y2)) ;; say: the larger one of the absolute differences of
    their coordinates ;; name: chess_length
  - code: (x1 - x2) ** 2 + (y1 - y2) ** 2 ;; say: the square of their distance ;; name:
    squared_length
  - code: x1 * y2 - x2 * y1 ;; say: the first x times the second y minus the second x times the
    first y ;; name: cross_product
  - code: x1 * x2 + y1 * y2 ;; say: the product of both x plus the product of both y ;; name:
    dot_product
  - code: (x2 > x1) + (y2 > y1) ;; say: how many coordinates become larger from the first to the
    second point (0, 1 or 2) ;; name: growth
par r
  - code: sum(values) ;; say: the sum of these numbers (0 if there are fewer than two points) ;;
    type: int ;; name: total
  - code: max(values, default=0) ;; say: the largest of these numbers, or 0 if there are fewer than
    two points ;; type: int ;; name: largest
  - code: values ;; say: a list of these numbers ;; type: list[int] ;; name: list
  - code: values.index(max(values)) if values else -1 ;; say: the index of the first point of the
    first pair with the largest of these numbers, or -1 if there are fewer than two points ;; type:
    int ;; name: widest
  - code: sum(v > $c for v in values) ;; say: how many of these numbers are greater than $c ;; type:
    int ;; name: long_count ;; c: 2..8
par e
  - code: zip(points, points[1:]) ;; say: of neighbouring points in the list ;; name: path
  - code: zip(points, points[1:] + points[:1]) ;; say: of neighbouring points in the list, the last
    and the first one included as last pair (a single point forms a pair with itself), ;; name:
    round_trip
ret $r.type
name $e.name_$f.name, $r.name_$f.name
say For each pair $e.say compute $f.say. Return $r.say.
code
    values = []
    for (x1, y1), (x2, y2) in $e:
        values.append($f)
    return $r
code
    values = [$f for (x1, y1), (x2, y2) in $e]
    return $r

family pairs/intervals_measure
level 2
args intervals:intervals
par p
  - code: b - a > $c ;; say: longer than $c (its end minus its start) ;; name: longer_than_$c ;; c:
    1..5
  - code: a <= $c <= b ;; say: such that they contain $c, the ends included, ;; name: containing_$c
    ;; c: 0..18
  - code: a >= $c ;; say: such that they start at $c or later ;; name: from_$c ;; c: 2..12
  - code: b < $c ;; say: such that they end before $c ;; name: before_$c ;; c: 8..20
  - code: (a + b) % 2 == 0 ;; say: such that start plus end is even ;; name: even
  - code: a != b ;; say: such that start and end are different ;; name: proper
  - code: a < 0 or b > $c ;; say: such that they start below 0 or end above $c ;; name: outside ;;
    c: 10..20
par r
  - code: sum(b - a for a, b in chosen) ;; say: the sum of the lengths (end minus start) of the
    intervals ;; type: int ;; name: total_length
  - code: len(chosen) ;; say: the number of the intervals ;; type: int ;; name: count
  - code: sorted(chosen, key=lambda pair: (pair[1] - pair[0], pair)) ;; say: a list, sorted by
    length (end minus start) and for equal lengths as Python sorts tuples, of the intervals ;; type:
    list[tuple[int, int]] ;; name: sort
  - code: [(a + b) / 2 for a, b in chosen] ;; say: a list of the midpoints of the intervals ;; type:
    list[float] ;; name: midpoints
  - code: max((b - a for a, b in chosen), default=0) ;; say: the largest length (end minus start),
    or 0 if there is none, of the intervals ;; type: int ;; name: longest
  - code: [(a - $c, b + $c) for a, b in chosen] ;; say: a list, each made larger by $c at both ends,
    of the intervals ;; type: list[tuple[int, int]] ;; name: widen ;; c: 1..4
  - code: min((a for a, b in chosen), default=0) ;; say: the smallest start, or 0 if there is none,
    of the intervals ;; type: int ;; name: earliest
ret $r.type
name $r.name_$p.name, intervals_$r.name
say Return $r.say that are $p.say.
code
    chosen = [(a, b) for a, b in intervals if $p]
    return $r
code
    chosen = []
    for a, b in intervals:
        if $p:
            chosen.append((a, b))
    return $r

family pairs/intervals_merge
level 4
args intervals:intervals
par g 0..4
par r
  - code: merged ;; say: a list of the resulting intervals, sorted by start ;; type: list[tuple[int,
    int]] ;; name: merge
  - code: len(merged) ;; say: the number of the resulting intervals ;; type: int ;; name: count
  - code: sum(b - a for a, b in merged) ;; say: the sum of the lengths (end minus start) of the
    resulting intervals ;; type: int ;; name: length
  - code: max((b - a for a, b in merged), default=0) ;; say: the length (end minus start) of the
    longest resulting interval, or 0 if there is none ;; type: int ;; name: longest
  - code: [(a[1], b[0]) for a, b in zip(merged, merged[1:])] ;; say: a list of the gaps between the
    resulting intervals, each as a tuple of the end of one and the start of the next, sorted by
    start ;; type: list[tuple[int, int]] ;; name: gaps
  - code: max((b[0] - a[1] for a, b in zip(merged, merged[1:])), default=0) ;; say: the size of the
    largest gap between neighbouring resulting intervals, or 0 if there is none ;; type: int ;;
    name: largest_gap
ret $r.type
name $r.name_merged, $r.name_of_intervals
say Intervals are joined into one, from the smaller start to the larger end, as long as there are
    two of them where the one that starts later (or at the same place) starts at most $g after the
    end of the other one. Return $r.say.
code
    merged = []
    for a, b in sorted(intervals):
        if merged and a <= merged[-1][1] + $g:
            merged[-1] = (merged[-1][0], max(merged[-1][1], b))
        else:
            merged.append((a, b))
    return $r

family pairs/intervals_overlap
level 3
args intervals:intervals
par q
  - code: max(a1, a2) <= min(b1, b2) ;; say: have at least one point in common (ends belong to an
    interval) ;; name: touching
  - code: min(b1, b2) - max(a1, a2) >= $c ;; say: have a common part of length $c or more ;; name:
    overlapping ;; c: 1..3
  - code: a1 <= a2 and b2 <= b1 or a2 <= a1 and b1 <= b2 ;; say: are such that one of them lies
    within the other (they may be equal) ;; name: nested
  - code: b1 - a1 == b2 - a2 ;; say: have the same length ;; name: equally_long
  - code: max(a1, a2) > min(b1, b2) ;; say: have no point in common (ends belong to an interval) ;;
    name: separate
  - code: a1 == a2 or b1 == b2 ;; say: have the same start or the same end ;; name: aligned
  - code: abs(a1 + b1 - a2 - b2) <= 2 * $c ;; say: have midpoints that differ by at most $c ;; name:
    near ;; c: 1..4
par r
  - code: len(pairs) ;; say: how many such pairs there are ;; type: int ;; name: count
  - code: pairs ;; say: a list of all such pairs (i, j) with i < j, sorted by i and then by j ;;
    type: list[tuple[int, int]] ;; name: list
  - code: not pairs ;; say: True if there is no such pair, otherwise False ;; type: bool ;; name: no
  - code: sorted({k for pair in pairs for k in pair}) ;; say: an ascending list, without
    repetitions, of all indices that belong to such a pair ;; type: list[int] ;; name: indices_of
ret $r.type
name $r.name_$q.name_intervals, $r.name_$q.name
say Look at pairs of indices i and j, i < j, of two intervals in the list that $q.say. Return
    $r.say.
code
    pairs = []
    for i, (a1, b1) in enumerate(intervals):
        for j in range(i + 1, len(intervals)):
            a2, b2 = intervals[j]
            if $q:
                pairs.append((i, j))
    return $r

family pairs/busiest
level 4
args intervals:intervals
par e
  - code: a <= t <= b ;; say: both ends belong to an interval ;; name: closed
  - code: a <= t < b ;; say: the start belongs to an interval, but the end does not ;; name:
    half_open
  - code: a < t < b ;; say: neither end belongs to an interval ;; name: open
par r
  - code: max(counts.values(), default=0) ;; say: the largest number of intervals that contain the
    same integer, or 0 if there are no intervals ;; type: int ;; name: most
  - code: min(sorted(counts), key=lambda t: -counts[t], default=0) ;; say: the smallest of the
    integers, from the smallest start to the largest end, that are contained in most intervals, or 0
    if there are no intervals ;; type: int ;; name: busiest
  - code: sum(n == 0 for n in counts.values()) ;; say: how many integers from the smallest start to
    the largest end are contained in no interval (0 if there are no intervals) ;; type: int ;; name:
    free
  - code: sum(n >= $c for n in counts.values()) ;; say: how many integers are contained in at least
    $c intervals ;; type: int ;; name: crowded ;; c: 2..3
  - code: sum(n == $c for n in counts.values()) ;; say: how many integers are contained in exactly
    $c of the intervals ;; type: int ;; name: exact ;; c: 1..2
  - code: [counts[t] for t in sorted(counts)] ;; say: a list with the number of intervals that
    contain it, for each integer from the smallest start to the largest end (an empty list if there
    are no intervals) ;; type: list[int] ;; name: profile
ret $r.type
name $r.name_$e.name, $r.name_points
say In this exercise $e.say. Return $r.say.
code
    counts = {}
    if intervals:
        first = min(a for a, _ in intervals)
        last = max(b for _, b in intervals)
        for t in range(first, last + 1):
            counts[t] = sum(1 for a, b in intervals if $e)
    return $r

family pairs/graph_degrees
level 3
args edges:edges
par d
  - code: neighbours.setdefault(u, set()).add(v)~~neighbours.setdefault(v, set()).add(u) ;; say: u
    and v are neighbours of each other ;; name: neighbours
  - code: neighbours.setdefault(u, set()).add(v)~~neighbours.setdefault(v, set()) ;; say: v is a
    successor of u ;; name: successors
  - code: neighbours.setdefault(v, set()).add(u)~~neighbours.setdefault(u, set()) ;; say: u is a
    predecessor of v ;; name: predecessors
par r
  - code: {u: len(neighbours[u]) for u in sorted(neighbours)} ;; say: a dictionary from each node in
    an edge to how many different partners it has ;; type: dict[int, int] ;; name: counts
  - code: {u: sorted(neighbours[u]) for u in sorted(neighbours)} ;; say: a dictionary from each node
    in an edge to the ascending list of its different partners ;; type: dict[int, list[int]] ;;
    name: lists
  - code: sorted(u for u in neighbours if not neighbours[u] - {u}) ;; say: an ascending list of the
    nodes in an edge without any partners other than themselves ;; type: list[int] ;; name: isolated
  - code: max(sorted(neighbours), key=lambda u: len(neighbours[u]), default=-1) ;; say: the node
    with the largest number of different partners, the smallest one if there are several, or -1 if
    there are no edges ;; type: int ;; name: top
  - code: sorted(u for u in neighbours if len(neighbours[u]) >= $c) ;; say: an ascending list of the
    nodes with at least $c different partners ;; type: list[int] ;; name: rich ;; c: 2..3
  - code: sum(u in neighbours[u] for u in neighbours) ;; say: how many nodes belong to their own
    partners ;; type: int ;; name: loops
ret $r.type
name $d.name_$r.name, graph_$d.name
say Each tuple (u, v) in edges is an edge between nodes; it says that $d.say. Call the $d.name of a
    node its partners. Return $r.say.
code
    neighbours = {}
    for u, v in edges:
        $d
    return $r

family pairs/reachable
level 4
args edges:edges
par s 0..5
par d
  - code: [(u, v), (v, u)] ;; say: Edges can be used in both directions. ;; name: undirected
  - code: [(u, v)] ;; say: An edge (u, v) leads from u to v only. ;; name: directed
  - code: [(v, u)] ;; say: An edge (u, v) leads from v to u only. ;; name: reverse
par r
  - code: sorted(distance) ;; say: an ascending list of all nodes that can be reached from node $s,
    itself included ;; type: list[int] ;; name: nodes
  - code: len(distance) ;; say: how many nodes can be reached from node $s, itself included ;; type:
    int ;; name: count
  - code: max(distance.values()) ;; say: the largest number of edges that are needed to reach a node
    that can be reached from node $s ;; type: int ;; name: radius
  - code: sorted(t for t in distance if distance[t] == $c) ;; say: an ascending list of the nodes
    that can be reached from node $s with $c edges, but not with fewer ;; type: list[int] ;; name:
    at_distance_$c ;; c: 1..2
  - code: distance.get($c, -1) ;; say: the smallest number of edges that lead from node $s to node
    $c, or -1 if it cannot be reached (0 if both are the same) ;; type: int ;; name: steps_to_$c ;;
    c: 0..5
  - code: sum(distance.values()) ;; say: the sum, over all nodes that can be reached from node $s,
    of the smallest numbers of edges needed ;; type: int ;; name: total_distance
ret $r.type
name $d.name_$r.name_from_$s, reachable_$r.name
say edges holds the edges of a graph whose nodes are integers. $d.say Return $r.say.
code
    links = {}
    for u, v in edges:
        for a, b in $d:
            links.setdefault(a, []).append(b)
    distance = {$s: 0}
    queue = [$s]
    for node in queue:
        for following in links.get(node, []):
            if following not in distance:
                distance[following] = distance[node] + 1
                queue.append(following)
    return $r

family pairs/records_select
level 2
args records:records
par p @int_pred
par r
  - code: [name for name, _ in chosen] ;; say: a list of the names, in their order, ;; type:
    list[str] ;; name: names
  - code: sorted({name for name, _ in chosen}) ;; say: an alphabetical list, without repetitions, of
    the names ;; type: list[str] ;; name: distinct_names
  - code: sum(number for _, number in chosen) ;; say: the sum of the numbers ;; type: int ;; name:
    sum
  - code: chosen ;; say: a list, in their order, ;; type: list[tuple[str, int]] ;; name: pairs
  - code: sorted(chosen, key=lambda pair: (-pair[1], pair[0])) ;; say: a list, sorted by number, the
    largest first, and by name where numbers are equal, ;; type: list[tuple[str, int]] ;; name:
    ranking
  - code: {name: number for name, number in chosen} ;; say: a dictionary from names to numbers (the
    last pair counts where a name occurs repeatedly) ;; type: dict[str, int] ;; name: dictionary
  - code: ';'.join(f'{name}={number}' for name, number in chosen) ;; say: a string such as
    'ann=1;bob=2', in their order, ;; type: str ;; name: line
  - code: len({name for name, _ in chosen}) ;; say: the number of different names ;; type: int ;;
    name: name_count
ret $r.type
name $r.name_$p.name, records_$r.name
say Return $r.say of those pairs in records whose number $p.vp.
code
    chosen = [(name, number) for name, number in records if $p(number)]
    return $r
code
    chosen = []
    for name, number in records:
        if $p(number):
            chosen.append((name, number))
    return $r
)FAMILY";

}  // namespace scribe
