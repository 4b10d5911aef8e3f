"""Data that one request keeps in a row and other code reads back: told where it is used, marked `# here` in these programs."""

import textwrap
from pathlib import Path

import pytest

from archwright.model.finding import Confidence, Finding, Impact
from archwright.review.project import review_project
from archwright.review.registry import all_rules

RULES = tuple(
    rule
    for rule in all_rules()
    if rule.name.startswith(("request/ssrf", "injection/")) or rule.name == "files/path-traversal"
)

URLS = """
from django.urls import path
import views

urlpatterns = [path("hooks/", views.create)]
"""
MODELS = """
from django.db import models

class Hook(models.Model):
    url = models.URLField()
    port = models.IntegerField()
    mode = models.CharField(max_length=9, choices=[("a", "A"), ("b", "B")])
    config = models.JSONField()

    @property
    def target(self):
        return self.url.strip()
"""
CREATE = """
from django.http import HttpResponse
from models import Hook

def create(request):
    Hook.objects.create(url=request.POST["url"])
    return HttpResponse("")
"""
TASK = """
import requests
from celery import shared_task
from models import Hook

@shared_task
def notify(key):
    hook = Hook.objects.get(pk=key)
    requests.post(hook.url, timeout=5)  # here
"""
DJANGO = {"urls.py": URLS, "models.py": MODELS, "views.py": CREATE}
FLASK = """
import requests
from flask import Flask, request
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
db = SQLAlchemy(app)

class Watch(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    url = db.Column(db.String(200))
    icon = db.Column(db.String(200))
    kind = db.Column(db.Enum("a", "b"))
"""
FASTAPI = """
import httpx
from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy import select, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()

class Base(DeclarativeBase):
    pass

class Feed(Base):
    __tablename__ = "feeds"
    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str]
    icon: Mapped[str]

class FeedIn(BaseModel):
    url: str

def session():
    with Session() as made:
        yield made
"""
SEND_FEED = """
@app.post("/send/{key}")
async def send(key: int, db: Session = Depends(session)):
    feed = db.get(Feed, key)
    async with httpx.AsyncClient() as client:
        await client.get(feed.url)  # here
        await client.get(feed.icon)
"""

