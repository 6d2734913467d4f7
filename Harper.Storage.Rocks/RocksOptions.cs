using Harper.Core.Storage;
using RocksDbSharp;

namespace Harper.Storage.Rocks;

/// <summary>How a database's families are laid out on disk, each as it is used.</summary>
internal static class RocksOptions
{
    /// <summary>The log of writes that a kill leaves to be replayed: bounded, because a start must not take longer than a blink.</summary>
    private const ulong MaxWalBytes = 64 << 20;

    public static readonly string[] FamilyNames = ["rows", "index", "log", "meta", "quarantine"];

    public static DbOptions ForDatabase(RocksSharedMemory memory)
    {
        var options = new DbOptions()
            .SetCreateIfMissing()
            .SetCreateMissingColumnFamilies()
            .SetMaxTotalWalSize(MaxWalBytes)
            .SetWalRecoveryMode(Recovery.PointInTime)
            .SetInfoLogLevel(InfoLogLevel.Warn)
            .SetKeepLogFileNum(4)
            .SetMaxLogFileSize(4 << 20)
            .SetMaxManifestFileSize(16 << 20)
            .SetStatsDumpPeriodSec(0)
            .SetMaxOpenFiles(512)
            .SetBytesPerSync(1 << 20)
            .IncreaseParallelism(2);
        Native.Instance.rocksdb_options_set_write_buffer_manager(options.Handle, memory.WriteBuffers);
        return options;
    }

    public static ColumnFamilies ForFamilies(RocksSettings settings, RocksSharedMemory memory)
    {
        var families = new ColumnFamilies(ForFamily(settings, memory, null));
        foreach (var family in Enum.GetValues<Family>()) families.Add(FamilyNames[(int)family], ForFamily(settings, memory, family));
        return families;
    }

    private static ColumnFamilyOptions ForFamily(RocksSettings settings, RocksSharedMemory memory, Family? family)
    {
        var table = new BlockBasedTableOptions()
            .SetBlockCache(memory.BlockCache)
            .SetBlockSize(8 << 10)
            .SetFormatVersion(5)
            .SetCacheIndexAndFilterBlocks(true)
            .SetPinL0FilterAndIndexBlocksInCache(true);

        // Only rows are looked up one by one, and mostly in vain: is this key new?
        if (family == Family.Rows) table.SetFilterPolicy(BloomFilterPolicy.Create(10, false));
        var options = new ColumnFamilyOptions()
            .SetBlockBasedTableFactory(table)
            .SetWriteBufferSize((ulong)settings.WriteBufferBytes)
            .SetMaxWriteBufferNumber(3)
            .SetTargetFileSizeBase(16 << 20)
            .SetMaxBytesForLevelBase(64 << 20)
            .SetLevelCompactionDynamicLevelBytes(true)

            // Eight files of a write buffer each, not four, before they are merged into the next level: that level is then written again half as often.
            .SetLevel0FileNumCompactionTrigger(8)
            .SetLevel0SlowdownWritesTrigger(32)
            .SetLevel0StopWritesTrigger(48)

            // One compression for all levels: then what does not overlap, the log above all, moves down without being written again.
            .SetCompression(settings.Compression ? Compression.Lz4 : Compression.No);
        if (family == Family.Rows)
        {
            options.SetMemtablePrefixBloomSizeRatio(0.02);
            Native.Instance.rocksdb_options_set_memtable_whole_key_filtering(options.Handle, 1);
        }

        return options;
    }
}
