using System.Diagnostics;
using System.Runtime;
using Harper.Actors.Certificates;
using Harper.Actors.Operations;
using Harper.Host.Configuration;
using Harper.Host.Http;
using Harper.Host.Logging;
using Harper.Host.Security;
using Harper.Storage.Rocks;
using Microsoft.Extensions.Logging;

namespace Harper.Host.Composition;

/// <summary>
/// The process as a whole: configuration, root folder, log, node, users, operations, listeners — started in this order, undone in the reverse. What was
/// started is on a stack, so that a start that fails half-way is undone like one that succeeded.
/// </summary>
internal sealed partial class HarperHost : IAsyncDisposable
{
    /// <summary>For requests that run when the stop begins; then they are cut.</summary>
    private static readonly TimeSpan RequestGrace = TimeSpan.FromMilliseconds(700);

    /// <summary>A cluster has some nodes, each with a socket per database; more are not peers.</summary>
    private const int MaxPeerSockets = 4096;

    private static readonly TimeSpan UpgradeDeadline = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan DrainDeadline = TimeSpan.FromSeconds(10);

    private readonly Stack<Func<ValueTask>> _undo = new();
    private readonly List<HttpListener> _listeners = [];
    private readonly LateHandler _operations = new();
    private readonly LateHandler _rest = new();
    private readonly LateHandler _replication = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private HarperHost(HarperConfig config) => Config = config;

    public HarperConfig Config { get; }

    /// <summary>The way into operations, once the node serves.</summary>
    public OperationDispatcher? Operations { get; private set; }

    /// <summary>Completes with the reason when the node cannot go on.</summary>
    public Task<string> Lost => _lost.Task;

    /// <summary>Starts a node.</summary>
    /// <param name="errors">Where warnings go that the log may not show.</param>
    /// <exception cref="HostStartException">It cannot, for a reason its operator can mend.</exception>
    public static async Task<HarperHost> StartAsync(HarperConfigLoader loader, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        NativeHeap.Configure();

        // The library of the store takes as long to load as everything else: it does so meanwhile.
        var stores = Task.Run(WarmUp.LoadStores, CancellationToken.None);
        _ = Task.Run(HoconOverlay.Prepare, CancellationToken.None);
        var report = loader.Load();
        if (report.Config is not { } config)
        {
            foreach (var warning in report.Warnings) await errors.WriteLineAsync("warning: " + warning).ConfigureAwait(false);
            throw new HostStartException(report.ErrorMessage, HostStartException.BadConfiguration);
        }
        var host = new HarperHost(config);
        try
        {
            await host.StartAsync(loader, report, stores, output, cancellation).ConfigureAwait(false);
            return host;
        }
        catch
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Stops in order; nothing that was acknowledged is lost.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        while (_undo.TryPop(out var undo))
        {
            try
            {
                await undo().ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                // The rest must still be undone; the stores come last and matter most.
                await Console.Error.WriteLineAsync($"While stopping: {failure.Message}").ConfigureAwait(false);
            }
        }
        _stopping.Dispose();
    }

