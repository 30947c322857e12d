// The page's parts as text: its style beside that of reports, its body, its script.
#include "serve/playground_page.h"

#include "evaluate/page_parts.h"

namespace scribe {
namespace {

constexpr std::string_view kStyle = R"css(
main { max-width: 82rem; padding-top: 1.5rem; }
header { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; align-items: baseline;
  padding-bottom: 0.75rem; margin-bottom: 1rem; }
h1 { font-size: 1.4rem; }
h2 { font-size: 1.1rem; margin: 1.5rem 0 0.5rem; }
.subtitle { margin: 0; }
.desk { display: grid; grid-template-columns: minmax(0, 1fr) 15rem; gap: 1.25rem; }
@media (max-width: 48rem) { .desk { grid-template-columns: minmax(0, 1fr); } }
label { display: block; color: var(--soft); font-size: 0.85rem; }
input, textarea, button { font: inherit; color: inherit; background: var(--card);
  border: 1px solid var(--hair); border-radius: 6px; }
input { width: 100%; padding: 0.25rem 0.5rem; }
input[type=checkbox] { width: auto; }
button { padding: 0.3rem 0.9rem; cursor: pointer; }
button:disabled { opacity: 0.5; cursor: default; }
button.first { background: var(--accent); border-color: var(--accent); color: var(--mark);
  font-weight: 600; }
:is(input, textarea, button, summary):focus-visible { outline: 3px solid var(--accent);
  outline-offset: 1px; }
.numbers { display: grid; grid-template-columns: 1fr 1fr; gap: 0.5rem 0.75rem; }
.numbers .wide { grid-column: 1 / -1; }
.code { font: 0.9rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; tab-size: 4; }
.editor { position: relative; background: var(--code); border: 1px solid var(--hair);
  border-radius: 8px; overflow: hidden; }
.editor pre, .editor textarea { margin: 0; padding: 0.75rem; border: 0; white-space: pre-wrap;
  overflow-wrap: anywhere; width: 100%; min-height: 12rem; }
.editor pre { background: none; border-radius: 0; overflow: visible; pointer-events: none; }
.editor textarea { position: absolute; inset: 0; height: 100%; resize: none; overflow: hidden;
  background: transparent; color: transparent; caret-color: var(--ink); }
.editor textarea::selection { background: color-mix(in srgb, var(--accent) 30%, transparent); }
.editor.low pre, .editor.low textarea { min-height: 5rem; }
.editor:focus-within { outline: 3px solid var(--accent); }
.actions { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; margin: 0.75rem 0; }
#status { color: var(--soft); min-height: 1.6em; }
#status.bad { color: var(--bad); }
.samples { display: grid; gap: 0.75rem;
  grid-template-columns: repeat(auto-fill, minmax(min(22rem, 100%), 1fr)); }
.sample { background: var(--card); border: 1px solid var(--hair); border-radius: 10px;
  overflow: hidden; display: flex; flex-direction: column; min-width: 0; }
.sample pre { margin: 0; padding: 0.75rem; white-space: pre-wrap; overflow-wrap: anywhere;
  background: none; border: 0; border-radius: 0; flex: 1; min-height: 4rem; }
.sample .foot { display: flex; flex-wrap: wrap; gap: 0.3rem 0.75rem; align-items: center;
  padding: 0.4rem 0.75rem; border-top: 1px solid var(--hair); font-size: 0.85rem;
  color: var(--soft); }
.sample .foot button { padding: 0.1rem 0.6rem; }
.verdict { font-weight: 650; } .verdict.pass { color: var(--good); }
.verdict.fail { color: var(--bad); }
.shaded .token { background: color-mix(in srgb, var(--s1) var(--doubt), transparent);
  border-radius: 2px; }
details { margin: 0.75rem 0; } summary { cursor: pointer; }
)css";

constexpr std::string_view kBody = R"html(</style>
</head>
<body>
<main>
<header><h1>Scribe playground</h1>
<p class="subtitle" id="model">asking the server&hellip;</p></header>
<div class="desk">
<section aria-label="What to complete">
<div id="key-row" hidden><label for="key">API key of this server</label>
<input id="key" type="password" autocomplete="off"></div>
<label for="prompt">Prompt</label>
<div class="editor"><pre class="code" aria-hidden="true"></pre><textarea id="prompt" class="code"
 spellcheck="false" autocapitalize="off" autocomplete="off">def count_even(numbers):
    """Count how many numbers of the list are even."""
</textarea></div>
<div id="suffix-row" hidden><label for="suffix">What follows the gap (fills in the middle)</label>
<div class="editor low"><pre class="code" aria-hidden="true"></pre><textarea id="suffix"
 class="code" spellcheck="false" autocapitalize="off" autocomplete="off"></textarea></div></div>
<details id="tests-row"><summary>Tests to run on each sample</summary>
<label for="tests">Python that calls the prompt's last function, with assert</label>
<div class="editor low"><pre class="code" aria-hidden="true"></pre><textarea id="tests" class="code"
 spellcheck="false" autocapitalize="off" autocomplete="off">assert count_even([1, 2, 4]) == 2
assert count_even([]) == 0
</textarea></div></details>
<div class="actions">
<button class="first" id="complete" disabled>Complete</button>
<button id="stop" disabled>Stop</button>
<button id="run" hidden disabled>Run tests</button>
<button id="curl" disabled>Copy as curl</button>
<span class="subtitle">Ctrl+Enter completes, Escape stops</span>
</div>
</section>
<section aria-label="Parameters"><div class="numbers">
<div><label for="n">Samples</label><input id="n" type="number" min="1" max="1024" value="4"></div>
<div><label for="max_tokens">Tokens</label><input id="max_tokens" type="number" min="1"
 value="64"></div>
<div><label for="temperature">Temperature</label><input id="temperature" type="number" min="0"
 max="2" step="0.05" value="0.6"></div>
<div><label for="top_p">Top p</label><input id="top_p" type="number" min="0.01" max="1" step="0.01"
 value="0.95"></div>
<div><label for="seed">Seed</label><input id="seed" type="number" min="0" placeholder="any"></div>
<div><label for="logprobs">Likeliest shown</label><input id="logprobs" type="number" min="0"
 max="20" value="5"></div>
<div class="wide"><label for="stops">Stop before (one a line, \n is a line's end)</label>
<textarea id="stops" class="code" rows="5" style="width:100%" spellcheck="false">\nclass
\ndef
\n#
\nif
\nprint</textarea></div>
<label class="wide"><input id="shade" type="checkbox" checked> shade unlikely tokens</label>
</div></section>
</div>
<p id="status" role="status" aria-live="polite"></p>
<h2 id="samples-title" hidden>Samples</h2>
<div class="samples" id="samples"></div>
<noscript><p>The playground needs JavaScript; the API at /v1/completions does not.</p></noscript>
</main>
<script>)html";

constexpr std::string_view kScript = R"js(
let model = null, runsPrograms = false, samples = [], request = null, asked = '';

for (const editor of document.querySelectorAll('.editor')) {
  const [shown, area] = editor.children;
  area.addEventListener('input', () => colour(shown, area.value));
  colour(shown, area.value);
}
function set(area, text) {
  area.value = text;
  area.dispatchEvent(new Event('input'));
}

function say(text, isBad = false) {
  by('status').textContent = text;
  by('status').className = isBad ? 'bad' : '';
}
function headers() {
  const key = by('key').value;
  return Object.assign({'Content-Type': 'application/json'},
                       key ? {Authorization: 'Bearer ' + key} : {});
}
async function ask(path, body, signal) {
  const reply = await fetch(path, body === undefined ? {headers: headers()}
      : {method: 'POST', headers: headers(), body: JSON.stringify(body), signal});
  if (reply.ok) return reply;
  if (reply.status === 401) by('key-row').hidden = false;
  let text = reply.status + ' ' + reply.statusText;
  try { text = (await reply.json()).error.message; } catch (error) { /* The status has to do. */ }
  throw new Error(text);
}

async function look() {
  try {
    model = (await (await ask('/v1/models')).json()).data[0] || null;
    runsPrograms = '/v1/execute' in (await (await ask('/openapi.json')).json()).paths;
  } catch (error) {
    by('model').textContent = 'not connected';
    say(error.message, true);
    return;
  }
  say('');
  by('model').textContent = (model ? model.id + ', context of ' + model.max_model_len + ' tokens'
      : 'no model') + (runsPrograms ? ', runs programs' : '');
  by('suffix-row').hidden = !model || !model.fills_in_middle;
  by('run').hidden = !runsPrograms;
  by('tests-row').hidden = !runsPrograms;
  by('complete').disabled = by('curl').disabled = !model;
}
by('key').addEventListener('change', look);

function body() {
  const number = id => by(id).value === '' ? undefined : Number(by(id).value);
  const stop = by('stops').value.split('\n').filter(line => line !== '')
      .map(line => line.replace(/\\n/g, '\n').replace(/\\t/g, '\t'));
  const suffix = by('suffix').value;
  return {model: model.id, prompt: by('prompt').value, suffix: suffix || undefined,
          max_tokens: number('max_tokens'), n: number('n'), temperature: number('temperature'),
          top_p: number('top_p'), seed: number('seed'), logprobs: number('logprobs') || 0, stop};
}

function newSample(index) {
  const card = element('article', {className: 'sample'});
  card.setAttribute('aria-label', 'sample ' + (index + 1));
  const code = element('pre', {className: 'code', tabIndex: 0});
  const foot = element('div', {className: 'foot'});
  const figures = element('span', {textContent: '#' + (index + 1)});
  const verdict = element('span', {className: 'verdict'});
  const take = element('button', {textContent: 'Use', title: 'Put it behind the prompt'});
  take.addEventListener('click', () => {
    set(by('prompt'), asked + samples[index].text);
    by('prompt').focus();
  });
  foot.append(figures, verdict, take);
  card.append(code, foot);
  by('samples').append(card);
  return {text: '', tokens: 0, sum: 0, reason: '', code, figures, verdict};
}

const inWords = (text, likelihood) =>
    JSON.stringify(text) + ' ' + (100 * likelihood).toFixed(1) + ' %';
function addPiece(sample, index, choice) {
  const logprobs = choice.logprobs;
  const characters = [...choice.text];  // Offsets count code points.
  const offsets = logprobs ? logprobs.text_offset : [];
  const pieces = offsets.length === 0 ? [choice.text] : offsets.map((offset, at) =>
      characters.slice(at ? offset - offsets[0] : 0,
                       at + 1 < offsets.length ? offsets[at + 1] - offsets[0] : undefined)
          .join(''));
  pieces.forEach((text, at) => {
    const token = element('span', {className: 'token', textContent: text});
    if (offsets.length > 0) {
      const likelihood = Math.exp(logprobs.token_logprobs[at]);
      token.style.setProperty('--doubt', Math.round(70 * (1 - likelihood)) + '%');
      const others = Object.entries((logprobs.top_logprobs || [])[at] || {})
          .sort((a, b) => b[1] - a[1])
          .map(([name, value]) => inWords(name, Math.exp(value)));
      token.title = [inWords(text, likelihood), ''].concat(others).join('\n');
    }
    sample.code.append(token);
  });
  for (const logprob of logprobs ? logprobs.token_logprobs : []) {
    sample.tokens += 1;
    sample.sum += logprob;
  }
  sample.text += choice.text;
  sample.reason = choice.finish_reason || sample.reason;
  sample.figures.textContent = '#' + (index + 1) + '  ' + sample.tokens + ' tokens' +
      (sample.tokens ? ', mean log-prob ' + (sample.sum / sample.tokens).toFixed(2) : '') +
      (sample.reason ? ', ' + sample.reason : '');
}

async function complete() {
  if (!model || request) return;
  request = new AbortController();
  by('samples').textContent = '';
  by('samples-title').hidden = false;
  samples = [];
  asked = by('prompt').value;
  by('complete').disabled = by('run').disabled = true;
  by('stop').disabled = false;
  const begin = performance.now();
  let tokens = 0;
  try {
    const reply = await ask('/v1/completions', Object.assign(body(), {
      stream: true, stream_options: {include_usage: true}}), request.signal);
    const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const events = (rest + part.value).split('\n\n');
      rest = events.pop();
      for (const event of events) {
        if (event === 'data: [DONE]') continue;
        const value = JSON.parse(event.replace(/^data: /, ''));
        if (value.error) throw new Error(value.error.message);
        if (value.usage) tokens = value.usage.completion_tokens;
        for (const choice of value.choices) {
          while (samples.length <= choice.index) samples.push(newSample(samples.length));
          addPiece(samples[choice.index], choice.index, choice);
        }
      }
    }
    const seconds = (performance.now() - begin) / 1000;
    say(samples.length + ' samples, ' + tokens + ' tokens in ' + seconds.toFixed(2) + ' s, ' +
        Math.round(tokens / seconds) + ' tokens/s');
  } catch (error) {
    if (error.name === 'AbortError') say('stopped');
    else say(error.message, true);
  }
  request = null;
  by('complete').disabled = false;
  by('stop').disabled = true;
  by('run').disabled = samples.length === 0;
}

