"""What a repository of facts promises; the suite wants an empty ``store``."""

from __future__ import annotations

from datetime import timedelta

import pytest

from harmony_core.assets import EventKind
from harmony_core.errors import InvalidValue, RuleBroken
from harmony_core.repositories import (
    Fact,
    FactRepository,
)
from harmony_core.testing import _samples as samples
from harmony_core.testing._samples import DAY

NEXT = DAY + timedelta(days=1)


class FactRepositorySuite:
    """Facts are added and never changed; every answer is as known on a day."""

    def test_every_kind_comes_back_equal(self, store: FactRepository) -> None:
        """With all fields, the day of recording among them."""
        facts = (
            samples.time_entry("1", recorded_on=NEXT),
            samples.expense("1", recorded_on=NEXT),
            samples.usage("1", recorded_on=NEXT),
            samples.event("D-1", recorded_on=NEXT),
        )
        assert store.add(facts) == 4
        found = (
            *store.time(NEXT),
            *store.expenses(NEXT),
            *store.usage(NEXT),
            *store.device_events(NEXT),
        )
        assert found == facts

    def test_fields_that_are_not_given_stay_so(self, store: FactRepository) -> None:
        """Nothing is filled in."""
        fact = samples.time_entry("1")
        store.add([fact])
        assert store.time(DAY)[0].recorded_on is None

    def test_a_fact_is_unknown_before_it_was_recorded(self, store: FactRepository) -> None:
        """Known on the day of recording; without one, on its own day."""
        late = DAY + timedelta(days=40)
        store.add([samples.time_entry("1"), samples.time_entry("2", recorded_on=late)])
        store.add([samples.expense("1", recorded_on=late), samples.usage("1", recorded_on=late)])
        store.add([samples.event("D-1", recorded_on=late)])
        assert [entry.id for entry in store.time(DAY)] == ["1"]
        assert store.time(DAY - timedelta(days=1)) == ()
        before = late - timedelta(days=1)
        assert store.expenses(before) == ()
        assert store.usage(before) == ()
        assert store.device_events(before) == ()
        assert len(store.time(late)) == 2

    def test_the_same_fact_again_is_ignored(self, store: FactRepository) -> None:
        """Within one delivery, and in a later one."""
        facts: list[Fact] = [samples.time_entry("1"), samples.usage("1"), samples.event("D-1")]
        assert store.add([*facts, samples.time_entry("1"), facts[1]]) == 3
        assert store.add(facts) == 0
        assert store.add([samples.time_entry("2"), *facts]) == 1
        assert [entry.id for entry in store.time(DAY)] == ["1", "2"]

    def test_another_fact_under_a_known_id_is_refused(self, store: FactRepository) -> None:
        """The message shows both."""
        store.add([samples.time_entry("1", hours="1"), samples.expense("1", amount="1.00")])
        with pytest.raises(RuleBroken, match=r"hours=Fraction\(1, 1\).*hours=Fraction\(2, 1\)"):
            store.add([samples.time_entry("1", hours="2")])
        with pytest.raises(RuleBroken, match=r"1\.00.*2\.00"):
            store.add([samples.expense("1", amount="2.00")])
        assert store.time(DAY) == (samples.time_entry("1", hours="1"),)

    def test_kinds_do_not_share_ids(self, store: FactRepository) -> None:
        """A time entry 1 and an expense 1 are two facts."""
        assert store.add([samples.time_entry("1"), samples.expense("1"), samples.usage("1")]) == 3

    def test_what_is_kept_is_found_by_its_id(self, store: FactRepository) -> None:
        """Whatever else differs, and whenever it became known; nothing else is given."""
        kept: list[Fact] = [
            samples.time_entry("1", hours="1"),
            samples.expense("1"),
            samples.usage("1", recorded_on=NEXT),
            samples.usage("1", source="another feed"),
            samples.event("D-1", recorded_on=NEXT),
            samples.event("D-1"),
            samples.event("D-1", kind=EventKind.OFF),
        ]
        store.add([*kept, samples.time_entry("2"), samples.usage("2"), samples.event("D-2")])
        assert store.like([]) == ()
        assert store.like([samples.time_entry("1", hours="2")]) == (kept[0],)
        assert store.like([samples.usage("1"), samples.usage("3")]) == (kept[2],)
        assert set(store.like([samples.event("D-1"), samples.event("D-3")])) == {kept[4], kept[5]}
        asked: list[Fact] = [
            samples.expense("1", amount="7"),
            samples.usage("1"),
            samples.usage("1"),
        ]
        assert sorted(store.like(asked), key=repr) == [kept[1], kept[2]]

    def test_usage_is_known_by_its_source_too(self, store: FactRepository) -> None:
        """Two sources count on their own."""
        one, other = samples.usage("1", source="a"), samples.usage("1", quantity="2", source="b")
        assert store.add([other, one]) == 2
        assert store.usage(DAY) == (one, other)
        with pytest.raises(RuleBroken, match="never changed"):
            store.add([samples.usage("1", quantity="3", source="b")])

    def test_usage_keeps_its_instant_its_subject_and_what_it_replaces(
        self, store: FactRepository
    ) -> None:
        """To the microsecond; a withdrawal stays one."""
        first, better = samples.usage("1"), samples.usage("2", quantity="3", replaces="1")
        gone = samples.usage("3", quantity="0", replaces="2")
        store.add([gone, first, better])
        assert store.usage(DAY) == (first, better, gone)
        assert gone.withdrawn
        assert not better.withdrawn

    def test_a_device_event_is_known_by_device_day_kind_and_recording(
        self, store: FactRepository
    ) -> None:
        """None of the four alone makes it the same."""
        events = (
            samples.event("D-1"),
            samples.event("D-1", recorded_on=NEXT),
            samples.event("D-1", kind=EventKind.OFF),
            samples.event("D-2"),
            samples.event("D-1", day=NEXT),
        )
        assert store.add(events) == 5
        assert store.add(events) == 0
        assert set(store.device_events(NEXT)) == set(events)

    def test_answers_are_ordered_by_day_and_id(self, store: FactRepository) -> None:
        """Whatever order they arrived in."""
        in_order = (
            samples.time_entry("b", DAY),
            samples.time_entry("é", DAY),
            samples.time_entry("a", NEXT),
        )
        store.add([in_order[2], in_order[1]])
        store.add([in_order[0]])
        assert store.time(NEXT) == in_order

    def test_only_facts_are_added(self, store: FactRepository) -> None:
        """A charge is no fact."""
        with pytest.raises(InvalidValue, match="is not a fact"):
            store.add([samples.charge("K")])  # type: ignore[list-item]  # refused is what is tested
