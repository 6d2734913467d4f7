using System.Collections.Immutable;
using System.Text.Json;
using Harper.Actors.Databases;
using Harper.Core.Operations;

namespace Harper.Actors.Operations.Information;

/// <summary>What the machine and the process look like (R-SYS-02, R-MON-09). Unknown parts are left out, as the original does.</summary>
/// <param name="replication">Writes what cluster_status says.</param>
public sealed class SystemOperations(IDatabaseDirectory databases, string rootPath, Action<Utf8JsonWriter> replication) : IOperationFamily
{
    private static readonly string Version = typeof(SystemOperations).Assembly.GetName().Version?.ToString(3) ?? "0";

    private readonly SystemInformation _information = new(databases, rootPath, replication);

    public IEnumerable<OperationEntry> Entries =>
    [
        OperationEntry.Of("system_information", OperationAccess.SuperUser, Parse, Answer),
        // Old tools ask these first (operations API, section 17).
        Fixed("registration_info", writer => writer.WriteString("version", Version)),
        Fixed("get_fingerprint", writer => writer.WriteString("message", "this-is-deprecated")),
    ];

    private static OperationEntry Fixed(string name, Action<Utf8JsonWriter> write) =>
        new(name, OperationAccess.SuperUser, (_, _) => ValueTask.FromResult(new OperationAnswer(200, writer =>
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteBoolean("deprecated", true);
            writer.WriteEndObject();
        })));

    private static ImmutableArray<string> Parse(OperationCall call)
    {
        if (call.Fields.Element("attributes") is not { } attributes || attributes.ValueKind == JsonValueKind.Null) return [];
        if (attributes.ValueKind != JsonValueKind.Array) throw OperationError.Bad("'attributes' must be an array");
        return [.. attributes.EnumerateArray().Select(attribute => attribute.ToString())
            .Select(attribute => attribute == "database_metrics" ? "metrics" : attribute)];
    }

    private ValueTask<OperationAnswer> Answer(ImmutableArray<string> wanted, OperationCall call, CancellationToken cancellation) =>
        ValueTask.FromResult(new OperationAnswer(200, writer =>
        {
            writer.WriteStartObject();
            foreach (var (name, write) in _information.Parts)
            {
                if (!wanted.IsEmpty && !wanted.Contains(name)) continue;
                writer.WritePropertyName(name);
                write(writer);
            }

            writer.WriteEndObject();
        }));
}
