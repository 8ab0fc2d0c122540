# The app and its model in one image. The build context, prepared by `seatrial build`, contains nothing else.
# BuildKit 0.8 must be able to build it, so there is no syntax line and no COPY --link.
ARG BASE=python:3.13-slim-trixie

# hadolint ignore=DL3006
FROM ${BASE} AS builder
# The official Python images contain pip; a base image made of Debian packages does not.
# hadolint ignore=DL3008
RUN python3 -m pip --version || { apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-pip && rm -rf /var/lib/apt/lists/*; }
COPY requirements/app.txt /build/app.txt
# The CA bundle of an intercepting proxy is mounted as a secret, so that it is not in a layer.
# hadolint ignore=DL3042
RUN --mount=type=cache,target=/root/.cache/pip --mount=type=secret,id=ca \
    if [ -s /run/secrets/ca ]; then export PIP_CERT=/run/secrets/ca; fi \
    && python3 -m pip install --disable-pip-version-check --no-compile --only-binary :all: \
        --require-hashes --target /layers/lib/app/lib --requirement /build/app.txt
# Remove files that are not used at run time. Equal bytes and times give an equal layer on every machine.
WORKDIR /layers/lib/app/lib
RUN rm -rf bin numpy/f2py numpy/_core/include onnxruntime/transformers onnxruntime/quantization \
        onnxruntime/tools onnxruntime/datasets onnxruntime/backend \
    && find . -type d -name tests -prune -exec rm -rf {} + \
    && find . -type f \( -name '*.pyi' -o -name '*.pxd' -o -name '*.a' -o -name RECORD \) -delete \
    && python3 -m compileall -q -j 0 -d /app/lib --invalidation-mode unchecked-hash . \
    && find /layers/lib -exec touch -h -d @0 {} +
COPY src /layers/code/app/code
WORKDIR /layers/code/app/code
RUN python3 -m compileall -q -d /app/code --invalidation-mode checked-hash . \
    && find /layers/code -exec touch -h -d @0 {} +

# hadolint ignore=DL3006
FROM ${BASE}
# Ordered from rarely to often changed, so that a new model or new code is pushed without the other layers.
# Each layer contains its directories: a directory created here would get a new time in every build.
COPY --from=builder /layers/lib /
COPY layers/model /
COPY --from=builder /layers/code /
ARG APP_COMMIT=unknown
ENV APP_COMMIT=${APP_COMMIT} \
    PYTHONPATH=/app/lib:/app/code \
    PYTHONSAFEPATH=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    OPENBLAS_NUM_THREADS=1 \
    MALLOC_MMAP_THRESHOLD_=4194304 \
    ORT_DISABLE_TELEMETRY=1
WORKDIR /app
USER 10001:10001
EXPOSE 8080 8081
ENTRYPOINT ["python3", "-m", "classifier.server"]
