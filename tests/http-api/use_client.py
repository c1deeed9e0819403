"""What a program does with the client that was generated from the document."""

import json
from io import BytesIO

from server import failing, topology, until


def client_of(server, token=None):
    from stormcell_client import AuthenticatedClient

    return AuthenticatedClient(
        base_url=server.url,
        token=token or server.token,
        raise_on_unexpected_status=True,
        timeout=60,
    )


def get(expected, answered):
    """The body of an answer that has this status."""
    assert answered.status_code == expected, answered
    return answered.parsed


def upload_all(server, components):
    """Uploads component files, and gives how often each was new."""
    from stormcell_client.api.components import has_component, put_component
    from stormcell_client.types import File

    client = client_of(server)
    new = []
    for component in components.values():
        file = File(payload=BytesIO(component.data))
        answered = put_component.sync_detailed(component.digest, client=client, body=file)
        assert answered.status_code in (200, 201), answered
        assert answered.parsed.digest == component.digest
        new.append(answered.parsed.new)
        has = has_component.sync_detailed(component.digest, client=client)
        assert has.status_code == 200, has
    return new


def submission(file, components, **more):
    """What is submitted."""
    from stormcell_client.models import Digests, Submit

    digests = {f"{name}.wasm": it.digest for name, it in components.items()}
    return Submit(
        file=file,
        base_dir="/",
        components=Digests.from_dict(digests),
        **more,
    )


def everything(server, components):
    """Uploads, submits, looks at, changes and kills a topology, and looks for problems."""
    assert all(upload_all(server, components))
    assert not any(upload_all(server, components))
    runs_to_its_end(server, components)
    is_changed(server, components)
    has_dead_letters(server, components)
    problems(server, components)


def runs_to_its_end(server, components):
    from stormcell_client.api.supervisor import show_server
    from stormcell_client.api.topologies import (
        list_submissions,
        list_topologies,
        read_logs,
        show_topology,
        submit_topology,
    )
    from stormcell_client.models import LogLine, Status

    client = client_of(server)
    assert get(200, show_server.sync_detailed(client=client)).data == str(server.data)
    assert get(200, list_topologies.sync_detailed(client=client)) == []
    body = submission(topology("finite", rows=3), components)
    answered = submit_topology.sync_detailed(client=client, body=body)
    submitted = get(201, answered)
    assert submitted.topology.name == "finite", submitted
    assert answered.headers["location"] == "/v1/topologies/finite"

    def finished():
        shown = get(200, show_topology.sync_detailed("finite", client=client))
        return shown if shown.summary.status == Status.FINISHED else None

    shown = until("the topology has finished", finished)
    assert shown.report.trees.acked == 3, shown.report
    assert [task.component for task in shown.tasks] == ["print", "source"], shown.tasks
    [listed] = get(200, list_topologies.sync_detailed(client=client))
    assert listed.name == "finite"
    [submitted] = get(200, list_submissions.sync_detailed("finite", client=client))
    assert submitted.submission == 1 and submitted.current, submitted

    def printed():
        read = read_logs.sync_detailed("finite", client=client, component="print", tail=3)
        lines = get(200, read).payload.read().splitlines()
        lines = [LogLine.from_dict(json.loads(line)) for line in lines]
        return lines if len(lines) == 3 else None

    for line in until("the log has what was printed", printed):
        assert line.component == "print" and line.level == "stdout", line
    kill(client, "finite")


def is_changed(server, components):
    from stormcell_client.api.topologies import (
        activate,
        deactivate,
        deploy,
        rebalance,
        rollback,
        show_topology,
        submit_topology,
    )
    from stormcell_client.models import Deploy, Rebalance, Rollback, Status, Tasks

    client = client_of(server)
    body = submission(topology("changed", rows=None), components, inactive=True, max_pending=10)
    get(201, submit_topology.sync_detailed(client=client, body=body))

    def works():
        shown = get(200, show_topology.sync_detailed("changed", client=client))
        return shown.summary.status == Status.INACTIVE and shown.summary.workers.up == 1

    until("the worker works", works)
    tasks = Tasks.from_dict({"print": 2})
    body = Rebalance(parallelism=tasks, dry_run=True)
    change = get(200, rebalance.sync_detailed("changed", client=client, body=body))
    assert not change.applied and change.workers == [1, 1], change
    body = Rebalance(parallelism=tasks)
    change = get(200, rebalance.sync_detailed("changed", client=client, body=body))
    assert change.applied and change.to_generation == 2, change
    changed = get(200, activate.sync_detailed("changed", client=client))
    assert changed.status == Status.ACTIVE, changed
    changed = get(200, deactivate.sync_detailed("changed", client=client))
    assert changed.status == Status.INACTIVE, changed
    # It runs that file already.
    body = Deploy(component="print", digest=components["print"].digest)
    refused = get(409, deploy.sync_detailed("changed", client=client, body=body))
    assert refused.code == "conflict", refused
    body = Deploy(component="print", digest=components["another"].digest, watch_ms=0)
    deployed = get(200, deploy.sync_detailed("changed", client=client, body=body))
    assert deployed.from_ == components["print"].digest, deployed

    def done():
        shown = get(200, show_topology.sync_detailed("changed", client=client))
        return shown.deployments[-1].to_dict()["outcome"]["state"] == "done"

    until("all tasks run the other file", done)
    body = Rollback(component="print")
    back = get(200, rollback.sync_detailed("changed", client=client, body=body))
    assert back.to == components["print"].digest, back
    kill(client, "changed")


