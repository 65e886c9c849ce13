# The image of the service. The base is pinned by version; pin it by digest when you build for production.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build && npm pack --silent --pack-destination /tmp
WORKDIR /app
RUN tar -xzf /tmp/stateless-otp-*.tgz --strip-components=1 && cp /build/package-lock.json .
RUN npm ci --omit=dev

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8000
WORKDIR /app
# Owned by root and run by another user: the service cannot write to its own files, and does not need to write anywhere.
COPY --from=build /app /app
USER node
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/cli/main.js"]
