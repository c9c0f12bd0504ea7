"""Moments as people and programs read them."""

from __future__ import annotations

import pytest

from tui_portal.domain.moments import day_and_month, iso, local, utc, whole_date

NOON = 1_794_484_800  # 2026-11-12 12:00 UTC


def test_a_moment_is_shown_as_a_date() -> None:
    assert iso(NOON) == "2026-11-12T12:00:00+00:00"
    assert iso(None) is None
    assert whole_date(NOON) == "2026-11-12"
    assert day_and_month(NOON, NOON) == "12 Nov"
    assert day_and_month(NOON, NOON + 366 * 86_400) == "12 Nov 2026"


@pytest.mark.parametrize("moment", [-(2**63), -62_135_596_800, 0, 253_402_300_799, 863_999_913_600, 2**63 - 1])
def test_a_moment_that_no_calendar_holds_is_shown_as_one_that_it_does(moment: int) -> None:
    assert 1 <= local(moment).year <= 9999
    assert 1 <= utc(moment).year <= 9999
    assert (iso(moment) or "")[:10] == whole_date(moment)
    assert day_and_month(moment, NOON)
    assert day_and_month(NOON, moment)
