"""A night run of another system: registers a client once, gives him a task, and walks through the bank by pages.

The package `tessera_client` is generated from the document; see example.sh.
"""

import sys
from datetime import date

from tessera_client import AuthenticatedClient
from tessera_client.api.clients import edit_client, get_client, list_clients, register_client
from tessera_client.api.staff import list_staff
from tessera_client.api.tasks import add_task
from tessera_client.models import (
    AddTask,
    ClientPatch,
    ClientPatchFields,
    Order,
    Problem,
    RegisterClient,
    RegisterClientFields,
    TaskKind,
)

address, token = sys.argv[1:3]
bank = AuthenticatedClient(base_url=f"{address}/api/v1", token=token, headers={"Accept-Language": "en"})


def register(key):
    fields = RegisterClientFields()
    fields.additional_properties = {
        "last_name": "Ivanova", "first_name": "Anna", "segment": "mass", "status": "prospect",
    }
    body = RegisterClient(kind="person", source="partner", fields=fields, phone="+7 916 000-00-01")
    return register_client.sync(client=bank, body=body, idempotency_key=key)


# the key is made before the first try: the second one gets the first answer and makes nobody
made = register("crm-import-4711")
assert not isinstance(made, Problem), made
assert register("crm-import-4711").id == made.id
print("registered", made.id)

# a change needs the state it was made from
seen = get_client.sync_detailed(made.id, client=bank)
change = ClientPatchFields()
change.additional_properties = {"employer": "Kolos LLC"}
patch = ClientPatch(source="partner", fields=change)
stale = edit_client.sync_detailed(made.id, client=bank, body=patch, if_match='"0"')
assert stale.status_code == 412, stale
print("refused:", stale.parsed.code)
done = edit_client.sync_detailed(made.id, client=bank, body=patch, if_match=seen.headers["ETag"])
assert done.status_code == 204, done

colleague = next(person for person in list_staff.sync(client=bank, limit=200).items if person.active)
task = AddTask(
    title="Welcome call", kind=TaskKind.CALL, due_on=date(2030, 1, 15), client_id=made.id,
    assignee_id=colleague.id,
)
answer = add_task.sync_detailed(client=bank, body=task, idempotency_key="crm-import-4711-task")
assert answer.status_code == 201, answer
print("task:", answer.parsed.id)

# pages by key: nobody counts, everybody comes once
count, cursor = 0, None
while True:
    more = {} if cursor is None else {"cursor": cursor}
    page = list_clients.sync(client=bank, limit=50, sort=Order.NAME, **more)
    count += len(page.items)
    cursor = page.next_
    if cursor is None:
        break
print("clients seen:", count)
