// Python that finds what a function needs to stand alone: the names it uses, and theirs.
#pragma once

namespace scribe::trace {

/// Defines Modules().of_file(path) -> Module, Refused(reason), and
/// Closure(modules, module, name).text() -> (text of everything but the function itself, number of
/// items in it), which raises Refused.
///
/// Reads sources, never runs them. Names are followed within the file and through imports of
/// modules of the same package; imports of the standard library stay imports.
inline constexpr const char* kClosureSource = R"PY(
import ast, builtins, functools, importlib, importlib.util, os, symtable, sys, textwrap

_BUILTINS = frozenset(dir(builtins))
_STANDARD = frozenset(sys.stdlib_module_names) - {'test', 'this', 'antigravity', 'idlelib'}
_FUTURE = 'from __future__ import annotations\n'
_DYNAMIC = frozenset(('globals', 'locals', 'vars', 'eval', 'exec', '__import__', '__file__',
                      '__path__', '__spec__', '__loader__', 'exit', 'quit', 'input', 'breakpoint'))
_IMPORT_ERRORS = ('ImportError', 'ModuleNotFoundError', 'Exception')
_FILE_BYTES_MAX = 2 << 20
_ITEM_LINES_MAX = 250
_OF_THE_SUM = ('needs too much', 'two things of one name')  # Not one item's fault.


class Refused(Exception):
    """Its one argument is the reason, a few words without names."""


class ModuleName(str):
    """What a name stands for if it is a module of the package: its dotted name."""


class StandardImport(str):
    """An import statement that gives the name."""


def is_standard(dotted):
    return dotted.partition('.')[0] in _STANDARD


@functools.lru_cache(None)
def names_of_standard(dotted):
    try:
        module = importlib.import_module(dotted)
    except Exception:
        return frozenset()
    return frozenset(getattr(module, '__all__', None) or
                     [n for n in vars(module) if not n.startswith('_')])


def _binds(node):
    """Names that a statement binds, or changes the value of, at the level of its module."""
    found = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, (ast.Store, ast.Del)):
            found.add(part.id)
        elif isinstance(part, (ast.Subscript, ast.Attribute)) and (
                isinstance(part.ctx, (ast.Store, ast.Del)) and isinstance(part.value, ast.Name)):
            found.add(part.value.id)
        elif isinstance(part, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
            found.add(part.name)
        elif isinstance(part, ast.alias):
            found.add(part.asname or part.name.partition('.')[0])
    call = node.value if isinstance(node, ast.Expr) else None
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and (
            isinstance(call.func.value, ast.Name)):
        found.add(call.func.value.id)
    return found


def _is_typing_only(test):
    return getattr(test, 'id', getattr(test, 'attr', '')) == 'TYPE_CHECKING'


def _version_test(test):
    """What `sys.version_info >= (3, 8)` and the like say, or None."""
    text = ast.unparse(test)
    if not text.startswith('sys.version_info'):
        return None
    try:
        return bool(eval(text, {'__builtins__': {}, 'sys': sys}))
    except Exception:
        return None


class Module:
    def __init__(self, modules, path, dotted, root):
        self.modules, self.path, self.dotted, self.root = modules, path, dotted, root
        with open(path, 'rb') as file:
            raw = file.read(_FILE_BYTES_MAX + 1)
        if len(raw) > _FILE_BYTES_MAX:
            raise Refused('file too large')
        self.source = raw.decode('utf-8', 'strict').replace('\r\n', '\n')
        self.lines = self.source.split('\n')
        self.tree = ast.parse(self.source)
        self.has_future = False
        self.imports, self.stars, self.items, self.imported = {}, [], {}, []
        self.resolved, self.unusable, self.texts, self.names = {}, {}, {}, {}
        self._scan(self.tree.body)

    def _scan(self, body):
        for node in body:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    self._import(alias)
            elif isinstance(node, ast.ImportFrom):
                self._import_from(node)
            elif isinstance(node, ast.If):
                self._scan_if(node)
            elif isinstance(node, ast.Try):
                self._scan_try(node)
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                if 'overload' not in map(ast.unparse, node.decorator_list):
                    self.items[node.name] = [node]  # A later definition replaces what was.
                    self.imports.pop(node.name, None)
            else:
                for name in _binds(node):
                    if isinstance(node, ast.Assign) and any(
                            isinstance(t, ast.Name) and t.id == name for t in node.targets):
                        self.items[name] = []
                    self.items.setdefault(name, []).append(node)

    def _scan_if(self, node):
        if '__name__' in ast.unparse(node.test):
            return
        truth = False if _is_typing_only(node.test) else _version_test(node.test)
        if truth is not None:
            self._scan(node.body if truth else node.orelse)
        elif all(isinstance(n, (ast.Import, ast.ImportFrom)) for n in node.body + node.orelse):
            self._scan(node.orelse + node.body)
        else:
            for name in _binds(node):
                self.items.setdefault(name, []).append(node)

    def _scan_try(self, node):
        caught = {ast.unparse(h.type) if h.type else 'Exception' for h in node.handlers}
        imports = [n for n in node.body if isinstance(n, (ast.Import, ast.ImportFrom))]
        if imports and any(e in c for c in caught for e in _IMPORT_ERRORS):
            whole = all(self._is_found(n) for n in imports)
            self._scan(node.body + node.orelse if whole else node.handlers[0].body)
            return
        for name in _binds(node):
            self.items.setdefault(name, []).append(node)

    def _is_found(self, node):
        if isinstance(node, ast.ImportFrom):
            dotted = self._absolute(node)
            return is_standard(dotted) or self.modules.named(dotted, self.root) is not None
        return all(is_standard(a.name) or self.modules.named(a.name, self.root)
                   for a in node.names)

    def _absolute(self, node):
        if not node.level:
            return node.module or ''
        parts = self.dotted.split('.')
        if not self.path.endswith('/__init__.py'):
            parts.pop()
        parts = parts[:len(parts) - node.level + 1] if node.level > 1 else parts
        return '.'.join(parts + ([node.module] if node.module else []))

    def _import(self, alias):
        name = alias.asname or alias.name.partition('.')[0]
        self.items.pop(name, None)
        text = 'import ' + alias.name + (' as ' + alias.asname if alias.asname else '')
        self.imports[name] = ('module', alias.name if alias.asname else name, text)
        self.imported.append(alias.name)

    def _import_from(self, node):
        dotted = self._absolute(node)
        if dotted == '__future__':
            self.has_future |= any(a.name == 'annotations' for a in node.names)
            return
        self.imported.append(dotted)
        for alias in node.names:
            if alias.name == '*':
                self.stars.append(dotted)
                continue
            name = alias.asname or alias.name
            self.items.pop(name, None)
            self.imports[name] = ('from', dotted, alias.name)

    def resolve(self, name):
        """(module, name there) of an item, a ModuleName, a StandardImport or None for nothing."""
        if name not in self.resolved:
            self.resolved[name] = None  # For whoever asks in a circle.
            try:
                self.resolved[name] = self._resolve(name)
            except Refused as reason:
                self.resolved[name] = reason
        if isinstance(self.resolved[name], Refused):
            raise self.resolved[name]
        return self.resolved[name]

    def _resolve(self, name):
        if name in self.items:
            return self, name
        if name in self.imports:
            return self._resolve_import(name)
        for dotted in self.stars:
            if is_standard(dotted):
                if name in names_of_standard(dotted):
                    return StandardImport('from %s import %s' % (dotted, name))
                continue
            module = self.modules.named(dotted, self.root)
            found = module.resolve(name) if module else None
            if found is not None:
                return found
        return None

    def _resolve_import(self, name):
        kind, dotted, rest = self.imports[name]
        if kind == 'module':
            if is_standard(dotted):
                return StandardImport(rest)
            if self.modules.named(dotted, self.root) is None:
                raise Refused('other package')
            return ModuleName(dotted)
        if is_standard(dotted) and not (self.modules.named(dotted, self.root)
                                        and not importable(dotted, rest)):
            return StandardImport('from %s import %s%s' % (
                dotted, rest, '' if rest == name else ' as ' + name))
        module = self.modules.named(dotted, self.root)
        found = module.resolve(rest) if module else None
        if found is not None:
            if isinstance(found, StandardImport) and rest != name:
                return StandardImport(aliased(found, rest, name))
            return found
        if self.modules.named(dotted + '.' + rest, self.root):
            return ModuleName(dotted + '.' + rest)
        raise Refused('name not found in package' if module else 'other package')

    def text_of(self, node):
        """Whole lines, decorators first, docstrings of helpers cut to their first line."""
        if node not in self.texts:
            self.texts[node] = self._make_text(node)
        return self.texts[node]

    def _make_text(self, node):
        first = min([node.lineno] + [d.lineno for d in getattr(node, 'decorator_list', ())])
        lines = self.lines[first - 1:node.end_lineno]
        for part in ast.walk(node):
            if isinstance(part, (ast.FunctionDef, ast.ClassDef)):
                self._cut_docstring(part, lines, first)
        return textwrap.dedent('\n'.join(line for line in lines if line is not None)) + '\n'

    def _cut_docstring(self, part, lines, first):
        head = part.body[0]
        if ast.get_docstring(part) is None or head.end_lineno == head.lineno:
            return
        text = self.lines[head.lineno - 1].rstrip()
        quotes = next((q for q in ('"' * 3, "'" * 3) if q in text), None)
        if quotes is None or head.lineno == part.lineno:
            return
        content = text.partition(quotes)[2]
        if not content.strip() or content.endswith('\\'):
            lines[head.lineno - first] = text[:text.index(quotes)] + quotes + '...' + quotes
        else:
            lines[head.lineno - first] = text + quotes
        for number in range(head.lineno + 1, head.end_lineno + 1):
            lines[number - first] = None


def importable(dotted, name):
    try:
        return hasattr(importlib.import_module(dotted), name)
    except Exception:
        return False


def aliased(text, old, new):
    """The same import under another name."""
    if text.endswith(' as ' + old):
        return text[:-len(old)] + new
    return text + ' as ' + new


class Modules:
    """Modules by path; each is read once."""

    def __init__(self):
        self.by_path, self.by_name = {}, {}

    def of_file(self, path):
        """The module of a file, named after the packages around it; None if it does not parse."""
        if path in self.by_path:
            return self.by_path[path]
        folder, name = os.path.split(path)
        parts = [] if name == '__init__.py' else [name.rpartition('.')[0]]
        while os.path.exists(os.path.join(folder, '__init__.py')):
            folder, package = os.path.split(folder)
            parts.insert(0, package)
        self.by_path[path] = None  # Also while it is being read.
        try:
            self.by_path[path] = Module(self, path, '.'.join(parts), folder)
        except (OSError, SyntaxError, ValueError, RecursionError, MemoryError, Refused):
            pass
        return self.by_path[path]

    def named(self, dotted, root):
        if (root, dotted) not in self.by_name:
            base = os.path.join(root, *dotted.split('.'))
            paths = [p for p in (os.path.join(base, '__init__.py'), base + '.py')
                     if dotted and os.path.isfile(p)]
            self.by_name[root, dotted] = paths[0] if paths else None
        path = self.by_name[root, dotted]
        return None if path is None else self.of_file(path)


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
