"""A calibration as one page that convinces: residuals, coverage, sigmas, and points drawn before and after."""

from calib.report.overlays import Overlay, draw_overlays
from calib.report.page import lens_page, pair_page

__all__ = ["Overlay", "draw_overlays", "lens_page", "pair_page"]
