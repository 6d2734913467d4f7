using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Positions;
using Harper.Core.Records;
using Harper.Core.Schema;
using Harper.Core.Storage.Layout;
using Harper.Core.TransactionLog;
using Harper.Core.Transactions;
using Harper.Core.Values;
using Harper.Core.Wire.Control;
using Harper.Core.Wire.Data;

namespace Harper.Core.Wire.Dictionaries;

/// <summary>Turns transactions of the log into whole messages for one connection, 141 and 132 put before what needs them.</summary>
/// <remarks>Not safe for two threads at once: one per connection and direction. After a FrameError the connection must end.</remarks>
/// <param name="self">This node: always origin 0.</param>
/// <param name="batches">Both sides announced <see cref="WireCapabilities.Batches"/>: several transactions per message, with positions and stubs.</param>
/// <param name="parts">Both announced <see cref="WireCapabilities.Parts"/>: messages above 1 MiB are cut.</param>
/// <param name="maxMessageBytes">What an original takes at most: a transaction of which more came from elsewhere goes to it in several messages of one time (rule 27).</param>
/// <param name="held">Both announced <see cref="WireCapabilities.Held"/>: what was set aside goes with copies, content of blobs with everything.</param>
public sealed class OutgoingChanges(NodeName self, bool batches, bool parts, long maxMessageBytes = MessageBounds.MaxMessageBytes, bool held = false)
{
    private static readonly byte[] Nil = [0xC0];

    /// <summary>Of a message without changes an original does not look at the time; all others of it begin with one of these years.</summary>
    private const double AnyTime = 1_700_000_000_000;

    private readonly OutgoingDictionary _dictionary = new(self);
    private const int KeptBytes = 2 << 20;

    private ArrayBufferWriter<byte> _entries = new(4096);
    private readonly BatchWriter _batch = new(parts);
    private readonly WireUser _user = new();
    private readonly ByteBuilder _held = new(64);
    private readonly List<int> _copiedStarts = [];
    private Stamp _copied;

    /// <summary>Which transactions go to an original record by record, each in a message of its own.</summary>
    public ContestedTransactions Contested { get; } = new();

    /// <summary>The map of origins to send now (after each request, even if nothing is known yet: a 4.7 node cannot take anything without it).</summary>
    /// <param name="known">Origins to be named in it, departed ones too.</param>
    public byte[] OriginMap(IEnumerable<NodeName> known, ImmutableArray<NodeName> subscribed)
    {
        foreach (var origin in known) _dictionary.Origins.Add(origin);
        return ControlFrameCodec.Encode(_dictionary.Origins.Map(subscribed));
    }

    /// <summary>Says to ours, in the next map, what may pass and of which origins this node itself has not all (rules 12, 20). False: it was said.</summary>
    /// <param name="offered">As requested and as it may be sent.</param>
    /// <param name="positions">As of now.</param>
    public bool Offer(TableFilter offered, ReplicationPositions positions) => batches && _dictionary.Origins.Offer(offered, positions);

    /// <summary>The map again, for what follows.</summary>
    public void AppendMap(ICollection<byte[]> messages) => messages.Add(ControlFrameCodec.Encode(_dictionary.Origins.Map()));

    /// <summary>
    /// Another stream begins on the connection. The one before was stopped wherever it stood: messages that it had made were not sent, and with them what they announced; without this
    /// the peer could read nothing that follows. Origins are announced with each request anyway.
    /// </summary>
    public void BeginStream()
    {
        _dictionary.Doubt();
        _batch.Drop();
        _entries.ResetWrittenCount();
        _copiedStarts.Clear();
        _copied = default;
    }

