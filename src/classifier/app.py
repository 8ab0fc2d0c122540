"""Application factory."""

from __future__ import annotations

from flask import Flask
from flask.json.provider import DefaultJSONProvider

from classifier import content_coding, identity, metrics, problems, tracing
from classifier.config import Config
from classifier.inference import load_predictor
from classifier.metrics.labels import monitored_labels
from classifier.routes.docs import docs_blueprint
from classifier.routes.health import health_blueprint
from classifier.routes.page import page_blueprint
from classifier.routes.predict import predict_blueprint
from classifier.routes.score import score_blueprint
from classifier.routes.v2.blueprint import v2_blueprint
from classifier.routes.version import version_blueprint


def create_app(config: Config) -> Flask:
    """Return the app for `config`, with its model loaded, verified and run once.

    Raises imagemodel's ImageModelError if the model in `config.model_dir` does not match its card or fails
    the first inference.
    """
    predictor = load_predictor(config.model_dir, config.threads, decode_bytes=config.decode_bytes)
    app = Flask("classifier", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = config.max_body
    app.json = _json_provider(app)
    tracing.register(app)
    metrics.register(app, config, predictor.card)
    identity.register(app, config, predictor.card)
    problems.register(app)
    content_coding.register(app)
    app.register_blueprint(predict_blueprint(predictor))
    app.register_blueprint(score_blueprint(predictor, config.max_images))
    app.register_blueprint(v2_blueprint(predictor, config.max_images, config.commit, config.drain_file))
    app.register_blueprint(version_blueprint(config, predictor.card))
    app.register_blueprint(health_blueprint(config.drain_file))
    app.register_blueprint(page_blueprint(config))
    app.register_blueprint(docs_blueprint(config))
    # From here on: the examples of the API's document are predictions too.
    predictor.model.measure(monitored_labels(config.monitored_labels, predictor.model.labels))
    return app


def _json_provider(app: Flask) -> DefaultJSONProvider:
    provider = DefaultJSONProvider(app)
    provider.sort_keys = False
    return provider
