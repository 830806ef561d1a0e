"""The index under processes that die at any moment, and several at once."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from random import Random

import pytest

from huomiao.newsdesk.pipeline.search import pending
from huomiao.newsdesk.pipeline.search.documents import Change, Document
from huomiao.newsdesk.pipeline.search.embedded import EmbeddedIndex
from huomiao.newsdesk.pipeline.search.interface import Busy, Outdated
from huomiao.newsdesk.pipeline.search.parsing import parse
from tests.newsdesk.search.desk import AT, Desk

ARTICLES = 400


def start(folder, task):
    command = [sys.executable, "-m", "tests.newsdesk.search.desk", str(folder), task]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    return process


def kill(process):
    process.kill()
    process.communicate()


def ids(index, text):
    return set(index.search(parse(text), at=AT, limit=ARTICLES * 2).ids)


def test_a_desk_killed_while_it_writes_loses_nothing(tmp_path):
    rnd = Random(5)
    desk, index = Desk(tmp_path), EmbeddedIndex(tmp_path / "index")
    desk.put(range(1, ARTICLES + 1), "焊接")

    for turn in range(3):
        process = start(tmp_path, "catch_up")
        threading.Event().wait(rnd.uniform(0.01, 0.12))
        kill(process)

        # What the table says is there, is there; the reader that was open all the time sees it.
        believed = desk.settled()
        assert believed <= ids(index, "焊接 OR 车工")
        # Some are removed and some change while the rest still waits.
        desk.put(range(turn * 100 + 1, turn * 100 + 30), None)
        desk.put(range(turn * 100 + 30, turn * 100 + 60), "车工")

    pending.catch_up(index, desk)

    gone = {number for turn in range(3) for number in range(turn * 100 + 1, turn * 100 + 30)}
    changed = {number for turn in range(3) for number in range(turn * 100 + 30, turn * 100 + 60)}
    assert ids(index, "车工") == changed
    assert ids(index, "焊接") == set(range(1, ARTICLES + 1)) - gone - changed
    assert len(index) == ARTICLES - len(gone)
    assert desk.pending(1) == []


def test_a_rebuild_that_is_killed_leaves_the_old_index_and_no_rubbish(tmp_path):
    desk, index = Desk(tmp_path), EmbeddedIndex(tmp_path / "index")
    desk.put(range(1, ARTICLES + 1), "焊接")
    with index.writing() as writing:
        writing.apply([Change(7, Document(7, "车工", "", AT))])
    process = start(tmp_path, "rebuild")
    assert process.stdout.readline() == "under way\n"
    with pytest.raises(Busy):
        index.rebuild(desk.documents(), desk.load)
    kill(process)
    assert len(list((tmp_path / "index").glob("generation-*"))) == 2

    assert ids(index, "") == {7}
    assert index.rebuild(desk.documents(), desk.load) == ARTICLES

    assert ids(index, "焊接") == set(range(1, ARTICLES + 1))
    assert len(list((tmp_path / "index").glob("generation-*"))) == 1
    assert not (tmp_path / "index" / "changed-meanwhile").exists()


def test_one_process_writes_and_the_next_only_after_it(tmp_path):
    index = EmbeddedIndex(tmp_path / "index")
    process = start(tmp_path, "hold")
    assert process.stdout.readline() == "held\n"

    with pytest.raises(Busy), index.writing():
        pass
    kill(process)

    with index.writing() as writing:
        writing.apply([Change(1, Document(1, "焊接", "", AT))])
    assert ids(index, "焊接") == {1}


def test_readers_turn_to_the_new_generation_while_they_search(tmp_path):
    index, reader = EmbeddedIndex(tmp_path / "index"), EmbeddedIndex(tmp_path / "index")
    document = Document(1, "焊接", "", AT)
    index.rebuild([document], lambda _ids: [])
    failures: list[object] = []
    over = threading.Event()

    def read():
        while not over.is_set():
            try:
                found = ids(reader, "焊接")
            except Exception as failure:  # noqa: BLE001  # whatever it is, the test tells it
                found = failure
            if found != {1}:
                failures.append(found)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for thread in readers:
        thread.start()
    for _turn in range(6):
        index.rebuild([document], lambda _ids: [])
    over.set()
    for thread in readers:
        thread.join()

    assert failures == []


def test_an_index_of_another_version_is_not_read_and_not_written_to(tmp_path):
    index = EmbeddedIndex(tmp_path / "index")
    index.rebuild([Document(1, "焊接", "", AT)], lambda _ids: [])
    current = tmp_path / "index" / "current"
    current.write_text(current.read_text().replace("layout-", "layout-9"))

    assert not index.is_built
    assert ids(index, "焊接") == set()
    with index.writing() as writing, pytest.raises(Outdated):
        writing.apply([Change(2, Document(2, "车工", "", AT))])

    index.rebuild([Document(1, "焊接", "", AT)], lambda _ids: [])
    assert ids(index, "焊接") == {1}


def test_a_change_made_during_the_settling_stays_pending(tmp_path):
    desk, index = Desk(tmp_path), EmbeddedIndex(tmp_path / "index")
    desk.put([1], "焊接")
    changes = desk.pending(10)
    desk.put([1], "车工")

    desk.settle(changes)

    assert [change.version for change in desk.pending(10)] == [2]
    assert pending.catch_up(index, desk) == 1
    assert ids(index, "车工") == {1}


def test_without_room_on_the_disk_nothing_is_lost_and_the_rest_is_found(tmp_path):
    desk, index = Desk(tmp_path), EmbeddedIndex(tmp_path / "index")
    desk.put([1], "焊接")
    assert pending.catch_up(index, desk) == 1
    desk.put(range(2, 30), "焊接")

    process = start(tmp_path, "no room")
    assert process.stdout.readline() == "broken\n"
    kill(process)

    assert ids(index, "焊接") == {1}
    assert pending.catch_up(index, desk) == 28
    assert ids(index, "焊接") == set(range(1, 30))


def test_killed_between_the_index_and_the_table_a_change_is_made_again_and_stands_once(tmp_path):
    desk, index = Desk(tmp_path), EmbeddedIndex(tmp_path / "index")
    desk.put([1, 2], "焊接")
    with index.writing() as writing:
        writing.apply(desk.pending(10))
    # Here the process dies: the index has it on disk, and the table does not know.
    assert ids(index, "焊接") == {1, 2}

    assert pending.catch_up(index, desk) == 2

    assert (len(index), ids(index, "焊接"), desk.pending(1)) == (2, {1, 2}, [])


def test_upkeep_waits_for_a_merge_but_not_longer_than_until_something_changes(tmp_path):
    index = EmbeddedIndex(tmp_path / "index")
    with index.writing() as writing:
        writing.apply([Change(1, Document(1, "焊接", "", AT))])
        (folder,) = (tmp_path / "index").glob("generation-*")
        merging = folder / f"{'a' * 32}.idx"
        merging.write_bytes(b"begun")
        looks = iter([False, False, True])

        writing.tidy(lambda: next(looks))
        assert next(looks, None) is None

        # A merge that was killed leaves files too, and they grow no further.
        os.utime(merging, (0, 0))
        writing.tidy(lambda: pytest.fail("there is nothing to wait for"))
