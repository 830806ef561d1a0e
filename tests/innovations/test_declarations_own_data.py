from __future__ import annotations

import pytest

from huomiao.accounts import exports
from tests.innovations.declaring import complete, province

pytestmark = pytest.mark.django_db


def test_export_of_own_data_holds_what_one_wrote_and_authored():
    place = province()
    complete(place)

    worker, mate = (exports.collect(user)["declarations"] for user in (place.worker, place.mate))

    assert [one["contact_phone"] for one in worker["written"]] == ["13800005678"]
    assert (mate["written"], [one["contribution"] for one in mate["authorships"]]) == ([], ["装配调试"])
