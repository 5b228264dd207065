"""Checks a proof file with the standard library alone: `python docs/verify_proof.py FILE`.

It recomputes each content's digest from its salt and text, and each entry's digest from its fields. Entries that
follow each other in the file must also link to each other. Exit 0 when all is whole, 1 with the first problem.
"""

import hashlib
import json
import sys
from pathlib import Path


def entry_digest(entry: dict) -> str:
    fields = ("sequence", "type", "occurred_at", "event_id", "content_digest", "previous")
    return hashlib.sha256("\n".join(str(entry[field]) for field in fields).encode()).hexdigest()


def first_problem(proof: dict) -> str | None:
    before = None
    for entry in proof["entries"]:
        number = entry["sequence"]
        if entry["payload"] is not None:
            content = hashlib.sha256(bytes.fromhex(entry["salt"]) + entry["payload"].encode()).hexdigest()
            if content != entry["content_digest"]:
                return f"the content of entry {number} was altered"
            if json.loads(entry["payload"]) != entry["event"]:
                return f"entry {number} shows another event than the one that was chained"
        if entry_digest(entry) != entry["digest"]:
            return f"entry {number} was altered"
        if before is not None and number <= before["sequence"]:
            return f"entry {number} is out of order"
        if before is not None and number == before["sequence"] + 1 and entry["previous"] != before["digest"]:
            return f"entry {number} does not follow the one before it"
        before = entry
    return None


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: python docs/verify_proof.py FILE", file=sys.stderr)
        return 2
    proof = json.loads(Path(sys.argv[1]).read_text())
    problem = first_problem(proof)
    print(problem or f"whole: {len(proof['entries'])} entries of lead {proof['lead_id']}")
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main())
