"""What the programme knows about a person, for their own export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from huomiao.innovations.models import Author, Declaration

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def declarations(user: User) -> dict[str, Any]:
    """The declarations that ``user`` began, and the authorships in their name."""
    written = Declaration.objects.filter(declared_by=user).select_related("call", "unit").order_by("pk")
    authored = Author.objects.filter(user=user).select_related("declaration").order_by("pk")
    return {
        "written": [
            {
                "number": one.number or "",
                "call": str(one.call),
                "unit": str(one.unit),
                "state": one.state,
                "text": one.text,
                "contact_name": one.contact_name,
                "contact_phone": one.contact_phone,
            }
            for one in written
        ],
        "authorships": [
            {
                "declaration": str(author.declaration),
                "place": author.place,
                "name": author.name,
                "phone": author.phone,
                "gender": author.gender,
                "born_in": author.born_in,
                "post": author.post,
                "title": author.title,
                "contribution": author.contribution,
                "confirmed_at": author.confirmed_at,
            }
            for author in authored
        ],
    }
