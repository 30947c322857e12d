// The explorer's JavaScript as text.
#include "evaluate/samples_explorer_script.h"

namespace scribe {

std::string_view samples_explorer_script() {
  return R"js(
const kRows = 500;  // Problems shown before one asks for more.
const kColours = {pass: '--good', wrong: '--s1', exception: '--s3', syntax: '--s4', cpu: '--s5',
                  wall: '--s5', failed: '--s1'};
const colourOf = verdict => kColours[verdict] || '--s6';
const percent = (part, whole) => whole ? (100 * part / whole).toFixed(1) + ' %' : '-';
let data = null, rowsShown = kRows, chosen = null, places = [];

async function unpack() {
  const bytes = Uint8Array.from(atob(by('data').textContent), letter => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return JSON.parse(await new Response(stream).text());
}

// The samples of each problem of a run, as positions in its columns.
function byTask(run) {
  const found = data.tasks.map(() => []);
  run.samples.task.forEach((task, at) => found[task].push(at));
  return found;
}
const verdictOf = (run, at) => run.verdicts[run.samples.verdict[at]];
const passes = (run, positions) =>
    positions.reduce((sum, at) => sum + (verdictOf(run, at) === 'pass'), 0);

function fillControls() {
  data.runs.forEach((run, index) => {
    run.tasks = byTask(run);
    by('run').append(new Option(run.name, index));
  });
  by('other').append(new Option('nothing', -1));
  data.runs.forEach((run, index) => by('other').append(new Option(run.name, index)));
  if (data.runs.length > 1) by('other').value = 1;
  by('other').parentElement.hidden = data.runs.length < 2;
  const kinds = new Set(data.runs.flatMap(run => run.verdicts));
  by('kind').append(new Option('all', ''), ...[...kinds].map(kind => new Option(kind, kind)));
  by('legend').append('Colours: ');
  for (const kind of kinds) {
    const mark = element('span', {className: 'mark'});
    mark.style.background = 'var(' + colourOf(kind) + ')';
    by('legend').append(mark, kind + ' ');
  }
  if (data.programs_max !== undefined)
    by('legend').append('To keep this page small it holds the programs of the first ' +
        data.programs_max + ' samples of each problem; all are in the results files.');
}

// One stroke for each sample, in order.
function strip(run, task, kind) {
  const positions = run.tasks[task];
  const canvas = element('canvas', {className: 'strip', width: Math.max(1, positions.length),
                                    height: 1});
  canvas.setAttribute('aria-hidden', 'true');
  const pen = canvas.getContext('2d');
  const style = getComputedStyle(document.documentElement);
  positions.forEach((at, place) => {
    const verdict = verdictOf(run, at);
    pen.globalAlpha = kind && kind !== verdict ? 0.12 : 1;
    pen.fillStyle = style.getPropertyValue(colourOf(verdict));
    pen.fillRect(place, 0, 1, 1);
  });
  return canvas;
}

function selection() {
  const run = data.runs[by('run').value], other = data.runs[by('other').value] || null;
  return {run, other: other === run ? null : other, kind: by('kind').value};
}

function orderedTasks({run, other, kind}) {
  const part = by('find').value.toLowerCase();
  const rate = (of, task) => of && of.tasks[task].length ?
      passes(of, of.tasks[task]) / of.tasks[task].length : 0;
  const difference = task => Math.abs(rate(run, task) - rate(other, task));
  const has = (of, task) => of && of.tasks[task].some(at => !kind || verdictOf(of, at) === kind);
  const tasks = data.tasks.map((name, task) => task).filter(task =>
      data.tasks[task].toLowerCase().includes(part) && (has(run, task) || has(other, task)));
  const order = by('order').value;
  if (order === 'best') tasks.sort((a, b) => rate(run, b) - rate(run, a));
  if (order === 'worst') tasks.sort((a, b) => rate(run, a) - rate(run, b));
  if (order === 'difference') tasks.sort((a, b) => difference(b) - difference(a));
  return tasks;
}

function showRows() {
  const shown = selection(), {run, other, kind} = shown;
  const tasks = orderedTasks(shown);
  const count = (of, task) => of.tasks[task].length ?
      passes(of, of.tasks[task]) + ' of ' + of.tasks[task].length : '-';
  by('rate-head').textContent = other ? run.name : 'passed';
  by('other-head').textContent = other ? other.name : '';
  by('other-head').hidden = !other;
  const rows = tasks.slice(0, rowsShown).map(task => {
    const row = element('tr', {});
    const button = element('button', {textContent: data.tasks[task]});
    button.addEventListener('click', () => choose(task));
    const name = element('th', {scope: 'row'});
    name.append(button);
    const rates = [element('td', {className: 'number', textContent: count(run, task)})];
    if (other) rates.push(element('td', {className: 'number', textContent: count(other, task)}));
    const strips = element('td', {});
    strips.append(...[run, other].filter(of => of).map(of => strip(of, task, kind)));
    row.append(name, ...rates, strips);
    row.classList.toggle('current', task === chosen);
    row.task = task;
    return row;
  });
  by('rows').replaceChildren(...rows);
  by('more').hidden = tasks.length <= rowsShown;
  by('told').textContent = tellChanges(shown, tasks);
}

function tellChanges({run, other}, tasks) {
  let text = tasks.length + ' of ' + data.tasks.length + ' problems';
  if (!other) return text;
  const solved = (of, task) => passes(of, of.tasks[task]) > 0;
  const both = tasks.filter(task => run.tasks[task].length && other.tasks[task].length);
  const gained = both.filter(task => !solved(run, task) && solved(other, task)).length;
  const lost = both.filter(task => solved(run, task) && !solved(other, task)).length;
  return text + '; ' + gained + ' are solved only by ' + other.name + ', ' + lost + ' only by ' +
      run.name;
}

// A run's samples of the chosen problem, and the one that is looked at.
function side(run, index, kind) {
  const positions = run.tasks[chosen].filter(at => !kind || verdictOf(run, at) === kind);
  const box = element('section', {className: 'side'});
  box.setAttribute('aria-label', run.name);
  box.append(element('h4', {textContent: run.name + ', ' + passes(run, run.tasks[chosen]) +
      ' of ' + run.tasks[chosen].length + ' passed'}));
  if (positions.length === 0) {
    box.append(element('p', {className: 'notes', textContent: 'No such sample.'}));
    return box;
  }
  const marks = element('div', {className: 'marks'});
  marks.setAttribute('role', 'listbox');
  marks.setAttribute('aria-label', 'samples of ' + run.name);
  marks.tabIndex = 0;
  const head = element('div', {className: 'head'});
  const code = element('pre', {tabIndex: 0});
  const buttons = positions.map((at, place) => {
    const mark = element('span', {className: 'pick', textContent: place + 1,
                                  title: verdictOf(run, at), id: 'mark-' + index + '-' + place});
    mark.setAttribute('role', 'option');
    mark.style.setProperty('--kind', 'var(' + colourOf(verdictOf(run, at)) + ')');
    mark.addEventListener('click', () => look(place));
    return mark;
  });
  function look(place) {
    places[index] = place;
    buttons.forEach((mark, at) => mark.setAttribute('aria-selected', at === place));
    marks.setAttribute('aria-activedescendant', buttons[place].id);
    buttons[place].scrollIntoView({block: 'nearest'});
    showProgram(run, positions[place], head, code);
  }
  marks.addEventListener('keydown', event => {
    const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    const to = event.key === 'Home' ? 0 : event.key === 'End' ? positions.length - 1 :
        places[index] + (step || NaN);
    if (!(to >= 0 && to < positions.length)) return;
    event.preventDefault();
    look(to);
  });
  marks.append(...buttons);
  box.append(marks, head, code);
  look(Math.min(places[index] || 0, positions.length - 1));
  return box;
}

function showProgram(run, at, head, code) {
  const verdict = verdictOf(run, at), columns = run.samples;
  const badge = element('span', {textContent: verdict,
                                 className: 'badge ' + (verdict === 'pass' ? 'good' : 'bad')});
  const detail = columns.detail[at] < 0 ? '' : run.details[columns.detail[at]];
  const logprob = columns.logprob && columns.logprob[at] !== null ?
      'mean log-probability ' + columns.logprob[at] : '';
  const told = element('span', {className: 'detail',
      textContent: [detail, logprob].filter(text => text).join('; ')});
  head.replaceChildren(badge, told);
  code.textContent = '';
  if (columns.text[at] < 0) {
    code.append('The program is in the results file only.');
    return;
  }
  const prompt = element('span', {className: 'prompt'});
  const completion = element('span', {className: 'completion'});
  if (data.prompts[chosen]) colour(prompt, data.prompts[chosen].replace(/\n$/, ''));
  colour(completion, run.texts[columns.text[at]]);
  code.append(prompt, completion);
  if (data.runs_programs) offerRunning(run.texts[columns.text[at]], head);
}

// Only where a server shows the page: the program is judged again, by it.
function offerRunning(text, head) {
  const button = element('button', {textContent: 'Run again'});
  const answer = element('span', {className: 'detail'});
  answer.setAttribute('role', 'status');
  const ask = async (path, options) => {
    const reply = await fetch(path, options), value = await reply.json();
    if (!reply.ok) throw new Error(value.error.message);
    return value;
  };
  const task = data.tasks[chosen];
  button.addEventListener('click', async () => {
    button.disabled = true;
    answer.textContent = 'running';
    try {
      const problem = await ask('/problem?' + new URLSearchParams({task_id: task}));
      const body = JSON.stringify({programs: [Object.assign(problem, {completion: text})]});
      const [result] = (await ask('/v1/execute', {method: 'POST', body})).results;
      answer.textContent = 'now: ' + result.verdict + (result.detail ? ', ' + result.detail : '') +
          ', ' + result.cpu_seconds.toFixed(3) + ' s';
    } catch (error) {
      answer.textContent = error.message;
    }
    button.disabled = false;
  });
  head.append(button, answer);
}

function showChosen() {
  const {run, other, kind} = selection();
  by('chosen').hidden = chosen === null;
  if (chosen === null) return;
  by('chosen-name').textContent = data.tasks[chosen];
  by('sides').replaceChildren(...[run, other].filter(of => of)
      .map((of, index) => side(of, index, kind)));
}

function choose(task) {
  chosen = task;
  places = [];
  for (const row of by('rows').children) row.classList.toggle('current', row.task === task);
  showChosen();
  by('chosen').focus({preventScroll: true});
  by('chosen').scrollIntoView({block: 'nearest'});
}

async function explore() {
  try {
    data = await unpack();
  } catch (error) {
    by('told').textContent = 'This browser cannot unpack the page\'s data: ' + error.message;
    return;
  }
  fillControls();
  const refresh = () => { showRows(); showChosen(); };
  for (const id of ['run', 'other', 'order', 'kind']) by(id).addEventListener('change', refresh);
  by('find').addEventListener('input', showRows);
  by('more').addEventListener('click', () => { rowsShown += kRows; showRows(); });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', showRows);
  showRows();
}
explore();
)js";
}

}  // namespace scribe
