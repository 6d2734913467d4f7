using System.Buffers;
using System.Text.Json;
using Harper.Actors.Databases;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Operations;
using Harper.Core.Verification;

namespace Harper.Actors.Operations.Verification;

/// <summary>What comparing one table with one peer found.</summary>
/// <param name="Ranges">Stretches that differed and were merged both ways.</param>
/// <param name="HealedHere">Changes that were missing here; <c>HealedThere</c>: at the peer.</param>
public sealed record TableVerdict(NodeName Peer, string State, int Ranges, long HealedHere, long HealedThere, string? Error)
{
    public const string Equal = "equal", Healed = "healed", Failed = "failed";

    /// <summary>One of the two left out on purpose what is old (<c>start_time</c>), or deleted it for itself alone (<c>delete_records_before</c>): that is not healed but by hand.</summary>
    public const string Partial = "partial";

    /// <summary>With an original, which has no digests: it holds as many rows, or it does not.</summary>
    public const string Counted = "counted", Differs = "differs";
}

/// <summary>
/// Compares a table with one peer's by digests, first whole, then by ranges, and merges what differs both ways (rule 28). What is only on its way
/// differs for a moment, so a range must differ twice before it counts.
/// </summary>
internal sealed class TableComparison(IDatabaseHandle database, TableName table, NodeName peer, IVerificationPeers peers)
{
    private bool _isPartial = database.Engine.Positions.Since is not null;

    private const int RowsPerRange = 1000;
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(500);

    /// <param name="byHand">An operator asked for it: what was left out or deleted for one node alone is fetched too.</param>
    public async Task<TableVerdict> RunAsync(bool byHand, CancellationToken cancellation)
    {
        try
        {
            for (var attempt = 0; attempt < 2; attempt++)
            {
                if (await IsEqualAsync(DigestForm.Full, cancellation).ConfigureAwait(false)) return new TableVerdict(peer, TableVerdict.Equal, 0, 0, 0, null);
                if (_isPartial && !byHand) return new TableVerdict(peer, TableVerdict.Partial, 0, 0, 0, null);
                await Task.Delay(Settling, cancellation).ConfigureAwait(false);
            }

            // What one has let go of that was deleted (rule 25) and the other not yet differs in nothing that can be read.
            var visible = !await IsEqualAsync(DigestForm.Values, cancellation).ConfigureAwait(false);
            var verdict = await HealAsync(cancellation).ConfigureAwait(false);
            return visible ? verdict : verdict with { State = TableVerdict.Equal };
        }
        catch (OperationError failure)
        {
            return new TableVerdict(peer, TableVerdict.Failed, 0, 0, 0, failure.Message);
        }
    }

    private async Task<bool> IsEqualAsync(DigestForm form, CancellationToken cancellation)
    {
        var theirs = await CallAsync("table_digest", null, null, default, cancellation, form).ConfigureAwait(false);
        using var view = database.OpenView();
        _isPartial |= theirs.TryGetProperty("since", out _) || theirs.TryGetProperty("thinned", out _) || view.Catalog.Find(table) is { IsThinned: true };
        return view.Catalog.Find(table) is { } definition
            && TableDigest.Of(view, definition, form).Sha256 == theirs.GetProperty("digest").GetString();
    }

    private async Task<TableVerdict> HealAsync(CancellationToken cancellation)
    {
        var (ranges, here, there) = (0, 0L, 0L);
        foreach (var range in OwnRanges())
        {
            var theirs = await CallAsync("range_digest", range.After, range.UpTo, default, cancellation).ConfigureAwait(false);
            if (theirs.GetProperty("digest").GetString() == range.Sha256) continue;
            var answer = await CallAsync("exchange_rows", range.After, range.UpTo, OwnRows(range), cancellation).ConfigureAwait(false);
            var rows = RowExchangeCodec.Read(table, answer.GetProperty("rows").GetBytesFromBase64());
            var merged = await database.CommitOrThrowAsync<CommitResult.Maintained>(new CommitRequest.MergeRows(rows, peer)).ConfigureAwait(false);
            here += merged.Count;
            there += answer.GetProperty("healed").GetInt64();
            ranges++;
        }

        return new TableVerdict(peer, here + there == 0 ? TableVerdict.Equal : TableVerdict.Healed, ranges, here, there, null);
    }

    private List<RangeDigest> OwnRanges()
    {
        using var view = database.OpenView();
        return view.Catalog.Find(table) is { } definition ? [.. TableDigest.Ranges(view, definition, DigestForm.Full, RowsPerRange)] : [];
    }

    private byte[] OwnRows(RangeDigest range)
    {
        using var view = database.OpenView();
        return view.Catalog.Find(table) is { } definition
            ? RowExchangeCodec.Write(view, definition, range.After, range.UpTo, ExchangeOperations.MaxBytes)
            : [];
    }

    private Task<JsonElement> CallAsync(
        string operation, RecordKey? after, RecordKey? upTo, ReadOnlyMemory<byte> rows, CancellationToken cancellation,
        DigestForm form = DigestForm.Full)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("operation", operation);
            writer.WriteString("database", database.Name.Value);
            writer.WriteString("table", table.Value);
            if (form == DigestForm.Values) writer.WriteString("form", "values");
            if (after is { } first) writer.WriteBase64String("after", first.Span);
            if (upTo is { } last) writer.WriteBase64String("up_to", last.Span);
            if (operation == "exchange_rows") writer.WriteBase64String("rows", rows.Span);
            writer.WriteEndObject();
        }

        return peers.CallAsync(peer, buffer.WrittenMemory, cancellation);
    }
}
