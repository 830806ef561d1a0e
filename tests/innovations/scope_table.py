"""Who may read and change what: one table of role, branch and stage; ``test_scope`` asks each of its cells.

``200`` opens, ``302`` acts (or leads the anonymous to signing in), ``403`` is known but not allowed, ``404`` is not known of,
``409`` and ``422`` are reached by those who may act, but the stage or the (empty) form is not right.
"""

from __future__ import annotations

from huomiao.innovations.states import CallState

ROLES = (
    "anonymous",
    "stranger",  # somebody signed in without any role
    "expert",
    "worker",  # of the unit, who declared it
    "secretary",  # of the unit
    "other_secretary",  # of another unit of the same county
    "county_officer",
    "city_officer",
    "other_city_officer",
    "organiser",
)
STAGES = {"open": CallState.OPEN, "checking": CallState.CHECKING, "reviewing": CallState.REVIEWING}
IN = 302  # the anonymous are led to signing in

# What each role gets, in the order of ROLES, in every stage unless the stage has a line of its own.
READS: dict[str, tuple[int, ...]] = {
    "calls": (200,) * 10,
    "call": (200,) * 10,
    "call-edit": (IN, 403, 403, 403, 403, 403, 403, 403, 403, 200),
    "mine": (IN,) + (200,) * 9,
    "declarations": (IN, 403, 403, 403, 200, 200, 200, 200, 200, 200),
    "declaration": (IN, 404, 404, 200, 200, 404, 200, 200, 404, 200),
    "desk": (IN, 404, 404, 404, 200, 200, 200, 200, 200, 404),
    "decide": (IN, 404, 404, 404, 200, 404, 200, 200, 404, 404),
    "recommend": (IN, 404, 404, 404, 404, 404, 404, 200, 404, 200),
    "recommend-table": (IN, 404, 404, 404, 404, 404, 404, 200, 404, 200),
    "progress": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 200),
    "check": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 200),
    "check-one": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 200),
    "import-new": (IN, 404, 404, 404, 200, 200, 200, 200, 200, 200),
    "import-template": (IN, 404, 404, 404, 200, 200, 200, 200, 200, 200),
    "summary-export": (IN, 404, 404, 404, 200, 200, 200, 200, 200, 200),
    "import": (IN, 404, 404, 404, 404, 404, 404, 200, 404, 404),
    "import-annotated": (IN, 404, 404, 404, 404, 404, 404, 200, 404, 404),
    "experts": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 200),
    "rounds": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 200),
    "results": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 200),
    # Paper: forms, what came back sealed, and the piles of whoever brought them.
    "form-pdf": (IN, 404, 404, 200, 200, 404, 200, 200, 404, 200),
    "paper-form": (IN, 404, 404, 200, 200, 404, 200, 200, 404, 200),
    "summary-pdf": (IN, 404, 404, 404, 404, 404, 404, 200, 404, 200),
    "paper": (IN, 403, 403, 403, 200, 200, 200, 200, 200, 200),
    "paper-pile": (IN, 404, 404, 404, 404, 404, 404, 200, 404, 404),
    "paper-sheet-picture": (IN, 404, 404, 404, 404, 404, 404, 200, 404, 404),
    # Drafts: nobody but who writes one knows of it.
    "declaration-edit": (IN, 404, 404, 302, 404, 404, 404, 404, 404, 404),
    "declaration-step": (IN, 404, 404, 200, 404, 404, 404, 404, 404, 404),
    "draft-pdf": (IN, 404, 404, 200, 404, 404, 404, 404, 404, 404),
    # Review: rounds are the organiser's, a sheet is its expert's.
    "round": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 200),
    "round-entries": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 200),
    "round-entry": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 200),
    "round-assignment": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 200),
    "sheets": (IN, 404, 200, 404, 404, 404, 404, 404, 404, 404),
    "sheet": (IN, 404, 200, 404, 404, 404, 404, 404, 404, 404),
    "sheets-sign": (IN, 404, 200, 404, 404, 404, 404, 404, 404, 404),
    "publication": (IN, 403, 403, 403, 403, 403, 403, 403, 403, 200),
    # Figures: officers see those of their branch (which ones is in SHOWN).
    **dict.fromkeys(
        (
            *("stats:index", "stats:dashboard", "stats:records", "stats:records-table"),
            *("stats:bulletin", "stats:bulletin-file"),
        ),
        (IN, 403, 403, 403, 200, 200, 200, 200, 200, 200),
    ),
    # Honours: the register is public, a certificate is its holder's and the unions' above.
    **dict.fromkeys(("honours:list", "honours:verify-form", "honours:verify"), (200,) * 10),
    "honours:mine": (IN,) + (200,) * 9,
    "honours:certificate": (IN, 404, 404, 200, 200, 404, 200, 200, 404, 200),
    "honours:certificates": (IN, 403, 403, 403, 403, 403, 403, 403, 403, 200),
    "honours:revoke-form": (IN, 404, 404, 403, 403, 404, 403, 403, 404, 200),
    # Notices are public, objections are read by whoever runs the issuer's calls.
    **dict.fromkeys(
        ("notices:list", "notices:detail", "notices:list-text", "notices:object", "notices:status"), (200,) * 10
    ),
    "notices:receipt": (302,) * 10,
    "notices:objections": (IN,) + (200,) * 9,
    "notices:objection": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 200),
    "notices:workdays": (IN, 403, 403, 403, 403, 403, 403, 403, 403, 200),
    # Organizations: the tree is open to everyone signed in, the rest to whoever keeps it from above.
    **dict.fromkeys(("orgs:tree", "orgs:suggest", "orgs:detail", "orgs:children"), (IN,) + (200,) * 9),
    **dict.fromkeys(("orgs:tree-import", "orgs:tree-template"), (IN, 403, 403, 403, 403, 403, 200, 200, 200, 200)),
    **dict.fromkeys(
        (
            *("orgs:create", "orgs:edit", "orgs:rename", "orgs:move", "orgs:merge", "orgs:close"),
            "orgs:people",
        ),
        (IN, 403, 403, 403, 403, 403, 200, 200, 403, 200),
    ),
    **dict.fromkeys(
        ("orgs:rosters-import", "orgs:rosters-template"), (IN, 403, 403, 403, 200, 200, 200, 200, 200, 200)
    ),
    **dict.fromkeys(
        ("orgs:roster", "orgs:roster-add", "orgs:roster-import", "orgs:roster-template"),
        (IN, 403, 403, 403, 200, 403, 200, 200, 403, 200),
    ),
    "orgs:roster-entry": (IN, 404, 404, 404, 200, 404, 200, 200, 404, 200),
    **dict.fromkeys(("orgs:import", "orgs:import-marked"), (IN, 404, 404, 404, 200, 404, 404, 404, 404, 404)),
}

