using System.Globalization;
using Akka.Configuration;
using Harper.Host.Configuration;
using Harper.Host.Logging;

namespace Harper.Host.Composition;

/// <summary>The one place where values of the operator's file are written over harper.hocon: everything else is in one of the two only.</summary>
internal static class HoconOverlay
{
    public static Config Create(HarperConfig config)
    {
        var bridge = $"{typeof(AkkaLogBridge).FullName}, {typeof(AkkaLogBridge).Assembly.GetName().Name}";
        var overlay = ConfigurationFactory.ParseString($$"""
            akka.loggers = ["{{bridge}}"]
            akka.stdout-loglevel = OFF
            akka.loglevel = {{AkkaLevel(config.Logging.Level)}}
            harper.log.retention = {{config.Logging.AuditRetention.TotalSeconds.ToString(CultureInfo.InvariantCulture)}}s
            """);
        return overlay.WithFallback(ConfigurationFactory.ParseString(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "harper.hocon"))));
    }

    private static string AkkaLevel(string level) => level switch
    {
        "trace" or "debug" => "DEBUG",
        "info" => "INFO",
        "warn" => "WARNING",
        _ => "ERROR",
    };
}
