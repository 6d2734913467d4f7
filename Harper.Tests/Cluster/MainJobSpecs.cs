using System.Diagnostics;
using Harper.Host.Demo;
using Xunit;

namespace Harper.Tests.Cluster;

/// <summary>The main job as a user runs it: R-P2P-01, 03, 04, 06, 09, R-GOS-01 to 03, R-SYN-04, R-TXN-05, 13, 14 with three processes.</summary>
[Collection(ProcessCollection.Name)]
public sealed class MainJobSpecs
{
    [Fact]
    public async Task The_demonstration_should_hold_every_check_and_end_with_0()
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { typeof(DemoNode).Assembly.Location, "demo", "--exit" }) start.ArgumentList.Add(argument);
        using var demo = Process.Start(start)!;
        var output = demo.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(6));
        try
        {
            await demo.WaitForExitAsync(deadline.Token);
        }
        finally
        {
            if (!demo.HasExited) demo.Kill(entireProcessTree: true);
        }

        var lines = await output;
        Assert.True(demo.ExitCode == 0, lines);
        Assert.Contains("three was introduced to two only", lines, StringComparison.Ordinal);
        Assert.Contains("airports on every node", lines, StringComparison.Ordinal);
        Assert.Contains("Every check held", lines, StringComparison.Ordinal);
    }
}
