using System.Globalization;
using Akka.Configuration;
using Harper.Host.Configuration;
using Harper.Host.Logging;

namespace Harper.Host.Composition;

/// <summary>The one place where values of the operator's file are written over harper.hocon: everything else is in one of the two only.</summary>
internal static class HoconOverlay
{
    /// <summary>Reads Akka's own defaults, which takes the time of loading the parser; done while the operator's file is read.</summary>
    public static void Prepare() => ConfigurationFactory.Default();

    public static Config Create(HarperConfig config)
    {
        var overlay = ConfigurationFactory.ParseString($$"""
            akka.loggers = ["{{NameOf(typeof(AkkaLogBridge))}}"]
            akka.stdout-loglevel = OFF
            # Messages of this actor system never leave it: no JSON library is loaded to serialize them.
            akka.actor.serializers.json = "{{NameOf(typeof(NothingToSerialize))}}"
            akka.loglevel = {{AkkaLevel(config.Logging.Level)}}
            harper.log.retention = {{config.Logging.AuditRetention.TotalSeconds.ToString(CultureInfo.InvariantCulture)}}s
            harper.log.max-bytes = {{config.Logging.AuditMaxBytes}}B
            """);
        return overlay.WithFallback(ConfigurationFactory.ParseString(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "harper.hocon"))));
    }

    private static string NameOf(Type type) => $"{type.FullName}, {type.Assembly.GetName().Name}";

    private static string AkkaLevel(string level) => level switch
    {
        "trace" or "debug" => "DEBUG",
        "info" => "INFO",
        "warn" => "WARNING",
        _ => "ERROR",
    };
}
