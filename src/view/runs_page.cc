// The page's parts as text: its style beside that of reports, its body, its script.
#include "view/runs_page.h"

#include "evaluate/page_parts.h"

namespace scribe {
namespace {

constexpr std::string_view kStyle = R"css(
main { max-width: 82rem; padding-top: 1.5rem; }
header { padding-bottom: 0.75rem; margin-bottom: 1rem; }
h1 { font-size: 1.4rem; }
h2 { font-size: 1.1rem; margin: 1.75rem 0 0.5rem; }
.interactive { width: auto; margin: 0; }
#runs input, #results input { margin: 0 0.4rem 0 0; }
.swatch { display: inline-block; width: 1.1em; height: 0.35em; vertical-align: middle;
  margin-right: 0.4em; border-radius: 2px; }
#chart { display: block; width: 100%; height: 24rem; background: var(--card);
  border: 1px solid var(--hair); border-radius: 10px; touch-action: none; }
#chart .dot { stroke: var(--card); stroke-width: 1.5; }
#chart .here { stroke: var(--soft); stroke-dasharray: 3 3; }
#reading { min-height: 1.6em; }
#bad { color: var(--bad); }
.samples { display: grid; gap: 0.75rem;
  grid-template-columns: repeat(auto-fill, minmax(min(24rem, 100%), 1fr)); }
.samples pre { border: 1px solid var(--hair); border-radius: 8px; white-space: pre-wrap;
  overflow-wrap: anywhere; }
.samples .completion { display: inline; box-shadow: none; padding: 0; margin: 0; }
input[type=range] { width: min(30rem, 100%); vertical-align: middle; }
ul { padding-left: 1.2rem; }
)css";

constexpr std::string_view kBody = R"html(</style>
</head>
<body>
<main>
<header><h1>Scribe runs</h1></header>
<p id="bad" role="alert"></p>
<section class="interactive" aria-label="Training runs" id="training" hidden>
<h2>Training</h2>
<div class="controls">
<label>Value <select id="value"><option value="loss_average">training loss, averaged</option>
<option value="loss">training loss</option><option value="validation_loss">validation loss</option>
<option value="learning_rate">learning rate</option>
<option value="gradient_norm">gradient norm</option></select></label>
<label>over <select id="across"><option value="tokens">tokens</option>
<option value="step">steps</option></select></label>
<label><input type="checkbox" id="logarithmic"> logarithmic across</label>
</div>
<svg id="chart" role="img" aria-label="The chosen value of the runs that are ticked; the table below
 has the latest figures"></svg>
<p class="notes" id="reading" aria-live="off"></p>
<div class="scroll"><table><thead><tr><th scope="col">run</th><th scope="col" class="number">step
</th><th scope="col" class="number">tokens</th><th scope="col" class="number">loss</th>
<th scope="col" class="number">validation</th><th scope="col" class="number">tokens/s</th>
<th scope="col" class="number">time left</th></tr></thead><tbody id="runs"></tbody></table></div>
</section>
<section class="interactive" aria-label="Samples of fixed prompts" id="watched" hidden>
<h2>What fixed prompts became</h2>
<div class="controls"><label>Run <select id="watched-run"></select></label>
<label>Step <input type="range" id="watched-step" min="0" value="0">
<output id="watched-at"></output></label></div>
<div class="samples" id="watched-samples"></div>
</section>
<section class="interactive" aria-label="Results" id="judged" hidden>
<h2>Results</h2>
<div class="scroll"><table><thead><tr><th scope="col">results file</th>
<th scope="col" class="number">size</th></tr></thead><tbody id="results"></tbody></table></div>
<p><button id="compare" disabled>Show those ticked beside each other</button></p>
</section>
<section aria-label="Pages" id="pages" hidden><h2>Pages</h2><ul id="page-list"></ul></section>
<p id="nothing" hidden>This folder holds no training run (train_log.jsonl), no results
(*_results.jsonl) and no page yet; it is looked at every few seconds.</p>
<noscript><p>This page needs JavaScript.</p></noscript>
</main>
<script>)html";

