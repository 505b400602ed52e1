"""`sensorann doctor`: what is installed, what is missing, and how to get it."""

from dataclasses import asdict

from sensorann.cli.diagnosis import Diagnosis, diagnose
from sensorann.cli.output import AsJson, print_json


def doctor(*, as_json: AsJson = False) -> int:
    """Show what is installed, what is missing, and how to get it.

    Exits with 1 only when a package is broken that nothing works without.

    For example:

        sensorann doctor
        sensorann doctor --json

    Parameters
    ----------
    as_json
        Print one JSON object instead of text.
    """
    diagnosis = diagnose()
    if as_json:
        _print_json(diagnosis)
    else:
        _print_text(diagnosis)
    return 0 if diagnosis.healthy else 1


def _print_json(diagnosis: Diagnosis) -> None:
    document = asdict(diagnosis)
    for extra, described in zip(diagnosis.extras, document["extras"], strict=True):
        described["complete"] = extra.complete
    print_json({"healthy": diagnosis.healthy, **document})


def _print_text(diagnosis: Diagnosis) -> None:
    def rows(title: str, pairs: list[tuple[str, str]]) -> None:
        print(title)
        for name, value in pairs:
            print(f"  {name:<18} {value}")

    rows("Versions", list(diagnosis.versions.items()))
    rows("Core packages", [(p.name, p.version or f"BROKEN  {p.problem}") for p in diagnosis.core])
    extras = [
        (
            extra.name,
            "complete"
            if extra.complete
            else f"missing {', '.join(p.name for p in extra.packages if not p.version)}:  {extra.install}",
        )
        for extra in diagnosis.extras
    ]
    rows("Extras", extras)
    cache = diagnosis.kernel_cache
    state = "writable" if cache["writable"] else "NOT writable"
    rows("Compiled kernels", [("folder", f"{cache['folder']} ({state}, {cache.get('files', 0)} kernels)")])
    machine = diagnosis.machine
    memory = f"{machine['memory_gib']} GiB" if "memory_gib" in machine else "unknown"
    rows(
        "Machine",
        [
            ("system", str(machine["system"])),
            ("processors", f"{machine['cpus']}, {machine['cpus_usable']} usable"),
            ("memory", memory),
        ],
    )
    print("Advice")
    for line in diagnosis.advice or ("nothing to do",):
        print(f"  {line}")
