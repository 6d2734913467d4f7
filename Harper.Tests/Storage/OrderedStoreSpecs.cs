using System.Buffers;
using System.Text;
using Harper.Core.Storage;
using Xunit;

namespace Harper.Tests.Storage;

/// <summary>What every store keeps to, whatever it stores in: order, atomic batches, snapshots that do not move (architecture 3).</summary>
public abstract class OrderedStoreSpecs : IDisposable
{
    protected abstract IOrderedStore Store { get; }

    [Fact]
    public void A_value_that_was_written_should_be_read_back_and_one_that_was_not_should_not()
    {
        Write(("a", "1"), ("big", new string('x', 100_000)));
        Assert.Equal("1", Get("a"));
        Assert.Equal(100_000, Get("big")!.Length);
        Assert.Null(Get("b"));
        Assert.Null(Get("a", Family.Index));
    }

    [Fact]
    public void A_cursor_should_walk_both_ways_in_byte_order()
    {
        Write(("b", "2"), ("a", "1"), ("c", "3"), ("ab", "12"));
        Assert.Equal("a ab b c", Walk(cursor => cursor.Seek([]), cursor => cursor.Next()));
        Assert.Equal("c b ab a", Walk(cursor => cursor.SeekToLast(), cursor => cursor.Previous()));
        Assert.Equal("b c", Walk(cursor => cursor.Seek("aba"u8), cursor => cursor.Next()));
        Assert.Equal("ab a", Walk(cursor => cursor.SeekForPrevious("aba"u8), cursor => cursor.Previous()));
        Assert.Equal("ab a", Walk(cursor => cursor.SeekForPrevious("ab"u8), cursor => cursor.Previous()));
        Assert.Equal("", Walk(cursor => cursor.Seek("d"u8), cursor => cursor.Next()));
    }

    [Fact]
    public void A_snapshot_should_not_see_what_is_written_after_it()
    {
        Write(("a", "1"));
        using var snapshot = Store.Snapshot();
        Write(("a", "2"), ("b", "2"));
        var value = new ArrayBufferWriter<byte>();
        Assert.True(snapshot.TryGet(Family.Rows, "a"u8, value));
        Assert.Equal("1", Encoding.UTF8.GetString(value.WrittenSpan));
        Assert.False(snapshot.TryGet(Family.Rows, "b"u8, value));
        using var cursor = snapshot.Cursor(Family.Rows);
        cursor.Seek([]);
        Assert.Equal("a", Encoding.UTF8.GetString(cursor.Key));
        cursor.Next();
        Assert.False(cursor.Valid);
    }

    [Fact]
    public void A_batch_should_be_applied_in_its_own_order()
    {
        Write(("a", "1"), ("b", "1"), ("c", "1"), ("d", "1"));
        using var batch = Store.CreateBatch();
        batch.DeleteRange(Family.Rows, "a"u8, "c"u8);
        batch.Put(Family.Rows, "b"u8, "2"u8);
        batch.Delete(Family.Rows, "d"u8);
        Assert.True(batch.Bytes > 0);
        Store.Write(batch, sync: true);
        Assert.Equal("b c", Walk(cursor => cursor.Seek([]), cursor => cursor.Next()));
        Assert.Equal("2", Get("b"));
    }

    [Fact]
    public void A_batch_that_is_cleared_should_write_nothing()
    {
        using var batch = Store.CreateBatch();
        batch.Put(Family.Rows, "a"u8, "1"u8);
        batch.Clear();
        Assert.Equal(0, batch.Bytes);
        Store.Write(batch, sync: false);
        Assert.Null(Get("a"));
    }

    [Fact]
    public void Families_should_not_see_each_other()
    {
        using var batch = Store.CreateBatch();
        foreach (var family in Enum.GetValues<Family>()) batch.Put(family, "k"u8, Encoding.UTF8.GetBytes(family.ToString()));
        Store.Write(batch, sync: true);
        foreach (var family in Enum.GetValues<Family>()) Assert.Equal(family.ToString(), Get("k", family));
    }

    public virtual void Dispose()
    {
        Store.Dispose();
        GC.SuppressFinalize(this);
    }

    protected void Write(params (string Key, string Value)[] entries)
    {
        using var batch = Store.CreateBatch();
        foreach (var (key, value) in entries) batch.Put(Family.Rows, Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value));
        Store.Write(batch, sync: true);
    }

    protected string? Get(string key, Family family = Family.Rows)
    {
        var value = new ArrayBufferWriter<byte>();
        return Store.TryGet(family, Encoding.UTF8.GetBytes(key), value) ? Encoding.UTF8.GetString(value.WrittenSpan) : null;
    }

    private string Walk(Action<IStoreCursor> start, Action<IStoreCursor> step)
    {
        using var cursor = Store.Cursor(Family.Rows);
        var keys = new List<string>();
        for (start(cursor); cursor.Valid; step(cursor)) keys.Add(Encoding.UTF8.GetString(cursor.Key));
        return string.Join(' ', keys);
    }
}