constexpr std::string_view kScript = R"js(
const kPollSeconds = 3, kColourCount = 7, kResultsMax = 4;
const kWidth = 1000, kHeight = 400, kLeft = 70, kRight = 20, kTop = 20, kBottom = 45;
const runs = new Map();  // By path: {lines, bytes, steps, shown, colour, speed, samples}.
const svg = (tag, attributes, text) => {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  return made;
};
const short = value => {
  if (value === undefined || value === null) return '-';
  for (const [unit, size] of [['G', 1e9], ['M', 1e6], ['k', 1e3]])
    if (Math.abs(value) >= size) return (value / size).toPrecision(3) + ' ' + unit;
  return Math.abs(value) >= 1 || value === 0 ? String(+value.toPrecision(4)) : value.toPrecision(3);
};
const inTime = seconds => {
  if (!isFinite(seconds)) return '-';
  const minutes = Math.round(seconds / 60);
  return minutes < 1 ? Math.round(seconds) + ' s' :
      minutes < 60 ? minutes + ' min' : Math.floor(minutes / 60) + ' h ' + minutes % 60 + ' min';
};
const address = (path, names) => path + '?' + new URLSearchParams(names);

async function get(path) {
  const reply = await fetch(path);
  if (reply.ok) return reply;
  let text = reply.status + ' ' + reply.statusText;
  try { text = (await reply.json()).error.message; } catch (error) { /* The status has to do. */ }
  throw Object.assign(new Error(text), {status: reply.status});
}

// Whole lines behind what is known; all of them when the file has become shorter.
async function readMore(kind, path, state) {
  for (;;) {
    let piece;
    try {
      piece = await (await get(address(kind, {run: path, from: state.bytes}))).arrayBuffer();
    } catch (error) {
      if (error.status !== 400 || state.bytes === 0) throw error;
      state.bytes = 0;
      state.lines = [];
      continue;
    }
    state.bytes += piece.byteLength;
    for (const line of new TextDecoder().decode(piece).split('\n'))
      if (line) state.lines.push(JSON.parse(line));
    if (piece.byteLength < 1 << 19) return piece.byteLength > 0;
  }
}

// From how far the run came between two looks at it.
function measure(run, now) {
  const last = run.lines[run.lines.length - 1];
  if (!last) return;
  run.marks.push({now, tokens: last.tokens, step: last.step});
  if (run.marks.length > 20) run.marks.shift();
  const first = run.marks[0], seconds = (now - first.now) / 1000;
  run.speed = seconds > 0 ? (last.tokens - first.tokens) / seconds : 0;
  run.stepsPerSecond = seconds > 0 ? (last.step - first.step) / seconds : 0;
}

async function updateRun(found, index) {
  let run = runs.get(found.path);
  if (!run) {
    run = {lines: [], bytes: 0, shown: runs.size < kColourCount, colour: index % kColourCount,
           marks: [], samples: {lines: [], bytes: 0}};
    runs.set(found.path, run);
  }
  run.steps = found.steps;
  if (run.bytes !== found.log_bytes) await readMore('/log', found.path, run);
  measure(run, performance.now());
  if (found.sample_bytes && run.samples.bytes !== found.sample_bytes)
    await readMore('/samples', found.path, run.samples);
}

const lastOf = (lines, name) => {
  for (let at = lines.length - 1; at >= 0; --at)
    if (lines[at][name] !== undefined) return lines[at][name];
};

function showRuns() {
  by('training').hidden = runs.size === 0;
  const focused = document.activeElement && document.activeElement.dataset.run;
  by('runs').replaceChildren(...[...runs].map(([path, run]) => {
    const row = element('tr', {}), name = element('th', {scope: 'row'});
    const label = element('label', {}), tick = element('input', {type: 'checkbox',
                                                                checked: run.shown});
    tick.dataset.run = path;
    tick.addEventListener('change', () => { run.shown = tick.checked; draw(); });
    const swatch = element('span', {className: 'swatch'});
    swatch.style.background = 'var(--s' + run.colour + ')';
    label.append(tick, swatch, path);
    name.append(label);
    const last = run.lines[run.lines.length - 1] || {};
    const isDone = run.steps && last.step >= run.steps;
    const isMoving = run.stepsPerSecond > 0 && !isDone;
    const left = (run.steps - last.step) / run.stepsPerSecond;
    const cells = [
      run.steps ? (last.step || 0) + ' of ' + run.steps : last.step || 0, short(last.tokens),
      short(last.loss_average), short(lastOf(run.lines, 'validation_loss')),
      isMoving ? short(run.speed) : '-',
      isDone ? 'done' : isMoving ? inTime(left) : 'stopped'];
    row.append(name, ...cells.map(text =>
        element('td', {className: 'number', textContent: text})));
    return row;
  }));
  if (focused)
    for (const tick of by('runs').querySelectorAll('input'))
      if (tick.dataset.run === focused) tick.focus();
}

