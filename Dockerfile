# One image for every service; the command picks it: `node services/inference/src/main.ts`.
# Node runs the sources themselves, so the workspace's links stay: beneath a node_modules it would strip no types.

# What the dependencies depend on. A change of anything else leaves the next stage in the cache.
FROM node:24.21.0-trixie-slim AS manifests
WORKDIR /app
COPY . .
RUN find packages services -type f -not -name package.json -delete

FROM node:24.21.0-trixie-slim AS dependencies
WORKDIR /app
COPY --from=manifests /app .
# Optional are native speed-ups that have a JavaScript fallback.
RUN npx --yes "$(node -p 'require("./package.json").packageManager')" install \
    --filter '{./services/*}...' --filter '{./packages/cli}...' --prod --no-optional --frozen-lockfile

FROM node:24.21.0-trixie-slim
# Nothing in the image can install anything.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
    /usr/local/bin/yarn* /opt/yarn*
WORKDIR /app
COPY --from=dependencies /app .
COPY packages packages
COPY services services
RUN for name in waystation ai_assistant; do ln -s /app/packages/cli/src/main.ts /usr/local/bin/$name; done

ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Waystation" \
      org.opencontainers.image.description="An assistant that lives in a company's chat platforms" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"

ENV NODE_ENV=production PORT=3000 WAYSTATION_VERSION="$VERSION" WAYSTATION_REVISION="$REVISION"
EXPOSE 3000
# The user `node`, by number: Kubernetes asks for one to believe that it is not root. All files are root's.
USER 1000:1000
# Each check is a process of its own: often enough to notice, seldom enough to cost nothing.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s CMD ["node", "-e", \
    "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "services/all/src/main.ts"]
