// Python that reads the modules of a project and says what each of their names stands for.
#pragma once

namespace scribe::trace {

/// Defines Modules(), whose of_file(path) gives a Module or None, Refused(reason), ModuleName and
/// StandardImport: see Module.resolve(). Reads sources, never runs them; of the standard library,
/// modules are imported to learn what names they have.
inline constexpr const char* kModulesSource = R"PY(
import ast, functools, importlib, os, sys, textwrap

_STANDARD = frozenset(sys.stdlib_module_names) - {'test', 'this', 'antigravity', 'idlelib'}
_IMPORT_ERRORS = ('ImportError', 'ModuleNotFoundError', 'Exception')
_FILE_BYTES_MAX = 2 << 20


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
)PY";

}  // namespace scribe::trace