// Round numbers that cover a range, about `count` of them.
function ticks(low, high, count, logarithmic) {
  if (logarithmic) {
    const found = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); ++power)
      for (const factor of [1, 2, 5]) {
        const value = factor * 10 ** power;
        if (value >= low && value <= high) found.push(value);
      }
    return found.length <= 2 * count ? found :
        found.filter(value => /^1(e|0*$)/.test(String(value)));
  }
  const raw = (high - low) / count || 1, power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map(factor => factor * power).find(size => size >= raw);
  const found = [];
  for (let value = Math.ceil(low / step) * step; value <= high + step / 1e6; value += step)
    found.push(Math.abs(value) < step / 1e6 ? 0 : value);
  return found;
}

// At most two points for each pixel's column: its lowest and its highest.
function thinned(points) {
  const columns = new Map();
  for (const point of points) {
    const column = Math.round(point.x), held = columns.get(column);
    if (!held) columns.set(column, [point, point]);
    else if (point.y < held[0].y) held[0] = point;
    else if (point.y > held[1].y) held[1] = point;
  }
  return [...columns.values()].flatMap(([low, high]) =>
      low === high ? [low] : low.x <= high.x ? [low, high] : [high, low]);
}

let drawn = null;  // What the pointer asks: {series, toX}.
function draw() {
  const value = by('value').value, across = by('across').value;
  const logarithmic = by('logarithmic').checked;
  const series = [...runs].filter(([path, run]) => run.shown).map(([path, run]) => ({
    path, colour: run.colour,
    points: run.lines.filter(line => Number.isFinite(line[value]) && line[across] > 0)
        .map(line => ({at: line[across], value: line[value]}))})).filter(one => one.points.length);
  const chart = by('chart');
  chart.setAttribute('viewBox', '0 0 ' + kWidth + ' ' + kHeight);
  chart.setAttribute('preserveAspectRatio', 'none');
  chart.replaceChildren();
  drawn = null;
  if (series.length === 0) {
    chart.append(svg('text', {x: kWidth / 2, y: kHeight / 2, class: 'middle'},
                     'no run that is ticked has this value yet'));
    return;
  }
  const all = series.flatMap(one => one.points);
  const reduce = (name, pick) => all.reduce((most, point) => pick(most, point[name]), all[0][name]);
  let left = logarithmic ? reduce('at', Math.min) : 0;
  const right = Math.max(reduce('at', Math.max), left + 1e-9);
  let low = reduce('value', Math.min), high = reduce('value', Math.max);
  const room = (high - low || Math.abs(high) || 1) * 0.05;
  low -= room;
  high += room;
  const scale = logarithmic ? Math.log : number => number;
  const toX = at => kLeft + (kWidth - kLeft - kRight) * (scale(at) - scale(left)) /
      (scale(right) - scale(left) || 1);
  const toY = of => kTop + (kHeight - kTop - kBottom) * (high - of) / (high - low);
  for (const at of ticks(left || right / 1e9, right, 8, logarithmic))
    chart.append(svg('line', {x1: toX(at), x2: toX(at), y1: kTop, y2: kHeight - kBottom,
                              class: 'grid'}),
                 svg('text', {x: toX(at), y: kHeight - kBottom + 18, class: 'middle'}, short(at)));
  for (const of of ticks(low, high, 6, false))
    chart.append(svg('line', {x1: kLeft, x2: kWidth - kRight, y1: toY(of), y2: toY(of),
                              class: 'grid'}),
                 svg('text', {x: kLeft - 8, y: toY(of) + 4, class: 'end'}, short(of)));
  chart.append(svg('text', {x: kWidth - kRight, y: kHeight - 8, class: 'end'},
                   by('across').selectedOptions[0].textContent));
  for (const one of series) {
    const points = thinned(one.points.map(({at, value: of}) => ({x: toX(at), y: toY(of)})));
    chart.append(svg('polyline', {class: 'line stroke' + one.colour, 'vector-effect':
        'non-scaling-stroke', points: points.map(({x, y}) => x.toFixed(1) + ',' + y.toFixed(1))
        .join(' ')}));
    if (points.length < 60)
      for (const {x, y} of points)
        chart.append(svg('circle', {cx: x, cy: y, r: 3.5, class: 'dot fill' + one.colour}));
  }
  drawn = {series, toX};
}

