"""Losses of many kinds as they are written by people who know: nothing is to be found in any of them."""

import numpy as np

import autograd_lite as ag
from autograd_lite import nn
from autograd_lite.special import log_softmax, logsumexp, softmax

F = nn.functional


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.into, self.again, self.out = nn.Linear(3, 8), nn.Linear(8, 8), nn.Linear(8, 2)

    def forward(self, x):
        h = np.zeros((x.shape[0], 8), np.float32)
        for t in range(x.shape[1]):
            h = np.tanh(self.into(x[:, t]) + self.again(h))
        return self.out(h)


class Variational(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = nn.Linear(10, 6), nn.Linear(3, 10)

    def forward(self, x):
        h = self.encoder(x)
        mean, log_variance = h[:, :3], h[:, 3:]
        noise = ag.random.generator_or_default(None).standard_normal(mean.shape).astype(np.float32)
        return self.decoder(mean + np.exp(log_variance / 2) * noise), mean, log_variance


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q, self.k, self.v, self.out = (nn.Linear(8, 8) for _ in range(4))
        self.gain, self.bias = nn.Parameter(np.ones(8, np.float32)), nn.Parameter(np.zeros(8, np.float32))

    def normalized(self, x):
        centred = x - np.mean(x, axis=-1, keepdims=True)
        return centred / np.sqrt(np.var(x, axis=-1, keepdims=True) + 1e-5) * self.gain + self.bias

    def forward(self, x):
        h = self.normalized(x)
        scores = self.q(h) @ self.k(h).mT / 8**0.5
        past = np.tril(np.ones(scores.shape[-2:], bool))
        return x + self.out(softmax(np.where(past, scores, -np.inf), axis=-1) @ self.v(h))


def well_made_losses():
    """Functions without arguments by name."""
    ag.manual_seed(0)
    rng = np.random.default_rng(0)

    def numbers(*shape):
        return rng.standard_normal(shape).astype(np.float32)

    def leaf(*shape):
        return ag.Tensor(numbers(*shape), requires_grad=True)

    recurrent, series, endings = Recurrent(), numbers(6, 5, 3), rng.integers(0, 2, 6)

    vae, images = Variational(), (rng.random((16, 10)) > 0.5).astype(np.float32)

    def variational():
        drawn, mean, log_variance = vae(images)
        left = F.binary_cross_entropy_with_logits(drawn, images, reduction="sum") / 16
        return left - 0.5 * np.mean(np.sum(1 + log_variance - mean**2 - np.exp(log_variance), axis=1))

    maker = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 2))
    critic = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1))
    noise, real, ones = numbers(16, 2), numbers(16, 2), np.ones((16, 1), np.float32)

    def of_critic():
        told = F.binary_cross_entropy_with_logits(critic(maker(noise).detach()), 0 * ones)
        return told + F.binary_cross_entropy_with_logits(critic(real), ones)

    policy, value = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 3)), nn.Linear(4, 1)
    states, actions, returns = numbers(20, 4), rng.integers(0, 3, 20), numbers(20)
    rows = np.arange(20)

    def actor_critic():
        v = value(states)[:, 0]
        advantage = ag.stop_gradient(returns - v)
        chosen = log_softmax(policy(states), axis=1)[rows, actions]
        return -np.mean(chosen * advantage) + 0.5 * np.mean((v - returns) ** 2)

    q, target, later = nn.Linear(4, 3), nn.Linear(4, 3), numbers(20, 4)

    def q_learning():
        with ag.no_grad():
            goal = returns + 0.9 * np.max(target(later), axis=1)
        return F.mse_loss(q(states)[rows, actions], goal)

    attention, head = Attention(), nn.Linear(8, 5)
    tokens, following = numbers(4, 6, 8), rng.integers(0, 5, (4, 6))

    w, mean, centres, points, square, three = leaf(3), leaf(3), leaf(5, 2), numbers(5, 2), numbers(3, 3), numbers(3)
    scale = ag.Tensor(np.zeros(()), requires_grad=True)
    places, heights = rng.standard_normal(8), rng.standard_normal(8)

    def gaussian_process():
        kernel = np.exp(-0.5 * ((places[:, None] - places) / np.exp(scale)) ** 2) + 0.1 * np.eye(8)
        return 0.5 * heights @ np.linalg.solve(kernel, heights) + 0.5 * np.linalg.slogdet(kernel)[1]

    def unit(t):
        return t / np.linalg.norm(t, axis=1, keepdims=True)

    def huber():
        left = value(states)[:, 0] - returns
        return np.mean(np.where(np.abs(left.data) < 1, 0.5 * left**2, np.abs(left) - 0.5))

    def quantile():
        left = returns - value(states)[:, 0]
        return np.mean(np.maximum(0.9 * left, -0.1 * left))

    coder = nn.Sequential(nn.Linear(10, 4), nn.Tanh(), nn.Linear(4, 10))

    def normalized_batch():
        h = coder(images)
        return np.mean(((h - np.mean(h, axis=0)) / np.std(h, axis=0) * w[0]) ** 4)

    tokens_loss = lambda: F.cross_entropy(np.moveaxis(head(attention(tokens)), -1, 1), following)
    similar = lambda: F.cross_entropy(unit(policy(states)) @ unit(policy(states + 0.1)).mT / 0.1, rows)
    decayed = lambda: F.mse_loss(value(states)[:, 0], returns) + 1e-3 * sum(np.sum(p**2) for p in value.parameters())
    clustered = lambda: -np.mean(logsumexp(-np.sum((points[:, None] - centres[None]) ** 2, axis=-1), axis=1))
    mixture = lambda: -np.mean(logsumexp(log_softmax(w, axis=0) - 0.5 * (three[:, None] - mean) ** 2, axis=1))
    several_labels = (numbers(20, 3) > 0).astype(np.float32)
    return {
        "recurrent": lambda: F.cross_entropy(recurrent(series), endings),
        "variational autoencoder": variational,
        "a critic, of detached images": of_critic,
        "its generator": lambda: F.binary_cross_entropy_with_logits(critic(maker(noise)), ones),
        "actor and critic": actor_critic,
        "Q-learning": q_learning,
        "attention": tokens_loss,
        "as many features as samples": lambda: np.mean((square @ w - three) ** 2),
        "a mean of as many": lambda: np.mean((square - mean) ** 2),
        "Rosenbrock": lambda: (1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2,
        "soft k-means": clustered,
        "Gaussian process": gaussian_process,
        "weight decay": decayed,
        "contrastive": similar,
        "Huber": huber,
        "mixture": mixture,
        "several labels": lambda: F.binary_cross_entropy_with_logits(policy(states), several_labels),
        "quantile": quantile,
        "autoencoder": lambda: F.mse_loss(coder(images), images),
        "a batch normalized by hand": normalized_batch,
    }
