"""Losses beside PyTorch: what they refuse, what they warn of, extremes, derivatives that PyTorch does not have."""

import warnings

import numpy as np
import pytest
import torch

import autograd_lite as ag
from autograd_lite import Tensor, nn
from autograd_lite.special import log_softmax, softmax
from autograd_lite.testing import assert_gradients_close

F = nn.functional
TF = torch.nn.functional
rng = np.random.default_rng(0)
X = np.ones((2, 3))
fusion = pytest.mark.parametrize("fused", [True, False], ids=["fused", "reference"])
PAIRWISE = [
    F.l1_loss, F.mse_loss, F.smooth_l1_loss, F.huber_loss, F.poisson_nll_loss, F.kl_div, F.binary_cross_entropy,
    F.binary_cross_entropy_with_logits, F.soft_margin_loss, F.hinge_embedding_loss, F.multilabel_soft_margin_loss,
    lambda x, y: F.gaussian_nll_loss(x, y, 1.0), lambda x, y: F.margin_ranking_loss(x, y, y),
    lambda x, y: F.margin_ranking_loss(x, x, y), lambda x, y: F.triplet_margin_loss(x, x, y),
    lambda x, y: F.triplet_margin_loss(x, y, x), lambda x, y: F.cosine_embedding_loss(x, x[:, 0], y),
]  # fmt: skip


@pytest.mark.smoke
@pytest.mark.parametrize("loss", PAIRWISE)
def test_nothing_is_broadcast(loss):
    with pytest.raises(ValueError, match=r"\(3,\)|\[3\]"):
        loss(np.ones((3, 1)), np.ones(3))


