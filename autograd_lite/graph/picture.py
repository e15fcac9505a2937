"""Picture: a `graphviz.Digraph` that draws itself with whatever Graphviz there is.

    picture = ag.draw(loss)
    picture.save("loss.svg")                 # or .png, .pdf; .dot and .gv for the text
    picture.pipe("svg", encoding="utf-8")    # as a value
    picture                                  # in a notebook, the picture

Everything that `graphviz` documents works, `picture.attr(...)`, `picture.node(...)` and `picture.render(...)`
among it.  The one difference is `save`: the suffix of the name says what is written.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import graphviz  # type: ignore[import-untyped]

from ..files import written_whole
from .renderers import NEITHER, chosen, draw_with_pygraphviz

TEXT_SUFFIXES = (".dot", ".gv")
PICTURE_SUFFIXES = (".svg", ".png", ".pdf")


class Picture(graphviz.Digraph):  # type: ignore[misc]  # graphviz comes without types
    """A drawing of a graph, made by `draw` or `Graph.dot`.

    >>> import autograd_lite as ag
    >>> x = ag.Tensor(2.0, requires_grad=True)
    >>> picture = ag.draw(x * x)
    >>> picture.source.splitlines()[0]
    'digraph {'
    """

    def pipe(
        self, format: str | None = None, *, engine: str | None = None, encoding: str | None = None, **options: Any
    ) -> Any:
        """The picture as bytes, or as a string if an `encoding` is given.

        Args:
            format: "svg", "png", "pdf", ...; what `self.format` says if left out.
            engine: the layout, "dot" if left out.
            encoding: to decode the bytes with.
            options: as `graphviz.Digraph.pipe`; they need Graphviz's program.

        Raises:
            RuntimeError: there is nothing to draw with (the message says what to install), or it failed.
        """
        engine = engine or self.engine
        format = format or self.format
        renderer = chosen(engine)
        if renderer is None:
            raise RuntimeError(NEITHER.format(engine=engine))
        if renderer == "program":
            return super().pipe(format, engine=engine, encoding=encoding, **options)
        if options:
            raise TypeError(f"pygraphviz has no option {', '.join(options)}; it needs Graphviz's program {engine!r}")
        drawn = draw_with_pygraphviz(self.source, format, engine)
        return drawn if encoding is None else drawn.decode(encoding)

    def save(
        self,
        filename: str | os.PathLike[str] | None = None,
        directory: str | os.PathLike[str] | None = None,
        *,
        skip_existing: bool | None = False,
    ) -> str:
        """Write a file of the kind that its suffix names: .svg, .png or .pdf the picture, .dot or .gv the text.

        The file appears as a whole or not at all; missing directories are made.

        Args:
            filename: where to; `self.filename`, "graph.gv", if left out.
            directory: where `filename` starts from.
            skip_existing: leave a file alone that is there.

        Returns:
            The path of the file.

        Raises:
            ValueError: another suffix.
            RuntimeError: as `pipe`.
        """
        path = Path(self.directory if directory is None else directory, self.filename if filename is None else filename)
        suffix = path.suffix.lower()
        if suffix not in TEXT_SUFFIXES + PICTURE_SUFFIXES:
            raise ValueError(
                f"cannot save to {str(path)!r}: the suffix says what to write, and it must be one of "
                f"{', '.join(PICTURE_SUFFIXES)} (the picture) or {', '.join(TEXT_SUFFIXES)} (the DOT text); "
                "render(format=...) writes every other format that Graphviz knows"
            )
        if not (skip_existing and path.exists()):
            _write(path, self._text() if suffix in TEXT_SUFFIXES else self.pipe(suffix[1:]))
        return str(path)

    def render(
        self,
        filename: str | os.PathLike[str] | None = None,
        directory: str | os.PathLike[str] | None = None,
        view: bool = False,
        cleanup: bool = False,
        format: str | None = None,
        *,
        outfile: str | os.PathLike[str] | None = None,
        engine: str | None = None,
        **options: Any,
    ) -> str:
        """Write the DOT text to `filename` and the picture beside it, as `graphviz.Digraph.render` does.

        Args:
            filename: of the text; the picture is called the same with ".svg" (its format) after it.
            directory: where both start from.
            view: open the picture.
            cleanup: do not leave the text.
            format: "svg" if left out, or what the suffix of `outfile` says.
            outfile: the name of the picture, if it is to be another.
            engine: the layout, "dot" if left out.
            options: as for `pipe`.

        Returns:
            The path of the picture.
        """
        base = Path(self.directory if directory is None else directory)
        if outfile is not None and format is None:
            format = Path(outfile).suffix[1:].lower()
            if not format:
                raise ValueError(f"render: {os.fspath(outfile)!r} has no suffix that names a format; give format=")
        format = format or self.format
        if filename is None:
            filename = self.filename if outfile is None else Path(outfile).with_suffix(".gv")
        text = base / filename
        picture = Path(f"{text}.{format}") if outfile is None else base / outfile
        if picture == text:
            raise ValueError(f"render: the text and the picture would both be written to {str(text)!r}")
        drawn = self.pipe(format, engine=engine, **options)
        if not cleanup:
            _write(text, self._text())
        _write(picture, drawn)
        if view:
            graphviz.view(str(picture))
        return str(picture)

    def _text(self) -> bytes:
        return bytes(self.source.encode(self.encoding))

    def _repr_svg_(self) -> str | None:
        """The picture for a notebook; None, so that it shows text, where there is nothing to draw with."""
        return None if chosen(self.engine) is None else self.pipe("svg", encoding="utf-8")

    def _repr_mimebundle_(
        self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None, **options: Any
    ) -> dict[str, Any]:
        if chosen(self.engine) is None:
            return {"text/plain": f"{NEITHER.format(engine=self.engine)}\n\n{self.source}"}
        return dict(super()._repr_mimebundle_(include, exclude, **options))


def _write(path: Path, content: bytes) -> None:
    """Write a file so that whoever looks sees the old one or the whole new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(path) as file:
        file.write(content)
