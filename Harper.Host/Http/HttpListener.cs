using System.Net;
using Harper.Host.Configuration;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Harper.Host.Http;

/// <summary>Where one interface listens and within which limits.</summary>
/// <param name="Key">The configuration key, for messages.</param>
internal sealed record HttpListenerOptions(string Key, ListenAddress? Address)
{
    public string? DomainSocket { get; init; }

    /// <summary>Null: plain. Never for the domain socket, which only this machine's users can reach.</summary>
    public TlsListenerOptions? Tls { get; init; }

    public TimeSpan HeadersTimeout { get; init; } = TimeSpan.FromSeconds(60);

    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public int MaxHeaderBytes { get; init; } = 32 * 1024;

    public long? MaxBodyBytes { get; init; }

    public long MaxConnections { get; init; } = 10_000;

    /// <summary>So that no single address can take all of them from the others.</summary>
    public long MaxConnectionsPerAddress => Math.Max(1, MaxConnections / 2);
}

/// <summary>
/// One Kestrel of its own per interface: operations, REST, replication. So each has its limits, can be stopped by itself and in order, and no
/// address is opened that the configuration does not name (R-CFG-53). No host, no container: Kestrel and one delegate.
/// </summary>
internal sealed class HttpListener : IAsyncDisposable
{
    private readonly KestrelServer _server;

    private HttpListener(KestrelServer server) => _server = server;

    /// <exception cref="HostStartException">The address is in use or not ours.</exception>
    public static async Task<HttpListener> StartAsync(HttpListenerOptions options, RequestDelegate handle, ILoggerFactory loggers, CancellationToken cancellation)
    {
        var kestrel = new KestrelServerOptions { AddServerHeader = false, ApplicationServices = NoServices.Instance };
        kestrel.Limits.RequestHeadersTimeout = options.HeadersTimeout;
        kestrel.Limits.KeepAliveTimeout = options.KeepAliveTimeout;
        kestrel.Limits.MaxRequestHeadersTotalSize = options.MaxHeaderBytes;
        kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;
        kestrel.Limits.MaxConcurrentConnections = options.MaxConnections;
        kestrel.Limits.MaxConcurrentUpgradedConnections = options.MaxConnections;
        if (options.Address is { } address) Listen(kestrel, address, new AddressCount(options.MaxConnectionsPerAddress), options.Tls is { } secure ? new TlsListener(secure, loggers.CreateLogger<TlsListener>()) : null);
        if (options.DomainSocket is { } path)
        {
            // The lock on the root folder is ours, so a socket that lies there is a dead one.
            File.Delete(path);
            kestrel.ListenUnixSocket(path, listen => listen.Protocols = HttpProtocols.Http1);
        }

        // What a socket brings is taken in on the thread of the pool that read it, and answers leave on the one that made them: two turns of the pool fewer per
        // request. Nothing here blocks a thread; what takes long is awaited, and sockets are read by as many threads of the pool as have work.
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions { UnsafePreferInlineScheduling = true }), loggers);
        var server = new KestrelServer(Options.Create(kestrel), transport, loggers);
        try
        {
            await server.StartAsync(new Application(handle), cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or AddressInUseException or System.Net.Sockets.SocketException or InvalidOperationException)
        {
            server.Dispose();
            throw new HostStartException(Explain(options, failure), HostStartException.CannotListen);
        }
        if (options.DomainSocket is { } socket && !OperatingSystem.IsWindows()) File.SetUnixFileMode(socket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new HttpListener(server);
    }

    /// <summary>Accepts nothing new, lets running requests end until cancelled, then cuts them.</summary>
    public Task StopAsync(CancellationToken cancellation) => _server.StopAsync(cancellation);

    public ValueTask DisposeAsync()
    {
        _server.Dispose();
        return ValueTask.CompletedTask;
    }

    private static void Listen(KestrelServerOptions kestrel, ListenAddress address, AddressCount connections, TlsListener? tls)
    {
        async Task CountedAsync(ConnectionDelegate next, ConnectionContext connection)
        {
            var remote = (connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
            if (!connections.TryEnter(remote))
            {
                connection.Abort();
                return;
            }
            try
            {
                await next(connection).ConfigureAwait(false);
            }
            finally
            {
                connections.Leave(remote);
            }
        }

        void Http1(ListenOptions listen)
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(next => connection => CountedAsync(next, connection));
            if (tls is not null) listen.Use(next => connection => tls.HandleAsync(connection, next));
        }

        if (address.Host is null) kestrel.ListenAnyIP(address.Port, Http1);
        else kestrel.Listen(address.TryResolve() ?? new IPEndPoint(IPAddress.None, address.Port), Http1);
    }

    private static string Explain(HttpListenerOptions options, Exception failure)
    {
        var reason = failure.InnerException is AddressInUseException || failure is AddressInUseException
            || failure.Message.Contains("address already in use", StringComparison.OrdinalIgnoreCase)
                ? "another process uses it already"
                : (failure.InnerException ?? failure).Message;
        return $"cannot listen on {options.Address} ({options.Key}): {reason}. Stop the other process or set {options.Key} to a free 'host:port'.";
    }

    private sealed class Application(RequestDelegate handle) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection features) => new DefaultHttpContext(features);

        public Task ProcessRequestAsync(HttpContext context) => handle(context);

        public void DisposeContext(HttpContext context, Exception? exception)
        {
        }
    }

    private sealed class NoServices : IServiceProvider
    {
        public static readonly NoServices Instance = new();

        public object? GetService(Type serviceType) => null;
    }
}
