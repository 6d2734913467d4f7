# One image; what a node is comes from its mounted harperdb-config.yaml or from environment variables.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish Harper.Host -c Release -r linux-x64 --self-contained false -p:PublishReadyToRun=true -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 1900 --create-home harper && mkdir -p /var/lib/harper && chown harper /var/lib/harper
WORKDIR /app
COPY --from=build /app .
USER harper
ENV ROOTPATH=/var/lib/harper
VOLUME /var/lib/harper
EXPOSE 9925 9926 9933
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s CMD curl -fsS http://localhost:9925/health || exit 1
ENTRYPOINT ["dotnet", "harper.dll"]
