using System.Text.RegularExpressions;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Architecture;

/// <summary>docs/rules.md says which specs prove which rule; it must not speak of what is not there.</summary>
public sealed partial class RuleTableSpecs
{
    [Fact]
    public void Every_rule_should_name_specs_that_exist()
    {
        var rows = File.ReadLines(Path.Combine(Repository.Root, "docs", "rules.md")).Select(line => Row().Match(line)).Where(match => match.Success).ToList();
        Assert.Equal(Enumerable.Range(1, 28), rows.Select(row => int.Parse(row.Groups[1].Value)));
        foreach (var row in rows)
        {
            var files = Spec().Matches(row.Groups[2].Value).Select(match => match.Groups[1].Value).ToList();
            Assert.NotEmpty(files);
            Assert.All(files, file => Assert.True(File.Exists(Path.Combine(Repository.Root, "Harper.Tests", file)), $"rule {row.Groups[1].Value} names {file}"));
        }
    }

    [GeneratedRegex(@"^\| (\d+) \|(.*)\|$")]
    private static partial Regex Row();

    [GeneratedRegex("`([A-Za-z0-9/]+Specs\\.cs)`")]
    private static partial Regex Spec();
}
