using Microsoft.Extensions.Logging;

namespace Harper.Host.Logging;

/// <summary>Levels by their names in the configuration and the log, in order; <c>notify</c> is always written.</summary>
internal static class LogSeverity
{
    /// <summary>Marks an entry that is written whatever the level: started, stopped, refused for good.</summary>
    public static readonly EventId Notify = new(1, "notify");

    public static LogLevel FromName(string name) => name switch
    {
        "trace" => LogLevel.Trace,
        "debug" => LogLevel.Debug,
        "info" => LogLevel.Information,
        "warn" => LogLevel.Warning,
        "error" => LogLevel.Error,
        _ => LogLevel.Critical,
    };

    public static string NameOf(LogLevel level, EventId id) => id.Name == Notify.Name ? "notify" : level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        _ => "fatal",
    };
}
