using Microsoft.Extensions.Logging;

namespace Harper.Host.Logging;

/// <summary>Log entries of every part as lines of Harper's form: <c>time [thread] [level] [tag]: message</c>.</summary>
internal sealed class HarperLoggerProvider(LogWriter writer, LogLevel level, TimeProvider time) : ILoggerProvider
{
    public static ILoggerFactory CreateFactory(LogWriter writer, string level, TimeProvider time) =>
        new LoggerFactory([new HarperLoggerProvider(writer, LogSeverity.FromName(level), time)], new LoggerFilterOptions { MinLevel = LogLevel.Trace });

    public ILogger CreateLogger(string categoryName) => new Tagged(this, categoryName[(categoryName.LastIndexOf('.') + 1)..], IsForeign(categoryName));

    public void Dispose()
    {
    }

    /// <summary>Libraries are heard from warnings on; what they say below that is theirs.</summary>
    private static bool IsForeign(string category) =>
        category.StartsWith("Microsoft.", StringComparison.Ordinal) || category.StartsWith("System.", StringComparison.Ordinal);

    private sealed class Tagged(HarperLoggerProvider provider, string tag, bool foreign) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel level) => level != LogLevel.None && (level >= provider.Level || level == LogLevel.Critical)
            && (!foreign || level >= LogLevel.Warning);

        public void Log<TState>(LogLevel level, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Name != LogSeverity.Notify.Name && !IsEnabled(level)) return;
            var now = provider.Time.GetUtcNow().UtcDateTime;
            var text = formatter(state, exception);
            if (exception is not null) text = $"{text}: {exception}";
            var line = $"{now:yyyy-MM-ddTHH:mm:ss.fffZ} [main/{Environment.CurrentManagedThreadId}] [{LogSeverity.NameOf(level, eventId)}] [{tag}]: {LogRedaction.Redact(text)}";
            provider.Writer.Write(now, line);
        }
    }

    private LogWriter Writer { get; } = writer;

    private LogLevel Level { get; } = level;

    private TimeProvider Time { get; } = time;
}
