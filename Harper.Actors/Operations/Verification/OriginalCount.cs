using System.Text.Json;
using Harper.Actors.Databases;
using Harper.Core.Identity;
using Harper.Core.Operations;

namespace Harper.Actors.Operations.Verification;

/// <summary>
/// What can be compared with an original: how many rows a table has. It has no digests, and its answers do not tell all kinds of values apart. What differs is not merged, since
/// either side may be the one that lacks something: the verdict says how to.
/// </summary>
internal static class OriginalCount
{
    /// <summary>What is on its way differs for a moment.</summary>
    private const int Attempts = 4;

    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(500);

    public static async Task<TableVerdict> RunAsync(IDatabaseHandle database, TableName table, NodeName peer, IVerificationPeers peers, CancellationToken cancellation)
    {
        var operation = JsonSerializer.SerializeToUtf8Bytes(new { operation = "describe_table", database = database.Name.Value, table = table.Value, exact_count = true });
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                var there = (await peers.CallAsync(peer, operation, cancellation).ConfigureAwait(false)).GetProperty("record_count").GetInt64();
                var here = Rows(database, table);
                if (here == there) return new TableVerdict(peer, TableVerdict.Counted, 0, 0, 0, null);
                if (attempt == Attempts)
                {
                    return new TableVerdict(peer, TableVerdict.Differs, 0, 0, 0,
                        $"{here} rows here, {there} there: resync_database with 'from' fetches what is lacking here, with 'to' it sends what is lacking there");
                }

                await Task.Delay(Settling, cancellation).ConfigureAwait(false);
            }
        }
        catch (OperationError failure)
        {
            return new TableVerdict(peer, TableVerdict.Failed, 0, 0, 0, failure.Message);
        }
    }

    private static long Rows(IDatabaseHandle database, TableName table)
    {
        using var view = database.OpenView();
        return view.Catalog.Find(table) is { } definition ? view.Count(definition, exact: true) : 0;
    }
}
