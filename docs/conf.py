"""The documentation site: python -m sphinx -W --keep-going -b html docs docs/_build/html."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
# Use the package of this checkout, whose source the pages include, and not an installed one.
sys.path[:0] = [str(HERE.parent), str(HERE / "_ext")]

# autosummary writes a page for each name of the reference, but does not delete the pages of removed names.
for page in (HERE / "reference").glob("*.rst"):
    page.unlink()

# The examples draw into files and run on one thread.
os.environ["MPLBACKEND"] = "Agg"
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Displayed estimators in the examples link to their pages on this site, one folder above the gallery.
os.environ["SKBACKPROP_DOCS"] = ".."

from skbackprop import __version__  # noqa: E402

project = "skbackprop"
author = "The skbackprop developers"
copyright = author
version = release = __version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.viewcode",
    "numpydoc",
    "sphinx_gallery.gen_gallery",
    "sphinx_copybutton",
    "myst_parser",
    "epoch_chart",
    "mathml",
    "parameter_tables",
    "plain_docstrings",
    "record_examples",
]
exclude_patterns = ["_build", "_ext", "_templates"]
templates_path = ["_templates"]
default_role = "literal"
smartquotes = False  # keeps "auto" in a form that can be copied
highlight_language = "python"
html_math_renderer = "mathml"

autosummary_generate = True
autodoc_typehints = "none"
toc_object_entries_show_parents = "hide"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 2

copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "gallery",
    "filename_pattern": "/plot_",
    "within_subsection_order": "gallery_order.place",
    "doc_module": ("skbackprop",),
    "backreferences_dir": "reference/backreferences",
    "abort_on_example_error": True,
    "reset_modules": ("matplotlib", "gallery_warnings.are_errors"),
    "reset_modules_order": "both",
    "download_all_examples": False,
    "show_signature": False,
    "write_computation_times": False,
    "remove_config_comments": True,
    "image_srcset": ["2x"],
    "thumbnail_size": (400, 280),
    "default_thumb_file": str(HERE / "_static" / "example.svg"),
}

html_theme = "pydata_sphinx_theme"
html_title = "skbackprop"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_favicon = "_static/favicon.svg"
html_copy_source = False
html_show_sphinx = False
html_theme_options = {
    "logo": {"text": f"skbackprop {__version__}"},
    "navbar_align": "left",
    "header_links_before_dropdown": 6,
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
# Single pages, which need no navigation of their section.
html_sidebars = {
    name: []
    for name in (
        *("index", "installation", "quick_start", "parameters", "troubleshooting", "which_model"),
        *("mlpclassifier", "performance", "laboratory", "developing", "defaults", "papers"),
        *("whats_new", "policy", "citing"),
    )
}
