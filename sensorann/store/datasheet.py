"""A datasheet of released labels: Croissant 1.0 with the fields of its vocabulary for responsible AI.

MLCommons, "Croissant Format Specification" 1.0 and "Croissant RAI Specification" 1.0 (2024). What a journal knows is
filled in from it; what only people know (biases, limits, consent) they say in a file; what nobody said is named.
"""

from __future__ import annotations

import mimetypes
import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sensorann.errors import FormatError
from sensorann.files import require_file
from sensorann.store.kinds import AUTOMATIC

# What people say about a data set, and how Croissant spells it.
DATASET_FIELDS = {
    "name": "name",
    "description": "description",
    "license": "license",
    "url": "url",
    "version": "version",
    "cite_as": "citeAs",
    "date_published": "datePublished",
    "creators": "creator",
}
RAI_FIELDS = {
    "collection": "rai:dataCollection",
    "collection_type": "rai:dataCollectionType",
    "collection_time_frame": "rai:dataCollectionTimeFrame",
    "collection_raw_data": "rai:dataCollectionRawData",
    "missing_data": "rai:dataCollectionMissingData",
    "preprocessing": "rai:dataPreprocessingProtocol",
    "manipulation": "rai:dataManipulationProtocol",
    "imputation": "rai:dataImputationProtocol",
    "annotation_protocol": "rai:dataAnnotationProtocol",
    "annotation_platform": "rai:dataAnnotationPlatform",
    "annotation_analysis": "rai:dataAnnotationAnalysis",
    "annotations_per_item": "rai:annotationsPerItem",
    "annotator_demographics": "rai:annotatorDemographics",
    "machine_annotation_tools": "rai:machineAnnotationTools",
    "use_cases": "rai:dataUseCases",
    "biases": "rai:dataBiases",
    "limitations": "rai:dataLimitations",
    "social_impact": "rai:dataSocialImpact",
    "personal_information": "rai:personalSensitiveInformation",
    "maintenance": "rai:dataReleaseMaintenancePlan",
}
_NEEDED = ("description", "license", "url")
_SECTIONS = {"dataset": DATASET_FIELDS, "rai": RAI_FIELDS}
# The words of a Croissant document, as its specification lists them.
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_CONFORMS = ["http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0"]


@dataclass(frozen=True, kw_only=True, slots=True)
class About:
    """What people say about a data set.

    Attributes
    ----------
    dataset, rai : by the names in `DATASET_FIELDS` and `RAI_FIELDS`
    """

    dataset: Mapping[str, Any]
    rai: Mapping[str, Any]


def read_about(path: Path) -> About:
    """Read what people say about a data set: a TOML file with the tables ``dataset`` and ``rai``.

    Raises
    ------
    MissingDataError
        When there is no such file.
    FormatError
        When it is no TOML, a field is unknown or no text, or description, license or url is missing.
    """
    try:
        content = tomllib.loads(require_file(path).read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FormatError(path, "", expected="TOML", found=str(error)) from error
    for section, table in content.items():
        if section not in _SECTIONS or not isinstance(table, dict):
            raise FormatError(path, section, expected="the tables [dataset] and [rai]", found=f"{section!r}")
        for name, value in table.items():
            _check_field(path, section, name, value)
    about = About(dataset=content.get("dataset", {}), rai=content.get("rai", {}))
    if missing := [name for name in _NEEDED if name not in about.dataset]:
        expected = f"{', '.join(_NEEDED)}, which every data set has"
        raise FormatError(path, "[dataset]", expected=expected, found=f"no {', '.join(missing)}")
    return about


def datasheet(manifest: Mapping[str, Any], about: About, *, beside: Path) -> dict[str, Any]:
    """Build a Croissant document of released labels.

    Parameters
    ----------
    manifest : see `release_manifest`; its files are what is described
    about : what people say; goes before what the journal knows
    beside : folder that the document lies in: files are named as seen from there
    """
    release = manifest["release"]
    said = {"name": manifest["source"]["drive"], "date_published": release["created_utc"][:10], **about.dataset}
    known = {**_known(manifest), **about.rai}
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": _CONFORMS,
        **{DATASET_FIELDS[name]: said[name] for name in DATASET_FIELDS if name in said and name != "creators"},
        **_creators(said.get("creators", ())),
        **{RAI_FIELDS[name]: known[name] for name in RAI_FIELDS if name in known},
        "distribution": [_file(Path(path), digest, beside) for path, digest in release["files_sha256"].items()],
    }


