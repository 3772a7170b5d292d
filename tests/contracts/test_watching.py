"""What came later to the wire: a trace that is none harms nothing, and what says nothing is left out."""

import json
from pathlib import Path
from typing import Any

import pytest

from contracts.events import EVENT, Failed, Finished
from contracts.jobs import Job

GOLDEN = Path(__file__).parents[1] / "golden" / "wire"
LATER = {"traceparent", "isChatter", "topic"}


def golden(name: str) -> dict[str, Any]:
    raw: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    return raw


@pytest.mark.parametrize(
    "malformed",
    [
        "",
        "nonsense",
        7,
        ["00"],
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\n",
    ],
)
def test_a_malformed_trace_is_no_trace_and_the_job_stays_good(malformed: object) -> None:
    job = Job.model_validate_json(json.dumps({**golden("Job"), "traceparent": malformed}))
    assert (job.traceparent, job.bot) == (None, "CoopBot")
    end = EVENT.validate_json(json.dumps({**golden("Failed"), "traceparent": malformed}))
    assert isinstance(end, Failed)
    assert end.traceparent is None


@pytest.mark.parametrize("model", [Job, Finished, Failed])
def test_what_came_later_is_left_out_where_it_says_nothing(model: type[Job | Finished | Failed]) -> None:
    old = {name: value for name, value in golden(model.__name__).items() if name not in LATER}
    assert json.loads(model.model_validate_json(json.dumps(old)).to_json()) == old
