# The service as an image (docs/install.md#the-image):
# `docker build -t workflow-execution --build-arg BUILD_DIGEST=sha256:… --build-arg RUNTIME_DIGEST=sha256:… .`
# Both bases are arguments pinned by digest. The runtime base must start Node.js 24 as its entry point. Pass the configuration of
# a private npm registry as secrets, which do not stay in the image: `--secret id=npmrc,src=…`, and `--secret id=npm-ca,src=…`
# for the CAs that it names as `cafile=/run/secrets/npm-ca`.
ARG BUILD_BASE=docker.io/library/node:24-bookworm-slim
ARG BUILD_DIGEST
ARG RUNTIME_BASE=gcr.io/distroless/nodejs24-debian12:nonroot
ARG RUNTIME_DIGEST

FROM ${BUILD_BASE}@${BUILD_DIGEST} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=secret,id=npmrc --mount=type=secret,id=npm-ca \
    NPM_CONFIG_USERCONFIG=/run/secrets/npmrc npm ci --include=dev --omit=optional
COPY tsconfig.json tsconfig.build.json nest-cli.json ./
COPY src src
# Type declarations and source maps are half the bytes of the packages, and unused.
RUN node_modules/.bin/nest build \
    && npm prune --omit=dev --omit=optional \
    && find node_modules -type f \( -name '*.ts' -o -name '*.map' \) -exec rm {} +

# jemalloc returns the memory of closed connections to the system; glibc does not (docs/operations.md#connections). With one
# arena it keeps half as much itself. A base that has it is not changed.
FROM ${BUILD_BASE}@${BUILD_DIGEST} AS allocator
RUN test -e /usr/lib/libjemalloc.so.2 \
    || (apt-get update && apt-get install --yes --no-install-recommends libjemalloc2 \
        && cp /usr/lib/*/libjemalloc.so.2 /usr/lib/)

FROM ${RUNTIME_BASE}@${RUNTIME_DIGEST}
ARG RUNTIME_BASE
ARG RUNTIME_DIGEST
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="workflow-execution" \
      org.opencontainers.image.description="Runs remediation workflows once, safely, on Tekton" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${RUNTIME_BASE}" \
      org.opencontainers.image.base.digest="${RUNTIME_DIGEST}"
WORKDIR /app
ENV NODE_ENV=production \
    LD_PRELOAD=/usr/lib/libjemalloc.so.2 \
    MALLOC_CONF=background_thread:true,narenas:1
COPY --from=allocator /usr/lib/libjemalloc.so.2 /usr/lib/libjemalloc.so.2
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist dist
# Numeric, so that Kubernetes can verify runAsNonRoot.
USER 65532:65532
# REST, gRPC, health, metrics.
EXPOSE 8080 50051 8081 9090
# The entry point of the distroless base is node. Smaller semi-spaces save a fifth of the memory with 10,000 executions for little
# CPU time.
CMD ["--max-semi-space-size=8", "dist/main.js"]
