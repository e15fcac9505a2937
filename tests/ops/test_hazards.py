"""Every sample is held to what implementers of rules forget: memory, layouts, chance, dtypes.

Small shapes and constant arguments are left to `test_edges` and `test_derivatives`, which compare them with NumPy.
"""

import pytest

from autograd_lite.testing.hazards import HAZARDS, found
from autograd_lite.testing.hazards_of_inputs import INPUT_HAZARDS
from autograd_lite.testing.runs import Case

from .samples import CHANGES_DTYPE, SAMPLES, WITHOUT_DERIVATIVE, Sample

ELSEWHERE = {"0-d", "length one", "empty", "constant arguments"}
LOOKED_FOR = {name: hazard for name, hazard in {**HAZARDS, **INPUT_HAZARDS}.items() if name not in ELSEWHERE}


@pytest.mark.parametrize(
    "sample", [s for s in SAMPLES if s.primitive not in WITHOUT_DERIVATIVE], ids=lambda sample: sample.id
)
def test_no_rule_has_a_hazard(sample: Sample) -> None:
    left_out = {"single precision"} if sample.primitive in CHANGES_DTYPE else set()
    hazards = {name: hazard for name, hazard in LOOKED_FOR.items() if name not in left_out}
    assert list(found(hazards, Case(sample.call, tuple(sample.arrays())))) == []