FOUND = {
    "a field of a Django model, in a task": {**DJANGO, "tasks.py": TASK},
    "rows of a query, a helper in another file": {
        **DJANGO,
        "post.py": """
            import requests

            def send(address):
                return requests.post(address, timeout=5)  # here
        """,
        "tasks.py": """
            from models import Hook
            from post import send

            def notify_all():
                for hook in Hook.objects.filter(port=80):
                    send(hook.url)
        """,
    },
    "a property, and getattr": {
        **DJANGO,
        "tasks.py": """
            import requests
            from models import Hook

            def notify(key):
                hook = Hook.objects.get(pk=key)
                requests.get(hook.target, timeout=5)  # here
                requests.get(getattr(hook, "url"), timeout=5)  # here
        """,
    },
    "columns alone": {
        **DJANGO,
        "tasks.py": """
            import requests
            from models import Hook

            def notify():
                for url in Hook.objects.values_list("url", flat=True):
                    requests.get(url, timeout=5)  # here
                for row in Hook.objects.values("url", "port"):
                    requests.get(row["url"], timeout=5)  # here
                    requests.get(row["port"], timeout=5)
        """,
    },
    "update() of a query, a key of a JSON column": {
        **DJANGO,
        "views.py": """
            import requests
            from django.http import HttpResponse
            from models import Hook

            def create(request):
                Hook.objects.filter(pk=1).update(url=request.POST["url"])
                hook = Hook.objects.get(pk=1)
                hook.config["proxy"] = request.POST["proxy"]
                hook.save()
                return HttpResponse("")

            def use(hook: Hook):
                requests.get(hook.url, timeout=5)  # here
                requests.get(hook.config["proxy"], timeout=5)  # here
        """,
    },
    "a serializer of a model": {
        **DJANGO,
        "tasks.py": TASK,
        "views.py": """
            from rest_framework import serializers, viewsets
            from models import Hook

            class HookSerializer(serializers.ModelSerializer):
                class Meta:
                    model = Hook
                    fields = ["url", "port"]

            class HookViewSet(viewsets.ModelViewSet):
                queryset = Hook.objects.all()
                serializer_class = HookSerializer
        """,
        "urls.py": """
            from rest_framework.routers import DefaultRouter
            from views import HookViewSet

            router = DefaultRouter()
            router.register("hooks", HookViewSet)
            urlpatterns = router.urls
        """,
    },
    "a generic view with a form of the model": {
        **DJANGO,
        "tasks.py": TASK,
        "views.py": """
            from django.views.generic import CreateView
            from models import Hook

            class Create(CreateView):
                model = Hook
                fields = ["url"]
        """,
        "urls.py": """
            from django.urls import path
            from views import Create

            urlpatterns = [path("hooks/", Create.as_view())]
        """,
    },
    "a template that does not escape": {
        **DJANGO,
        "templates/hook.html": """<a>{{ hook.url }}</a>\n<b>{{ hook.url|safe }}</b> {# here #}""",
        "views.py": CREATE
        + """
def show(request, key):
    return render(request, "hook.html", {"hook": Hook.objects.get(pk=key)})

from django.shortcuts import render
""",
        "urls.py": URLS.replace("]", ', path("hooks/<int:key>/", views.show)]'),
    },
    "a filter of the project's own, in a template that an argument names": {
        **DJANGO,
        "app/templatetags/rendered.py": """
            import markdown
            from django import template
            from django.utils.safestring import mark_safe

            register = template.Library()

            @register.filter
            def rendered(text):
                return mark_safe(markdown.markdown(text))  # here
        """,
        "templates/hook.html": "{% load rendered %}{{ hook.url|rendered }}",
        "views.py": CREATE
        + """
from django.shortcuts import render

def show(request, key, template_name="hook.html"):
    return render(request, template_name, {"hook": Hook.objects.get(pk=key)})
""",
        "urls.py": URLS.replace("]", ', path("hooks/<int:key>/", views.show)]'),
    },
    "one of the templates that a view chooses from": {
        **DJANGO,
        "templates/hook.html": "{{ object.url }}",
        "templates/part.html": "{{ object.url|safe }} {# here #}",
        "views.py": CREATE
        + """
from django.views.generic import DetailView

class Show(DetailView):
    model = Hook
    template_name = "hook.html"

    def get_template_names(self):
        return ["part.html"] if self.request.headers.get("part") else [self.template_name]
""",
        "urls.py": URLS.replace("]", ', path("hooks/<int:pk>/", views.Show.as_view())]'),
    },
    "attributes of a row, set by a helper": {
        "app.py": FLASK
        + """
def fill(watch, form):
    watch.url = form["url"]
    watch.kind = form["kind"]

@app.post("/watch")
def add():
    watch = Watch()
    fill(watch, request.form)
    db.session.add(watch)
    db.session.commit()
    return ""

@app.post("/run/<int:key>")
def run(key):
    watch = Watch.query.get_or_404(key)
    requests.get(watch.url, timeout=5)  # here
    requests.get(watch.icon, timeout=5)
    requests.get(watch.kind, timeout=5)
    return ""
"""
    },
    "a mapping of the sender's names": {
        "app.py": FLASK
        + """
@app.post("/watch")
def add():
    db.session.add(Watch(**request.get_json()))
    return ""

@app.post("/run/<int:key>")
def run(key):
    requests.get(db.session.get(Watch, key).url, timeout=5)  # here
    return ""
"""
    },
    "a schema that becomes a row": {
        "app.py": FASTAPI
        + """
@app.post("/feeds")
def create(body: FeedIn, db: Session = Depends(session)):
    db.add(Feed(**body.model_dump(), icon="none"))
    db.commit()
"""
        + SEND_FEED
    },
    "a loop that sets what a schema declares": {
        "app.py": FASTAPI
        + """
@app.patch("/feeds/{key}")
def change(key: int, body: FeedIn, db: Session = Depends(session)):
    feed = db.get(Feed, key)
    for name, value in body.model_dump(exclude_unset=True).items():
        setattr(feed, name, value)
    db.commit()
"""
        + SEND_FEED
    },
    "a statement, and a selected column": {
        "app.py": FASTAPI
        + """
@app.put("/feeds/{key}")
def change(key: int, address: str, db: Session = Depends(session)):
    db.execute(update(Feed).where(Feed.id == key).values(url=address))
    db.commit()

@app.get("/load")
def load(db: Session = Depends(session)):
    for url in db.scalars(select(Feed.url)):
        httpx.get(url)  # here
    for url, icon in db.execute(select(Feed.url, Feed.icon)):
        httpx.get(url)  # here
        httpx.get(icon)
"""
    },
    "a row that is the body itself": {
        "app.py": """
            import requests
            from fastapi import FastAPI
            from sqlmodel import Field, Session, SQLModel, create_engine, select

            app = FastAPI()
            engine = create_engine("sqlite://")

            class JobBase(SQLModel):
                callback: str

            class Job(JobBase, table=True):
                id: int | None = Field(default=None, primary_key=True)

            @app.post("/jobs")
            def create(given: JobBase):
                with Session(engine) as session:
                    session.add(Job.model_validate(given))
                    session.commit()

            @app.post("/run")
            def run():
                with Session(engine) as session:
                    for job in session.exec(select(Job)).all():
                        requests.get(job.callback, timeout=5)  # here
        """
    },
    "a repository that is told its model": {
        "app.py": FASTAPI
        + """
class Repository:
    def __init__(self, model):
        self.model = model

    def get(self, db, key):
        return db.query(self.model).filter(self.model.id == key).first()

    def create(self, db, given):
        made = self.model(**given.model_dump())
        db.add(made)
        db.commit()
        return made

feeds = Repository(Feed)

@app.post("/feeds")
def create(body: FeedIn, db: Session = Depends(session)):
    feeds.create(db, body)

@app.post("/send/{key}")
def send(key: int, db: Session = Depends(session)):
    feed = feeds.get(db, key)
    httpx.get(feed.url)  # here
    httpx.get(feed.icon)
"""
    },
    "a schema that is read from a row": {
        "app.py": FASTAPI
        + """
class FeedOut(BaseModel):
    url: str

@app.post("/feeds")
def create(body: FeedIn, db: Session = Depends(session)):
    db.add(Feed(url=body.url, icon="none"))

@app.post("/send/{key}")
def send(key: int, db: Session = Depends(session)):
    httpx.get(FeedOut.model_validate(db.get(Feed, key)).url)  # here
"""
    },
    "a form of WTForms": {
        "app.py": FLASK
        + """
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Regexp

class WatchForm(FlaskForm):
    url = StringField("URL", validators=[DataRequired()])
    icon = StringField("Icon", validators=[Regexp("^[a-z]+$")])

@app.post("/watch")
def add():
    form = WatchForm()
    if form.validate_on_submit():
        watch = Watch()
        form.populate_obj(watch)
        db.session.add(watch)
        db.session.commit()
    return ""

@app.post("/run/<int:key>")
def run(key):
    watch = Watch.query.get_or_404(key)
    requests.get(watch.url, timeout=5)  # here
    requests.get(watch.icon, timeout=5)
    return ""
"""
    },
    "a task that is given the field, an object that holds the row": {
        **DJANGO,
        "tasks.py": """
            import requests
            from celery import shared_task
            from models import Hook

            @shared_task
            def send(url):
                requests.post(url, timeout=5)  # here

            class Sender:
                def __init__(self, hook):
                    self.hook = hook

                def run(self):
                    requests.post(self.hook.url, timeout=5)  # here

            def all_hooks():
                for hook in Hook.objects.all():
                    send.delay(hook.url)
                    Sender(hook).run()
        """,
    },
    "what is parsed of a field": {
        **DJANGO,
        "models.py": MODELS.replace("URLField", "TextField"),
        "tasks.py": """
            import json
            import re
            import requests
            from bs4 import BeautifulSoup
            from models import Hook

            def pictures(key):
                hook = Hook.objects.get(pk=key)
                requests.get(json.loads(hook.url)["picture"], timeout=5)  # here
                for tag in BeautifulSoup(hook.url, "html.parser").find_all("img"):
                    requests.get(tag["src"], timeout=5)  # here
                for address in re.findall(r"https?://\\S+", hook.url):
                    requests.get(address, timeout=5)  # here
        """,
    },
    "documents of a collection": {
        "app.py": """
            import requests
            from flask import Flask, request
            from pymongo import MongoClient

            app = Flask(__name__)
            db = MongoClient().shop

            @app.post("/hooks")
            def create():
                db.hooks.insert_one({"url": request.json["url"], "port": 80})
                db.hooks.update_one({"port": 80}, {"$set": {"proxy": request.json["proxy"]}})
                return ""

            @app.post("/run")
            def run():
                for hook in db.hooks.find({"port": 80}).sort("url"):
                    requests.post(hook["url"], timeout=5)  # here
                    requests.post(hook["other"], timeout=5)
                requests.post(db["hooks"].find_one({"port": 80})["proxy"], timeout=5)  # here
                requests.post(db.shops.find_one({"port": 80})["url"], timeout=5)
                return ""
        """
    },
    "Peewee, a shell and a page": {
        "app.py": """
            import subprocess
            from flask import Flask, request
            from peewee import CharField, Model, SqliteDatabase

            app = Flask(__name__)

            class Note(Model):
                text = CharField()

                class Meta:
                    database = SqliteDatabase("notes.db")

            @app.post("/notes")
            def write():
                Note.create(text=request.json["text"])
                return ""

            @app.get("/notes/<int:key>")
            def read(key):
                note = Note.get_by_id(key)
                subprocess.run("say " + note.text, shell=True)  # here
                return "<p>" + note.text + "</p>"  # here
        """
    },
    "Tortoise, and a path": {
        "app.py": """
            from fastapi import FastAPI
            from tortoise import fields
            from tortoise.models import Model

            app = FastAPI()

            class File(Model):
                id = fields.IntField(pk=True)
                name = fields.CharField(max_length=200)

            @app.post("/files")
            async def create(name: str):
                await File.create(name=name)

            @app.get("/files/{key}")
            async def read(key: int):
                file = await File.get(id=key)
                return open("/srv/files/" + file.name).read()  # here
        """
    },
}
SILENT = {
    "a field that only the service writes": {
        **DJANGO,
        "tasks.py": """
            import requests
            from models import Hook

            def notify(key):
                Hook.objects.filter(pk=key).update(config={"proxy": "https://proxy.example"})
                requests.get(Hook.objects.get(pk=key).config["proxy"], timeout=5)
        """,
    },
    "columns that hold no texts": {
        **DJANGO,
        "views.py": """
            import subprocess
            from django.http import HttpResponse
            from models import Hook

            def create(request):
                Hook.objects.create(port=request.POST["port"], mode=request.POST["mode"])
                hook = Hook.objects.get(pk=1)
                subprocess.run(f"ping {hook.port} {hook.mode} {hook.pk}", shell=True)
                return HttpResponse("")
        """,
    },
    "an upload, whose name the storage makes": {
        **DJANGO,
        "models.py": MODELS.replace("URLField", "FileField"),
        "views.py": """
            import json
            from django import forms
            from django.http import HttpResponse
            from models import Hook

            class HookForm(forms.ModelForm):
                class Meta:
                    model = Hook
                    fields = ["url"]

            def create(request):
                form = HookForm(request.POST, request.FILES)
                if form.is_valid():
                    form.save()
                hook = Hook.objects.get(pk=1)
                return HttpResponse(json.dumps([open(hook.url.path).read(), open("/srv/" + hook.url.name).read()]))
        """,
    },
    "a repository, and a field that the schema lacks": {
        "app.py": FASTAPI
        + """
class Repository:
    def __init__(self, model):
        self.model = model

    def update(self, db, row, given):
        for name, value in given.model_dump(exclude_unset=True).items():
            setattr(row, name, value)
        db.commit()

feeds = Repository(Feed)

@app.patch("/feeds/{key}")
def change(key: int, body: FeedIn, db: Session = Depends(session)):
    feeds.update(db, db.get(Feed, key), body)

@app.post("/send/{key}")
def send(key: int, db: Session = Depends(session)):
    httpx.get(db.get(Feed, key).icon)
"""
    },
    "a form that checks the field": {
        **DJANGO,
        "tasks.py": TASK.replace("# here", ""),
        "views.py": """
            from django import forms
            from django.http import HttpResponse
            from checks import require_public
            from models import Hook

            class HookForm(forms.ModelForm):
                class Meta:
                    model = Hook
                    fields = ["url"]

                def clean_url(self):
                    return require_public(self.cleaned_data["url"])

            def create(request):
                form = HookForm(request.POST)
                if form.is_valid():
                    form.save()
                return HttpResponse("")
        """,
    },
    "a serializer that goes through what was sent": {
        **DJANGO,
        "tasks.py": TASK.replace("# here", ""),
        "views.py": """
            from rest_framework import serializers, viewsets
            from checks import require_public
            from models import Hook

            class HookSerializer(serializers.ModelSerializer):
                class Meta:
                    model = Hook
                    fields = ["url", "port"]

                def validate(self, data):
                    for name in Hook.ADDRESSES:
                        require_public(data[name])
                    return data

            class HookViewSet(viewsets.ModelViewSet):
                queryset = Hook.objects.all()
                serializer_class = HookSerializer
        """,
        "urls.py": """
            from rest_framework.routers import DefaultRouter
            from views import HookViewSet

            router = DefaultRouter()
            router.register("hooks", HookViewSet)
            urlpatterns = router.urls
        """,
    },
    "a filter that is told whether to escape": {
        **DJANGO,
        "app/templatetags/wrapped.py": """
            from django import template
            from django.utils.html import conditional_escape
            from django.utils.safestring import mark_safe

            register = template.Library()

            @register.filter(needs_autoescape=True)
            def wrapped(text, autoescape=None):
                if autoescape:
                    esc = conditional_escape
                else:
                    esc = lambda x: x
                return mark_safe(esc(text))
        """,
        "templates/hook.html": "{% load wrapped %}{{ hook.url|wrapped }}",
        "views.py": CREATE
        + """
from django.shortcuts import render

def show(request, key):
    return render(request, "hook.html", {"hook": Hook.objects.get(pk=key)})
""",
        "urls.py": URLS.replace("]", ', path("hooks/<int:key>/", views.show)]'),
    },
    "a table of settings, of which each key has one writer": {
        "app.py": FLASK
        + """
class Setting(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(20))
    value = db.Column(db.Text)

@app.post("/title")
def title():
    setting = Setting.query.filter_by(name="title").first()
    setting.value = request.form["title"]
    db.session.commit()
    return ""

@app.post("/run")
def run():
    requests.get(Setting.query.filter_by(name="peer").first().value, timeout=5)
    return ""
"""
    },
    "names that the service writes down, set by a helper": {
        "app.py": FLASK
        + """
def fill(row, data, keys=None):
    for key, value in data.items():
        if keys and key not in keys:
            continue
        setattr(row, key, value)

def change(row, data):
    fill(row, data, keys=("icon",))

@app.post("/watch/<int:key>")
def watch(key):
    change(Watch.query.get(key), {"icon": request.form["icon"]})
    return ""

@app.post("/run/<int:key>")
def run(key):
    requests.get(Watch.query.get(key).url, timeout=5)
    return ""
"""
    },
    "contents of a file": {
        "app.py": FLASK
        + """
import io
from flask import send_file

class Icon(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    data = db.Column(db.LargeBinary)
    style = db.Column(db.Text)

@app.post("/icons")
def add():
    db.session.add(Icon(data=request.files["icon"].read(), style=request.form["style"]))
    return ""

@app.get("/icons/<int:key>")
def show(key):
    if request.args.get("style"):
        return send_file(io.BytesIO(db.session.get(Icon, key).style.encode()))
    return send_file(io.BytesIO(db.session.get(Icon, key).data))
"""
    },
    "the text body of a mail": {
        **DJANGO,
        "templates/hook-body-text.html": "{{ hook.url|safe }}",
        "views.py": CREATE
        + """
from django.shortcuts import render

def show(request, key):
    return render(request, "hook-body-text.html", {"hook": Hook.objects.get(pk=key)})
""",
        "urls.py": URLS.replace("]", ', path("hooks/<int:key>/", views.show)]'),
    },
    "a form without the field": {
        **DJANGO,
        "tasks.py": TASK.replace("# here", ""),
        "views.py": """
            from django import forms
            from django.http import HttpResponse
            from models import Hook

            class HookForm(forms.ModelForm):
                class Meta:
                    model = Hook
                    exclude = ["url"]

            def create(request):
                form = HookForm(request.POST)
                if form.is_valid():
                    form.save()
                return HttpResponse("")
        """,
    },
    "checked before it is kept": {
        **DJANGO,
        "tasks.py": TASK.replace("# here", ""),
        "views.py": """
            from urllib.parse import urlsplit
            from django.http import HttpResponse
            from models import Hook

            def create(request):
                url = request.POST["url"]
                if urlsplit(url).hostname not in {"a.example", "b.example"}:
                    return HttpResponse(status=400)
                Hook.objects.create(url=url)
                return HttpResponse("")
        """,
    },
    "checked after it is read": {
        **DJANGO,
        "tasks.py": """
            import ipaddress
            import socket
            from urllib.parse import urlsplit
            import requests
            from models import Hook

            def require_public(url):
                for found in socket.getaddrinfo(urlsplit(url).hostname, None):
                    if not ipaddress.ip_address(found[4][0]).is_global:
                        raise ValueError("not a public address")

            def notify(key):
                hook = Hook.objects.get(pk=key)
                require_public(hook.url)
                requests.get(hook.url, timeout=5, allow_redirects=False)
        """,
    },
    "kept inside its folder after it is read": {
        "app.py": FLASK
        + """
from pathlib import Path

ROOT = Path("/srv/files")

@app.post("/watch")
def add():
    db.session.add(Watch(url=request.form["url"]))
    return ""

@app.get("/file/<int:key>")
def read(key):
    path = (ROOT / db.session.get(Watch, key).url).resolve()
    if not path.is_relative_to(ROOT):
        return ""
    return path.read_text()
"""
    },
    "escaped before it is kept": {
        "app.py": FLASK
        + """
import nh3
from markupsafe import Markup

@app.post("/watch")
def add():
    db.session.add(Watch(url=nh3.clean(request.form["url"])))
    return ""

@app.get("/watch/<int:key>")
def read(key):
    return Markup(db.session.get(Watch, key).url)
"""
    },
    "a path below a fixed host": {
        **DJANGO,
        "tasks.py": """
            import requests
            from models import Hook

            def notify(key):
                requests.get(f"https://hooks.example/{Hook.objects.get(pk=key).url}", timeout=5)
        """,
    },
    "a schema that does not declare the field": {
        "app.py": FASTAPI
        + """
@app.patch("/feeds/{key}")
def change(key: int, body: FeedIn, db: Session = Depends(session)):
    feed = db.get(Feed, key)
    for name, value in body.model_dump(exclude_unset=True).items():
        setattr(feed, name, value)
    db.commit()

@app.get("/icon/{key}")
def icon(key: int, db: Session = Depends(session)):
    return httpx.get(db.get(Feed, key).icon)
"""
    },
    "a report that is looked up by a field": {
        **DJANGO,
        "tasks.py": """
            from models import Hook

            def summary(key):
                hook = Hook.objects.get(pk=key)
                result = {"url": hook.url}
                result["other"] = hook.port
                return result
        """,
    },
    "the model checks it": {
        **DJANGO,
        "models.py": MODELS
        + """
    def save(self, *args, **kwargs):
        require_public(self.url)
        super().save(*args, **kwargs)

from checks import require_public
""",
        "tasks.py": TASK.replace("# here", ""),
    },
    "a validator of the column's": {
        "app.py": FLASK
        + """
    @db.validates("url")
    def check(self, name, value):
        return checked(value)

@app.post("/watch")
def add():
    db.session.add(Watch(url=request.form["url"]))
    return ""

@app.post("/run/<int:key>")
def run(key):
    requests.get(db.session.get(Watch, key).url, timeout=5)
    return ""
"""
    },
    "the form looks at it as a whole": {
        **DJANGO,
        "tasks.py": TASK.replace("# here", ""),
        "views.py": """
            from django import forms
            from django.http import HttpResponse
            from checks import require_public
            from models import Hook

            class HookForm(forms.ModelForm):
                class Meta:
                    model = Hook
                    fields = ["url"]

                def clean(self):
                    data = super().clean()
                    require_public(data.get("url"))
                    return data

            def create(request):
                form = HookForm(request.POST)
                if form.is_valid():
                    form.save()
                return HttpResponse("")
        """,
    },
    "written by tests, scripts and migrations alone": {
        **DJANGO,
        "tasks.py": TASK.replace("# here", ""),
        "views.py": "def create(request):\n    pass\n",
        "tests/test_hooks.py": """
            from flask import request
            from models import Hook

            def test_hook():
                Hook.objects.create(url=request.args["url"])
        """,
    },
}


