"""llama.cpp as a program that bench_sample.py compares with: built, compiled against, run.

The checkout is one of https://github.com/ggml-org/llama.cpp, or its source from elsewhere with the
commit in a file COMMIT. Only its libraries are built, for this processor, with OpenMP (without it a
single sequence ran at a third of the speed).
"""

import pathlib
import subprocess

from bench_common import ROOT, json_of

SETTINGS = {
    "CMAKE_BUILD_TYPE": "Release", "GGML_NATIVE": "ON", "GGML_OPENMP": "ON",
    "BUILD_SHARED_LIBS": "OFF", "LLAMA_BUILD_COMMON": "OFF", "LLAMA_BUILD_TESTS": "OFF",
    "LLAMA_BUILD_TOOLS": "OFF", "LLAMA_BUILD_EXAMPLES": "OFF", "LLAMA_BUILD_SERVER": "OFF",
    "LLAMA_CURL": "OFF",
}


class LlamaCpp:
    """The compiled driver, tools/llama_cpp_peer.cc, in `folder`."""

    def __init__(self, checkout, folder):
        build = checkout / "build"
        if not list(build.rglob("libllama.a")):
            flags = [f"-D{name}={value}" for name, value in SETTINGS.items()]
            subprocess.run(["cmake", "-S", checkout, "-B", build, *flags], check=True)
            subprocess.run(["cmake", "--build", build, "--target", "llama", "-j"], check=True)
        self._program = folder / "llama_cpp_peer"
        command = [
            *("g++", "-O3", "-march=native", "-ffast-math", "-std=c++20", "-fopenmp"),
            *("-I", checkout / "include", "-I", checkout / "ggml" / "include"),
            *(ROOT / "tools" / "llama_cpp_peer.cc", "-o", self._program),
            *("-Wl,--start-group", *build.rglob("*.a"), "-Wl,--end-group", "-lpthread", "-ldl"),
        ]
        subprocess.run(command, check=True)
        self.name = f"llama.cpp {commit_of(checkout)}"

    def run(self, model, n, prompt, length, threads, cache):
        """What the driver prints. `cache`: one for all samples ("unified"), or "split"."""
        return json_of([self._program, model, n, prompt, length, threads, cache, "on", 1])


def commit_of(checkout):
    noted = pathlib.Path(checkout) / "COMMIT"
    if noted.exists():
        return noted.read_text().strip()
    known = subprocess.run(
        ["git", "-C", checkout, "rev-parse", "--short", "HEAD"], capture_output=True, text=True
    )
    return known.stdout.strip() or "(commit unknown)"
