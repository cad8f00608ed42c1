"""The table of components."""

from __future__ import annotations

from istioctl.api.components import BY_NAME, COMPONENTS


def test_each_waits_for_one_that_is_there_and_comes_earlier() -> None:
    for place, component in enumerate(COMPONENTS):
        earlier = {other.name for other in COMPONENTS[:place]}
        assert not component.after or component.after in earlier


def test_names_keys_and_titles_are_unique() -> None:
    for field in ("name", "title", "key", "chart"):
        assert len({getattr(component, field) for component in COMPONENTS}) == len(COMPONENTS)
    assert list(BY_NAME) == [component.name for component in COMPONENTS]
