using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Reading;
using Harper.Core.Schema;
using Harper.Tests.Support;
using Xunit;
using static Harper.Tests.Support.Records;

namespace Harper.Tests.Core.Engine;

/// <summary>The schema goes through the commit: R-SCH-02…05, 08, 11, R-NRP-05, and indexes that are built from what is there.</summary>
public sealed class SchemaSpecs : IDisposable
{
    private readonly TestDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public void A_definition_should_be_read_back_as_it_was_made()
    {
        var cats = new TableName("cats");
        _database.CreateTable(cats, spec => spec with
        {
            PrimaryKey = "name",
            SchemaDefined = true,
            Sealed = true,
            Replicate = false,
            Audit = false,
            ExpirationSeconds = 1.5,
            EvictionSeconds = 2,
            ScanIntervalSeconds = 3,
            Exported = true,
            Attributes = [
                new(0, "born", "Date", Indexed: true, Nullable: false), new(0, "changed", "Float", Assigned: AssignedTime.Updated), new(0, "tags", "array", Elements: "String")],
        });
        var before = _database.Engine.Catalog.Find(cats)!;
        _database.Reopen();
        var after = _database.Engine.Catalog.Find(cats)!;
        Assert.Equal(before.Attributes, after.Attributes);
        Assert.Equal(before with { Attributes = after.Attributes }, after);
        Assert.Equal(["name", "born", "changed", "tags"], after.Attributes.Select(attribute => attribute.Name));
        Assert.Equal([1, 2, 3, 4], after.Attributes.Select(attribute => attribute.Id));
    }

    [Fact]
    public void Edits_should_be_refused_with_their_reason_and_leave_the_others_of_the_request_undone()
    {
        Assert.Equal(CommitRejection.TableExists, Refused(new SchemaEdit.CreateTable(Spec("cats")), new SchemaEdit.CreateTable(Spec("dogs"))));
        Assert.Null(_database.Engine.Catalog.Find(new("cats")));
        Assert.Equal(CommitRejection.NoSuchTable, Refused(new SchemaEdit.DropTable(new("cats"))));
        Assert.Equal(CommitRejection.NoSuchTable, Refused(new SchemaEdit.CreateAttribute(new("cats"), "x")));
        Assert.Equal(CommitRejection.NoSuchAttribute, Refused(new SchemaEdit.DropAttribute(TestDatabase.Dogs, "x")));
        Assert.Equal(CommitRejection.AttributeExists, Refused(new SchemaEdit.CreateAttribute(TestDatabase.Dogs, "id")));
        Assert.Equal(CommitRejection.InvalidSchema, Refused(new SchemaEdit.DropAttribute(TestDatabase.Dogs, "id")));
        Assert.Equal(CommitRejection.InvalidSchema, Refused(new SchemaEdit.EnsureTable(Spec("dogs") with { PrimaryKey = "other" }, Declared: true)));
        Assert.Equal(CommitRejection.InvalidSchema, Refused(new SchemaEdit.CreateTable(Spec("cats") with { Attributes = [new(0, "a"), new(0, "a")] })));

        // A drop that is undone by a later refusal has dropped nothing.
        _database.Write(Insert("a", ("x", 1)));
        Assert.Equal(CommitRejection.NoSuchTable, Refused(new SchemaEdit.DropTable(TestDatabase.Dogs), new SchemaEdit.DropTable(new("cats"))));
        Assert.Equal("id=a x=1", _database.Read("a"));
    }

    [Fact]
    public void A_dropped_table_should_take_rows_and_indexes_along_and_a_new_one_of_its_name_start_empty()
    {
        _database.Write(Insert("a", ("x", 1)));
        var before = _database.Table;
        Assert.True(Edit(new SchemaEdit.DropTable(TestDatabase.Dogs)));
        Assert.Null(_database.Engine.Catalog.Find(TestDatabase.Dogs));
        Assert.False(Edit(new SchemaEdit.EnsureTable(Spec("dogs"), Declared: false)));
        _database.Reopen();
        Assert.False(Edit(new SchemaEdit.EnsureTable(Spec("dogs"), Declared: false)));
        Assert.True(Edit(new SchemaEdit.EnsureTable(Spec("dogs"), Declared: true)));
        Assert.NotEqual(before.Id, _database.Table.Id);
        Assert.NotEqual(before.Incarnation, _database.Table.Incarnation);
        Assert.Null(_database.Read("a"));
        foreach (var family in new[] { Harper.Core.Storage.Family.Rows, Harper.Core.Storage.Family.Index })
        {
            using var cursor = _database.Store.Cursor(family);
            cursor.Seek([]);
            Assert.False(cursor.Valid);
        }

        // The log still knows what it was.
        Assert.Equal(TestDatabase.Dogs, _database.Log().Single().Changes.Single().Change.Table);
        Assert.Equal("id=a x=1", Text(_database.Log().Single().Changes.Single().Change.Value));
    }

    [Fact]
    public void A_write_and_a_drop_in_one_group_should_leave_nothing_of_the_table()
    {
        _database.Engine.Commit(
            [new CommitRequest.Local([Insert("a", ("x", 1))], null), new CommitRequest.Schema([new SchemaEdit.DropTable(TestDatabase.Dogs)]), new CommitRequest.Schema([new SchemaEdit.CreateTable(Spec("dogs"))]), new CommitRequest.Local([Insert("b", ("y", 1))], null)],
            _database.Now);
        Assert.Null(_database.Read("a"));
        Assert.Equal("id=b y=1", _database.Read("b"));
        _database.Reopen();
        Assert.Null(_database.Read("a"));
        Assert.Equal(1, _database.Engine.Statistics.Rows[TestDatabase.Dogs]);
    }