# What a press of each button gives: (role → answer) for the first stage, and how later stages answer who may act.
CHANGES: dict[str, tuple[int, ...]] = {
    "call-advance": (IN, 403, 403, 403, 403, 403, 403, 403, 403, 422),
    "desk-decide": (IN, 404, 404, 404, 422, 422, 422, 422, 422, 404),
    "decide": (IN, 404, 404, 404, 302, 404, 302, 302, 404, 404),
    "opinion-undo": (IN, 404, 404, 403, 409, 404, 403, 403, 404, 403),
    "recommend": (IN, 404, 404, 404, 404, 404, 404, 302, 404, 403),
    "recommend-sign": (IN, 404, 404, 404, 404, 404, 404, 422, 404, 403),
    "recommend-scan": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 404),
    "recommend-reopen": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 404),
    "recommend-remind": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 302),
    "check-pass": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 422),
    "check-one": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 409),
    "check-undo": (IN, 404, 404, 403, 403, 404, 403, 403, 404, 409),
    "check-recall": (IN, 404, 404, 403, 403, 404, 403, 403, 404, 409),
    "import-new": (IN, 404, 404, 404, 422, 422, 422, 422, 422, 422),
    "import-confirm": (IN, 404, 404, 404, 404, 404, 404, 422, 404, 404),
    "import-drop": (IN, 404, 404, 404, 404, 404, 404, 302, 404, 404),
    "declaration-withdraw": (IN, 404, 404, 302, 403, 404, 403, 403, 404, 403),
    "paper-form": (IN, 404, 404, 422, 422, 404, 422, 422, 404, 422),
    "paper-pile-read": (IN, 404, 404, 404, 404, 404, 404, 302, 404, 404),
    "paper-sheet-assign": (IN, 404, 404, 404, 404, 404, 404, 422, 404, 404),
    "paper-sheet-set-aside": (IN, 404, 404, 404, 404, 404, 404, 302, 404, 404),
    "attachments": (IN, 404, 404, 422, 404, 404, 404, 404, 404, 404),
    "attachment": (IN, 404, 404, 422, 404, 404, 404, 404, 404, 404),
    "attachment-remove": (IN, 404, 404, 302, 404, 404, 404, 404, 404, 404),
    "declaration-discard": (IN, 404, 404, 302, 404, 404, 404, 404, 404, 404),
    "declaration-step": (IN, 404, 404, 302, 404, 404, 404, 404, 404, 404),
    "author-confirm": (IN, 404, 404, 302, 403, 404, 403, 403, 404, 403),
    "rounds": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 422),
    "round-assign": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 409),
    "round-start": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 409),
    "round-lock": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 422),
    "round-unlock": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 409),
    "round-propose": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 409),
    "entry-redact": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 422),
    "entry-give": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 404),
    "sheet-swap": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 404),
    "sheet-reopen": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 409),
    "sheet-save": (IN, 404, 422, 404, 404, 404, 404, 404, 404, 404),
    "sheet-recuse": (IN, 404, 422, 404, 404, 404, 404, 404, 404, 404),
    "sheets-sign": (IN, 404, 422, 404, 404, 404, 404, 404, 404, 404),
    "publication-open": (IN, 403, 403, 403, 403, 403, 403, 403, 403, 422),
    "publish": (IN, 403, 403, 403, 403, 403, 403, 403, 403, 422),
    "publication-withdraw": (IN, 403, 403, 403, 403, 403, 403, 403, 403, 422),
    # Files that experts see, and those kept from them.
    "file-withhold": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 302),
    "withheld-let-through": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 302),
    "withheld-copy": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 422),
    "honours:revoke": (IN, 404, 404, 403, 403, 404, 403, 403, 404, 302),
    "revoke-without-reason": (IN, 404, 404, 403, 403, 404, 403, 403, 404, 422),
    # Anybody may object, and asks by receipt what became of it.
    "notices:object": (422,) * 10,
    "notices:status": (422,) * 10,
    "notices:accept": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 302),
    "notices:keep": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 302),
    "notices:reveal": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 200),
    "notices:rule": (IN, 404, 404, 404, 404, 404, 404, 404, 404, 422),
    "notices:workdays": (IN, 403, 403, 403, 403, 403, 403, 403, 403, 422),
    "notices:workday-remove": (IN, 403, 403, 403, 403, 403, 403, 403, 403, 302),
    "orgs:tree-import": (IN, 403, 403, 403, 403, 403, 422, 422, 422, 422),
    **dict.fromkeys(
        ("orgs:create", "orgs:edit", "orgs:rename", "orgs:move", "orgs:merge", "orgs:close"),
        (IN, 403, 403, 403, 403, 403, 422, 422, 403, 422),
    ),
    "orgs:reopen": (IN, 403, 403, 403, 403, 403, 409, 409, 403, 409),
    "orgs:grant": (IN, 403, 403, 403, 403, 403, 302, 302, 403, 302),
    "grant-nothing": (IN, 403, 403, 403, 403, 403, 302, 302, 403, 302),
    "orgs:membership-end": (IN, 403, 403, 403, 403, 403, 302, 302, 403, 302),
    "orgs:rosters-import": (IN, 403, 403, 403, 422, 422, 422, 422, 422, 422),
    **dict.fromkeys(("orgs:roster-add", "orgs:roster-import"), (IN, 403, 403, 403, 422, 403, 422, 422, 403, 422)),
    "orgs:roster-export": (IN, 403, 403, 403, 200, 403, 200, 200, 403, 200),
    "orgs:roster-entry": (IN, 404, 404, 404, 422, 404, 422, 422, 404, 422),
    "orgs:roster-leave": (IN, 404, 404, 404, 302, 404, 302, 302, 404, 302),
    "orgs:roster-return": (IN, 404, 404, 404, 409, 404, 409, 409, 404, 409),
    "orgs:roster-phone": (IN, 404, 404, 404, 200, 404, 200, 200, 404, 200),
    "orgs:import-apply": (IN, 404, 404, 404, 422, 404, 404, 404, 404, 404),
    "orgs:import-drop": (IN, 404, 404, 404, 302, 404, 404, 404, 404, 404),
}
# Apps that know of no call: their lines are the same in every stage and asked in one.
STAGELESS = ("honours:", "notices:", "orgs:", "revoke-without-reason", "grant-nothing")

