# The service as an image (docs/release.md):
# `docker build -t workflow-execution --build-arg BUILD_DIGEST=sha256:… --build-arg RUNTIME_DIGEST=sha256:… .`
# Both bases are arguments pinned by digest. The runtime base must start Node.js 24 as its entry point. Pass the configuration of
# a private npm registry as secrets, which do not stay in the image: `--secret id=npmrc,src=…`, and `--secret id=npm-ca,src=…`
# for the CAs that it names as `cafile=/run/secrets/npm-ca`.
ARG BUILD_BASE=docker.io/library/node:24-bookworm-slim
ARG BUILD_DIGEST
ARG RUNTIME_BASE=gcr.io/distroless/nodejs24-debian12:nonroot
ARG RUNTIME_DIGEST

# On the platform of the builder: the result is the same for each, because no package has native code, which is checked.
FROM --platform=$BUILDPLATFORM ${BUILD_BASE}@${BUILD_DIGEST} AS build
WORKDIR /build
COPY --chmod=644 package.json package-lock.json .npmrc tsconfig.json tsconfig.build.json nest-cli.json ./
COPY src src
# In one layer, because the packages for development are removed again. Type declarations and source maps are half the bytes of
# the others, and unused; so are libraries for Bare, another runtime.
RUN --mount=type=secret,id=npmrc --mount=type=secret,id=npm-ca \
    NPM_CONFIG_USERCONFIG=/run/secrets/npmrc npm ci --include=dev --omit=optional \
    && node_modules/.bin/nest build \
    && npm prune --omit=dev --omit=optional \
    && find node_modules -type f \( -name '*.ts' -o -name '*.map' -o -name '*.bare' \) -exec rm {} + \
    && ! find node_modules -name '*.node' | grep .

# jemalloc returns the memory of closed connections to the system; glibc does not (docs/operations.md#connections). With one
# arena it keeps half as much itself, and memory that was just freed for half a second instead of ten. Our own build base has it.
FROM --platform=$BUILDPLATFORM ${BUILD_BASE}@${BUILD_DIGEST} AS allocator
ARG TARGETARCH
RUN test -d /allocator/${TARGETARCH} \
    || (dpkg --add-architecture ${TARGETARCH} && apt-get update && apt-get download libjemalloc2:${TARGETARCH} \
        && dpkg-deb --extract libjemalloc2_*.deb package \
        && mkdir -p /allocator/${TARGETARCH}/usr/lib /allocator/${TARGETARCH}/usr/share/doc/libjemalloc2 \
            /allocator/${TARGETARCH}/var/lib/dpkg/status.d \
        && cp -L package/usr/lib/*/libjemalloc.so.2 /allocator/${TARGETARCH}/usr/lib/ \
        && cp package/usr/share/doc/libjemalloc2/copyright /allocator/${TARGETARCH}/usr/share/doc/libjemalloc2/ \
        && dpkg-deb --field libjemalloc2_*.deb > /allocator/${TARGETARCH}/var/lib/dpkg/status.d/libjemalloc2)

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
    MALLOC_CONF=background_thread:true,narenas:1,dirty_decay_ms:500
ARG TARGETARCH
COPY --from=allocator /allocator/${TARGETARCH}/ /
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist dist
# Numeric, so that Kubernetes can verify runAsNonRoot.
USER 65532:65532
# REST, gRPC, health, metrics.
EXPOSE 8080 50051 8081 9090
# The entry point of the distroless base is node. By default its heap ends at half of the container's memory, long before the alert on
# memory; the rest needs about 110 MB. Smaller semi-spaces save a fifth of the memory with 10,000 executions for little CPU time.
CMD ["--max-old-space-size-percentage=75", "--max-semi-space-size=8", "dist/main.js"]
