using System.Diagnostics;
using Harper.Bench.Report;

namespace Harper.Bench.Systems;

/// <summary>This system as it is installed: published for linux with its assemblies compiled ahead of time. What <c>dotnet build</c> leaves starts slower.</summary>
internal static class OurBuild
{
    /// <summary>The build that lies beside this program.</summary>
    public static SystemUnderTest BuildOutput() => OfFolder("ours (build output)", AppContext.BaseDirectory);

    /// <summary>A folder that holds harper.dll.</summary>
    public static SystemUnderTest OfFolder(string id, string folder)
    {
        var program = Path.Combine(Path.GetFullPath(folder), "harper.dll");
        if (!File.Exists(program)) throw new BenchFailure($"there is no harper.dll in {folder}");
        return new SystemUnderTest(id, FileVersionInfo.GetVersionInfo(program).ProductVersion ?? "?", ["dotnet", program]);
    }

    /// <summary>Publishes into a folder beside this program, emptied before: what an older publish left there may be of another version.</summary>
    public static SystemUnderTest Publish(Repository repository, Action<string> say)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "published");
        say("publishing this system, compiled ahead of time");
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Publish(repository.Root, folder, Path.Combine(AppContext.BaseDirectory, "publishing"));
        var revision = Measure.Tool.Run("git", "-C", repository.Root, "describe", "--always", "--dirty")?.Trim();
        var ours = OfFolder("ours", folder);
        return revision is { Length: > 0 } ? ours with { Version = $"{ours.Version.Split('+')[0]} ({revision})" } : ours;
    }

    /// <exception cref="BenchFailure">It does not build, or the packages of its runtime cannot be had: figures of another kind of build would not be comparable.</exception>
    public static void Publish(string root, string folder, string intermediate)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = root, RedirectStandardOutput = true, RedirectStandardError = true,
            ArgumentList =
            {
                "publish", "Harper.Host", "-c", "Release", "-r", "linux-x64", "--self-contained", "false", "-p:PublishReadyToRun=true",
                "-p:NuGetLockFilePath=obj/publishing.lock.json", "--artifacts-path", intermediate, "-o", folder,
            },
        };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new BenchFailure($"publishing {root} failed: {Last(output)} {Last(errors.Result)} Publish it where packages can be had and name the folder with --ours.");
    }

    private static string Last(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault(line => line.Contains("error", StringComparison.Ordinal)) ?? "";
}