LENGTHS = [4, 4]
LOG_P = np.log(np.full((4, 2, 3), 1 / 3))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: F.cross_entropy(X, [0, 1], [1.0, 2.0]), ValueError, r"number per class.*\(3,\).*weight.shape=\(2,\)"),
        (lambda: F.cross_entropy(X, [0, -100, -1][1:]), ValueError, "1 of 2 do not: label -1 at position 1"),
        (lambda: F.cross_entropy(X, [0, -100], ignore_index=-1), ValueError, "label -100 at position 1"),
        (lambda: F.cross_entropy(X, np.eye(2, 3)[:, :2]), TypeError, "labels must be integers.*argmax"),
        (lambda: F.cross_entropy(X, np.eye(2, 3, dtype=int)), ValueError, "one-hot rows take np.argmax"),
        (lambda: F.cross_entropy(X, np.eye(2, 3, dtype="f")), TypeError, "are float32; convert them.*float64"),
        (lambda: F.cross_entropy(X, X, ignore_index=1), ValueError, "ignore_index=1 is for labels"),
        (lambda: F.cross_entropy(X, [0, 1], label_smoothing=1.5), ValueError, r"in \[0, 1\], not 1.5"),
        (lambda: F.nll_loss(X, [0.0, 1.0]), TypeError, "nll_loss: labels must be integers"),
        (lambda: F.nll_loss(X, [0, 3]), ValueError, "nll_loss.*label 3 at position 1"),
        (lambda: F.nll_loss(X, [[0], [1]]), ValueError, r"input.shape=\(2, 3\), labels.shape=\(2, 1\)"),
        (lambda: F.multi_margin_loss(X, [0, 3]), ValueError, "label 3 at position 1"),
        (lambda: F.multi_margin_loss(X, [0, 1], p=3), ValueError, "p must be 1 or 2, not 3"),
        (lambda: F.multi_margin_loss(X, [0]), ValueError, r"labels.shape=\(1,\)"),
        (lambda: F.multilabel_margin_loss(X, [[0, 3, -1]] * 2), ValueError, "2 of 6 do not: label 3 at position 1"),
        (lambda: F.multilabel_margin_loss(X, [0, 1]), ValueError, "padded with -1"),
        (
            lambda: F.soft_margin_loss(X, np.eye(2, 3)),
            ValueError,
            "4 of 6 are not: 0.0 at position 1.*2 \\* target - 1",
        ),
        (lambda: F.binary_cross_entropy(X * 2, X), ValueError, "inputs are probabilities.*2.0 to 2.0"),
        (lambda: F.binary_cross_entropy(X, -X), ValueError, "targets are probabilities.*-1.0 to -1.0"),
        (lambda: F.binary_cross_entropy(X, X, np.ones((4, 2, 3))), ValueError, r"weight.shape=\(4, 2, 3\)"),
        (lambda: F.binary_cross_entropy_with_logits(X, X, pos_weight=np.ones(2)), ValueError, "pos_weight must have"),
        (lambda: F.mse_loss(X, X, weight=np.ones(3)), ValueError, "weight must have the shape of the input"),
        (lambda: F.gaussian_nll_loss(X, X, -X), ValueError, "negative, but -1.0 at position 0 is"),
        (lambda: F.gaussian_nll_loss(X, X, np.ones((1, 1))), ValueError, r"var.shape=\(1, 1\)"),
        (lambda: F.huber_loss(X, X, delta=0), ValueError, "delta must be positive"),
        (lambda: F.smooth_l1_loss(X, X, beta=-1), ValueError, "beta must be at least 0"),
        (lambda: F.kl_div(X, X, reduction="batch"), ValueError, '"batchmean", "mean", "sum" or "none"'),
        (lambda: F.triplet_margin_loss(X, X, X, 0), ValueError, "margin must be positive"),
        (lambda: F.cosine_embedding_loss(X, X, [1, 0]), ValueError, "0 at position 1"),
        (lambda: F.ctc_loss(LOG_P, [[1, 0], [1, 2]], LENGTHS, [2, 2]), ValueError, "sample 0 does at position 1"),
        (lambda: F.ctc_loss(LOG_P, [[1, 3], [1, 2]], LENGTHS, [2, 2]), ValueError, "label 3 at position 1"),
        (lambda: F.ctc_loss(LOG_P, [1, 2, 1], LENGTHS, [2, 2]), ValueError, r"all in a row, \(4,\)"),
        (
            lambda: F.ctc_loss(LOG_P, [[1, 2]] * 2, [4, 5], [2, 2]),
            ValueError,
            r"input_lengths.*\[0, 4\], not 5 at posi",
        ),
        (lambda: F.ctc_loss(LOG_P, [[1, 2]] * 2, LENGTHS, [2]), ValueError, "target_lengths must be one number"),
        (lambda: F.ctc_loss(LOG_P, [[1, 2]] * 2, LENGTHS, [2.0, 2.0]), TypeError, "target_lengths must be integers"),
        (lambda: F.ctc_loss(LOG_P, [[1.0, 2.0]] * 2, LENGTHS, [2, 2]), TypeError, "labels must be integers"),
        (lambda: F.ctc_loss(LOG_P, [[1, 2]] * 2, LENGTHS, [2, 2], 3), ValueError, "one of the 3 classes, not 3"),
        (lambda: F.ctc_loss(LOG_P[0, 0], [1], 1, 1), ValueError, r"log_probs.shape=\(3,\)"),
        (lambda: nn.CrossEntropyLoss(label_smoothing=-0.1), ValueError, "label_smoothing"),
        (lambda: nn.KLDivLoss(reduction="avg"), ValueError, "KLDivLoss: reduction must be"),
        (lambda: nn.TripletMarginWithDistanceLoss(margin=-1), ValueError, "margin must be positive"),
        (lambda: nn.AdaptiveLogSoftmaxWithLoss(4, 10, [5, 5]), ValueError, r"increasing order.*\[5, 5\]"),
        (lambda: nn.AdaptiveLogSoftmaxWithLoss(4, 10, []), ValueError, "at least one"),
        (lambda: nn.AdaptiveLogSoftmaxWithLoss(4, 10, [10]), ValueError, "between 1 and n_classes - 1 = 9"),
        (lambda: nn.AdaptiveLogSoftmaxWithLoss(3, 10, [5])(X, [1, 10]), ValueError, "label 10 at position 1"),
        (lambda: nn.AdaptiveLogSoftmaxWithLoss(3, 10, [5])(X, [1]), ValueError, r"labels.shape=\(1,\)"),
        (lambda: nn.AdaptiveLogSoftmaxWithLoss(4, 10, [5])(X, [1, 2]), ValueError, r"\(N, 4\)"),
    ],
)
def test_errors_name_what_was_seen(call, error, message):
    with pytest.raises(error, match=message):
        call()


class TestWarnings:
    @pytest.mark.parametrize("made_by", [softmax, log_softmax])
    def test_cross_entropy_of_a_softmax(self, made_by):
        x = Tensor(X, requires_grad=True)
        with pytest.warns(UserWarning, match=f"the answer of {made_by.__name__}: the softmax is taken twice") as seen:
            F.cross_entropy(made_by(x, axis=1), [0, 1])
        assert seen[0].filename == __file__

    def test_nll_loss_of_probabilities(self):
        with pytest.warns(UserWarning, match="nll_loss takes log-probabilities.*softmax; use log_softmax") as seen:
            F.nll_loss(softmax(Tensor(X, requires_grad=True), axis=1), [0, 1])
        assert seen[0].filename == __file__

    def test_silence(self):
        x = Tensor(X, requires_grad=True)
        with warnings.catch_warnings(action="error"):
            F.cross_entropy(x, [0, 1])
            F.cross_entropy(x * 2, [0, 1])
            F.nll_loss(log_softmax(x, axis=1), [0, 1])


