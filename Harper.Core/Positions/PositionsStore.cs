using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Membership;
using Harper.Core.Storage;
using Harper.Core.Storage.Layout;

namespace Harper.Core.Positions;

/// <summary>
/// Positions in the meta family, one entry per fact, each with a checksum: a commit writes only what it moved. What cannot be read is dropped and
/// counted: without a position the data is fetched again, with a wrong one it would be missed.
/// </summary>
internal static class PositionsStore
{
    public static void Write(IStoreBatch batch, ReplicationPositions? before, ReplicationPositions after, OriginTable origins)
    {
        var key = new ByteBuilder(16);
        var value = new ByteBuilder(64);
        if (before?.Head != after.Head) Put(batch, MetaKind.Head, key, value, to => to.Double(after.Head));
        if (before?.Incarnation != after.Incarnation) Put(batch, MetaKind.Incarnation, key, value, to => to.Guid(after.Incarnation));
        if (before?.HasHistory != after.HasHistory) Put(batch, MetaKind.HasHistory, key, value, to => to.Byte(after.HasHistory ? (byte)1 : (byte)0));
        if (before?.Since != after.Since) Put(batch, MetaKind.Since, key, value, to => to.Double(after.Since ?? 0));
        WriteEach(batch, MetaKind.Through, before?.Through, after.Through, origins, static (to, position) => to.Double(position));
        WriteEach(batch, MetaKind.Floor, before?.Floor, after.Floor, origins, static (to, position) => to.Double(position));
        WriteEach(batch, MetaKind.Seen, before?.Seen, after.Seen, origins, static (to, position) => to.Double(position));
        WriteEach(batch, MetaKind.Cursor, before?.Cursors, after.Cursors, origins, static (to, position) => to.Double(position));
        WriteEach(batch, MetaKind.Confirmed, before?.Confirmed, after.Confirmed, origins, static (to, position) => to.Double(position));
        WriteEach(batch, MetaKind.PeerIncarnation, before?.PeerIncarnations, after.PeerIncarnations, origins, static (to, guid) => to.Guid(guid));
        WriteEach(batch, MetaKind.Taken, before?.Taken, after.Taken, origins, WriteFilter);
        WriteEach(batch, MetaKind.Covers, before?.Covers, after.Covers, origins, WriteFilter);
        WriteEach(batch, MetaKind.Parts, before?.Parts, after.Parts, origins, WriteParts);
        WriteEach(batch, MetaKind.Given, before?.Given, after.Given, origins, WriteFilter);
        if (!ReferenceEquals(before?.Copy, after.Copy)) WriteCopy(batch, after.Copy, key, value);
        if (!ReferenceEquals(before?.Rest, after.Rest)) WriteRest(batch, after.Rest, key, value);
    }

    /// <summary>Takes one entry of the meta family in, if it is one of positions.</summary>
    public static ReplicationPositions Read(ReplicationPositions positions, MetaKind kind, int origin, ReadOnlySpan<byte> value, OriginTable origins)
    {
        var parser = new ByteParser(value);
        return kind switch
        {
            MetaKind.Head => positions with { Head = parser.Double() },
            MetaKind.Incarnation => positions with { Incarnation = parser.Guid() },
            MetaKind.HasHistory => positions with { HasHistory = parser.Byte() != 0 },
            MetaKind.Since => positions with { Since = parser.Double() is > 0 and var since ? since : null },
            MetaKind.Through => positions with { Through = positions.Through.SetItem(origins.Name(origin), parser.Double()) },
            MetaKind.Floor => positions with { Floor = positions.Floor.SetItem(origins.Name(origin), parser.Double()) },
            MetaKind.Seen => positions with { Seen = positions.Seen.SetItem(origins.Name(origin), parser.Double()) },
            MetaKind.Cursor => positions with { Cursors = positions.Cursors.SetItem(origins.Name(origin), parser.Double()) },
            MetaKind.Confirmed => positions with { Confirmed = positions.Confirmed.SetItem(origins.Name(origin), parser.Double()) },
            MetaKind.PeerIncarnation => positions with { PeerIncarnations = positions.PeerIncarnations.SetItem(origins.Name(origin), parser.Guid()) },
            MetaKind.Taken => positions with { Taken = positions.Taken.SetItem(origins.Name(origin), ReadFilter(ref parser)) },
            MetaKind.Covers => positions with { Covers = positions.Covers.SetItem(origins.Name(origin), ReadFilter(ref parser)) },
            MetaKind.Parts => positions with { Parts = positions.Parts.SetItem(origins.Name(origin), ReadParts(ref parser)) },
            MetaKind.Given => positions with { Given = positions.Given.SetItem(origins.Name(origin), ReadFilter(ref parser)) },
            MetaKind.Copy => positions with { Copy = ReadCopy(ref parser) },
            MetaKind.Rest => positions with { Rest = new CopyRest(new NodeName(parser.Name()), parser.Double(), ReadVector(ref parser)) },
            _ => positions,
        };
    }

