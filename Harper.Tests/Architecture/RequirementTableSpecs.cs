using System.Text.RegularExpressions;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Architecture;

/// <summary>docs/requirements.md says which specs prove which requirement; it must leave none out, and not speak of what is not there.</summary>
public sealed partial class RequirementTableSpecs
{
    private static readonly (string Area, int Number, string Proof)[] Rows =
    [
        .. File.ReadLines(Path.Combine(Repository.Root, "docs", "requirements.md")).Select(line => Row().Match(line)).Where(match => match.Success)
            .Select(match => (match.Groups[1].Value, int.Parse(match.Groups[2].Value), match.Groups[3].Value)),
    ];

    [Fact]
    public void Every_requirement_should_name_specs_that_exist_or_say_that_there_is_none()
    {
        Assert.NotEmpty(Rows);
        foreach (var (area, number, proof) in Rows)
        {
            var files = Spec().Matches(proof).Select(match => match.Groups[1].Value).ToList();
            var none = proof.StartsWith("no spec", StringComparison.Ordinal) || proof.StartsWith("not here", StringComparison.Ordinal);
            Assert.True(none != files.Count > 0, $"R-{area}-{number:00} says '{proof}'");
            Assert.All(files, file => Assert.True(File.Exists(Path.Combine(Repository.Root, "Harper.Tests", file)), $"R-{area}-{number:00} names {file}"));
        }
    }

    [Fact]
    public void The_numbers_of_an_area_should_have_no_gap() =>
        Assert.All(Rows.GroupBy(row => row.Area), area => Assert.Equal(Enumerable.Range(1, area.Count()), area.Select(row => row.Number)));

    /// <summary>A requirement that code or a spec speaks of is one that the table knows.</summary>
    [Fact]
    public void Sources_should_name_requirements_that_there_are()
    {
        var known = Rows.Select(row => $"R-{row.Area}-{row.Number:00}").ToHashSet();
        foreach (var file in Repository.Sources())
            Assert.All(Named().Matches(File.ReadAllText(file)), match => Assert.True(known.Contains(match.Value), $"{Path.GetFileName(file)} names {match.Value}"));
    }

    [GeneratedRegex(@"^\| R-([A-Z0-9]+)-(\d\d) \|.*\| ([^|]+) \|$")]
    private static partial Regex Row();

    [GeneratedRegex("`([A-Za-z0-9/]+Specs\\.cs)`")]
    private static partial Regex Spec();

    [GeneratedRegex(@"\bR-[A-Z0-9]+-\d\d\b")]
    private static partial Regex Named();
}