@fusion
class TestExtremes:
    def test_huge_logits(self, fused):
        x = Tensor([[1e4, -1e4, 0.0], [-1e4, -1e4, 1e4]], requires_grad=True)
        with ag.fusion(fused):
            for target in ([1, 2], np.array([[0.5, 0.5, 0], [0, 0, 1]], "f")):
                loss = F.cross_entropy(x, target, reduction="none", label_smoothing=0.3)
                (g,) = ag.grad(loss.sum(), [x])
                expected = TF.cross_entropy(torch.tensor(x.detach().numpy()), torch.tensor(target), reduction="none",
                                            label_smoothing=0.3)  # fmt: skip
                np.testing.assert_allclose(loss.data, expected, rtol=1e-6)
                assert np.isfinite(g.data).all()

    @pytest.mark.parametrize("loss", [F.cross_entropy, F.nll_loss])
    def test_what_is_ignored_may_be_anything(self, loss, fused):
        x = Tensor([[0.5, 1.5], [0.0, 0.0]], requires_grad=True)
        with ag.fusion(fused):
            everything = ag.grad(loss(x, [0, -100]), [x])[0].data
            alone = ag.grad(loss(x[:1], [0]), [x])[0].data
            worse = np.array([[0.5, 1.5], [np.nan, 0.0]], np.float32)
            assert loss(worse, [0, -100]).item() == loss(x, [0, -100]).item()
        np.testing.assert_allclose(everything, alone, rtol=1e-6)

    def test_nothing_to_average(self, fused):
        with ag.fusion(fused), np.errstate(invalid="ignore"):
            for loss in (F.cross_entropy, F.nll_loss):
                assert np.isnan(loss(X, [-100, -100]).item())
                assert loss(X, [-100, -100], reduction="sum").item() == 0

    def test_bce_at_the_ends(self, fused):
        x, y = np.array([0.0, 0.0, 1.0, 1.0, 0.0]), np.array([0.0, 1.0, 0.0, 1.0, 0.5])
        a, b = Tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
        with ag.fusion(fused):
            ours, theirs = F.binary_cross_entropy(a, y, reduction="none"), TF.binary_cross_entropy(
                b, torch.tensor(y), reduction="none")  # fmt: skip
            np.testing.assert_allclose(ours.data, theirs.detach(), atol=1e-12)
            np.testing.assert_allclose(ag.grad(ours.sum(), [a])[0].data, torch.autograd.grad(theirs.sum(), b)[0])

    def test_scores_far_off(self, fused):
        x = Tensor(np.array([1e4, -1e4], "f"), requires_grad=True)
        with ag.fusion(fused):
            np.testing.assert_array_equal(F.soft_margin_loss(x, [-1, -1], reduction="none").data, [1e4, 0])
            np.testing.assert_array_equal(ag.grad(F.soft_margin_loss(x, [-1, 1]), [x])[0].data, [0.5, -0.5])
            y = np.array([0, 1], "f")
            loss = F.binary_cross_entropy_with_logits(x, y, pos_weight=np.array([2, 2], "f"), reduction="none")
            np.testing.assert_array_equal(loss.data, [1e4, 2e4])

    def test_kl_div_of_zeros(self, fused):
        x = Tensor(np.log([0.5, 0.5]), requires_grad=True)
        with ag.fusion(fused):
            loss = F.kl_div(x, np.array([0.0, 1.0]), reduction="sum")
            np.testing.assert_allclose(loss.item(), np.log(2))
            np.testing.assert_array_equal(ag.grad(loss, [x])[0].data, [0, -1])

    def test_half_precision(self, fused):
        x = np.linspace(-3, 3, 12, dtype=np.float16).reshape(4, 3)
        labels = [0, 1, 2, -100]
        with ag.fusion(fused):
            for loss in (
                lambda x: F.cross_entropy(x, labels, np.ones(3)),
                lambda x: F.cross_entropy(x, labels, label_smoothing=0.1),
                lambda x: F.nll_loss(x, labels),
                lambda x: F.huber_loss(x, x * 0),
                lambda x: F.ctc_loss(log_softmax(x, axis=-1), [1, 2], 4, 2),
            ):
                t = Tensor(x, requires_grad=True)
                y = loss(t)
                (g,) = ag.grad(y, [t])
                wide = Tensor(x.astype(float), requires_grad=True)
                expected = loss(wide)
                assert y.dtype == g.dtype == np.float16
                np.testing.assert_allclose(y.item(), expected.item(), rtol=5e-3)
                np.testing.assert_allclose(g.data, ag.grad(expected, [wide])[0].data, atol=2e-3)


