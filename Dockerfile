# syntax=docker/dockerfile:1

# Built with everything, run with what production needs: the second stage installs without development packages and without
# the Node that the quickstart brings along.
FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json ./
COPY src ./src
RUN node src/setup.mjs

FROM node:24-bookworm-slim AS packages
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional --no-audit --no-fund && npm cache clean --force

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /opt/holdpoint
COPY --from=packages /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
COPY package.json LICENSE* ./
COPY policies ./policies
# The program belongs to root and is read-only to the account it runs under; that account owns its data and nothing else.
RUN groupadd --system --gid 10001 holdpoint \
 && useradd --system --uid 10001 --gid holdpoint --home-dir /var/lib/holdpoint --shell /usr/sbin/nologin holdpoint \
 && install -d -o holdpoint -g holdpoint -m 0700 /var/lib/holdpoint \
 && install -d -m 0755 /etc/holdpoint
USER 10001:10001
WORKDIR /var/lib/holdpoint
VOLUME /var/lib/holdpoint
EXPOSE 7432 7080
# Set it to https://HOST:7080/healthz, with NODE_EXTRA_CA_CERTS, where the admin listener speaks TLS.
ENV HOLDPOINT_HEALTH_URL=http://127.0.0.1:7080/healthz
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(process.env.HOLDPOINT_HEALTH_URL, { signal: AbortSignal.timeout(4000) }).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Time for the drain (limits.drain_timeout_ms) before SIGKILL is the orchestrator's to grant; SIGTERM starts it.
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "/opt/holdpoint/dist/main.js"]
CMD ["serve", "--config", "/etc/holdpoint/holdpoint.yaml"]
