"""Acts on the templates of papers, which two services have in the same way."""

from __future__ import annotations

from collections.abc import Mapping

from services.desk.acts.domain import QUERY, REASON, Act, Field, Said
from shared.i18n import N_

PAPER_LANGUAGES: Mapping[str, Said] = {"zh-CN": ("中文", "Chinese"), "en": ("英文", "English")}

ACTS: Mapping[str, Act] = {
    "propose_paper_template": Act(
        N_("Propose a template"),
        (
            Field("file", N_("File"), "file", help=N_("Word (.docx), made from the template in force")),
            Field(
                f"{QUERY}language",
                N_("Language of its papers"),
                "choice",
                choices=PAPER_LANGUAGES,
                preset="zh-CN",
            ),
            Field(f"{QUERY}reason", N_("Reason"), "long"),
        ),
        N_("It has effect once another person confirms it."),
    ),
    "confirm_paper_template": Act(
        N_("Put the template into force"), warning=N_("All papers from now on are made with it.")
    ),
    "discard_paper_template": Act(N_("Discard the template"), (REASON,)),
}
