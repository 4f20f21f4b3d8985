"""What is learned from pictures that come in order, every one or with gaps."""

from __future__ import annotations

from shared.media.blending import gradual_in
from shared.media.judging import CutJudge
from shared.media.report import Interval
from shared.media.thumbnails import Thumbnail

#: Unbroken pictures are searched for gradual transitions in pieces of this length...
_PIECE_SECONDS = 4.0
#: ...which overlap by more than a transition lasts.
_OVERLAP_SECONDS = 1.5
#: Shorter black is a frame that was dropped.
_SHORTEST_BLACK_SECONDS = 0.06


class Observer:
    """Collects cuts, gradual transitions and black from pictures and their places in the video."""

    def __init__(self) -> None:
        self.black = BlackFinder()
        self._judge = CutJudge()
        self._known_cuts: list[float] = []
        self._gradual: list[Interval] = []
        self._unbroken: list[Thumbnail] = []
        self._last_place: int | None = None

    @property
    def last_place(self) -> int:
        """Place of the last picture, in the order of presentation; -1 before the first."""
        return -1 if self._last_place is None else self._last_place

    def add(self, picture: Thumbnail, place: int) -> None:
        """Take a picture; `place` is its place in the order of presentation. Earlier ones are left out."""
        if place <= self.last_place:
            return
        joined = place == self.last_place + 1
        if not joined:
            self._break_off()
        self._judge.add(picture, joined=joined)
        self.black.add(picture)
        self._unbroken.append(picture)
        self._last_place = place
        if picture.at_seconds - self._unbroken[0].at_seconds > _PIECE_SECONDS:
            self._search(keep_seconds=_OVERLAP_SECONDS)

    def know(self, cut_seconds: float) -> None:
        """Take a cut that was found without looking at the pictures around it."""
        self._known_cuts.append(cut_seconds)

    def end(self) -> None:
        """Nothing more will be seen."""
        self._break_off()
        self._judge.end()

    @property
    def cuts(self) -> list[float]:
        """Cuts so far, in order, but for those that turned out to be part of a gradual transition."""
        return [
            cut
            for cut in sorted({*self._judge.cuts, *self._known_cuts})
            if not any(span.start_seconds < cut < span.end_seconds for span in self._gradual)
        ]

    @property
    def gradual(self) -> list[Interval]:
        """Gradual transitions so far, in order."""
        return list(self._gradual)

    def cuts_since(self, since_seconds: float) -> list[float]:
        """Return the cuts from a time on, with those that are not settled yet."""
        return self._judge.settled(since_seconds)

    def _break_off(self) -> None:
        self._search(keep_seconds=0.0)
        self._unbroken = []

    def _search(self, *, keep_seconds: float) -> None:
        """Search the unbroken pictures, shot by shot, and forget all but the last of them."""
        pictures = self._unbroken
        if not pictures:
            return
        cuts = self._judge.settled(pictures[0].at_seconds)
        for shot in _shots(pictures, cuts):
            for span in gradual_in(shot):
                self._note(span)
        last_seconds = pictures[-1].at_seconds
        self._unbroken = [p for p in pictures if p.at_seconds >= last_seconds - keep_seconds]

    def _note(self, span: Interval) -> None:
        last = self._gradual[-1] if self._gradual else None
        if last is not None and span.start_seconds <= last.end_seconds:
            start, end = last.start_seconds, max(last.end_seconds, span.end_seconds)
            self._gradual[-1] = Interval(start_seconds=min(start, span.start_seconds), end_seconds=end)
        else:
            self._gradual.append(span)


def _shots(pictures: list[Thumbnail], cuts: list[float]) -> list[list[Thumbnail]]:
    """Divide pictures at cuts."""
    shots: list[list[Thumbnail]] = [[]]
    starts = set(cuts)
    for picture in pictures:
        if picture.at_seconds in starts:
            shots.append([])
        shots[-1].append(picture)
    return shots


class BlackFinder:
    """Finds stretches in which nothing is shown."""

    def __init__(self) -> None:
        self._found: list[Interval] = []
        self._since: float | None = None

    def add(self, picture: Thumbnail) -> None:
        """Take the next picture that was looked at."""
        if picture.black:
            self._since = picture.at_seconds if self._since is None else self._since
        elif self._since is not None:
            self._close(picture.at_seconds)

    def intervals(self, end_seconds: float) -> list[Interval]:
        """Return them all; what is still black lasts until the end."""
        if self._since is not None:
            self._close(end_seconds)
        return list(self._found)

    def _close(self, at_seconds: float) -> None:
        if self._since is not None and at_seconds - self._since >= _SHORTEST_BLACK_SECONDS:
            self._found.append(Interval(start_seconds=self._since, end_seconds=at_seconds))
        self._since = None
