# The bases of the service's image where no registry provides them: Node.js 24 of the npm packages with the libraries that it
# needs, and for the build npm and a shell as well. See base-files.ts for what is in the directories.
FROM scratch AS runtime
ARG TARGETARCH
ARG NODE_VERSION
COPY runtime-${TARGETARCH}/ /
ENV NODE_VERSION=${NODE_VERSION}
ENTRYPOINT ["/nodejs/bin/node"]

FROM runtime AS build
COPY build/ /
ENV PATH=/usr/local/bin:/nodejs/bin:/usr/bin:/bin \
    HOME=/root
