using Harper.Core.Storage;
using Harper.Storage.Rocks;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Storage;

/// <summary>The store on disk, and what it says when it cannot be opened.</summary>
public sealed class RocksStoreSpecs : OrderedStoreSpecs
{
    private readonly TemporaryFolder _folder = new();
    private readonly RocksStoreFactory _factory = new(RocksSettings.Default);
    private readonly IOrderedStore _store;

    public RocksStoreSpecs() => _store = _factory.Open(_folder.Below("data"));

    protected override IOrderedStore Store => _store;

    [Fact]
    public void A_folder_that_is_in_use_should_be_refused_with_what_to_do()
    {
        var refused = Assert.Throws<StoreException>(() => _factory.Open(_folder.Below("data")));
        Assert.Equal(StoreFault.Locked, refused.Fault);
        Assert.Contains(_folder.Below("data"), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_cannot_be_made_should_be_refused_with_the_reason()
    {
        File.WriteAllText(_folder.Below("file"), "in the way");
        var refused = Assert.Throws<StoreException>(() => _factory.Open(_folder.Below("file/data")));
        Assert.Contains("cannot be made", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_files_should_be_reported_and_not_read_as_an_empty_database()
    {
        var folder = _folder.Below("damaged");
        _factory.Open(folder).Dispose();
        var manifest = Directory.EnumerateFiles(folder, "MANIFEST-*").Single();
        var bytes = File.ReadAllBytes(manifest);
        for (var i = 0; i < bytes.Length; i++) bytes[i] ^= 0x5A;
        File.WriteAllBytes(manifest, bytes);
        var refused = Assert.Throws<StoreException>(() => _factory.Open(folder));
        Assert.Equal(StoreFault.Corrupt, refused.Fault);
    }

    [Fact]
    public void A_factory_should_find_the_folders_that_hold_stores_and_remove_them()
    {
        _factory.Open(_folder.Below("other")).Dispose();
        Directory.CreateDirectory(_folder.Below("no-store"));
        Assert.Equal(["data", "other"], _factory.FindFolders(_folder.Path));
        _factory.Remove(_folder.Below("other"));
        Assert.Equal(["data"], _factory.FindFolders(_folder.Path));
        Assert.Empty(_factory.FindFolders(_folder.Below("nowhere")));
    }

    [Fact]
    public async Task Closing_should_wait_for_readers_and_refuse_new_ones()
    {
        Write(("a", "1"));
        var cursor = _store.Cursor(Family.Rows);
        var closing = Task.Run(_store.Dispose, TestContext.Current.CancellationToken);
        await Wait.UntilAsync(() => IsRefused(_store), "nobody new is let in");
        Assert.False(closing.IsCompleted);
        cursor.Seek([]);
        Assert.True(cursor.Valid);
        cursor.Dispose();
        await closing.WaitAsync(Wait.Deadline, TestContext.Current.CancellationToken);
    }

    public override void Dispose()
    {
        base.Dispose();
        _factory.Dispose();
        _folder.Dispose();
    }

    private static bool IsRefused(IOrderedStore store)
    {
        try
        {
            store.Cursor(Family.Rows).Dispose();
            return false;
        }
        catch (StoreException)
        {
            return true;
        }
    }
}
