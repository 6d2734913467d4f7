using System.Collections.Immutable;
using Harper.Actors.Databases;
using Harper.Core.Identity;
using Microsoft.Extensions.Logging;

namespace Harper.Actors.Operations.Verification;

/// <summary>What comparing with peers has found since the start (rule 28).</summary>
/// <param name="LastAtMs">When the last comparison ended, milliseconds since 1970; null before the first.</param>
/// <param name="Compared">Pairs of a table and a peer.</param>
/// <param name="Differed">Of those, whose rows differed and were merged both ways.</param>
/// <param name="HealedHere">Changes that were missing here; <paramref name="HealedThere"/>: at peers.</param>
public sealed record ComparisonFigures(double? LastAtMs, long Compared, long Differed, long HealedHere, long HealedThere, long Failed, string? LastDifference)
{
    public static readonly ComparisonFigures None = new(null, 0, 0, 0, 0, 0, null);
}

/// <summary>
/// Compares tables with peers and merges what differs both ways (rule 28): on demand, and now and then by itself. Only what flows both ways is compared. One
/// comparison at a time; any thread. With originals only rows are counted, and on demand alone.
/// </summary>
public sealed partial class DatabaseComparison(IDatabaseDirectory databases, IVerificationPeers peers, Func<double> now, ILogger<DatabaseComparison> log)
{
    private readonly SemaphoreSlim _one = new(1);
    private volatile ComparisonFigures _figures = ComparisonFigures.None;

    public ComparisonFigures Figures => _figures;

    /// <param name="inStep">Only with peers that have nothing on its way.</param>
    public async Task<ImmutableArray<(DatabaseName Database, TableName Table, TableVerdict Verdict)>> RunAsync(
        IEnumerable<IDatabaseHandle> chosen, bool inStep, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var verdicts = ImmutableArray.CreateBuilder<(DatabaseName, TableName, TableVerdict)>();
            foreach (var database in chosen)
                foreach (var table in database.Engine.Catalog.Tables.Values.Where(table => table.Replicate != false).OrderBy(table => table.Name.Value, StringComparer.Ordinal))
                {
                    foreach (var peer in peers.Of(database.Name, table.Name, inStep))
                    {
                        var verdict = await new TableComparison(database, table.Name, peer, peers).RunAsync(byHand: !inStep, cancellation).ConfigureAwait(false);
                        Count(database.Name, table.Name, verdict);
                        verdicts.Add((database.Name, table.Name, verdict));
                    }

                    if (inStep) continue;
                    foreach (var original in peers.Originals(database.Name, table.Name))
                        verdicts.Add((database.Name, table.Name, await OriginalCount.RunAsync(database, table.Name, original, peers, cancellation).ConfigureAwait(false)));
                }

            _figures = _figures with { LastAtMs = now() };
            return verdicts.DrainToImmutable();
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Every database but the control plane's.</summary>
    public IEnumerable<IDatabaseHandle> All =>
        databases.All.Where(database => !database.Name.IsSystem).OrderBy(database => database.Name.Value, StringComparer.Ordinal);

    private void Count(DatabaseName database, TableName table, TableVerdict verdict)
    {
        var figures = _figures with { Compared = _figures.Compared + 1 };
        if (verdict.State == TableVerdict.Failed) figures = figures with { Failed = figures.Failed + 1 };
        if (verdict.State == TableVerdict.Healed)
        {
            figures = figures with
            {
                Differed = figures.Differed + 1, HealedHere = figures.HealedHere + verdict.HealedHere, HealedThere = figures.HealedThere + verdict.HealedThere,
                LastDifference = $"{database}.{table} with {verdict.Peer}",
            };
            LogHealed(database.Value, table.Value, verdict.Peer.Value, verdict.Ranges, verdict.HealedHere, verdict.HealedThere);
        }

        _figures = figures;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Table {Database}.{Table} differed from {Peer} in {Ranges} ranges: {Here} changes were missing here, {There} there; merged both ways")]
    private partial void LogHealed(string database, string table, string peer, int ranges, long here, long there);
}