# Who finds what on a page: a page that opens does not show everything to everybody.
SHOWN: dict[tuple[str, str], tuple[int, ...]] = {
    ("declaration", "opinion"): (0, 0, 0, 1, 1, 0, 1, 1, 0, 1),
    ("declarations", "title"): (0, 0, 0, 0, 1, 0, 1, 1, 0, 1),
    ("stats:records", "title"): (0, 0, 0, 0, 1, 0, 1, 1, 0, 1),
    ("round-entry", "withheld"): (0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
    ("sheet", "withheld"): (0,) * 10,
    ("sheet", "file"): (0, 0, 1, 0, 0, 0, 0, 0, 0, 0),
    ("notices:objections", "objection-page"): (0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
    ("notices:objection", "objection"): (0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
    # Who objected is told to nobody who has not said why they ask; a notice says nothing of objections.
    ("notices:objection", "objector"): (0,) * 10,
    ("notices:objections", "objector"): (0,) * 10,
    ("notices:detail", "objection"): (0,) * 10,
    ("honours:mine", "honour"): (0, 0, 0, 1, 0, 0, 0, 0, 0, 0),
    ("honours:list", "honour"): (1,) * 10,
    ("orgs:detail", "official"): (0, 0, 0, 1, 1, 0, 1, 1, 0, 1),
    ("orgs:roster", "person"): (0, 0, 0, 0, 1, 0, 1, 1, 0, 1),
    ("orgs:roster", "phone"): (0,) * 10,
    ("orgs:roster-entry", "phone"): (0,) * 10,
}
# In these stages an act that the first stage lets through comes too late or too early.
LATER: dict[tuple[str, str], dict[str, int]] = {
    ("decide", "checking"): {"secretary": 409, "county_officer": 409, "city_officer": 409},
    ("decide", "reviewing"): {"secretary": 409, "county_officer": 409, "city_officer": 409},
    ("recommend", "checking"): {"city_officer": 409},
    ("recommend", "reviewing"): {"city_officer": 409},
    ("recommend-sign", "checking"): {"city_officer": 409},
    ("recommend-sign", "reviewing"): {"city_officer": 409},
    ("import-confirm", "checking"): {"city_officer": 409},
    ("import-confirm", "reviewing"): {"city_officer": 409},
}

SUBJECTS = {
    "call": ("call",),
    "union": ("call", "union"),
    "declaration": ("declaration",),
    "opinion": ("opinion",),
    "batch": ("batch",),
    "advance": ("call", "next"),
    "table": ("table",),
    "pile": ("pile",),
    "scan": ("scan",),
    "draft": ("draft",),
    "step": ("draft", "step"),
    "paper": ("draft", "paper"),
    "author": ("declaration", "author"),
    "round": ("round",),
    "entry": ("round", "entry"),
    "sheet": ("sheet",),
    "withheld": ("withheld",),
    "shown": ("shown",),
    "bulletin": ("call", "bulletin"),
    "honour": ("honour",),
    "code": ("code",),
    "notice": ("notice",),
    "item": ("item",),
    "objection": ("objection",),
    "accepted": ("accepted",),
    "workday": ("workday",),
    "unit": ("unit",),
    "seat": ("unit", "seat"),
    "entry-of-roster": ("unit", "entry-of-roster"),
    "brought": ("brought",),
    "none": (),
}
TAKES = {
    "calls": "none",
    "mine": "none",
    "declarations": "none",
    "experts": "none",
    "declaration": "declaration",
    "decide": "declaration",
    "check-one": "declaration",
    "check-undo": "declaration",
    "check-recall": "declaration",
    "declaration-withdraw": "declaration",
    "opinion-undo": "opinion",
    "import": "batch",
    "import-annotated": "batch",
    "import-confirm": "batch",
    "import-drop": "batch",
    "recommend": "union",
    "recommend-table": "union",
    "recommend-sign": "union",
    "recommend-scan": "union",
    "recommend-reopen": "union",
    "recommend-remind": "union",
    "call-advance": "advance",
    "form-pdf": "declaration",
    "paper-form": "declaration",
    "summary-pdf": "table",
    "paper-pile": "pile",
    "paper-pile-read": "pile",
    "paper-sheet-picture": "scan",
    "paper-sheet-assign": "scan",
    "paper-sheet-set-aside": "scan",
    "declaration-edit": "draft",
    "declaration-step": "step",
    "draft-pdf": "draft",
    "declaration-discard": "draft",
    "attachments": "draft",
    "attachment": "paper",
    "attachment-remove": "paper",
    "author-confirm": "author",
    **dict.fromkeys(
        (
            *("round", "round-entries", "round-assignment", "round-assign", "round-start", "round-lock"),
            *("round-unlock", "round-propose"),
        ),
        "round",
    ),
    **dict.fromkeys(("round-entry", "entry-redact", "entry-give"), "entry"),
    **dict.fromkeys(("sheet", "sheet-save", "sheet-recuse", "sheet-swap", "sheet-reopen"), "sheet"),
    **dict.fromkeys(("sheets", "sheets-sign"), "none"),
    "file-withhold": "shown",
    **dict.fromkeys(("withheld-let-through", "withheld-copy"), "withheld"),
    **dict.fromkeys(("stats:index", "honours:list", "honours:mine", "honours:certificates"), "none"),
    "stats:bulletin-file": "bulletin",
    **dict.fromkeys(("honours:certificate", "honours:revoke-form", "honours:revoke"), "honour"),
    "revoke-without-reason": "honour",
    "grant-nothing": "unit",
    **dict.fromkeys(("honours:verify-form", "notices:list", "notices:workdays", "notices:objections"), "none"),
    **dict.fromkeys(("notices:receipt", "notices:status"), "none"),
    "honours:verify": "code",
    **dict.fromkeys(("notices:detail", "notices:list-text"), "notice"),
    "notices:object": "item",
    **dict.fromkeys(("notices:objection", "notices:accept", "notices:keep", "notices:reveal"), "objection"),
    "notices:rule": "accepted",
    "notices:workday-remove": "workday",
    **dict.fromkeys(("orgs:tree", "orgs:suggest", "orgs:tree-import", "orgs:tree-template"), "none"),
    **dict.fromkeys(("orgs:rosters-import", "orgs:rosters-template"), "none"),
    **dict.fromkeys(
        (
            *("orgs:detail", "orgs:children", "orgs:create", "orgs:edit", "orgs:rename", "orgs:move", "orgs:merge"),
            *("orgs:close", "orgs:reopen", "orgs:people", "orgs:grant", "orgs:roster", "orgs:roster-add"),
            *("orgs:roster-export", "orgs:roster-import", "orgs:roster-template"),
        ),
        "unit",
    ),
    "orgs:membership-end": "seat",
    **dict.fromkeys(
        ("orgs:roster-entry", "orgs:roster-leave", "orgs:roster-return", "orgs:roster-phone"), "entry-of-roster"
    ),
    **dict.fromkeys(("orgs:import", "orgs:import-marked", "orgs:import-apply", "orgs:import-drop"), "brought"),
}
# Lines of the table that ask an address of another name.
SAME_ADDRESS = {
    "draft-pdf": "form-pdf",
    "revoke-without-reason": "honours:revoke",
    "grant-nothing": "orgs:grant",
}
# What the address of a line asks for besides.
QUERY = {"stats:records": "?scope=all"}
SENT = {
    "decide": {"decision": "decline", "text": "不符合条件"},
    "check-one": {"decision": "refuse", "text": "不符合条件"},
    "recommend-reopen": {"note": "有误"},
    "import-confirm": {"mode": "all"},
    "withheld-let-through": {"note": "无姓名"},
    "file-withhold": {"note": "有厂名"},
    "honours:revoke": {"reason": "查实造假"},
    "notices:keep": {"note": "匿名"},
    "notices:reveal": {"reason": "核查"},
    "orgs:roster-phone": {"reason": "联系本人"},
    "orgs:roster-leave": {"on": "2026-06-01"},
    "orgs:roster-export": {"export-reason": "核对"},
}