    /// <summary>
    /// Appends a transaction. Finished messages go to <paramref name="messages"/>; between ours the open batch waits for <see cref="Flush"/> or for
    /// 64 KiB. Tables that were dropped here are sent as they were: a drop is nobody else's (R-NRP-05). What is left out by a filter is left out by the caller; an empty
    /// transaction tells ours that nothing is missing, and an original its position. What was set aside goes to ours as it came, and to no original. What an original might lose whole
    /// (<see cref="ContestedTransactions"/>) goes to it in messages of one record.
    /// </summary>
    /// <param name="position">In-band position towards originals, given when the log is drained. Ours always carry the transaction's own.</param>
    public void Append(LoggedTransaction transaction, DatabaseCatalog catalog, double? position, ICollection<byte[]> messages)
    {
        EndCopied(messages);
        _dictionary.Prepare(transaction.Stamp.Origin, messages);
        var origin = _dictionary.Origins.IdOf(transaction.Stamp.Origin);
        _entries.ResetWrittenCount();
        var apart = !batches && Contested.Sends(transaction);
        foreach (var logged in transaction.Changes)
        {
            if (!batches && !logged.IsApplied) continue;
            var before = _entries.WrittenCount;
            Entry(logged.Change, logged.IsStub, logged.Held, transaction.Stamp.Version, origin, batches ? null : transaction.User, catalog, messages);
            if (!batches && before > 0 && _entries.WrittenCount > (apart ? before : maxMessageBytes)) CutBefore(before, transaction.Stamp.Version, messages);
        }

        if (batches) _batch.Transaction(transaction, origin, _user.Write(transaction.User), _entries.WrittenSpan, messages);
        else if (_entries.WrittenCount > 0) messages.Add(Message(transaction.Stamp.Version, _entries.WrittenSpan, position));
        else if (position is { } passed) messages.Add(ControlFrameCodec.Encode(new ControlFrame.SequenceIdUpdate(passed)));
        // A rare large transaction must not keep its buffer for the rest of the connection's life.
        if (_entries.Capacity > KeptBytes) _entries = new ArrayBufferWriter<byte>(4096);
    }

    /// <summary>
    /// Appends a row of a copy as one change with its own stamp (rule 22). Towards originals a hundred neighbours or more with one stamp share a
    /// message. A deleted row is a delete: 4.7 sends puts of nil for them, but a row that it has itself survives those (measured).
    /// </summary>
    public void AppendCopied(Change change, Stamp stamp, DatabaseCatalog catalog, ICollection<byte[]> messages)
    {
        if (!batches && stamp != _copied) EndCopied(messages);
        _dictionary.Prepare(stamp.Origin, messages);
        if (_copied == default) _entries.ResetWrittenCount();
        _copied = stamp;
        if (!batches)
        {
            _copiedStarts.Add(_entries.WrittenCount);
            Contested.SendsCopied(change);
        }

        Entry(change, isStub: false, HeldKind.None, stamp.Version, _dictionary.Origins.IdOf(stamp.Origin), user: null, catalog, messages);
        if (_entries.WrittenCount >= BatchWriter.AimedAtBytes) EndCopied(messages);
    }

    public bool CarriesHeld => held && batches;

    /// <summary>Appends what was set aside here, for a copy (rule 24).</summary>
    public void AppendHeld(HeldTransaction transaction, ICollection<byte[]> messages)
    {
        EndCopied(messages);
        HeldSections.Write(_held.Clear(), transaction);
        _batch.Section(SectionKind.Held, _held.Written, messages);
    }

    /// <summary>Appends content of a blob; what speaks of it comes after it.</summary>
    public void AppendBlob(BlobPiece piece, ICollection<byte[]> messages)
    {
        EndCopied(messages);
        HeldSections.Write(_held.Clear(), piece);
        _batch.Section(SectionKind.Blob, _held.Written, messages);
    }

    /// <summary>Ends the message being filled.</summary>
    public void Flush(ICollection<byte[]> messages)
    {
        EndCopied(messages);
        _batch.Flush(messages);
    }

