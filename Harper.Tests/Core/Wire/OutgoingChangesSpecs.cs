using System.Buffers.Binary;
using System.Collections.Frozen;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Records;
using Harper.Core.Schema;
using Harper.Core.TransactionLog;
using Harper.Core.Transactions;
using Harper.Core.Values;
using Harper.Core.Wire;
using Harper.Core.Wire.Control;
using Harper.Core.Wire.Data;
using Harper.Core.Wire.Dictionaries;
using Xunit;

namespace Harper.Tests.Core.Wire;

/// <summary>What we send obeys the rules of the vectors towards originals, and comes back whole between ours. Proves rules 3, 9, 17, 19 and 22 on the wire.</summary>
public sealed class OutgoingChangesSpecs
{
    private const int Seeds = 40;

    [Fact]
    public void Transactions_sent_to_an_original_should_come_back_without_stubs()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var sent = new GeneratedChanges(seed).Transactions(60);
            var messages = Send(sent, batches: false, parts: false);
            var received = Receive(messages);
            var expected = sent.Where(transaction => transaction.Changes.Any(change => !change.IsStub)).ToList();
            Assert.Equal(expected.Count, received.Count);
            foreach (var (transaction, back) in expected.Zip(received))
            {
                Assert.Equal(transaction.Stamp, back.Stamp);
                Assert.Equal(transaction.User, back.User);
                Assert.Null(back.Previous);
                Assert.Null(back.Position);
                Same([.. transaction.Changes.Where(change => !change.IsStub)], back);
            }
        }
    }

    [Fact]
    public void Transactions_in_batches_should_come_back_whole_with_position_previous_and_stubs()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var sent = new GeneratedChanges(seed).Transactions(200);
            var messages = Send(sent, batches: true, parts: true);
            var received = Receive(messages);
            Assert.Equal(sent.Count, received.Count);
            foreach (var (transaction, back) in sent.Zip(received))
            {
                Assert.Equal(transaction.Stamp, back.Stamp);
                Assert.Equal(transaction.User, back.User);
                Assert.Equal(transaction.Previous, back.Previous);
                Assert.Equal(transaction.Position, back.Position);
                Assert.False(back.IsCopy);
                Same(transaction.Changes, back);
            }
        }
    }

    [Fact]
    public void Rule_24_what_was_set_aside_should_go_to_ours_as_it_came_and_to_no_original()
    {
        var change = new GeneratedChanges(3).Transactions(50).SelectMany(transaction => transaction.Changes)
            .First(logged => !logged.IsStub && logged.Change is { Kind: ChangeKind.Put, Value.Shape.Count: > 0 }).Change;
        LoggedChange[] changes =
        [
            new(change, false, HeldKind.Plain), new(change, false, HeldKind.Blobs), new(change with { Kind = ChangeKind.Patch }, false, HeldKind.Invalidate),
            new(change, false, HeldKind.Relocate),
        ];
        List<LoggedTransaction> sent = [new(5, new Stamp(5, GeneratedChanges.Third), 0, null, [.. changes])];

        var back = Assert.Single(Receive(Send(sent, batches: true, parts: true)));
        Assert.Equal(
            [ReceivedKind.Change, ReceivedKind.Blobs, ReceivedKind.Invalidate, ReceivedKind.Relocate], back.Changes.Select(received => received.Kind));
        Assert.All(back.Changes.Take(3), received => Assert.Equal(change.Value.Values.ToArray(), received.Change.Value.Values.ToArray()));
        Assert.Empty(Receive(Send(sent, batches: false, parts: false)));
    }

    [Fact]
    public void What_an_original_gets_should_obey_the_rules_of_its_wire()
    {
        var sent = new GeneratedChanges(1).Transactions(400);
        var messages = Send(sent, batches: false, parts: false, position: transaction => transaction.Position);
        var tables = new Dictionary<int, ControlFrame.TableFixedStructure>();
        ControlFrame.NodeNameToIdMap? map = null;
        foreach (var message in messages)
        {
            if (ControlFrameCodec.IsControl(message))
            {
                switch (ControlFrameCodec.Decode(message, FrameLimits.Default))
                {
                    case ControlFrame.NodeNameToIdMap next:
                        Assert.Equal(0, next.Ids[GeneratedChanges.Self]);
                        Assert.All(map?.Ids ?? next.Ids, one => Assert.Equal(one.Value, next.Ids[one.Key]));
                        map = next;
                        break;
                    case ControlFrame.TableFixedStructure next:
                        var before = tables.GetValueOrDefault(next.TableId)?.Structures.Structures ?? [];
                        Assert.Equal(before, next.Structures.Structures.Take(before.Length));
                        Assert.InRange(next.Structures.Structures.Length, 0, 32);
                        Assert.Empty(next.Structures.TypedStructs);
                        tables[next.TableId] = next;
                        break;
                    case ControlFrame.SequenceIdUpdate: break;
                    case var other: Assert.Fail($"{other} was not to be sent"); break;
                }
                continue;
            }
            Assert.Equal(0x42, message[0]);
            Assert.True(message.Length > 8);
            var reader = new DataMessageReader(message, FrameLimits.Default);
            while (reader.MoveNext())
            {
                var record = reader.Current;
                Assert.Equal(reader.TransactionTime, record.Version);
                Assert.True(map!.Ids.ContainsValue(record.OriginId));
                Assert.Equal(0u, record.Action & (AuditAction.AuditReferences | AuditAction.LocalOnly | AuditAction.Stub | 0x40));
                var first = record.Value.IsEmpty ? -1 : record.Value.Span[0];
                if (record.HasValue) Assert.True(first == 0xd4 || tables[record.TableId].Structures.Structures.Length > first - 0x40, $"value begins with {first:x2}");
                else Assert.Equal(AuditType.Delete, record.Type);
                Assert.Equal(record.Type == AuditType.Patch, (record.Action & AuditAction.PartialValue) != 0);
                Assert.Equal(record.Type == AuditType.Put, (record.Action & AuditAction.FullValue) != 0);
            }
            Assert.NotNull(reader.SequenceUpdate);
            // The action takes one byte, or four as soon as a higher bit is set, as the original writes it.
            Assert.True(message[9 + (message[8] >= 0x80 ? 1 : 0)] is 0x02 or 0x11 or 0x25 or 0xC0);
        }
    }

    [Fact]
    public void A_second_record_of_a_shape_should_need_no_further_structures()
    {
        var generated = new GeneratedChanges(3);
        var change = generated.Change() with { Kind = ChangeKind.Put };
        var outgoing = new OutgoingChanges(GeneratedChanges.Self, batches: false, parts: false);
        var messages = new List<byte[]> { outgoing.OriginMap([], []) };
        for (var i = 1; i <= 3; i++)
            outgoing.Append(new LoggedTransaction(i, new Stamp(i, GeneratedChanges.Self), i - 1, null, [new LoggedChange(change, false)]), GeneratedChanges.Catalog, null, messages);
        Assert.Equal([true, true, false, false, false], messages.Select(message => ControlFrameCodec.IsControl(message)));
    }

    [Fact]
    public void What_a_stopped_stream_had_announced_should_be_announced_again_with_the_same_numbers()
    {
        var sent = new GeneratedChanges(11).Transactions(100);
        foreach (var batches in new[] { true, false })
        {
            var outgoing = new OutgoingChanges(GeneratedChanges.Self, batches, parts: true);
            var reached = new List<byte[]> { outgoing.OriginMap([GeneratedChanges.Other, GeneratedChanges.Third], []) };
            List<byte[]> lost = [];
            foreach (var transaction in sent) outgoing.Append(transaction, GeneratedChanges.Catalog, null, lost);
            outgoing.BeginStream();
            foreach (var transaction in sent) outgoing.Append(transaction, GeneratedChanges.Catalog, null, reached);
            outgoing.Flush(reached);

            var received = Receive(reached);
            Assert.All(received.SelectMany(transaction => transaction.Changes), change => Assert.NotEqual(ReceivedKind.Undecodable, change.Kind));
            Assert.Equal(
                sent.Where(transaction => batches || transaction.Changes.Any(change => !change.IsStub)).Select(transaction => transaction.Stamp),
                received.Select(transaction => transaction.Stamp).Distinct());
        }
    }

    [Fact]
    public void An_origin_that_was_in_no_map_sent_should_make_encoding_fail()
    {
        var origins = new OutgoingOrigins(GeneratedChanges.Self);
        origins.Add(GeneratedChanges.Other);
        Assert.Equal(FrameErrorCode.NotAnnounced, Assert.Throws<FrameError>(() => origins.IdOf(GeneratedChanges.Other)).Code);
        Assert.Equal(FrameErrorCode.NotAnnounced, Assert.Throws<FrameError>(() => origins.IdOf(GeneratedChanges.Self)).Code);
        origins.Map([]);
        Assert.Equal(1, origins.IdOf(GeneratedChanges.Other));
        Assert.Throws<FrameError>(() => origins.IdOf(GeneratedChanges.Third));
    }

    [Fact]
    public void An_origin_first_heard_of_later_should_be_announced_before_its_first_change()
    {
        var outgoing = new OutgoingChanges(GeneratedChanges.Self, batches: false, parts: false);
        var messages = new List<byte[]> { outgoing.OriginMap([GeneratedChanges.Other], [GeneratedChanges.Self]) };
        var change = new GeneratedChanges(4).Change();
        outgoing.Append(new LoggedTransaction(5, new Stamp(5, GeneratedChanges.Third), 0, null, [new LoggedChange(change, false)]), GeneratedChanges.Catalog, null, messages);
        var map = Assert.IsType<ControlFrame.NodeNameToIdMap>(ControlFrameCodec.Decode(messages[1], FrameLimits.Default));
        Assert.Equal(2, map.Ids[GeneratedChanges.Third]);
        Assert.Equal([GeneratedChanges.Self], map.Subscribed);
        Assert.Equal(GeneratedChanges.Third, Receive(messages).Single().Stamp.Origin);
    }

    [Fact]
    public void An_unknown_origin_or_table_should_be_an_error_that_takes_nothing()
    {
        var messages = Send(new GeneratedChanges(5).Transactions(40), batches: true, parts: false);
        var batch = messages.First(message => message[0] == (byte)MessageForm.Batch);
        var into = new List<ReceivedTransaction>();
        var incoming = new IncomingChanges(FrameLimits.Default);
        Assert.Equal(FrameErrorCode.UnknownTable, Assert.Throws<FrameError>(() => incoming.Read(batch, into)).Code);
        foreach (var message in messages.Where(message => ControlFrameCodec.IsControl(message)))
            if (ControlFrameCodec.Decode(message, FrameLimits.Default) is ControlFrame.TableFixedStructure structure) incoming.Learn(structure);
        Assert.Equal(FrameErrorCode.UnknownOrigin, Assert.Throws<FrameError>(() => incoming.Read(batch, into)).Code);
        Assert.Empty(into);
    }

    [Fact]
    public void A_large_transaction_should_travel_in_parts_of_a_megabyte_at_most()
    {
        var transaction = new GeneratedChanges(6).Next(changes: 50, valueBytes: 100_000);
        var messages = Send([transaction], batches: true, parts: true);
        var parts = messages.Where(message => message[0] == (byte)MessageForm.Part).ToList();
        Assert.InRange(parts.Count, 2, 10);
        Assert.All(parts, part => Assert.InRange(part.Length, 1, MessageParts.MaxPartBytes));
        Same(transaction.Changes, Receive(messages).Single());
        Assert.Throws<FrameError>(() => Receive([.. messages.Where(message => message != parts[0])]));
        // A stream that is stopped between two parts gives the message up.
        Same(transaction.Changes, Receive([.. messages.Except(parts), parts[0], .. parts]).Single());
    }

    [Fact]
    public void A_batch_that_was_changed_on_the_way_should_not_be_taken()
    {
        var messages = Send(new GeneratedChanges(7).Transactions(20), batches: true, parts: false);
        var batch = messages.Single(message => message[0] == (byte)MessageForm.Batch);
        for (var at = 1; at < batch.Length; at += 7)
        {
            batch[at] ^= 0x10;
            Assert.Equal(FrameErrorCode.Checksum, Assert.Throws<FrameError>(() => Receive(messages)).Code);
            batch[at] ^= 0x10;
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Copied_rows_should_keep_their_own_stamps(bool batches)
    {
        var generated = new GeneratedChanges(8);
        var rows = Enumerable.Range(0, 500).Select(i => (Change: generated.Change(), Stamp: new Stamp(1000 + (i / 3), i % 9 < 3 ? GeneratedChanges.Other : GeneratedChanges.Self))).ToList();
        var outgoing = new OutgoingChanges(GeneratedChanges.Self, batches, parts: true);
        var messages = new List<byte[]> { outgoing.OriginMap([GeneratedChanges.Other], []) };
        foreach (var (change, stamp) in rows) outgoing.AppendCopied(change, stamp, GeneratedChanges.Catalog, messages);
        outgoing.Flush(messages);
        var received = Receive(messages);
        Assert.All(received, transaction => Assert.Equal(batches, transaction.IsCopy));
        var back = received.SelectMany(transaction => transaction.Changes).ToList();
        Assert.Equal(rows.Count, back.Count);
        foreach (var ((change, stamp), one) in rows.Zip(back))
        {
            Assert.Equal(stamp, one.Stamp);
            Same(change, one.Change);
        }
        if (batches) return;
        // A put of nil would not delete a row that a 4.7 node has already.
        Assert.All(messages.Where(message => !ControlFrameCodec.IsControl(message)), message =>
        {
            var reader = new DataMessageReader(message, FrameLimits.Default);
            while (reader.MoveNext()) Assert.Equal(reader.Current.IsTombstone, reader.Current.Type == AuditType.Delete);
        });
    }

    [Fact]
    public void Changes_of_a_dropped_table_should_be_left_out_and_the_position_still_be_told()
    {
        var catalog = new DatabaseCatalog(new DatabaseName("data"), FrozenDictionary<TableName, TableDefinition>.Empty);
        var transaction = new GeneratedChanges(9).Next(changes: 3);
        foreach (var batches in new[] { true, false })
        {
            var outgoing = new OutgoingChanges(GeneratedChanges.Self, batches, parts: false);
            var messages = new List<byte[]> { outgoing.OriginMap([GeneratedChanges.Other, GeneratedChanges.Third], []) };
            outgoing.Append(transaction, catalog, 77, messages);
            outgoing.AppendCopied(transaction.Changes[0].Change, transaction.Stamp, catalog, messages);
            outgoing.Flush(messages);
            Assert.Equal(2, messages.Count);
            if (batches) Assert.Empty(Receive(messages).Single().Changes);
            else Assert.Equal(77, Assert.IsType<ControlFrame.SequenceIdUpdate>(ControlFrameCodec.Decode(messages[1], FrameLimits.Default)).Position);
        }
    }

    /// <summary>Rule 27: one hop may write the names of attributes out that the one before knew by number.</summary>
    [Fact]
    public void A_transaction_above_what_an_original_takes_should_go_to_it_in_several_messages_of_one_time()
    {
        const int Limit = 2_000;
        var changes = new GeneratedChanges(7).Transactions(60).SelectMany(transaction => transaction.Changes).Where(change => !change.IsStub)
            .DistinctBy(change => (change.Change.Table, change.Change.Key)).ToArray();
        var sent = new LoggedTransaction(9, new Stamp(5, GeneratedChanges.Third), 0, "who", [.. changes]);
        var outgoing = new OutgoingChanges(GeneratedChanges.Self, batches: false, parts: false, Limit);
        var messages = new List<byte[]> { outgoing.OriginMap([GeneratedChanges.Third], []) };
        outgoing.Append(sent, GeneratedChanges.Catalog, 77, messages);

        var data = messages.Where(message => !ControlFrameCodec.IsControl(message)).ToList();
        Assert.True(data.Count > 3, $"{data.Count} messages of {string.Join(", ", data.Select(message => message.Length))} bytes");
        var received = Receive(messages);
        Assert.All(received, transaction => Assert.Equal((sent.Stamp, "who"), (transaction.Stamp, transaction.User)));
        Assert.Equal([.. Enumerable.Repeat<double?>(null, received.Count - 1), 77], received.Select(transaction => transaction.Position));
        Same(changes, received[0] with { Changes = [.. received.SelectMany(transaction => transaction.Changes)] });

        // Only a record that is too large by itself goes above the bound: it cannot be divided.
        Assert.All(data.Zip(received).Where(message => message.Second.Changes.Length > 1), message => Assert.InRange(message.First.Length, 1, Limit + 18));
        Assert.Single(Send([sent], batches: false, parts: false), message => !ControlFrameCodec.IsControl(message));
    }

    /// <summary>Rule 15: an original may lose a transaction of several records whole while it still writes one that has a record in common.</summary>
    [Fact]
    public void Transactions_that_follow_each_other_with_a_record_in_common_should_go_to_an_original_record_by_record()
    {
        var generated = new GeneratedChanges(3);
        LoggedChange[] changes = [.. generated.Transactions(60).SelectMany(transaction => transaction.Changes).Where(change => !change.IsStub).DistinctBy(change => change.Change.Key).Take(7)];
        var first = new LoggedTransaction(9, new Stamp(5, GeneratedChanges.Third), 0, "who", [.. changes[..4]]);
        var second = new LoggedTransaction(10, new Stamp(6, GeneratedChanges.Third), 5, "who", [.. changes[3..]]);
        var received = Receive(Send([first, second], batches: false, parts: false, position: transaction => transaction.Position, settled: false));
        Assert.Equal([4, 1, 1, 1, 1], received.Select(transaction => transaction.Changes.Length));
        Assert.Equal([9, null, null, null, 10], received.Select(transaction => transaction.Position));
        Assert.All(received[1..], transaction => Assert.Equal((second.Stamp, "who"), (transaction.Stamp, transaction.User)));
        Same(second.Changes, received[1] with { Changes = [.. received[1..].SelectMany(transaction => transaction.Changes)] });
        Assert.Equal(2, Receive(Send([first, second], batches: true, parts: true)).Count);
    }

    [Theory]
    [InlineData(99, 99)]
    [InlineData(100, 1)]
    public void Rows_of_a_copy_with_one_time_should_share_a_message_to_an_original_where_it_cannot_lose_them(int rows, int messages)
    {
        var generated = new GeneratedChanges(4);
        var outgoing = new OutgoingChanges(GeneratedChanges.Self, batches: false, parts: false);
        var sent = new List<byte[]> { outgoing.OriginMap([GeneratedChanges.Third], []) };
        for (var n = 0; n < rows; n++) outgoing.AppendCopied(generated.Change(), new Stamp(5, GeneratedChanges.Third), GeneratedChanges.Catalog, sent);
        outgoing.Flush(sent);
        var received = Receive(sent);
        Assert.Equal((messages, rows), (received.Count, received.Sum(transaction => transaction.Changes.Length)));
    }

    [Fact]
    public void A_bare_position_should_come_as_a_transaction_without_changes()
    {
        var received = Receive([OutgoingChanges.PositionOnly(34.5)]).Single();
        Assert.Equal(34.5, received.Position);
        Assert.Empty(received.Changes);
    }

    private static List<byte[]> Send(
        IEnumerable<LoggedTransaction> transactions, bool batches, bool parts, Func<LoggedTransaction, double?>? position = null, bool settled = true)
    {
        var outgoing = new OutgoingChanges(GeneratedChanges.Self, batches, parts);
        var messages = new List<byte[]> { outgoing.OriginMap([], [GeneratedChanges.Self]) };
        foreach (var transaction in transactions)
        {
            outgoing.Contested.Passes(settled, now: 0);
            outgoing.Append(transaction, GeneratedChanges.Catalog, position?.Invoke(transaction), messages);
        }

        outgoing.Flush(messages);
        return messages;
    }

    private static List<ReceivedTransaction> Receive(IEnumerable<byte[]> messages)
    {
        var incoming = new IncomingChanges(FrameLimits.Default);
        var received = new List<ReceivedTransaction>();
        foreach (var message in messages)
            if (ControlFrameCodec.IsControl(message)) incoming.Learn(ControlFrameCodec.Decode(message, FrameLimits.Default));
            else incoming.Read(message, received);
        return received;
    }

    private static void Same(IReadOnlyList<LoggedChange> expected, ReceivedTransaction received)
    {
        Assert.Equal(expected.Count, received.Changes.Length);
        foreach (var (logged, back) in expected.Zip(received.Changes))
        {
            Assert.Equal(logged.IsStub ? ReceivedKind.Stub : ReceivedKind.Change, back.Kind);
            Assert.Equal(received.Stamp, back.Stamp);
            Same(logged.IsStub ? logged.Change with { Value = EncodedRecord.Empty, ExpiresAt = null, Operation = OriginatingOperation.None } : logged.Change, back.Change);
        }
    }

    private static void Same(in Change expected, in Change actual)
    {
        Assert.Equal(expected.Table, actual.Table);
        Assert.Equal(expected.Key, actual.Key);
        Assert.Equal(expected.Kind, actual.Kind);
        Assert.Equal(expected.Value.Shape, actual.Value.Shape);
        Assert.Equal(Convert.ToHexString(expected.Value.Values.Span), Convert.ToHexString(actual.Value.Values.Span));
        Assert.Equal(expected.ExpiresAt, actual.ExpiresAt);
        Assert.Equal(expected.Operation, actual.Operation);
    }
}
