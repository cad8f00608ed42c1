"""Of large answers one at a time is in memory."""

from __future__ import annotations

import threading

from istioctl.cluster.bodies import RequestTurns, Turn

HEAVY = b"[" + b"{}," * 50_000 + b"{}]"


def test_a_turn_that_lasts_is_kept_until_the_work_is_done() -> None:
    turns, order, began = RequestTurns(), [], threading.Event()

    def second() -> None:
        began.set()
        with Turn(turns) as turn:
            turn.weigh(HEAVY)
            order.append("second")

    thread = threading.Thread(target=second)
    with turns.kept():
        for _ in range(2):  # a thread that has the turn does not wait for itself
            with Turn(turns, lasts=True) as turn:
                turn.weigh(HEAVY)
        thread.start()
        assert began.wait(10)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]


def test_light_bodies_need_no_turn() -> None:
    turns = RequestTurns()
    with Turn(turns) as held:
        held.weigh(HEAVY)
        with Turn(turns) as turn:
            turn.weigh(b"[1, 2]")
            assert turn.waited == 0
