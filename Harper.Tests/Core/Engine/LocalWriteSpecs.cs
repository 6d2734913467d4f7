using System.Buffers.Binary;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Records;
using Harper.Core.Transactions;
using Harper.Core.Values;
using Harper.Tests.Support;
using Xunit;
using static Harper.Tests.Support.Records;

namespace Harper.Tests.Core.Engine;

/// <summary>Local writes: modes, folding (rule 5), resolution through the group (rule 6), versions and times (rules 7, 8, 11), the form of a change (rule 3), bounds (rule 27). R-DAT-01…04, R-SCH-08.</summary>
public sealed class LocalWriteSpecs : IDisposable
{
    private readonly TestDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public void An_insert_should_skip_a_key_that_exists_and_an_update_or_delete_one_that_does_not()
    {
        Assert.Equal([true, false], _database.Write(Insert("a", ("x", 1)), Insert("a", ("x", 2))).Done);
        Assert.Equal([false, false, false], _database.Write(Insert("a", ("x", 3)), Update("b", ("x", 3)), Delete("b")).Done);
        Assert.Equal("id=a x=1", _database.Read("a"));
        Assert.Equal([true], _database.Write(Delete("a")).Done);
        Assert.Null(_database.Read("a"));
        Assert.Equal([true], _database.Write(Insert("a", ("y", 4))).Done);
        Assert.Equal("id=a y=4", _database.Read("a"));
    }

    [Fact]
    public void A_transaction_of_nothing_but_skipped_writes_should_not_be_logged()
    {
        var written = _database.Write(Update("a", ("x", 1)));
        Assert.Equal(default, written.Stamp);
        Assert.Empty(_database.Log());
    }

    /// <summary>Rule 3.</summary>
    [Fact]
    public void An_upsert_should_be_a_put_of_a_new_row_and_a_patch_of_an_existing_one()
    {
        _database.Write(Upsert("a", ("x", 1), ("y", 1)));
        _database.Write(Upsert("a", ("x", 2)));
        Assert.Equal("id=a x=2 y=1", _database.Read("a"));
        Assert.Equal([ChangeKind.Put, ChangeKind.Patch], _database.Log().Select(entry => entry.Changes.Single().Change.Kind));
    }

    /// <summary>Rule 5.</summary>
    [Fact]
    public void Several_writes_to_one_key_should_become_one_change()
    {
        _database.Write(Insert("a", ("x", 1), ("y", 1)), Update("a", ("x", 2)), Upsert("a", ("z", 3)), Insert("b", ("x", 1)), Delete("b"), Insert("c", ("x", 1)), Delete("c"), Insert("c", ("x", 9)));
        var changes = _database.Log().Single().Changes;
        Assert.Equal(3, changes.Length);
        Assert.Equal([ChangeKind.Put, ChangeKind.Delete, ChangeKind.Put], changes.Select(logged => logged.Change.Kind));
        Assert.Equal("id=a x=2 y=1 z=3", _database.Read("a"));
        Assert.Null(_database.Read("b"));
        Assert.Equal("id=c x=9", _database.Read("c"));
    }

    /// <summary>Rules 4, 5: adds onto what the transaction set are known, adds onto what others set stay adds.</summary>
    [Fact]
    public void Adds_to_one_counter_in_one_transaction_should_be_one_add()
    {
        _database.Write(Insert("a", ("n", 10)), Update("a", ("n", Add(5))));
        Assert.Equal("id=a n=15", _database.Read("a"));
        _database.Write(Update("a", ("n", Add(1))), Update("a", ("n", Add(2))));
        Assert.Equal("id=a n=18", _database.Read("a"));
        Assert.Equal(3, _database.Row("a")!.Adds.Single().Amount);
    }

