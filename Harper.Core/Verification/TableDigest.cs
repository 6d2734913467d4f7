using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Harper.Core.Keys;
using Harper.Core.Reading;
using Harper.Core.Records;
using Harper.Core.Schema;
using Harper.Core.Values;

namespace Harper.Core.Verification;

/// <summary>A digest of a stretch of a table, in key order.</summary>
/// <param name="After">The stretch begins after this key; null: with the first.</param>
/// <param name="UpTo">The last key of the stretch; null: it reaches to the end of the table.</param>
/// <param name="Rows">Rows in it, tombstones included where the form includes them.</param>
public sealed record RangeDigest(RecordKey? After, RecordKey? UpTo, long Rows, string Sha256);

/// <summary>
/// SHA-256 over the rows of a table (rule 26): equal on two nodes exactly when they hold the same rows. Rows that have expired are left out, because each
/// node removes them in its own time (rule 10).
/// </summary>
public static class TableDigest
{
    /// <summary>Digests the whole table, or what lies after a key up to another one.</summary>
    public static RangeDigest Of(IReadView view, TableDefinition table, DigestForm form, RecordKey? after = null, RecordKey? upTo = null) =>
        Walk(view, table, form, after, upTo, long.MaxValue) with { UpTo = upTo };

    /// <summary>Cuts the table into stretches of so many rows as it is here, for a peer to digest the same stretches and say which differ.</summary>
    public static IEnumerable<RangeDigest> Ranges(IReadView view, TableDefinition table, DigestForm form, int rowsPerRange)
    {
        RangeDigest range;
        RecordKey? after = null;
        do
        {
            range = Walk(view, table, form, after, null, rowsPerRange);
            after = range.UpTo;
            yield return range;
        }
        while (after is not null);
    }

    /// <summary>Digests until a key, or until so many rows were seen: then the last of them ends the range.</summary>
    private static RangeDigest Walk(IReadView view, TableDefinition table, DigestForm form, RecordKey? after, RecordKey? upTo, long maxRows)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new ArrayBufferWriter<byte>(4096);
        using var rows = view.ScanRows(table, after);
        var (seen, count) = (0L, 0L);
        RecordKey? end = null;
        while (end is null && rows.MoveNext())
        {
            if (upTo is { } last && rows.Key.CompareTo(last) > 0) break;
            if (++seen == maxRows) end = new RecordKey(rows.Key.Span.ToArray());
            if (!Counts(rows.Row, form, view.Now)) continue;
            Append(buffer, rows.Key, rows.Row, form);
            count++;
            if (buffer.WrittenCount < 32 * 1024) continue;
            hash.AppendData(buffer.WrittenSpan);
            buffer.ResetWrittenCount();
        }

        hash.AppendData(buffer.WrittenSpan);
        return new RangeDigest(after, end, count, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private static bool Counts(Row row, DigestForm form, double now) =>
        !(row.ExpiresAt <= now) && (form == DigestForm.Full || row.Exists);

    private static void Append(ArrayBufferWriter<byte> buffer, RecordKey key, Row row, DigestForm form)
    {
        AppendCounted(buffer, key.Span);
        if (form == DigestForm.Full)
        {
            var latest = row.Latest;
            BinaryPrimitives.WriteDoubleBigEndian(buffer.GetSpan(8), latest.Version);
            buffer.Advance(8);
            AppendCounted(buffer, Encoding.UTF8.GetBytes(latest.Origin.Value));
            buffer.Write([row.Exists ? (byte)1 : (byte)0]);
        }

        if (row.Exists) CanonicalValue.Append(Counter.Visible(row), buffer);
    }

    private static void AppendCounted(ArrayBufferWriter<byte> buffer, ReadOnlySpan<byte> bytes)
    {
        BinaryPrimitives.WriteInt32BigEndian(buffer.GetSpan(4), bytes.Length);
        buffer.Advance(4);
        buffer.Write(bytes);
    }
}