async function run() {
  // The last function of the prompt is what the tests call.
  const name = [...asked.matchAll(/^(?:async )?def ([A-Za-z_]\w*)/gm)].map(match => match[1]).pop();
  if (!name) {
    say('tests need a prompt that begins a function: "def name(...):"', true);
    return;
  }
  const tests = by('tests').value.split('\n').map(line => '    ' + line).join('\n');
  const suffix = by('suffix').value;
  const judged = samples;  // New ones may be drawn before the verdicts are here.
  by('run').disabled = true;
  say('running ' + judged.length + ' programs');
  try {
    const programs = judged.map(sample => ({
      prompt: asked, completion: sample.text, suffix, entry_point: name,
      test: 'def check(candidate):\n    ' + name + ' = candidate\n' + tests + '\n'}));
    const reply = await (await ask('/v1/execute', {programs, timeout: 3})).json();
    reply.results.forEach((result, index) => {
      const verdict = judged[index].verdict;
      verdict.textContent = result.verdict;
      verdict.className = 'verdict ' + (result.passed ? 'pass' : 'fail');
      verdict.title = result.detail;
    });
    say(reply.passed + ' of ' + judged.length + ' samples pass');
  } catch (error) {
    say(error.message, true);
  }
  by('run').disabled = request !== null;
}

async function copyAsCurl() {
  const quote = text => "'" + text.replace(/'/g, "'\\''") + "'";
  const text = 'curl -s ' + location.origin + '/v1/completions \\\n' +
      "  -H 'Content-Type: application/json' \\\n" +
      (by('key').value ? '  -H "Authorization: Bearer $SCRIBE_API_KEY" \\\n' : '') +
      '  -d ' + quote(JSON.stringify(body()));
  try {
    await navigator.clipboard.writeText(text);
    say('copied');
  } catch (error) {
    say(text);
  }
}

by('complete').addEventListener('click', complete);
by('stop').addEventListener('click', () => request && request.abort());
by('run').addEventListener('click', run);
by('curl').addEventListener('click', copyAsCurl);
const shade = () => by('samples').classList.toggle('shaded', by('shade').checked);
by('shade').addEventListener('change', shade);
document.addEventListener('keydown', event => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) complete();
  if (event.key === 'Escape' && request) request.abort();
});
shade();
look();
)js";

}  // namespace

std::string playground_page() {
  std::string page = page_begin("Scribe playground");
  for (const std::string_view part : {kStyle, kBody, page_script(), kScript}) page += part;
  return page + "</script>\n</body>\n</html>\n";
}

}  // namespace scribe
