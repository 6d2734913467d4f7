using System.Text.Json;
using Harper.Actors.Configuration;
using Harper.Core.Operations;

namespace Harper.Actors.Operations.Settings;

/// <summary>The configuration through the operations API (R-SYS-03, R-SYS-06).</summary>
public sealed class ConfigurationOperations(IConfigurationStore configuration) : IOperationFamily
{
    private static readonly string[] NotSettings = ["operation", "replicated"];

    public IEnumerable<OperationEntry> Entries =>
    [
        OperationEntry.Of("get_configuration", OperationAccess.SuperUser, _ => 0, (_, _, _) => Get()),
        OperationEntry.Of("set_configuration", OperationAccess.SuperUser, Parse, Set) with { Forwardable = true },
    ];

    private static List<KeyValuePair<string, JsonElement>> Parse(OperationCall call)
    {
        var changes = call.Fields.All.Keys.Except(NotSettings)
            .Select(name => KeyValuePair.Create(name, call.Fields.Element(name)!.Value)).ToList();
        return changes.Count > 0 ? changes : throw OperationError.Bad("'set_configuration' requires at least one key to set");
    }

    private ValueTask<OperationAnswer> Get() => ValueTask.FromResult(new OperationAnswer(200, configuration.Write));

    private ValueTask<OperationAnswer> Set(
        List<KeyValuePair<string, JsonElement>> changes, OperationCall call, CancellationToken cancellation)
    {
        var change = configuration.Set(changes);
        return ValueTask.FromResult(new OperationAnswer(200, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString(
                "message", "Configuration successfully set. You must restart HarperDB for new config settings to take effect.");
            if (!change.Warnings.IsEmpty)
            {
                writer.WriteStartArray("warnings");
                foreach (var warning in change.Warnings) writer.WriteStringValue(warning);
                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }));
    }
}
