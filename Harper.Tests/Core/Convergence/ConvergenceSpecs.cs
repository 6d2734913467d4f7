using Harper.Core.Identity;
using Harper.Core.Records;
using Harper.Core.Transactions;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Core.Convergence;

/// <summary>
/// Proves rules 1-4 (any order of arrival gives the same row) and 9-13, 21, 22 (everybody gets everything) by random histories. The run
/// takes a quarter of a million of each; <c>./test.sh --long</c> takes two million.
/// </summary>
public sealed class ConvergenceSpecs
{
    private static readonly int Histories = LongRun.Scale(250_000, 2_000_000);

    [Fact]
    public void Any_order_of_arrival_with_duplicates_should_give_the_same_row()
    {
        var diverging = Seeds(Histories).Where(seed => !OrderIndependent(seed)).Take(3).ToList();
        Assert.Empty(diverging);
    }

    [Fact]
    public void Nodes_should_hold_the_same_rows_after_any_history_of_writes_cuts_relays_trims_and_copies()
    {
        var diverging = Seeds(Histories).Where(seed =>
        {
            var world = new ModelWorld(seed);
            world.Run(20 + seed % 100);
            return !world.Heal(4000);
        }).Take(3).ToList();
        Assert.Empty(diverging);
    }

    /// <summary>The model has teeth: without the floor it finds histories that never converge (rule 13).</summary>
    [Fact]
    public void Without_the_floor_some_histories_should_not_converge()
    {
        var diverging = Seeds(400).Any(seed =>
        {
            var world = new ModelWorld(seed, floors: false);
            world.Run(150);
            return !world.Heal(1500);
        });
        Assert.True(diverging);
    }

    private static ParallelQuery<int> Seeds(int count) => ParallelEnumerable.Range(0, count).WithDegreeOfParallelism(2);

    private static bool OrderIndependent(int seed)
    {
        var random = new Random(seed);
        var changes = new ModelChanges(random);
        var history = new Dictionary<Stamp, Change>();
        for (var count = random.Next(2, 9); count > 0; count--)
            history.TryAdd(new Stamp(random.Next(1, 6), new NodeName(((char)('a' + random.Next(5))).ToString())), changes.Next());

        // What an original copies has the stamp of the newest patch in it.
        var merged = history.Where(change => change.Value.Kind == ChangeKind.Patch).Take(random.Next(2)).Select(patch => KeyValuePair.Create(patch.Key, changes.NextPut())).ToArray();

        Row? first = null;
        for (var order = 0; order < 4; order++)
        {
            var arrivals = history.Concat(history.Take(random.Next(3))).Concat(merged).ToArray();
            random.Shuffle(arrivals);
            Row? row = null;
            foreach (var (stamp, change) in arrivals) row = RowMerge.Apply(row, change, stamp, null).Row;
            if (order == 0) first = row;
            else if (!RowEquality.Same(first, row)) return false;
        }

        return true;
    }
}
