using System.Collections.Immutable;
using Harper.Core.Identity;
using static Harper.Core.Wire.Control.ControlFrame;
using static Harper.Core.Wire.Control.ControlFrameReader;

namespace Harper.Core.Wire.Control;

/// <summary>140: who speaks, and what it can do.</summary>
internal static class PeerNameFrames
{
    public static PeerName Read(ref ControlReader reader, ref int left)
    {
        var name = new NodeName(Text(ref reader, ref left, "the node name"));
        var database = new DatabaseName(Text(ref reader, ref left, "the database name"));
        var tables = TakeElement(ref reader, ref left) ? SchemaFrames.Tables(ref reader) : [];
        var v5 = TakeElement(ref reader, ref left) ? ReadV5(ref reader) : null;
        var ours = TakeElement(ref reader, ref left) ? ReadAnnouncement(ref reader) : null;
        return new PeerName(name, database, tables, v5, ours);
    }

    public static Guid Id(ref ControlReader reader, string what) =>
        Guid.TryParse(reader.Text(what), out var id) ? id : throw FrameError.Malformed($"{what} is no id");

    public static void Write(ControlWriter to, PeerName frame)
    {
        to.Message(ControlCommand.NodeName, frame.Announcement is not null ? 5 : frame.V5 is not null ? 4 : 3);
        to.Text(frame.Node.Value);
        to.Text(frame.Database.Value);
        SchemaFrames.Write(to, frame.Tables);
        if (frame.V5 is { } v5)
        {
            to.Map(v5.SubscriptionSetupBudgetMs is null ? 1 : 2);
            to.Member("subscriptionSetupAck", v5.SubscriptionSetupAck ? 1 : 0);
            if (v5.SubscriptionSetupBudgetMs is { } budget) to.Member("subscriptionSetupBudgetMs", budget);
        }
        else if (frame.Announcement is not null)
        {
            to.Undefined();
        }
        if (frame.Announcement is { } ours) Write(to, ours);
    }

    private static void Write(ControlWriter to, PeerAnnouncement ours)
    {
        to.Map(ours.Through is null ? 4 : 5);
        to.Text("capabilities");
        to.Array(ours.Capabilities.Length);
        foreach (var capability in ours.Capabilities) to.Text(capability);
        to.Member("nodeId", ours.NodeId.ToString());
        to.Member("incarnation", ours.Incarnation.ToString());
        to.Member("head", ours.Head);
        if (ours.Through is { } through) to.Member("through", through);
    }

    private static V5Capabilities? ReadV5(ref ControlReader reader)
    {
        if (reader.Next != ControlToken.Map)
        {
            reader.Skip();
            return null;
        }
        var ack = false;
        double? budget = null;
        for (var count = reader.MapHeader("the capabilities"); count > 0; count--)
        {
            var member = reader.MapKey();
            if (reader.TakeAbsent()) continue;
            switch (member)
            {
                case "subscriptionSetupAck": ack = reader.Boolean(member); break;
                case "subscriptionSetupBudgetMs": budget = reader.Number(member); break;
                default: reader.Skip(); break;
            }
        }
        return new V5Capabilities(ack, budget);
    }

    private static PeerAnnouncement? ReadAnnouncement(ref ControlReader reader)
    {
        if (reader.Next != ControlToken.Map)
        {
            reader.Skip();
            return null;
        }
        ImmutableArray<string> capabilities = [];
        var (node, incarnation, head) = (Guid.Empty, Guid.Empty, 0.0);
        double? through = null;
        for (var count = reader.MapHeader("the announcement"); count > 0; count--)
        {
            var member = reader.MapKey();
            if (reader.TakeAbsent()) continue;
            switch (member)
            {
                case "capabilities": capabilities = [.. Names(ref reader, member).Select(name => name.Value)]; break;
                case "nodeId": node = Id(ref reader, member); break;
                case "incarnation": incarnation = Id(ref reader, member); break;
                case "head": head = reader.Time(member); break;
                case "through": through = reader.Time(member); break;
                default: reader.Skip(); break;
            }
        }
        return new PeerAnnouncement(capabilities, node, incarnation, head, through);
    }
}
