// The fixed parts of a grading sheet: its style beside that of reports, and its script.
#pragma once

namespace scribe {

inline constexpr const char* kGradingStyle = R"css(
.item { border: 1px solid var(--hair); border-radius: 10px; background: var(--card);
  margin: 0.9rem 0; padding: 0; overflow: hidden; }
.item.current { outline: 3px solid var(--accent); }
.item .row { display: flex; flex-wrap: wrap; gap: 0.4rem 1.2rem; padding: 0.6rem 1rem;
  align-items: center; }
.item label { cursor: pointer; }
.item input[type=text] { flex: 1 1 14rem; font: inherit; padding: 0.2rem 0.5rem; color: inherit;
  background: var(--page); border: 1px solid var(--hair); border-radius: 6px; }
.bar { position: sticky; top: 0; background: var(--page); padding: 0.6rem 0; z-index: 1;
  border-bottom: 1px solid var(--hair); display: flex; gap: 1rem; align-items: center; }
.bar button { font: inherit; padding: 0.25rem 0.9rem; cursor: pointer; }
kbd { border: 1px solid var(--hair); border-radius: 4px; padding: 0 0.35rem; font-size: 0.85em; }
)css";

/// Keeps grades in the browser's storage under the sheet's name, moves by keys, saves a file.
inline constexpr const char* kGradingScript = R"js(
'use strict';
const sheet = document.body.dataset.sheet, key = 'scribe-grades-' + sheet;
const items = [...document.querySelectorAll('.item')];
let grades = {}, current = 0;
try { grades = JSON.parse(localStorage.getItem(key)) || {}; } catch (error) { grades = {}; }
const name = item => item.dataset.task + '\u0000' + item.dataset.sample;
function show(item) {
  const grade = grades[name(item)] || {};
  for (const radio of item.querySelectorAll('input[type=radio]'))
    radio.checked = grade.correct === (radio.value === 'yes');
  item.querySelector('input[type=text]').value = grade.note || '';
}
function count() {
  const done = items.filter(item => typeof (grades[name(item)] || {}).correct === 'boolean').length;
  document.getElementById('count').textContent = done + ' of ' + items.length + ' graded';
}
function keep(item, change) {
  grades[name(item)] = Object.assign(grades[name(item)] || {}, change);
  try { localStorage.setItem(key, JSON.stringify(grades)); } catch (error) {
    document.getElementById('warning').textContent = 'The browser keeps nothing: save the file.';
  }
  show(item);
  count();
}
function go(index) {
  items[current].classList.remove('current');
  current = Math.min(Math.max(index, 0), items.length - 1);
  items[current].classList.add('current');
  items[current].scrollIntoView({block: 'center'});
}
items.forEach((item, index) => {
  show(item);
  item.addEventListener('change', event => {
    const input = event.target;
    keep(item, input.type === 'radio' ? {correct: input.value === 'yes'} : {note: input.value});
  });
  item.addEventListener('click', () => {
    items[current].classList.remove('current');
    current = index;
    item.classList.add('current');
  });
});
document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.type === 'text') {
    if (event.key === 'Escape' || event.key === 'Enter') event.target.blur();
    return;
  }
  const act = {
    j: () => go(current + 1), k: () => go(current - 1),
    y: () => { keep(items[current], {correct: true}); go(current + 1); },
    n: () => { keep(items[current], {correct: false}); go(current + 1); },
    u: () => keep(items[current], {correct: null}),
    e: () => items[current].querySelector('input[type=text]').focus()}[event.key];
  if (act) { event.preventDefault(); act(); }
});
document.getElementById('save').addEventListener('click', () => {
  const rows = items.filter(item => typeof (grades[name(item)] || {}).correct === 'boolean')
    .map(item => ({task_id: item.dataset.task, sample_index: Number(item.dataset.sample),
      correct: grades[name(item)].correct, note: grades[name(item)].note || ''}));
  const text = JSON.stringify({format: 'scribe-grades', version: 1, sheet: sheet,
    items: items.length, grades: rows}, null, 1) + '\n';
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], {type: 'application/json'}));
  link.download = 'grades-' + sheet + '.json';
  link.click();
});
count();
go(Math.max(items.findIndex(item => !grades[name(item)]), 0));
)js";

}  // namespace scribe