    private static void WriteEach<T>(
        IStoreBatch batch, MetaKind kind, ImmutableDictionary<NodeName, T>? before, ImmutableDictionary<NodeName, T> after, OriginTable origins,
        Action<ByteBuilder, T> write)
    {
        if (ReferenceEquals(before, after)) return;
        var key = new ByteBuilder(16);
        var value = new ByteBuilder(64);
        foreach (var (name, position) in after)
        {
            if (before is not null && before.TryGetValue(name, out var old) && EqualityComparer<T>.Default.Equals(old, position)) continue;
            MetaKeys.Write(key.Clear(), kind, origins.Id(name));
            write(value.Clear(), position);
            MetaKeys.Put(batch, key.Written, value);
        }

        if (before is null) return;
        foreach (var name in before.Keys)
        {
            if (after.ContainsKey(name)) continue;
            MetaKeys.Write(key.Clear(), kind, origins.Id(name));
            batch.Delete(Family.Meta, key.Written);
        }
    }

    private static void Put(IStoreBatch batch, MetaKind kind, ByteBuilder key, ByteBuilder value, Action<ByteBuilder> write)
    {
        MetaKeys.Write(key.Clear(), kind);
        write(value.Clear());
        MetaKeys.Put(batch, key.Written, value);
    }

    private static void WriteCopy(IStoreBatch batch, CopyCursor? copy, ByteBuilder key, ByteBuilder value)
    {
        MetaKeys.Write(key.Clear(), MetaKind.Copy);
        if (copy is null)
        {
            batch.Delete(Family.Meta, key.Written);
            return;
        }

        value.Clear().Text(copy.Source.Value).Guid(copy.SourceIncarnation).Double(copy.StartPosition).Text(copy.Table?.Value);
        value.Number(copy.After.Length).Bytes(copy.After.Span).Number(copy.Rows).Number(copy.Bytes).Byte(copy.Merging ? (byte)1 : (byte)0);
        WriteVector(value, copy.Vector);
        WriteFilter(value, copy.Filter);
        value.Double(copy.Since ?? 0).Byte(copy.IsPartial ? (byte)1 : (byte)0).Number(copy.Covers.Count);
        foreach (var (origin, tables) in copy.Covers) WriteFilter(value.Text(origin.Value), tables);
        MetaKeys.Put(batch, key.Written, value);
    }

    private static CopyCursor ReadCopy(ref ByteParser parser)
    {
        var source = new NodeName(parser.Name());
        var incarnation = parser.Guid();
        var start = parser.Double();
        var table = parser.Text();
        var after = new RecordKey(parser.Bytes(parser.Number()).ToArray());
        var rows = parser.Number();
        var bytes = parser.Number();
        var merging = parser.Byte() != 0;
        var vector = ReadVector(ref parser);
        return new CopyCursor(source, incarnation, vector, start, table is null ? null : new TableName(table), after, rows, bytes, merging)
        {
            Filter = ReadFilter(ref parser), Since = parser.Double() is > 0 and var since ? since : null, IsPartial = parser.Left > 0 && parser.Byte() != 0,
            Covers = ReadCovers(ref parser),
        };
    }

    private static ImmutableDictionary<NodeName, TableFilter> ReadCovers(ref ByteParser parser)
    {
        var covers = ImmutableDictionary.CreateBuilder<NodeName, TableFilter>();
        for (var count = parser.Left > 0 ? parser.Count() : 0; count > 0; count--)
        {
            var origin = new NodeName(parser.Name());
            covers[origin] = ReadFilter(ref parser);
        }

        return covers.ToImmutable();
    }

    private static void WriteRest(IStoreBatch batch, CopyRest? rest, ByteBuilder key, ByteBuilder value)
    {
        MetaKeys.Write(key.Clear(), MetaKind.Rest);
        if (rest is null)
        {
            batch.Delete(Family.Meta, key.Written);
            return;
        }

        WriteVector(value.Clear().Text(rest.Source.Value).Double(rest.Head), rest.Vector);
        MetaKeys.Put(batch, key.Written, value);
    }

    private static void WriteVector(ByteBuilder to, ImmutableDictionary<NodeName, double> vector)
    {
        to.Number(vector.Count);
        foreach (var (origin, version) in vector) to.Text(origin.Value).Double(version);
    }

    private static ImmutableDictionary<NodeName, double> ReadVector(ref ByteParser parser)
    {
        var vector = ImmutableDictionary.CreateBuilder<NodeName, double>();
        for (var count = parser.Count(); count > 0; count--)
        {
            var origin = new NodeName(parser.Name());
            vector[origin] = parser.Double();
        }

        return vector.ToImmutable();
    }

    private static void WriteParts(ByteBuilder to, ImmutableDictionary<TableName, double> parts)
    {
        to.Number(parts.Count);
        foreach (var (table, version) in parts) to.Text(table.Value).Double(version);
    }

    private static ImmutableDictionary<TableName, double> ReadParts(ref ByteParser parser)
    {
        var parts = ImmutableDictionary.CreateBuilder<TableName, double>();
        for (var count = parser.Count(); count > 0; count--)
        {
            var table = new TableName(parser.Name());
            parts[table] = parser.Double();
        }

        return parts.ToImmutable();
    }

    private static void WriteFilter(ByteBuilder to, TableFilter filter)
    {
        to.Byte(filter.ByDefault ? (byte)1 : (byte)0).Number(filter.Tables.Count);
        foreach (var table in filter.Tables) to.Text(table.Value);
    }

    private static TableFilter ReadFilter(ref ByteParser parser)
    {
        var byDefault = parser.Byte() != 0;
        var tables = ImmutableHashSet.CreateBuilder<TableName>();
        for (var count = parser.Count(); count > 0; count--) tables.Add(new TableName(parser.Name()));
        return new TableFilter(byDefault, tables.ToImmutable());
    }
}