def reviewed(files: dict[str, str], directory: Path) -> tuple[Finding, ...]:
    for path, text in files.items():
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(textwrap.dedent(text), encoding="utf-8")
    found = review_project(["."], RULES, everything=True, root=directory, workers=1)
    assert not found.faults
    return found.document.findings


def marked(files: dict[str, str]) -> set[tuple[str, int]]:
    return {
        (path, number)
        for path, text in files.items()
        for number, line in enumerate(textwrap.dedent(text).split("\n"), 1)
        if "# here" in line
    }


@pytest.mark.parametrize("title", FOUND)
def test_what_a_row_keeps_is_found_where_it_is_used(title: str, tmp_path: Path) -> None:
    found = reviewed(FOUND[title], tmp_path)
    assert {(each.path, each.line) for each in found} == marked(FOUND[title])


@pytest.mark.parametrize("title", SILENT)
def test_what_nobody_outside_chooses_or_what_was_checked_is_silent(title: str, tmp_path: Path) -> None:
    assert [(each.rule, each.path, each.line) for each in reviewed(SILENT[title], tmp_path)] == []


@pytest.fixture
def finding(tmp_path: Path) -> Finding:
    return reviewed({**DJANGO, "tasks.py": TASK}, tmp_path)[0]


def test_the_trace_tells_both_halves(finding: Finding) -> None:
    assert [(step.path, step.line, step.note) for step in finding.trace] == [
        ("views.py", 6, "form field 'url'; stored in Hook.url"),
        ("tasks.py", 9, "read from Hook.url; the service connects to this host"),
    ]


