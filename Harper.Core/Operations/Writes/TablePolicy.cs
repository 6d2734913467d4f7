using System.Text.Json;
using Harper.Core.Json;
using Harper.Core.Schema;
using Harper.Core.Values;

namespace Harper.Core.Operations.Writes;

/// <summary>
/// A table's say in the records that clients send: names, types, required and extra attributes (R-SCH-10). One per table definition; the problems of
/// the request being read are gathered per thread, since a request is read on one thread without waiting.
/// </summary>
internal sealed class TablePolicy(TableDefinition table) : IAttributePolicy
{
    private const int MaxProblems = 20;

    [ThreadStatic]
    private static List<string>? _problems;

    private readonly AttributeDefinition[] _required =
        [.. table.Attributes.Where(attribute => !attribute.Nullable && !attribute.IsPrimaryKey && attribute.Assigned == AssignedTime.None)];

    private readonly string? _expiresAt = table.Attributes.FirstOrDefault(attribute => attribute.Assigned == AssignedTime.ExpiresAt)?.Name;

    /// <summary>Name of the attribute that says when a record expires, or null.</summary>
    public string? ExpiresAt => _expiresAt;

    public bool HasRequired => _required.Length > 0;

    private static List<string> Problems => _problems ??= [];

    /// <summary>Begins a request on this thread.</summary>
    public static void Begin() => Problems.Clear();

    /// <summary>Ends it: throws what was found.</summary>
    public static void ThrowProblems()
    {
        if (Problems.Count == 0) return;
        var message = string.Join(". ", Problems.Take(MaxProblems));
        if (Problems.Count > MaxProblems) message += $". And {Problems.Count - MaxProblems} more";
        Problems.Clear();
        throw OperationError.Bad(message);
    }

    public AttributeTreatment TreatmentOf(string attribute)
    {
        if (AttributeNames.Problem(attribute) is { } problem) throw OperationError.Bad(problem);
        if (table.Find(attribute) is not { } definition) return table.Sealed ? AttributeTreatment.Convert : AttributeTreatment.Keep;
        if (definition.Assigned is AssignedTime.Created or AssignedTime.Updated) return AttributeTreatment.Skip;
        var free = definition.Type is null or "Any" && (definition.Nullable || definition.IsPrimaryKey);
        return free ? AttributeTreatment.Keep : AttributeTreatment.Convert;
    }

    public void Write(string attribute, ref Utf8JsonReader json, RecordBuffer values)
    {
        if (table.Find(attribute) is { } definition)
        {
            AttributeCheck.Write(definition, ref json, values, Problems);
            return;
        }
        Problems.Add($"Property {attribute} is not allowed");
        JsonValueReader.Read(ref json, values);
    }

    /// <summary>A whole record must have what the table requires; null was refused when it was read.</summary>
    public void CheckRequired(Shape shape)
    {
        foreach (var attribute in _required)
            if (shape.IndexOf(attribute.Name) < 0) Problems.Add(AttributeCheck.RequiredProblem(attribute.Name));
    }
}
