"""What all HTML pages have in common: a frame, a style, and the program that draws plots."""

from sensorann.pages.frame import report_libraries, write_page

__all__ = ["report_libraries", "write_page"]
