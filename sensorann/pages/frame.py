"""What all pages have in common: one file that asks nobody for anything, its head, and the program that draws plots."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sensorann.errors import MissingDataError
from sensorann.files import written_whole

_TEXTS = Path(__file__).parent


def write_page(path: Path | str, texts: Path, *, title: str, lead: str, plots: bool, **parts: Any) -> None:
    """Write a page whose body is `page.html` of a folder, which extends our `frame.html`.

    Parameters
    ----------
    path : .html, written whole or not at all
    texts : folder of page.html, page.css and page.js
    title, lead : of the page, escaped as every text is
    plots : put the program of plotly in it
    parts : what page.html shows

    Raises
    ------
    MissingDataError
        When jinja2 or plotly is not installed.
    """
    jinja, plotly = report_libraries()
    environment = jinja.Environment(
        loader=jinja.FileSystemLoader([texts, _TEXTS]),
        autoescape=True,
        trim_blocks=True,
        undefined=jinja.StrictUndefined,
    )
    as_is = environment.filters["safe"]
    page = environment.get_template("page.html").render(
        title=title,
        lead=lead,
        plotly=as_is(plotly if plots else ""),
        style=as_is((_TEXTS / "frame.css").read_text("utf-8") + (texts / "page.css").read_text("utf-8")),
        script=as_is((texts / "page.js").read_text("utf-8")),
        **parts,
    )
    with written_whole(path) as temporary:
        temporary.write_text(page, encoding="utf-8")


def report_libraries() -> tuple[Any, str]:
    """Return jinja2 and the program of plotly, which are an extra.

    Raises
    ------
    MissingDataError
        When one of them is not installed.
    """
    try:
        import jinja2
        from plotly.offline import get_plotlyjs
    except ImportError as error:
        raise MissingDataError(f"the report needs {error.name}: pip install 'sensorann[report]'") from error
    return jinja2, get_plotlyjs()
