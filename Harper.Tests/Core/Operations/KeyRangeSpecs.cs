using Harper.Core.Identity;
using Harper.Core.Operations.Writes;
using Xunit;

namespace Harper.Tests.Core.Operations;

/// <summary>Proves R-DAT-05: two nodes that know each other never draw keys from one range.</summary>
public sealed class KeyRangeSpecs
{
    private static readonly NodeName[] Names = [.. Enumerable.Range(0, 200).Select(index => new NodeName($"node-{index}.example"))];

    [Theory]
    [InlineData(true, int.MaxValue)]
    [InlineData(false, 9007199254740991.0)]
    public void Ranges_of_nodes_that_know_each_other_should_never_meet(bool narrow, double greatest)
    {
        // 200 names in 2,047 slots: their hashes meet for certain.
        var ranges = Names.Select(name => narrow ? KeyRange.ForInt(name, Names) : KeyRange.ForLong(name, Names)).OrderBy(range => range.First).ToList();
        for (var index = 1; index < ranges.Count; index++) Assert.True(ranges[index].First > ranges[index - 1].Last);
        Assert.True(ranges[0].First > 1_000_000 || narrow);
        Assert.True(ranges[^1].Last <= greatest);
    }

    [Fact]
    public void A_range_should_not_depend_on_the_order_of_the_names()
    {
        var one = KeyRange.ForLong(Names[7], Names);
        Assert.Equal(one, KeyRange.ForLong(Names[7], Names.Reverse()));
        Assert.Equal(one, KeyRange.ForLong(Names[7], Names.Append(Names[7])));
    }
}
