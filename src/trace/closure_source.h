// Python that finds what a function needs to stand alone: the names it uses, and theirs.
#pragma once

namespace scribe::trace {

/// Behind kModulesSource: defines Closure(modules, module, name, items_max, bytes_max), whose
/// build(text, node) follows the names of a function within its file and through imports of
/// modules of the same package, and raises Refused; then prefix() is all that must stand before
/// the function and target_text the function. Imports of the standard library stay imports.
inline constexpr const char* kClosureSource = R"PY(
import builtins, symtable

_BUILTINS = frozenset(dir(builtins))
_FUTURE = 'from __future__ import annotations\n'
_DYNAMIC = frozenset(('globals', 'locals', 'vars', 'eval', 'exec', '__import__', '__file__',
                      '__path__', '__spec__', '__loader__', 'exit', 'quit', 'input', 'breakpoint'))
_ITEM_LINES_MAX = 250
_OF_THE_SUM = ('needs too much', 'two things of one name')  # Not one item's fault.


def names_used(text, with_annotations=True):
    """Global names that a piece of source needs."""
    found = set()

    def collect(table, is_top):
        for symbol in table.get_symbols():
            bound_here = is_top and (symbol.is_assigned() or symbol.is_imported())
            if symbol.is_referenced() and (symbol.is_global() or is_top) and not bound_here:
                found.add(symbol.get_name())
            if symbol.is_declared_global() and symbol.is_assigned():
                raise Refused('assigns to a global')
        for child in table.get_children():
            collect(child, False)

    collect(symtable.symtable(text if with_annotations else _FUTURE + text, '?', 'exec'), True)
    return found


def check_inner_imports(node):
    for part in ast.walk(node):
        if isinstance(part, ast.ImportFrom) and (part.level or not is_standard(part.module)):
            raise Refused('imports its package inside')
        if isinstance(part, ast.Import) and not all(is_standard(a.name) for a in part.names):
            raise Refused('imports its package inside')


class Closure:
    def __init__(self, modules, module, name, items_max, bytes_max):
        self.modules, self.target, self.items_max = modules, (module, name), items_max
        self.bytes_left = bytes_max
        self.imports, self.aliases, self.order = set(), [], []
        self.meaning = {}     # global name -> what it stands for in the new program
        self.nodes = {}       # (module, id(node)) -> (module, node, text)
        self.needs_future = False
        self.used_modules = []
        self.target_text = ''

    def build(self, target_text, target_node):
        """`target_text` is the source of the function as it will stand; it comes back, changed
        where it named modules of the package."""
        module, name = self.target
        self.meaning[name] = self.target
        self.needs_future = module.has_future
        self.seen = {self.target}
        self.target_text = self._follow(module, target_node, target_text)
        return self

    def _add_item(self, module, name):
        if (module, name) in self.seen:
            return
        self.seen.add((module, name))
        if name in module.unusable:
            raise Refused(module.unusable[name])
        try:
            self._add_nodes(module, name)
        except Refused as reason:
            if reason.args[0] not in _OF_THE_SUM:
                module.unusable[name] = reason.args[0]
            raise

    def _add_nodes(self, module, name):
        if len(self.seen) > self.items_max:
            raise Refused('needs too much')
        self.needs_future |= module.has_future
        for node in module.items[name]:
            if (module, id(node)) in self.nodes:
                continue
            if isinstance(node, ast.AsyncFunctionDef):
                raise Refused('async')
            if node.end_lineno - node.lineno > _ITEM_LINES_MAX:
                raise Refused('needs something large')
            self.nodes[module, id(node)] = None
            text = module.text_of(node)
            self.bytes_left -= len(text)
            if self.bytes_left < 0:
                raise Refused('needs too much')
            self.nodes[module, id(node)] = (module, node, self._follow(module, node, text))

    def _follow(self, module, node, text):
        if node not in module.names:
            check_inner_imports(node)
            try:
                needed = names_used(text, with_annotations=False)
                module.names[node] = needed, names_used(text) - needed
            except (SyntaxError, ValueError, RecursionError):
                raise Refused('layout')
        needed, annotated = module.names[node]
        own = _binds(node) if not isinstance(node, (ast.FunctionDef, ast.ClassDef)) else set()
        edits = []
        for name in sorted(needed | own):
            self._need(module, name, node, text, edits)
        for name in sorted(annotated):
            self._annotate(module, name)
        return apply_edits(text, edits)

