using System.Collections.Immutable;
using System.Text.Json;
using Harper.Core.Identity;
using Harper.Core.Operations;

namespace Harper.Actors.Operations.Logs;

/// <summary>How <c>read_audit_log</c> searches.</summary>
internal enum AuditSearch { Timestamp, Username, HashValue }

/// <summary>What the two log readers are given. Times are milliseconds since 1970, both inclusive.</summary>
internal sealed record LogArguments(
    DatabaseName Database, TableName Table, AuditSearch Search, ImmutableArray<JsonElement> Values, double From, double To, int Limit)
{
    private const int DefaultLimit = 1000;

    public static LogArguments ParseAudit(OperationCall call)
    {
        var check = new FieldCheck(call.Fields);
        if (!call.Fields.Has("database")) check.Problem("database is required");
        if (!call.Fields.Has("table")) check.Problem("table is required");
        check.Throw();
        var search = call.Fields.Text("search_type") switch
        {
            null or "timestamp" => AuditSearch.Timestamp,
            "username" => AuditSearch.Username,
            "hash_value" => AuditSearch.HashValue,
            var other => throw OperationError.Bad($"'search_type' must be one of timestamp, username, hash_value, not '{other}'"),
        };
        var values = call.Fields.Element("search_values") is { ValueKind: JsonValueKind.Array } given
            ? given.EnumerateArray().ToImmutableArray()
            : [];
        var from = search == AuditSearch.Timestamp && values.Length > 0 ? Time(values[0]) : 0;
        var to = search == AuditSearch.Timestamp && values.Length > 1 ? Time(values[1]) : double.MaxValue;
        return Create(check, search, values, from, to);
    }

    public static LogArguments ParseTransactions(OperationCall call)
    {
        var check = new FieldCheck(call.Fields);
        if (!call.Fields.Has("table")) check.Problem("'table' is required");
        check.Throw();
        return Create(
            check, AuditSearch.Timestamp, [], call.Fields.Number("from") ?? 0, call.Fields.Number("to") ?? double.MaxValue);
    }

    private static LogArguments Create(FieldCheck check, AuditSearch search, ImmutableArray<JsonElement> values, double from, double to)
    {
        var arguments = new LogArguments(
            new DatabaseName(check.Database()), new TableName(check.RequiredName("table")), search, values, from, to,
            check.Count("limit", 1) ?? DefaultLimit);
        check.Throw();
        return arguments;
    }

    private static double Time(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number ? value.GetDouble()
        : double.TryParse(value.ToString(), out var time) ? time
        : throw OperationError.Bad($"'search_values' must hold milliseconds since 1970, not '{value}'");
}
