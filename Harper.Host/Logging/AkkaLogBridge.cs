using Akka.Actor;
using Akka.Event;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Harper.Host.Logging;

/// <summary>
/// Writes what the actor system and its actors log into the node's log. Owned by the actor system's log bus; when it fails the bus starts it again,
/// and the entry that broke it is lost.
/// </summary>
internal sealed class AkkaLogBridge : ReceiveActor
{
    private readonly ILoggerFactory _loggers;
    private readonly Dictionary<Type, ILogger> _byClass = [];

    /// <summary>Set before the actor system starts, which makes the bridge by its name; one host per process.</summary>
    public static ILoggerFactory Loggers { get; set; } = NullLoggerFactory.Instance;

    public AkkaLogBridge()
    {
        _loggers = Loggers;
        Receive<LogEvent>(OnEvent);
        Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized()));
    }

    private void OnEvent(LogEvent entry)
    {
        if (!_byClass.TryGetValue(entry.LogClass, out var logger))
            _byClass[entry.LogClass] = logger = _loggers.CreateLogger(entry.LogClass.FullName ?? entry.LogClass.Name);
        var level = LevelOf(entry);
        if (logger.IsEnabled(level)) logger.Log(level, entry.Cause, "{Message} ({Source})", entry.Message?.ToString(), PathOf(entry.LogSource));
    }

    private static LogLevel LevelOf(LogEvent entry) => entry.LogLevel() switch
    {
        Akka.Event.LogLevel.DebugLevel => LogLevel.Debug,
        // Dead letters and the like are for whoever looks for them.
        Akka.Event.LogLevel.InfoLevel => entry.LogClass.Namespace?.StartsWith("Akka", StringComparison.Ordinal) is true ? LogLevel.Debug : LogLevel.Information,
        Akka.Event.LogLevel.WarningLevel => LogLevel.Warning,
        _ => LogLevel.Error,
    };

    /// <summary><c>[akka://harper/user/node/peers#123]</c> as <c>node/peers</c>.</summary>
    private static string PathOf(string source)
    {
        var start = source.IndexOf("/user/", StringComparison.Ordinal);
        if (start < 0) return source;
        var end = source.IndexOf('#', start);
        return end < 0 ? source[(start + 6)..].TrimEnd(']') : source[(start + 6)..end];
    }
}
