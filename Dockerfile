# syntax=docker/dockerfile:1
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY istioctl istioctl
COPY profiles profiles
COPY manifests manifests
RUN python -m venv /opt/istioctl && /opt/istioctl/bin/pip install --no-cache-dir .

FROM python:3.13-slim
COPY --from=build /opt/istioctl /opt/istioctl
# HOME is there for whatever user the container runs as: the kubeconfig is looked for in it.
ENV PATH=/opt/istioctl/bin:$PATH HOME=/home/istioctl
RUN useradd --create-home --uid 10001 istioctl && chmod 755 /home/istioctl
USER 10001
WORKDIR /home/istioctl
ENTRYPOINT ["istioctl"]
