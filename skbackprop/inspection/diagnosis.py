"""The result of a diagnosis: findings, sorted by severity, and their representations as text and HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from textwrap import fill
from typing import overload

from skbackprop.inspection.severity import SEVERITIES

REPORT_WIDTH = 88
# Background colors for white text, legible on light and on dark pages.
COLORS = {"info": "#1f5f99", "warning": "#8a5a00", "critical": "#b3261e"}
TABLE = "border-collapse: collapse; max-width: 70em; color: inherit"
CELL = "text-align: left; vertical-align: top; padding: 0.5em 1em; border-top: 1px solid #888888"


@dataclass(frozen=True)
class Finding:
    """One problem of a network.

    Attributes
    ----------
    name : str
        Identifier of the problem: "dead_rectifiers", "vanishing_gradients", ...
    severity : {"info", "warning", "critical"}
    message : str
        Description of the problem.
    advice : str
        What usually helps.
    layer : int or None
        Number of the affected layer, counted from 1 (its weights are ``coefs_[layer - 1]``); None if the
        problem does not concern a single layer.
    evidence : dict of str to float
        The measured values.
    consequence_of : tuple of str
        Names of the other findings that explain this one; empty for a cause.
    """

    name: str
    severity: str
    message: str
    advice: str
    layer: int | None = None
    evidence: dict[str, float] = field(default_factory=dict)
    consequence_of: tuple[str, ...] = ()

    @property
    def heading(self) -> str:
        """Name of the finding, followed by the layer if there is one."""
        return self.name if self.layer is None else f"{self.name} (layer {self.layer})"

    def evidence_text(self) -> str:
        """Return the evidence as one line of text."""
        return ", ".join(f"{name} = {value:.4g}" for name, value in self.evidence.items())

    @property
    def remedy(self) -> str:
        """The advice; for a consequence, the names of the findings to treat first."""
        if not self.consequence_of:
            return self.advice
        return f"treat {' and '.join(self.consequence_of)} first, which may be the cause. Else: {self.advice}"

    def __str__(self) -> str:
        lines = [f"{self.severity.upper()}: {self.heading}", f"  {self.message}"]
        if self.evidence:
            lines.append(f"  measured: {self.evidence_text()}")
        lines.append(f"  try: {self.remedy}")
        return "\n".join(fill(line, REPORT_WIDTH, subsequent_indent="    ") for line in lines)


class Diagnosis(Sequence[Finding]):
    """The findings about a network: causes before their consequences, the most severe first.

    Printing a diagnosis gives a report, and a notebook displays it as a table. The diagnosis of a
    network without problems is empty, and therefore false in a boolean context.

    Parameters
    ----------
    findings : sequence of Finding
    subject : str, default="the network"
        Name of the examined estimator, for the report.
    not_examined : iterable of str, default=()
        Checks that could not be made, each with the reason.

    Examples
    --------
    >>> from skbackprop.inspection import Diagnosis, Finding
    >>> slow = Finding("steps_too_small", "warning", "The weights hardly change.", "a larger learning_rate")
    >>> diagnosis = Diagnosis([slow])
    >>> len(diagnosis), diagnosis[0].name
    (1, 'steps_too_small')
    >>> [finding.name for finding in diagnosis.at_least("critical")]
    []
    """

    def __init__(
        self,
        findings: Iterable[Finding],
        subject: str = "the network",
        not_examined: Iterable[str] = (),
    ) -> None:
        self.findings = tuple(sorted(findings, key=place))
        self.subject = subject
        self.not_examined = tuple(not_examined)

    def __len__(self) -> int:
        return len(self.findings)

    @overload
    def __getitem__(self, index: int) -> Finding: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Finding, ...]: ...

    def __getitem__(self, index: int | slice) -> Finding | tuple[Finding, ...]:
        return self.findings[index]

    def __repr__(self) -> str:
        return f"Diagnosis({list(self.findings)!r})"

    def at_least(self, severity: str) -> list[Finding]:
        """Return the findings of at least this severity.

        Parameters
        ----------
        severity : {"info", "warning", "critical"}

        Returns
        -------
        findings : list of Finding

        Raises
        ------
        ValueError
            If `severity` is not one of these.
        """
        if severity not in SEVERITIES:
            raise ValueError(
                f"The 'severity' parameter must be one of {SEVERITIES}. Got {severity!r} instead."
            )
        allowed = SEVERITIES[SEVERITIES.index(severity) :]
        return [finding for finding in self.findings if finding.severity in allowed]

    @property
    def summary(self) -> str:
        """Number of findings of each severity, as one line of text."""
        counts = {
            severity: sum(finding.severity == severity for finding in self.findings)
            for severity in reversed(SEVERITIES)
        }
        found = ", ".join(f"{severity}: {count}" for severity, count in counts.items() if count)
        return f"Diagnosis of {self.subject} ({found or 'no problems found'})"

    def __str__(self) -> str:
        parts = [self.summary, *map(str, self.findings)]
        if self.not_examined:
            parts.append("\n".join(["Not examined:", *(f"  {reason}" for reason in self.not_examined)]))
        return "\n\n".join(parts)

    def _repr_html_(self) -> str:
        parts = [f"<p><strong>{escape(self.summary)}</strong></p>"]
        if self.findings:
            head = "".join(f'<th style="{CELL}">{name}</th>' for name in ("Try", "Finding", "Measured"))
            rows = "".join(map(html_row, self.findings))
            parts.append(
                f'<div style="overflow-x: auto"><table style="{TABLE}"><thead><tr>{head}</tr></thead>'
                f"<tbody>{rows}</tbody></table></div>"
            )
        if self.not_examined:
            reasons = "".join(f"<li>{escape(reason)}</li>" for reason in self.not_examined)
            parts.append(f"<p>Not examined:</p><ul>{reasons}</ul>")
        return f"<div>{''.join(parts)}</div>"


def html_row(finding: Finding) -> str:
    """Return a finding as a row of an HTML table."""
    measured = "<br>".join(
        f"{escape(name.replace('_', ' '))}: {value:.4g}" for name, value in finding.evidence.items()
    )
    label = (
        f'<span style="background: {COLORS[finding.severity]}; color: white; border-radius: 0.3em; '
        f'padding: 0.1em 0.5em">{finding.severity}</span>'
    )
    return (
        f'<tr><td style="{CELL}; min-width: 14em">{label} <strong>{escape(finding.heading)}</strong>'
        f"<br>{escape(finding.remedy)}</td>"
        f'<td style="{CELL}; min-width: 16em">{escape(finding.message)}</td>'
        f'<td style="{CELL}; white-space: nowrap">{measured}</td></tr>'
    )


def place(finding: Finding) -> tuple[bool, int]:
    """Return the sort key of a finding: causes first, then the most severe first."""
    return bool(finding.consequence_of), -SEVERITIES.index(finding.severity)
