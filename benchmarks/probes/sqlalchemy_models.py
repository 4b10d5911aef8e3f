"""What SQLAlchemy's mapper registries say, for the probes of FastAPI, Flask and Pyramid. SQLAlchemy 1.3 to 2."""

import functools
import gc


@functools.cache
def mappers():
    """Every configured mapper of the process."""
    from sqlalchemy.orm import Mapper, configure_mappers

    configure_mappers()
    found = [thing for thing in gc.get_objects() if issubclass(type(thing), Mapper)]
    return sorted(found, key=lambda mapper: (mapper.class_.__module__, mapper.class_.__qualname__))


def logical(type_):
    """The logical type of a column; None where there is no word for it."""
    import sqlalchemy as sa
    from sqlalchemy.dialects import postgresql

    name = type(type_).__name__
    if isinstance(type_, sa.types.TypeDecorator):
        return logical(type_.load_dialect_impl(postgresql.dialect()))
    if name in ("UUID", "Uuid", "GUID"):
        return "uuid"
    for cls, word in (
        (sa.Boolean, "bool"),
        (sa.Enum, "text"),
        (sa.JSON, "json"),
        (sa.String, "text"),
        (sa.Float, "float"),
        (sa.Numeric, "decimal"),
        (sa.Integer, "int"),
        (sa.DateTime, "timestamp"),
        (sa.Date, "date"),
        (sa.LargeBinary, "bytes"),
    ):
        if isinstance(type_, cls):
            return word
    return {"BYTEA": "bytes", "TIMESTAMP": "timestamp"}.get(name)


def entities(tree):
    """The tables of mapped classes, and the tables of their metadata that no class is mapped to and no relation goes through."""
    import sqlalchemy as sa

    all_mappers = mappers()
    seen, secondary, own_metadata = {}, set(), []
    for mapper in all_mappers:
        for relation in mapper.relationships:
            if relation.secondary is not None and isinstance(relation.secondary, sa.Table):
                secondary.add(relation.secondary.fullname)
    for mapper in all_mappers:
        table = mapper.local_table
        if not isinstance(table, sa.Table):
            continue
        own = tree.defines(mapper.class_)
        if own and table.metadata not in own_metadata:
            own_metadata.append(table.metadata)
        inherits = mapper.inherits
        if inherits is not None and inherits.local_table is table:
            continue
        seen[table] = describe(mapper, table, own, mapper.class_.__name__)
    for metadata in own_metadata:
        for table in metadata.tables.values():
            if table not in seen and table.fullname not in secondary:
                seen[table] = describe(None, table, True, table.name)
    return list(seen.values())


def made_by_backref(relation):
    """True for the far side that `backref=` of another class made: the same relation, declared once."""
    for other in relation.mapper.relationships:
        given = other.backref
        name = given[0] if isinstance(given, tuple) else given
        if name == relation.key and other.mapper.common_parent(relation.parent):
            return True
    return False


def attributes(mapper, table):
    """Attribute by column, of the class and of those that share its table."""
    keys = {}
    for each in mapper.self_and_descendants if mapper is not None else ():
        for prop in each.column_attrs:
            for column in prop.columns:
                if getattr(column, "table", None) is table:
                    keys.setdefault(column.name, prop.key)
    return keys


def declares(mapper, relation):
    """True for a many-to-many relation that this class itself declares."""
    import sqlalchemy as sa

    secondary = isinstance(relation.secondary, sa.Table)
    return secondary and relation.parent is mapper and not made_by_backref(relation)


def one(column, name, names):
    """A column; names: those of the classes by their tables."""
    target = sorted(key.column.table.name for key in column.foreign_keys)
    classes = sorted(names.get(key.column.table, "") for key in column.foreign_keys)
    return {
        "name": name,
        "type": "reference" if target else logical(column.type),
        "nullable": bool(column.nullable),
        "relation": target[0] if target else None,
        "target": classes[0] if classes else None,
        "many": False,
        "own": True,
    }


def many(relation):
    """A many-to-many relation."""
    return {
        "name": relation.key,
        "type": "reference",
        "nullable": None,
        "relation": relation.mapper.local_table.name,
        "target": relation.mapper.class_.__name__,
        "many": True,
        "own": True,
    }


def describe(mapper, table, own, name):
    """One entity."""
    import sqlalchemy as sa

    keys = attributes(mapper, table)

    def named(column):
        return keys.get(column.name, column.name)

    names = {each.local_table: each.class_.__name__ for each in mappers() if each.inherits is None}
    fields = [one(column, named(column), names) for column in table.columns]
    fields += [many(each) for each in (mapper.relationships if mapper is not None else ()) if declares(mapper, each)]
    constraints = [each for each in table.constraints if isinstance(each, sa.UniqueConstraint)]
    uniques = [[named(column) for column in each.columns] for each in constraints]
    indexes = []
    for index in table.indexes:
        keys_of = [getattr(each, "element", each) for each in index.expressions]  # column.desc()
        if all(isinstance(each, sa.Column) for each in keys_of):
            (uniques if index.unique else indexes).append([named(column) for column in keys_of])
    return {
        "table": table.name,
        "name": name,
        "own": own,
        "key": [named(column) for column in table.primary_key.columns],
        "fields": fields,
        "uniques": uniques,
        "indexes": indexes,
    }
