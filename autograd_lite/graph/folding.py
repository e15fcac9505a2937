"""Which calls of modules repeat: equal in structure, side by side, and each fed by the one before.

    folds(graph)             # {"m2": ("m2", "m5", "m8")}: three equal blocks, one after the other

Two calls are equal if their modules have the same class and what they record is the same: operations, options, shapes,
dtypes, and how they are wired; names aside.  A block can be folded away if only the next one uses what it gives: a
connection that skips blocks keeps them apart, and so does a parameter that other parts use too.
"""

from __future__ import annotations

from typing import Any

from .model import Call, Graph, Node

Ref = tuple[Any, ...]


class Folding:
    """The equal calls of a graph.

    Attributes:
        runs: from the id of the first call of a run to the ids of all of its calls, two or more.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.calls = {call.id: call for call in graph.calls}
        self._ranks, self.operations = _ranks(graph)
        self._enter, self._leave = _intervals(graph.calls)
        self._start: dict[str, int] = {}  # the rank of the first operation of a call
        self._size: dict[str, int] = {}
        self._outside: dict[str, tuple[str, ...]] = {}  # what a call uses of the graph around it
        self._forms: dict[str, int] = {}
        self._items = self._items_by_call()
        self._users = _users(graph)
        self._describe()
        self.runs = self._find()

    def counterpart(self, node: Node, hidden: str, shown: str) -> Node:
        """The operation in the call `shown` that stands where `node` stands in the equal call `hidden`."""
        return self.operations[self._ranks[node.id] - self._start[hidden] + self._start[shown]]

    def inside(self, call: str | None, outer: str) -> bool:
        """Whether a call is another one, or lies in it at any depth."""
        return call is not None and self._enter[outer] <= self._enter[call] < self._leave[outer]

    # -- what a call looks like

    def _items_by_call(self) -> dict[str, list[Node | Call]]:
        """The operations and calls directly in each call, in the order of their first operations."""
        for node in self.operations:
            around = node.call
            while around is not None:
                rank = self._ranks[node.id]
                self._start.setdefault(around, rank)
                self._size[around] = rank + 1 - self._start[around]
                around = self.calls[around].outer
        items: dict[str, list[tuple[int, Node | Call]]] = {call: [] for call in self.calls}
        for node in self.operations:
            if node.call is not None:
                items[node.call].append((self._ranks[node.id], node))
        for call in self.graph.calls:
            if call.outer is not None and call.id in self._start:
                items[call.outer].append((self._start[call.id], call))
        return {call: [item for _, item in sorted(pairs, key=lambda pair: pair[0])] for call, pairs in items.items()}

    def _describe(self) -> None:
        """Number the forms of all calls; inner calls come before those around them."""
        known: dict[Any, int] = {}
        for call in reversed(self.graph.calls):
            outside: dict[str, int] = {}
            leaves: dict[str, int] = {}
            form: list[Any] = [call.kind]
            for item in self._items[call.id]:
                if isinstance(item, Node):
                    what: Any = (item.op, item.math, item.options, item.values, item.index)
                    used: tuple[str | None, ...] = item.arguments
                else:
                    what, used = self._forms[item.id], self._outside[item.id]
                form.append((what, tuple(self._reference(each, call.id, outside, leaves) for each in used)))
            self._outside[call.id] = tuple(outside)
            self._forms[call.id] = known.setdefault(tuple(form), len(known))

    def _reference(self, id: str | None, call: str, outside: dict[str, int], leaves: dict[str, int]) -> Ref:
        """What an argument is, as seen from inside of a call."""
        if id is None:
            return ()
        node = self.graph[id]
        if self.inside(node.call, call):
            if node.kind == "op":
                return ("op", self._ranks[id] - self._start[call])
            return (node.kind, leaves.setdefault(id, len(leaves)), node.values)
        return ("outside", outside.setdefault(id, len(outside)), node.values)

    # -- what repeats

    def _find(self) -> dict[str, tuple[str, ...]]:
        siblings: dict[str | None, list[Call]] = {}
        for call in self.graph.calls:
            if call.id in self._start:
                siblings.setdefault(call.outer, []).append(call)
        runs: dict[str, tuple[str, ...]] = {}
        for calls in siblings.values():
            run: list[str] = []
            for call in sorted(calls, key=lambda call: self._start[call.id]):
                if run and self._continues(run, call.id):
                    run.append(call.id)
                    continue
                if len(run) > 1:
                    runs[run[0]] = tuple(run)
                run = [call.id]
            if len(run) > 1:
                runs[run[0]] = tuple(run)
        return runs

    def _continues(self, run: list[str], after: str) -> bool:
        """Whether a call is one more of a run."""
        before = run[-1]
        if self._forms[before] != self._forms[after] or self._start[before] + self._size[before] != self._start[after]:
            return False
        if not all(self._feeds(before, after, i) for i in range(len(self._outside[after]))):
            return False
        if len(run) > 1 and [self._fed(run[-2], each) for each in self._outside[before]] != [
            self._fed(before, each) for each in self._outside[after]
        ]:
            return False
        return self._used_only_by(before, after)

    def _feeds(self, before: str, after: str, i: int) -> bool:
        """What the next call uses comes from this one, or both use the same."""
        used = self._outside[after][i]
        node = self.graph[used]
        return (node.kind == "op" and self.inside(node.call, before)) or self._outside[before][i] == used

    def _fed(self, call: str, used: str) -> int | str:
        """Which operation of a call another one uses, or else what."""
        inside = self.inside(self.graph[used].call, call)
        return self._ranks[used] - self._start[call] if inside and used in self._ranks else used

    def _used_only_by(self, before: str, after: str) -> bool:
        """Whether nothing but the next call uses what a call gives, and nothing at all its parameters."""
        start = self._start[before]
        for operation in self.operations[start : start + self._size[before]]:
            users = [self.graph[user].call for user in self._users.get(operation.id, ())]
            if not all(self.inside(call, before) or self.inside(call, after) for call in users):
                return False
            leaves = [self.graph[each] for each in operation.arguments if each is not None]
            for leaf in leaves:
                if leaf.kind != "op" and self.inside(leaf.call, before):
                    users = [self.graph[user].call for user in self._users[leaf.id]]
                    if not all(self.inside(call, before) for call in users):
                        return False
        return True


def _ranks(graph: Graph) -> tuple[dict[str, int], list[Node]]:
    """The places of the operations among the operations: those of a call lie side by side, which leaves do not."""
    operations = [node for node in graph.nodes if node.kind == "op"]
    return {node.id: rank for rank, node in enumerate(operations)}, operations


def _users(graph: Graph) -> dict[str, list[str]]:
    users: dict[str, list[str]] = {}
    for node in graph.nodes:
        for argument in node.arguments:
            if argument is not None:
                users.setdefault(argument, []).append(node.id)
    return users


def _intervals(calls: tuple[Call, ...]) -> tuple[dict[str, int], dict[str, int]]:
    """For each call the numbers between which all calls inside of it are numbered."""
    inner: dict[str | None, list[str]] = {}
    for call in calls:
        inner.setdefault(call.outer, []).append(call.id)
    enter: dict[str, int] = {}
    leave: dict[str, int] = {}
    stack: list[tuple[str, bool]] = [(id, False) for id in reversed(inner.get(None, []))]
    while stack:
        id, done = stack.pop()
        if done:
            leave[id] = len(enter)
            continue
        enter[id] = len(enter)
        stack.append((id, True))
        stack.extend((each, False) for each in reversed(inner.get(id, [])))
    return enter, leave