    private async Task StartAsync(
        HarperConfigLoader loader, ConfigReport report, Task<RocksStoreFactory> stores, TextWriter output, CancellationToken cancellation)
    {
        var root = RootFolder.Take(Config);
        Undo(root.Dispose);
        Synchronize(loader);

        var lines = new LogWriter(Config.Logging, output);
        Undo(lines.Dispose);
        var loggers = HarperLoggerProvider.CreateFactory(lines, Config.Logging.Level, TimeProvider.System);
        Undo(loggers.Dispose);
        var log = loggers.CreateLogger<HarperHost>();
        foreach (var warning in report.Warnings) LogConfigurationWarning(log, warning);
        LogPhase(log, "configuration read");

        var algorithm = Config.Authentication.HashWithArgon2 ? PasswordAlgorithm.Argon2id : PasswordAlgorithm.Pbkdf2;
        var verifier = new PasswordVerifier(Config.Authentication.CacheTtl, TimeProvider.System, algorithm);
        Undo(verifier.Dispose);
        var keys = new TokenKeys(RootFolder.KeysOf(Config));
        Undo(keys.Dispose);
        var (username, password) = loader.FirstAdministrator;
        var hashing = HashForFirstStart(password, algorithm);
        // Addresses are taken while the databases open: a port in use is known at once, and what comes early waits.
        var security = new SecurityComposition(Config, loggers);
        Undo(security.Dispose);
        var listening = Task.Run(() => ListenAsync(security, loggers, cancellation), cancellation);
        var credentials = new LateCredentials();
        var starting = NodeComposition.StartAsync(
            Config, root.NodeId, stores, security, credentials, loggers, reason => _lost.TrySetResult(reason), cancellation);
        _undo.Push(() => StopNodeAsync(starting, log));
        _undo.Push(() => StopListeningAsync(listening));
        await listening.ConfigureAwait(false);
        var node = await starting.ConfigureAwait(false);
        LogPhase(log, "databases open");

        var users = new UserStore(node.Running.Databases, verifier, node.Running.Services.Clock);
        await users.EnsureAsync(username, password, hashing).ConfigureAwait(false);
        var access = Config.Authentication;
        var tokens = new JwtTokens(keys, access.OperationTokenLife, access.RefreshTokenLife, TimeProvider.System);
        var sessions = new SessionStore(node.Running.Databases, access.EnableSessions, access.SessionLife, node.Running.Services.Clock);
        var authentication = new Authentication(users, tokens, sessions, access, loggers.CreateLogger<Authentication>());
        credentials.Use(authentication);
        LogPhase(log, "users read");

        var operations = OperationsComposition.Create(Config, loader, node, security, users, tokens, sessions, loggers);
        await OperationsComposition.ApplySchemasAsync(Config, node, loggers, cancellation).ConfigureAwait(false);
        Operations = operations;
        Serve(node, operations, authentication, security, loggers);
        LogPhase(log, "serving");
        Undo(QuietTrim.Start().Dispose);
        root.WritePid();
        log.Log(LogLevel.Information, LogSeverity.Notify, "Node {Name} (Harper {Version}) is running: {Addresses}", Config.NodeName, Version.Text, Addresses());
        if (!Config.Logging.StdStreams) await GreetAsync(report, output).ConfigureAwait(false);
        Undo(() => log.Log(LogLevel.Information, LogSeverity.Notify, "Stopping"));
    }

    private async Task ListenAsync(SecurityComposition security, ILoggerFactory loggers, CancellationToken cancellation)
    {
        var tls = security.Certificates.Tls;
        if (Config.Replication.Port is { } replication)
            await ListenAsync(Peers("replication.port", replication), _replication).ConfigureAwait(false);
        if (Config.Replication.SecurePort is { } secure)
            await ListenAsync(
                Peers("replication.securePort", secure) with { Tls = new TlsListenerOptions(tls, "replication", ClientCertificateDemand.Asked) { Revocation = tls.Revocation } },
                _replication).ConfigureAwait(false);
        if (Config.Http.Port is { } rest) await ListenAsync(Rest("http.port", rest), _rest).ConfigureAwait(false);
        if (Config.Http.SecurePort is { } secureRest)
            await ListenAsync(Rest("http.securePort", secureRest) with { Tls = new TlsListenerOptions(tls, "https", DemandOf(security.RestClients)) }, _rest).ConfigureAwait(false);
        if (Config.OperationsApi.Port is not null || Config.OperationsApi.DomainSocket is not null)
            await ListenAsync(
                Operations("operationsApi.network.port", Config.OperationsApi.Port) with { DomainSocket = Config.OperationsApi.DomainSocket }, _operations)
                .ConfigureAwait(false);
        if (Config.OperationsApi.SecurePort is { } secureOperations)
            await ListenAsync(
                Operations("operationsApi.network.securePort", secureOperations) with { Tls = new TlsListenerOptions(tls, "operations", DemandOf(security.OperationsClients)) }, _operations)
                .ConfigureAwait(false);

        static ClientCertificateDemand DemandOf(ClientCertificates? clients) => clients?.Demand ?? ClientCertificateDemand.None;

        // A peer upgrades at once; whoever takes longer is none.
        HttpListenerOptions Peers(string key, ListenAddress address) => new(key, address)
        {
            MaxConnections = MaxPeerSockets, HeadersTimeout = UpgradeDeadline, KeepAliveTimeout = UpgradeDeadline,
        };

        HttpListenerOptions Rest(string key, ListenAddress address) => new(key, address)
        {
            HeadersTimeout = Config.Http.HeadersTimeout, KeepAliveTimeout = Config.Http.KeepAliveTimeout, MaxHeaderBytes = Config.Http.MaxHeaderBytes,
        };

        HttpListenerOptions Operations(string key, ListenAddress? address) => new(key, address)
        {
            HeadersTimeout = Config.OperationsApi.HeadersTimeout, KeepAliveTimeout = Config.OperationsApi.KeepAliveTimeout, MaxBodyBytes = RequestBody.MaxBytes,
        };

        async Task ListenAsync(HttpListenerOptions options, LateHandler handler) =>
            _listeners.Add(await HttpListener.StartAsync(options, handler.HandleAsync, loggers, cancellation).ConfigureAwait(false));
    }

