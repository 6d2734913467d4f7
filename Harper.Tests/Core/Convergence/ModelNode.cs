using Harper.Core.Identity;
using Harper.Core.Records;
using Harper.Core.Transactions;

namespace Harper.Tests.Core.Convergence;

/// <summary>A change in the log of a model node; a change that changed nothing here is a stub (rule 9).</summary>
internal readonly record struct ModelEntry(double Position, Stamp Stamp, int Key, Change Change, bool IsStub);

/// <summary>A copy under way: from whom, its vector when it began, the last key merged (rule 21).</summary>
internal sealed record ModelCopy(int Source, Dictionary<NodeName, double> Vector, int After);

/// <summary>
/// A node reduced to what the replication rules speak of: rows, a log, the vector and the floor. Rows are the real <see cref="Row"/>, merged by the real
/// <see cref="RowMerge"/> and copied by the real <see cref="RowChanges"/>.
/// </summary>
internal sealed class ModelNode(int index, NodeName name, int skew)
{
    public int Index { get; } = index;

    public NodeName Name { get; } = name;

    public int Skew { get; } = skew;

    public Row?[] Rows { get; } = new Row?[ModelWorld.Keys];

    public List<ModelEntry> Log { get; } = [];

    public Dictionary<NodeName, double> Through { get; } = [];

    public Dictionary<NodeName, double> Floor { get; } = [];

    public double Head { get; set; }

    public ModelCopy? Copy { get; set; }

    /// <summary>A local write: its version is its position (rule 11).</summary>
    public void Write(int now, int key, Change change)
    {
        Head = Math.Max(now + Skew, Head + 1);
        var stamp = new Stamp(Head, Name);
        Rows[key] = RowMerge.Apply(Rows[key], change, stamp, null).Row;
        Log.Add(new ModelEntry(Head, stamp, key, change, false));
        Through[Name] = Head;
    }

    /// <summary>A change from a stream: what is not above <c>through</c> is a duplicate (rule 12); all others are logged once (rule 9).</summary>
    public void Apply(int now, in ModelEntry entry)
    {
        if (entry.Stamp.Version <= Through.GetValueOrDefault(entry.Stamp.Origin)) return;
        var changed = !entry.IsStub && Merge(entry.Key, entry.Change, entry.Stamp);
        Head = Math.Max(Math.Max(now + Skew, Head + 1), entry.Stamp.Version);
        Log.Add(entry with { Position = Head, IsStub = !changed });
        Through[entry.Stamp.Origin] = entry.Stamp.Version;
    }

    /// <summary>A row of a copy: merged, not logged.</summary>
    public void MergeRow(int key, Row row)
    {
        foreach (var (change, stamp) in RowChanges.Of(ModelWorld.Table, default, row)) Merge(key, change, stamp);
        Head = Math.Max(Head, row.Latest.Version);
    }

    public void CompleteCopy()
    {
        foreach (var (origin, version) in Copy!.Vector)
        {
            Through[origin] = Math.Max(Through.GetValueOrDefault(origin), version);
            Floor[origin] = Math.Max(Floor.GetValueOrDefault(origin), version);
            Head = Math.Max(Head, version);
        }

        Copy = null;
    }

    public void Trim(int count)
    {
        for (var i = 0; i < count; i++)
            Floor[Log[i].Stamp.Origin] = Math.Max(Floor.GetValueOrDefault(Log[i].Stamp.Origin), Log[i].Stamp.Version);
        Log.RemoveRange(0, count);
    }

    private bool Merge(int key, in Change change, Stamp stamp)
    {
        var result = RowMerge.Apply(Rows[key], change, stamp, null);
        if (result.Changed) Rows[key] = result.Row;
        return result.Changed;
    }
}