function read(event) {
  const chart = by('chart');
  for (const line of chart.querySelectorAll('.here')) line.remove();
  if (!drawn || event.type === 'pointerleave') {
    by('reading').textContent = '';
    return;
  }
  const box = chart.getBoundingClientRect();
  const x = (event.clientX - box.left) / box.width * kWidth;
  const nearest = drawn.series.map(one => ({one, point: one.points.reduce((best, point) =>
      Math.abs(drawn.toX(point.at) - x) < Math.abs(drawn.toX(best.at) - x) ? point : best)}));
  const at = nearest[0].point.at;
  chart.append(svg('line', {x1: drawn.toX(at), x2: drawn.toX(at), y1: kTop,
                            y2: kHeight - kBottom, class: 'here'}));
  by('reading').textContent = nearest.map(({one, point}) => one.path + ' at ' + short(point.at) +
      ': ' + short(point.value)).join('; ');
}

function showWatched() {
  const found = [...runs].filter(([path, run]) => run.samples.lines.length);
  by('watched').hidden = found.length === 0;
  if (found.length === 0) return;
  const select = by('watched-run');
  if (select.options.length !== found.length)
    select.replaceChildren(...found.map(([path]) => new Option(path, path, false,
                                                               path === select.value)));
  const lines = runs.get(select.value).samples.lines;
  const steps = [...new Set(lines.map(line => line.step))];
  const range = by('watched-step'), atEnd = range.max === '' || range.value === range.max;
  range.max = steps.length - 1;
  if (atEnd) range.value = range.max;
  const step = steps[range.value];
  by('watched-at').textContent = step;
  by('watched-samples').replaceChildren(...lines.filter(line => line.step === step).map(line => {
    const box = element('pre', {tabIndex: 0});
    const prompt = element('span', {className: 'prompt', textContent: line.prompt});
    const completion = element('span', {className: 'completion'});
    colour(completion, line.completion);
    box.append(prompt, completion);
    return box;
  }));
}

const size = bytes => short(bytes) + 'B';
let resultsShown = '';
function showResults(files) {
  by('judged').hidden = files.length === 0;
  const key = JSON.stringify(files);
  if (key === resultsShown) return;
  resultsShown = key;
  const ticked = new Set(tickedResults());
  by('results').replaceChildren(...files.map(({path, bytes}) => {
    const row = element('tr', {}), name = element('th', {scope: 'row'});
    const tick = element('input', {type: 'checkbox', value: path, checked: ticked.has(path)});
    tick.setAttribute('aria-label', 'compare ' + path);
    tick.addEventListener('change', allowComparing);
    name.append(tick, element('a', {href: address('/results', {file: path}), textContent: path}));
    row.append(name, element('td', {className: 'number', textContent: size(bytes)}));
    return row;
  }));
  allowComparing();
}
const tickedResults = () => [...by('results').querySelectorAll('input:checked')].map(
    tick => tick.value);
function allowComparing() {
  const count = tickedResults().length;
  by('compare').disabled = count < 2 || count > kResultsMax;
}
function compare() {
  location.href = '/results?' + new URLSearchParams(tickedResults().map(path => ['file', path]));
}

function showPages(files) {
  by('pages').hidden = files.length === 0;
  by('page-list').replaceChildren(...files.map(({path}) => {
    const item = element('li', {});
    item.append(element('a', {href: address('/page', {file: path}), textContent: path}));
    return item;
  }));
}

async function look() {
  try {
    const folder = await (await get('/runs')).json();
    const failures = [];
    for (const [index, found] of folder.runs.entries()) {
      try { await updateRun(found, index); } catch (error) { failures.push(error.message); }
    }
    by('bad').textContent = failures.concat(folder.is_cut ?
        ['The folder holds more than is looked at; give one deeper inside.'] : []).join(' ');
    by('nothing').hidden = folder.runs.length + folder.results.length + folder.pages.length > 0;
    showRuns();
    draw();
    showWatched();
    showResults(folder.results);
    if (by('page-list').children.length !== folder.pages.length) showPages(folder.pages);
  } catch (error) {
    by('bad').textContent = 'The viewer does not answer: ' + error.message;
  }
  setTimeout(look, kPollSeconds * 1000);
}

for (const id of ['value', 'across', 'logarithmic']) by(id).addEventListener('change', draw);
by('chart').addEventListener('pointermove', read);
by('chart').addEventListener('pointerleave', read);
by('watched-run').addEventListener('change', showWatched);
by('watched-step').addEventListener('input', showWatched);
by('compare').addEventListener('click', compare);
look();
)js";

}  // namespace

std::string runs_page() {
  std::string page = page_begin("Scribe runs");
  for (const std::string_view part : {kStyle, kBody, page_script(), kScript}) page += part;
  return page + "</script>\n</body>\n</html>\n";
}

}  // namespace scribe
