using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Sessions;

namespace Harper.Tests.Core.Replication;

/// <summary>
/// What may pass from node to node, as an operator changes it: both ends hear of it, each in its own time, and their sessions go by what they have heard. A node that restarts still knows.
/// </summary>
internal sealed class SimulatedFlows(Random random, IReadOnlyList<SimulatedNode> nodes, IReadOnlyList<TableName> tables)
{
    private readonly Dictionary<(SimulatedNode Receiver, SimulatedNode Sender), Flow> _flows = [];

    public bool IsTold => _flows.Values.All(flow => flow.Wanted == flow.AtReceiver && flow.Wanted == flow.AtSender);

    /// <summary>Each of the others takes one table of what this node has, always the same one, or none, and may have what the others take from them alone.</summary>
    public SimulatedNode? TakenInParts { get; init; }

    public TableFilter AtReceiver(SimulatedNode receiver, SimulatedNode sender) => Of(receiver, sender).AtReceiver;

    public TableFilter AtSender(SimulatedNode receiver, SimulatedNode sender) => Of(receiver, sender).AtSender;

    public void Change()
    {
        var (receiver, sender) = (nodes[random.Next(nodes.Count)], nodes[random.Next(nodes.Count)]);
        if (receiver == sender || sender == TakenInParts) return;
        Of(receiver, sender).Wanted = random.Next(5) switch
        {
            0 => TableFilter.AllBut([tables[0]]),
            1 => TableFilter.AllBut([tables[1]]),
            2 => TableFilter.Only([tables[random.Next(tables.Count)]]),
            _ => TableFilter.All,
        };
    }

    public void OpenAll()
    {
        foreach (var flow in _flows.Values) flow.Wanted = TableFilter.All;
    }

    /// <summary>One of the ends hears of a change, now and then.</summary>
    public void Tell(IEnumerable<SimulatedSession> sessions)
    {
        if (random.Next(8) != 0) return;
        foreach (var (between, flow) in _flows)
        {
            if (flow.Wanted == flow.AtReceiver && flow.Wanted == flow.AtSender) continue;
            if (random.Next(3) != 0) continue;
            var session = sessions.FirstOrDefault(each => each.Receiver == between.Receiver && each.Sender == between.Sender);
            if (random.Next(2) == 0)
            {
                if (flow.AtReceiver == flow.Wanted) return;
                flow.AtReceiver = flow.Wanted;
                session?.On(new ReceivingEvent.FilterChanged(flow.Wanted));
            }
            else
            {
                if (flow.AtSender == flow.Wanted) return;
                flow.AtSender = flow.Wanted;
                session?.OnSender(new SendingEvent.FilterChanged(flow.Wanted));
            }

            return;
        }
    }

    private Flow Of(SimulatedNode receiver, SimulatedNode sender)
    {
        if (_flows.TryGetValue((receiver, sender), out var flow)) return flow;
        var part = receiver.Index % (tables.Count + 1);
        var passes = sender != TakenInParts ? TableFilter.All : part == 1 ? TableFilter.None : TableFilter.Only([tables[part / 2]]);
        return _flows[(receiver, sender)] = new Flow { Wanted = passes, AtReceiver = passes, AtSender = passes };
    }

    private sealed class Flow
    {
        public TableFilter Wanted { get; set; } = TableFilter.All;

        public TableFilter AtReceiver { get; set; } = TableFilter.All;

        public TableFilter AtSender { get; set; } = TableFilter.All;
    }
}