    def _need(self, module, name, node, text, edits):
        if name in _DYNAMIC:
            raise Refused('dynamic names')
        if name in ('__name__', '__doc__', '__package__', '__debug__'):
            return
        found = module.resolve(name)
        if found is None:
            if name not in _BUILTINS:
                raise Refused('name not found')
            self._mean(name, name)
        elif isinstance(found, StandardImport):
            self._mean(name, found)
            self.imports.add(str(found))
        elif isinstance(found, ModuleName):
            self._need_module(module, name, found, text, edits)
        else:
            owner, real = found
            if real == name:
                self._mean(name, found)
            elif name not in self.meaning:
                self._mean(name, ('alias', found))
                self._mean(real, found)
                self.aliases.append((owner, name, real))
            self._add_item(owner, real)

    def _need_module(self, module, name, dotted, text, edits):
        """Uses of a module of the package: `utils.f` becomes `f`."""
        tree = ast.parse(text)
        attributes = {}
        for part in ast.walk(tree):
            if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and (
                    part.value.id == name):
                attributes[id(part.value)] = part
        for part in ast.walk(tree):
            if isinstance(part, ast.Name) and part.id == name and id(part) not in attributes:
                raise Refused('uses a module as a value')
        bound = {p.id for p in ast.walk(tree) if isinstance(p, ast.Name)
                 and isinstance(p.ctx, ast.Store)} | {p.arg for p in ast.walk(tree)
                                                      if isinstance(p, ast.arg)}
        for part in attributes.values():
            owner = self.modules.named(dotted, module.root)
            found = owner.resolve(part.attr) if owner else None
            if not isinstance(found, tuple) or part.attr in bound or found[1] != part.attr or (
                    not isinstance(part.ctx, ast.Load)):
                raise Refused('uses a module of its package')
            self._mean(part.attr, found)
            self._add_item(*found)
            edits.append((part.lineno, part.col_offset, part.end_lineno, part.end_col_offset,
                          part.attr))

    def _annotate(self, module, name):
        try:
            found = module.resolve(name)
        except Refused:
            found = ()
        if isinstance(found, StandardImport):
            self._mean(name, found)
            self.imports.add(str(found))
        elif found is not None or name not in _BUILTINS:
            self.needs_future = True

    def _mean(self, name, what):
        if self.meaning.setdefault(name, what) != what:
            raise Refused('two things of one name')

    def _modules_in_order(self):
        """A module stands behind those that it imports."""
        used = {entry[0] for entry in self.nodes.values()}
        ordered, begun = [], set()

        def visit(module):
            if module in begun:
                return
            begun.add(module)
            for dotted in module.imported:
                other = self.modules.by_path.get(
                    os.path.join(module.root, *dotted.split('.')) + '.py') or (
                        self.modules.by_path.get(os.path.join(
                            module.root, *dotted.split('.'), '__init__.py')))
                if other is not None:
                    visit(other)
            ordered.append(module)

        visit(self.target[0])
        for module in sorted(used, key=lambda m: m.path):
            visit(module)
        return [m for m in ordered if m in used]

    def prefix(self):
        """All that stands before the function."""
        head = _FUTURE if self.needs_future else ''
        head += ''.join(line + '\n' for line in sorted(self.imports))
        pieces = []
        for module in self._modules_in_order():
            mine = [e for e in self.nodes.values() if e[0] is module]
            for _, node, text in sorted(mine, key=lambda entry: entry[1].lineno):
                gap = '\n\n' if isinstance(node, (ast.FunctionDef, ast.ClassDef)) else ''
                pieces.append(gap + text)
            pieces += ['%s = %s\n' % (new, old) for owner, new, old in self.aliases
                       if owner is module]
        body = ''.join(pieces).strip('\n')
        text = head + ('\n' if head and body else '') + (body + '\n' if body else '')
        return text + '\n\n' if text else ''


def apply_edits(text, edits):
    """Replaces spans of an ast (columns in UTF-8 bytes) in `text`."""
    if not edits:
        return text
    lines = [line.encode() for line in text.split('\n')]
    for line, column, end_line, end_column, new in sorted(set(edits), reverse=True):
        if line != end_line:
            raise Refused('layout')
        whole = lines[line - 1]
        lines[line - 1] = whole[:column] + new.encode() + whole[end_column:]
    return b'\n'.join(lines).decode()
)PY";

}  // namespace scribe::trace
