using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Records;
using Harper.Core.Values;
using Harper.Core.Wire.Control;
using Harper.Core.Wire.Data;

namespace Harper.Core.Wire.Dictionaries;

/// <summary>
/// The receiving half of a connection's dictionaries: give it every 132 and 141 and every data message in order, and it gives
/// transactions in names. What it gives owns its bytes.
/// </summary>
/// <remarks>Not safe for two threads at once.</remarks>
/// <param name="shapes">Shared by the connections of a database, so that equal shapes are one instance.</param>
public sealed class IncomingChanges(FrameLimits limits, ShapeCache? shapes = null)
{
    private readonly IncomingDictionary _dictionary = new(shapes ?? new ShapeCache());
    private readonly MessageParts _parts = new(limits);
    private readonly WireUser _user = new();
    private readonly List<ReceivedTransaction> _read = [];

    /// <summary>Takes a 132 or 141; false: it is another frame.</summary>
    public bool Learn(ControlFrame frame) => _dictionary.Learn(frame);

    /// <summary>True when a 141 of this connection had this origin.</summary>
    public bool Knows(NodeName origin) => _dictionary.Knows(origin);

    /// <summary>
    /// Decodes a data message: none (a part), one (originals; several when they mix stamps, as v5 does in copies) or several transactions
    /// (ours). A bare position comes as a transaction without changes and without an origin.
    /// </summary>
    /// <exception cref="FrameError">UnknownOrigin, UnknownTable: nothing of the message was taken; ask again on the same socket (rule 19). Else: malformed.</exception>
    public void Read(ReadOnlyMemory<byte> message, ICollection<ReceivedTransaction> into)
    {
        if (message.IsEmpty) throw FrameError.Truncated("a message");
        _read.Clear();
        switch ((MessageForm)message.Span[0])
        {
            case MessageForm.Batch:
                ReadBatch(message);
                break;
            case MessageForm.Part:
                if (_parts.Add(message.Span) is not { } whole) return;
                ReadBatch(whole);
                break;
            default:
                ReadMessage(message);
                break;
        }
        foreach (var transaction in _read) into.Add(transaction);
    }

    private void ReadMessage(ReadOnlyMemory<byte> message)
    {
        var reader = new DataMessageReader(message, limits);
        var decoder = new ChangeDecoder(_dictionary, message.Length);
        var changes = ImmutableArray.CreateBuilder<ReceivedChange>();
        Stamp? stamp = null;
        string? user = null;
        while (reader.MoveNext())
        {
            var change = decoder.Decode(reader.Current);
            if (stamp is { } open && open != change.Stamp)
            {
                _read.Add(new ReceivedTransaction(open, user, null, null, false, changes.DrainToImmutable()));
                stamp = null;
            }
            if (stamp is null)
            {
                stamp = change.Stamp;
                user = _user.Read(reader.Current.User.Span);
            }
            changes.Add(change);
        }
        if (stamp is null && reader.SequenceUpdate is null) return;
        _read.Add(new ReceivedTransaction(
            stamp ?? new Stamp(reader.TransactionTime, default), user, null, reader.SequenceUpdate, false, changes.DrainToImmutable()));
    }

    private void ReadBatch(ReadOnlyMemory<byte> message)
    {
        var batch = new BatchReader(message, limits);
        var decoder = new ChangeDecoder(_dictionary, message.Length);
        while (batch.MoveNext())
        {
            var section = batch.Current;
            if (section.Kind is SectionKind.Held or SectionKind.Blob)
            {
                var held = new ReceivedTransaction(default, null, null, null, false, []);
                _read.Add(section.Kind == SectionKind.Held
                    ? held with { Held = HeldSections.Read(section.Entries.Span) } : held with { Blob = HeldSections.ReadBlob(section.Entries.Span) });
                continue;
            }

            var changes = ImmutableArray.CreateBuilder<ReceivedChange>(EntryEnumerator.Count(section.Entries));
            var entries = new EntryEnumerator(section.Entries);
            while (entries.MoveNext()) changes.Add(decoder.Decode(entries.Record));
            if (section.Kind == SectionKind.CopiedRows)
            {
                _read.Add(new ReceivedTransaction(default, null, null, null, true, changes.DrainToImmutable()));
                continue;
            }
            var stamp = new Stamp(section.Version, _dictionary.Origin(section.OriginId));
            _read.Add(new ReceivedTransaction(
                stamp, _user.Read(section.User.Span), section.Previous, section.Position, false, changes.DrainToImmutable()));
        }
    }
}
