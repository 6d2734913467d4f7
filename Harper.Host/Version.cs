using System.Reflection;

namespace Harper.Host;

/// <summary>The version of this program.</summary>
internal static class Version
{
    /// <summary>For example <c>0.1.0</c>, without the source revision.</summary>
    public static readonly string Text =
        typeof(Version).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";
}