def test_the_operations_are_those_that_write(finding: Finding) -> None:
    assert finding.operations == ("ANY /hooks/",)


def test_a_write_that_is_followed_whole_is_sure(finding: Finding) -> None:
    assert finding.confidence is Confidence.HIGH


def test_names_that_the_sender_chooses_are_less_sure(tmp_path: Path) -> None:
    (found,) = reviewed(FOUND["a mapping of the sender's names"], tmp_path)
    assert found.confidence is Confidence.MEDIUM


def test_who_has_to_sign_in_gains_less(tmp_path: Path) -> None:
    guarded = CREATE.replace("def create", "@login_required\ndef create")
    views = "from django.contrib.auth.decorators import login_required\n" + guarded
    (found,) = reviewed({**DJANGO, "views.py": views, "tasks.py": TASK}, tmp_path)
    assert found.impact is Impact.MEDIUM


def test_an_address_that_sounds_like_staff_is_anybodys(tmp_path: Path) -> None:
    files = {**DJANGO, "urls.py": URLS.replace("hooks/", "internal/manager/"), "tasks.py": TASK}
    (found,) = reviewed(files, tmp_path)
    assert found.impact is Impact.HIGH


def test_what_staff_sets_up_is_of_low_confidence(tmp_path: Path) -> None:
    guarded = CREATE.replace("def create", "@staff_member_required\ndef create")
    views = "from django.contrib.admin.views.decorators import staff_member_required\n" + guarded
    (found,) = reviewed({**DJANGO, "views.py": views, "tasks.py": TASK}, tmp_path)
    assert (found.impact, found.confidence) == (Impact.LOW, Confidence.LOW)