def has_dead_letters(server, components):
    from stormcell_client.api.dead_letters import (
        drop_dead_letters,
        list_dead_letter_stores,
        list_dead_letters,
        replay_dead_letters,
        show_dead_letter,
    )
    from stormcell_client.api.topologies import show_topology, submit_topology
    from stormcell_client.models import Status, WhichLetters

    client = client_of(server)
    body = submission(failing("letters", rows=3), components)
    get(201, submit_topology.sync_detailed(client=client, body=body))

    def finished():
        shown = get(200, show_topology.sync_detailed("letters", client=client))
        return shown.summary.status == Status.FINISHED

    until("the topology has finished", finished)
    listed = get(200, list_dead_letters.sync_detailed("letters", client=client, limit=2))
    assert listed.letters == 3, listed
    newest = listed.newest[0].id
    assert [letter.id for letter in listed.newest] == [newest, newest - 1], listed
    shown = get(200, show_dead_letter.sync_detailed("letters", newest, client=client))
    assert shown.id == newest and shown.component == "source", shown
    which = WhichLetters(numbers=[newest])
    answered = replay_dead_letters.sync_detailed("letters", client=client, body=which)
    assert get(200, answered).replay_asked == 1

    def in_vain():
        letter = get(200, show_dead_letter.sync_detailed("letters", newest, client=client))
        return letter.attempts > shown.attempts

    until("the letter was processed once more", in_vain)
    both = WhichLetters(numbers=[newest], all_=True)
    wrong = get(422, drop_dead_letters.sync_detailed("letters", client=client, body=both))
    assert wrong.code == "invalid", wrong
    kill(client, "letters")
    which = WhichLetters(all_=True)
    answered = drop_dead_letters.sync_detailed("letters", client=client, body=which)
    assert get(200, answered).dropped == 3
    [store] = get(200, list_dead_letter_stores.sync_detailed(client=client))
    assert store.topology == "letters" and store.letters == 0, store


def kill(client, name):
    from stormcell_client.api.topologies import kill_topology, show_topology
    from stormcell_client.models import Status

    killed = get(202, kill_topology.sync_detailed(name, client=client, wait_ms=1000))
    assert killed.status == Status.KILLED, killed

    def gone():
        return show_topology.sync_detailed(name, client=client).status_code == 404

    until(f"{name} is gone", gone)


def problems(server, components):
    from stormcell_client.api.dead_letters import list_dead_letter_stores, list_dead_letters
    from stormcell_client.api.topologies import read_logs, submit_topology
    from stormcell_client.models import Problem

    client = client_of(server)
    missing = get(404, list_dead_letters.sync_detailed("absent", client=client, limit=1000))
    assert missing.code == "not-found", missing
    wrong = get(422, read_logs.sync_detailed("absent", client=client, worker=2147483648))
    assert wrong.code == "invalid" and "from 0 to 31" in wrong.message, wrong
    body = submission(topology("a", rows=1), components, workers=33)
    wrong = get(422, submit_topology.sync_detailed(client=client, body=body))
    assert "workers" in wrong.message and "from 1 to 32" in wrong.message, wrong
    body = submission(topology("a", rows=1), components)
    body.file += "nonsense: 1\n"
    wrong = get(422, submit_topology.sync_detailed(client=client, body=body))
    assert wrong.diagnostics[0]["line"] == len(body.file.splitlines()), wrong
    refused = list_dead_letter_stores.sync_detailed(client=client_of(server, token="x" * 64))
    assert get(401, refused).code == "unauthorized", refused
    # What a later version may say is read as well.
    later = Problem.from_dict({"code": "of-later", "message": "", "diagnostics": []})
    assert later.code == "of-later", later
