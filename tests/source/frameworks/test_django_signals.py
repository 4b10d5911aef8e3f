"""What a save or a delete sets off, and what the ORM takes from elsewhere: settings, managers, models of other packages."""

from __future__ import annotations

from collections.abc import Callable

from archwright.model.effect import Interpret, Load, Read, Write
from archwright.model.value import Use
from archwright.source.program import Program

Make = Callable[..., Program]

MODELS = """
    from django.db import models

    class Plan(models.Model):
        name = models.CharField(max_length=10)

    class Owned(models.QuerySet):
        def open(self):
            return self.select_related("plan")

    class Base(models.Manager):
        def latest_of(self, name):
            return self.filter(plan__name=name)

    class Counted(Base.from_queryset(Owned)):
        pass

    class Account(models.Model):
        plan = models.ForeignKey(Plan, on_delete=models.CASCADE)
        objects = Counted()
        others = models.Manager.from_queryset(Owned)()

    class Card(models.Model):
        account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="card")

    class Entry(models.Model):
        text = models.TextField()
"""


def shop(views: str, more: dict[str, str] | None = None) -> dict[str, str]:
    return {
        "shop/__init__.py": "",
        "shop/models.py": MODELS,
        "shop/views.py": views,
        "config/__init__.py": "",
        "config/settings.py": "TABLE = 'entries'\nSTRICT = False\nSECRET = env('SECRET')\n",
        "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'config.settings')\n",
        **(more or {}),
    }


RECEIVERS = """
    from django.db.models.signals import post_delete, post_save
    from django.dispatch import receiver
    from shop.models import Account, Entry, Plan

    @receiver(post_save, sender=Account)
    def note(sender, instance, created, **kwargs):
        Entry.objects.create(text=instance.plan.name)

    def gone(sender, instance, **kwargs):
        Entry.objects.filter(text="x").delete()

    post_delete.connect(gone, sender=Plan)
"""


def test_receivers_run_where_rows_are_saved_and_deleted(program: Make, per_row: Callable[[Program], set[str]]) -> None:
    views = """
        from shop.models import Account, Plan

        def touch(request):
            for account in Account.objects.all():
                account.save()

        def bulk(request):
            Account.objects.update(plan=None)

        def remove(request, pk):
            Plan.objects.get(pk=pk).delete()
    """
    found = program(shop(views, {"shop/receivers.py": RECEIVERS}), Read, Load, Write)
    assert per_row(found) == {"plan"}
    units = {name.partition(".")[2]: found.called_by(unit) for unit, name in _units(found).items()}
    names = _units(found)
    assert [names[each] for each in units["views.touch"]] == ["shop.receivers.note"]
    assert [names[each] for each in units["views.remove"]] == ["shop.receivers.gone"]
    assert not units["views.bulk"]


def _units(found: Program) -> dict[int, str]:
    project = found.project
    return {
        module.index << 16 | index: project.unit_name(module.index << 16 | index)
        for module in project.modules
        for index in range(len(module.units))
    }


def test_settings_are_constants_but_for_flags(program: Make) -> None:
    views = """
        from django.conf import settings
        from django.db import connection

        def show(request):
            with connection.cursor() as cursor:
                cursor.execute("select * from " + settings.TABLE)
                if settings.STRICT:
                    cursor.execute("select 1")
                cursor.execute("select '%s'" % settings.SECRET)
    """
    texts = {e.place.line: e.text for e in program(shop(views), Interpret).effects if isinstance(e, Interpret)}
    assert texts[7].constant == "select * from entries"
    assert texts[9].constant == "select 1"
    assert texts[10].constant is None
    assert texts[10].state(Use.SQL_TEXT) != "dirty"


def test_methods_of_managers_made_from_query_sets(program: Make, per_row: Callable[[Program], set[str]]) -> None:
    views = """
        from shop.models import Account

        def good(request):
            return [a.plan.name for a in Account.objects.open()] + [a.plan.name for a in Account.others.open()]

        def bad(request):
            return [a.plan.name for a in Account.objects.latest_of("x")]
    """
    found = program(shop(views), Read, Load)
    assert per_row(found) == {"plan"}
    assert {e.place.line for e in found.effects if isinstance(e, Load) and e.relation not in e.loaded} == {8}


