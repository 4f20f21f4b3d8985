"""How loud a sound track is, by EBU R 128: what players and platforms level by."""

from __future__ import annotations

import math
from fractions import Fraction

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.filter import Graph

#: Below EBU R 128's absolute gate (-70 LUFS) nothing counts; the filter then says -70.
_GATE_LUFS = -70.0
_INTEGRATED = "lavfi.r128.I"
#: Under half a step of 16 bits, by far.
_SILENT = 1e-6


class LoudnessMeter:
    """Measures integrated loudness (gated, ITU-R BS.1770) and the highest sample of the frames given."""

    def __init__(self) -> None:
        self._graph: Graph | None = None
        self._format: tuple[int, str, str] | None = None
        self._integrated_lufs = _GATE_LUFS
        self._peak = 0.0

    def add(self, frame: AudioFrame) -> bool:
        """Measure one frame; false if it is not like the first one and was left out."""
        form = (frame.sample_rate, frame.layout.name, frame.format.name)
        if self._graph is None:
            self._graph, self._format = _metering(frame), form
        elif form != self._format:
            return False
        self._graph.push(frame)
        self._drain()
        return True

    def integrated_lufs(self) -> float | None:
        """Return the loudness of all that was added; `None` if all of it is silence."""
        if self._graph is not None:
            self._graph.push(None)
            self._drain()
            self._graph = None
        return round(self._integrated_lufs, 1) if self._integrated_lufs > _GATE_LUFS else None

    def peak_dbfs(self) -> float | None:
        """Return the highest sample; `None` if there was none above digital silence."""
        return round(20 * math.log10(self._peak), 1) if self._peak > _SILENT else None

    def _drain(self) -> None:
        if self._graph is None:
            return
        while True:
            try:
                measured = self._graph.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            if isinstance(measured, AudioFrame):
                self._note(measured)

    def _note(self, measured: AudioFrame) -> None:
        if (integrated := measured.metadata.get(_INTEGRATED)) is not None:
            self._integrated_lufs = float(integrated)
        self._peak = max(self._peak, float(np.abs(measured.to_ndarray()).max(initial=0.0)))


def _metering(frame: AudioFrame) -> Graph:
    graph = Graph()
    source = graph.add_abuffer(
        sample_rate=frame.sample_rate,
        format=frame.format.name,
        layout=frame.layout.name,
        time_base=frame.time_base or Fraction(1, frame.sample_rate),
    )
    meter = graph.add("ebur128", "metadata=1:framelog=quiet")
    graph.link_nodes(source, meter, graph.add("abuffersink")).configure()
    return graph