def test_who_was_given_permissions_on_models_is_staff(tmp_path: Path) -> None:
    files = dict(FOUND["a serializer of a model"])
    files["views.py"] = textwrap.dedent(files["views.py"]).replace(
        "    queryset", "    permission_classes = [DjangoModelPermissions]\n    queryset"
    )
    files["views.py"] = "from rest_framework.permissions import DjangoModelPermissions\n" + files["views.py"]
    (found,) = reviewed(files, tmp_path)
    assert (found.impact, found.confidence) == (Impact.LOW, Confidence.LOW)


FILL = """
import sqlite3
from models import Hook

def fill():
    for hook in Hook.objects.all():
        sqlite3.connect("copy.db").execute(f"SELECT 1 FROM t WHERE url = '{hook.url}'")
"""
BY_COMMAND = """
from django.core.management.base import BaseCommand
from fill import fill

class Command(BaseCommand):
    def handle(self, *args, **options):
        fill()
"""
BY_VIEW = "def shown(request):\n    from fill import fill\n    fill()\n"
BY_TASK = "from celery import shared_task\nfrom fill import fill\n\n@shared_task\ndef nightly():\n    fill()\n"


@pytest.mark.parametrize(
    ("callers", "sure"),
    [
        ({"shop/management/commands/fill_copy.py": BY_COMMAND}, False),
        ({"shop/management/commands/fill_copy.py": BY_COMMAND, "test_fill.py": BY_VIEW}, False),
        ({"shop/management/commands/fill_copy.py": BY_COMMAND, "more.py": BY_VIEW}, True),
        ({"shop/management/commands/fill_copy.py": BY_COMMAND, "nightly.py": BY_TASK}, True),
        ({"test_fill.py": BY_VIEW}, True),
        ({}, True),
    ],
)
def test_what_commands_alone_run_is_of_low_confidence(callers: dict[str, str], sure: bool, tmp_path: Path) -> None:
    (found,) = reviewed({**DJANGO, "fill.py": FILL, **callers}, tmp_path)
    assert (found.confidence is Confidence.HIGH) is sure
    assert sure or found.confidence is Confidence.LOW


