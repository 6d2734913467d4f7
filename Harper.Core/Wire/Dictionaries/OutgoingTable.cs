using System.Buffers;
using System.Collections.Immutable;
using Harper.Core.Schema;
using Harper.Core.Values;
using Harper.Core.Wire.Control;

namespace Harper.Core.Wire.Dictionaries;

/// <summary>
/// One table on one connection. The first 32 shapes become shared structures, whose records begin with one byte; further shapes are
/// written out with each record. Either way the values follow as they are stored.
/// </summary>
public sealed class OutgoingTable(TableDefinition definition)
{
    private const int MaxShared = 32;
    private const int MaxRememberedHeads = 4096;
    private const byte FirstSharedToken = 0x40;

    /// <summary>Nested objects define theirs from 0x60 upwards: the record's own is the last.</summary>
    private const byte InlineToken = 0x7F;

    private readonly Dictionary<Shape, byte[]> _heads = [];
    private readonly List<Shape> _shared = [];
    private Shape? _lastShape;
    private byte[] _lastHead = [];

    public TableDefinition Definition { get; private set; } = definition;

    /// <summary>A 132 must go before the next record.</summary>
    public bool MustBeAnnounced { get; private set; } = true;

    /// <summary>The table as of a later commit: its shapes stay, and DB_SCHEMA tells of its attributes.</summary>
    public void Refresh(TableDefinition definition) => Definition = definition;

    /// <summary>What was announced may not have reached the peer: it is announced before the next record, with the numbers that it has.</summary>
    public void Doubt() => MustBeAnnounced = true;

    /// <summary>The bytes that name the shape, before the values.</summary>
    public ReadOnlySpan<byte> HeadOf(Shape shape)
    {
        if (ReferenceEquals(shape, _lastShape)) return _lastHead;
        if (!_heads.TryGetValue(shape, out var head)) head = NewHead(shape);
        (_lastShape, _lastHead) = (shape, head);
        return head;
    }

    /// <summary>The 132 to be sent now.</summary>
    public ControlFrame.TableFixedStructure Announce()
    {
        MustBeAnnounced = false;
        return new ControlFrame.TableFixedStructure(
            Definition.Id, Definition.Name, new TableStructures([], [.. _shared]),
            [.. Definition.Attributes.Select(attribute => new AnnouncedAttribute(attribute.Name, attribute.Type, attribute.IsPrimaryKey))],
            Definition.SchemaDefined);
    }

    private byte[] NewHead(Shape shape)
    {
        byte[] head;
        if (_shared.Count < MaxShared && shape.Count > 0)
        {
            head = [(byte)(FirstSharedToken + _shared.Count)];
            _shared.Add(shape);
            MustBeAnnounced = true;
        }
        else
        {
            var inline = new ArrayBufferWriter<byte>(64);
            inline.Write<byte>([0xd4, 0x72, InlineToken]);
            var names = new ControlWriter(inline);
            names.Array(shape.Count);
            foreach (var name in shape.Names) names.Text(name);
            head = inline.WrittenSpan.ToArray();
            if (_heads.Count >= MaxRememberedHeads) return head;
        }
        _heads.Add(shape, head);
        return head;
    }
}
