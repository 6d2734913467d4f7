using Harper.Core.Identity;
using Harper.Core.Schema;
using Harper.Core.Values;
using Harper.Core.Wire.Control;

namespace Harper.Core.Wire.Dictionaries;

/// <summary>What one connection has been told: origins and tables. It says which control messages must go before a record can.</summary>
public sealed class OutgoingDictionary(NodeName self)
{
    private readonly Dictionary<int, OutgoingTable> _tables = [];
    private OutgoingTable? _last;

    public OutgoingOrigins Origins { get; } = new(self);

    /// <summary>Adds the 141 that is missing before a change of this origin can be sent.</summary>
    public void Prepare(NodeName origin, ICollection<byte[]> messages)
    {
        if (Origins.IsAnnounced(origin)) return;
        Origins.Add(origin);
        messages.Add(ControlFrameCodec.Encode(Origins.Map()));
    }

    /// <summary>Adds the 132 that is missing before a record of this shape can be sent, and returns the table.</summary>
    public OutgoingTable Prepare(TableDefinition definition, Shape shape, ICollection<byte[]> messages)
    {
        var table = Table(definition);
        table.HeadOf(shape);
        if (table.MustBeAnnounced) messages.Add(ControlFrameCodec.Encode(table.Announce()));
        return table;
    }

    /// <summary>Messages were made that may never have been sent: every table is announced anew.</summary>
    public void Doubt()
    {
        foreach (var table in _tables.Values) table.Doubt();
    }

    private OutgoingTable Table(TableDefinition definition)
    {
        if (ReferenceEquals(_last?.Definition, definition)) return _last!;
        if (!_tables.TryGetValue(definition.Id, out var table)) _tables.Add(definition.Id, table = new OutgoingTable(definition));
        else table.Refresh(definition);
        return _last = table;
    }
}
