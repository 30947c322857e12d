// The CSS text of report pages.
#include "evaluate/report_style.h"

namespace scribe {

// Series colours are those of Okabe and Ito ("Color Universal Design", 2008), which stay apart for
// every common colour blindness; their yellow is left out, being invisible on white, and in the
// dark they are lightened.
std::string_view report_style() {
  return R"css(
:root {
  color-scheme: light dark;
  --page: #fbfaf8; --card: #ffffff; --ink: #1d2126; --soft: #5b636e; --hair: #e3e1dc;
  --accent: #0b5fa5; --code: #f6f5f2; --added: #eef5fb;
  --s0: #0072b2; --s1: #d55e00; --s2: #009e73; --s3: #b8588f; --s4: #c98a00; --s5: #56a5d8;
  --s6: #4a4a4a; --good: #0a7a55; --bad: #b3430a; --mark: #fff;
  --keyword: #8a3fa0; --string: #2d6a3e; --comment: #7a7f87; --number: #a84a00; --name: #0b5fa5;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #15181c; --card: #1c2025; --ink: #e6e8ea; --soft: #9aa3ad; --hair: #30363d;
    --accent: #6cb6ff; --code: #171a1f; --added: #1b2734;
    --s0: #4fa9e0; --s1: #f0843c; --s2: #2fc79b; --s3: #dd92c0; --s4: #e9b64a; --s5: #93cdf2;
    --s6: #c4c9cf; --good: #3fcf9b; --bad: #ff9a5c; --mark: #15181c;
    --keyword: #cf9be0; --string: #8fd19e; --comment: #848c96; --number: #f0a868; --name: #7fc0ff;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 50rem; margin: 0 auto; padding: 3rem 1.25rem 2rem; }
header { border-bottom: 1px solid var(--hair); padding-bottom: 1.25rem; margin-bottom: 1.75rem; }
h1 { font-size: 2rem; line-height: 1.2; letter-spacing: -0.015em; margin: 0; text-wrap: balance; }
.subtitle { color: var(--soft); font-size: 1.05rem; margin: 0.5rem 0 0; }
h2 { font-size: 1.3rem; line-height: 1.3; letter-spacing: -0.01em; margin: 2.75rem 0 0.75rem; }
p { margin: 0.75rem 0; max-width: 42rem; overflow-wrap: anywhere; }
.figures {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 0.75rem;
  margin: 1.5rem 0; padding: 0;
}
.figures div {
  background: var(--card); border: 1px solid var(--hair); border-radius: 10px;
  padding: 0.85rem 1rem; display: flex; flex-direction: column;
}
.figures dt { order: 2; color: var(--soft); font-size: 0.85rem; line-height: 1.35; }
.figures dd {
  margin: 0; font-size: 1.65rem; line-height: 1.25; font-weight: 650; letter-spacing: -0.02em;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.93rem; margin: 0; }
caption { text-align: left; font-weight: 650; padding: 0 0 0.5rem; }
th, td { padding: 0.45rem 0.75rem; text-align: left; border-bottom: 1px solid var(--hair); }
th { color: var(--soft); font-weight: 600; font-size: 0.85rem; vertical-align: bottom; }
thead th { border-bottom: 2px solid var(--hair); }
th:first-child, td:first-child { padding-left: 0.1rem; white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.notes { color: var(--soft); font-size: 0.85rem; }
.table { margin: 1.25rem 0 1.5rem; }
figure {
  margin: 1.25rem 0 1.5rem; background: var(--card); border: 1px solid var(--hair);
  border-radius: 10px; padding: 1rem 1rem 0.6rem; break-inside: avoid;
}
figcaption { font-weight: 650; }
figcaption small { display: block; color: var(--soft); font-weight: 400; font-size: 0.88rem; }
figure svg { display: block; width: 100%; overflow: visible; margin-top: 0.6rem; }
figure details { font-size: 0.85rem; color: var(--soft); margin: 0.35rem 0; }
a { color: var(--accent); }
summary { cursor: pointer; }
svg text {
  font: 12px system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; fill: var(--soft);
}
svg .legend { fill: var(--ink); }
svg .value { font-size: 11px; fill: var(--ink); }
svg .end { text-anchor: end; }
svg .middle { text-anchor: middle; }
svg .grid { stroke: var(--hair); stroke-width: 1; }
svg .axis { stroke: var(--soft); stroke-width: 1; }
svg .line { fill: none; stroke-width: 2.2; stroke-linejoin: round; stroke-linecap: round; }
svg .band { opacity: 0.16; }
svg .error { fill: none; stroke: var(--ink); stroke-width: 1.2; }
.fill0 { fill: var(--s0); } .stroke0 { stroke: var(--s0); }
.fill1 { fill: var(--s1); } .stroke1 { stroke: var(--s1); stroke-dasharray: 7 4; }
.fill2 { fill: var(--s2); } .stroke2 { stroke: var(--s2); stroke-dasharray: 2 4; }
.fill3 { fill: var(--s3); } .stroke3 { stroke: var(--s3); stroke-dasharray: 9 3 2 3; }
.fill4 { fill: var(--s4); } .stroke4 { stroke: var(--s4); }
.fill5 { fill: var(--s5); } .stroke5 { stroke: var(--s5); stroke-dasharray: 7 4; }
.fill6 { fill: var(--s6); } .stroke6 { stroke: var(--s6); stroke-dasharray: 2 4; }
.program {
  margin: 1.1rem 0; background: var(--card); border: 1px solid var(--hair); border-radius: 10px;
  overflow: hidden;
}
.program .head {
  display: flex; flex-wrap: wrap; gap: 0.3rem 0.7rem; align-items: center; padding: 0.6rem 1rem;
}
.program h3 { font-size: 0.95rem; margin: 0; overflow-wrap: anywhere; }
.badge {
  font-size: 0.78rem; font-weight: 650; padding: 0.08rem 0.6rem; border-radius: 99px;
  border: 1px solid currentColor; white-space: nowrap;
}
.badge.good { color: var(--good); } .badge.bad { color: var(--bad); }
.program .detail { color: var(--soft); font-size: 0.85rem; overflow-wrap: anywhere; }
pre {
  margin: 0; padding: 0.7rem 1rem; overflow-x: auto; background: var(--code);
  border-top: 1px solid var(--hair); tab-size: 4;
  font: 0.84rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
pre .prompt { opacity: 0.72; }
pre .completion {
  display: block; background: var(--added); box-shadow: inset 3px 0 var(--accent);
  margin: 0 -1rem -0.7rem; padding: 0.1rem 1rem 0.7rem; width: max-content;
  min-width: calc(100% + 2rem);
}
.k { color: var(--keyword); } .s { color: var(--string); } .c { color: var(--comment); }
.n { color: var(--number); } .f { color: var(--name); } .d { color: var(--name); font-weight: 600; }
.interactive {
  --wide: min(76rem, 100vw - 3.5rem);
  width: var(--wide); margin-left: calc((100% - var(--wide)) / 2);
}
.controls { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; font-size: 0.88rem; }
.controls label { color: var(--soft); }
:is(.interactive, .controls) :is(select, input, button) {
  font: inherit; color: var(--ink); background: var(--card); border: 1px solid var(--hair);
  border-radius: 6px; padding: 0.15rem 0.5rem; max-width: 100%;
}
.interactive :is(select, input, button, .marks, pre):focus-visible {
  outline: 3px solid var(--accent); outline-offset: 1px;
}
.mark {
  display: inline-block; width: 0.8em; height: 0.8em; border-radius: 3px; margin: 0 0.3em 0 0.8em;
}
.problems { max-height: 32rem; overflow: auto; margin: 0.75rem 0; }
.problems thead { position: sticky; top: 0; background: var(--page); }
.problems tbody th { padding: 0.15rem 0.75rem 0.15rem 0.1rem; }
.problems tbody td { padding: 0.15rem 0.75rem; }
.problems td:last-child { width: 60%; min-width: 12rem; }
.problems thead th { max-width: 12rem; overflow-wrap: anywhere; white-space: normal; }
.problems tbody button { border-color: transparent; background: none; cursor: pointer; }
.problems tbody button:hover, .problems .current button { border-color: var(--accent); }
.strip { display: block; width: 100%; height: 0.7rem; image-rendering: pixelated; margin: 2px 0; }
#sides {
  display: grid; gap: 1rem;
  grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr));
}
#chosen { outline: none; }
.side { min-width: 0; }
.side h4 { font-size: 0.95rem; margin: 0.25rem 0; overflow-wrap: anywhere; }
.side .head {
  display: flex; flex-wrap: wrap; gap: 0.3rem 0.7rem; align-items: center; margin: 0.5rem 0;
  font-size: 0.85rem; min-height: 1.6rem;
}
.side .detail { color: var(--soft); overflow-wrap: anywhere; }
.side pre { border: 1px solid var(--hair); border-radius: 8px; min-height: 8rem; }
.marks { display: flex; flex-wrap: wrap; gap: 3px; max-height: 9rem; overflow: auto; padding: 3px; }
.pick {
  min-width: 2rem; padding: 0 0.25rem; text-align: center; font-size: 0.75rem; cursor: pointer;
  border: 1px solid var(--hair); border-bottom: 4px solid var(--kind); border-radius: 4px;
}
.pick[aria-selected=true] { background: var(--accent); color: var(--mark); font-weight: 650; }
[hidden] { display: none !important; }
footer {
  margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--hair); color: var(--soft);
  font-size: 0.85rem;
}
@media (max-width: 34rem) {
  main { padding: 1.75rem 1rem; }
  h1 { font-size: 1.6rem; }
  .figures { grid-template-columns: 1fr 1fr; }
  figure { padding: 0.8rem 0.7rem 0.5rem; }
  svg text { font-size: 15px; }
  svg .value { font-size: 12px; }
  th, td { padding: 0.4rem 0.5rem; }
}
@media print {
  :root {
    color-scheme: light;
    --page: #fff; --card: #fff; --ink: #000; --soft: #444; --hair: #ccc; --code: #fff;
    --added: #f4f4f4; --accent: #0b5fa5;
    --s0: #0072b2; --s1: #d55e00; --s2: #009e73; --s3: #b8588f; --s4: #c98a00; --s5: #56a5d8;
    --s6: #4a4a4a; --good: #0a7a55; --bad: #b3430a;
    --keyword: #6b2a80; --string: #2d6a3e; --comment: #666; --number: #8a3d00; --name: #0b5fa5;
  }
  body { font-size: 10.5pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main { max-width: none; padding: 0; }
  h2, h3, figcaption, .head { break-after: avoid; }
  .figures div, tr { break-inside: avoid; }
  figure svg { max-height: 9cm; }
  pre { white-space: pre-wrap; }
  pre .completion { width: auto; }
  figure details, .interactive { display: none; }
}
)css";
}

}  // namespace scribe