def test_a_one_to_one_relation_leads_back_without_a_query(
    program: Make, per_row: Callable[[Program], set[str]]
) -> None:
    views = """
        from shop.models import Account, Card

        def good(request):
            for account in Account.objects.select_related("card", "plan"):
                print(account.card.account.plan.name)
            for card in Card.objects.select_related("account"):
                print(card.account.card.pk)
    """
    found = program(shop(views), Read, Load)
    assert "card" not in per_row(found)
    assert "account" not in per_row(found)
    assert "card.account" not in per_row(found)


def test_a_column_of_the_query_is_there(program: Make, per_row: Callable[[Program], set[str]]) -> None:
    views = """
        from django.db.models import Count
        from shop.models import Account, Entry

        def count(row):
            if hasattr(row, "number"):
                return row.number
            return Entry.objects.filter(text=row.pk).count()

        def shown(request):
            return [count(row) for row in Account.objects.annotate(number=Count("plan"))]
    """
    assert per_row(program(shop(views), Read, Load)) == set()
    plain = views.replace('annotate(number=Count("plan"))', "all()")
    assert per_row(program(shop(plain), Read, Load)) == {"Entry?"}


def test_models_of_other_packages_are_queried_too(program: Make) -> None:
    views = """
        from django.apps import apps
        from django.contrib.auth import get_user_model
        from django.contrib.auth.models import Group

        def shown(request):
            Group.objects.filter(name="a").exists()
            get_user_model().objects.get(pk=1)
            apps.get_model("shop", "Entry").objects.create(text="a")
    """
    found = program(shop(views), Read, Write)
    assert [(type(e).__name__, e.entity) for e in found.effects if isinstance(e, (Read, Write))] == [
        ("Read", "Group"),
        ("Read", "User"),
        ("Write", "Entry"),
    ]


CONNECTED = """
    def of_one(sender, instance, **kwargs):
        return instance.plan.name

    def of_two(sender, instance, **kwargs):
        instance.refresh_from_db()

    def of_all(sender, instance, **kwargs):
        instance.delete()

    def of_what(sender, instance, **kwargs):
        instance.delete()
"""
READY = """
    from django.apps import AppConfig
    from django.db.models.signals import post_save

    class ShopConfig(AppConfig):
        def ready(self):
            from shop import hooks
            from .models import Account, Entry

            post_save.connect(hooks.of_one, sender=Account)
            post_save.connect(hooks.of_two, sender=self.get_model("Entry"))
            post_save.connect(hooks.of_two, Account)
            post_save.connect(hooks.of_all)
            for each in self.get_models():
                post_save.connect(hooks.of_what, sender=each)
"""


def test_receivers_that_an_application_connects_when_it_is_ready(program: Make) -> None:
    views = """
        from shop.models import Account, Entry

        def view(request):
            Account.objects.get(pk=1).save()
            Entry.objects.create(text="a")
    """
    files = shop(views, {"shop/hooks.py": CONNECTED, "shop/apps.py": READY})
    found = [each for each in program(files, Load, Read, Write).effects if each.place.path == "shop/hooks.py"]
    loads = [(each.place.line, each.relation) for each in found if isinstance(each, Load)]
    others = sorted((each.place.line, str(each.entity)) for each in found if isinstance(each, Read | Write))
    assert set(loads) == {(3, "plan")}
    assert others == [(6, "Account"), (6, "Entry")]


def test_receivers_of_models_by_their_application(program: Make) -> None:
    connect = """
        from django.apps import apps
        from django.db.models import signals

        def connect():
            from shop import hooks

            signals.pre_save.connect(hooks.remember, sender=apps.get_model("shop", "Account"))
    """
    hooks = """
        def remember(sender, instance, **kwargs):
            instance.before = sender.objects.get(pk=instance.pk)
            print(instance.plan.name)
    """
    files = shop("", {"shop/hooks.py": hooks, "shop/apps.py": connect})
    effects = [each for each in program(files, Load, Read).effects if isinstance(each, Load | Read)]
    found = [each for each in effects if each.place.path == "shop/hooks.py"]
    assert [(type(each).__name__, each.place.line, each.entity) for each in found] == [
        ("Read", 3, "Account"),
        ("Load", 4, "Account"),
    ]
