using System.Collections.Immutable;
using System.Text.Json;
using Harper.Actors.Databases;
using Harper.Core.Identity;
using Harper.Core.Operations;

namespace Harper.Actors.Operations.Verification;

/// <summary>
/// <c>verify_database</c>: compares tables with every peer and heals what differs (rule 28). It heals what no log can show any more, and says so.
/// </summary>
public sealed class VerifyOperation(IDatabaseDirectory databases, DatabaseComparison comparison) : IOperationFamily
{
    public IEnumerable<OperationEntry> Entries =>
    [
        OperationEntry.Of("verify_database", OperationAccess.SuperUser, Parse, RunAsync)
            with { Aliases = ["verify"], Deadline = TimeSpan.FromMinutes(30) },
    ];

    private static DatabaseName? Parse(OperationCall call)
    {
        var check = new FieldCheck(call.Fields);
        var database = call.Fields.Has("database") ? check.Database() : null;
        check.Throw();
        return database is null ? null : new DatabaseName(database);
    }

    private async ValueTask<OperationAnswer> RunAsync(DatabaseName? only, OperationCall call, CancellationToken cancellation)
    {
        IEnumerable<IDatabaseHandle> chosen = only is { } name
            ? [databases.Require(name, 404)]
            : comparison.All;
        var verdicts = await comparison.RunAsync(chosen, inStep: false, cancellation).ConfigureAwait(false);
        return new OperationAnswer(200, writer => Write(writer, verdicts));
    }

    private static void Write(Utf8JsonWriter writer, ImmutableArray<(DatabaseName Database, TableName Table, TableVerdict Verdict)> verdicts)
    {
        writer.WriteStartObject();
        writer.WriteString("message", Summary([.. verdicts.Select(entry => entry.Verdict)]));
        writer.WriteStartArray("tables");
        foreach (var (database, table, verdict) in verdicts)
        {
            writer.WriteStartObject();
            writer.WriteString("database", database.Value);
            writer.WriteString("table", table.Value);
            writer.WriteString("peer", verdict.Peer.Value);
            writer.WriteString("state", verdict.State);
            writer.WriteNumber("ranges", verdict.Ranges);
            writer.WriteNumber("healed_here", verdict.HealedHere);
            writer.WriteNumber("healed_there", verdict.HealedThere);
            if (verdict.Error is not null) writer.WriteString("error", verdict.Error);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static string Summary(ImmutableArray<TableVerdict> verdicts)
    {
        if (verdicts.IsEmpty) return "There is no peer to compare with";
        var healed = verdicts.Count(verdict => verdict.State == TableVerdict.Healed);
        var failed = verdicts.Count(verdict => verdict.State == TableVerdict.Failed);
        var (counted, differ) = (verdicts.Count(verdict => verdict.State == TableVerdict.Counted), verdicts.Count(verdict => verdict.State == TableVerdict.Differs));
        var originals = counted + differ;
        var ours = $"{verdicts.Length - healed - failed - originals} of {verdicts.Length - originals} comparisons found equal tables, {healed} healed, {failed} failed";
        return originals == 0 ? ours : $"{ours}; with originals, where only rows can be counted: {counted} have as many, {differ} differ";
    }
}