def test_pages_in_mails_are_of_low_confidence(tmp_path: Path) -> None:
    files = dict(FOUND["a template that does not escape"])
    files["templates/mails/hook.html"] = files.pop("templates/hook.html")
    files["views.py"] = files["views.py"].replace("hook.html", "mails/hook.html")
    (found,) = reviewed(files, tmp_path)
    assert found.confidence is Confidence.LOW


@pytest.mark.parametrize(
    ("kept", "used", "found"),
    [
        ('Hook.objects.create(config={"url": request.POST["url"]})', 'hook.config["url"]', True),
        ('Hook.objects.create(config={"url": request.POST["url"]})', 'hook.config.get("url")', True),
        ('Hook.objects.create(config={"url": request.POST["url"]})', "hook.config[name]", True),
        ('Hook.objects.create(config={"url": request.POST["url"]})', 'given(hook.config)["url"]', True),
        ("Hook.objects.create(config=json.loads(request.body))", 'hook.config["url"]', True),
        ('hook = Hook.objects.get(pk=1)\n    hook.config["url"] = request.POST["url"]', 'hook.config["url"]', True),
        ('Hook.objects.create(config={"token": request.POST["token"]})', 'hook.config["url"]', False),
        ('Hook.objects.create(config={"token": request.POST["token"]})', 'hook.config.get("url")', False),
        ('Hook.objects.create(config={"token": request.POST["token"]})', 'given(hook.config)["url"]', False),
        (
            'hook = Hook.objects.get(pk=1)\n    hook.config["token"] = request.POST["token"]',
            'hook.config["url"]',
            False,
        ),
        ('make({"token": request.POST["token"]})', 'hook.config["url"]', False),
        ('make({"url": request.POST["url"]})', 'hook.config["url"]', True),
        ("make(json.loads(request.body))", 'hook.config["url"]', True),
    ],
)
def test_parts_of_a_document_are_kept_apart(tmp_path: Path, kept: str, used: str, found: bool) -> None:
    views = f"""
import json
from django.http import HttpResponse
from models import Hook

def make(config=None):
    if config is None:
        config = {{}}
    return Hook.objects.create(config=config)

def create(request):
    {kept}
    return HttpResponse("")
"""
    task = f"""
import requests
from celery import shared_task
from models import Hook

def given(config):
    return config

@shared_task
def send(key, name):
    hook = Hook.objects.get(pk=key)
    requests.get({used}, timeout=5)
"""
    assert bool(reviewed({**DJANGO, "views.py": views, "tasks.py": task}, tmp_path)) is found
