"""
The way of a stream's events through a session: they leave in the order they came.

Theory of operation. Each event of upstream's waits in one queue with the channels and lengths of its
texts. The session says, piece by piece, what became of each channel's text; an event leaves once all its
text is decided: as the very bytes it came in when nothing about it changed, written anew otherwise, not
at all when its text has gone and it carries nothing else. What ends a reply (finish, usage, terminator)
waits for the session's end, so that nothing is said after it.

What upstream sends is never trusted to repeat itself: once a choice was changed, its events keep only
keys that are known to carry no text.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from filterproxy.core.bound import Bound
from filterproxy.core.session import Ending, Session, Withheld
from filterproxy.core.verdict import Channel, Verdict
from filterproxy.dialects.reply import Options, Refused, WireError
from filterproxy.dialects.runs import Frames, Run
from filterproxy.dialects.standing import Standing
from filterproxy.dialects.texts import Texts
from filterproxy.dialects.translation import Change, Event, Parsed, Splitter, Translation
from filterproxy.dialects.usage import Tokens, says, tokens_of


@dataclass(slots=True)
class Waiting:
    """An event in the queue. sizes: code points of its texts."""

    raw: bytes
    parsed: Parsed | None
    sizes: tuple[tuple[Channel, int], ...] = ()


@dataclass(slots=True)
class EventStream:
    """A stream of events through a session (see dialects.reply.Stream)."""

    session: Session
    options: Options
    translation: Translation
    ask: Bound | None = None
    _queue: deque[Waiting | tuple[Channel, Run]] = field(default_factory=deque)
    _standing: Standing = field(default_factory=Standing)
    _over: bool = False  # the session has ended
    _terminated: bool = False  # what says that nothing follows has come
    _said_all: bool = False  # that, and the rules let it leave
    _like: dict[str, Any] = field(default_factory=dict)
    _cost: Tokens = field(default_factory=Tokens)
    _run_channel: Channel | None = None
    _frame_is_plain: bool = False  # whether events read in runs have no key that could repeat text
    _read: dict[Channel, list[str]] = field(default_factory=dict)  # what has left, where events repeat it
    _texts: Texts = field(init=False)
    _splitter: Splitter = field(init=False)
    _frames: Frames | None = field(init=False)

    def __post_init__(self) -> None:
        framing = self.translation.framing
        self._texts = Texts(self.session)
        self._splitter = framing.splitter(self.options.event_limit)
        self._frames = framing.frames()

    @property
    def verdict(self) -> Verdict:
        return self.session.verdict

    @property
    def waiting(self) -> bool:
        return bool(self._queue)

    @property
    def closed(self) -> bool:
        """Whether a rule has cut the only choice and upstream need not be read on."""
        return self.session.verdict.closed and len(self._standing.seen) == 1

    def receive(self, data: bytes) -> bytes:
        splitter = self._splitter
        splitter.add(data)
        out: list[bytes] = []
        while splitter.at < len(splitter.buffer):
            found = None
            if self._frames is not None and self._run_channel is not None and not self._over:
                found = self._frames.run(splitter.buffer, splitter.at)
            if found is not None:
                self._take_run(*found)
                continue
            event = splitter.next()
            if event is None:
                break
            self._take_event(event, out)
        self._texts.flush()
        self._flush(out)
        return self.translation.left(b"".join(out)) if out else b""

    def end(self) -> bytes:
        out: list[bytes] = []
        while (last := self._splitter.last()) is not None:
            self._take_event(last, out)
        self._end_session()
        if self.ask is not None:
            return b""
        self._flush(out)
        upstreams = len(out)
        out.extend(self._leftovers())
        missing = self._standing.unfinished
        replaced = self.translation.single_choice and self._standing.dropped
        if missing and self._standing.changed and not self._terminated and not replaced:
            if self.translation.repeats:
                self._write_ending(missing, out)
            out.append(self.translation.ending(self._like, missing, self.options.finish))
        terminator = self.translation.framing.terminator
        if 0 < upstreams < len(out) and not out[upstreams - 1].endswith(terminator):
            out.insert(upstreams, terminator)  # upstream broke off after an event, before its end
        return self.translation.left(b"".join(out))

    def fail(self, kind: str, message: str) -> bytes:
        if self._said_all:
            return self.end()  # official clients raise on an error behind a reply's end, too
        out: list[bytes] = []
        try:
            self._end_session()
            if self.ask is None:
                self._queue = deque(w for w in self._queue if not _is_closing(w))
                self._flush(out)
                out.extend(self._leftovers())
        except (Withheld, Refused):
            out.clear()
        if not (self.translation.single_choice and self._standing.told):  # else all of it was replaced
            out.append(self.translation.error(kind, message))
        return self.translation.left(b"".join(out))

    def tokens(self) -> Tokens:
        return self._cost

    def heartbeat(self) -> bytes:
        return self.translation.heartbeat()

    def _take_run(self, run: Run, text: str) -> None:
        self._splitter.at += run.bytes_left
        assert self._run_channel is not None
        self._texts.feed(self._run_channel, text)
        self._queue.append((self._run_channel, run))

    def _take_event(self, event: Event, out: list[bytes]) -> None:
        parsed = self.translation.parse(event.data) if event.data is not None else None
        if parsed is None:
            self._take_unknown(event)
            return
        if says(parsed.value):
            self._note_cost(tokens_of((parsed.value,)))
        if self._over:
            if parsed.texts or parsed.choices:
                self.verdict.not_scanned("after_end")
                return  # no client reads on, and nobody has judged it
            self._queue.append(Waiting(event.raw, parsed))
            return
        self._like = self._like or parsed.value
        self._standing.note(parsed.choices)
        sizes = self._take_texts(parsed)
        self._queue.append(Waiting(event.raw, parsed, tuple(sizes.items())))
        for channel in parsed.closes:
            self._close(channel)
        if parsed.single and sizes and self._frames is not None:
            self._learn(self._frames, event.raw, parsed)
        if parsed.last:
            self._terminated = True
            self._end_session()
            self._said_all = self.ask is None

    def _note_cost(self, now: Tokens) -> None:
        # What events say grows.
        so_far = self._cost
        self._cost = Tokens(max(now.prompt, so_far.prompt), max(now.completion, so_far.completion))

    def _take_texts(self, parsed: Parsed) -> dict[Channel, int]:
        """Give an event's texts to the session: how many code points of which channels."""
        sizes: dict[Channel, int] = {}
        for channel, text in parsed.texts:
            if channel.kind == "arguments":
                self._standing.calls.add(channel.choice)
            if channel in self._texts.closed and self._reads_kind(channel.kind):
                raise WireError("text was added to a part that had ended")
            if self._takes_kind(channel.kind):
                self._texts.feed(channel, text)
                sizes[channel] = sizes.get(channel, 0) + len(text)
        return sizes

    def _learn(self, frames: Frames, raw: bytes, parsed: Parsed) -> None:
        channel, text = parsed.texts[0]
        if frames.learn(raw, parsed.single, text):
            self._run_channel = channel
            self._frame_is_plain = self.translation.plain(parsed)

    def _take_unknown(self, event: Event) -> None:
        if event.data is not None:
            self.verdict.not_scanned("unknown_event")
            if not self.session.unscanned_passes:
                raise Withheld("an event of upstream's could not be read")
        self._queue.append(Waiting(event.raw, None))

    def _close(self, channel: Channel) -> None:
        """Upstream adds nothing to a channel: what waits of it need not wait for the reply's end."""
        if channel == self._run_channel:
            self._run_channel = None  # so that what is added all the same is found out
        self._texts.close(channel, read=self._reads_kind(channel.kind))

    def _reads_kind(self, kind: str) -> bool:
        return self.session.plan.withholds or kind in self.session.plan.reads

    def _takes_kind(self, kind: str) -> bool:
        """Whether the session is given such text: also when it only keeps it."""
        return self.session.keeps or self._reads_kind(kind)

    def _end_session(self) -> None:
        if self._over:
            return
        self._over = True
        self._texts.flush()
        for choice in self._standing.seen:
            if choice not in self._standing.calls:
                self.session.expect_content(choice)
        ending: Ending = self.session.end()
        self.ask = ending.ask
        if self.ask is not None:
            return
        if self._standing.nothing_left(ending.dropped):
            raise Refused(400, self.translation.refusal())
        removes = self.options.choices == "remove" and not self.translation.single_choice
        self._standing.drop(ending.dropped, removes=removes)
        for channel, pieces in ending.pieces.items():
            self._texts.of(channel).add(pieces)

    def _flush(self, out: list[bytes]) -> None:
        """Let leave what is decided."""
        if self.session.plan.withholds and not self._over:
            return
        if self.ask is not None:
            return  # none of this reply is read, though its last event came before its bytes ended
        if self._standing.dropped and self.translation.single_choice:
            self._replace(out)
        while self._queue:
            head = self._queue[0]
            if isinstance(head, Waiting):
                if not self._leave(head, out):
                    return
                self._queue.popleft()
            elif not self._leave_run(*head, out):
                return

    def _replace(self, out: list[bytes]) -> None:
        """A stream whose only choice was dropped, none of which has left."""
        parsed = [w.parsed for w in self._queue if isinstance(w, Waiting) and w.parsed is not None]
        self._queue.clear()
        if not self._standing.told:
            self._standing.told.update(self._standing.dropped)
            say = next(iter(self._standing.dropped.values())) or ""
            out.append(self.translation.replacement(parsed, say, self.options.finish))

    def _leave_run(self, channel: Channel, run: Run, out: list[bytes]) -> bool:
        """Let leave the events of a run that did not change, or turn its first into an event of its own."""
        if channel.choice in self._standing.dropped:
            self._unpack(channel, run)
            return True
        ledger = self._texts.of(channel)
        unchanged, first = ledger.unchanged, run.first_size
        as_it_came = self._frame_is_plain or channel.choice not in self._standing.changed
        if unchanged >= first and as_it_came and self._standing.number(channel.choice) == channel.choice:
            if unchanged >= run.size:
                ledger.use(run.size)
                out.append(run.take_all())
                self._queue.popleft()
            else:
                raw, size = run.take(unchanged)
                ledger.use(size)
                out.append(raw)
            return True
        if not ledger.covers(first):
            return False
        self._unpack(channel, run)
        return True

    def _unpack(self, channel: Channel, run: Run) -> None:
        """Turn the first event of the run at the queue's head into one that waits by itself."""
        raw = run.take_first()
        data = self.translation.framing.data_of(raw)
        assert data is not None
        parsed = self.translation.parse(data)
        assert parsed is not None
        if not run:
            self._queue.popleft()
        self._queue.appendleft(Waiting(raw, parsed, ((channel, len(parsed.texts[0][1])),)))

    def _leave(self, waiting: Waiting, out: list[bytes]) -> bool:
        """Let an event leave if all its text is decided."""
        parsed = waiting.parsed
        if parsed is None:
            # After a change it might repeat what was removed.
            if not self._standing.changed or self.translation.framing.data_of(waiting.raw) is None:
                out.append(waiting.raw)
            return True
        if parsed.closing and not self._over and self.session.plan.changes:
            return False
        if not self._over and not self._texts.complete.issuperset(parsed.repeats):
            return False
        if any(c in self._standing.dropped for c in parsed.choices):
            return self._leave_dropped(waiting, parsed, out)
        decided = self._texts.decided(waiting.sizes)
        if decided is None:
            return False
        texts, same = decided
        same = self._leave_before(parsed, texts, out) and same
        if not same:
            self._standing.changed.update(channel.choice for channel in texts)
        self._remember(texts)
        self._standing.finished.update(parsed.ends)
        touched = self._standing.is_moved(parsed.choices) or self._standing.changed.intersection(
            parsed.choices
        )
        if not touched and (parsed.choices or not self._standing.changed):
            out.append(waiting.raw)
            return True
        self._write(waiting.raw if same else None, parsed, texts, out)
        return True

    def _leave_before(self, parsed: Parsed, texts: dict[Channel, str], out: list[bytes]) -> bool:
        """
        Text of ours that must stand before this event, since nothing carries it afterwards.

        Where the event itself has text of that channel, it goes behind that. Whether none did.
        """
        ends, closes = parsed.ends, parsed.closes
        if not (parsed.last or ends or closes):
            return True
        due = [c for c in self._texts.channels if parsed.last or c.choice in ends or c in closes]
        here = {c for c in due if texts.get(c) or c in parsed.led}
        out.extend(self._leftovers([channel for channel in due if channel not in here]))
        behind = {c: self._texts.of(c).left_over() for c in due if c in here}
        for channel, text in behind.items():
            texts[channel] = texts.get(channel, "") + text
        return not any(behind.values())

    def _remember(self, texts: Mapping[Channel, str]) -> None:
        if self.translation.repeats:
            for channel, text in texts.items():
                self._read.setdefault(channel, []).append(text)

    def _write(self, same: bytes | None, parsed: Parsed, texts: dict[Channel, str], out: list[bytes]) -> None:
        """Write an event anew. same: as it came, when its texts are unchanged."""
        standing, reasons = self._standing, self._reasons(parsed.ends)
        repeats = [channel for channel in parsed.repeats if self._reads_kind(channel.kind)]
        whole = {channel: "".join(self._read.get(channel, ())) for channel in repeats}
        changed, dropped = frozenset(standing.changed), frozenset(standing.dropped)
        change = Change(texts, changed, dropped, reasons, whole, standing.numbers)
        raw, lost = self.translation.write(parsed, change)
        self.verdict.removed_keys += lost
        # The end of a reply may repeat text of ours that no event of upstream's had.
        anew = reasons or lost or whole or (self.translation.repeats and parsed.ends)
        if same is not None and not anew and standing.numbers is None:
            raw = same
        if raw is not None:
            out.append(raw)

    def _write_ending(self, choices: Sequence[int], out: list[bytes]) -> None:
        """The end that upstream's stream did not bring, where it repeats what was read."""
        ended = tuple(choices)
        self._write(None, Parsed({}, (), ended, ended, repeats=tuple(self._read)), {}, out)

    def _reasons(self, ends: Sequence[int]) -> dict[int, str]:
        reasons = {}
        for choice in ends:
            if choice in self._standing.dropped:
                reasons[choice] = (
                    "content_filter" if self._standing.dropped[choice] is None else self.options.finish
                )
            elif self.session.was_cut(choice) and choice not in self._standing.calls:
                reasons[choice] = self.options.finish
        return reasons

    def _leave_dropped(self, waiting: Waiting, parsed: Parsed, out: list[bytes]) -> bool:
        """An event about a dropped choice: the first carries what is said instead, then only its end."""
        dropped = self._standing.dropped
        decided = self._texts.decided([size for size in waiting.sizes if size[0].choice not in dropped])
        if decided is None:
            return False
        texts = decided[0]
        self._leave_before(parsed, texts, out)  # of choices that were not dropped and end with it too
        for channel, _ in parsed.texts:
            if channel.choice in dropped:
                texts[channel] = ""
        for choice in parsed.choices:
            if choice in dropped and choice not in self._standing.told:
                self._standing.told.add(choice)
                texts[Channel(choice, "content")] = dropped[choice] or ""
        self._standing.finished.update(parsed.ends)
        self._write(None, parsed, texts, out)
        return True

    def _leftovers(self, channels: Sequence[Channel] | None = None) -> list[bytes]:
        """Text of ours, of these channels or all, that no event of upstream's is left to carry."""
        out = []
        for channel in list(self._texts.channels) if channels is None else channels:
            text = self._texts.of(channel).left_over()
            if text:
                self._standing.changed.add(channel.choice)
                self._remember({channel: text})
                channel = channel._replace(choice=self._standing.number(channel.choice))
                out.append(self.translation.extra(self._like, channel, text))
        return out


def _is_closing(waiting: Waiting | tuple[Channel, Run]) -> bool:
    return isinstance(waiting, Waiting) and waiting.parsed is not None and waiting.parsed.closing
