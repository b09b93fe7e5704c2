"""The address of the documentation site, to which the HTML representation of estimators links."""

import os

# Environment variable with the address of a copy of the site, for instance within an organisation.
ADDRESS_VARIABLE = "SKBACKPROP_DOCS"


def site_address():
    """Return the address of the site without a slash at its end, "" if none is known.

    It is the value of the environment variable SKBACKPROP_DOCS, else the URL named Documentation in the
    metadata of the installed package.
    """
    address = os.environ.get(ADDRESS_VARIABLE) or address_in_metadata()
    return address.rstrip("/")


def address_in_metadata():
    """Return the URL of the documentation in the package's metadata, "" if there is none."""
    # Imported here because importing it takes longer than importing the rest of the package.
    from importlib.metadata import PackageNotFoundError, metadata

    # The address is not a constant in the code, because an outdated one could lead users to a foreign site.
    # It is set in pyproject.toml, as Documentation under [project.urls], when the package is published.
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
    """Provides the URL of an estimator's documentation to scikit-learn; "" for no link.

    From scikit-learn 1.9 on, parameters and attributes link to their places on that page and show their
    docstring as a tooltip; without a URL they do neither.
    """

    _doc_link_module = "skbackprop"

    @property
    def _doc_link_template(self):
        address = site_address()
        return address and address + "/reference/skbackprop.{estimator_name}.html"
