"""Where the documentation site is: what the HTML representation of an estimator links to."""

import os

# Names the address of a copy of the site, for instance one within an organisation.
ADDRESS_VARIABLE = "SKBACKPROP_DOCS"


def site_address():
    """Return the address of the site without a slash at its end, "" where none is known.

    It is what the environment variable SKBACKPROP_DOCS says, else the URL called Documentation in
    the metadata of the installed package.
    """
    address = os.environ.get(ADDRESS_VARIABLE) or address_in_metadata()
    return address.rstrip("/")


def address_in_metadata():
    """Return the URL that the package was published with, "" where it has none."""
    # Not at the top: loading it, with what it needs, takes longer than loading the rest of the package.
    from importlib.metadata import PackageNotFoundError, metadata

    # No address is written here: one that is not (or no longer) the project's own would send its
    # users to strangers. Whoever publishes the package and the site states it in pyproject.toml,
    # as Documentation under [project.urls].
    try:
        urls = metadata("skbackprop").get_all("Project-URL", [])
    except PackageNotFoundError:  # a checkout that is not installed
        return ""
    for url in urls:
        label, _, address = url.partition(",")
        if label.strip().lower() == "documentation":
            return address.strip()
    return ""


class DocumentationLinkMixin:
    """Tells scikit-learn the page of an estimator; "" is no link.

    From scikit-learn 1.9 on, parameters and attributes link to their places on that page, and show
    what their docstring says when the mouse is over them; without a page they do neither.
    """

    _doc_link_module = "skbackprop"

    @property
    def _doc_link_template(self):
        address = site_address()
        return address and address + "/reference/skbackprop.{estimator_name}.html"