    /// <summary>A message that holds a position only, which an original confirms: the end of a copy, and whether it listens.</summary>
    public static byte[] PositionOnly(double position)
    {
        var message = new ArrayBufferWriter<byte>(18);
        BinaryPrimitives.WriteDoubleBigEndian(message.GetSpan(8), AnyTime);
        message.Advance(8);
        AuditRecordWriter.WriteSequenceUpdate(message, position);
        return message.WrittenSpan.ToArray();
    }

    private void Entry(
        in Change change, bool isStub, HeldKind held, double version, int origin, string? user, DatabaseCatalog catalog, ICollection<byte[]> messages)
    {
        if (catalog.FindInLog(change.Table) is not { } definition) return;
        var hasValue = change.Kind != ChangeKind.Delete && !isStub && held != HeldKind.Relocate;
        var shape = hasValue ? change.Value.Shape : Shape.Empty;
        var table = _dictionary.Prepare(definition, shape, messages);
        var action = held switch
        {
            HeldKind.Invalidate => (uint)AuditType.Invalidate,
            HeldKind.Relocate => (uint)AuditType.Relocate,
            HeldKind.Blobs => (uint)change.Kind | AuditAction.Blobs,
            _ => (uint)change.Kind,
        };
        ReadOnlySpan<byte> head = default;
        ReadOnlySpan<byte> value = default;
        if (isStub) action |= AuditAction.Stub;
        else if (hasValue)
        {
            action |= change.Kind == ChangeKind.Put ? AuditAction.FullValue : AuditAction.PartialValue;
            head = table.HeadOf(shape);
            value = change.Value.Values.Span;
        }
        else value = Nil;
        AuditRecordWriter.Write(
            _entries, action, origin, definition.Id, change.Key.Span, version, isStub ? null : change.ExpiresAt,
            isStub ? OriginatingOperation.None : change.Operation, _user.Write(user), head, value);
    }

    /// <summary>
    /// What an original relays may be longer by the names of its attributes when it goes on to the next: better in several messages, each of which is applied whole,
    /// than a link that ends each time it comes to this transaction.
    /// </summary>
    private void CutBefore(int entry, double time, ICollection<byte[]> messages)
    {
        var rest = _entries.WrittenSpan[entry..].ToArray();
        messages.Add(Message(time, _entries.WrittenSpan[..entry]));
        _entries.ResetWrittenCount();
        _entries.Write(rest);
    }

    private void EndCopied(ICollection<byte[]> messages)
    {
        if (_copied == default) return;
        // Empty when the table of every row was dropped meanwhile.
        if (_entries.WrittenCount == 0) _copied = default;
        else if (batches) _batch.CopiedRows(_entries.WrittenSpan, messages);
        else if (_copiedStarts.Count >= ContestedTransactions.Unconditioned) messages.Add(Message(_copied.Version, _entries.WrittenSpan));
        else
        {
            // What clients write there meanwhile must not cost more than the row itself.
            for (var i = 0; i < _copiedStarts.Count; i++)
            {
                var row = _entries.WrittenSpan[_copiedStarts[i]..(i + 1 < _copiedStarts.Count ? _copiedStarts[i + 1] : _entries.WrittenCount)];
                if (row.Length > 0) messages.Add(Message(_copied.Version, row));
            }
        }

        _copiedStarts.Clear();
        _entries.ResetWrittenCount();
        _copied = default;
    }

    private static byte[] Message(double time, ReadOnlySpan<byte> entries, double? position = null)
    {
        var size = 8 + entries.Length + (position is null ? 0 : 10);
        var message = new byte[size];
        BinaryPrimitives.WriteDoubleBigEndian(message, time);
        entries.CopyTo(message.AsSpan(8));
        if (position is { } stated)
        {
            message[size - 10] = 9;
            message[size - 9] = (byte)AuditType.SequenceUpdate;
            BinaryPrimitives.WriteDoubleBigEndian(message.AsSpan(size - 8), stated);
        }

        return message;
    }
}
