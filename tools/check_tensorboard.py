"""Checks that TensorBoard reads what `scribe train --tensorboard` writes.

    scribe train ... --out RUN --tensorboard
    python3 tools/check_tensorboard.py RUN    (needs tensorboard from PyPI)

Compares every loss that TensorBoard's own reader finds in RUN/tensorboard with the run's
train_log.jsonl. Exits with 1 if a step is missing or a number is another.
"""

import json
import pathlib
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def main():
    run = pathlib.Path(sys.argv[1])
    events = EventAccumulator(str(run / "tensorboard"), size_guidance={"scalars": 0})
    events.Reload()
    lines = [json.loads(line) for line in (run / "train_log.jsonl").read_text().splitlines()]
    wrong = 0
    for tag, key in (
        ("loss/train", "loss"),
        ("loss/average", "loss_average"),
        ("loss/validation", "validation_loss"),
        ("learning_rate", "learning_rate"),
        ("gradient_norm", "gradient_norm"),
        ("tokens", "tokens"),
    ):
        expected = {line["step"]: line[key] for line in lines if key in line}
        found = {}
        if expected:
            found = {event.step: event.value for event in events.Scalars(tag)}
        close = found.keys() == expected.keys() and all(
            abs(found[step] - expected[step]) <= 1e-6 * abs(expected[step]) for step in expected
        )
        print(f"{tag}: {len(found)} steps, {'equal' if close else 'NOT EQUAL'}")
        wrong += not close
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
