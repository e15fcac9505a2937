"""Every primitive is sampled: adding an operation without adding samples of it fails here."""

import pytest

import autograd_lite as ag
from autograd_lite.primitive import registry

from .samples import NOT_SAMPLED, SAMPLES, Sample


@pytest.mark.smoke
def test_every_primitive_is_sampled() -> None:
    # kernels have references to be compared with, and tests of their own
    names = [primitive.name for primitive in registry.values() if primitive.kind != "fused"]
    assert sorted(names) == sorted({sample.primitive for sample in SAMPLES} | set(NOT_SAMPLED))


@pytest.mark.smoke
def test_samples_have_labels_of_their_own() -> None:
    labels = [sample.id for sample in SAMPLES]
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.id)
def test_a_sample_uses_the_primitive_it_names(sample: Sample) -> None:
    used = set()
    waiting = [sample.call(*(ag.Tensor(x, requires_grad=True) for x in sample.arrays()))._node]
    while waiting:
        node = waiting.pop()
        if node is not None:
            used.add(node.name)
            waiting.extend(node.parents)
    assert (sample.primitive in used) == (sample.primitive != "stop_gradient")
