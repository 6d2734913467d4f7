using Harper.Bench.Measure;
using Harper.Bench.Report;

namespace Harper.Bench.Systems;

/// <summary>A build named by a folder, or by a revision of this repository, which is then checked out beside the measured data and published.</summary>
internal static class Revision
{
    public static SystemUnderTest Build(string id, string name, string folder, Action<string> say)
    {
        if (Directory.Exists(name)) return OurBuild.OfFolder(id, name);
        var repository = Repository.Find();
        var hash = Tool.Run("git", "-C", repository.Root, "rev-parse", "--verify", "--quiet", name + "^{commit}")?.Trim();
        if (hash is not { Length: 40 }) throw new BenchFailure($"'{name}' is neither a folder with a harper.dll nor a revision of this repository");
        var checkout = Path.Combine(folder, "revision-" + hash[..12]);
        var published = Path.Combine(checkout, "published");
        if (File.Exists(Path.Combine(published, "harper.dll"))) return OurBuild.OfFolder(id, published) with { Version = hash[..12] };
        say($"checking out and publishing {name} ({hash[..12]})");
        if (Directory.Exists(checkout)) Directory.Delete(checkout, recursive: true);
        Directory.CreateDirectory(checkout);
        var archive = Path.Combine(checkout, "source.tar");
        if (Tool.Run("git", "-C", repository.Root, "archive", "-o", archive, hash) is not "") throw new BenchFailure($"git could not write {archive}");
        if (Tool.Run("tar", "-xf", archive, "-C", checkout) is not "") throw new BenchFailure($"tar could not unpack {archive}");
        OurBuild.Publish(checkout, published, Path.Combine(checkout, "publishing"));
        return OurBuild.OfFolder(id, published) with { Version = hash[..12] };
    }
}
