#!/usr/bin/env python3
"""Keeps traced problems of Debian packages that are under a permissive licence as a whole.

    permissive_problems.py DEBS < traced.jsonl > permissive.jsonl

DEBS is the folder of packages that tools/trace_debian.sh traced. A package counts by the paragraph
`Files: *` of its machine-readable copyright file (DEP-5); one without is left out. CPython's own
modules are under the PSF's licence. Says on stderr which projects stay.
"""
import collections
import glob
import io
import json
import os
import re
import subprocess
import sys
import tarfile

PERMISSIVE = re.compile(
    r'(expat|mit|bsd|apache|isc|python|psf|zlib|public-domain|cc0|unlicense|0bsd|wtfpl|zpl|artistic'
    r'|boost|bsl|hpnd|ncsa|postgresql|x11)([-.+ 0-9].*)?$', re.IGNORECASE)


def licence(package):
    """The licence of `Files: *`, or None."""
    archive = subprocess.run(['dpkg-deb', '--fsys-tarfile', package], capture_output=True).stdout
    for member in tarfile.open(fileobj=io.BytesIO(archive)):
        if member.isfile() and re.fullmatch(r'\./usr/share/doc/[^/]+/copyright', member.name):
            text = tarfile.open(fileobj=io.BytesIO(archive)).extractfile(member).read()
            for paragraph in re.split(r'\n\s*\n', text.decode('utf-8', 'replace')):
                fields = dict(re.findall(r'^([A-Za-z-]+):[ \t]*(.*)$', paragraph, re.MULTILINE))
                if fields.get('Files', '').split() == ['*']:
                    return fields.get('License', '').strip()
    return None


def is_permissive(name):
    """All of "A and B", one of "A or B"."""
    return bool(name) and all(
        any(PERMISSIVE.match(choice.strip()) for choice in re.split(r'\s+or\s+', part))
        for part in re.split(r',?\s+and\s+', name))


def main():
    packages = {os.path.basename(path).split('_')[0]: path
                for path in glob.glob(os.path.join(sys.argv[1], '*.deb'))}
    packages['graphql'] = packages.get('python3-graphql-core')
    known = {'cpython': 'PSF-2'}
    kept = collections.Counter()
    dropped = collections.Counter()
    for line in sys.stdin:
        project = json.loads(line)['project']
        if project not in known:
            path = packages.get(project) or packages.get('python3-' + project)
            known[project] = licence(path) if path else None
        if is_permissive(known[project]):
            kept[project] += 1
            sys.stdout.write(line)
        else:
            dropped[project] += 1
    for project, count in kept.most_common():
        print(f'{project}: {count} ({known[project]})', file=sys.stderr)
    print(f'kept {sum(kept.values())} problems of {len(kept)} projects, left out '
          f'{sum(dropped.values())} of {len(dropped)}', file=sys.stderr)


main()
