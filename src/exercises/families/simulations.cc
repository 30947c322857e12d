// Small worlds: robots, stacks, queues, accounts, games.
#include "exercises/families/texts.h"

namespace scribe {

const std::string_view kSimulationFamilies = R"FAMILY(
family simulations/robot
level 2
args moves:moves
par s 1..4
par b
  - code: pass ;; say: The field has no borders. ;; name: free
  - code: x, y = max(-$c, min($c, x)), max(-$c, min($c, y)) ;; say: A step that would lead to a
    coordinate beyond $c or -$c ends at that border. ;; name: bounded ;; c: 2..6
  - code: x, y = x % $c, y % $c ;; say: After each step both coordinates are replaced by their
    remainders when divided by $c. ;; name: wrapped ;; c: 3..7
par r
  - code: (x, y) ;; say: a tuple (x, y) of its position at the end ;; type: tuple[int, int] ;; name:
    position
  - code: abs(x) + abs(y) ;; say: the sum of the absolute values of its coordinates at the end ;;
    type: int ;; name: distance
  - code: len(visited) ;; say: how many different positions it has been at, the start and the end
    included ;; type: int ;; name: visited
  - code: (x, y) == (0, 0) ;; say: True if it is at the start again at the end, otherwise False ;;
    type: bool ;; name: returns
  - code: far ;; say: the largest sum of the absolute values of its coordinates that it had at any
    time ;; type: int ;; name: farthest
  - code: home ;; say: how often it came to (0, 0) after a step ;; type: int ;; name: home_visits
  - code: max(x, y) ;; say: the larger one of its coordinates at the end ;; type: int ;; name:
    larger_coordinate
ret $r.type
name robot_$r.name, $r.name_after_moves, walk_$r.name
say A robot starts at (0, 0). The letters in moves are steps of length $s: U increases y, D
    decreases y, R increases x and L decreases x. $b.say Return $r.say.
code
    x = y = 0
    far = 0
    home = 0
    visited = {(0, 0)}
    for move in moves:
        if move == 'U':
            y += $s
        elif move == 'D':
            y -= $s
        elif move == 'R':
            x += $s
        else:
            x -= $s
        $b
        visited.add((x, y))
        far = max(far, abs(x) + abs(y))
        home += (x, y) == (0, 0)
    return $r

family simulations/turtle
level 3
args moves:moves
par s 1..3
par r
  - code: (x, y) ;; say: a tuple (x, y) of its position at the end ;; type: tuple[int, int] ;; name:
    position
  - code: 'NESW'[direction] ;; say: its direction at the end, as one of the letters N, E, S and W ;;
    type: str ;; name: direction
  - code: abs(x) + abs(y) ;; say: the sum of the absolute values of its coordinates at the end ;;
    type: int ;; name: distance
  - code: turns ;; say: how often it has turned ;; type: int ;; name: turns
  - code: len(places) ;; say: how many different positions it has been at, the start and the end
    included ;; type: int ;; name: places
par d
  - code: x -= dx~~y -= dy ;; say: goes one step backward
  - code: direction = (direction + 2) % 4 ;; say: turns around, which is no turn to the left or
    right and is not counted as turning,
  - code: x += dx~~y += dy~~direction = (direction + 1) % 4 ;; say: goes one step forward and then
    takes the next direction clockwise, which is not counted as turning,
ret $r.type
name turtle_$r.name, $r.name_of_turtle
say A turtle starts at (0, 0) and looks north, where y grows; x grows to the east. On 'L' and 'R' it
    turns left or right by 90 degrees, on 'U' it goes $s steps forward, and on 'D' it $d.say. Return
    $r.say.
code
    x = y = direction = 0
    turns = 0
    places = {(0, 0)}
    for move in moves:
        dx, dy = [(0, 1), (1, 0), (0, -1), (-1, 0)][direction]
        if move == 'L':
            direction = (direction - 1) % 4
            turns += 1
        elif move == 'R':
            direction = (direction + 1) % 4
            turns += 1
        elif move == 'U':
            for _ in range($s):
                x += dx
                y += dy
                places.add((x, y))
        else:
            $d
            places.add((x, y))
    return $r

family simulations/stack_machine
level 3
args commands:commands
par a
  - code: stack.append(stack[-1] + int(words[1])) ;; say: pushes the sum of the top number and the
    given one
  - code: stack[-1] += int(words[1]) ;; say: adds the given number to the top number
  - code: stack = [v + int(words[1]) for v in stack] ;; say: adds the given number to every number
    on the stack
  - code: stack[0] += int(words[1]) ;; say: adds the given number to the lowest number
par d
  - code: stack[-1] *= 2 ;; say: doubles the top number
  - code: stack.append(stack[-1]) ;; say: pushes the top number once more
  - code: stack = [2 * v for v in stack] ;; say: doubles every number on the stack
  - code: stack.append(2 * stack[-1]) ;; say: pushes twice the top number
  - code: stack[-1] = stack[-1] * 2 + 1 ;; say: replaces the top number by twice its value plus 1
par r
  - code: stack ;; say: the list of the numbers on the stack, from the lowest to the top ;; type:
    list[int] ;; name: stack
  - code: sum(stack) ;; say: the sum of the numbers on the stack ;; type: int ;; name: sum
  - code: stack[-1] if stack else 0 ;; say: the top number, or 0 if the stack is empty ;; type: int
    ;; name: top
  - code: len(stack) ;; say: how many numbers are on the stack ;; type: int ;; name: height
  - code: max(stack, default=0) ;; say: the largest number on the stack, or 0 if it is empty ;;
    type: int ;; name: max
ret $r.type
name run_stack_$r.name, stack_$r.name, $r.name_after_commands
say Run commands on a stack that is empty at first. 'push N' pushes the integer N, 'pop' removes the
    top number, 'add N' $a.say, and 'double' $d.say. All but 'push N' have no effect while the stack
    is empty. At the end, return $r.say.
code
    stack = []
    for command in commands:
        words = command.split()
        if words[0] == 'push':
            stack.append(int(words[1]))
        elif not stack:
            continue
        elif words[0] == 'pop':
            stack.pop()
        elif words[0] == 'add':
            $a
        else:
            $d
    return $r

family simulations/postfix
level 4
args tokens:rpn
par f
  - code: a * b ;; say: the product of both ;; name: product
  - code: max(a, b) ;; say: the larger one of both ;; name: maximum
  - code: abs(a - b) ;; say: the absolute difference of both ;; name: gap
  - code: a + 2 * b ;; say: the first one plus twice the second one ;; name: weighted
  - code: a * b - a ;; say: the product of both minus the first one ;; name: reduced
  - code: (a + b) // 2 ;; say: the average of both, rounded down ;; name: average
  - code: a % (abs(b) + 1) ;; say: the remainder of the first one when divided by one more than the
    absolute value of the second one ;; name: remainder
par r
  - code: stack[-1] ;; say: the number that is left ;; name: evaluate
  - code: largest ;; say: the largest number that is written or computed on the way ;; name: peak
  - code: stack[-1] + operations ;; say: the number that is left plus the number of operations ;;
    name: score
  - code: stack[-1] % $c ;; say: the remainder of the number that is left when divided by $c (as
    Python computes it) ;; name: residue ;; c: 5..12
ret int
name $r.name_postfix, postfix_$f.name, $r.name_tokens
say tokens is an expression in which an operator stands behind its two operands: '+' gives their
    sum, '-' the first one minus the second one, and '*' $f.say. All other tokens are integers.
    Return $r.say.
code
    stack = []
    operations = 0
    largest = None
    for token in tokens:
        if token in ('+', '-', '*'):
            b = stack.pop()
            a = stack.pop()
            operations += 1
            if token == '+':
                value = a + b
            elif token == '-':
                value = a - b
            else:
                value = $f
        else:
            value = int(token)
        stack.append(value)
        if largest is None or value > largest:
            largest = value
    return $r

family simulations/account
level 3
args xs:ints
par s 0..20
par o
  - code: pass ;; say: is refused and changes nothing ;; name: strict
  - code: balance -= $c ;; say: is refused and costs a fee of $c, which may make the balance
    negative ;; name: fee ;; c: 1..4
  - code: balance = min(balance, 0) ;; say: pays out only what there is, so that a positive balance
    becomes 0 ;; name: partial
  - code: balance += x - $c ;; say: is carried out all the same and costs a fee of $c on top ;;
    name: overdraft ;; c: 1..5
par r
  - code: balance ;; say: the balance at the end ;; type: int ;; name: balance
  - code: refused ;; say: how many withdrawals asked for more than the balance ;; type: int ;; name:
    overdrawn_count
  - code: lowest ;; say: the lowest balance after any of the numbers, or the starting balance if
    that is lower ;; type: int ;; name: lowest
  - code: history ;; say: a list of the balance after each number ;; type: list[int] ;; name:
    history
  - code: highest ;; say: the highest balance after any of the numbers, or the starting balance if
    that is higher ;; type: int ;; name: highest
ret $r.type
name account_$r.name, $o.name_$r.name, $r.name_after_bookings
say An account starts with a balance of $s. A number in xs that is at least 0 is paid in. A negative
    one is a withdrawal; if it is more than the balance, it $o.say. Return $r.say.
code
    balance = $s
    refused = 0
    lowest = balance
    highest = balance
    history = []
    for x in xs:
        if x < 0 and balance + x < 0:
            refused += 1
            $o
        else:
            balance += x
        lowest = min(lowest, balance)
        highest = max(highest, balance)
        history.append(balance)
    return $r

family simulations/elimination
level 4
args n:smallpos
par k 2..5
par r
  - code: people[0] ;; say: the number of the last person ;; type: int ;; name: last
  - code: order ;; say: the list of the numbers in the order in which people leave, without the last
    person ;; type: list[int] ;; name: order
  - code: order[-1] if order else 0 ;; say: the number of the person who leaves last of all those
    who leave, or 0 if nobody leaves ;; type: int ;; name: runner_up
  - code: sum(order) ;; say: the sum of the numbers of all people who leave ;; type: int ;; name:
    sum
  - code: order[:$c] ;; say: a list of the numbers of the first $c people who leave (of all of them
    if there are fewer) ;; type: list[int] ;; name: first_out ;; c: 2..4
ret $r.type
name elimination_$r.name, circle_$r.name
say n people with the numbers from 1 to n stand in a circle in this order. Counting begins with
    person 1, and every $k.th person who is counted leaves the circle; counting goes on with the
    next one, until one person is left. Return $r.say.
code
    people = list(range(1, n + 1))
    order = []
    place = 0
    while len(people) > 1:
        place = (place + $k - 1) % len(people)
        order.append(people.pop(place))
    return $r

family simulations/growth
level 2
args n:smallpos
par a 1..20
par b 2..4
par c 0..9
par r
  - code: value ;; say: the size after n days ;; type: int ;; name: size
  - code: total ;; say: the sum of the sizes at the beginning and after each of the n days ;; type:
    int ;; name: total
  - code: days ;; say: after how many of the n days the size is even ;; type: int ;; name: even_days
par e
  - code: value * $b - $c ;; say: multiplied by $b and then reduced by $c ;; name: scaled
  - code: value + $b * day + $c ;; say: increased by $b times the number of the day (1 for the
    first) plus $c ;; name: linear
  - code: value + value // $b + $c ;; say: increased by a $b.th of it, rounded down, plus $c ;;
    name: interest
  - code: (value * $b + $c) % 101 ;; say: multiplied by $b and increased by $c, and then replaced by
    its remainder when divided by 101 ;; name: cyclic
  - code: value + $c if day % $b == 0 else value + 1 ;; say: increased by $c on days whose number (1
    for the first) is divisible by $b, and by 1 on all others ;; name: periodic
ret $r.type
name $e.name_$r.name, colony_$r.name
say A colony has the size $a at the beginning. Each day the size is $e.say. Return $r.say.
code
    value = $a
    total = value
    days = 0
    for day in range(1, n + 1):
        value = $e
        total += value
        days += value % 2 == 0
    return $r

family simulations/queue
level 3
args xs:poss k:k
par o
  - code: queue.append((i, left - k)) ;; say: goes to the end of the queue ;; name: fair
  - code: queue.insert(0, (i, left - k)) ;; say: stays in front ;; name: stubborn
  - code: queue.insert(1, (i, left - k)) ;; say: lets one other job pass, if there is one, and then
    comes next ;; name: polite
par r
  - code: order ;; say: the list of the indices of the jobs in the order in which they are finished
    ;; type: list[int] ;; name: order
  - code: turns ;; say: the number of turns ;; type: int ;; name: turns
  - code: order[-1] if order else -1 ;; say: the index of the job that is finished last, or -1 if
    there is none ;; type: int ;; name: last
  - code: order[:$c] ;; say: a list of the indices of the first $c jobs that are finished (of all if
    there are fewer) ;; type: list[int] ;; name: first ;; c: 2..3
ret $r.type
name $o.name_queue_$r.name, schedule_$r.name
say The numbers in xs are the work that jobs need; they wait in a queue in this order. In each turn
    the first job gets at most k units of work. If it needs more, it $o.say with the rest; else it
    is finished. Return $r.say.
code
    queue = list(enumerate(xs))
    order = []
    turns = 0
    while queue:
        i, left = queue.pop(0)
        turns += 1
        if left > k:
            $o
        else:
            order.append(i)
    return $r

family simulations/traders
level 3
args prices:prices
par r
  - code: sum(max(b - a, 0) for a, b in zip(prices, prices[1:])) ;; say: the sum of all rises from
    one day to the next (0 if there are none) ;; type: int ;; name: total_rise
  - code: max((b - a for a, b in zip(prices, prices[1:])), default=0) ;; say: the largest change
    from one day to the next (rises are positive, falls negative), or 0 if there are fewer than two
    days ;; type: int ;; name: largest_change
  - code: max((prices[j] - prices[i] for i in range(len(prices)) for j in range(i + $c,
    len(prices))), default=0) ;; say: the largest value that the price of a day minus the price of
    some day at least $c days earlier has, or 0 if there are no such days ;; type: int ;; name:
    best_difference ;; c: 1..3
  - code: sum(b < a for a, b in zip(prices, prices[1:])) ;; say: on how many days the price is lower
    than on the day before ;; type: int ;; name: falling_days
  - code: [next((j - i for j in range(i + 1, len(prices)) if prices[j] > prices[i]), 0) for i in
    range(len(prices))] ;; say: a list with, for each day, how many days later the price is higher
    than on that day for the first time, or 0 if it never is ;; type: list[int] ;; name:
    days_to_rise
  - code: [p - min(prices[:i + 1]) for i, p in enumerate(prices)] ;; say: a list with, for each day,
    its price minus the lowest price up to and including this day ;; type: list[int] ;; name:
    gains_over_lowest
  - code: max((max(prices[:i + 1]) - p for i, p in enumerate(prices)), default=0) ;; say: the
    largest value that the highest price so far (the day itself included) minus the price of the day
    has, or 0 if there are no days ;; type: int ;; name: largest_drop
  - code: [sum(prices[max(0, i - $c + 1):i + 1]) // len(prices[max(0, i - $c + 1):i + 1]) for i in
    range(len(prices))] ;; say: a list with, for each day, the average, rounded down, of the prices
    of this day and the $c - 1 days before it (as far as there are any) ;; type: list[int] ;; name:
    moving_average ;; c: 2..4
ret $r.type
name $r.name, prices_$r.name
say prices has the price of something for consecutive days. Return $r.say.
code
    return $r

family simulations/water
level 4
args heights:heights
par r
  - code: sum(water) ;; say: how many units of water are held in total ;; type: int ;; name:
    total_water
  - code: max(water) ;; say: the largest depth of water on a column ;; type: int ;; name:
    deepest_water
  - code: water ;; say: a list of the depth of water on each column ;; type: list[int] ;; name:
    water_depths
  - code: sum(w > 0 for w in water) ;; say: on how many columns there is water ;; type: int ;; name:
    wet_columns
  - code: [h + w for h, w in zip(heights, water)] ;; say: a list of the heights of the surface, that
    is, of each column with the water on it ;; type: list[int] ;; name: surface
ret $r.type
name $r.name
say heights has the heights of columns of width 1 that stand next to each other. After rain, the
    water on a column reaches up to the lower one of two heights: the highest column from the left
    end to it, and the highest column from it to the right end, itself included in both. Return
    $r.say.
code
    water = []
    for i, h in enumerate(heights):
        level = min(max(heights[:i + 1]), max(heights[i:]))
        water.append(level - h)
    return $r

family simulations/dice_game
level 3
args xs:nats
par g 12..40
par b
  - code: 0 ;; say: the position becomes 0
  - code: position ;; say: the player does not move
  - code: 2 * goal - position - x ;; say: the player moves to the goal and turns back by the
    remaining steps (below 0, too, if there are many)
  - code: position - x ;; say: the player moves back by this number of steps (below 0, too)
  - code: goal // 2 ;; say: the position becomes half of the goal, rounded down
par r
  - code: position ;; say: the position at the end ;; type: int ;; name: position
  - code: turns if position == goal else -1 ;; say: how many numbers were used if the goal was
    reached, or -1 if it was not ;; type: int ;; name: turns
  - code: overshoots ;; say: how often a number led beyond the goal ;; type: int ;; name: overshoots
ret $r.type
name game_$r.name, race_$r.name
say A player starts at position 0 and wants to reach exactly position $g, the goal. Each number in
    xs, in order, is the number of steps forward; if it would lead beyond the goal, $b.say instead.
    When the goal is reached, the remaining numbers are ignored. Return $r.say.
code
    goal = $g
    position = 0
    turns = 0
    overshoots = 0
    for x in xs:
        if position == goal:
            break
        turns += 1
        if position + x > goal:
            overshoots += 1
            position = $b
        else:
            position += x
    return $r

family simulations/automaton
level 4
args bits:bits
par r
  - code: a != c ;; say: its two neighbours are different
  - code: a + b + c == 1 ;; say: exactly one of itself and its two neighbours is 1
  - code: a + b + c >= 2 ;; say: at least two of itself and its two neighbours are 1
  - code: a == c ;; say: its two neighbours are equal
  - code: a == 1 and b == 0 or c == 1 ;; say: its right neighbour is 1, or its left neighbour is 1
    and itself is 0
  - code: a != (b or c) ;; say: exactly one of these two things is true: its left neighbour is 1;
    itself or its right neighbour is 1
  - code: b != c ;; say: itself and its right neighbour are different
  - code: a + b + c in (1, 2) ;; say: one or two of itself and its two neighbours are 1
  - code: a + c == 1 and b == 1 or a + c == 2 ;; say: both neighbours are 1, or exactly one of them
    is and itself is 1, too
par n 2..6
par e
  - code: 0 ;; say: Beyond both ends there are zeros. ;; name: open
  - code: 1 ;; say: Beyond both ends there are ones. ;; name: walled
par o
  - code: cells ;; say: the row ;; type: list[int] ;; name: row
  - code: sum(cells) ;; say: the number of ones in the row ;; type: int ;; name: ones
  - code: ''.join(map(str, cells)) ;; say: a string of the numbers in the row ;; type: str ;; name:
    text
ret $o.type
name evolve_$o.name, $o.name_after_steps, automaton_$o.name
say A row of cells, each 0 or 1, changes in $n.word steps. In each step all cells are replaced at
    once, and a cell becomes 1 if $r.say, otherwise 0. $e.say Return $o.say after the last step.
code
    cells = list(bits)
    for _ in range($n):
        padded = [$e] + cells + [$e]
        following = []
        for a, b, c in zip(padded, padded[1:], padded[2:]):
            following.append(1 if $r else 0)
        cells = following
    return $o
)FAMILY";

}  // namespace scribe