    /// <summary>Rule 6.</summary>
    [Fact]
    public void A_request_should_see_what_those_before_it_in_its_group_decided()
    {
        var results = _database.Engine.Commit(
            [new CommitRequest.Local([Insert("a", ("x", 1))], null), new CommitRequest.Local([Insert("a", ("x", 2))], null), new CommitRequest.Local([Delete("a")], null), new CommitRequest.Local([Insert("a", ("x", 3))], null)],
            _database.Now).Results;
        Assert.Equal([true, false, true, true], results.Cast<CommitResult.Written>().Select(written => written.Done.Single()));
        Assert.Equal("id=a x=3", _database.Read("a"));
        Assert.Equal(3, _database.Log().Length);
    }

    /// <summary>Rules 8, 11: the wall clock may stand still or go back.</summary>
    [Fact]
    public void Versions_should_rise_strictly_and_be_their_own_positions()
    {
        var versions = new List<double>();
        foreach (var now in new[] { 1_000_000d, 1_000_000, 999_000, 2_000_000, 1_500_000 })
        {
            _database.Now = now;
            versions.Add(_database.Write(Upsert("a", ("x", now))).Stamp.Version);
        }

        Assert.Equal(versions.Distinct().Order(), versions);
        Assert.Equal(1_000_000, versions[0]);
        Assert.Equal(Math.BitIncrement(1_000_000), versions[1]);
        Assert.Equal(2_000_000, versions[3]);
        Assert.Equal(versions, _database.Log().Select(entry => entry.Position));
        Assert.Equal(versions, _database.Log().Select(entry => entry.Stamp.Version));
        Assert.Equal(versions[^1], _database.Engine.Positions.Head);
        Assert.Equal(versions[^1], _database.Engine.Positions.Through[TestDatabase.Self]);
        Assert.Equal([0, .. versions[..^1]], _database.Log().Select(entry => entry.Previous));
    }

    /// <summary>Rules 7 and 3: times are filled in their places, and a patch does not say when the record was created.</summary>
    [Fact]
    public void Time_slots_should_be_filled_with_the_version()
    {
        var inserted = _database.Write(Timed(WriteMode.Upsert, "a")).Stamp.Version;
        _database.Now += 10;
        var updated = _database.Write(Timed(WriteMode.Upsert, "a")).Stamp.Version;
        Assert.Equal($"__createdtime__={inserted} __updatedtime__={updated} id=a", _database.Read("a"));
        Assert.Equal(["id", "__updatedtime__"], _database.Log()[1].Changes[0].Change.Value.Shape.Names);
        _database.Now += 10;
        var replaced = _database.Write(Timed(WriteMode.Put, "a")).Stamp.Version;
        Assert.Equal($"__createdtime__={inserted} __updatedtime__={replaced} id=a", _database.Read("a"));
    }

    [Fact]
    public void A_dynamic_table_should_learn_and_index_what_is_written_to_it()
    {
        var written = _database.Write(Insert("a", ("x", 1), ("y", "two")), Insert("b", ("z", true)));
        Assert.Equal(["dogs.x", "dogs.y", "dogs.z"], written.NewAttributes);
        Assert.Equal(["id", "x", "y", "z"], _database.Table.Attributes.Select(attribute => attribute.Name));
        Assert.True(_database.Table.Find("y")!.Indexed);
        Assert.Empty(_database.Write(Insert("c", ("x", 1))).NewAttributes);
    }

    [Fact]
    public void A_declared_table_should_not_learn_attributes()
    {
        var cats = new TableName("cats");
        _database.CreateTable(cats, spec => spec with { SchemaDefined = true });
        var write = Insert("a", ("x", 1)) with { Table = cats };
        Assert.Empty(_database.Write(write).NewAttributes);
        Assert.Single(_database.Engine.Catalog.Find(cats)!.Attributes);
    }

    [Fact]
    public void A_transaction_should_be_refused_whole_when_a_table_is_missing()
    {
        var refused = _database.Commit<CommitResult.Rejected>(new CommitRequest.Local([Insert("a", ("x", 1)), Insert("b", ("x", 1)) with { Table = new("nowhere") }], null));
        Assert.Equal(CommitRejection.NoSuchTable, refused.Reason);
        Assert.Null(_database.Read("a"));
    }

