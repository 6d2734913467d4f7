using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Membership;
using static Harper.Core.Wire.Control.ControlFrame;

namespace Harper.Core.Wire.Control;

/// <summary>Reads control frames. Elements and members that are not known are stepped over: that is how the protocol grows.</summary>
internal static class ControlFrameReader
{
    /// <summary>Entries of what a node says of others that are kept.</summary>
    private const int MaxCovers = 10_000;

    public static ControlFrame Read(ref ControlReader reader)
    {
        var left = reader.ArrayHeader("a control message") - 1;
        if (left < 0) throw FrameError.Malformed("a control message without a command");
        var command = reader.Integer("the command", 0, int.MaxValue);
        ControlFrame frame = (ControlCommand)(command & 0xFF) switch
        {
            _ when command > byte.MaxValue => new Unknown((int)command),
            ControlCommand.SubscriptionRequest => SubscriptionFrames.Request(ref reader, ref left),
            ControlCommand.ResidencyList =>
                new ResidencyList(Names(ref reader, ref left, "the resident nodes"), Integer(ref reader, ref left, "the residency id", 0)),
            ControlCommand.TableFixedStructure => SchemaFrames.TableStructure(ref reader, ref left),
            ControlCommand.GetRecord => RecordFrames.Request(ref reader, ref left),
            ControlCommand.GetRecordResponse => RecordFrames.Response(ref reader, ref left),
            ControlCommand.OperationRequest => Operation(ref reader, ref left),
            ControlCommand.OperationResponse => OperationAnswer(ref reader, ref left),
            ControlCommand.NodeName => PeerNameFrames.Read(ref reader, ref left),
            ControlCommand.NodeNameToIdMap => OriginMap(ref reader, ref left),
            ControlCommand.Disconnect => Disconnect.Instance,
            // 4.7 sends 144 with nil or undefined when it committed what had no position: that says nothing.
            ControlCommand.SequenceIdUpdate => TakeElement(ref reader, ref left) ? new SequenceIdUpdate(reader.Time("the position")) : new Unknown((int)command),
            ControlCommand.CommittedUpdate => TakeElement(ref reader, ref left) ? new CommittedUpdate(reader.Time("the position")) : new Unknown((int)command),
            ControlCommand.DbSchema => SchemaFrames.Schema(ref reader, ref left),
            ControlCommand.BlobChunk => RecordFrames.Blob(ref reader, ref left),
            ControlCommand.SubscriptionUpdate => SubscriptionFrames.Update(ref reader, ref left),
            ControlCommand.CopyStart => SubscriptionFrames.CopyStart(ref reader, ref left),
            ControlCommand.CopyComplete => SubscriptionFrames.CopyComplete(ref reader, ref left),
            ControlCommand.ByteCredit => new ByteCredit(Integer(ref reader, ref left, "the credit", 0)),
            _ => new Unknown((int)command),
        };
        while (left-- > 0) reader.Skip();
        if (!reader.AtEnd) throw FrameError.Malformed("bytes follow a control message");
        return frame;
    }

    /// <summary>True when a further element is there and is something; an absent one is taken.</summary>
    public static bool TakeElement(ref ControlReader reader, ref int left)
    {
        if (left <= 0) return false;
        left--;
        return !reader.TakeAbsent();
    }

    public static void Require(ref ControlReader reader, ref int left, string what)
    {
        if (!TakeElement(ref reader, ref left)) throw reader.Wrong(what);
    }

    public static long Integer(ref ControlReader reader, ref int left, string what, long min = long.MinValue, long max = long.MaxValue)
    {
        Require(ref reader, ref left, what);
        return reader.Integer(what, min, max);
    }

    public static string Text(ref ControlReader reader, ref int left, string what)
    {
        Require(ref reader, ref left, what);
        return reader.Text(what);
    }

    public static ReadOnlyMemory<byte> Opaque(ref ControlReader reader, ref int left) =>
        TakeElement(ref reader, ref left) ? reader.Skip().ToArray() : default(ReadOnlyMemory<byte>);

    public static ImmutableArray<NodeName> Names(ref ControlReader reader, ref int left, string what)
    {
        Require(ref reader, ref left, what);
        return Names(ref reader, what);
    }

    public static ImmutableArray<NodeName> Names(ref ControlReader reader, string what)
    {
        var count = reader.ArrayHeader(what);
        var names = ImmutableArray.CreateBuilder<NodeName>(count);
        for (; count > 0; count--)
            if (!reader.TakeAbsent()) names.Add(new NodeName(reader.Text(what)));
        return names.DrainToImmutable();
    }

