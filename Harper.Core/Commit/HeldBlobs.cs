using Harper.Core.Identity;
using Harper.Core.Records;
using Harper.Core.Storage;
using Harper.Core.Storage.Layout;

namespace Harper.Core.Commit;

/// <summary>
/// The content of blobs that this node does not serve, kept in the quarantine beside what speaks of them and under the same cap (rule 24). Originals name blobs by
/// numbers of their own and send the content before or after the record: it lies loose under the sender's name until the record is set aside.
/// </summary>
internal static class HeldBlobs
{
    public static CommitResult KeepLoose(CommitGroup group, NodeName via, BlobPiece piece)
    {
        var file = (via, piece.File);
        if (piece.Offset == 0)
        {
            RemoveLoose(group, via, piece.File);
            group.LooseBlobs[file] = new LooseBlob(IsWhole: true, []);
        }
        else if (!group.LooseBlobs.ContainsKey(file)) group.LooseBlobs[file] = new LooseBlob(IsWhole: false, []);
        var value = HeldBlobCodec.Write(piece);
        if (!Put(group, HeldBlobCodec.LooseKey(via, piece.File, piece.Offset), value)) return new CommitResult.Applied(false);
        group.LooseBlobs[file].Pieces[piece.Offset] = value;
        return new CommitResult.Applied(true);
    }

    public static CommitResult DropLoose(CommitGroup group, NodeName via)
    {
        Remove(group, HeldBlobCodec.LoosePrefix(via));
        return new CommitResult.Applied(true);
    }

    public static CommitResult Keep(CommitGroup group, BlobPiece piece) =>
        new CommitResult.Applied(Put(group, HeldBlobCodec.Key(piece.Of, group.State.Origins, piece.File, piece.Offset), HeldBlobCodec.Write(piece)));

    /// <summary>The content of these files becomes the transaction's. Returns what is to be said of those that are not here whole; null when all are.</summary>
    public static string? Take(CommitGroup group, NodeName via, Stamp stamp, IReadOnlyList<string> files)
    {
        List<string>? missing = null;
        foreach (var file in files)
        {
            var pieces = Loose(group, via, file);
            var isWhole = IsWhole(pieces, out var error);
            if (isWhole)
                foreach (var (offset, value) in pieces)
                    isWhole &= Put(group, HeldBlobCodec.Key(stamp, group.State.Origins, file, offset), value, replacing: value.Length);
            if (!isWhole || error is not null) (missing ??= []).Add(error is null ? file : $"{file} ({error})");
            RemoveLoose(group, via, file);
            group.LooseBlobs.Remove((via, file));
        }

        return missing is null ? null : $"the content of these blobs did not come, or the quarantine is full: {string.Join(", ", missing)}";
    }

    /// <summary>What is kept of a transaction's blobs, in order.</summary>
    public static IEnumerable<BlobPiece> Read(IStoreSnapshot snapshot, Stamp stamp, OriginTable origins)
    {
        var prefix = HeldBlobCodec.Prefix(stamp, origins);
        using var cursor = snapshot.Cursor(Family.Quarantine);
        for (cursor.Seek(prefix); cursor.Valid && cursor.Key.StartsWith(prefix); cursor.Next())
            yield return HeldBlobCodec.Read(cursor.Key[prefix.Length..], cursor.Value) with { Of = stamp };
    }

    private static SortedDictionary<long, byte[]> Loose(CommitGroup group, NodeName via, string file)
    {
        var found = new SortedDictionary<long, byte[]>();
        var recent = group.LooseBlobs.GetValueOrDefault((via, file));
        if (recent is not { IsWhole: true })
        {
            var prefix = HeldBlobCodec.LoosePrefix(via, file);
            using var cursor = group.State.Store.Cursor(Family.Quarantine);
            for (cursor.Seek(prefix); cursor.Valid && cursor.Key.StartsWith(prefix); cursor.Next())
                found[HeldBlobCodec.OffsetOf(cursor.Key)] = cursor.Value.ToArray();
        }

        foreach (var (offset, value) in recent?.Pieces ?? []) found[offset] = value;
        return found;
    }

    private static bool IsWhole(SortedDictionary<long, byte[]> pieces, out string? error)
    {
        error = null;
        var next = 0L;
        foreach (var (offset, value) in pieces)
        {
            if (offset != next) return false;
            next += HeldBlobCodec.LengthOf(value, out var isLast, out error);
            if (isLast) return true;
        }

        return false;
    }

    /// <summary>False: the quarantine is full.</summary>
    private static bool Put(CommitGroup group, byte[] key, byte[] value, int replacing = 0)
    {
        var old = new ByteBuilder(1024);
        var known = group.State.Store.TryGet(Family.Quarantine, key, old) ? old.Length : 0;
        var grown = value.Length - known;
        if (group.State.Quarantine.Bytes + grown - replacing > group.State.Settings.MaxQuarantineBytes) return false;
        group.Batch.Put(Family.Quarantine, key, value);
        QuarantineResolution.Count(group, 0, grown);
        return true;
    }

    private static void RemoveLoose(CommitGroup group, NodeName via, string file)
    {
        if (group.LooseBlobs.TryGetValue((via, file), out var recent)) QuarantineResolution.Count(group, 0, -recent.Pieces.Values.Sum(value => (long)value.Length));
        Remove(group, HeldBlobCodec.LoosePrefix(via, file), always: recent is not null);
    }

    private static void Remove(CommitGroup group, byte[] prefix, bool always = false)
    {
        var bytes = 0L;
        using (var cursor = group.State.Store.Cursor(Family.Quarantine))
            for (cursor.Seek(prefix); cursor.Valid && cursor.Key.StartsWith(prefix); cursor.Next()) bytes += cursor.Value.Length;
        if (bytes == 0 && !always) return;

        // In the order of the batch: what is put after this stays.
        group.Batch.DeleteRange(Family.Quarantine, prefix, StoreKeys.After(prefix));
        QuarantineResolution.Count(group, 0, -bytes);
    }
}

/// <summary>Pieces that this group put, which the store does not know yet.</summary>
/// <param name="IsWhole">It began in this group: what the store has of it is of an earlier attempt.</param>
internal sealed record LooseBlob(bool IsWhole, SortedDictionary<long, byte[]> Pieces);
