"""The staged search: key pictures first, then just the groups in which something may have happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shared.media.budgets import WorkBudget
from shared.media.decoding import Decoded, PartDecoder, Wanted, Watch, always
from shared.media.judging import WINDOW_SECONDS, begins_shot
from shared.media.observing import Observer
from shared.media.packets import Group, PacketTable
from shared.media.planning import (
    STRIKING,
    Motion,
    Outlook,
    by_the_clock,
    early_keys,
    like_motion,
    outlook,
)
from shared.media.spikes import Spike, SpikeTrust, lone_spike, shown_exactly, stirring
from shared.media.thumbnails import Thumbnail


class StagedSearch:
    """Searches a video group by group, and says what it could not look at."""

    def __init__(self, decoder: PartDecoder, table: PacketTable, budget: WorkBudget) -> None:
        self.observer = Observer()
        self.notes: list[str] = []
        self._decoder = decoder
        self._table = table
        self._budget = budget
        self._motion = Motion()
        self._trust = SpikeTrust(codec=decoder.codec)
        self._by_the_clock = by_the_clock(table.groups)
        self._keys: list[Thumbnail | None] = []

    def run(self, watch: Watch | None) -> None:
        """Look at the key pictures, then at what calls for it."""
        groups = self._table.groups
        self._keys = list(self._decoder.key_pictures(watch))
        reached = len(self._keys)
        self._keys += [None] * (len(groups) + 1 - reached)
        if reached < len(groups):
            self._note(groups[reached].start_seconds, "Nothing after {:.1f} s was looked at: {}.")
        hurried = False
        for index, known in enumerate(self._outlooks(reached)):
            if not hurried and self._budget.spent:
                hurried = True
                self._note(
                    groups[index].start_seconds, "After {:.1f} s, only key pictures were compared: {}."
                )
            self._look(index, known, hurried=hurried)
        self.observer.end()

    def _note(self, at_seconds: float, text: str) -> None:
        self.notes.append(text.format(at_seconds, self._budget.spent or "the file ends there"))

    def _outlooks(self, count: int) -> Iterator[Outlook]:
        groups = self._table.groups
        early = early_keys(groups)
        for index in range(count):
            ends = self._keys[index], self._keys[index + 1]
            yield outlook(self._table, groups[index], ends, early_key=early[index])

    def _look(self, index: int, known: Outlook, *, hurried: bool) -> None:
        self._show_key(index)
        if hurried:
            self._guess(index, known)
        elif known.quiet:
            self._motion.forget()
        elif known.distance is None and index + 1 == len(self._table.groups):
            self._decode_end(index)
        elif known.moved_only and self._lone(index) is not None:
            self._motion.forget()
        elif self._motion.explains(known):
            return
        elif known.moved_only:
            self._decode_loud(index, known.loud)
        elif known.ends_with_shot and self._cut_at_next_key(index, known):
            self._motion.learn(known, moved_only=False)
        else:
            self._look_closely(index, known)

    def _lone(self, index: int) -> Spike | None:
        return lone_spike(self._table, self._table.groups[index])

    def _look_closely(self, index: int, known: Outlook) -> None:
        """Take a lone spike for the cut, or decode."""
        spike = self._lone(index) if known.other_shot and self._by_the_clock else None
        if spike is None:
            self._decode(index, known)
            found = self.observer.cuts_since(self._table.groups[index].start_seconds)
            self._motion.learn(known, moved_only=not found)
            return
        at_seconds = float(self._table.seconds[spike.packet])
        if shown_exactly(self._table, spike) and self._trust.believes():
            self.observer.know(at_seconds)
        else:
            self._decode(index, known, wanted=lambda at: at >= at_seconds - 2 * WINDOW_SECONDS)
            found = self.observer.cuts_since(self._table.groups[index].start_seconds)
            self._trust.audited(held=any(abs(cut - at_seconds) < WINDOW_SECONDS / 2 for cut in found))
        self._motion.learn(known, moved_only=False)

    def _decode_end(self, index: int) -> None:
        """Decode the last group around what may be cuts; how it ends is not known before."""
        places = stirring(self._table, self._table.groups[index])
        if places:
            self._decode_loud(index, places)

    def _show_key(self, index: int) -> None:
        key = self._keys[index]
        if key is not None:
            group = self._table.groups[index]
            self.observer.add(key, self._place(group))

    def _place(self, group: Group) -> int:
        return self._table.places[int(self._table.pts[group.first])]

    def _guess(self, index: int, known: Outlook) -> None:
        """Take a striking difference for a cut at the next key picture: there is no time to look."""
        following = self._keys[index + 1]
        if following is not None and (known.distance or 0) >= STRIKING:
            self.observer.know(following.at_seconds)

    def _cut_at_next_key(self, index: int, known: Outlook) -> bool:
        """Tell whether the next key picture begins a shot, by the pictures that follow it.

        What is loud in the group itself is looked at first.
        """
        old, following = self._keys[index], self._table.groups[index + 1]
        if known.loudest >= 1:
            old = self._decode_loud(index, known.loud)
        after = []
        for decoded in self._decoder.pictures(following):
            after.append(decoded)
            if decoded.picture.at_seconds > following.start_seconds + WINDOW_SECONDS:
                break
        if old is None or not begins_shot(old, [decoded.picture for decoded in after]):
            self._decoder.leave()
            return False
        self.observer.know(following.start_seconds)
        for decoded in after:
            self.observer.add(decoded.picture, decoded.place)
        return True

    def _decode_loud(self, index: int, loud: Sequence[int]) -> Thumbnail | None:
        """Decode a group up to its last loud packet and a little more; return the last picture."""
        last, until = None, float("inf")
        times = self._table.seconds[list(loud)].tolist()

        def near(seconds: float) -> bool:
            # What comes after the last is wanted, or nothing would tell that it is over.
            return seconds > times[-1] or any(abs(seconds - time) <= 2 * WINDOW_SECONDS for time in times)

        for decoded in self._decoder.pictures(self._table.groups[index], wanted=near):
            last = decoded.picture
            self.observer.add(last, decoded.place)
            if decoded.packet >= loud[-1]:
                until = min(until, last.at_seconds + 2 * WINDOW_SECONDS)
            if last.at_seconds >= until or decoded.place >= self._end_place(index) - 1:
                break
        self._decoder.leave()
        return last

    def _decode(self, index: int, known: Outlook, *, wanted: Wanted = always) -> None:
        """Decode a group until nothing more can happen in it."""
        group, end = self._table.groups[index], self._keys[index + 1]
        end_place = self._end_place(index)
        for decoded in self._decoder.pictures(group, wanted=wanted):
            self.observer.add(decoded.picture, decoded.place)
            if decoded.place >= end_place:
                return
            if end is not None and self._arrived(decoded, known, end):
                self._decoder.leave()
                return

    def _end_place(self, index: int) -> int:
        groups = self._table.groups
        return self._place(groups[index + 1]) if index + 1 < len(groups) else len(self._table.places) - 1

    def _arrived(self, decoded: Decoded, known: Outlook, end: Thumbnail) -> bool:
        """Tell whether nothing more will happen before the next key picture."""
        # Every second picture is often enough.
        return (
            decoded.packet > known.last_loud and bool(decoded.place % 2) and like_motion(decoded.picture, end)
        )
