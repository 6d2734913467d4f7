using System.Text.Json;
using Harper.Actors.Databases;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Sessions;

namespace Harper.Actors.Cluster;

/// <summary>How far a copy is, in <c>database_sockets</c>, while it runs.</summary>
internal static class CopyProgressWriter
{
    /// <summary>
    /// The copy that this node receives. It walks the tables in the order of their names, so what is done follows from where it is. The total is the source's estimate, which an original
    /// does not give; rates are those of the last seconds.
    /// </summary>
    public static void Write(Utf8JsonWriter writer, PeerPlan peer, IDatabaseHandle? handle, CopyProgress progress, double now)
    {
        writer.WriteStartObject("copyProgress");
        if (handle is not null)
        {
            var catalog = handle.Engine.Catalog;
            var filter = peer.Links.TryGetValue(handle.Name, out var link) ? link.Receives : TableFilter.All;
            var tables = catalog.Tables.Keys.Where(table => LocalTables.MayPass(catalog, table, filter)).ToList();
            writer.WriteNumber("tables", tables.Count);
            writer.WriteNumber("tablesDone", progress.Table is { } at ? tables.Count(table => string.CompareOrdinal(table.Value, at.Value) < 0) : 0);
        }
        WriteFigures(writer, progress);
        if (progress.RateAt(now) is { } rate)
        {
            writer.WriteNumber("recordsPerSecond", Math.Round(rate.Rows));
            writer.WriteNumber("bytesPerSecond", Math.Round(rate.Bytes));
        }
        if (progress.SecondsLeftAt(now) is { } left) writer.WriteNumber("secondsLeft", Math.Round(left, 1));
        // The source's position at the beginning is the time there.
        SocketStatusWriter.WriteTime(writer, "startedAt", handle?.Engine.Positions.Copy?.StartPosition);
        writer.WriteEndObject();
    }

    /// <summary>The copy that this node serves to the peer.</summary>
    public static void WriteServed(Utf8JsonWriter writer, CopyProgress progress)
    {
        writer.WriteStartObject("sendingCopyProgress");
        WriteFigures(writer, progress);
        writer.WriteEndObject();
    }

    private static void WriteFigures(Utf8JsonWriter writer, CopyProgress progress)
    {
        if (progress.Table is { } table) writer.WriteString("table", table.Value);
        writer.WriteNumber("records", progress.Rows);
        writer.WriteNumber("bytes", progress.Bytes);
        if (progress.TotalRows is { } total) writer.WriteNumber("totalRecords", total);
    }
}
