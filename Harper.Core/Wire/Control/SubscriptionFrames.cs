using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Membership;
using static Harper.Core.Wire.Control.ControlFrame;
using static Harper.Core.Wire.Control.ControlFrameReader;

namespace Harper.Core.Wire.Control;

/// <summary>129, 147 and 148: what is wanted, and what a copy begins from.</summary>
internal static class SubscriptionFrames
{
    public static SubscriptionRequest Request(ref ControlReader reader, ref int left)
    {
        Require(ref reader, ref left, "the subscriptions");
        var count = reader.ArrayHeader("the subscriptions");
        var entries = ImmutableArray.CreateBuilder<SubscriptionEntry>();
        for (; count > 0; count--) entries.Add(Entry(ref reader));
        var excluded = TakeElement(ref reader, ref left) ? Names(ref reader, "the excluded nodes") : default;
        return new SubscriptionRequest(entries.DrainToImmutable(), excluded, Opaque(ref reader, ref left));
    }

    public static SubscriptionUpdate Update(ref ControlReader reader, ref int left)
    {
        Require(ref reader, ref left, "the subscription update");
        ImmutableArray<NodeName> exclude = [], include = [];
        for (var count = reader.MapHeader("the subscription update"); count > 0; count--)
        {
            var name = reader.MapKey();
            if (reader.TakeAbsent()) continue;
            switch (name)
            {
                case "excludeNodes": exclude = Names(ref reader, name); break;
                case "includeNodes": include = Names(ref reader, name); break;
                default: reader.Skip(); break;
            }
        }
        return new SubscriptionUpdate(exclude, include);
    }

    public static CopyStart CopyStart(ref ControlReader reader, ref int left)
    {
        Require(ref reader, ref left, "the start of the copy");
        var startTime = reader.Time("the start of the copy");
        var order = TakeElement(ref reader, ref left) ? (int)reader.Integer("the copy order", 0, int.MaxValue) : 1;
        return new CopyStart(startTime, order, TakeElement(ref reader, ref left) ? Source(ref reader) : null);
    }

    public static void Write(ControlWriter to, SubscriptionRequest frame)
    {
        var extra = !frame.SetupRequestId.IsEmpty ? 2 : frame.ExcludedNodes.IsDefault ? 0 : 1;
        to.Message(ControlCommand.SubscriptionRequest, 1 + extra);
        to.Array(frame.Entries.Length);
        foreach (var entry in frame.Entries) Write(to, entry);
        if (extra == 0) return;
        if (frame.ExcludedNodes.IsDefault) to.Undefined();
        else ControlFrameWriter.Names(to, frame.ExcludedNodes);
        if (extra == 2) to.Raw(frame.SetupRequestId.Span);
    }

    public static void Write(ControlWriter to, SubscriptionUpdate frame)
    {
        to.Message(ControlCommand.SubscriptionUpdate, 1);
        to.Map((frame.ExcludeNodes.IsEmpty ? 0 : 1) + (frame.IncludeNodes.IsEmpty ? 0 : 1));
        if (!frame.ExcludeNodes.IsEmpty)
        {
            to.Text("excludeNodes");
            ControlFrameWriter.Names(to, frame.ExcludeNodes);
        }
        if (frame.IncludeNodes.IsEmpty) return;
        to.Text("includeNodes");
        ControlFrameWriter.Names(to, frame.IncludeNodes);
    }

    public static void Write(ControlWriter to, CopyStart frame)
    {
        to.Message(ControlCommand.CopyStart, frame.Source is null ? 2 : 3);
        to.Number(frame.StartTime);
        to.Integer(frame.OrderVersion);
        if (frame.Source is null) return;
        to.Map(3 + (frame.Source.Records is null ? 0 : 1) + (frame.Source.IsPartial ? 2 : 0) + (frame.Source.Answers is null ? 0 : 1));
        to.Text("vector");
        ControlFrameWriter.Vector(to, frame.Source.Vector);
        to.Text("floor");
        ControlFrameWriter.Vector(to, frame.Source.Floor);
        to.Member("incarnation", frame.Source.Incarnation.ToString());
        if (frame.Source.Records is { } records) to.Member("records", (double)records);
        if (frame.Source.Only is { } only)
        {
            to.Member("partial", true);
            to.Text("only");
            ControlFrameWriter.Filter(to, only);
        }
        if (frame.Source.Answers is { } answers) to.Member("answers", answers);
    }

    public static CopyComplete CopyComplete(ref ControlReader reader, ref int left)
    {
        double? head = TakeElement(ref reader, ref left) ? reader.Time("the head") : null;
        return new CopyComplete(head, TakeElement(ref reader, ref left) ? Vector(ref reader, "the vector at the end of a copy") : ImmutableDictionary<NodeName, double>.Empty);
    }

    public static void Write(ControlWriter to, CopyComplete frame)
    {
        to.Message(ControlCommand.CopyComplete, frame.Head is null ? 0 : frame.Vector.IsEmpty ? 1 : 2);
        if (frame.Head is not { } head) return;
        to.Number(head);
        if (!frame.Vector.IsEmpty) ControlFrameWriter.Vector(to, frame.Vector);
    }

