"""What a field of a serializer, a form or a model lets through, by the name of its class."""

from __future__ import annotations

from typing import Final

from archwright.model.value import Trust, Use
from archwright.source import facts as f
from archwright.source.flow.values import ALL_USES, BIT, NO, UNKNOWN, UNKNOWN_ORIGIN, Origin, Val
from archwright.source.flow.values import clean as flow_clean
from archwright.source.frameworks.django.own_fields import judged
from archwright.source.frameworks.django.uploads import UPLOADED
from archwright.source.frameworks.shared.declared import Declaration

NUMBERS: Final = frozenset(
    {"IntegerField", "BigIntegerField", "SmallIntegerField", "PositiveIntegerField", "PositiveSmallIntegerField"}
    | {"PositiveBigIntegerField", "AutoField", "BigAutoField", "SmallAutoField", "FloatField", "DecimalField"}
    | {"BooleanField", "NullBooleanField", "DurationField"}
)
"""Fields of serializers, forms and models that let only numbers, truths and spans of time through."""
CLEAN: Final = frozenset(
    {"DateField", "DateTimeField", "TimeField", "UUIDField", "IPAddressField", "GenericIPAddressField", "ChoiceField"}
    | {"MultipleChoiceField", "TypedChoiceField", "TypedMultipleChoiceField", "RegexField", "SlugField", "HiddenField"}
    | {"SplitDateTimeField"}
)
"""Fields that let only dates, identifiers, and members or words of a fixed form through."""
_GEOMETRIES: Final = frozenset(
    {"GeometryField", "PointField", "LineStringField", "PolygonField", "MultiPointField", "MultiLineStringField"}
    | {"MultiPolygonField", "GeometryCollectionField"}
)
"""Fields that make a geometry of what is sent, which is written as numbers and words of their own."""
_TEXTS: Final = frozenset({"CharField", "EmailField", "URLField", "TextField", "FilePathField"})
_SHORT: Final = frozenset({"EmailField", "URLField"})
"""Texts that are held to a length where nothing is said of it: by the model's column, or by what such a text may be."""
_OPEN: Final = frozenset({"DictField", "JSONField", "HStoreField"})
_FILES: Final = frozenset({"FileField", "ImageField"})


def sent(said: str, unit: int, position: int, *, clean: bool = False) -> tuple[Origin, ...]:
    """What the caller sent, as it enters at a place; `clean` where a field has checked it."""
    return ((("source", said, Trust.ANYONE.value), ALL_USES if clean else 0, (None, unit, position, said)),)


def of_kind(kind: str, given: Declaration | None, said: str, unit: int, position: int) -> Val:
    """The value of a field: clean for numbers, dates and choices, as sent for texts, unknown for a class not known here.

    What may hold any letters is unknown, too, where the project's own code judges it.
    """
    if kind in NUMBERS:
        return Val(("number",), sent(said, unit, position, clean=True))
    if kind in CLEAN or (given is not None and "choices" in given.keywords):
        return Val(("text",), sent(said, unit, position, clean=True))
    if kind in _GEOMETRIES:
        return Val(None, sent(said, unit, position, clean=True))
    if given is not None and judged(given):
        return Val(("text",) if kind in _TEXTS else None, (UNKNOWN_ORIGIN,))
    if kind == "ListField":
        child = given.argument(0, "child") if given is not None else None
        held = None
        if given is not None and child is not None and child[0] == f.CALL:
            held = Declaration(given.engine, given.module, child)
        inner = of_kind(held.callee if held is not None else "JSONField", held, said, unit, position)
        return Val(("list",), (), NO, {"*": inner})
    if kind in _FILES:
        return Val(("object", UPLOADED), sent(said, unit, position))
    if kind in _OPEN:
        return Val(None, sent(said, unit, position))
    if kind in _TEXTS:
        limited = kind in _SHORT or (given is not None and "max_length" in given.keywords)
        origins = sent(said, unit, position)
        return Val(("text",), flow_clean(origins, BIT[Use.LENGTH]) if limited else origins)
    return UNKNOWN
