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
# Asks itself on loopback, by http or https as the admin listener speaks it. Nothing secret is sent and nothing believed but
# "it answers", so the certificate's name does not matter here.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "--no-warnings", "-e", "process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; const ask = (scheme) => fetch(scheme + '://127.0.0.1:' + (process.env.HOLDPOINT_ADMIN_PORT ?? 7080) + '/healthz', { signal: AbortSignal.timeout(2000) }).then((answer) => answer.ok || Promise.reject()); ask('http').catch(() => ask('https')).then(() => process.exit(0), () => process.exit(1))"]
# Time for the drain (limits.drain_timeout_ms) before SIGKILL is the orchestrator's to grant; SIGTERM starts it.
STOPSIGNAL SIGTERM
# V8 would optimise the SQL grammar in the background and take 350 MB for it for a moment; its plain code is no slower here.
ENTRYPOINT ["node", "--liftoff-only", "/opt/holdpoint/dist/main.js"]
CMD ["serve", "--config", "/etc/holdpoint/holdpoint.yaml"]
