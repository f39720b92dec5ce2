# syntax=docker/dockerfile:1
# Small, non-root, fit for a read-only root file system. Nothing but the program and the C runtime it links.

FROM rust:1.95-slim-bookworm AS build
# gcc and libc come with the image; OpenSSL's build script asks for perl and make
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --no-install-recommends -y gcc libc6-dev make perl \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cargo build --locked --release --features postgres \
 && install -D -m 0755 target/release/proofsheet /out/proofsheet \
 && install -d -m 0700 /out/data /out/keys

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /out/proofsheet /usr/local/bin/proofsheet
# /data: the lock; /keys: the key ring all nodes share. Mount something there
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build --chown=65532:65532 /out/keys /keys
USER 65532:65532
ENV PROOFSHEET_SERVER__LISTEN=0.0.0.0:8080 \
    PROOFSHEET_DATA__DIRECTORY=/data \
    PROOFSHEET_KEYS__RING_FILE=/keys/keyring \
    PROOFSHEET_WORKER__SANDBOX=required \
    PROOFSHEET_LOG__JSON=true
EXPOSE 8080
ENTRYPOINT ["/usr/local/bin/proofsheet"]
CMD ["serve"]