    private static SubscriptionEntry Entry(ref ControlReader reader)
    {
        string? name = null;
        var (byDefault, startTime) = (true, 0.0);
        var tables = ImmutableArray<TableName>.Empty;
        bool? isLeader = null;
        double? endTime = null;
        CopyResume? resume = null;
        for (var count = reader.MapHeader("a subscription"); count > 0; count--)
        {
            var member = reader.MapKey();
            if (reader.TakeAbsent()) continue;
            switch (member)
            {
                case "name": name = reader.Text(member); break;
                case "replicateByDefault": byDefault = reader.Boolean(member); break;
                case "tables": tables = [.. Names(ref reader, member).Select(table => new TableName(table.Value))]; break;
                // A position that was damaged at the peer says nothing of what it has: a copy. Refused, it would come again for ever.
                case "startTime": startTime = reader.Number(member) is var time && double.IsFinite(time) && time > 0 ? time : 0; break;
                case "isLeader": isLeader = reader.Boolean(member); break;
                case "endTime": endTime = reader.Number(member); break;
                case "copyResume": resume = Resume(ref reader); break;
                default: reader.Skip(); break;
            }
        }
        if (name is null) throw reader.Wrong("the name of a subscription");
        return new SubscriptionEntry(new NodeName(name), startTime, byDefault, tables, isLeader, endTime, resume);
    }

    private static CopyResume Resume(ref ControlReader reader)
    {
        var (startTime, order) = (0.0, 1);
        double? since = null;
        int? number = null;
        bool? onlyByDefault = null;
        var only = ImmutableArray<NodeName>.Empty;
        TableName? table = null;
        RecordKey? after = null;
        for (var count = reader.MapHeader("the place in a copy"); count > 0; count--)
        {
            var member = reader.MapKey();
            if (reader.TakeAbsent()) continue;
            switch (member)
            {
                case "copyStartTime": startTime = reader.Time(member); break;
                case "currentTable": table = new TableName(reader.Text(member)); break;
                case "afterKey": after = WireKey.Read(ref reader); break;
                case "copyOrder": order = (int)reader.Integer(member, 0, int.MaxValue); break;
                case "since": since = reader.Time(member); break;
                case "number": number = (int)reader.Integer(member, 0, int.MaxValue); break;
                case "onlyByDefault": onlyByDefault = reader.Boolean(member); break;
                case "onlyTables": only = Names(ref reader, member); break;
                default: reader.Skip(); break;
            }
        }
        var tables = onlyByDefault is { } byDefault ? new TableFilter(byDefault, [.. only.Select(name => new TableName(name.Value))]) : null;
        return new CopyResume(startTime, table, after, order) { Since = since, Only = tables, Number = number };
    }

    private static CopySource Source(ref ControlReader reader)
    {
        var (vector, floor) = (ImmutableDictionary<NodeName, double>.Empty, ImmutableDictionary<NodeName, double>.Empty);
        var incarnation = Guid.Empty;
        long? records = null;
        TableFilter? only = null;
        int? answers = null;
        for (var count = reader.MapHeader("the source of a copy"); count > 0; count--)
        {
            var member = reader.MapKey();
            if (reader.TakeAbsent()) continue;
            switch (member)
            {
                case "vector": vector = Vector(ref reader, member); break;
                case "floor": floor = Vector(ref reader, member); break;
                case "incarnation": incarnation = PeerNameFrames.Id(ref reader, member); break;
                case "records": records = (long)Math.Clamp(reader.Number(member), 0, 1e15); break;
                // Whoever does not say which brought none for sure.
                case "partial": only ??= reader.Boolean(member) ? TableFilter.None : null; break;
                case "only": only = Filter(ref reader, member); break;
                case "answers": answers = (int)reader.Integer(member, 0, int.MaxValue); break;
                default: reader.Skip(); break;
            }
        }
        return new CopySource(vector, floor, incarnation, records) { Only = only, Answers = answers };
    }

    private static void Write(ControlWriter to, SubscriptionEntry entry)
    {
        to.Map(4 + (entry.IsLeader is null ? 0 : 1) + (entry.EndTime is null ? 0 : 1) + (entry.CopyResume is null ? 0 : 1));
        to.Member("name", entry.Name.Value);
        to.Member("replicateByDefault", entry.ReplicateByDefault);
        to.Text("tables");
        to.Array(entry.Tables.Length);
        foreach (var table in entry.Tables) to.Text(table.Value);
        to.Member("startTime", entry.StartTime);
        if (entry.IsLeader is { } isLeader) to.Member("isLeader", isLeader);
        if (entry.EndTime is { } endTime) to.Member("endTime", endTime);
        if (entry.CopyResume is { } resume) Write(to, resume);
    }

    private static void Write(ControlWriter to, CopyResume resume)
    {
        to.Text("copyResume");
        to.Map(2 + (resume.Table is null ? 0 : 1) + (resume.After is null ? 0 : 1) + (resume.Since is null ? 0 : 1) + (resume.Number is null ? 0 : 1) + (resume.Only is null ? 0 : 2));
        to.Member("copyStartTime", resume.StartTime);
        if (resume.Table is { } table) to.Member("currentTable", table.Value);
        if (resume.After is { } after)
        {
            to.Text("afterKey");
            WireKey.Write(to, after);
        }
        to.Member("copyOrder", resume.OrderVersion);
        if (resume.Since is { } since) to.Member("since", since);
        if (resume.Number is { } number) to.Member("number", number);
        if (resume.Only is not { } only) return;
        to.Member("onlyByDefault", only.ByDefault);
        to.Text("onlyTables");
        to.Array(only.Tables.Count);
        foreach (var name in only.Tables.OrderBy(name => name.Value, StringComparer.Ordinal)) to.Text(name.Value);
    }
}