class TestCTC:
    TARGETS = np.array([[1, 2, 2], [3, 1, 1], [2, 2, 2]])
    LOGITS = rng.normal(size=(6, 3, 4))

    def loss(self, x, **options):
        return F.ctc_loss(log_softmax(x, axis=-1), self.TARGETS, [6, 5, 6], [3, 1, 2], **options)

    @fusion
    def test_derivatives_of_both_orders(self, fused):
        with ag.fusion(fused):
            assert_gradients_close(self.loss, self.LOGITS, order=2)

    @fusion
    def test_the_gradient_is_that_in_the_log_probabilities(self, fused):
        """Also where they are no log-softmax; PyTorch's would be another."""
        with ag.fusion(fused):
            assert_gradients_close(lambda x: F.ctc_loss(x, self.TARGETS, [6, 5, 6], [3, 1, 2]), self.LOGITS)

    def test_all_alignments_by_hand(self):
        """The probabilities of all sequences that read as the target, added up."""
        log_p = log_softmax(rng.normal(size=(4, 1, 3)), axis=-1)
        total = 0.0
        for path in np.ndindex(3, 3, 3, 3):
            merged = [c for i, c in enumerate(path) if i == 0 or c != path[i - 1]]
            if [c for c in merged if c] == [1, 1]:
                total += np.exp(sum(log_p[t, 0, c] for t, c in enumerate(path)))
        np.testing.assert_allclose(F.ctc_loss(log_p, [[1, 1]], [4], [2], reduction="sum").item(), -np.log(total))

    @fusion
    def test_too_short(self, fused):
        """[2, 2] needs three time steps."""
        x = Tensor(log_softmax(self.LOGITS[:2, :2], axis=-1), requires_grad=True)
        given = ([[2, 2], [1, 2]], [2, 2], [2, 2])
        with ag.fusion(fused):
            loss = F.ctc_loss(x, *given, reduction="none")
            assert np.isinf(loss.data[0])
            assert np.isfinite(loss.data[1])
            with np.errstate(invalid="ignore"):
                assert not np.isfinite(ag.grad(loss[0], [x])[0].data).all()
            zeroed = F.ctc_loss(x, *given, reduction="none", zero_infinity=True)
            assert zeroed.data[0] == 0
            (g,) = ag.grad(zeroed.sum(), [x])
            assert (g.data[:, 0] == 0).all()
            assert (g.data[:, 1] != 0).any()

    @fusion
    def test_far_off(self, fused):
        """Losses of thousands, in float32, and classes of probability 0."""
        x = np.full((50, 1, 3), -200.0, np.float32)
        x[..., 0] = 0
        impossible = np.where(x < 0, -np.inf, x)
        with ag.fusion(fused):
            t = Tensor(x, requires_grad=True)
            loss = F.ctc_loss(t, [[1, 2, 1]], [50], [3], reduction="sum")
            np.testing.assert_allclose(loss.item(), 600 - np.log(50 * 49 * 48 / 6), rtol=1e-3)
            np.testing.assert_allclose(ag.grad(loss, [t])[0].data.sum(), -50, rtol=1e-3)
            assert np.isinf(F.ctc_loss(impossible, [[1]], [50], [1]).item())
            assert F.ctc_loss(impossible, [[1]], [50], [0]).item() == 0

    @fusion
    def test_no_time(self, fused):
        with ag.fusion(fused):
            found = F.ctc_loss(LOG_P, [[1, 2]] * 2, [0, 0], [0, 2], reduction="none")
        np.testing.assert_array_equal(found.data, [0, np.inf])

    def test_arguments_may_change_before_backward(self):
        targets, lengths = self.TARGETS.copy(), np.array([6, 5, 6])
        x = Tensor(self.LOGITS, requires_grad=True)
        loss = F.ctc_loss(x, targets, lengths, [3, 1, 2])
        expected = F.ctc_loss(x, self.TARGETS, [6, 5, 6], [3, 1, 2])
        targets[:], lengths[:] = 3, 1
        np.testing.assert_array_equal(ag.grad(loss, [x])[0].data, ag.grad(expected, [x])[0].data)


