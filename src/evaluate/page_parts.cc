// The shared parts as text.
#include "evaluate/page_parts.h"

#include "evaluate/report_style.h"

namespace scribe {

std::string page_begin(std::string_view title) {
  std::string page = R"html(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline';
 script-src 'unsafe-inline'; connect-src 'self'; img-src data:; base-uri 'none';
 form-action 'none'">
<link rel="icon" href="data:,">
<title>)html";
  page += title;
  page += "</title>\n<style>";
  page += report_style();
  return page;
}

std::string_view page_script() {
  return R"js(
'use strict';
const by = id => document.getElementById(id);
const element = (tag, options) => Object.assign(document.createElement(tag), options);

// Python's colours. What is no name, number, string or comment is left as it is.
const lexer = new RegExp([
  '(#[^\\n]*)',
  '([rRbBuUfF]{0,2}(?:"""[^]*?(?:"""|$)|' +
  '\'\'\'[^]*?(?:\'\'\'|$)|' +
  '"(?:\\\\.|[^"\\\\\\n])*"?|\'(?:\\\\.|[^\'\\\\\\n])*\'?))',
  '\\b(and|as|assert|async|await|break|class|continue|def|del|elif|else|except|False|finally|' +
  'for|from|global|if|import|in|is|lambda|None|nonlocal|not|' +
  'or|pass|raise|return|True|try|while|with|yield)\\b',
  '(\\b\\d[\\w.]*)',
  '([A-Za-z_]\\w*)(?=\\()',
  '([A-Za-z_]\\w*)'].join('|'), 'g');
const kinds = ['c', 's', 'k', 'n', 'f', ''];
function colour(target, text) {
  target.textContent = '';
  let end = 0;
  for (const match of text.matchAll(lexer)) {
    const kind = kinds[match.slice(1).findIndex(part => part !== undefined)];
    if (!kind) continue;
    target.append(text.slice(end, match.index));
    target.append(element('span', {className: kind, textContent: match[0]}));
    end = match.index + match[0].length;
  }
  target.append(text.slice(end) + '\n');
}
)js";
}

}  // namespace scribe