def not_said(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Fields for responsible AI that neither the journal nor a person filled in."""
    return tuple(name for name, key in RAI_FIELDS.items() if key not in document)


def _check_field(path: Path, section: str, name: str, value: object) -> None:
    known = _SECTIONS[section]
    if name not in known:
        raise FormatError(path, f"[{section}]", expected=f"fields {', '.join(known)}", found=f"{name!r}")
    texts = value if isinstance(value, list) and value else [value]
    if not all(isinstance(text, str) and text.strip() for text in texts):
        raise FormatError(path, f"[{section}] {name}", expected="a text, or a list of texts", found=f"{value!r}")
    if (name == "creators") != isinstance(value, list) and section == "dataset":
        expected = "a list of names" if name == "creators" else "one text"
        raise FormatError(path, f"[{section}] {name}", expected=expected, found=f"{value!r}")


def _known(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What the journal knows of how the labels were made and looked at."""
    release, made, looked = manifest["release"], manifest["annotation"], manifest["review"]
    machine = [kind for kind in AUTOMATIC if kind != "import"]
    tools = [f"{kind}: {n} times" for kind, n in made["events_by_kind"].items() if kind in machine]
    sources = ", ".join(f"{n} {source}" for source, n in made["boxes_by_source"].items() if n)
    return {
        **_known_protocol(manifest["guideline"]["in_force"]),
        "annotation_platform": sorted({f"sensorann {release['sensorann']}", *made["clients"]}),
        "machine_annotation_tools": tools or ["none"],
        "annotations_per_item": f"boxes by source: {sources or 'none'}; people who edited: {len(made['actors'])}",
        "annotation_analysis": [
            *(_told_sample(name, body) for name, body in looked["samples"].items()),
            f"{len(looked['decisions'])} objects reviewed one by one, {looked['open_comments']} comments open",
            f"journal: {made['events']} events, the last one's SHA-256 is {made['last_hash']}",
            f"SHA-256 over all files: {release['files_root_sha256']}",
        ],
    }


def _known_protocol(guideline: Mapping[str, str] | None) -> dict[str, str]:
    """Name the text that annotators worked by, where the journal knows it."""
    if guideline is None:
        return {}
    name, version, digest = (guideline[field] for field in ("name", "version", "sha256"))
    return {"annotation_protocol": f"{name}, version {version}, SHA-256 {digest}"}


def _creators(names: Sequence[str]) -> dict[str, Any]:
    return {"creator": [{"@type": "sc:Person", "name": name} for name in names]} if names else {}


def _told_sample(name: str, body: Mapping[str, Any]) -> str:
    count = body["looked_at"]
    return (
        f"sample {name}: {body['decision']}; {count['wrong']} of {count['n']} objects wrong, "
        f"95 % interval {count['low']:.2%} to {count['high']:.2%}"
    )


def _file(path: Path, digest: str, beside: Path) -> dict[str, Any]:
    place = Path(os.path.relpath(path, beside)).as_posix()
    kind, _ = mimetypes.guess_type(path.name)
    return {
        "@type": "cr:FileObject",
        "@id": place,
        "name": place,
        "contentUrl": place,
        "contentSize": f"{path.stat().st_size} B",
        "encodingFormat": kind or "application/octet-stream",
        "sha256": digest,
    }
