using System.Text.RegularExpressions;
using System.Xml.Linq;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Architecture;

/// <summary>The rules of the house that a reviewer would otherwise have to remember: who references whom, how long a file may be, which paths documents name.</summary>
public sealed partial class SourceShapeSpecs
{
    private static readonly Dictionary<string, string[]> AllowedReferences = new()
    {
        ["Harper.Core"] = [],
        ["Harper.Storage.Rocks"] = ["Harper.Core", "RocksDB"],
        ["Harper.Actors"] = ["Harper.Core", "Akka.Cluster", "Akka.Streams", "Hyperion"],
    };

    [Fact]
    public void A_project_should_reference_only_what_its_layer_allows()
    {
        foreach (var (project, allowed) in AllowedReferences)
        {
            var document = XDocument.Load(Path.Combine(Repository.Root, project, project + ".csproj"));
            var references = document.Descendants("ProjectReference")
                .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value))
                .Concat(document.Descendants("PackageReference").Select(reference => reference.Attribute("Include")!.Value));
            Assert.Empty(references.Except(allowed));
        }
    }

    [Fact]
    public void A_source_file_should_not_be_longer_than_400_lines_and_an_actor_not_longer_than_300()
    {
        var tooLong = Repository.Sources()
            .Select(file => (File: Repository.Relative(file), Lines: File.ReadLines(file).Count()))
            .Where(source => source.Lines > (source.File.EndsWith("Actor.cs", StringComparison.Ordinal) ? 300 : 400));
        Assert.Empty(tooLong);
    }

    [Fact]
    public void The_median_source_file_should_stay_below_100_lines()
    {
        var lines = Repository.Sources().Where(file => !file.Contains("/Harper.Tests/"))
            .Select(file => File.ReadLines(file).Count()).Order().ToList();
        Assert.InRange(lines[lines.Count / 2], 1, 99);
    }

    [Fact]
    public void The_core_should_not_read_clocks_or_roll_dice()
    {
        var impure = Repository.Sources()
            .Where(file => Repository.Relative(file).StartsWith("Harper.Core/", StringComparison.Ordinal))
            .Where(file => Impure().IsMatch(File.ReadAllText(file)))
            .Select(Repository.Relative);
        Assert.Empty(impure);
    }

    [Fact]
    public void A_document_should_name_only_paths_that_exist()
    {
        var missing =
            from document in Directory.EnumerateFiles(Repository.Root, "*.md", SearchOption.AllDirectories)
            where !document.Contains("/bin/") && !document.Contains("/obj/")
            from Match match in MentionedPath().Matches(File.ReadAllText(document))
            let path = match.Groups[1].Value
            where !File.Exists(Path.Combine(Repository.Root, path)) && !Directory.Exists(Path.Combine(Repository.Root, path))
            select $"{Repository.Relative(document)} names {path}";
        Assert.Empty(missing);
    }

    [GeneratedRegex(@"DateTime(Offset)?\.(Utc)?Now|Stopwatch\.|Environment\.TickCount|Random\.Shared|new Random\(\)|Guid\.NewGuid|File\.(Open|Read|Write)")]
    private static partial Regex Impure();

    [GeneratedRegex(@"`((?:Harper\.[A-Za-z.]+|docs)/[A-Za-z0-9_./-]+\.(?:cs|md|json|csv))`")]
    private static partial Regex MentionedPath();
}
