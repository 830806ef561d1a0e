"""Who marks which answer: two different people each, nobody barred from it, and everybody's load as even as that allows. Pure."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass
class Spread:
    """Which markers an answer was given, and the answers for which too few could be found."""

    given: dict[int, list[int]] = field(default_factory=dict)
    lacking: list[int] = field(default_factory=list)


def spread(
    wanted: Mapping[int, int],
    markers: Sequence[int],
    *,
    barred: Collection[tuple[int, int]] = (),
    held: Mapping[int, Collection[int]] | None = None,
    loads: Mapping[int, int] | None = None,
    seed: str,
) -> Spread:
    """Give each script its ``wanted`` number of further markers.

    ``barred`` pairs (script, marker) never meet, nor does a script come to somebody who ``held`` it already. Scripts with
    the fewest possible markers choose first; each takes who has least to do, and of equals one by lot.
    """
    draw = random.Random(seed)  # noqa: S311 - a lot that must be the same when it is drawn again
    held = held or {}
    load = {marker: (loads or {}).get(marker, 0) for marker in markers}
    possible = {
        script: [one for one in markers if (script, one) not in barred and one not in held.get(script, ())]
        for script in wanted
    }
    order = sorted(wanted)
    draw.shuffle(order)
    order.sort(key=lambda script: len(possible[script]))
    found = Spread()
    for script in order:
        chosen = sorted(possible[script], key=lambda one: (load[one], draw.random()))[: wanted[script]]
        if chosen:
            found.given[script] = chosen
        if len(chosen) < wanted[script]:
            found.lacking.append(script)
        for one in chosen:
            load[one] += 1
    found.lacking.sort()
    return found
