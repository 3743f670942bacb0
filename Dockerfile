# The service as an image: `docker build -t workflow-execution .`
# Both bases are arguments, so that a registry of one's own can provide them. The runtime base starts Node.js 24 as its
# entry point; it needs no shell and no package manager.
ARG BUILD_BASE=docker.io/library/node:24-bookworm-slim
ARG RUNTIME_BASE=gcr.io/distroless/nodejs24-debian12:nonroot

FROM ${BUILD_BASE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev --omit=optional
COPY tsconfig.json tsconfig.build.json nest-cli.json ./
COPY src src
RUN node_modules/.bin/nest build && npm prune --omit=dev --omit=optional

FROM ${RUNTIME_BASE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="workflow-execution" \
      org.opencontainers.image.description="Runs remediation workflows once, safely, on Tekton" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
WORKDIR /app
ENV NODE_ENV=production
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist dist
# Numeric, so that Kubernetes can tell that it is not root.
USER 65532:65532
EXPOSE 8080 50051
# The distroless base's own entry point is node.
CMD ["dist/main.js"]
