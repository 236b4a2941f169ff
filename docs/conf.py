"""Sphinx settings: Markdown by MyST, Google docstrings by napoleon, furo as the look."""

from __future__ import annotations

import harmony_core

project = "harmony-core"
author = "harmony-core contributors"
copyright = f"2026, {author}"
version = release = harmony_core.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "show-inheritance": True}
napoleon_google_docstring = True
napoleon_numpy_docstring = False

html_theme = "furo"
html_title = f"harmony-core {release}"
