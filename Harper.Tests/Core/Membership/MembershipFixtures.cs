using System.Collections.Immutable;
using System.Text.Json;
using Harper.Core.Identity;
using Harper.Core.Membership;

namespace Harper.Tests.Core.Membership;

/// <summary>Records, routes and settings as the membership specs write them.</summary>
internal static class MembershipFixtures
{
    public static readonly NodeName Self = new("127.0.0.2");

    public static MembershipSettings Settings(params string[] databases) => new()
    {
        Self = Self,
        Url = "ws://127.0.0.2:9933",
        Databases = databases.Length == 0 ? ReplicatedDatabases.All : ReplicatedDatabases.Only(databases.Select(name => new DatabaseName(name))),
    };

    public static JsonElement Parsed(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    public static RouteList Routes(params string[] entries) => Settings().CreateRouteParser().Parse(entries.Select(Parsed));

    public static NodeRecord Row(string json) => NodeRecord.FromJson(Parsed(json))!;

    public static NodeRecord Member(string name) => Row($$"""{"name":"{{name}}","url":"ws://{{name}}:9933","replicates":true}""");

    public static NodeRecords Records(params NodeRecord[] rows) => NodeRecords.Empty with { All = [.. rows] };

    public static NodeRecords Removing(this NodeRecords records, params string[] names) => records with
    {
        All = [.. records.All.Where(row => !names.Contains(row.Name.Value))],
        Removed = [.. names.Select(name => new NodeName(name))],
    };

    public static LocalDatabase Database(string name, string[]? optedIn = null) =>
        new(new DatabaseName(name), [.. (optedIn ?? []).Select(table => new TableName(table))]);

    public static ImmutableArray<LocalDatabase> Databases(params string[] names) => [.. names.Select(name => Database(name))];
}
