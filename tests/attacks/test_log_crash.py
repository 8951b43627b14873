"""kill -9 while copies are sealed and events recorded: nothing that was acknowledged is lost, and the log verifies."""

from whosecopy.bench.kill import kill


def test_killed_while_sealing_and_recording_nothing_acknowledged_is_lost():
    found = kill(20, 20310506, lambda done, total: None)
    assert found.reasons == []
    assert (found.kills, found.acknowledged > 20) == (20, True)
    assert (found.lost, found.copies_without_record, found.copies_before_checkpoint) == (0, 0, 0)
    assert (found.log_failures, found.not_recovered) == (0, 0)
