"""The staged search: key pictures first, then just the groups in which something may have happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shared.media.beginnings import Beginnings
from shared.media.budgets import WorkBudget
from shared.media.decoding import Decoded, PartDecoder, Watch
from shared.media.judging import WINDOW_SECONDS, begins_shot
from shared.media.observing import Observer
from shared.media.packets import Group, PacketTable
from shared.media.planning import (
    Motion,
    Outlook,
    by_the_clock,
    early_keys,
    like_motion,
    outlook,
    same_shot,
    striking,
    unlike,
)
from shared.media.spikes import possible
from shared.media.thumbnails import Thumbnail

#: Packets of a group up to which only those that stand out are worth asking: decoding it costs little more.
_SHORT = 40
#: Packets of a group beyond which reading it again and again costs more than decoding it.
_LONGEST = 900


class StagedSearch:
    """Searches a video group by group, and says what it could not look at."""

    def __init__(self, decoder: PartDecoder, table: PacketTable, budget: WorkBudget) -> None:
        self.observer = Observer()
        self.notes: list[str] = []
        self._decoder = decoder
        self._table = table
        self._budget = budget
        self._motion = Motion()
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
        key = self._keys[index]
        if hurried:
            self._guess(index)
        elif known.quiet:
            self._motion.forget()
        elif key is None or self._table.groups[index].end - self._table.groups[index].first > _LONGEST:
            self._decode(index, known)
        else:
            self._search(index, known, key)

    def _search(self, index: int, known: Outlook, key: Thumbnail) -> None:
        """Ask single packets, and decode the group where they do not explain how it ends."""
        group = self._table.groups[index]
        begun = Beginnings(self._decoder, self._table, group, key)
        begun.ask(self._worth_asking(group, known))
        for cut in begun.cuts:
            self.observer.know(cut)
        if begun.unclear:
            self._decoder.leave()
            last = self._decode_loud(index, begun.unclear)
            if last is None or not self._leads_on(index, known, last, blurred=False):
                self._decode(index, known)
        elif self._leads_on(index, known, begun.last, blurred=bool(begun.cuts)):
            self._motion.forget()
        elif begun.cuts:
            self._decode_on(index, known, begun.last_packet)
            self._motion.forget()
        elif not self._motion.explains(known):
            self._decode(index, known)
            self._motion.learn(known, moved_only=not self.observer.cuts_since(group.start_seconds))

    def _worth_asking(self, group: Group, known: Outlook) -> Sequence[int]:
        if known.one_shot or group.end - group.first <= _SHORT:
            return known.loud
        return possible(self._table, group)

    def _leads_on(self, index: int, known: Outlook, last: Thumbnail, *, blurred: bool) -> bool:
        """Tell whether the last picture that was seen of a group explains what follows the group."""
        following = self._keys[index + 1]
        if following is None:
            return index + 1 == len(self._table.groups)
        return same_shot(last, following, blurred=blurred) or (
            known.ends_with_shot and self._cut_at_next_key(index, last)
        )

    def _show_key(self, index: int) -> None:
        key = self._keys[index]
        if key is not None:
            group = self._table.groups[index]
            self.observer.add(key, self._place(group))

    def _place(self, group: Group) -> int:
        return self._table.places[int(self._table.pts[group.first])]

    def _guess(self, index: int) -> None:
        """Take a striking difference for a cut at the next key picture: there is no time to look."""
        key, following = self._keys[index : index + 2]
        if key is not None and following is not None and striking(key, following):
            self.observer.know(following.at_seconds)

    def _cut_at_next_key(self, index: int, last: Thumbnail) -> bool:
        """Tell whether the next key picture begins a shot, by the pictures that follow it."""
        following = self._table.groups[index + 1]
        after = []
        for decoded in self._decoder.pictures(following):
            after.append(decoded)
            if decoded.picture.at_seconds > following.start_seconds + WINDOW_SECONDS:
                break
        if not begins_shot(last, [decoded.picture for decoded in after]):
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
        return last

    def _decode(self, index: int, known: Outlook) -> None:
        """Decode a group until nothing more can happen in it."""
        group, end = self._table.groups[index], self._keys[index + 1]
        end_place = self._end_place(index)
        for decoded in self._decoder.pictures(group):
            self.observer.add(decoded.picture, decoded.place)
            if decoded.place >= end_place:
                return
            if end is not None and self._arrived(decoded, known, end):
                self._decoder.leave()
                return

    def _decode_on(self, index: int, known: Outlook, packet: int) -> None:
        """Decode on from the last cut of a group, not up to the next key picture: errors end with that."""
        end, last = self._keys[index + 1], None
        for decoded in self._decoder.almost(self._table.groups[index], packet):
            if decoded.place >= self._end_place(index) - 1:
                break
            last = decoded.picture
            self.observer.add(last, decoded.place)
            if end is not None and self._arrived(decoded, known, end):
                break
        self._decoder.leave()
        if self._by_the_clock or last is None or end is None:
            return
        if striking(last, end) and unlike(last, end):
            self.observer.know(end.at_seconds)

    def _end_place(self, index: int) -> int:
        groups = self._table.groups
        return self._place(groups[index + 1]) if index + 1 < len(groups) else len(self._table.places) - 1

    def _arrived(self, decoded: Decoded, known: Outlook, end: Thumbnail) -> bool:
        """Tell whether nothing more will happen before the next key picture."""
        # Every second picture is often enough.
        return (
            decoded.packet > known.last_loud and bool(decoded.place % 2) and like_motion(decoded.picture, end)
        )