@pytest.mark.parametrize(
    ("loss", "more"),
    [
        (lambda x, y: F.cross_entropy(x, y, WEIGHT), (np.array([0, 2, 1, 1]),)),
        (lambda x, y: F.cross_entropy(x, y, WEIGHT, label_smoothing=0.2), (np.array([0, 2, 1, 1]),)),
        (lambda x, y: F.cross_entropy(x, y, ignore_index=1, reduction="sum"), (np.array([0, 2, 1, 1]),)),
        (lambda x, y: F.nll_loss(x, y, WEIGHT, reduction="sum"), (np.array([0, 2, 1, 1]),)),
        (lambda x, y: F.multi_margin_loss(x, y), (np.array([0, 2, 1, 1]),)),
        (lambda x, y: F.multilabel_margin_loss(x, y), (np.array([[0, -1, 1], [1, 2, -1], [0, 1, 2], [2, -1, -1]]),)),
        (lambda x, y: F.cross_entropy(x, y), (rng.uniform(size=(4, 3)),)),
        (lambda x, y: F.huber_loss(x, y), (rng.normal(size=(4, 3)),)),
        (lambda x, y: F.binary_cross_entropy(x, y), (rng.uniform(size=(4, 3)),)),
        (lambda x, y: F.hinge_embedding_loss(x, y), (np.sign(rng.normal(size=(4, 3))),)),
        (lambda x: F.ctc_loss(log_softmax(x, axis=-1), [1], 3, 1), ()),
    ],
)
def test_vmap_is_a_loop(loss, more):
    x = rng.uniform(0.1, 0.9, size=(4, 3) if more else (4, 3, 3))
    step = ag.func.grad(lambda x, *more: loss(x, *more))
    expected = np.stack([step(Tensor(row), *[each[i] for each in more]).data for i, row in enumerate(x)])
    np.testing.assert_allclose(ag.func.vmap(step)(x, *more).data, expected, rtol=1e-12, atol=1e-14)


WEIGHT = np.array([0.5, 1.0, 2.0])


def test_adaptive_softmax_is_a_distribution():
    adaptive = nn.AdaptiveLogSoftmaxWithLoss(6, 12, [4, 8], 2.0, generator=np.random.default_rng(1))
    x = rng.normal(size=(9, 6)).astype(np.float32)
    log_p = adaptive.log_prob(x).data
    np.testing.assert_allclose(np.exp(log_p).sum(axis=1), 1, rtol=1e-5)
    labels = np.arange(9)
    np.testing.assert_allclose(adaptive(x, labels).output.data, log_p[labels, labels], rtol=1e-5)
    np.testing.assert_array_equal(adaptive.predict(x * 5).data, adaptive.log_prob(x * 5).data.argmax(axis=1))


def test_weights_are_buffers():
    loss = nn.BCEWithLogitsLoss([1.0, 2.0], pos_weight=[3.0, 4.0])
    assert list(loss.state_dict()) == ["weight", "pos_weight"]
    assert list(nn.CrossEntropyLoss().state_dict()) == []


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("shape", [(6, 4), (2, 3, 5), (4,)])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("ignored", [-100, 1])
def test_the_gradient_of_many_logits_is_that_of_few(monkeypatch, reduction, shape, weighted, ignored):
    """Many are worked out again in backward; here also twice, of a graph that is retained."""
    draw = np.random.default_rng(3)
    logits, weight = draw.normal(size=shape), draw.uniform(0.5, 2, size=shape[min(1, len(shape) - 1)])
    labels = draw.integers(0, len(weight), shape[:1] + shape[2:] if len(shape) > 1 else ())
    if labels.ndim:
        labels.flat[0] = ignored
    found = []
    with ag.fusion(True):
        for few in (512, 0):
            monkeypatch.setattr("autograd_lite.kernels.cross_entropy.FEW", few)
            x = ag.Tensor(logits, requires_grad=True)
            loss = nn.functional.cross_entropy(
                x, labels, weight=weight if weighted else None, ignore_index=ignored, reduction=reduction
            )
            for _ in range(2):
                loss.sum().backward(retain_graph=True)
            found.append(x.grad.data)
    np.testing.assert_allclose(found[0], found[1], rtol=1e-14)
    assert np.abs(found[0]).max() > 0


def test_many_logits_are_all_that_is_kept():
    x, labels = ag.Tensor(np.ones((100, 10), np.float32), requires_grad=True), np.zeros(100, np.int64)
    with ag.fusion(True):
        assert ag.graph.kept_bytes(nn.functional.cross_entropy(x, labels)) == x.nbytes + labels.nbytes
