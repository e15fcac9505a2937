"""A transpose is missing, or one too many: in the gradient itself, or in a product on the way to it."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import elements as e
from .. import losses as l
from .. import matrices as m
from .. import networks as n

KIND = "transpose"


def rnn(g: Any, h: Any, x: Any, wh: Any, wx: Any, b: Any) -> Any:
    right = n.rnn.vjp(g, h, x, wh, wx, b)
    return *right[:2], right[2].T, *right[3:]


def deep(g: Any, x: Any, w1: Any, w2: Any) -> Any:
    h1 = np.tanh(x @ w1)
    h2 = np.tanh(h1 @ w2)
    d2 = 2 * g * h2 * (1 - h2 * h2)
    d1 = d2 @ w2 * (1 - h1 * h1)
    return d1 @ w1.T, x.T @ d1, h1.T @ d2


def contrast(g: Any, q: Any, k: Any) -> Any:
    d = g * (l.softmax(q @ k.T / 0.5) - np.eye(len(q))) / len(q) / 0.5
    return d @ k, d @ q


def attention(g: Any, q: Any, k: Any, v: Any) -> Any:
    dq, dk, _ = n.attention.vjp(g, q, k, v)
    return dq, dk, l.softmax(q @ k.T / q.shape[-1] ** 0.5) @ g


def conv2d(g: Any, x: Any, w: Any) -> Any:
    dx, dw = n.conv2d_vjp(g, x, w)
    return dx, dw.mT


def square(d: Any) -> Any:
    return d.normal(3, 3), d.normal(3, 3)


CASES = [
    m.matmul.wrong("of the left factor", lambda g, a, b: ((g @ b.T).T, a.T @ g), kind=KIND, inputs=square),
    m.matmul.wrong("of the right factor", lambda g, a, b: (g @ b.T, g.T @ a), kind=KIND, inputs=square),
    m.matmul.wrong("of both", lambda g, a, b: (b @ g.T, g.T @ a), kind=KIND, inputs=square, dtype=np.float32),
    m.matmul.wrong("b as it is", lambda g, a, b: (g @ b, a.T @ g), kind=KIND, inputs=square),
    m.square_matmul.wrong("b as it is", lambda g, a, b: (2 * g * a @ b @ b, 2 * g * a.T @ a @ b), kind=KIND),
    m.square_matmul.wrong("a as it is", lambda g, a, b: (2 * g * a @ b @ b.T, 2 * g * a @ a @ b), kind=KIND),
    m.square_matmul.wrong("of the left factor", lambda g, a, b: (2 * g * (a @ b @ b.T).T, 2 * g * a.T @ a @ b),
                          kind=KIND, dtype=np.float32),
    m.batched.wrong("of each matrix", lambda g, a, b: ((g @ b.mT).mT, a.mT @ g), kind=KIND),
    m.batched.wrong("of the right factor", lambda g, a, b: (g @ b.mT, g.mT @ a), kind=KIND),
    m.einsum.wrong("letters exchanged", lambda g, a, b: (np.einsum("bik,jk->bji", g, b),
                                                         np.einsum("bij,bik->jk", a, g)), kind=KIND),
    m.einsum.wrong("kj for jk", lambda g, a, b: (np.einsum("bik,jk->bij", g, b), np.einsum("bij,bik->kj", a, g)),
                   kind=KIND),
    m.trace.wrong("the other factor as it is", lambda g, a, b: (g * b, g * a), kind=KIND),
    m.trace.wrong("b as it is", lambda g, a, b: (g * b, g * a.T), kind=KIND, dtype=np.float32),
    m.bilinear_form.wrong("y x^T", lambda g, x, a, y: (g * a @ y, g * np.outer(y, x), g * x @ a), kind=KIND),
    m.inverse.wrong("the result transposed", lambda g, a: -m.inv(a) @ g.T @ m.inv(a), kind=KIND),
    m.log_determinant.wrong("the inverse as it is", lambda g, a: g * m.inv(a), kind=KIND),
    m.log_determinant.wrong("the inverse as it is, of a larger one", lambda g, a: g * m.inv(a), kind=KIND,
                            inputs=lambda d: (d.matrix(6),), dtype=np.float32),
    m.determinant.wrong("the adjugate as it is", lambda g, a: g * np.linalg.det(a) * m.inv(a), kind=KIND),
    m.solve.wrong("b x^T for x b^T", lambda g, a, b: (m.solve.vjp(g, a, b)[0].T, m.solve.vjp(g, a, b)[1]), kind=KIND),
    m.kron.wrong("of the left factor", lambda g, a, b: (m.kron.vjp(g, a, b)[0].T, m.kron.vjp(g, a, b)[1]), kind=KIND),
    n.linear.wrong("of square weights", lambda g, x, w, b: (g @ w.T, g.T @ x, g.sum(0)), kind=KIND,
                   inputs=lambda d: (d.normal(4, 3), d.normal(3, 3), d.normal(3))),
    n.rnn.wrong("of the recurrent weights", rnn, kind=KIND),
    n.deep.wrong("weights on the way back as they are", deep, kind=KIND),
    l.contrast.wrong("scores as they are", contrast, kind=KIND),
    n.attention.wrong("probabilities as they are", attention, kind=KIND),
    n.conv2d.wrong("of each kernel", conv2d, kind=KIND),
    l.mse.wrong("reshaped instead of transposed back", kind=KIND, vjp=lambda g, x, y: (
        (2 * g * (x - y) / x.size).T.reshape(x.shape), -2 * g * (x - y) / x.size)),
    e.norm.wrong("of the wrong shape", lambda g, x: e.norm.vjp(g, x).T, kind=KIND),
    l.elastic.wrong("of the weights", lambda g, w: l.elastic.vjp(g, w).T, kind=KIND),
    l.kl.wrong("of the wrong shape", lambda g, a, b: (l.kl.vjp(g, a, b)[0].T, l.kl.vjp(g, a, b)[1]), kind=KIND),
]  # fmt: skip
