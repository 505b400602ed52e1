"""Runs in the environment of mlcroissant: loads a Croissant document and prints what it understood as JSON.

python croissant_judge.py FILE
"""

import json
import sys

import mlcroissant as mlc


def plain(value):
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return value if value is None or isinstance(value, (str, int, float)) else str(value)


def main() -> None:
    metadata = mlc.Dataset(jsonld=sys.argv[1]).metadata
    issues = metadata.ctx.issues
    json.dump(
        {
            "errors": sorted(issues.errors),
            "warnings": sorted(issues.warnings),
            "name": metadata.name,
            "license": plain(metadata.license),
            "files": [
                {"url": one.content_url, "sha256": one.sha256, "format": plain(one.encoding_formats)}
                for one in metadata.distribution
            ],
            "rai": {
                name: plain(getattr(metadata, name))
                for name in vars(type(metadata))
                if name.startswith(("data_", "annotat", "machine_", "personal_"))
            },
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
