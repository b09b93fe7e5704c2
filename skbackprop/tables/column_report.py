"""Reports of how the columns of a table were interpreted."""

from dataclasses import dataclass

from skbackprop.tables.kinds import CATEGORY, NUMBER


@dataclass(frozen=True)
class ColumnReport:
    """The interpretation of one column in fit.

    Attributes
    ----------
    name : str
    kind : {"number", "category", "date", "time of day", "duration"}
    inputs : tuple of str
        Names of the network's inputs for this column, without the indicator of missing values.
    categories : tuple
        The categories with an input of their own, None for missing values; empty for other kinds, except for
        numbers whose values are encoded as categories in addition.
    rare_share : float
        Fraction of the rows with a rare category. Rare categories share one input.
    missing_share : float
        Fraction of the rows without a value.
    text_read_as : {"date", "number", "words", ""}
        What is encoded of the text of a category column, in addition to its categories.
    """

    name: str
    kind: str
    inputs: tuple
    categories: tuple = ()
    rare_share: float = 0.0
    missing_share: float = 0.0
    text_read_as: str = ""


class ColumnReports(tuple):
    """The reports of all columns, printed as a table."""

    def __repr__(self):
        rows = [("column", "kind", "inputs", "categories", "rare", "missing")]
        for report in self:
            of_category = report.kind == CATEGORY or bool(report.categories)
            also = CATEGORY if of_category and report.kind == NUMBER else report.text_read_as
            rows.append(
                (
                    report.name,
                    f"{report.kind} + {also}" if also else report.kind,
                    str(len(report.inputs)),
                    str(len(report.categories)) if of_category else "",
                    f"{report.rare_share:.1%}" if of_category else "",
                    f"{report.missing_share:.1%}",
                )
            )
        widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
        lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
        return "\n".join(lines)


def report_numbers(names):
    """Return the reports of numeric columns without missing values."""
    return ColumnReports(ColumnReport(name, NUMBER, (name,)) for name in names)


def report_columns(encoder):
    """Return the reports of the columns of `encoder`, in the order of X."""
    names, numeric = encoder.names, encoder.numeric.tolist()
    reports = {
        j: ColumnReport(names[j], NUMBER, tuple(encoder.inputs_of_number(j)), missing_share=share)
        for j, share in zip(numeric, encoder.missing_shares.tolist(), strict=False)
    }
    for column in (*encoder.dates, *encoder.categories):
        reports[column.position] = ColumnReport(
            names[column.position],
            NUMBER if column.position in encoder.as_categories else column.kind,
            tuple(encoder.inputs_of(column)),
            tuple(getattr(column, "categories", ())),
            getattr(column, "rare_share", 0.0),
            column.missing_share,
            encoder.text_read_as(column),
        )
    return ColumnReports(reports[j] for j in sorted(reports))