    /// <summary>Rule 27.</summary>
    [Fact]
    public void A_transaction_beyond_the_bounds_should_be_refused()
    {
        using var small = new TestDatabase(settings: EngineSettings.Default with { MaxRecordsPerTransaction = 2, MaxTransactionBytes = 1000 });
        var many = small.Commit<CommitResult.Rejected>(new CommitRequest.Local([Insert("a"), Insert("b"), Insert("c")], null));
        var big = small.Commit<CommitResult.Rejected>(new CommitRequest.Local([Insert("a", ("x", new string('x', 1001)))], null));
        Assert.Equal([CommitRejection.TooLarge, CommitRejection.TooLarge], [many.Reason, big.Reason]);
        Assert.Empty(small.Log());
    }

    /// <summary>Rule 27: a row is copied whole.</summary>
    [Fact]
    public void A_row_should_not_grow_beyond_the_bounds_patch_by_patch()
    {
        using var small = new TestDatabase(settings: EngineSettings.Default with { MaxTransactionBytes = 1000 });
        small.Write(Insert("a", ("x", new string('x', 600))));
        var grown = small.Commit<CommitResult.Rejected>(new CommitRequest.Local([Insert("a", ("y", new string('y', 600))) with { Mode = WriteMode.Patch }], null));
        Assert.Equal(CommitRejection.TooLarge, grown.Reason);
        Assert.DoesNotContain("y=", small.Read("a"), StringComparison.Ordinal);
        Assert.Single(small.Log());
    }

    /// <summary>Whole or nothing: the requests around one that fails stand.</summary>
    [Fact]
    public void A_record_that_cannot_be_read_should_be_refused_and_leave_nothing_behind()
    {
        _database.Write(Insert("a", ("x", 1)));
        var broken = new LocalWrite(TestDatabase.Dogs, KeyCodec.FromText("a"), WriteMode.Patch, new EncodedRecord(new Shape(["q"]), new byte[] { 0xdb, 0xff }));
        var results = _database.Engine.Commit(
            [new CommitRequest.Local([Insert("b", ("x", 1))], null), new CommitRequest.Local([Insert("c", ("x", 1)), broken], null), new CommitRequest.Local([Insert("d", ("x", 1))], null)],
            _database.Now).Results;
        Assert.Equal(CommitRejection.Malformed, Assert.IsType<CommitResult.Rejected>(results[1]).Reason);
        Assert.Equal(["id=b x=1", null, "id=d x=1"], [_database.Read("b"), _database.Read("c"), _database.Read("d")]);
        Assert.Equal(3, _database.Log().Length);
        Assert.Null(_database.Table.Find("q"));
    }

    /// <summary>Rule 10.</summary>
    [Fact]
    public void An_expired_row_should_be_absent_and_its_key_free()
    {
        _database.Write(Insert("a", ("x", 1)) with { ExpiresAt = _database.Now + 100 });
        Assert.NotNull(_database.Read("a"));
        _database.Now += 100;
        Assert.Null(_database.Read("a"));
        Assert.Equal([true], _database.Write(Insert("a", ("y", 2))).Done);
        Assert.Equal("id=a y=2", _database.Read("a"));
    }

    private static LocalWrite Timed(WriteMode mode, string key)
    {
        var values = new List<byte> { (byte)(0xa0 + key.Length) };
        values.AddRange(System.Text.Encoding.UTF8.GetBytes(key));
        for (var slot = 0; slot < 2; slot++)
        {
            var bytes = new byte[9];
            BinaryPrimitives.WriteDoubleBigEndian(bytes.AsSpan(1), double.NaN);
            bytes[0] = 0xcb;
            values.AddRange(bytes);
        }

        return new LocalWrite(
            TestDatabase.Dogs, KeyCodec.FromText(key), mode, new EncodedRecord(new Shape(["id", "__updatedtime__", "__createdtime__"]), values.ToArray()),
            TimeSlots.Updated | TimeSlots.Created);
    }
}
