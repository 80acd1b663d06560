"""Tries every operation of a running bank with requests made from its own document, right ones and wrong ones.

    python scripts/api-fuzz.py URL TOKEN LAST_TOKEN

TOKEN's role holds every right. LAST_TOKEN is another token of it: with it the operations run that would take from
the run what it runs with. The bank must be a made-up one. Ends with 1 when an answer is not as documented.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

address, token, last_token = sys.argv[1:4]
here = pathlib.Path(__file__).parent
LAST = ["revoke_token", "edit_role", "delete_role"]
CHECKS = [
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
    "response_headers_conformance", "negative_data_rejection", "missing_required_header", "unsupported_method",
    "allow_header_conformance", "ignored_auth",
]


def ask(path, body=None):
    request = urllib.request.Request(f"{address}/api/v1{path}", headers={"Authorization": f"Bearer {token}"})
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def first(path):
    items = ask(path)["items"]
    return items[0]["id"] if items else None


def ids():
    """Ids of things that are there, so that operations get beyond "not found"."""
    client = first("/clients?limit=1")
    home = f"/clients/{client}"
    accounts = ask(f"{home}/holdings")["accounts"]
    found = {
        "client_id": client,
        "contact_id": first(f"{home}/contacts"),
        "identifier_id": first(f"{home}/identifiers"),
        "address_id": first(f"{home}/addresses"),
        "date_id": first(f"{home}/dates"),
        "interaction_id": first(f"{home}/interactions"),
        "task_id": first("/tasks?limit=1"),
        "project_id": first("/projects?limit=1"),
        "branch_id": first("/branches?limit=1"),
        "region_id": first("/regions?limit=1"),
        "team_id": first("/teams?limit=1"),
        "staff_id": first("/staff?limit=1"),
        "account_id": accounts[0]["id"] if accounts else None,
    }
    return {name: value for name, value in found.items() if value is not None}


def run(which, key, examples):
    with tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(folder) / "schemathesis.toml"
        known = "".join(f'"path.{name}" = "{value}"\n' for name, value in ids().items())
        config.write_text(f"[parameters]\n{known}\n" + (here / "schemathesis.toml").read_text())
        names = [word for name in LAST for word in (which, name)]
        command = [
            pathlib.Path(sys.executable).parent / "schemathesis", "--config-file", config, "run",
            f"{address}/api/v1/openapi.json", "--header", f"Authorization: Bearer {key}", *names,
            "--phases", "examples,coverage,fuzzing", "--checks", ",".join(CHECKS),
            "--max-examples", str(examples), "--generation-deterministic", "--no-shrink", "--continue-on-failure",
            "--rate-limit", "190/s", "--warnings", "off", "--no-color",
        ]
        return subprocess.run(command, cwd=folder, check=False).returncode


outcome = run("--exclude-operation-id", token, 8)
outcome = run("--include-operation-id", last_token, 8) or outcome
sys.exit(1 if outcome else 0)