    public static ImmutableDictionary<NodeName, double> Vector(ref ControlReader reader, string what)
    {
        var vector = ImmutableDictionary.CreateBuilder<NodeName, double>();
        for (var count = reader.MapHeader(what); count > 0; count--)
        {
            var name = reader.MapKey();
            if (name is null || reader.Next == ControlToken.Absent) reader.Skip();
            else vector[new NodeName(name)] = reader.Time(what);
        }
        return vector.ToImmutable();
    }

    private static NodeNameToIdMap OriginMap(ref ControlReader reader, ref int left)
    {
        Require(ref reader, ref left, "the map of origins");
        var ids = ImmutableDictionary.CreateBuilder<NodeName, int>();
        for (var count = reader.MapHeader("the map of origins"); count > 0; count--)
        {
            var name = reader.MapKey();
            if (name is null || reader.Next == ControlToken.Absent) reader.Skip();
            else ids[new NodeName(name)] = (int)reader.Integer("an origin id", 0, int.MaxValue);
        }
        var subscribed = TakeElement(ref reader, ref left) ? Names(ref reader, "the subscribed names") : [];
        var map = new NodeNameToIdMap(ids.ToImmutable(), subscribed);
        return TakeElement(ref reader, ref left) ? Less(ref reader, map) : map;
    }

    private static NodeNameToIdMap Less(ref ControlReader reader, NodeNameToIdMap map)
    {
        for (var count = reader.MapHeader("what is left out"); count > 0; count--)
        {
            var member = reader.MapKey();
            if (reader.TakeAbsent()) continue;
            switch (member)
            {
                case "offered": map = map with { Offered = Filter(ref reader, member) }; break;
                case "parts": map = map with { Parts = Parts(ref reader, member) }; break;
                case "through": map = map with { Through = Vector(ref reader, member) }; break;
                case "covers": map = map with { Covers = Covers(ref reader, member) }; break;
                default: reader.Skip(); break;
            }
        }
        return map;
    }

    /// <summary>Of nodes beyond those that a cluster can have nothing is kept: they count as wholly known, and nothing follows from them.</summary>
    private static ImmutableDictionary<NodeName, TableFilter> Covers(ref ControlReader reader, string what)
    {
        var covers = ImmutableDictionary.CreateBuilder<NodeName, TableFilter>();
        for (var origins = reader.MapHeader(what); origins > 0; origins--)
        {
            if (reader.MapKey() is not { } origin) reader.Skip();
            else if (Filter(ref reader, what) is var tables && covers.Count < MaxCovers) covers[new NodeName(origin)] = tables;
        }
        return covers.ToImmutable();
    }

    private static ImmutableDictionary<NodeName, ImmutableDictionary<TableName, double>> Parts(ref ControlReader reader, string what)
    {
        var parts = ImmutableDictionary.CreateBuilder<NodeName, ImmutableDictionary<TableName, double>>();
        for (var origins = reader.MapHeader(what); origins > 0; origins--)
        {
            if (reader.MapKey() is not { } origin)
            {
                reader.Skip();
                continue;
            }
            var tables = ImmutableDictionary.CreateBuilder<TableName, double>();
            for (var count = reader.MapHeader(what); count > 0; count--)
            {
                if (reader.MapKey() is not { } table) reader.Skip();
                else if (reader.Time(what) is var version && tables.Count < Membership.TableFilter.MaxNames) tables[new TableName(table)] = version;
            }
            if (parts.Count < MaxCovers) parts[new NodeName(origin)] = tables.ToImmutable();
        }
        return parts.ToImmutable();
    }

    /// <summary>See <see cref="ControlFrameWriter.Filter"/>.</summary>
    public static TableFilter Filter(ref ControlReader reader, string what)
    {
        if (reader.ArrayHeader(what) != 2) throw reader.Wrong(what);
        var byDefault = reader.Boolean(what);
        return new TableFilter(byDefault, [.. Names(ref reader, what).Select(name => new TableName(name.Value))]).Bounded;
    }

    private static OperationRequest Operation(ref ControlReader reader, ref int left)
    {
        Require(ref reader, ref left, "the operation");
        var body = OperationBodyReader.Read(ref reader, takeError: false);
        return new OperationRequest(body.RequestId, body.Json);
    }

    private static OperationResponse OperationAnswer(ref ControlReader reader, ref int left)
    {
        Require(ref reader, ref left, "the result");
        var body = OperationBodyReader.Read(ref reader, takeError: true);
        return new OperationResponse(body.RequestId, body.Json, body.Error);
    }
}
