"""Error trackers and traces: Sentry, OpenTelemetry, Rollbar, Bugsnag, New Relic, Elastic APM, Datadog, Honeybadger, Logfire."""

from __future__ import annotations

from typing import ClassVar

from archwright.source.flow.values import Val
from archwright.source.frameworks.base import CallSite, Framework
from archwright.source.frameworks.shared.logged import logs, report, tells

SPAN, TRACER, SCOPE, DATADOG = (
    "opentelemetry.trace.Span",
    "opentelemetry.trace.Tracer",
    "sentry_sdk.Scope",
    "ddtrace.Span",
)
_SENTRY = ("sentry_sdk", "sentry_sdk.api", "sentry_sdk.hub", SCOPE, "sentry_sdk.Hub", "sentry_sdk.Client")
_ERRORS = (
    "rollbar.report_exc_info",
    "bugsnag.notify",
    "bugsnag.auto_notify",
    "newrelic.agent.notice_error",
    "newrelic.agent.record_exception",
    "honeybadger.honeybadger.notify",
    "elasticapm.Client.capture_exception",
    "raven.Client.captureException",
    "raven.contrib.django.raven_compat.models.client.captureException",
    "logfire.exception",
    f"{SPAN}.record_exception",
    f"{DATADOG}.set_exc_info",
    f"{DATADOG}.set_traceback",
    "airbrake.notify",
)
_MESSAGES = ("rollbar.report_message", "raven.Client.captureMessage", "elasticapm.Client.capture_message")


class Trackers(Framework):
    """What tells people of errors, beside logs."""

    name = "trackers"
    packages = (
        "sentry_sdk",
        "raven",
        "rollbar",
        "bugsnag",
        "newrelic",
        "honeybadger",
        "elasticapm",
        "opentelemetry",
        "ddtrace",
        "logfire",
        "airbrake",
    )
    aliases: ClassVar[dict[str, str]] = {"opentelemetry.trace.span.Span": SPAN, "opentelemetry.sdk.trace.Span": SPAN}
    returns: ClassVar[dict[str, str]] = {
        "opentelemetry.trace.get_current_span": SPAN,
        "opentelemetry.trace.get_tracer": TRACER,
        f"{TRACER}.start_as_current_span": SPAN,
        f"{TRACER}.start_span": SPAN,
        "sentry_sdk.new_scope": SCOPE,
        "sentry_sdk.push_scope": SCOPE,
        "sentry_sdk.configure_scope": SCOPE,
        "sentry_sdk.isolation_scope": SCOPE,
        "sentry_sdk.get_current_scope": SCOPE,
        "ddtrace.tracer.current_span": DATADOG,
        "ddtrace.tracer.trace": DATADOG,
    }

    def __init__(self) -> None:
        super().__init__()
        for module in _SENTRY:
            self.calls[f"{module}.capture_exception"] = _error
            self.calls[f"{module}.capture_message"] = _message
            self.calls[f"{module}.capture_event"] = _message
        for name in _ERRORS:
            self.calls[name] = _error
        for name in _MESSAGES:
            self.calls[name] = _message
        self.calls[f"{SPAN}.add_event"] = _event
        logs(self.calls, "logfire", "notice", "trace")
        self.calls["logfire.exception"] = _error


def _error(site: CallSite) -> Val:
    report(site, "error", site.values(), with_error=True)
    return Val(None, ())


def _message(site: CallSite) -> Val:
    level = site.argument(1, "level")
    said = level.const if level is not None and isinstance(level.const, str) else "info"
    report(site, said, site.values()[:1], with_error=tells(site))
    return Val(None, ())


def _event(site: CallSite) -> Val:
    report(site, "info", site.values(), with_error=tells(site))
    return Val(None, ())
