using Harper.Core.Storage;
using Harper.Core.Storage.Memory;
using Xunit;

namespace Harper.Tests.Storage;

/// <summary>The store of the simulation: it loses what a disk would lose, and nothing else.</summary>
public sealed class MemoryStoreSpecs : OrderedStoreSpecs
{
    private readonly MemoryStore _store = new();

    protected override IOrderedStore Store => _store;

    [Fact]
    public void A_power_loss_should_take_only_what_was_not_synced_and_the_newest_first()
    {
        Write(("a", "1"));
        WriteUnsynced("b");
        WriteUnsynced("c");
        Assert.Equal(2, _store.Unsynced);
        _store.LosePower(surviving: 1);
        Assert.Equal("1", Get("a"));
        Assert.NotNull(Get("b"));
        Assert.Null(Get("c"));
        WriteUnsynced("d");
        _store.LosePower();
        Assert.NotNull(Get("b"));
        Assert.Null(Get("d"));
    }

    [Fact]
    public void A_synced_write_should_carry_the_unsynced_ones_before_it()
    {
        WriteUnsynced("a");
        Write(("b", "1"));
        _store.LosePower();
        Assert.NotNull(Get("a"));
    }

    [Fact]
    public void A_broken_store_should_refuse_to_write()
    {
        _store.Break();
        Assert.Throws<StoreException>(() => Write(("a", "1")));
        _store.Mend();
        Assert.Null(Get("a"));
    }

    private void WriteUnsynced(string key)
    {
        using var batch = _store.CreateBatch();
        batch.Put(Family.Rows, System.Text.Encoding.UTF8.GetBytes(key), "1"u8);
        _store.Write(batch, sync: false);
    }
}