    [Fact]
    public void An_announcement_should_not_bring_back_an_attribute_that_was_dropped_here()
    {
        var announced = Spec("dogs") with { Attributes = [new(0, "id", IsPrimaryKey: true), new(0, "x", Indexed: true)] };
        Assert.True(Edit(new SchemaEdit.EnsureTable(announced, Declared: false)));
        Assert.True(Edit(new SchemaEdit.DropAttribute(new TableName("dogs"), "x")));
        Assert.False(Edit(new SchemaEdit.EnsureTable(announced, Declared: false)));
    }

    [Fact]
    public void An_announcement_should_add_and_never_alter_what_was_declared_here()
    {
        var announced = Spec("dogs") with { SchemaDefined = true, Attributes = [new(0, "id", IsPrimaryKey: true), new(0, "x", "Int", Indexed: true)] };
        Assert.True(Edit(new SchemaEdit.EnsureTable(announced, Declared: false)));
        Assert.False(Edit(new SchemaEdit.EnsureTable(announced, Declared: false)));
        Assert.False(_database.Table.SchemaDefined);
        Assert.Equal("Int", _database.Table.Find("x")!.Type);

        var declared = Spec("dogs") with { SchemaDefined = true, Replicate = false };
        Assert.True(Edit(new SchemaEdit.EnsureTable(declared, Declared: true)));
        Assert.False(Edit(new SchemaEdit.EnsureTable(declared, Declared: true)));
        Assert.False(Edit(new SchemaEdit.EnsureTable(announced with { Attributes = [new(0, "y")] }, Declared: false)));
        Assert.Equal(["id", "x"], _database.Table.Attributes.Select(attribute => attribute.Name));
        Assert.False(_database.Table.Replicate);
    }

    [Fact]
    public void An_index_should_be_built_from_the_rows_that_are_there()
    {
        Edit(new SchemaEdit.EnsureTable(Spec("dogs") with { SchemaDefined = true }, Declared: true));
        _database.Write(Insert("a", ("x", 2)), Insert("b", ("x", 1)), Insert("c"));
        _database.Engine.Commit(
            [new CommitRequest.Local([Update("a", ("x", 3))], null), new CommitRequest.Schema([new SchemaEdit.EnsureTable(Spec("dogs") with { SchemaDefined = true, Attributes = [new(0, "x", Indexed: true)] }, Declared: true)]), new CommitRequest.Local([Insert("d", ("x", 0))], null)],
            _database.Now);
        Assert.Equal("d b a", Keys("x"));
        _database.Write(Delete("b"), Update("a", ("x", -1)));
        Assert.Equal("a d", Keys("x"));
    }

    [Fact]
    public void A_dropped_attribute_should_find_its_old_values_again_when_it_comes_back()
    {
        _database.Write(Insert("a", ("x", 2)), Insert("b", ("x", 1)));
        Assert.True(Edit(new SchemaEdit.DropAttribute(TestDatabase.Dogs, "x")));
        Assert.Null(_database.Table.Find("x"));
        _database.Write(Update("b", ("y", 1)));
        Assert.Equal(["dogs.x"], _database.Write(Insert("c", ("x", 0))).NewAttributes);
        Assert.Equal("c b a", Keys("x"));
    }

    [Fact]
    public void A_table_with_more_shapes_than_it_keeps_should_write_their_names_in_the_records()
    {
        // Every subset of thirteen names is a shape of its own.
        for (var batch = 0; batch < 42; batch++)
            _database.Write([.. Enumerable.Range(batch * 100, 100).Select(i => Insert("k" + i, Subset(i)))]);
        _database.Reopen();
        Assert.Equal(Text(Insert("k4199", Subset(4199)).Value), _database.Read("k4199"));
        Assert.Equal(Text(Insert("k7", Subset(7)).Value), _database.Read("k7"));
        Assert.Equal(Text(Insert("k4199", Subset(4199)).Value), Text(_database.Log()[^1].Changes[^1].Change.Value));

        static (string, object?)[] Subset(int i) => [.. Enumerable.Range(0, 13).Where(bit => (i >> bit & 1) != 0).Select(bit => ("a" + bit, (object?)i))];
    }

    private static TableSpec Spec(string name) => new(new(name), "id", [new AttributeDefinition(0, "id", IsPrimaryKey: true)]);

    private bool Edit(params SchemaEdit[] edits) => _database.Commit<CommitResult.SchemaChanged>(new CommitRequest.Schema([.. edits])).Changed;

    private CommitRejection Refused(params SchemaEdit[] edits) => _database.Commit<CommitResult.Rejected>(new CommitRequest.Schema([.. edits])).Reason;

    private string Keys(string attribute)
    {
        using var view = _database.Engine.OpenView(_database.Now);
        using var cursor = view.ScanIndex(_database.Table, _database.Table.Find(attribute)!, default);
        var keys = new List<string>();
        while (cursor.MoveNext()) keys.Add(System.Text.Encoding.UTF8.GetString(cursor.Current.Key.Span));
        return string.Join(' ', keys);
    }
}