    /// <summary>Replication first: a node that answers operations already takes part.</summary>
    private void Serve(NodeComposition node, OperationDispatcher operations, Authentication authentication, SecurityComposition security, ILoggerFactory loggers)
    {
        var replication = new ReplicationEndpoint(node.Cluster.Acceptor, node.Control, NodeComposition.SocketsOf(Config.Replication), _stopping.Token);
        _replication.Use(replication.HandleAsync);
        _rest.Use(new RestEndpoint(Config.Http.Cors, authentication, security.RestClients).HandleAsync);
        var admin = new AdminEndpoint(node.Running.Admin, _stopping.Token);
        _operations.Use(new OperationsEndpoint(
            Config.OperationsApi.Cors, authentication, Config.Authentication, operations, admin, RootFolder.SpoolOf(Config), security.OperationsClients,
            loggers.CreateLogger<OperationsEndpoint>()).HandleAsync);
    }

    /// <summary>A first start hashes the administrator's password, which is slow by design, while the databases open.</summary>
    private Task<string>? HashForFirstStart(string? password, PasswordAlgorithm algorithm) =>
        password is null || Directory.EnumerateFileSystemEntries(Config.Storage.Path).Any()
            ? null
            : Task.Run(() => PasswordHasher.Hash(password, algorithm), CancellationToken.None);

    private static async ValueTask StopNodeAsync(Task<NodeComposition> starting, ILogger log)
    {
        await WhetherOrNotAsync(starting).ConfigureAwait(false);
        if (starting.IsCompletedSuccessfully) await starting.Result.StopAsync(DrainDeadline, log).ConfigureAwait(false);
    }

    /// <summary>Waits for what was begun; how it ended was told already.</summary>
    private static async Task WhetherOrNotAsync(Task begun) => await begun.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>All at once: each waits for its own requests.</summary>
    private async ValueTask StopListeningAsync(Task listening)
    {
        await WhetherOrNotAsync(listening).ConfigureAwait(false);
        foreach (var handler in (LateHandler[])[_operations, _rest, _replication]) handler.GiveUp();
        using var grace = new CancellationTokenSource(RequestGrace);
        await Task.WhenAll(_listeners.Select(listener => listener.StopAsync(grace.Token))).ConfigureAwait(false);
        foreach (var listener in _listeners) await listener.DisposeAsync().ConfigureAwait(false);
    }

    private void Synchronize(HarperConfigLoader loader)
    {
        try
        {
            loader.Synchronize(Config);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new HostStartException($"{Config.FilePath} cannot be written: {failure.Message}", HostStartException.NoPermission);
        }
    }

    private void Undo(Action action) => _undo.Push(() =>
    {
        action();
        return ValueTask.CompletedTask;
    });

    /// <summary>For whoever started the node by hand and sees no log.</summary>
    private async Task GreetAsync(ConfigReport report, TextWriter output)
    {
        foreach (var warning in report.Warnings) await output.WriteLineAsync("warning: " + warning).ConfigureAwait(false);
        await output.WriteLineAsync($"Node {Config.NodeName} (Harper {Version.Text}) is running: {Addresses()}. Log: {Config.Logging.Path}. Ctrl-C stops it.")
            .ConfigureAwait(false);
    }

    private static void LogPhase(ILogger log, string phase)
    {
        if (!log.IsEnabled(LogLevel.Debug)) return;
        using var process = Process.GetCurrentProcess();
        LogPhase(
            log, phase, (DateTime.Now - process.StartTime).TotalMilliseconds, process.TotalProcessorTime.TotalMilliseconds,
            JitInfo.GetCompiledMethodCount(), JitInfo.GetCompilationTime().TotalMilliseconds);
    }

    private string Addresses() => string.Join(
        ", ",
        new[]
        {
            Config.OperationsApi.Port is { } operations ? $"operations {operations}" : null, Config.Http.Port is { } rest ? $"REST {rest}" : null,
            Config.Replication.Port is { } replication ? $"replication {replication}" : null,
            Config.Replication.SecurePort is { } secure ? $"secure replication {secure}" : null,
            Config.OperationsApi.SecurePort is { } secureOperations ? $"secure operations {secureOperations}" : null,
            Config.Http.SecurePort is { } secureRest ? $"secure REST {secureRest}" : null,
        }.Where(text => text is not null));

    [LoggerMessage(Level = LogLevel.Warning, Message = "Configuration: {Warning}")]
    private static partial void LogConfigurationWarning(ILogger log, string warning);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Start: {Phase} after {Milliseconds:0} ms, {Cpu:0} ms of processor, {Methods} methods compiled in {Jit:0} ms")]
    private static partial void LogPhase(ILogger log, string phase, double milliseconds, double cpu, long methods, double jit);
}
