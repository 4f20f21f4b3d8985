"""The function app: composition only. What each worker does lives in `workers/`."""

from __future__ import annotations

import azure.functions as func

from workers.chat_suggestions.trigger import blueprint as chat_suggestions
from workers.content_analysis.trigger import blueprint as content_analysis
from workers.content_suggestions.trigger import blueprint as content_suggestions
from workers.metrics.trigger import blueprint as metrics
from workers.notify_email.trigger import blueprint as notify_email
from workers.notify_email.unsubscribe_trigger import blueprint as unsubscribe
from workers.notify_signalr.negotiate_trigger import blueprint as negotiation
from workers.notify_signalr.trigger import blueprint as notify_signalr
from workers.notify_webhook.endpoints_trigger import blueprint as webhook_endpoints
from workers.notify_webhook.trigger import blueprint as notify_webhook
from workers.operations.console_trigger import blueprint as console
from workers.operations.dead_letters_trigger import blueprint as dead_letters
from workers.operations.health_trigger import blueprint as health
from workers.operations.jobs_trigger import blueprint as jobs
from workers.operations.monitor_trigger import blueprint as monitor
from workers.operations.trigger import blueprint as operations
from workers.video_analysis.trigger import blueprint as video_analysis
from workers.video_analysis.webhook import blueprint as speech_webhook

app = func.FunctionApp()

for worker in (
    chat_suggestions,
    content_suggestions,
    content_analysis,
    video_analysis,
    speech_webhook,
    notify_signalr,
    negotiation,
    notify_email,
    metrics,
    unsubscribe,
    notify_webhook,
    webhook_endpoints,
    operations,
    dead_letters,
    jobs,
    health,
    monitor,
    console,
):
    app.register_functions(worker)
